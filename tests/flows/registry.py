# SPDX-License-Identifier: Apache-2.0
"""A demo network that runs and knows nobody yet but the Registrar; its companies enter over HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from eth_account import Account

from api.access.demo import demo_officers
from api.story.cast import BOTH, CLEARING, COMPANIES, MAKER, MOTORS, REGISTRAR, Company, Keys
from api.story.figures import ALONE, RAIL
from chain.domain.vocabulary import Right
from chain.signing.key import Key
from chain.store.db import connect
from tests.flows.running import up

USCC = {one.id: one.number for one in COMPANIES}
Json = dict[str, Any]


@dataclass
class Town:
    """The service of a folder, and everybody's keys to it."""

    folder: Path
    url: str
    logins: dict[str, str]
    keys: Keys

    def ask(
        self, who: str, method: str, path: str, body: Json | None = None, key: str | None = None, wait: int = 15
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.logins[who]}", "Accept-Language": "en"}
        if method == "POST":
            headers |= {"Idempotency-Key": key or str(uuid4()), "Prefer": f"wait={wait}"}
        with httpx2.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False) as client:
            return client.request(method, path, json=body)

    def get(self, who: str, path: str) -> Json:
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    def post(self, who: str, path: str, body: Json) -> Json:
        """What is taken, and by the time that it answers has happened."""
        answer = self.ask(who, "POST", path, body)
        assert answer.status_code == 202, answer.text
        told: Json = answer.json()
        assert all(one["state"] == "final" and one["mirrored"] for one in told["submissions"]), told
        return told

    def refused(self, who: str, path: str, body: Json) -> tuple[int, str]:
        """Status and code of what is not; nothing has changed."""
        before = self.stand()
        answer = self.ask(who, "POST", path, body)
        assert self.stand() == before, f"{path} changed something"
        return answer.status_code, str(answer.json().get("code"))

    def sign(self, who: str, number: int, seen: str | None = None) -> Json:
        return self.post(who, f"/proposals/{number}/sign", {} if seen is None else {"hash": seen})

    def stand(self) -> list[Any]:
        """Everything that registration changes, but for the log and ids that were given out."""
        tables = {
            "book": ("company", "submission", "proposal", "place", "request"),
            "mirror": ("participant", "account"),
        }
        found = []
        for name, some in tables.items():
            with connect(f"sqlite://{self.folder}/{name}.db") as db:
                found += [sorted(map(repr, db.all(f"SELECT * FROM {table}"))) for table in some]
        return found

    def mirrored(self, sql: str, *values: Any) -> list[Any]:
        with connect(f"sqlite://{self.folder}/mirror.db") as db:
            return list(db.all(sql, values))

    def accounts(self, who: Company) -> set[tuple[str, int, int]]:
        """Address, officer and rights of a company's live accounts."""
        sql = "SELECT address, officer, rights FROM account WHERE participant = ? AND active = 1 AND block_to > 9e18"
        return set(self.mirrored(sql, who.id))

    def company(self, who: Company, **over: Any) -> Json:
        """The body that enters a company of the story."""
        return {
            "id": who.id,
            "name": who.name.zh,
            "number": who.number,
            "roles": [str(who.role.name).lower()],
            "limit": who.limit,
            "cash": self.keys.cash(who).address if who.paid else None,
            "officer": 1,
            "rights": rights(MAKER.rights if who == MOTORS else BOTH),
            "account": self.keys.officer(who).address,
        } | over

    def stranger(self, **over: Any) -> tuple[Json, Key]:
        """The body that enters a company that is in nobody's story, and its key, which no signer here has."""
        own, cash = (Key.of(bytes(Account.create().key)) for _ in "ab")
        number = str(uuid4().int)[:15]
        body = {"name": f"外来企业 {number}", "number": number, "roles": ["supplier"]}
        return body | {"account": own.address, "cash": cash.address} | over, own


def rights(given: Right) -> list[str]:
    return [str(one.name).lower() for one in Right if one & given]


def signed(told: Json, own: Key) -> str:
    """A wallet's signature under the typed data that a problem told; not by code of this house."""
    made = Account.sign_typed_data(bytes(own.private.secret), full_message=told["sign"])
    return f"0x{made.signature.hex().removeprefix('0x')}"


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """The network with the whole story's admission done over HTTP."""
    with up(folder, "--demo", "--port", "0"):
        chain_id = json.loads((folder / "network.json").read_text("utf-8"))["chain_id"]
        logins = {f"{one.company.id}-{one.number}": one.key for one in demo_officers(chain_id)}
        made = Town(folder, (folder / "run" / "http").read_text("ascii"), logins, Keys(chain_id))
        admitted(made)
        yield made


def admitted(town: Town) -> None:
    keys = town.keys
    for who in COMPANIES:
        if who != REGISTRAR:
            (sent,) = town.post("1-1", "/participants", town.company(who))["submissions"]
            assert (sent["operation"], sent["subject"], sent["officer"]) == ("register_participant", str(who.id), "1-1")

    checker = {"officer": 2, "rights": ["checker"], "account": keys.officer(MOTORS, 2).address}
    named = town.post("10-1", "/participants/10/accounts", checker)["proposal"]
    assert signatures(named) == {"registrar": ("1-1", False), "signer": ("10-1", True), "account": ("10-2", True)}
    assert "云岭汽车 (91990000MA0YM00109)" in named["text"]
    assert town.sign("1-1", named["id"])["submissions"][0]["operation"] == "add_account"

    alone = town.post("1-1", "/participants/10/threshold", {"officer": 1, "threshold": ALONE})["proposal"]
    assert signatures(alone) == {"registrar": ("1-1", True), "signer": ("10-1", False), "second": ("10-2", False)}
    assert town.sign("10-2", alone["id"], alone["hash"])["submissions"] == []
    assert town.sign("10-1", alone["id"])["submissions"][0]["operation"] == "set_threshold"

    rail = town.post("3-1", "/rails", {"id": RAIL, "bank": CLEARING.id, "escrow": keys.escrow.address})["proposal"]
    assert signatures(rail) == {"signer": ("1-1", False), "bank_signer": ("3-1", True)}
    assert town.sign("1-1", rail["id"])["proposal"]["state"] == "submitted"


def signatures(proposal: Json) -> dict[str, tuple[str, bool]]:
    return {one["place"]: (one["officer"], one["signed_at"] is not None) for one in proposal["places"]}


def proven(town: Town, **over: Any) -> Json:
    """A body with everything in it."""
    body, own = town.stranger(**over)
    told = town.ask("1-1", "POST", "/participants", body).json()
    made: Json = body | told["repeat"] | {"proof": signed(told, own)}
    return made


def raced(town: Town, bodies: list[Json]) -> list[httpx2.Response]:
    start, told = threading.Barrier(len(bodies)), list[httpx2.Response]()

    def ask(body: Json) -> None:
        start.wait()
        told.append(town.ask("1-1", "POST", "/participants", body))

    threads = [threading.Thread(target=ask, args=(body,)) for body in bodies]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told
