# SPDX-License-Identifier: Apache-2.0
"""The story as one JSON document; its form is told in README.md beside this file."""

from collections.abc import Sequence
from typing import Any

from api.story.cast import Company, company
from api.story.ending import Ending
from api.story.holdings import Holding
from api.story.provenance import Born
from api.story.steps import Step
from api.story.telling import Teller
from chain.domain.vocabulary import ParticipantId

VERSION = 1
"""Of the form: it grows when a reader of the old one would be misled."""


def report(steps: Sequence[Step], ending: Ending, teller: Teller, seed: int, chain_id: int) -> dict[str, Any]:
    """Everything that was played and proved; only what JSON has types for."""
    return {
        "version": VERSION,
        "lang": teller.lang,
        "seed": seed,
        "chain_id": chain_id,
        "steps": [_step(step, teller) for step in steps],
        "holders": [_holding(one, teller) for one in ending.holdings],
        "provenance": _born(ending.provenance, teller),
        "proof": {
            "events": ending.proof.events,
            "rows": ending.proof.rows,
            "slots": ending.proof.slots,
            "accounts": ending.proof.accounts,
            "paid": ending.proof.paid,
            "received": ending.proof.received,
            "left_in_escrow": ending.proof.left,
        },
    }


def _step(step: Step, teller: Teller) -> dict[str, Any]:
    return {
        "n": step.n,
        "scene": step.scene.value,
        "kind": step.kind.value,
        "at": step.at,
        "actor": _who(step.actor, teller),
        "operation": step.operation,
        "amount": step.amount,
        "gas": step.gas,
        "error": None if step.refusal is None else step.refusal.code,
        "text": teller.whole(step),
    }


def _holding(one: Holding, teller: Teller) -> dict[str, Any]:
    return {
        "holder": _who(company(one.holder), teller),
        "claim": str(one.claim),
        "amount": one.amount,
        "received": one.received,
        "interest": one.interest,
        "paid_at": list(one.paid_at),
    }


def _born(born: Born, teller: Teller) -> dict[str, Any]:
    return {
        "claim": str(born.claim),
        "start": born.start,
        "end": born.end,
        "event": born.event,
        "at": born.at,
        "from": _named(born.giver, teller),
        "to": _named(born.taker, teller),
        "price": born.price,
        "kept": {"start": born.start, "end": born.kept_end},
        "parts": [_born(part, teller) for part in born.parts],
    }


def _named(participant: ParticipantId, teller: Teller) -> dict[str, Any] | None:
    return _who(company(participant), teller)


def _who(who: Company | None, teller: Teller) -> dict[str, Any] | None:
    return None if who is None else {"id": who.id, "name": who.name.of(teller.lang)}
