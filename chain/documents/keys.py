# SPDX-License-Identifier: Apache-2.0
"""The file of fingerprint keys: JSON, for its owner's eyes only, written once and only ever added to.

Losing it means that no invoice is recognised any more; the Registrar's service keeps it later, this file does for now.
"""

import json
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chain.documents.errors import KeyFileDamaged, KeyFileExists, KeyFileExposed, KeyFileMissing, KeyFileUnusable

VERSION = 1  # of the file
_SECRET = 32  # bytes
_LARGEST = 2**20  # bytes of a file


@dataclass(frozen=True, slots=True)
class FingerprintKey:
    """One key; `number` counts the rotations from 1. Its secret is never shown."""

    number: int
    secret: bytes = field(repr=False)


def create(path: Path) -> tuple[FingerprintKey, ...]:
    """Make a file with a first key, and its folder if need be. Raises KeyFileExists, KeyFileUnusable."""
    keys = (_drawn(1),)
    with _usable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = _written(path, keys)
        try:
            path.hardlink_to(fresh)  # unlike a rename, it never replaces
        except FileExistsError:
            raise KeyFileExists(path=str(path)) from None
        finally:
            fresh.unlink()
        _sync(path.parent)
    return keys


def rotate(path: Path) -> tuple[FingerprintKey, ...]:
    """Add a newer key beside the older ones. Raises what `load` raises."""
    older = load(path)
    keys = (*older, _drawn(older[-1].number + 1))
    with _usable(path):
        _written(path, keys).replace(path)
        _sync(path.parent)
    return keys


def load(path: Path) -> tuple[FingerprintKey, ...]:
    """The keys in a file, the newest last. Raises KeyFileMissing, KeyFileExposed, KeyFileDamaged, KeyFileUnusable."""
    with _usable(path):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise KeyFileMissing(path=str(path)) from None
        with file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyFileExposed(path=str(path))
            data = file.read(_LARGEST)
    try:
        return _parsed(json.loads(data))
    except (ValueError, LookupError, TypeError):
        raise KeyFileDamaged(path=str(path)) from None


def _parsed(content: Any) -> tuple[FingerprintKey, ...]:
    """The keys in the JSON of a file. Raises ValueError, LookupError, TypeError."""
    keys = tuple(FingerprintKey(one["number"], bytes.fromhex(one["secret"])) for one in content["keys"])
    numbered = [key.number for key in keys] == list(range(1, len(keys) + 1))
    if content["version"] != VERSION or not keys or not numbered or any(len(key.secret) != _SECRET for key in keys):
        raise ValueError
    return keys


def _drawn(number: int) -> FingerprintKey:
    return FingerprintKey(number, secrets.token_bytes(_SECRET))


def _written(path: Path, keys: Sequence[FingerprintKey]) -> Path:
    """A new file beside `path` with these keys, safe on the disk."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    entries = [{"number": key.number, "secret": key.secret.hex()} for key in keys]
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps({"version": VERSION, "keys": entries}, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync(folder: Path) -> None:
    """Make what happened to the names in the folder last."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyFileUnusable(path=str(path), reason=error.strerror or type(error).__name__) from None
