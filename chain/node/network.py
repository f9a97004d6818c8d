# SPDX-License-Identifier: Apache-2.0
"""The network that a folder records: which chain, which contracts stand where, and what they were compiled to.

One process at a time has a folder. A record is either the old one or the new one, whenever the machine stops.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chain.abi.sums import contract_sums
from chain.domain.clock import UtcSeconds, instant
from chain.domain.errors import InputError
from chain.domain.vocabulary import Address
from chain.node.errors import ArtifactsChanged, FolderInUse, FolderUnusable, NetworkDamaged, NetworkVersionUnknown

VERSION = 1
RECORD, LOCK = "network.json", "lock"

_ADDRESS, _SHA256, _CURRENCY = (re.compile(form) for form in ("0x[0-9a-f]{40}", "[0-9a-f]{64}", "[A-Z]{3}"))
_PATIENCE = 50  # times 10 ms, for the process that holds the folder to tell its number


@dataclass(frozen=True, slots=True)
class Network:
    """A ledger on a chain, as one finds it again."""

    demo: bool  # only then may its clock be moved
    chain_id: int
    genesis: UtcSeconds  # the time of block 0
    ledger: Address
    module: Address
    views: Address
    rulebook: Address  # the one it was born with
    currency: str  # ISO 4217
    exponent: int  # decimals of the currency
    cash: tuple[Address, ...]  # the cash tokens
    contracts: Mapping[str, str]  # sha256 of each one's creation code, as `contract_sums` tells it

    def check(self) -> None:
        """Raises ArtifactsChanged when a contract here is not the one that the network was made with."""
        here = contract_sums()
        for name in sorted(here.keys() | self.contracts.keys()):
            recorded, found = self.contracts.get(name, "-"), here.get(name, "-")
            if recorded != found:
                raise ArtifactsChanged(contract=name, recorded=recorded, found=found)


class Folder:
    """A folder of runtime data that is ours as long as this context manager is open; for its owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Make it, if need be, and take it. Raises FolderInUse, FolderUnusable."""
        with self._usable():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._take(lock)
                os.ftruncate(lock, 0)
                os.pwrite(lock, str(os.getpid()).encode(), 0)
            except BaseException:
                os.close(lock)
                raise
            self._lock = lock
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.ftruncate(lock, 0)
            os.close(lock)  # the file stays: were it removed, two processes could hold two files of one name

    def network(self) -> Network | None:
        """What is recorded, if anything. Raises NetworkDamaged, NetworkVersionUnknown, FolderUnusable."""
        path = self.path / RECORD
        with self._usable():
            if not path.exists():
                return None
            octets = path.read_bytes()
        return _read(path, octets)

    def record(self, network: Network) -> None:
        """Replace what is recorded. Raises FolderUnusable, and then the former record stands."""
        assert self._lock is not None, "only who holds the folder writes to it"
        path, fresh = self.path / RECORD, self.path / f"{RECORD}.new"
        text = json.dumps({"version": VERSION, **asdict(network)}, indent=1) + "\n"
        with self._usable():
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            self._sync()

    def forget(self) -> None:
        """Remove the record, if there is one. Raises FolderUnusable."""
        assert self._lock is not None, "only who holds the folder writes to it"
        with self._usable():
            (self.path / RECORD).unlink(missing_ok=True)
            self._sync()

    def _take(self, lock: int) -> None:
        for _ in range(_PATIENCE):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go of it, however we end
            except BlockingIOError:
                if holder := os.pread(lock, 20, 0):
                    raise FolderInUse(folder=str(self.path), pid=holder.decode("ascii", "replace")) from None
                time.sleep(0.01)
            else:
                return
        raise FolderInUse(folder=str(self.path), pid="?")

    def _sync(self) -> None:
        """Make what happened to the names in the folder last."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FolderUnusable(folder=str(self.path), why=error.strerror or type(error).__name__) from None


def _read(path: Path, octets: bytes) -> Network:
    """The network in a file. Raises NetworkDamaged, NetworkVersionUnknown."""
    try:
        told = json.loads(octets)
        version = told.pop("version")
        if type(version) is not int:
            raise ValueError("no version")
        if version != VERSION:
            raise NetworkVersionUnknown(path=str(path), version=version)
        if told.keys() != {field.name for field in fields(Network)}:
            raise ValueError("not the fields of a network")
        return _network(told)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, InputError) as error:
        raise NetworkDamaged(path=str(path), why=f"{type(error).__name__}: {error}") from None


def _network(told: Mapping[str, Any]) -> Network:
    if type(told["demo"]) is not bool:
        raise ValueError("demo is neither true nor false")
    return Network(
        demo=told["demo"],
        chain_id=_whole(told, "chain_id"),
        genesis=instant(_whole(told, "genesis")),
        ledger=_address(told["ledger"]),
        module=_address(told["module"]),
        views=_address(told["views"]),
        rulebook=_address(told["rulebook"]),
        currency=_text(_CURRENCY, told["currency"]),
        exponent=_whole(told, "exponent"),
        cash=tuple(_address(token) for token in told["cash"]),
        contracts={str(name): _text(_SHA256, value) for name, value in told["contracts"].items()},
    )


def _whole(told: Mapping[str, Any], name: str) -> int:
    value = told[name]
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} is {value!r}")
    return value


def _address(value: Any) -> Address:
    return Address(_text(_ADDRESS, value))


def _text(form: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(f"{value!r} is not of the form {form.pattern}")
    return value
