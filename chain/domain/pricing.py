# SPDX-License-Identifier: Apache-2.0
"""What early payment costs and what late payment adds, in exact integers: day counts, discount, its pieces, lateness.

Money is fen, a rate is ppm a year, and every result is rounded once, at the end, from one exact fraction. Discount
interest rounds half up, on the whole; pieces of it are differences of floors, so they sum to it; late interest is
floored, so an obligor never owes a fraction (10-ledger, Money over intervals).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from chain.domain.clock import DAY, DaysNegative, UtcSeconds
from chain.domain.errors import InputError
from chain.domain.money import PPM, Fen, Ppm, fen, ppm

LATE_YEAR = 365  # days: late interest runs on actual days over 365


class BasisUnknown(InputError):
    """Raised when a day count has neither the code nor the name of one in Basis."""

    code = "unknown-basis"
    fields = ("basis",)
    zh = "没有计息基准“{basis}”。"
    en = "There is no day count '{basis}'."
    next_zh = "请选用 ACT/360（1）、ACT/365F（2）或 30E/360（3）。"
    next_en = "Choose ACT/360 (1), ACT/365F (2) or 30E/360 (3)."


class DatesReversed(InputError):
    """Raised when the funded date lies after the due date."""

    code = "reversed-dates"
    fields = ("funded", "due")
    zh = "付款日 {funded} 晚于到期日 {due}。"
    en = "The funded date {funded} is after the due date {due}."
    next_zh = "请核对日期；到期后的债权不按贴现计价。"
    next_en = "Check the dates; a claim past due is not priced by discount."


class ProceedsEmpty(InputError):
    """Raised when the discount interest is as much as the face, or more."""

    code = "empty-proceeds"
    fields = ("face", "interest")
    zh = "贴现利息 {interest} 分不小于票面 {face} 分，融资净额为零。"
    en = "Interest of {interest} fen leaves nothing of a face of {face} fen."
    next_zh = "请核对利率、天数和金额。"
    next_en = "Check the rate, the days and the amount."


class PiecesEmpty(InputError):
    """Raised when interest is to be shared over pieces that add up to nothing."""

    code = "empty-pieces"
    fields = ("interest",)
    zh = "没有可分摊利息 {interest} 分的金额。"
    en = "There is no amount to share the interest of {interest} fen over."
    next_zh = "请至少给出一笔大于零的金额。"
    next_en = "Give at least one amount above zero."


class CostUndefined(InputError):
    """Raised when an annual cost has no meaning: nothing received, no days, or less paid back than received."""

    code = "undefined-cost"
    fields = ("received", "repaid", "days")
    zh = "无法计算年化成本：到手 {received} 分，偿还 {repaid} 分，{days} 天。"
    en = "No annual cost: {received} fen received, {repaid} fen repaid, {days} days."
    next_zh = "请核对金额和天数：到手金额和天数须大于零，且不高于偿还金额。"
    next_en = "Check them: money received and days above zero, and no more received than repaid."


class Basis(Enum):
    """A day count (计息基准). The value is the code that stands in a quote and in its event on chain, for ever.

    The funded date counts, the due date does not. Sources: 2006 ISDA Definitions 4.16 (e), (d), (g).
    """

    ACT_360 = 1
    ACT_365F = 2
    E30_360 = 3

    @property
    def label(self) -> str:
        """The market's name for it."""
        return {1: "ACT/360", 2: "ACT/365F", 3: "30E/360"}[self.value]

    @property
    def denominator(self) -> int:
        """Days in the year of this basis."""
        return 365 if self is Basis.ACT_365F else 360

    @classmethod
    def of(cls, name: int | str) -> "Basis":
        """The day count with this code or label. Raises BasisUnknown."""
        for basis in cls:
            if name in (basis.value, basis.label):
                return basis
        raise BasisUnknown(basis=name)

    def days(self, funded: date, due: date) -> int:
        """Days of interest from `funded` (included) to `due` (excluded). Raises DatesReversed."""
        if funded.toordinal() > due.toordinal():
            raise DatesReversed(funded=funded, due=due)
        if self is not Basis.E30_360:
            return due.toordinal() - funded.toordinal()
        months = (due.year - funded.year) * 12 + due.month - funded.month
        return months * 30 + min(due.day, 30) - min(funded.day, 30)


@dataclass(frozen=True, slots=True)
class Discount:
    """A price of early payment: `proceeds` = `face` - `interest` (fen), with how it came about."""

    face: Fen
    interest: Fen
    proceeds: Fen
    days: int
    basis: Basis
    rate: Ppm


def straight_discount(face: Fen, rate: Ppm, funded: date, due: date, basis: Basis) -> Discount:
    """Bank discount: interest on the face, I = face x rate x days / year.

    Raises DatesReversed, ProceedsEmpty, and what `fen` and `ppm` raise.
    """
    days = basis.days(funded, due)
    return _discount(face, rate, days, basis, PPM * basis.denominator)


def true_discount(face: Fen, rate: Ppm, funded: date, due: date, basis: Basis) -> Discount:
    """True discount: interest on the proceeds, so that proceeds x (1 + rate x days / year) = face.

    Raises DatesReversed, ProceedsEmpty, and what `fen` and `ppm` raise.
    """
    days = basis.days(funded, due)
    return _discount(face, rate, days, basis, PPM * basis.denominator + rate * days)


def pieces(interest: Fen, amounts: Sequence[Fen]) -> tuple[Fen, ...]:
    """The interest of a whole shared over its amounts (fen, in the order of their intervals); it sums to `interest`.

    Piece k is floor(interest x upto_k / total) - floor(interest x upto_(k-1) / total): cutting one amount in two leaves
    every other piece as it was. Raises PiecesEmpty, and what `fen` raises.
    """
    total = sum(fen(amount) for amount in amounts)
    if total == 0:
        raise PiecesEmpty(interest=interest)
    shares: list[Fen] = []
    upto = given = 0
    for amount in amounts:
        upto += amount
        shares.append(Fen(interest * upto // total - given))
        given += shares[-1]
    return tuple(shares)


def annual_cost(received: Fen, repaid: Fen, days: int) -> Ppm:
    """The effective cost of money received now, net of every fee, and repaid `days` actual days later: ppm a year.

    Simple (not compounded) on the money received, over 365 days, rounded half up, so that offers with other bases,
    fees or kinds of discount compare. May exceed MAX_PPM: it is shown, never written on chain. Raises CostUndefined.
    """
    if received <= 0 or days <= 0 or repaid < received:
        raise CostUndefined(received=received, repaid=repaid, days=days)
    return Ppm(_half_up((repaid - received) * PPM * 365, received * days))


def late_days(due: UtcSeconds, at: UtcSeconds) -> int:
    """Days late at `at`: 0 up to and including `due`, then one more for every 24 hours begun after it."""
    return max(0, -((due - at) // DAY))


def late_interest(unpaid: Fen, rate: Ppm, days: int) -> Fen:
    """Late interest on `unpaid` for `days` more days late: floor(unpaid x rate x days / (10^6 x 365)).

    Each step charges the days since the last one, so `days` is a difference of two `late_days`.
    Raises DaysNegative, and what `fen` and `ppm` raise.
    """
    if days < 0:
        raise DaysNegative(days=days)
    return fen(fen(unpaid) * ppm(rate) * days // (PPM * LATE_YEAR))


def _discount(face: Fen, rate: Ppm, days: int, basis: Basis, divisor: int) -> Discount:
    interest = _half_up(fen(face) * ppm(rate) * days, divisor)
    if interest >= face:
        raise ProceedsEmpty(face=face, interest=interest)
    return Discount(face, Fen(interest), Fen(face - interest), days, basis, rate)


def _half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator, neither below zero, to the nearest whole number; exactly half goes up."""
    return (2 * numerator + denominator) // (2 * denominator)
