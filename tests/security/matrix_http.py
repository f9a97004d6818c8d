# SPDX-License-Identifier: Apache-2.0
"""Every path that is read, by which read it is answered, and what must stand in the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId, Role
from chain.mirror import reads
from chain.mirror.reads import Bucket, Holding, Invoiced, Piece, Promise
from chain.mirror.visible import Visible
from chain.store.db import Db

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """`kind`: of the subject. `asked`: what the read says. `told` and `shown`: the same facts of either, to compare."""

    kind: str  # claim, obligation, participant, text
    asked: Callable[..., Any]
    told: Callable[[Any], Any]
    shown: Callable[[Said], Any]
    where: str = ""  # the query parameter that names the subject; "": it stands in the path
    seen: Callable[..., Any] | None = None  # whether there is such a subject, of a list
    public: bool = False  # every participant is told, a stranger too


def holding(row: Holding) -> tuple[Any, ...]:
    lien = row.row.lienholder or None
    reason = row.immovable.code if row.immovable else None
    money = (row.row.amount, row.row.start, row.share.principal, row.share.interest, row.share.unpaid)
    return str(row.id), row.row.holder, row.sight.name.lower(), row.state.value, lien, *money, row.row.version, reason


def claim(row: Said) -> tuple[Any, ...]:
    lien = row["lien"]["holder"] if row["lien"] else None
    reason = row["immovable"]["code"] if row["immovable"] else None
    money = (row["amount"], row["start"], row["waiting"]["principal"], row["waiting"]["interest"], row["unpaid"])
    return row["id"], row["holder"], row["sight"], row["state"], lien, *money, row["version"], reason


def promise(row: Promise) -> tuple[Any, ...]:
    backed = None if row.invoices is None else [part.fingerprint.hex() for part in row.invoices]
    return (
        str(row.id),
        row.row.face,
        row.row.unpaid,
        row.owed.total,
        backed,
        row.row.status.name.lower(),
        len(row.steps),
    )


def obligation(row: Said) -> tuple[Any, ...]:
    backed = None if row["invoices"] is None else [part["fingerprint"] for part in row["invoices"]]
    return row["id"], row["face"], row["unpaid"], row["owed"]["total"], backed, row["status"], len(row["steps"])


def piece(row: Piece) -> tuple[Any, ...]:
    return str(row.id), row.how, row.giver, row.taker, row.amount, row.holding and holding(row.holding)


def cut(row: Said) -> tuple[Any, ...]:
    return row["id"], row["how"], row["giver"], row["taker"], row["amount"], row["claim"] and claim(row["claim"])


def hit(row: Any) -> tuple[Any, ...]:
    if isinstance(row, Invoiced):
        return "invoice", row.fingerprint.hex(), row.obligor
    kind = {ClaimId: "claim", ObligationId: "obligation"}.get(type(row), "participant")
    return kind, str(row), row if kind == "participant" else row.obligor


def title(found: reads.ClaimSeen) -> tuple[Any, ...]:
    links = [(str(link.id), [(p.giver, p.taker, p.amount, p.how) for p in link.passings]) for link in found.title]
    return *seen(found), links


def seen(found: reads.ClaimSeen) -> tuple[Any, ...]:
    return str(found.id), found.sight.name.lower(), found.holding and holding(found.holding)


def seen_shown(row: Said) -> tuple[Any, ...]:
    return row["id"], row["sight"], row["claim"] and claim(row["claim"])


def title_shown(row: Said) -> tuple[Any, ...]:
    links = [
        (link["id"], [(p["giver"], p["taker"], p["amount"], p["how"]) for p in link["passings"]])
        for link in row["title"]
    ]
    return *seen_shown(row), links


def party(row: reads.Party) -> tuple[Any, ...]:
    return row.id, row.limit, row.utilised, row.overdue


def waiting(row: reads.Todo) -> tuple[Any, ...]:
    offers, soon = [holding(one) for one in row.offers], [promise(one) for one in row.due_soon]
    return offers, soon, [promise(one) for one in row.overdue], [holding(one) for one in row.redeemable]


def waiting_shown(row: Said) -> tuple[Any, ...]:
    offers, soon = [claim(one) for one in row["offers"]], [obligation(one) for one in row["due_soon"]]
    return offers, soon, [obligation(one) for one in row["overdue"]], [claim(one) for one in row["redeemable"]]


def sums(name: str, found: Callable[[reads.Side], Mapping[Any, reads.Sum]]) -> dict[str, Any]:
    """Of one way to sum a portfolio: both sides."""

    def told(row: reads.Portfolio) -> Any:
        return [
            [(str(key), one.unpaid, one.claims) for key, one in found(side).items()] for side in (row.held, row.owed)
        ]

    def shown(row: Said) -> Any:
        return [
            [(str(part[name]), part["unpaid"], part["claims"]) for part in row[side]["parts"]]
            for side in ("held", "owed")
        ]

    return {"told": told, "shown": shown}


def line(*names: str) -> dict[str, Any]:
    """Of a statement: the id, the block and these."""

    def told(row: reads.Entry[Any, Any]) -> Any:
        return str(row.id), row.block, *[getattr(row.row, name) for name in names]

    def shown(row: Said) -> Any:
        return row.get("claim") or row["obligation"], row["block"], *[row[name] for name in names]

    return {"told": told, "shown": shown}


def _event(row: reads.Happened) -> Any:
    return row.name, row.version, row.block, row.position


def _event_shown(row: Said) -> Any:
    return row["name"], row["version"], row["block"], row["position"]


def listed(row: reads.Listed) -> tuple[Any, ...]:
    return row.id, [str(role.name).lower() for role in Role if row.roles & role], row.paused_until == 0


def listed_shown(row: Said) -> tuple[Any, ...]:
    return row["id"], row["roles"], row["paused_until"] is None


def _looked_up(db: Db, visible: Visible, one: ParticipantId, **more: Any) -> Any:
    return reads.directory(db, visible, [one], **more)


def _payments(db: Db, visible: Visible, name: ObligationId, **more: Any) -> Any:
    return reads.payments(db, visible, name.obligor, obligation=name, **more)


_HELD: dict[str, Any] = {"told": holding, "shown": claim}
_OWED: dict[str, Any] = {"told": promise, "shown": obligation}
_EVENTS: dict[str, Any] = {"told": _event, "shown": _event_shown}
_OF: dict[str, Any] = {"kind": "participant", "where": "participant"}
_LADDER = sums("bucket", lambda side: side.ladder)
assert len(Bucket) == 7
TABLE: Mapping[tuple[str, str], Row] = {
    ("/holdings", "participant"): Row(asked=reads.holdings, **_OF, **_HELD),
    ("/liens", "participant"): Row(asked=reads.liens, **_OF, **_HELD),
    ("/obligations", "participant"): Row(asked=reads.obligations, **_OF, **_OWED),
    ("/obligations/{obligation}", "obligation"): Row("obligation", reads.obligation, **_OWED),
    ("/obligations/{obligation}/claims", "obligation"): Row("obligation", reads.claims, **_HELD, seen=reads.obligation),
    ("/obligations/{obligation}/events", "obligation"): Row(
        "obligation", reads.events, **_EVENTS, seen=reads.obligation
    ),
    ("/claims/{claim}", "claim"): Row("claim", reads.claim, seen, seen_shown),
    ("/claims/{claim}/provenance", "claim"): Row("claim", reads.claim, title, title_shown),
    ("/claims/{claim}/pieces", "claim"): Row("claim", reads.pieces, piece, cut, seen=reads.claim),
    ("/claims/{claim}/events", "claim"): Row("claim", reads.events, **_EVENTS, seen=reads.claim),
    ("/participants/{participant}", "participant"): Row(
        "participant", reads.participant, party, lambda row: (row["id"], row["limit"], row["utilised"], row["overdue"])
    ),
    ("/participants", "participant"): Row("participant", _looked_up, listed, listed_shown, where="q", public=True),
    ("/participants/{participant}/events", "participant"): Row(
        "participant", reads.events, **_EVENTS, seen=reads.participant
    ),
    ("/portfolio/ladder", "participant"): Row(asked=reads.portfolio, **_OF, **_LADDER),
    ("/portfolio/exposure", "participant"): Row(
        asked=reads.portfolio, **_OF, **sums("participant", lambda side: side.exposure)
    ),
    ("/portfolio/ageing", "participant"): Row(asked=reads.portfolio, **_OF, **sums("age", lambda side: side.ageing)),
    ("/todo", "participant"): Row(asked=reads.todo, **_OF, told=waiting, shown=waiting_shown),
    ("/discounts", "participant"): Row(asked=reads.discounts, **_OF, **line("seller", "financier", "price")),
    ("/payments", "participant"): Row(asked=reads.payments, **_OF, **line("principal", "interest")),
    ("/payments", "obligation"): Row("obligation", _payments, **line("principal", "interest"), where="obligation"),
    ("/redemptions", "participant"): Row(asked=reads.redemptions, **_OF, **line("holder", "principal", "interest")),
    ("/search", "text"): Row(
        "text", reads.search, hit, lambda row: (row["kind"], row["id"], row["obligor"]), where="q"
    ),
}
"""By path and kind of subject: every path that answers from the mirror has a row here, or the test fails."""

BOOKED = (
    *("/proposals", "/proposals/{proposal}", "/submissions", "/submissions/{submission}"),
    *("/financing", "/financing/{id}"),
)
"""Paths that answer from the book: tests/security/test_matrix_booked.py asks them."""

ABSENT: Mapping[str, Any] = {
    "claim": ClaimId(ParticipantId(777_777), 1, 1),
    "obligation": ObligationId(ParticipantId(777_777), 1),
    "participant": ParticipantId(777_777),
    "text": "777777-1-1",
}
