# SPDX-License-Identifier: Apache-2.0
"""A world beside a chain with a ledger and a cash token: calls carry real signatures, cash and time move there, too."""

from itertools import zip_longest
from typing import Any

from chain.abi.calls import SignedCall, acceptance
from chain.abi.eip712 import Signed, digest, hash_struct
from chain.domain import commands as c
from chain.domain.money import Fen
from chain.domain.vocabulary import Address, Hash, ParticipantId
from chain.node.chain import Deployed, Deposit
from tests.cast import digest as hash_of
from tests.cast import name_of
from tests.chains import RELAY, key
from tests.worlds import World, named

COUNTED = c.AddAccount | c.RevokeAccount | c.SetThreshold | c.SetCash  # these take a list of signatures


class SignedWorld(World):
    """A World beside a chain. A subclass sets both of these, and says what `do` does there."""

    deployed: Deployed
    deposit: Deposit

    def mint(self, owner: Address, amount: int) -> None:
        super().mint(owner, amount)
        if amount:  # a deposit of nothing is refused
            self.deposit.mint(owner, amount)

    def approve(self, owner: Address, approved: bool = True) -> None:
        super().approve(owner, approved)
        self.deposit.approve(owner, self.deployed.ledger, 2**256 - 1 if approved else 0)

    def wait(self, seconds: int) -> None:
        super().wait(seconds)
        self.deployed.chain.travel(self.now)

    def identity(self, message: c.Message) -> Hash:
        """The message's hashStruct."""
        if isinstance(message, c.Expire | c.Redeem | c.MarkOverdue):
            return hash_of(repr(message))  # nobody signs these, and nothing asks for it
        return hash_struct(message)

    # ---- signatures

    def signed(self, call: c.Call, direct: int | None = None) -> tuple[SignedCall, Address]:
        """The call with real signatures by whoever its proofs name (garbage for nobody), and who sends it."""
        message, caller = call.message, RELAY.address
        signatures = []
        names = named(message)
        if isinstance(message, COUNTED):  # the number of signatures is for the contract to judge
            names = names[: len(call.proofs)]
        for place, (proof, signer) in enumerate(zip_longest(call.proofs, names)):
            hashed = message.quote if isinstance(message, c.Discount) and place == 1 else message
            if place == direct and proof is not None:
                caller = proof
                signatures.append(b"")
            elif signer is None and proof is None:
                signatures.append(b"")
            else:
                signatures.append(self.sign(proof, hashed))
        consents = tuple(self.consented(call, place) for place in range(len(call.acceptances)))
        return SignedCall(message, tuple(signatures), consents, call.terms, call.invoices), caller

    def sign(self, who: Address | None, message: Any) -> bytes:
        """A genuine signature of that account over a message; for nobody, one of a key that no message names."""
        name = "forger" if who is None else name_of(who)
        signed: Signed = message
        return key(name).sign_hash(digest(signed, self.deployed.domain))

    def consented(self, call: c.Call, place: int) -> bytes:
        """The packed acceptance at that place."""
        given, message = call.acceptances[place], call.message
        if given is None:
            return b""
        if isinstance(given, c.Malformed):
            return given.data
        consent: c.Acceptance | c.LienAcceptance
        if isinstance(message, c.Lien):
            consent = c.LienAcceptance(
                message.lienholder,
                message.claim,
                message.version,
                message.amount,
                message.until,
                given.signer,
                given.deadline,
            )
        elif isinstance(message, c.Transfer):
            row = self.rows.claims.get(message.claim)
            amount = Fen(0) if row is None else row.amount
            consent = self.to_receive(message, c.Piece(message.to, amount), 0, given)
        elif isinstance(message, c.Split):
            consent = self.to_receive(message, c.Piece(message.to, message.amount), 0, given)
        elif isinstance(message, c.SplitMany):
            beyond = c.Piece(ParticipantId(0), Fen(0))  # a consent too many
            piece = message.pieces[place] if place < len(message.pieces) else beyond
            consent = self.to_receive(message, piece, place, given)
        else:
            raise TypeError(f"{type(message).__name__} takes no acceptance")
        return acceptance(given.signer, given.deadline, self.sign(given.proof, consent))

    def to_receive(
        self, move: c.Transfer | c.Split | c.SplitMany, piece: c.Piece, place: int, given: c.Consent
    ) -> c.Acceptance:
        """What an assignee signs."""
        return c.Acceptance(piece.to, move.claim, move.version, place, piece.amount, given.signer, given.deadline)
