"""Many answer vectors at once: who has which bit of which answer, as one number with a bit for each vector.

Such a bitmap takes an «and» or an «or» of tens of thousands of intakes in a fraction of a microsecond, which is what
makes replaying a million of them a matter of a button.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.policy.model import VectorField

MOST_VECTORS = 32_768
LANES = 8


@dataclass(frozen=True, slots=True)
class Block:
    """Vectors of one width, one after another; `count` of them, at most MOST_VECTORS."""

    vectors: bytes
    width: int
    count: int

    @classmethod
    def of(cls, vectors: Sequence[bytes]) -> Block:
        """Return a block; a vector that is shorter than another is filled up with «missing»."""
        width = max(map(len, vectors), default=0)
        joined = b"".join(vectors)
        if len(joined) != width * len(vectors):
            joined = b"".join([vector.ljust(width, b"\0") for vector in vectors])
        return cls(joined, width, len(vectors))

    @classmethod
    def joined(cls, parts: Sequence[Block]) -> Block:
        """Return the parts as one block, filled up to the widest."""
        width = max((part.width for part in parts), default=0)
        count = sum(part.count for part in parts)
        return cls(b"".join([part.widened(width) for part in parts]), width, count)

    def widened(self, width: int) -> bytes:
        """Return the vectors, filled up to this width."""
        if width == self.width:
            return self.vectors
        return b"".join([vector.ljust(width, b"\0") for vector in self])

    def __iter__(self) -> Iterator[bytes]:
        """Yield the vectors."""
        return (self.vectors[place * self.width : (place + 1) * self.width] for place in range(self.count))


class Columns:
    """The bitmaps of one block, each made once however many policies ask for it.

    The vectors are dealt out over eight lanes, an eighth of them to each. In a bitmap the eight lanes lie side by side
    in every byte: so the same bit of all bytes of a column is brought together by a few shifts of long numbers. In the
    order of the vectors it would cost two or three times as much, and only `places` knows that order.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self._size = _size(block.count)
        self._lowest_bits = int.from_bytes(b"\1" * self._size, "big")
        self.everyone = self._gathered(self._lanes(b"\1" * block.count), 0)
        self._planes: dict[int, list[int]] = {}
        self._codes: dict[tuple[int, int], list[int]] = {}

    def _lanes(self, column: bytes) -> list[int]:
        """Return the column as eight numbers; where the last lane is too short it is filled up with nobody."""
        cuts = range(0, LANES * self._size, self._size or 1)
        return [int.from_bytes(column[cut : cut + self._size].ljust(self._size, b"\0"), "big") for cut in cuts]

    def _gathered(self, lanes: Sequence[int], bit: int) -> int:
        """Return the bitmap of one bit of every byte; lane 0 comes to the highest place in it, lane 7 to the lowest."""
        found, mask = 0, self._lowest_bits << bit
        for lane, column in enumerate(lanes):
            some = column & mask
            if some:
                shift = LANES - 1 - lane - bit
                found |= some << shift if shift > 0 else some >> -shift
        return found

    def plane(self, field: VectorField, bit: int) -> int:
        """Return who has this bit of the code in a field; the lowest bit is 0."""
        if field.offset + field.width > self.block.width:
            return 0
        byte, place = divmod(bit, 8)
        offset = field.offset + field.width - 1 - byte
        found = self._planes.get(offset)
        if found is None:
            lanes = self._lanes(self.block.vectors[offset :: self.block.width])
            found = self._planes[offset] = [self._gathered(lanes, each) for each in range(8)]
        return found[place]

    def codes(self, field: VectorField) -> list[int]:
        """Return who has which code in a field of one byte, up to the last that the field has a value for."""
        key = field.offset, len(field.values)
        if key not in self._codes:
            used = len(field.values).bit_length()
            beyond = 0
            for bit in range(used, 8):
                beyond |= self.plane(field, bit)
            found = [self.everyone & ~beyond]
            for bit in reversed(range(used)):
                plane = self.plane(field, bit)
                found = [part for one in found for part in (one & ~plane, one & plane)]
            self._codes[key] = found
        return self._codes[key]

    def between(self, field: VectorField, low: int, high: int) -> int:
        """Return who has a number from low to high, both counted; a missing one lies nowhere."""
        return self._at_least(field, max(low, 0) + 1) & ~self._at_least(field, max(high, -1) + 2)

    def _at_least(self, field: VectorField, code: int) -> int:
        """Return whose code is at least this one, from the lowest bit up: every next bit overrules those before it."""
        bits = 8 * field.width
        if code >> bits:
            return 0
        found = self.everyone
        for bit in range(bits):
            plane = self.plane(field, bit)
            found = plane & found if code >> bit & 1 else plane | found
        return found


def places(bitmap: int, count: int) -> list[int]:
    """Return the vectors in a bitmap by their places in a block of so many, in order."""
    text = f"{bitmap:0{LANES * _size(count)}b}"
    in_order = "".join(text[lane::LANES] for lane in range(LANES))
    return [place for place, bit in enumerate(in_order) if bit == "1"]


def any_place(bitmap: int, count: int) -> int:
    """Return the place of some vector in a bitmap that is not empty, always the same one."""
    row, lane = divmod(LANES * _size(count) - bitmap.bit_length(), LANES)
    return lane * _size(count) + row


def _size(count: int) -> int:
    return -(-count // LANES)
