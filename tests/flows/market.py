# SPDX-License-Identifier: Apache-2.0
"""A demo network that runs, its supplier with claims to sell, and two banks: each asks the API with its own key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from api.access.demo import demo_officers
from api.paging import instant
from api.story.cast import BANK, RIVAL, SEATS, Company
from chain.documents import sealing
from chain.domain.clock import SystemClock
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId
from tests.flows.running import until, up
from tests.flows.test_up_demo import Cash
from tests.office import FACE, Office

Json = dict[str, Any]


@dataclass
class Market:
    """The service of a folder and everybody's keys."""

    folder: Path
    office: Office
    url: str
    keys: dict[int, str]
    cash: Cash
    numbers: int = 0
    private: bytes = field(default=b"", repr=False)
    public: bytes = b""

    def client(self, who: Company, lang: str = "en") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.keys[who.id]}", "Accept-Language": lang}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    def get(self, who: Company, path: str, **parameters: Any) -> httpx2.Response:
        with self.client(who) as client:
            return client.get(path, params=parameters)

    def row(self, who: Company, path: str) -> Json:
        answer = self.get(who, path)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["row"]
        return found

    def post(self, who: Company, path: str, body: Json, key: str | None = None, wait: int = 15) -> httpx2.Response:
        headers = {"Idempotency-Key": key or str(uuid4()), **({"Prefer": f"wait={wait}"} if wait else {})}
        with self.client(who) as client:
            return client.post(path, json=body, headers=headers)

    def held(self, face: Fen = FACE) -> ClaimId:
        """A new claim of the supplier's, once it is mirrored."""
        self.numbers += 1
        claim = self.office.held(self.numbers, face)
        until(lambda: self.get(SEATS, f"/claims/{claim}").status_code == 200)
        until(lambda: bool(self.row(SEATS, f"/claims/{claim}")["claim"]["state"] == "free"))
        return claim

    def asked(self, claim: ClaimId, financiers: tuple[Company, ...] = (BANK, RIVAL), **over: Any) -> int:
        """The supplier asks; the number of its request. Its key pair is drawn anew."""
        self.private, self.public = sealing.pair()
        answer = self.post(SEATS, "/financing", self.asking(claim, financiers) | over)
        assert answer.status_code == 202, answer.text
        return int(answer.json()["financing"])

    def asking(self, claim: ClaimId, financiers: tuple[Company, ...] = (BANK, RIVAL)) -> Json:
        """The body of a request."""
        public = self.public or sealing.pair()[1]
        return {
            "claim": str(claim),
            "financiers": [one.id for one in financiers],
            "until": after(3600),
            "seal": public.hex(),
        }

    def quoted(self, who: Company, number: int, rate: int, **over: Any) -> httpx2.Response:
        return self.post(who, f"/financing/{number}/quotes", {"rate": rate, "until": after(7200)} | over)

    def opened(self, number: int, private: bytes | None = None) -> httpx2.Response:
        return self.post(SEATS, f"/financing/{number}/open", {"key": (private or self.private).hex()})

    def accepted(self, number: int, quote: int, **more: Any) -> httpx2.Response:
        return self.post(SEATS, f"/financing/{number}/accept", {"quote": quote}, **more)

    def quotes(self, number: int) -> list[Json]:
        """What the supplier reads."""
        found: list[Json] = self.row(SEATS, f"/financing/{number}")["quotes"]
        return found

    def balances(self, *who: Company) -> tuple[int, ...]:
        found = self.cash.balances()
        return tuple(found[one.id] for one in who)


def after(seconds: int) -> str:
    """An instant that many seconds from now."""
    return instant(SystemClock().now() + seconds)


@contextmanager
def market(folder: Path) -> Iterator[Market]:
    """The network with everybody admitted."""
    with up(folder, "--demo", "--port", "0"):
        office = Office(folder)
        office.furnish()
        for bank in (BANK, RIVAL):
            office.do(office.admit(bank, office.keys.officer(bank)))
        chain_id = json.loads((folder / "network.json").read_text("utf-8"))["chain_id"]
        keys = {one.company.id: one.key for one in demo_officers(chain_id) if one.number == 1}
        url = (folder / "run" / "http").read_text("ascii")
        made = Market(folder, office, url, {int(one): key for one, key in keys.items()}, Cash(folder))
        until(lambda: made.get(RIVAL, f"/participants/{RIVAL.id}").status_code == 200)
        yield made


def code(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, str(answer.json().get("code"))
