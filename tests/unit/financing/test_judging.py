# SPDX-License-Identifier: Apache-2.0
"""What may be asked and what may be taken is what the reference model says of the discount itself."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from api.financing.errors import NotFinancier
from api.financing.judging import askable, takable, why_not
from api.financing.offers import Wanted
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.errors import DeepTierError
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId, ParticipantId, ParticipantStatus
from tests.cast import ANNA, BEN, CORE, FIN, RIVAL, YUAN, Member
from tests.worlds import World, furnished

CLAIM = ClaimId(CORE.id, 1, 1)
FACE = 1_000 * YUAN


def world() -> World:
    made = furnished()
    made.held()
    return made


def wanted(made: World, seller: Member = ANNA, amount: int = FACE, **over: int) -> Wanted:
    row = made.rows.claims[CLAIM]
    return Wanted(1, seller.id, CLAIM, over.get("version", row.version), Fen(amount))


def near_due(made: World) -> None:
    made.now = UtcSeconds(made.rows.obligations[CLAIM.obligation].due - DAY)


def past_due(made: World) -> None:
    made.now = UtcSeconds(made.rows.obligations[CLAIM.obligation].due + 1)


def liened(made: World) -> None:
    made.do(made.lien(CLAIM, RIVAL))


def own_lien(made: World) -> None:
    made.do(made.lien(CLAIM, ANNA))


def funded(made: World) -> None:
    made.do(made.fund(CLAIM.obligation, FACE // 2))


@pytest.mark.parametrize(
    ("happened", "refusal"),
    [
        (near_due, r.ClosingWindow),
        (past_due, r.PastDue),
        (liened, r.ClaimLiened),
        (funded, r.RedeemFirst),
        (lambda made: made.do(made.transfer(CLAIM, BEN)), r.NotHolder),
    ],
)
def test_asked__of_a_claim_that_cannot_be_sold__is_refused_as_the_ledger_would(
    happened: Callable[[World], None], refusal: type[DeepTierError]
) -> None:
    made = world()
    askable(made.rows, wanted(made), [FIN.id], made.now)
    happened(made)
    with pytest.raises(refusal):
        askable(made.rows, wanted(made), [FIN.id], made.now)


def test_asked__under_a_lien_of_ones_own__is_allowed() -> None:
    made = world()
    own_lien(made)
    askable(made.rows, wanted(made), [FIN.id, RIVAL.id], made.now)


def test_asked__of_a_claim_not_yet_accepted_or_unknown__is_refused() -> None:
    made = furnished()
    made.do(made.issue(made.promise(1)))
    with pytest.raises(r.NotHeld):
        askable(made.rows, wanted(made), [FIN.id], made.now)
    with pytest.raises(r.UnknownClaim):
        askable(made.rows, replace(wanted(made), claim=ClaimId(CORE.id, 9, 1)), [FIN.id], made.now)


def test_asked__for_an_amount_that_is_no_piece__is_refused() -> None:
    made = world()
    for amount, refusal in ((0, r.ZeroAmount), (FACE + 1, r.PieceTooLarge), (FACE - 1, r.PieceTooSmall)):
        with pytest.raises(refusal):
            askable(made.rows, wanted(made, amount=amount), [FIN.id], made.now)
    askable(made.rows, wanted(made, amount=FACE // 2), [FIN.id], made.now)


def test_asked__by_another_or_of_an_old_version__is_refused() -> None:
    made = world()
    with pytest.raises(r.NotHolder):
        askable(made.rows, wanted(made, BEN), [FIN.id], made.now)
    with pytest.raises(r.StaleClaim):
        askable(made.rows, wanted(made, version=1), [FIN.id], made.now)


def suspended(made: World) -> None:
    made.do(made.set_standing(RIVAL, status=ParticipantStatus.SUSPENDED))


@pytest.mark.parametrize(
    ("happened", "named"),
    [
        (lambda made: None, BEN.id),
        (lambda made: None, ParticipantId(999)),
        (suspended, RIVAL.id),
        (lambda made: made.do(made.pause(RIVAL)), RIVAL.id),
    ],
)
def test_invited__who_is_no_active_financier__is_named(happened: Callable[[World], None], named: ParticipantId) -> None:
    made = world()
    happened(made)
    with pytest.raises(NotFinancier) as refused:
        askable(made.rows, wanted(made), [FIN.id, named], made.now)
    assert refused.value.arguments == {"participant": named}


def test_invited__the_obligor_or_oneself__is_refused_as_the_ledger_would() -> None:
    made = world()
    for who, refusal in ((CORE, r.ObligorCannotHold), (ANNA, r.SelfDealing)):
        with pytest.raises(refusal):
            askable(made.rows, wanted(made), [who.id], made.now)


def test_takable__whatever_happens_between__says_what_the_ledger_says() -> None:
    """The judgement and the discount itself, on the same world, after each of these."""
    happenings: tuple[Callable[[World], object], ...] = (
        lambda made: None,
        own_lien,
        near_due,
        past_due,
        funded,
        lambda made: made.do(made.raise_quote_epoch(FIN)),
        lambda made: made.do(made.cut(CLAIM, 100 * YUAN)),
        lambda made: made.wait(401 * DAY),
        lambda made: made.do(made.pause(FIN)),
    )
    seen = set()
    for happened in happenings:
        made = world()
        quote = made.quote(CLAIM, FACE - 1_000)
        happened(made)
        judged = why_not(made.rows, ANNA.id, quote, made.now)
        said: DeepTierError | None = None
        try:
            made.do(made.discount(quote))
        except DeepTierError as refusal:
            said = refusal
        assert judged == said
        seen.add(type(judged))
    assert len(seen) == 8, seen


def test_judged__on_rows_of_a_world__leaves_them_as_they_were() -> None:
    made = world()
    before = made.rows.copy()
    askable(made.rows, wanted(made), [FIN.id, RIVAL.id], made.now)
    takable(made.rows, ANNA.id, made.quote(CLAIM, FACE - 1), made.now)
    assert made.rows == before
