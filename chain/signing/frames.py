# SPDX-License-Identifier: Apache-2.0
"""How bytes go over the signer's socket: four bytes of length, then a body; and who is at the other end."""

import socket
import struct
import time

from chain.signing.errors import RequestMalformed

MOST_BYTES = 2**20  # of a body; a batch of 1,000 obligations has half of it
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid of Linux's SO_PEERCRED


def send(to: socket.socket, body: bytes) -> None:
    """Send a body as a frame. Raises RequestMalformed for one that is too large; OSError (TimeoutError among them)."""
    _fits(len(body))
    to.sendall(_LENGTH.pack(len(body)) + body)


def receive(source: socket.socket, seconds: float, idle: float | None = None) -> bytes | None:
    """The body of the next frame; None when the other end closed before one began.

    `idle`: how long to wait for its first byte (None: for ever); `seconds`: for all the others together.
    Raises RequestMalformed for a frame that is too large or breaks off, OSError (TimeoutError among them).
    """
    source.settimeout(idle)
    first = source.recv(1)
    if not first:
        return None
    until = time.monotonic() + seconds
    (length,) = _LENGTH.unpack(first + _exactly(source, _LENGTH.size - 1, until))
    _fits(length)
    return _exactly(source, length, until)


def peer(of: socket.socket) -> tuple[int, int | None]:
    """Process and user at the other end; 0 and None where the system does not tell, and the folder must suffice."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0, None
    pid, uid, _ = _CREDENTIALS.unpack(of.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return pid, uid


def _fits(length: int) -> None:
    if length > MOST_BYTES:
        raise RequestMalformed(why=f"a frame of {length} bytes; at most {MOST_BYTES} are taken")


def _exactly(source: socket.socket, count: int, until: float) -> bytes:
    parts: list[bytes] = []
    while count:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        source.settimeout(left)
        part = source.recv(min(count, 2**16))
        if not part:
            raise RequestMalformed(why="the frame breaks off")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
