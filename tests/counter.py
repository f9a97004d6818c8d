# SPDX-License-Identifier: Apache-2.0
"""The counter of a demo service: everybody of the story is admitted, and asks over HTTP with a key of its own."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from api.access import keys as access_keys
from api.access import officers
from api.access.demo import demo_officers
from api.access.officers import Officer
from api.access.viewer import Duty
from api.paging import instant
from api.participants import directory
from api.run import said
from api.story.cast import BOTH, CHECKER, CLEARING, COMPANIES, FOAM, MAKER, MOTORS, REGISTRAR, SEATS, Company, Keys
from api.story.figures import ALONE, FOREVER, RAIL
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Domain, Signed
from chain.domain import commands as c
from chain.domain.clock import SystemClock
from chain.domain.vocabulary import ZERO_ADDRESS, Address, OfficerId
from chain.signing.key import Key
from chain.signing.parts import OPERATIONS
from chain.signing.policy import FILE as POLICY
from chain.signing.unlocked import FILE as KEYS
from chain.store.db import connect
from chain.store.words import KeyKind, OfficerState
from chain.submission.outbox import Outbox
from tests.flows.running import COMMAND, until

Json = dict[str, Any]
NUMBERS = {  # tax numbers of the sample invoices' companies; of the others, made up likewise
    10: "91990000MA0YM00109",
    21: "91990000MA0HT0021J",
    31: "91990000MA0RF00313",
}
DAY = 86_400
SECONDS = (SEATS, FOAM)
"""Whose second officers may do what the first may."""
READS = frozenset({Duty.VIEWER})
_OFFICER = """
[[officers]]
participant = {participant}
officer = 2
day = "any"

[[officers.accounts]]
address = "{account}"
rights = ["maker", "checker"]
operations = {{ {operations} }}
"""


@dataclass
class Answer:
    """What was answered."""

    status: int
    body: Json
    headers: dict[str, str]

    @property
    def code(self) -> tuple[int, str]:
        """Status and code of a problem."""
        return self.status, str(self.body.get("code"))

    @property
    def submissions(self) -> list[Json]:
        found: list[Json] = self.body["submissions"]
        return found

    @property
    def one(self) -> Json:
        """The only submission, which came to its end."""
        (found,) = self.submissions
        return found


@dataclass
class Counter:
    """A service and the keys of its officers: "21" is the first officer of participant 21, "10-2" the second of 10."""

    folder: Path
    book: str
    mirror: str
    keys: dict[str, str]
    signing: Keys
    url: str = ""
    pid: int = 0  # of the supervisor
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=60, trust_env=False))

    def ask(
        self, who: str, method: str, path: str, *, key: str | None = None, wait: int = 20, lang: str = "en", **more: Any
    ) -> Answer:
        """A request as an officer; a POST under a key of its own, told when it is through."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Accept-Language": lang}
        if method == "POST":
            headers |= {"Idempotency-Key": key or str(uuid4())} | ({"Prefer": f"wait={wait}"} if wait else {})
        headers |= more.pop("headers", {})
        told = self.client.request(method, f"{self.url}{path}", headers=headers, **more)
        return Answer(told.status_code, told.json(), dict(told.headers))

    def get(self, who: str, path: str, **parameters: Any) -> Answer:
        return self.ask(who, "GET", path, params=parameters)

    def row(self, who: str, path: str) -> Json:
        found = self.get(who, path)
        assert found.status == 200, found
        row: Json = found.body["row"]
        return row

    def rows(self, who: str, path: str, **parameters: Any) -> list[Json]:
        found = self.get(who, path, **parameters)
        assert found.status == 200, found
        rows: list[Json] = found.body["rows"]
        return rows

    def post(self, who: str, path: str, body: Json | None = None, **more: Any) -> Answer:
        return self.ask(who, "POST", path, json={} if body is None else body, **more)

    def done(self, who: str, path: str, body: Json | None = None, **more: Any) -> Answer:
        """A POST of which everything comes to its end, and is mirrored."""
        found = self.post(who, path, body, **more)
        assert found.status == 202, found
        for one in found.submissions:
            assert (one["state"], one["mirrored"]) == ("final", True), one
        return found

    def upload(self, who: str, files: Sequence[bytes], **fields: Any) -> Answer:
        """Draft from these invoices."""
        more = {name: fields.pop(name) for name in ("key", "wait", "lang") if name in fields}
        parts = [("invoices", (f"{place}.xml", text, "text/xml")) for place, text in enumerate(files)]
        return self.ask(who, "POST", "/obligations/drafts", files=parts, data=fields, **more)

    def issued(self, files: Sequence[bytes], **fields: Any) -> str:
        """The car maker's two officers issue an obligation for these; its number."""
        drafted = self.upload("10-1", files, **fields)
        assert drafted.status == 202, drafted
        proposal = drafted.body["proposal"]
        self.done("10-2", f"/proposals/{proposal['id']}/sign", {"hash": proposal["hash"]})
        found: str = proposal["subject"]
        return found

    def claims(self, obligation: str) -> dict[str, Json]:
        """The claims of an obligation, as the Registrar sees them."""
        return {row["id"]: row for row in self.rows("1-1", f"/obligations/{obligation}/claims", limit=500)}

    def part(self, name: str) -> int:
        """The process of a part that lives."""
        until(lambda: said(self.folder / "run" / "up.json")["parts"][name]["pid"] is not None)
        found: int = said(self.folder / "run" / "up.json")["parts"][name]["pid"]
        return found

    def count(self, *tables: str) -> dict[str, int]:
        """How many rows the book's tables have."""
        with connect(self.book) as db:
            return {table: int((db.one(f"SELECT COUNT(*) FROM {table}") or (0,))[0]) for table in tables}

    def found(self) -> None:
        """Where it answers now, once all of it is ready."""

        def ready() -> bool:
            try:
                self.url = (self.folder / "run" / "http").read_text("ascii")
                return self.client.get(f"{self.url}/ready").status_code == 200
            except (FileNotFoundError, httpx2.TransportError):
                return False

        until(ready, 60)


def after(seconds: int) -> str:
    """An instant that many seconds from now."""
    return instant(SystemClock().now() + seconds)


@contextmanager
def counter(folder: Path, book: str | None = None, mirror: str | None = None) -> Iterator[Counter]:
    """A demo service of its own, on SQLite or with book and mirror on PostgreSQL; everybody admitted."""
    with serving(folder, book, mirror) as made:
        admit(made)
        yield made


@contextmanager
def serving(folder: Path, book: str | None = None, mirror: str | None = None, *words: str) -> Iterator[Counter]:
    """The service of a folder, as it is. `child` of the counter is its supervisor, which somebody else may end."""
    places = (*(("--book", book) if book else ()), *(("--mirror", mirror) if mirror else ()))
    command = [COMMAND, "up", "--demo", "--port", "0", "--folder", folder, *places, *words]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: (folder / "run" / "http").exists() and lives_now(folder, child.pid))
        chain_id = json.loads((folder / "network.json").read_text("utf-8"))["chain_id"]
        keys = {f"{one.company.id}-{one.number}": one.key for one in demo_officers(chain_id)}
        keys |= {name.removesuffix("-1"): key for name, key in keys.items() if name.endswith("-1")}
        stores = book or f"sqlite://{folder}/book.db", mirror or f"sqlite://{folder}/mirror.db"
        made = Counter(folder, *stores, keys, Keys(chain_id))
        with made.client:
            made.found()
            made.pid = child.pid
            yield made
    finally:
        child.terminate()
        child.wait(30)


def lives_now(folder: Path, pid: int) -> bool:
    """Whether what the folder tells of its parts is told by this supervisor."""
    told = said(folder / "run" / "up.json")
    return told.get("pid") == pid and told["parts"].get("http", {}).get("pid") is not None


def admit(made: Counter) -> None:
    """The companies of the story, the car maker's checker and threshold, and the rail, in one block; who they are."""
    network = json.loads((made.folder / "network.json").read_text("utf-8"))
    domain, keys = Domain(network["chain_id"], network["ledger"]), made.signing
    registrar, maker, checker = keys.officer(REGISTRAR), keys.officer(MOTORS), keys.officer(MOTORS, CHECKER.officer)
    clearing = keys.officer(CLEARING)

    def signed(message: Signed, *signers: Key | None) -> SignedCall:
        return SignedCall(message, tuple(b"" if one is None else one.sign(message, domain) for one in signers))  # type: ignore[arg-type]

    newcomers = [one for one in COMPANIES if one != REGISTRAR]
    calls = [signed(_entry(keys, one), registrar, keys.officer(one)) for one in newcomers]
    new = checker.address, CHECKER.officer, int(CHECKER.rights)
    added = c.AddAccount(MOTORS.id, 2, *new, registrar.address, maker.address, ZERO_ADDRESS, FOREVER)
    calls.append(signed(added, registrar, maker, None, checker))
    all_three = registrar.address, maker.address, checker.address
    alone = c.SetThreshold(MOTORS.id, 3, MAKER.officer, ALONE, *all_three, FOREVER)
    calls.append(signed(alone, registrar, maker, checker))
    bank = Address(network["cash"][0]), CLEARING.id, keys.escrow.address, clearing.address
    rail = c.AddRail(REGISTRAR.id, RAIL, *bank, registrar.address, FOREVER)
    calls.append(signed(rail, registrar, clearing))
    for who in SECONDS:
        added = c.AddAccount(
            *(who.id, 2, keys.officer(who, 2).address, OfficerId(2), int(BOTH), registrar.address),
            *(keys.officer(who).address, ZERO_ADDRESS, FOREVER),
        )
        calls.append(signed(added, registrar, keys.officer(who), None, keys.officer(who, 2)))
    _let_in(made)
    with connect(made.book) as db:
        outbox = Outbox(db)
        entered = outbox.submit_all([(call, f"admission {place}") for place, call in enumerate(calls)])
        ended = outbox.wait_all([one.id for one in entered], 30)
        assert all(one.refusal is None and one.done for one in ended), ended
        with db.transaction():
            for one in (REGISTRAR, *newcomers):
                number = NUMBERS.get(one.id, f"91990000MA0XX{one.id:05d}")
                company = directory.Company(one.id, f"{one.name.zh}有限公司", number)
                directory.enter(db, company, bytes(32), SystemClock().now())
        last = ended[-1].block or 0
    until(lambda: int(made.get("1-1", "/participants/10").body.get("block", 0)) >= last)
    made.found()


def _let_in(made: Counter) -> None:
    """Second officers of two suppliers, and one of a third duty, who only reads; the signer learns what they sign with.

    The signer reads its policy when it starts, so it is ended, and its supervisor starts it anew.
    """
    folder, operations = made.folder / "signer", ", ".join(f'{name} = "any"' for name in OPERATIONS)
    with (folder / POLICY).open("a", encoding="utf-8") as policy, (folder / KEYS).open("a", encoding="ascii") as file:
        for who in SECONDS:
            key = made.signing.officer(who, 2)
            policy.write(_OFFICER.format(participant=who.id, account=key.address, operations=operations))
            file.write(f"{key.private.secret.hex()}\n")
    with connect(made.book) as db:
        for who, number, duties in (*((one, 2, frozenset(Duty)) for one in SECONDS), (FOAM, 9, READS)):
            now, owner = SystemClock().now(), (who.id, OfficerId(number))
            officer = Officer(*owner, f"{who.id}.{number}", duties, OfficerState.ACTIVE, None, now)
            officers.add(db, officer, "no password fits this")
            made.keys[f"{who.id}-{number}"] = access_keys.issue(db, owner, KeyKind.MADE, duties, now, 300 * DAY).text
    before = made.part("signer")
    os.kill(before, signal.SIGKILL)
    until(lambda: made.part("signer") != before)


def _entry(keys: Keys, who: Company) -> c.RegisterParticipant:
    registrar, own = keys.officer(REGISTRAR), keys.officer(who)
    cash = keys.cash(who).address if who.paid else ZERO_ADDRESS
    rights = MAKER.rights if who == MOTORS else BOTH
    facts = who.id, int(who.role), who.limit, cash, keys.commitment(who.name.en), own.address, OfficerId(1), int(rights)
    return c.RegisterParticipant(REGISTRAR.id, *facts, registrar.address, FOREVER)


@contextmanager
def halted(pid: int) -> Iterator[None]:
    """A process that has its sockets, files and locks, and does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


_UBL = """\
<{element} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{element}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
 <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>{due}
 <cbc:{element}TypeCode>{kind}</cbc:{element}TypeCode>
 <cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party>
  <cac:PartyTaxScheme><cbc:CompanyID>{seller}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>销售方</cbc:RegistrationName></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party>
  <cac:PartyTaxScheme><cbc:CompanyID>{buyer}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>购买方</cbc:RegistrationName></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingCustomerParty>
 <cac:TaxTotal><cbc:TaxAmount currencyID="CNY">{tax}</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal>
  <cbc:LineExtensionAmount currencyID="CNY">{net}</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="CNY">{net}</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="CNY">{gross}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="CNY">{gross}</cbc:PayableAmount>
 </cac:LegalMonetaryTotal>
</{element}>
"""


def invoice(number: int, fen: int, *, seller: int = 21, buyer: int = 10, due: str = "", kind: str = "380") -> bytes:
    """A made-up UBL invoice, due in half a year. `kind` 381: a credit note."""
    at = SystemClock().now()
    net = fen - fen * 13 // 113
    issued, dated = instant(at - 10 * DAY)[:10], due or instant(at + 180 * DAY)[:10]
    element = "CreditNote" if kind == "381" else "Invoice"
    return _UBL.format(
        element=element,
        number=f"0990026001{number:010d}",
        issued=issued,
        due="" if kind == "381" else f"<cbc:DueDate>{dated}</cbc:DueDate>",
        kind=kind,
        seller=NUMBERS.get(seller, f"91990000MA0XX{seller:05d}"),
        buyer=NUMBERS.get(buyer, f"91990000MA0XX{buyer:05d}"),
        net=_yuan(net),
        tax=_yuan(fen - net),
        gross=_yuan(fen),
    ).encode()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
