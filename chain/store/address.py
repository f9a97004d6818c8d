# SPDX-License-Identifier: Apache-2.0
"""Where a database is: `sqlite:///absolute/path` or `postgresql://[user[:password]@][host][:port]/name[?…]`."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from chain.store.errors import StoreAddressMalformed

_POSTGRES = "postgresql"


class StoreAddress(NamedTuple):
    """A parsed address; `store` is what may be shown of it."""

    store: str
    path: Path | None  # of an SQLite file; None for PostgreSQL
    url: str  # as libpq takes it, password included; "" for SQLite

    def __repr__(self) -> str:
        return f"StoreAddress({self.store!r})"


def parse(address: str | Path) -> StoreAddress:
    """A path or a URL, taken apart. Raises StoreAddressMalformed, whose text has no password."""
    if isinstance(address, Path):
        return _file(address.absolute())
    scheme, found, rest = address.partition("://")
    if found and scheme == "sqlite":
        if not rest.startswith("/") or "?" in rest or "#" in rest or len(rest) < 2:
            raise StoreAddressMalformed(address=address)
        return _file(Path("/" + unquote(rest).lstrip("/")))
    if found and scheme == _POSTGRES:
        return _server(address)
    raise StoreAddressMalformed(address=f"{scheme}://" if found else address)


def _file(path: Path) -> StoreAddress:
    return StoreAddress(store=str(path), path=path, url="")


def _server(address: str) -> StoreAddress:
    try:
        parts = urlsplit(address)
        place = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        raise StoreAddressMalformed(address=f"{_POSTGRES}://") from None
    if len(parts.path) < 2:
        raise StoreAddressMalformed(address=f"{_POSTGRES}://{place}")
    return StoreAddress(store=f"{_POSTGRES}://{place}{parts.path}", path=None, url=address)
