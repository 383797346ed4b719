"""What a terminal would make of pictures in a stream of bytes: kitty's PNGs and sixels back to pixels."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_COMMAND = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
_SIXEL = re.compile(rb"\x1bP[\d;]*q[^\x1b]*\x1b\\")
_TOKEN = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)")


def unwrapped(stream: bytes) -> bytes:
    """`stream` as tmux hands it on."""
    return re.sub(rb"\x1bPtmux;(.*?)\x1b\\(?!\x1b)", lambda m: m[1].replace(b"\x1b\x1b", b"\x1b"), stream, flags=re.S)


def kitty_commands(stream: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Keys and payload of every graphics command."""
    found = []
    for keys, payload in _COMMAND.findall(stream):
        found.append((dict(key.split("=") for key in keys.decode().split(",")), payload))
    return found


def kitty_images(stream: bytes) -> dict[int, Image.Image]:
    """Every transmitted picture by its number."""
    data: dict[int, bytes] = {}
    number = 0
    for keys, payload in kitty_commands(stream):
        if keys.get("a") in ("q", "d"):
            continue
        number = int(keys.get("i", number))
        data[number] = data.get(number, b"") + payload
    return {key: Image.open(io.BytesIO(base64.b64decode(value, validate=True))) for key, value in data.items()}


def sixels(stream: bytes) -> list[bytes]:
    """Every sixel sequence."""
    return _SIXEL.findall(stream)


def sixel_pixels(sequence: bytes) -> NDArray[np.uint8]:
    """(h, w, 3) pixels of a sixel sequence; refuses a colour that is used before it is defined."""
    text = sequence.decode("ascii")
    head = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', text)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    pixels = np.zeros((height + 6, width, 3), np.uint8)
    painted = np.zeros((height + 6, width), bool)
    palette: dict[int, list[int]] = {}
    x = y = colour = 0
    for match in _TOKEN.finditer(text[head.end() : -2]):
        number, red, green, blue, times, repeated, single, back, down = match.groups()
        if number is not None:
            colour = int(number)
            if red is not None:
                assert not painted.any(), "a colour is defined after the first pixel"
                palette[colour] = [round(int(each) * 2.55) for each in (red, green, blue)]
        elif back:
            x = 0
        elif down:
            x, y = 0, y + 6
        else:
            run = int(times or 1)
            bits = ord(repeated or single) - 63
            for bit in range(6):
                if bits >> bit & 1:
                    pixels[y + bit, x : x + run] = palette[colour]
                    painted[y + bit, x : x + run] = True
            x += run
    assert painted[:height].all() and not painted[height:].any()
    return pixels[:height]
