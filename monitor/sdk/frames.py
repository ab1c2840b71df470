"""How records lie in a journal segment: length, CRC-32, msgpack bytes; one after the other.

The length is mixed into the CRC as its start value, so a damaged length is found as well. The writer puts the body down before
the header, and unwritten bytes are zero: a frame is there whole, or it is not there.
"""

from __future__ import annotations

import struct
from typing import NamedTuple
from zlib import crc32

HEADER = struct.Struct("<II")  # length of the body, CRC-32


class Frames(NamedTuple):
    """What `split` found.

    Attributes:
        bodies: the records' msgpack bytes.
        used: bytes of the chunk that they took, headers included.
    """

    bodies: list[bytes]
    used: int


def frame(body: bytes | bytearray) -> bytes:
    """A body with its header in front."""
    return HEADER.pack(len(body), crc32(body, len(body))) + body


def split(chunk: bytes, limit: int = 1 << 62) -> Frames:
    """The whole and undamaged frames at the start of `chunk`, at most `limit` of them.

    Stops without an error at the first frame that is cut off, damaged, or of length 0 (not written yet).
    """
    bodies: list[bytes] = []
    position, end, unpack = 0, len(chunk), HEADER.unpack_from
    while position + 8 <= end and len(bodies) < limit:
        length, crc = unpack(chunk, position)
        stop = position + 8 + length
        if not length or stop > end:
            break
        body = chunk[position + 8 : stop]
        if crc32(body, length) != crc:
            break
        bodies.append(body)
        position = stop
    return Frames(bodies, position)
