# SPDX-License-Identifier: Apache-2.0
"""The process in which PDFs of strangers are opened. It reads and answers on its pipes, and can do little else.

A PDF library walks where the file leads it, so its memory and files are bounded by the system: see `limit`. The script
is started by its path and knows nothing of the project. A request is 8 bytes of length and a PDF; an answer is one
letter, 8 bytes of length and that many bytes. X: the XML; N: none, and how many attachments there are; E: encrypted;
M: malformed, and why; L: more than its bounds. The letter R comes once, when everything is loaded.
"""

import contextlib
import itertools
import logging
import resource
import struct
import sys
from io import BytesIO

from facturx import get_xml_from_pdf
from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
MAX_ATTACHMENTS = 100
MAX_INFLATED = 16 * 2**20  # bytes of one stream, however it is compressed
MEMORY = 208 * 2**20  # bytes that the process may write to
BOUNDS = Configuration(
    maximum_declared_stream_length=MAX_INFLATED,
    array_based_stream_maximum_output_length=MAX_INFLATED,
    lzw_maximum_output_length=MAX_INFLATED,
    run_length_maximum_output_length=MAX_INFLATED,
    zlib_maximum_output_length=MAX_INFLATED,
    brotli_maximum_output_length=MAX_INFLATED,
    stream_decoding_work_maximum_length=4 * MAX_INFLATED,
    array_maximum_element_count=10_000,
    dictionary_maximum_element_count=10_000,
    jbig2dec_binary=None,
)
LENGTH = struct.Struct(">Q")


def limit() -> None:
    """Bound what this process can take: memory, and no file longer than nothing."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(data: bytes) -> tuple[bytes, bytes]:
    """The letter and the bytes for one PDF."""
    try:
        with apply_configuration(BOUNDS):
            return invoice(data)
    except FileNotDecryptedError:
        return b"E", b""
    except (MemoryError, RecursionError, LimitReachedError):
        return b"L", b""
    except Exception as error:  # the library meets a broken file with whatever exception comes of it
        return b"M", f"{type(error).__name__}: {error}".encode(errors="replace")[:200]


def invoice(data: bytes) -> tuple[bytes, bytes]:
    """The one e-invoice among the attachments, if there is one."""
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return b"E", b""
    attachments = list(itertools.islice(reader.attachment_list, MAX_ATTACHMENTS + 1))
    if len(attachments) > MAX_ATTACHMENTS:
        return b"L", b""
    named = [one for one in attachments if one.name.lower() in NAMES]
    if len(named) > 1:
        return b"M", b"more than one e-invoice is attached"
    if not named:
        return b"N", str(len(attachments)).encode()
    name, content = get_xml_from_pdf(data, check_xsd=False, filenames=list(NAMES))
    return b"X", content if name else named[0].content  # what facturx does not know, the XML reader tells exactly


def main() -> None:
    """Answer until the other end of the pipe is closed."""
    limit()
    logging.disable()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b"R")
    sink.flush()
    while head := source.read(LENGTH.size):
        letter, content = answer(source.read(*LENGTH.unpack(head)))
        sink.write(letter + LENGTH.pack(len(content)) + content)
        sink.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
