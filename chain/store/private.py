# SPDX-License-Identifier: Apache-2.0
"""Database files that their owner alone may read."""

import errno
import os
from pathlib import Path

from chain.store.disk import full
from chain.store.errors import StoreUnavailable


def make_private(path: Path) -> None:
    """An empty file in a folder, both for their owner alone; what is there already stays, a file loses others' rights.

    Raises StoreUnavailable, DiskFull.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(file, 0o600)  # SQLite gives its log the same
        finally:
            os.close(file)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise full(path) from None
        raise StoreUnavailable(store=str(path), why=error.strerror or type(error).__name__) from None
