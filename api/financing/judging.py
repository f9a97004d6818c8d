# SPDX-License-Identifier: Apache-2.0
"""Whether a claim could be sold now, by the ledger's own rules: a discount tried out on rows that nobody keeps.

What is not known yet is taken for granted: that a maker of the seller signs, for a request that the financier quotes,
and that the price lies ready at the financier's bank, of which no mirror knows.
"""

from collections.abc import Iterable

from api.financing.errors import NotFinancier
from api.financing.offers import Wanted
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.money import Ppm
from chain.domain.pricing import Basis
from chain.domain.refusals import NotInRole, ParticipantPaused, ParticipantSuspended, UnknownParticipant
from chain.domain.rules import Rows, check
from chain.domain.rules.conditions import known_claim, not_past_due
from chain.domain.vocabulary import Account, Address, CashAccount, ObligationStatus, OfficerId, ParticipantId, Right

_SELLER, _BUYER = Address("0x" + "5e".zfill(40)), Address("0x" + "b0".zfill(40))  # nobody's keys
_NO_FINANCIER = (UnknownParticipant, ParticipantSuspended, NotInRole, ParticipantPaused)


def askable(rows: Rows, wanted: Wanted, financiers: Iterable[ParticipantId], now: UtcSeconds) -> None:
    """Whether each of these financiers could buy what is wanted at once.

    Raises PastDue; NotFinancier, which names the first that could buy nothing; whatever a discount is refused for.
    """
    known_claim(rows, wanted.claim)
    not_past_due(wanted.claim, rows.obligations[wanted.claim.obligation], now)
    for financier in financiers:
        row = rows.participants.get(financier)
        if row is None:
            raise NotFinancier(participant=financier)
        seen = rows.draft()
        seen.accounts[_BUYER] = Account(financier, OfficerId(1), Right.MAKER, active=True)
        terms = int(ObligationStatus.ISSUED), Ppm(0), 0, Basis.ACT_360.value, _BUYER, now
        quote = c.Quote(financier, wanted.claim, wanted.version, wanted.amount, wanted.amount, row.quote_epoch, *terms)
        try:
            takable(seen, wanted.seller, quote, now)
        except _NO_FINANCIER:
            raise NotFinancier(participant=financier) from None


def takable(rows: Rows, seller: ParticipantId, quote: c.Quote, now: UtcSeconds) -> None:
    """Raises whatever the seller's discount by this genuine quote is refused for now."""
    seen = rows.draft()
    seen.accounts[_SELLER] = Account(seller, OfficerId(1), Right.MAKER, active=True)
    claim, buyer = quote.claim, rows.participants.get(quote.participant)
    row = rows.obligations.get(claim.obligation)
    if row is not None and buyer is not None:
        seen.cash[rows.rails[row.rail].token, buyer.cash] = CashAccount(quote.price, approved=True)
    check(seen, c.Call(c.Discount(seller, quote, _SELLER, now), (_SELLER, quote.signer)), now)


def why_not(rows: Rows, seller: ParticipantId, quote: c.Quote, now: UtcSeconds) -> Refusal | None:
    """The first reason why the quote cannot be taken now; None: it can, if the price is there."""
    try:
        takable(rows, seller, quote, now)
    except Refusal as refusal:
        return refusal
    return None
