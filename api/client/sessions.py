# SPDX-License-Identifier: Apache-2.0
"""Who is logged in on this machine: a private file a session, in <folder>/sessions, and the name of the last one.

The private keys that open the quotes of one's own financing requests lie beside the session that asked for them.
"""

import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from api.client.errors import SealMissing, SessionDamaged, SessionMissing, SessionNameMalformed, SessionUnknown
from chain.signing.files import create_private, private_folder, read_private, sync_folder, usable

FOLDER, LAST, END = "sessions", ".last", ".json"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")  # as every officer's, and no path
_LONGEST = 4096  # bytes of a file


@dataclass(frozen=True, slots=True)
class Session:
    """What a login left. `url`: where, when that was said; `officer`: such as "10-1"."""

    name: str
    officer: str
    key: str = field(repr=False)
    expires_at: str | None = None
    url: str | None = None


class Sessions:
    """The sessions of a folder of the service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def check(self, name: str) -> None:
        """Raises SessionNameMalformed when no session could have that name."""
        self._path(name)

    def keep(self, session: Session) -> None:
        """Keep it, in the place of one of the same name, and as the last.

        Raises SessionNameMalformed, FileExposed, FileUnusable.
        """
        path = self._path(session.name)
        private_folder(self.folder)
        self._write(path, json.dumps({"version": 1} | asdict(session), ensure_ascii=False))
        self._write(self.folder / LAST, session.name)

    def found(self, name: str | None) -> Session:
        """The one of that name; without one the last, or the only.

        Raises SessionMissing, SessionUnknown, SessionDamaged, SessionNameMalformed, FileExposed, FileUnusable.
        """
        if name is None:
            name = self.last()
        path = self._path(name)
        if not path.exists():
            raise SessionUnknown(name=name)
        octets = read_private(path, _LONGEST)
        try:
            told = json.loads(octets)
            told.pop("version")
            session = Session(**told)
        except (ValueError, TypeError, AttributeError, KeyError):
            raise SessionDamaged(path=str(path)) from None
        if session.name != name or not isinstance(session.key, str):
            raise SessionDamaged(path=str(path))
        return session

    def last(self) -> str:
        """Raises SessionMissing."""
        names, noted = self.names(), self.folder / LAST
        if noted.exists() and (name := read_private(noted, _LONGEST).decode("utf-8", "replace")) in names:
            return name
        if len(names) != 1:
            raise SessionMissing(folder=str(self.folder))
        return names[0]

    def names(self) -> list[str]:
        found = (path.name.removesuffix(END) for path in self.folder.glob(f"*{END}"))
        return sorted(name for name in found if NAME.fullmatch(name))

    def forget(self, name: str) -> None:
        """Take its file away; seals stay, for they open what was asked with them."""
        with usable(self.folder):
            self._path(name).unlink(missing_ok=True)

    def seal_drawn(self, name: str, order: str, made: Callable[[], dict[str, str]]) -> dict[str, str]:
        """What the request of an order is made with: made once, kept before anybody is asked, the same when repeated.

        `order`: its Idempotency-Key. Raises FileExposed, FileUnusable, SessionDamaged.
        """
        private_folder(self.folder)
        path = self._unnamed(name, order)
        if not path.exists():
            self._write(path, json.dumps(made()))
        return _seal_in(path)

    def seal_named(self, name: str, order: str, request: int) -> None:
        """The request has a number now; told twice, it changes nothing. Raises FileUnusable."""
        kept = self._unnamed(name, order)
        with usable(kept):
            os.link(kept, fresh := kept.with_name(f"{kept.name}.{secrets.token_hex(4)}"))
            os.replace(fresh, self._seal(name, str(request)))
            kept.unlink()
            sync_folder(self.folder)

    def seal(self, name: str, request: int) -> str:
        """The private key of a request, in hex. Raises SealMissing, SessionDamaged, FileExposed, FileUnusable."""
        path = self._seal(name, str(request))
        if not path.exists():
            raise SealMissing(request=request, folder=str(self.folder))
        return _seal_in(path)["private"]

    def _unnamed(self, name: str, order: str) -> Path:
        return self._seal(name, f"new-{sha256(order.encode()).hexdigest()[:32]}")

    def _seal(self, name: str, what: str) -> Path:
        self._path(name)
        return self.folder / f"{name}.financing-{what}.key"

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise SessionNameMalformed(name=name[:60])
        return self.folder / f"{name}{END}"

    def _write(self, path: Path, text: str) -> None:
        """Whole or not at all, whenever the machine stops."""
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        create_private(fresh, text.encode())
        with usable(path):
            os.replace(fresh, path)
            sync_folder(self.folder)


def _seal_in(path: Path) -> dict[str, str]:
    octets = read_private(path, _LONGEST)
    try:
        told: dict[str, str] = json.loads(octets)
        bytes.fromhex(told["private"])
    except (ValueError, KeyError, TypeError):
        raise SessionDamaged(path=str(path)) from None
    return told
