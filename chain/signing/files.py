# SPDX-License-Identifier: Apache-2.0
"""Files for their owner's eyes only: refused when others may reach them, and never half written."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chain.signing.errors import FileExposed, FileUnusable, FolderTaken

_OTHERS = 0o077
LOCK = "lock"


def private_folder(path: Path) -> Path:
    """The folder, made with its parents when it is not there yet. Raises FileExposed, FileUnusable."""
    with usable(path):
        if not path.exists():
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _check(path, os.fstat(folder))
        finally:
            os.close(folder)
    return path


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular file, made with mode 0600 when `flags` ask for it.

    Raises FileExposed; FileUnusable, also when it is not there and not to be made.
    """
    with usable(path):
        opened = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        try:
            told = os.fstat(opened)
            if not stat.S_ISREG(told.st_mode):
                raise FileUnusable(path=str(path), why="it is no regular file")
            _check(path, told)
        except BaseException:
            os.close(opened)
            raise
        return opened


def read_private(path: Path, most: int) -> bytes:
    """All of a file of at most so many bytes. Raises FileExposed, FileUnusable."""
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file, usable(path):
        octets = file.read(most + 1)
    if len(octets) > most:
        raise FileUnusable(path=str(path), why=f"it has more than {most} bytes")
    return octets


def create_private(path: Path, octets: bytes) -> bool:
    """A new file, there whole or not at all whenever the machine stops; False when that name is taken already.

    Raises FileUnusable.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    with usable(path):
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            os.link(fresh, path)  # unlike a rename, it replaces nothing
        except FileExistsError:
            return False
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(path.parent)
    return True


def sync_folder(path: Path) -> None:
    """Make what happened to the names in a folder last. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """Have the folder for this process alone. Raises FolderTaken, FileExposed, FileUnusable."""
    lock = open_private(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go of it, however we end
        except BlockingIOError:
            raise FolderTaken(folder=str(folder)) from None
        yield
    finally:
        os.close(lock)


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into FileUnusable."""
    try:
        yield
    except OSError as error:
        raise FileUnusable(path=str(path), why=error.strerror or type(error).__name__) from None


def _check(path: Path, told: os.stat_result) -> None:
    if told.st_uid != os.geteuid() or told.st_mode & _OTHERS:
        raise FileExposed(path=str(path), mode=f"{stat.S_IMODE(told.st_mode):04o}", owner=told.st_uid)
