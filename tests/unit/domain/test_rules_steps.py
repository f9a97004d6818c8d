# SPDX-License-Identifier: Apache-2.0
"""Money over intervals: the fold of steps against golden worlds, its bounds, and what no cut can change."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.refusals import BadReduction, TooManyPayments, TooManyReductions
from chain.domain.rules.steps import MAX_STEPS, History, append_pay, append_reduce, settled, share
from chain.domain.vocabulary import ObligationId, ParticipantId, Step, StepKind
from tests.conftest import SHARED_DATA

OBLIGATION = ObligationId(ParticipantId(4), 1)
NOTHING = Fen(0)
T0 = UtcSeconds(0)
PAID_OUT = -1  # redeemed after everything was paid: the ledger has the claim REDEEMED then


def vectors(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).resolve().parents[4] / "shared" / "vectors" / name
    if not path.is_file():
        pytest.skip(f"{SHARED_DATA} there is no {path.name} in ../shared/vectors")
    cases: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
    return cases


def pay(steps: History, unpaid: int, amount: int, interest: int = 0) -> History:
    step = append_pay(OBLIGATION, steps, Fen(unpaid), Fen(amount), Fen(interest), NOTHING, T0)
    return steps if step is None else (*steps, step)


def reduce(steps: History, unpaid: int, lo: int, hi: int) -> History:
    return (*steps, append_reduce(OBLIGATION, steps, Fen(unpaid), Fen(lo), Fen(hi), NOTHING, T0))


# ---------------------------------------------------------------- golden worlds


class Ledger:
    """One obligation's steps and intervals, as a golden case acts on them."""

    def __init__(self, face: int) -> None:
        self.unpaid = face
        self.steps: History = ()
        self.claims = {1: (0, face, 0)}  # start, end, redeemed step

    def act(self, act: dict[str, Any]) -> None:
        if "cut" in act:
            start, end, since = self.claims[act["cut"]]
            boundary = end - act["amount"]
            self.claims[act["cut"]] = start, boundary, since
            self.claims[act["child"]] = boundary, end, since
        elif "pay" in act:
            assert self.unpaid == act["unpaid_before"]
            self.steps = pay(self.steps, self.unpaid, act["pay"])
            self.unpaid -= act["pay"]
        elif "reduce" in act:
            lo, hi = act["reduce"]
            self.steps = reduce(self.steps, self.unpaid, lo, hi)
            self.unpaid -= hi - lo
        else:
            start, end, since = self.claims[act["redeem"]]
            assert self.money(start, end, since) == act["money"]
            self.claims[act["redeem"]] = start, end, PAID_OUT if self.unpaid == 0 else len(self.steps)

    def money(self, start: int, end: int, since: int) -> int:
        if since == PAID_OUT:
            return 0
        return share(self.steps, Fen(self.unpaid), Fen(start), Fen(end), since).principal

    def left(self, start: int, end: int) -> int:
        return share(self.steps, Fen(self.unpaid), Fen(start), Fen(end), 0).unpaid


@pytest.mark.parametrize("number", range(80))
def test_golden_steps__every_redemption_and_every_claim_at_the_end(number: int) -> None:
    case = vectors("steps.json")[number]
    ledger = Ledger(case["face"])

    for act in case["acts"]:
        ledger.act(act)

    assert ledger.unpaid == case["unpaid"]
    assert len(ledger.claims) == len(case["claims"])
    for expected in case["claims"]:
        start, end, since = ledger.claims[expected["claim"]]
        assert (start, end - start) == (expected["start"], expected["amount"])
        assert ledger.money(start, end, since) == expected["due_now"]
        assert ledger.left(start, end) == expected["unpaid"]


@pytest.mark.parametrize("number", range(40))
def test_golden_waterfall__one_round(number: int) -> None:
    case = vectors("waterfall.json")[number]
    face, paid = case["face_minor"], case["paid_minor"]
    steps = pay((), face, paid)

    shares = [share(steps, Fen(face - paid), Fen(a), Fen(b), 0).principal for a, b in case["intervals"]]

    assert shares == case["entitled_minor"]


def test_golden_files__every_case_is_run() -> None:
    assert (len(vectors("steps.json")), len(vectors("waterfall.json"))) == (80, 40)


# ---------------------------------------------------------------- bounds


def test_settled__is_what_the_shares_below_a_boundary_add_up_to() -> None:
    steps = reduce(pay((), 1_000, 333), 667, 100, 200)

    assert settled(steps, 0) == 0
    assert settled(steps, 1_000) == 433
    assert settled(steps, 500) == share(steps, Fen(567), Fen(0), Fen(500), 0).principal + 100


def test_append_pay__all_without_interest__leaves_no_step_and_the_rest_is_money() -> None:
    steps = pay((), 1_000, 400)

    assert pay(steps, 600, 600) is steps
    assert share(steps, NOTHING, Fen(0), Fen(500), since=1).money == 300


def test_append_pay__all_with_interest__is_a_step_that_settles_everything() -> None:
    steps = pay((), 1_000, 1_000, interest=7)

    assert settled(steps, 1_000) == 1_000
    halves = [share(steps, NOTHING, Fen(a), Fen(a + 500), 0) for a in (0, 500)]
    assert [(half.principal, half.interest, half.unpaid) for half in halves] == [(500, 3, 0), (500, 4, 0)]


def test_append_pay__interest_alone__settles_nothing() -> None:
    steps = pay((), 1_000, 0, interest=50)

    assert settled(steps, 1_000) == 0
    assert share(steps, Fen(1_000), Fen(0), Fen(100), 0).interest == 5


def test_bounds__48_payments_15_reductions_and_the_final_one_make_64_steps() -> None:
    steps: History = ()
    unpaid = 100_000
    for _ in range(48):
        steps, unpaid = pay(steps, unpaid, 100), unpaid - 100
    for _ in range(15):
        steps, unpaid = reduce(steps, unpaid, 0, 10), unpaid - 10

    with pytest.raises(TooManyPayments):
        pay(steps, unpaid, unpaid - 1)
    with pytest.raises(TooManyReductions):
        reduce(steps, unpaid, 0, 10)
    final = pay(steps, unpaid, unpaid, interest=1)

    assert len(final) == MAX_STEPS == 64
    assert settled(final, 100_000) == 100_000
    assert [step.pays for step in final[46:49]] == [47, 48, 48]


@pytest.mark.parametrize(
    ("lo", "hi", "good"), [(5, 5, False), (6, 5, False), (0, 101, False), (99, 100, True), (0, 1, True)]
)
def test_append_reduce__wants_some_of_what_is_unpaid(lo: int, hi: int, good: bool) -> None:
    if good:
        assert reduce((), 100, lo, hi) == (Step(StepKind.REDUCE, Fen(lo), Fen(hi), NOTHING, NOTHING, T0, 0),)
        return
    with pytest.raises(BadReduction) as caught:
        reduce((), 100, lo, hi)
    assert dict(caught.value.arguments) == {"obligation": OBLIGATION, "lo": lo, "hi": hi}


# ---------------------------------------------------------------- what holds in every world

FACES = st.one_of(st.integers(1, 60), st.integers(1, 2**48 - 1))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[int, History, int]:
    """A face, some steps on it, and what is unpaid after them (above 0)."""
    face = unpaid = draw(FACES)
    steps: History = ()
    for kind in draw(st.lists(st.sampled_from(("pay", "reduce")), max_size=12)):
        if unpaid < 2:
            break
        if kind == "pay":
            amount, interest = draw(st.integers(0, unpaid - 1)), draw(st.integers(0, 10_000))
            steps, unpaid = pay(steps, unpaid, amount, interest), unpaid - amount
        else:
            lo = draw(st.integers(0, unpaid - 2))
            hi = draw(st.integers(lo + 1, min(unpaid, lo + unpaid - 1)))
            steps, unpaid = reduce(steps, unpaid, lo, hi), unpaid - (hi - lo)
    return face, steps, unpaid


@given(world=worlds(), data=st.data())
def test_shares__of_any_partition__are_never_negative_and_sum_to_the_whole(
    world: tuple[int, History, int], data: st.DataObject
) -> None:
    face, steps, unpaid = world
    since = data.draw(st.integers(0, len(steps)))
    inner = data.draw(st.lists(st.integers(0, face), max_size=5))
    bounds: Sequence[int] = sorted({0, face, *inner})

    whole = share(steps, Fen(unpaid), Fen(0), Fen(face), since)
    parts = [share(steps, Fen(unpaid), Fen(a), Fen(b), since) for a, b in pairwise(bounds)]

    assert whole.unpaid == unpaid
    assert whole.principal == sum(step.a for step in steps[since:] if step.kind == StepKind.PAY)
    assert whole.interest == sum(step.interest for step in steps[since:])
    for name in ("principal", "interest", "unpaid"):
        assert min(getattr(part, name) for part in parts) >= 0
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert all(part.principal + part.unpaid <= b - a for part, (a, b) in zip(parts, pairwise(bounds), strict=True))


@given(world=worlds(), data=st.data())
def test_shares__redeemed_step_by_step__are_what_is_redeemed_at_once(
    world: tuple[int, History, int], data: st.DataObject
) -> None:
    face, steps, _ = world
    a = data.draw(st.integers(0, face - 1))
    b = data.draw(st.integers(a + 1, face))
    some_unpaid = Fen(1)  # any amount but 0, which would make the rest money

    at_once = share(steps, some_unpaid, Fen(a), Fen(b), 0)
    one_by_one = [share(steps[: n + 1], some_unpaid, Fen(a), Fen(b), n) for n in range(len(steps))]

    assert sum(each.principal for each in one_by_one) == at_once.principal
    assert sum(each.interest for each in one_by_one) == at_once.interest


@given(world=worlds(), boundary=st.data())
def test_final_payment__leaves_nobody_a_cent_short(world: tuple[int, History, int], boundary: st.DataObject) -> None:
    face, steps, unpaid = world
    x = boundary.draw(st.integers(0, face))

    shares = [share(steps, NOTHING, Fen(a), Fen(b), len(steps)) for a, b in ((0, x), (x, face))]

    assert sum(each.principal for each in shares) == unpaid
    assert [each.unpaid for each in shares] == [0, 0]
    with_a_step = pay(steps, unpaid, unpaid, interest=1)
    assert [share(with_a_step, NOTHING, Fen(a), Fen(b), len(steps)).principal for a, b in ((0, x), (x, face))] == [
        each.principal for each in shares
    ]
