# SPDX-License-Identifier: Apache-2.0
"""The e-invoice inside a Factur-X or ZUGFeRD PDF, taken out in a process of its own that is watched from here.

Names in the PDF are compared with three known ones and used for nothing else. The process is started with the first
PDF, serves the following ones too, and is replaced when it dies or takes too long.
"""

import os
import select
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from chain.documents.errors import PdfEncrypted, PdfMalformed, PdfWithoutInvoice, TooManyBytes, TooMuchWork

MAX_BYTES = 16 * 2**20
SECONDS = 4.0  # for one PDF
STARTING = 30.0  # for the process to load its libraries, on a busy machine
_CHILD = Path(__file__).with_name("pdf_child.py")
_LENGTH = struct.Struct(">Q")
_FILLING = b" \t\r\n\0"
_CHUNK = 2**16
_LONGEST = MAX_BYTES  # bytes of an answer


class Unwrapper:
    """Takes e-invoices out of PDFs; close it, or use it as a context manager, to end its process."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def unwrap(self, data: bytes) -> bytes:
        """The XML in a PDF. Raises PdfWithoutInvoice, PdfEncrypted, PdfMalformed, TooManyBytes, TooMuchWork."""
        if len(data) > MAX_BYTES:
            raise TooManyBytes(limit=MAX_BYTES)
        if not data.rstrip(_FILLING).endswith(b"%%EOF"):  # the library would mend what is cut, by guessing
            raise PdfMalformed(reason="it does not end with %%EOF")
        try:
            letter, content = self._ask(data)
        except (TimeoutError, BrokenPipeError, EOFError):
            self.close()  # it hangs, or the system ended it
            raise TooMuchWork() from None
        except BaseException:
            self.close()  # an answer that nobody waits for must not be taken for the next one's
            raise
        if letter == b"X":
            return content
        if letter == b"N":
            raise PdfWithoutInvoice(count=int(content))
        if letter == b"E":
            raise PdfEncrypted()
        if letter == b"M":
            raise PdfMalformed(reason=" ".join(content.decode(errors="replace").split()))
        raise TooMuchWork()

    def _ask(self, data: bytes) -> tuple[bytes, bytes]:
        """The letter and the bytes that the process answers. Raises TimeoutError, BrokenPipeError, EOFError."""
        child = self._child
        if child is None or child.poll() is not None:
            self.close()
            child = self._start()
        deadline = time.monotonic() + SECONDS
        assert child.stdin is not None
        assert child.stdout is not None
        _write(child.stdin.fileno(), _LENGTH.pack(len(data)) + data, deadline)
        head = _read(child.stdout.fileno(), 1 + _LENGTH.size, deadline)
        (length,) = _LENGTH.unpack(head[1:])
        if length > _LONGEST:
            raise EOFError
        return head[:1], _read(child.stdout.fileno(), length, deadline)

    def _start(self) -> subprocess.Popen[bytes]:
        """A fresh process, ready to answer. Raises TimeoutError, EOFError."""
        child = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # a Ctrl-C is for us; the process ends with our end of its pipe
        )
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        os.set_blocking(child.stdin.fileno(), False)
        _read(child.stdout.fileno(), 1, time.monotonic() + STARTING)
        return child


def _write(pipe: int, data: bytes, deadline: float) -> None:
    left = memoryview(data)
    while left:
        _wait([], [pipe], deadline)
        left = left[os.write(pipe, left[:_CHUNK]) :]


def _read(pipe: int, length: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while length:
        _wait([pipe], [], deadline)
        part = os.read(pipe, min(length, _CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _wait(readable: list[int], writable: list[int], deadline: float) -> None:
    """Until the pipe is ready. Raises TimeoutError at the deadline."""
    if not any(select.select(readable, writable, [], max(0.0, deadline - time.monotonic()))):
        raise TimeoutError
