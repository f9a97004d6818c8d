# SPDX-License-Identifier: Apache-2.0
"""What time does to promises, on a network that runs: the service marks and ends them, whatever is killed meanwhile."""

import json
import os
import signal
import time
from pathlib import Path

import httpx2
import pytest

from api.story.cast import MOTORS, REGISTRAR, SEATS
from chain.domain import commands as c
from chain.domain.clock import DAY, SystemClock, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import HOUR, ZERO_HASH, Hours, InvoicePart, ObligationId
from chain.store.db import connect
from chain.submission.clock import set_clock
from tests.flows.market import Market, code, market
from tests.flows.running import until
from tests.office import FACE, FOREVER, RAIL

pytestmark = pytest.mark.usefixtures("anvil_here")


def offered(town: Market, number: int) -> ObligationId:
    """A promise that its creditor has not accepted, and may for a day."""
    office, keys = town.office, town.office.keys
    registrar, maker, checker = keys.officer(REGISTRAR), keys.officer(MOTORS, 1), keys.officer(MOTORS, 2)
    fingerprint = keys.commitment(f"offered {number}")
    entered = c.RegisterInvoices(
        REGISTRAR.id, MOTORS.id, (c.InvoiceEntry(fingerprint, FACE, ZERO_HASH),), registrar.address, FOREVER
    )
    office.do(office.signed(entered, registrar))
    terms = c.NewObligation(
        *(number, SEATS.id, FACE, UtcSeconds(office.now + 90 * DAY), Hours((office.now + DAY) // HOUR), RAIL, 2),
        *(Ppm(182_500), keys.commitment(f"terms {number}"), (InvoicePart(fingerprint, Fen(FACE)),)),
    )
    office.do(office.signed(c.Issue(MOTORS.id, terms, maker.address, checker.address, FOREVER), maker, checker))
    return ObligationId(MOTORS.id, number)


def pid(town: Market, part: str) -> int:
    told = json.loads((town.folder / "run" / "up.json").read_text("utf-8"))
    return int(told["parts"][part]["pid"])


def travel(town: Market, days: int) -> None:
    with connect(f"sqlite://{town.folder}/book.db") as book:
        set_clock(book, UtcSeconds(SystemClock().now() + days * DAY))


def done(town: Market) -> list[tuple[str, str]]:
    """What the service did by itself, and how it ended."""
    with connect(f"sqlite://{town.folder}/book.db") as book:
        sql = "SELECT key, state FROM submission WHERE operation IN ('MarkOverdue', 'Expire') ORDER BY id"
        return [(key, state) for key, state in book.all(sql)]


def answers(town: Market, obligation: ObligationId, status: str) -> bool:
    """Whether it answers, where it listens now, that an obligation has that status."""
    town.url = (town.folder / "run" / "http").read_text("ascii")
    try:
        return bool(town.row(MOTORS, f"/obligations/{obligation}")["status"] == status)
    except httpx2.TransportError:  # it is being started
        return False


def test_time__over_days_and_deaths__marks_and_ends_each_promise_once(tmp_path: Path) -> None:
    with market(tmp_path / "service") as town:
        held, offer = town.held().obligation, offered(town, 2)
        until(lambda: answers(town, offer, "issued"))
        travel(town, 2)
        until(lambda: answers(town, offer, "expired"))
        assert done(town) == [(f"expire {offer}", "final")]
        assert answers(town, held, "issued"), "it is not due"

        before = town.get(MOTORS, "/obligations").json()["block"]
        os.kill(pid(town, "mirror"), signal.SIGSTOP)
        time.sleep(4.5)  # nobody knows any more what has happened since
        travel(town, 91)
        time.sleep(2.5)
        assert len(done(town)) == 1, "what an old mirror says is no ground to act on"
        os.kill(pid(town, "http"), signal.SIGKILL)
        os.kill(pid(town, "mirror"), signal.SIGCONT)
        until(lambda: len(done(town)) == 2)
        os.kill(pid(town, "http"), signal.SIGKILL)
        until(lambda: answers(town, held, "overdue"))
        time.sleep(2.5)
        assert done(town) == [(f"expire {offer}", "final"), (f"overdue {held}", "final")]

        rows = town.get(MOTORS, "/submissions").json()["rows"]
        (marked,) = [one for one in rows if one["operation"] == "mark_overdue"]
        assert (marked["officer"], marked["subject"], marked["state"]) == (None, str(held), "final")
        assert marked["block"] > before
        assert town.row(MOTORS, "/todo")["counts"]["overdue"] == 1
        assert code(town.post(SEATS, "/obligations/accept", {"obligations": [str(offer)]}))[0] == 409
        log = (town.folder / "run" / "http.log").read_text("utf-8")
        assert str(held) not in log, "the log says only how many"
