# SPDX-License-Identifier: Apache-2.0
"""What moves, cuts and liens do to the rows of claims (`apply`)."""

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.effects import cash_moved, changed, child_row, claim_row, tail_cut, under_lien
from chain.domain.rules.rows import Changed, Changes, Rows
from chain.domain.vocabulary import NOBODY, Hours


def transferred(rows: Rows, event: e.Transferred, at: UtcSeconds) -> Changes:
    """The claim has a new holder, one hop more and no lien."""
    hop = rows.claims[event.claim].hop + 1
    moved = claim_row(
        rows, event.claim, event.version, holder=event.to, hop=hop, lienholder=NOBODY, lien_until=Hours(0)
    )
    return (moved,)


def split_off(rows: Rows, event: e.SplitOff, at: UtcSeconds) -> Changes:
    """The child has the tail, the new holder and one hop more."""
    hop = rows.claims[event.claim].hop + 1
    return tail_cut(rows, event.claim, event.version, event.child, event.amount, holder=event.to, hop=hop)


def split_off_many(rows: Rows, event: e.SplitOffMany, at: UtcSeconds) -> Changes:
    """The children have the tails, from the very end; the claim has what is left."""
    parent = rows.claims[event.claim]
    obligation = rows.obligations[event.claim.obligation]
    children = []
    left = parent.amount
    for seq, piece in enumerate(event.pieces, event.first_child):
        left = Fen(left - piece.amount)
        row = child_row(event.claim, parent, Fen(parent.start + left), piece.amount, piece.to, parent.hop + 1)
        children.append(Changed("claims", event.claim.obligation.claim(seq), row))
    last = event.first_child + len(event.pieces) - 1
    return (
        claim_row(rows, event.claim, event.version, amount=left),
        *children,
        Changed("obligations", event.claim.obligation, changed(obligation, seq=last)),
    )


def cut_off(rows: Rows, event: e.CutOff, at: UtcSeconds) -> Changes:
    """The child has the tail, the same holder and hop."""
    parent = rows.claims[event.claim]
    holder, hop = parent.holder, parent.hop
    return tail_cut(rows, event.claim, event.version, event.child, event.amount, holder=holder, hop=hop)


def liened(rows: Rows, event: e.Liened, at: UtcSeconds) -> Changes:
    """The claim, or the child cut off it, bears the lien."""
    if not event.child:
        return (claim_row(rows, event.claim, event.version, lienholder=event.lienholder, lien_until=event.until),)
    parent = rows.claims[event.claim]
    holder, hop = parent.holder, parent.hop
    changes = tail_cut(rows, event.claim, event.version, event.child, event.amount, holder=holder, hop=hop)
    _, child, obligation = changes
    return changes[0], child._replace(row=under_lien(child.row, event)), obligation


def released(rows: Rows, event: e.Released, at: UtcSeconds) -> Changes:
    """The claim bears no lien."""
    return (claim_row(rows, event.claim, event.version, lienholder=NOBODY, lien_until=Hours(0)),)


def discounted(rows: Rows, event: e.Discounted, at: UtcSeconds) -> Changes:
    """The claim, or the child cut off it, is the financier's, without lien or hop; cash went the other way."""
    parent = rows.claims[event.claim]
    buyer, hop = event.financier, parent.hop
    moved: Changes
    if event.child:
        moved = tail_cut(rows, event.claim, event.version, event.child, event.amount, holder=buyer, hop=hop)
    else:
        moved = (claim_row(rows, event.claim, event.version, holder=buyer, lienholder=NOBODY, lien_until=Hours(0)),)
    if not rows.cash:
        return moved
    token = rows.rails[rows.obligations[event.claim.obligation].rail].token
    payer, payee = rows.participants[buyer].cash, rows.participants[parent.holder].cash
    return moved + cash_moved(rows, token, payer, payee, event.price)
