# SPDX-License-Identifier: Apache-2.0
"""An office to test signing with: a core enterprise's officers, a Registrar's, their policy, and what they sign."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from typing import Any

from chain.abi.eip712 import Domain, Signed
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ZERO_ADDRESS, ZERO_HASH, Address, ClaimId, ParticipantId
from chain.signing.client import SignerClient
from chain.signing.errors import SignerUnreachable
from chain.signing.key import Key
from chain.signing.keyfile import Cost
from chain.signing.keystore import Keystore
from chain.signing.process import SOCKET
from tests.chains import START, key

CHEAP = Cost(4096)
PASSWORD = "seven wet stones"
LEDGER = Address("0x" + "d7" * 20)
DOMAIN = Domain(31_337, LEDGER)
CORE, BUYER, REGISTRAR = ParticipantId(10), ParticipantId(20), ParticipantId(1)
MAKER, CHECKER, SPARE, COLLEAGUE = (key(f"office {name}") for name in ("maker", "checker", "spare", "colleague"))
FIRST, SECOND, NEW = (key(f"office {name}") for name in ("registrar 1", "registrar 2", "newcomer"))
"""MAKER and SPARE are officer 1's, CHECKER officer 2's, COLLEAGUE officer 3's, whose key is elsewhere; NEW is to be."""

DAY = 1_000_000  # fen; officer 1's day

POLICY = f"""
version = 1
longest = 3600

[[ledgers]]
chain_id = 31337
address = "{LEDGER}"

[[officers]]
participant = 10
officer = 1
day = {DAY}

[[officers.accounts]]
address = "{MAKER.address}"
rights = ["maker"]

[officers.accounts.operations]
Issue = 400_000
Split = 300_000
Accept = "any"
AddAccount = "any"
SetCash = "any"

[[officers.accounts]]
address = "{SPARE.address}"
rights = ["maker", "checker"]
operations = {{ Issue = "any", Split = "any" }}

[[officers]]
participant = 10
officer = 2
day = "any"

[[officers.accounts]]
address = "{CHECKER.address}"
rights = ["checker"]
operations = {{ Issue = 900_000, Split = "any", SetCash = "any" }}

[[officers.accounts]]
address = "{NEW.address}"
rights = ["maker"]
operations = {{ AddAccount = "any" }}

[[officers]]
participant = 10
officer = 3
day = 0

[[officers.accounts]]
address = "{COLLEAGUE.address}"
rights = ["checker"]
operations = {{}}

[[officers]]
participant = 1
officer = 1
day = "any"

[[officers.accounts]]
address = "{FIRST.address}"
rights = ["maker"]
operations = {{ SetCash = "any" }}

[[officers]]
participant = 1
officer = 2
day = "any"

[[officers.accounts]]
address = "{SECOND.address}"
rights = ["maker"]
operations = {{ SetCash = "any" }}
"""


def promise(face: int, number: int = 1) -> c.NewObligation:
    fields: Any = (number, BUYER, face, START, 500_000, 1, 0, 0, bytes(32), (c.InvoicePart(ZERO_HASH, face),))  # type: ignore[arg-type]
    return c.NewObligation(*fields)


def issue(face: int = 100_000, **changes: Any) -> c.Issue:
    """An Issue by MAKER, checked by CHECKER, good for a minute on the tests' clock."""
    told: dict[str, Any] = {
        "participant": CORE,
        "obligation": promise(face),
        "signer": MAKER.address,
        "checker": CHECKER.address,
        "deadline": START + 60,
    }
    return c.Issue(**told | changes)


def split(amount: int = 100_000, **changes: Any) -> c.Split:
    """A Split by MAKER, good for a minute on the tests' clock."""
    told: dict[str, Any] = {
        "participant": CORE,
        "claim": ClaimId(BUYER, 1, 1),
        "version": 1,
        "to": BUYER,
        "amount": amount,
        "signer": MAKER.address,
        "deadline": START + 60,
    }
    return c.Split(**told | changes)


def set_cash(**changes: Any) -> c.SetCash:
    """A governed message by MAKER and CHECKER, countersigned by the Registrar's FIRST."""
    told: dict[str, Any] = {
        "participant": CORE,
        "version": 1,
        "cash": LEDGER,
        "registrar": FIRST.address,
        "signer": MAKER.address,
        "second": CHECKER.address,
        "deadline": START + 60,
    }
    return c.SetCash(**told | changes)


def add_account(**changes: Any) -> c.AddAccount:
    """NEW becomes officer 2's, by MAKER and CHECKER."""
    told: dict[str, Any] = {
        "participant": CORE,
        "version": 1,
        "account": NEW.address,
        "officer": 2,
        "rights": 1,
        "registrar": FIRST.address,
        "signer": MAKER.address,
        "second": ZERO_ADDRESS,
        "deadline": START + 60,
    }
    return c.AddAccount(**told | changes)


def soon(message: Signed) -> Any:
    """The message with a deadline that is good by the machine's clock."""
    return replace(message, deadline=UtcSeconds(int(time.time()) + 600))


def furnish(folder: Path, policy: str = POLICY, keys: tuple[Key, ...] = (MAKER, CHECKER, SPARE)) -> Path:
    """A signer's folder with key files, all under PASSWORD, and a policy."""
    store = Keystore(folder)
    for one in keys:
        store.add(one.private.secret, PASSWORD, CHEAP)
    write_private(folder / "policy.toml", policy)
    return folder


def write_private(path: Path, text: str) -> Path:
    """A file of its owner's alone."""
    path.touch(0o600)
    path.write_text(text)
    return path


ROOT = Path(__file__).resolve().parents[3]


class Process:
    """A running signer process; its log is kept in a file."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.socket, self.log = folder, folder / SOCKET, folder / "log"
        with self.log.open("ab") as log:
            command = [executable, "-m", "chain.signing.process", "--folder", str(folder), *arguments]
            self.child = Popen(command, stdin=PIPE, stderr=log, cwd=ROOT)

    def client(self, seconds: float = 10.0) -> SignerClient:
        """A client, once the process listens."""
        until = time.monotonic() + seconds
        while True:
            client = SignerClient(self.socket)
            try:
                client.accounts()
                return client
            except SignerUnreachable:
                if time.monotonic() > until or self.child.poll() is not None:
                    raise AssertionError(f"no signer: {self.log.read_text()}") from None
                time.sleep(0.002)

    def lines(self) -> list[dict[str, object]]:
        """Its log; every line of it is JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def raw(self) -> socket.socket:
        """A bare connection."""
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(20)
        made.connect(str(self.socket))
        return made

    def stop(self, number: int = 15) -> int:
        """Its exit code after this signal."""
        if self.child.poll() is None:
            os.kill(self.child.pid, number)
        code = self.child.wait(20)
        if self.child.stdin:
            self.child.stdin.close()
        return code


@contextmanager
def running(folder: Path, *unlocked: Key) -> Iterator[Process]:
    """A signer process on a furnished folder with these accounts unlocked; gone at the end."""
    process = Process(folder)
    try:
        with process.client() as client:
            for one in unlocked:
                client.unlock(one.address, PASSWORD)
        yield process
    finally:
        process.stop(9)
