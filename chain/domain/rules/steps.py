# SPDX-License-Identifier: Apache-2.0
"""Money over intervals: how steps settle the cents of an obligation, and what share of them a claim has.

`G(x)` is how many cents below the boundary x are settled, u = x - G(x), U the cents of the obligation unpaid before a
step. PAY(m): G(x) += floor(m u / U). REDUCE(lo, hi), in unpaid coordinates: G(x) += clamp(u, lo, hi) - lo. Late
interest i of a PAY is shared by floor(i u / U). Shares of neighbouring claims are differences at their boundaries, so
they sum to the whole and no cut before, between or after steps changes them (10-ledger, Money over intervals).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.refusals import BadReduction, TooManyPayments, TooManyReductions
from chain.domain.rules.rows import Rows
from chain.domain.vocabulary import ObligationId, Step, StepKind

MAX_PAYMENTS = 48  # in part; one more, the final one, is always possible
MAX_REDUCTIONS = 15
MAX_STEPS = MAX_PAYMENTS + MAX_REDUCTIONS + 1

History: TypeAlias = Sequence[Step]


@dataclass(frozen=True, slots=True)
class Share:
    """A claim's money since it was last redeemed, and its cents still unpaid."""

    principal: Fen
    interest: Fen
    unpaid: Fen

    @property
    def money(self) -> Fen:
        """What redeeming pays."""
        return Fen(self.principal + self.interest)


def history(rows: Rows, obligation: ObligationId) -> History:
    """The obligation's steps in order."""
    return tuple(rows.steps[obligation, n] for n in range(1, rows.obligations[obligation].steps + 1))


def settled(steps: History, boundary: int) -> Fen:
    """G(boundary): how many cents below the boundary the steps have settled."""
    return Fen(boundary - _below(steps, boundary, 0)[2])


def share(steps: History, unpaid: Fen, start: Fen, end: Fen, since: int) -> Share:
    """The share of the claim [start, end) in the steps after number `since`, of an obligation with `unpaid` cents left.

    When nothing is left, the last payment settled the rest and may have left no step: then the rest is money, too.
    """
    low, high = _below(steps, start, since), _below(steps, end, since)
    principal, interest, left = (upper - lower for upper, lower in zip(high, low, strict=True))
    if unpaid == 0:
        principal, left = principal + left, 0
    return Share(Fen(principal), Fen(interest), Fen(left))


def append_pay(
    obligation: ObligationId,
    steps: History,
    unpaid: Fen,
    principal: Fen,
    interest: Fen,
    interest_owed: Fen,
    at: UtcSeconds,
) -> Step | None:
    """The step of a payment on `unpaid` cents, or None when a payment of all of them carries no interest.

    Raises TooManyPayments at the 49th payment in part.
    """
    pays = steps[-1].pays if steps else 0
    if principal < unpaid and pays >= MAX_PAYMENTS:
        raise TooManyPayments(obligation=obligation)
    if principal == unpaid and interest == 0:
        return None
    return Step(StepKind.PAY, principal, unpaid, interest, interest_owed, at, pays + 1)


def append_reduce(
    obligation: ObligationId, steps: History, unpaid: Fen, lo: Fen, hi: Fen, interest_owed: Fen, at: UtcSeconds
) -> Step:
    """The step that takes the unpaid cents [lo, hi) away.

    Raises BadReduction unless lo < hi <= unpaid, TooManyReductions at the 16th reduction.
    """
    if not lo < hi <= unpaid:
        raise BadReduction(obligation=obligation, lo=lo, hi=hi)
    pays = steps[-1].pays if steps else 0
    if len(steps) - pays >= MAX_REDUCTIONS:
        raise TooManyReductions(obligation=obligation)
    return Step(StepKind.REDUCE, lo, hi, Fen(0), interest_owed, at, pays)


def _below(steps: History, boundary: int, since: int) -> tuple[int, int, int]:
    """Below a boundary: principal and interest paid by the steps after number `since`, and u, the cents unpaid."""
    principal = interest = 0
    left = boundary
    for number, step in enumerate(steps, 1):
        if step.kind == StepKind.REDUCE:
            left -= min(max(left, step.a), step.b) - step.a
            continue
        paid = step.a * left // step.b
        if number > since:
            principal += paid
            interest += step.interest * left // step.b
        left -= paid
    return principal, interest, left
