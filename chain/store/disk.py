# SPDX-License-Identifier: Apache-2.0
"""How much room a disk has left: whoever needs some learns in time that there is little, not half-way through."""

import os
from pathlib import Path

from chain.store.errors import DiskFull, StoreUnavailable

MIB = 1 << 20
"""Octets."""


def left(folder: Path) -> int:
    """Octets that are free on a folder's disk, beside what is kept for its administrator. Raises StoreUnavailable."""
    try:
        found = os.statvfs(folder)
    except OSError as error:
        raise StoreUnavailable(store=str(folder), why=error.strerror or type(error).__name__) from None
    return found.f_bavail * found.f_frsize


def full(path: Path) -> DiskFull:
    """The error of a file that found no room on its disk."""
    try:
        return DiskFull(place=str(path), left=left(path.parent) // MIB)
    except StoreUnavailable:
        return DiskFull(place=str(path), left=0)
