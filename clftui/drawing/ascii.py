"""ASCII stand-ins for marks whose width is ambiguous in East Asian locales."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]

_ASCII = {
    **dict(zip("●○◐•·✓✗×", "*oc..+xx", strict=True)),
    **dict(zip("▲▼▴▾◂▸→⇥›‹≥", "^v^v<>>>><>", strict=True)),
    **dict(zip("±−–…", "~--.", strict=True)),
    **dict(zip("─━┄│┃┊┌┐└┘┏┓┗┛┼┬┴├┤┳┻", "-=-|||+++++++++++++++", strict=True)),
}


def ascii_codes(codes: Codes) -> Codes:
    """Cell codes with every mark and line replaced by one ASCII character of the same place and width."""
    out = codes.copy()
    for mark, plain in _ASCII.items():
        out[codes == ord(mark)] = ord(plain)
    return out
