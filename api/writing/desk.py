# SPDX-License-Identifier: Apache-2.0
"""The desk at which one request is worked out: the ledger as of one block, whose officer asks, and the signer.

Nothing done here lasts: what the request is to come to is noted in the plan, and `commit` makes it so.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from api.access.audit import Action, Decision
from api.access.viewer import Caller
from api.problems import NotFound
from api.writing import ledger
from api.writing.errors import AccountAbsent
from api.writing.plan import Place, Plan, Proposing, Sending
from chain.abi.calls import SignedCall, acceptance
from chain.abi.eip712 import Domain, Signed, digest, hash_struct
from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds, instant
from chain.domain.errors import Lang
from chain.domain.rules import play
from chain.domain.vocabulary import (
    HOUR,
    ZERO_HASH,
    Address,
    Claim,
    ClaimId,
    Hash,
    InvoicePart,
    Obligation,
    ObligationId,
    OfficerId,
    ParticipantId,
    Right,
    word,
)
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.mirror.writer import checkpoint
from chain.node.network import Network
from chain.signing.client import SignerClient
from chain.store.db import Db

SOON = 12
"""Hours for which what is signed to be sent at once stays good, at most; it ends on a full hour, so that the same
request signed again after a crash is the same message and counts once."""
LATER = 14 * DAY
"""Seconds for which a draft or an offer waits for the other signatures."""

UNSIGNED = (c.Expire, c.Redeem, c.MarkOverdue)


class Voice(NamedTuple):
    """Who signs in a place of an operation. `given`: the signature that is there already; `signs`: another message than
    the operation's own, such as the quote in a discount.
    """

    account: Address
    given: bytes | None = None
    signs: Signed | None = None


class Agreed(NamedTuple):
    """An assignee's consent as it is packed for the ledger: signer, deadline, signature."""

    account: Address
    deadline: UtcSeconds
    packed: bytes

    @staticmethod
    def of(packed: bytes) -> "Agreed":
        """What was packed."""
        return Agreed(Address(f"0x{packed[:20].hex()}"), UtcSeconds(int.from_bytes(packed[20:24], "big")), packed)


class Desk:
    """`now`: the instant to judge by; `block`: the mirror's, of which all that is seen here speaks."""

    def __init__(
        self,
        caller: Caller,
        visible: Visible,
        mirror: Db,
        book: Db,
        network: Network,
        signer: SignerClient,
        now: UtcSeconds,
        lang: Lang,
    ) -> None:
        self.caller, self.visible, self.mirror, self.book, self.network = caller, visible, mirror, book, network
        self.now, self.lang, self.plan = now, lang, Plan(now)
        self.block = checkpoint(mirror).block
        self.rows = ledger.rows(mirror, network, self.block)
        self.domain = Domain(network.chain_id, network.ledger)
        self._signer = signer

    @property
    def soon(self) -> UtcSeconds:
        """The deadline of what is sent at once."""
        return instant((self.now // HOUR + SOON) * HOUR)

    @property
    def later(self) -> UtcSeconds:
        """The deadline of what others are to sign, too."""
        return instant((self.now + LATER) // HOUR * HOUR)

    # ---- what there is

    def claim(self, wanted: ClaimId) -> Claim:
        """A claim that the caller sees as it stands now, not only what it once was. Raises NotFound."""
        if reads.holding(self.mirror, self.visible, wanted, at=self.block, now=self.now).row is None:
            raise NotFound
        row: Claim = self.rows.claims[wanted]
        return row

    def obligation(self, wanted: ObligationId) -> Obligation:
        """An obligation that the caller sees. Raises NotFound."""
        if reads.obligation(self.mirror, self.visible, wanted, at=self.block, now=self.now).row is None:
            raise NotFound
        row: Obligation = self.rows.obligations[wanted]
        return row

    def account(self, right: Right = Right.MAKER) -> Address:
        """The caller's account that has the right. Raises AccountAbsent."""
        return self.account_of(self.caller.participant, right, self.caller.officer)

    def account_of(self, participant: ParticipantId, right: Right, officer: OfficerId | None = None) -> Address:
        """A participant's first account that has the right, of that officer or of any. Raises AccountAbsent."""
        for address, row in self.accounts(participant):
            if row.rights & right == right and officer in (None, row.officer):
                return address
        raise AccountAbsent(
            participant=participant, officer="*" if officer is None else officer, right=word(Right, right, self.lang)
        )

    def service_account(self, participant: ParticipantId, right: Right = Right.MAKER) -> Address:
        """An account of a participant's that the signer has unlocked, to sign what the service does for everybody.

        Raises AccountAbsent, SigningError.
        """
        unlocked = self._signer.accounts()
        for address, row in self.accounts(participant):
            if row.rights & right == right and unlocked.get(address, False):
                return address
        raise AccountAbsent(participant=participant, officer="*", right=word(Right, right, self.lang))

    def accounts(self, participant: ParticipantId) -> Sequence[tuple[Address, Any]]:
        """A participant's live accounts: whose they are is the service's to know, whoever asks."""
        return reads.accounts(self.mirror, Visible.of([participant]), participant, at=self.block)

    # ---- what it comes to

    def send(
        self,
        message: c.Message,
        voices: Sequence[Voice | None] = (),
        *,
        about: str,
        holds: Sequence[str],
        agreed: Sequence[Agreed | None] = (),
        terms: Hash | None = None,
        invoices: tuple[InvoicePart, ...] = (),
        service: bool = False,
    ) -> None:
        """Note a submission, once the rules have nothing against it and everybody has signed; the rows go on from it.

        `voices`: in the operation's order, None for nobody; `service`: the service asks for it, for whom the message
        speaks; it is the caller's to see, too. Raises Refusal, SigningError.
        """
        self.judge(message, voices, agreed, terms, invoices)
        signatures = [b"" if voice is None else self._voiced(voice, message) for voice in voices]
        packed = tuple(b"" if one is None else one.packed for one in agreed)
        beside = terms if isinstance(message, c.Decline | c.Revoke) else None
        call = SignedCall(message, tuple(signatures), packed, beside, invoices if beside is not None else ())
        officer = None if service else self.caller.officer
        self.plan.sendings.append(Sending(call, about, tuple(holds), self.caller.participant, officer))
        self.note(Action.SUBMIT, f"{type(message).__name__} {about}")

    def judge(
        self,
        message: Signed | c.Message,
        voices: Sequence[Voice | None],
        agreed: Sequence[Agreed | None] = (),
        terms: Hash | None = None,
        invoices: tuple[InvoicePart, ...] = (),
    ) -> None:
        """Play a message on the rows as if all of these had signed it. Raises Refusal; then the rows are as before."""
        assert not isinstance(message, c.Acceptance | c.LienAcceptance | c.Quote)
        identity = ZERO_HASH if isinstance(message, UNSIGNED) else hash_struct(message)
        consents = tuple(None if one is None else c.Consent(one.account, one.deadline, one.account) for one in agreed)
        proofs = tuple(None if voice is None else voice.account for voice in voices)
        play(self.rows, c.Call(message, proofs, consents, identity, terms, invoices), self.now)

    def propose(self, proposing: Proposing) -> None:
        """Note a proposal; `judge` comes before it, and before anybody's signature."""
        self.plan.proposing = proposing
        self.note(Action.PROPOSE, f"{type(proposing.message).__name__} {proposing.about}")

    def sign(self, account: Address, message: Signed, *, sealed: bool = False) -> bytes:
        """An account's signature under a message. Raises SigningError.

        `sealed`: not even its hash is written down, from which whoever tries all prices would find the one signed.
        """
        signature = self._signer.sign(account, message, self.domain)
        hashed = "sealed" if sealed else f"hash 0x{digest(message, self.domain).hex()}"
        self.note(Action.SIGN, f"{type(message).__name__}, account {account}, {hashed}")
        return signature

    def agree(self, account: Address, message: c.Acceptance) -> Agreed:
        """An assignee's consent. Raises SigningError."""
        packed = acceptance(account, message.deadline, self.sign(account, message))
        return Agreed(account, message.deadline, packed)

    def signed_place(self, name: str, account: Address, message: Signed) -> Place:
        """A place of a proposal that the caller signs at once. Raises SigningError."""
        own = self.caller
        return Place(name, own.participant, own.officer, account, self.sign(account, message))

    def hash(self, message: Signed) -> Hash:
        """What is signed: the EIP-712 hash for this ledger."""
        return digest(message, self.domain)

    def note(self, action: Action, subject: str) -> None:
        """Have a decision written down with what the request comes to."""
        self.plan.decisions.append(Decision.by(self.caller, action, subject))

    def _voiced(self, voice: Voice, message: c.Message) -> bytes:
        if voice.given is not None:
            return voice.given
        told = voice.signs or message
        assert not isinstance(told, UNSIGNED)
        return self.sign(voice.account, told)
