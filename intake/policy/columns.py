"""Many answer vectors at once: one answer of every intake is a column of bytes, and one bit of it a bitmap.

A bitmap is one number with a bit for each vector of the block, the first vector the highest bit. Its «and» and «or»
take less than a thousandth of a microsecond an intake, which is what makes replaying a million of them a button.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from intake.policy.model import VectorField

MOST_VECTORS = 32_768
YES, NO = ord("1"), ord("0")


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


def positions(bitmap: int, count: int) -> list[int]:
    """Return the places of the bits that are set, for a block of so many vectors."""
    text = f"{bitmap:0{count}b}"
    return [place for place in range(count) if text[place] == "1"]


class Columns:
    """The columns of one block; every bitmap is made once, however many policies ask for it."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.everyone = (1 << block.count) - 1
        self._columns: dict[int, bytes] = {}
        self._bitmaps: dict[tuple[int, bytes], int] = {}
        self._choices: dict[tuple[int, int], list[int]] = {}

    def among(self, field: VectorField, place: int, table: bytes) -> int:
        """Return who has a byte that the table says yes to, at this place within the field."""
        if field.offset + field.width > self.block.width:
            return self.everyone if table[0] == YES else 0
        key = field.offset + place, table
        found = self._bitmaps.get(key)
        if found is None:
            text = self._column(field.offset + place).translate(table)
            found = self._bitmaps[key] = int(text, 2) if text else 0
        return found

    def _column(self, offset: int) -> bytes:
        found = self._columns.get(offset)
        if found is None:
            found = self._columns[offset] = self.block.vectors[offset :: self.block.width]
        return found

    def codes(self, field: VectorField) -> list[int]:
        """Return who chose what, by the code of a choice; a code beyond the values counts as 0, missing."""
        key = field.offset, len(field.values)
        if key not in self._choices:
            found = [self.everyone]
            for bit in reversed(range(len(field.values).bit_length())):
                plane = self.among(field, 0, _plane(bit, len(field.values)))
                found = [part for one in found for part in (one ^ (one & plane), one & plane)]
            self._choices[key] = found
        return self._choices[key]

    def between(self, field: VectorField, low: int, high: int) -> int:
        """Return who has a number from low to high, both counted; a missing one lies nowhere."""
        low = max(low, 0)
        if low > high:
            return 0
        if field.width == 1:
            return self.among(field, 0, table_of(low + 1, min(high + 1, 255)))
        return self._from(field, low + 1) & ~self._from(field, high + 2)

    def _from(self, field: VectorField, code: int) -> int:
        """Return whose code is at least this one, comparing byte by byte from the last."""
        if code >= 1 << 8 * field.width:
            return 0
        parts = code.to_bytes(field.width, "big")
        found = self.among(field, field.width - 1, table_of(parts[-1], 255))
        for place in reversed(range(field.width - 1)):
            more = self.among(field, place, table_of(parts[place] + 1, 255))
            found = more | (self.among(field, place, table_of(parts[place], parts[place])) & found)
        return found


@lru_cache(maxsize=4096)
def table_of(low: int, high: int) -> bytes:
    """Return the table that says yes to the bytes from low to high."""
    return bytes(YES if low <= byte <= high else NO for byte in range(256))


@lru_cache(maxsize=4096)
def bits_table(mask: int, *, every: bool = False) -> bytes:
    """Return the table that says yes to bytes that have any bit of the mask, or every one."""
    return bytes(YES if (byte & mask == mask if every else byte & mask) else NO for byte in range(256))


@lru_cache(maxsize=4096)
def _plane(bit: int, top: int) -> bytes:
    return bytes(YES if byte <= top and byte >> bit & 1 else NO for byte in range(256))
