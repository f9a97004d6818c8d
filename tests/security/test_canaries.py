# SPDX-License-Identifier: Apache-2.0
"""Names, invoice numbers, prices, passwords and keys that nobody could mistake go through a service that runs, by every
door: and stand in no log, no status file, no figure, no problem's text and on no chain.

tests/conftest.py looks at the end through what all services of all tests told.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.access.demo import demo_officers
from api.story.cast import BANK, CLEARING, MOTORS, SEATS, Company, Keys
from api.story.figures import RAIL
from chain.documents import sealing
from chain.domain.errors import registry
from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from chain.store.db import connect
from tests import canaries
from tests.conftest import SYSTEM_PACKAGE
from tests.counter import NUMBERS, Counter, after, invoice, lives_now
from tests.flows.running import COMMAND, until

NAMES = {3: "金丝雀清算", 10: "金丝雀汽车", 21: "Canary-Quartz Seating", 51: "Zitronenzeisig Kreditbank"}
TAX = {3: "91990000MAK7Q3Y00R", 10: "91990000MAK7Q3Y10T", 21: "91990000MAK7Q3Y21Y", 51: "91990000MAK7Q3Y512"}
INVOICE, BROKEN, RATE = 7_770_123_456, "KAPUTT-55512399", 141_237
PASSWORD, WRONG = "quetzal-umbrella-ninety-two", "ocelot-wrong-guess-31"
PERSON = "kestrel.vane"
"""Things that stand nowhere by chance."""


@dataclass
class Canaries:
    """What must not be told: as it is written, and as octets that may stand on no chain either."""

    words: set[str] = field(default_factory=set)

    def add(self, *words: str) -> None:
        self.words |= set(words)

    def in_text(self, text: str) -> list[str]:
        return canaries.seen(text, sorted(self.words))

    def in_octets(self, octets: bytes) -> list[str]:
        """Written in any usual way, and a key as its own bytes."""
        forms = {word: {word.encode(), word.encode("gbk", "ignore"), word.encode("utf-16-le")} for word in self.words}
        for word in self.words:
            if re.fullmatch("(0x)?[0-9a-f]{64}", word):
                forms[word].add(bytes.fromhex(word.removeprefix("0x")))
        return [word for word, some in forms.items() if any(form and form in octets for form in some)]


@contextmanager
def service(folder: Path, told: Path) -> Iterator[Counter]:
    """A demo service with nobody admitted, whose own words go to a file."""
    command: list[str | Path] = [COMMAND, "up", "--demo", "--port", "0", "--folder", folder]
    with told.open("wb") as stream:
        child = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        until(lambda: (folder / "run" / "http").exists() and lives_now(folder, child.pid), 60)
        chain_id = chain_of(folder)
        keys = {f"{one.company.id}-{one.number}": one.key for one in demo_officers(chain_id)}
        places = f"sqlite://{folder}/book.db", f"sqlite://{folder}/mirror.db"
        made = Counter(folder, *places, keys, Keys(chain_id))
        with made.client:
            made.found()
            yield made
    finally:
        child.terminate()
        child.wait(30)


def chain_of(folder: Path) -> int:
    (found,) = re.findall(r'"chain_id": ?([0-9]+)', (folder / "network.json").read_text("utf-8"))
    return int(found)


def admitted(at: Counter, who: Company, *roles: str, **more: Any) -> None:
    company = {"id": who.id, "name": NAMES[who.id], "number": TAX[who.id], "roles": roles}
    keys = {"account": at.signing.officer(who).address, "cash": at.signing.cash(who).address}
    at.done("1-1", "/participants", company | keys | more)


def furnish(at: Counter) -> None:
    """Four companies, a checker, a rail."""
    admitted(at, CLEARING, "settlement_bank")
    admitted(at, MOTORS, "core_enterprise", limit=500_000_000)
    admitted(at, SEATS, "supplier")
    admitted(at, BANK, "financier")
    checker = {"officer": 2, "rights": ["checker"], "account": at.signing.officer(MOTORS, 2).address}
    number = at.post("10-1", "/participants/10/accounts", checker).body["proposal"]["id"]
    at.done("1-1", f"/proposals/{number}/sign")
    rail = {"id": RAIL, "bank": CLEARING.id, "escrow": at.signing.escrow.address}
    at.done("3-1", f"/proposals/{at.post('1-1', '/rails', rail).body['proposal']['id']}/sign")


def dealt(at: Counter, found: Canaries) -> None:
    """An invoice becomes a promise, which is accepted, offered, encumbered; quotes come and are opened."""
    file = invoice(INVOICE, 12_345_678)
    for number in (10, 21):
        file = file.replace(NUMBERS[number].encode(), TAX[number].encode())
    file = file.replace("销售方".encode(), NAMES[21].encode()).replace("购买方".encode(), NAMES[10].encode())
    drafted = at.upload("10-1", [file])
    assert drafted.status == 202, drafted
    (backing,) = drafted.body["proposal"]["details"]["invoices"]
    found.add(backing["number"])
    assert str(INVOICE) in backing["number"]
    found.add(drafted.body["proposal"]["details"]["terms"][0]["salt"])
    at.done("10-2", f"/proposals/{drafted.body['proposal']['id']}/sign")
    at.done("21-1", "/obligations/accept", {"obligations": ["10-1"]})
    private, public = sealing.pair()
    found.add(private.hex())
    asked = at.post(
        "21-1", "/financing", {"claim": "10-1-1", "financiers": [51], "until": after(3_600)} | _seal(public)
    )
    number = asked.body["financing"]
    quoted = at.post("51-1", f"/financing/{number}/quotes", {"rate": RATE, "until": after(7_200)})
    assert quoted.status == 202, quoted
    found.add(str(RATE))
    at.post("21-1", f"/financing/{number}/open", {"key": private.hex()})
    (quote,) = at.row("21-1", f"/financing/{number}")["quotes"]
    found.add(str(quote["price"]))
    at.post("21-1", "/claims/10-1-1/split", {"pieces": [{"to": 51, "amount": 1_000}]})


def gone_wrong(at: Counter, found: Canaries) -> None:
    """The same words where they do not belong: refused, unknown, malformed, cut off."""
    name, (invoiced,) = NAMES[21], [word for word in found.words if word.endswith(str(INVOICE))]
    broken = invoice(1, 500).replace(b"</cbc:ID>", f" {BROKEN} {name}<".encode(), 1)
    assert at.upload("10-1", [broken]).status == 422
    for text in (name, invoiced, PASSWORD):
        at.get("21-1", "/search", q=text)
        at.get("21-1", "/participants", q=text)
        at.get("21-1", "/participants", **{text: text})
        at.get("21-1", f"/{text}/{text}", at=text)
        at.post("21-1", "/participants", {text: text})
        at.post("21-1", "/claims/10-1-1/cut", headers={"X-Trace": text.encode(), "User-Agent": text.encode()})
        at.ask(
            "21-1", "POST", "/claims/10-1-1/cut", content=text.encode(), headers={"Content-Type": "application/json"}
        )
    for bearer in (PASSWORD, f"dt_{'0' * 12}_{'5a' * 32}", at.keys["10-1"].replace("dt_", "dt_ ")):
        at.client.get(f"{at.url}/me", headers={"Authorization": f"Bearer {bearer}"})
    at.client.post(f"{at.url}/login", json={"name": PERSON, "password": WRONG})
    at.client.post(f"{at.url}/login", json={"name": PERSON, "password": WRONG, name: name})


def people(at: Counter, found: Canaries) -> None:
    """Somebody is let in, logs in, changes the password, and has a key that is ended."""
    let_in = at.ask("21-1", "POST", "/officers", json={"number": 7, "name": PERSON, "duties": ["viewer"]})
    assert let_in.status == 201, let_in
    logged = at.client.post(f"{at.url}/login", json={"name": PERSON, "password": let_in.body["password"]})
    bearer = {"Authorization": f"Bearer {logged.json()['key']}"}
    found.add(let_in.body["password"], logged.json()["key"], PASSWORD, WRONG, PERSON)
    change = {"password": let_in.body["password"], "new": PASSWORD}
    assert at.client.post(f"{at.url}/password", json=change, headers=bearer).status_code == 204
    made = at.client.post(f"{at.url}/keys", json={"scopes": ["viewer"], "days": 1}, headers=bearer).json()
    found.add(made["key"])
    assert at.client.delete(f"{at.url}/keys/{made['id']}", headers=bearer).status_code == 204
    assert at.client.get(f"{at.url}/me", headers={"Authorization": f"Bearer {made['key']}"}).status_code == 401


def chain_octets(folder: Path) -> bytes:
    """Every transaction of every block of the node, and every log."""
    node = (folder / "run" / "node").read_text("ascii").strip()

    def asked(method: str, *parameters: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return httpx2.post(node, json=body, timeout=20, trust_env=False).json()["result"]

    head = int(asked("eth_blockNumber"), 16)
    blocks = [asked("eth_getBlockByNumber", hex(number), True) for number in range(head + 1)]
    texts = [one["input"] for block in blocks for one in block["transactions"]]
    texts += [block["extraData"] for block in blocks]
    texts += [one["data"] for one in asked("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})]
    return b"\n".join(bytes.fromhex(text.removeprefix("0x")) for text in texts)


def test_canaries__through_every_door__are_told_nowhere(tmp_path: Path) -> None:
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    folder, out, found = tmp_path / "service", tmp_path / "said", Canaries()
    found.add(*NAMES.values(), *TAX.values(), BROKEN)
    with service(folder, out) as at:
        chain_id = chain_of(folder)
        found.add(*at.keys.values(), *canaries.of_a_network(chain_id))
        found.add(*re.findall("[0-9a-f]{64}", (folder / "signer" / "unlocked.keys").read_text("ascii")))
        found.add(*re.findall('"secret": "([0-9a-f]{64})"', (folder / "fingerprint-keys.json").read_text("ascii")))
        furnish(at)
        dealt(at, found)
        people(at, found)
        gone_wrong(at, found)
        metrics = at.client.get(f"{at.url}/metrics").text
        said = [at.client.get(f"{at.url}{path}").text for path in ("/ready", "/healthz")]
        problems = [at.client.get(f"{at.url}/problems/{code}").text for code in registry()]
        octets = chain_octets(folder)
        with connect(at.book) as db:
            raw = [bytes(row[0]) for row in db.all("SELECT raw FROM carrier")]
            kept = [str(row) for row in db.all("SELECT * FROM audit")]
    files = list(canaries.told(folder))
    assert {"http.log", "signer.log", "sender.log", "mirror.log", "up.json"} <= {file.name for file, _ in files}
    assert at.signing.cash(SEATS).address[2:] in octets.hex(), "what is on the chain is found there"
    assert len(found.words) > 60
    for where, text in [*files, ("up", out.read_text("utf-8")), ("/metrics", metrics), ("audit", "".join(kept))]:
        if where == "audit":
            text = text.replace(PERSON, "")  # an officer's name may be in its own log of decisions
        assert not found.in_text(text), f"{where} tells {found.in_text(text)}"
    assert not found.in_text("".join((*said, *problems)))
    assert not found.in_octets(octets + b"\n".join(raw))


def _seal(public: bytes) -> dict[str, str]:
    return {"seal": public.hex()}


def test_canaries__in_a_log__are_found(tmp_path: Path) -> None:
    """The search itself: each kind of thing, wherever a service writes."""
    run = tmp_path / "deep" / "service" / "run"
    run.mkdir(parents=True)
    (run.parent / "network.json").write_text('{"chain_id": 4711, "demo": true}', "utf-8")
    assert canaries.leaks(tmp_path) == []
    story, secrets = canaries.of_the_story(), canaries.of_a_network(4711)
    for place, word in enumerate(
        (story[0], story[-1], "恒座椅业", secrets[0], secrets[-1], f"dt_{'0' * 12}_{'5' * 64}")
    ):
        for name in ("http.log", "up.json", "http"):
            file = run / name
            file.write_text(f'{{"event": "x{place}", "why": "about {word}."}}\n', "utf-8")
            assert [one for one in canaries.leaks(tmp_path) if word in one], (name, word)
            file.unlink()
    (run / "http.log").write_text('{"event": "listening"}\n', "utf-8")
    assert canaries.leaks(tmp_path) == []
    found = Canaries({"金丝雀", "ab" * 32})
    for octets in ("金丝雀".encode(), "金丝雀".encode("gbk"), bytes.fromhex("ab" * 32), b"ab" * 32):
        assert found.in_octets(b"\x00" + octets + b"\x01")
