# SPDX-License-Identifier: Apache-2.0
"""The metadata of all the book's tables, wherever they are defined."""

from chain.store import tables as _tables  # noqa: F401 defines them
from chain.store import tables_asked as _asked  # noqa: F401
from chain.store.columns import Book as Book
