"""How much of a page looks different: what an eye would see, not what a byte says."""

from __future__ import annotations

import pypdfium2
from PIL import Image, ImageChops

# 72 dots per inch, a difference that an eye sees in one of the colours, and the share of the page that may have it.
SCALE, VISIBLE, SHARE = 1.0, 40, 0.0002


def pictures(pdf: bytes) -> list[Image.Image]:
    """Return each page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        bitmap = page.render(scale=SCALE)
        found.append(bitmap.to_pil().convert("RGB").copy())
        bitmap.close()
        page.close()
    document.close()
    return found


def changed(before: Image.Image, after: Image.Image) -> float:
    """Return the share of the page that looks different."""
    if before.size != after.size:
        return 1.0
    red, green, blue = ImageChops.difference(before, after).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(most.histogram()[VISIBLE + 1 :]) / (most.width * most.height)


def looks_different(before: list[Image.Image], after: list[Image.Image]) -> bool:
    """Say whether anyone would see it."""
    return len(before) != len(after) or any(
        changed(one, other) > SHARE for one, other in zip(before, after, strict=True)
    )
