# SPDX-License-Identifier: Apache-2.0
"""One life of a ledger in which every operation succeeds at least once, folded into the model's rows as it goes.

It is told on any Chain. After each operation `after` is called, which is where a test compares storage with the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from chain.abi.calls import SignedCall, acceptance
from chain.abi.eip712 import Signed, hash_struct
from chain.abi.plain import rulebook_creation
from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.rules import Rows, apply, commit
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    ClaimId,
    Hash,
    Hours,
    InvoicePart,
    ObligationId,
    OfficerId,
    ParticipantId,
    RailId,
    Right,
    Role,
    RulebookContract,
)
from chain.node.chain import Chain, Deployed, Deposit
from chain.signing.key import Key
from tests.chains import EXPONENT, FIRST_RULES, RELAY, deploy_deposit, deploy_ledger, key

REGISTRAR, OBLIGOR, SELLER, SUPPLIER, FINANCIER, BANK, OPERATOR = map(ParticipantId, range(1, 8))
EVER = UtcSeconds(2**32 - 1)
BOTH = Right.MAKER | Right.CHECKER
ONE, TWO = OfficerId(1), OfficerId(2)
KEYS = {who: key(f"participant {who}") for who in range(1, 8)}
SECOND = {who: key(f"second officer of {who}") for who in range(1, 8)}
ESCROW = key("escrow").address
BILL, BILL_AGAIN = Hash(b"\xa1" * 32), Hash(b"\xa2" * 32)
TERMS = Hash(b"\x7e" * 32)
FACE = Fen(1_000_000)


@dataclass
class Story:
    """A ledger, its rows so far, and who is in it."""

    ledger: Deployed
    rows: Rows
    deposit: Deposit
    after: Callable[["Story"], None]
    rulebooks: dict[Address, list[int]] = field(default_factory=dict)  # versions by contract
    happened: set[str] = field(default_factory=set)  # names of messages and events

    @property
    def now(self) -> UtcSeconds:
        return self.ledger.chain.now

    @property
    def hour(self) -> Hours:
        return Hours(self.now // HOUR)

    def tell(
        self,
        message: c.Message,
        *signers: Key | bytes | None,
        acceptances: Sequence[bytes] = (),
        caller: Address = RELAY.address,
        ended: c.NewObligation | None = None,
    ) -> None:
        """Send a message, signed by these keys or with these signatures; `ended`: the obligation that the end of an
        offer names.
        """
        signatures = tuple(self.sign(one, message) if isinstance(one, Key) else one or b"" for one in signers)
        terms, invoices = (ended.terms, ended.invoices) if ended else (None, ())
        now = self.now
        events = self.ledger.send(SignedCall(message, signatures, tuple(acceptances), terms, invoices), caller)
        for event in events:
            commit(self.rows, apply(self.rows, event, now))
        self.happened |= {type(said).__name__ for said in (message, *events)}
        self.after(self)

    def sign(self, signer: Key, message: object) -> bytes:
        assert isinstance(message, Signed)
        return signer.sign(message, self.ledger.domain)

    def consent(self, message: c.Acceptance | c.LienAcceptance) -> bytes:
        signer = KEYS[message.participant]
        return acceptance(signer.address, message.deadline, self.sign(signer, message))

    def version(self, who: ParticipantId) -> int:
        return self.rows.participants[who].version

    def claim_version(self, claim: ClaimId) -> int:
        return self.rows.claims[claim].version

    def promise(self, number: int, days: int = 90, fingerprint: Hash = BILL) -> c.NewObligation:
        due = UtcSeconds(self.now + days * DAY)
        part = InvoicePart(fingerprint, FACE)
        return c.NewObligation(
            number, SELLER, FACE, due, Hours(self.hour + 24), RailId(1), 5, Ppm(180_000), TERMS, (part,)
        )


def begin(chain: Chain, after: Callable[[Story], None]) -> Story:
    """A newborn ledger and a bank's cash token."""
    officers = [(KEYS[REGISTRAR].address, ONE, BOTH), (SECOND[REGISTRAR].address, TWO, BOTH)]
    ledger = deploy_ledger(chain, [(address, officer, int(rights)) for address, officer, rights in officers], TERMS)
    deposit = deploy_deposit(chain, KEYS[BANK].address)
    story = Story(ledger, Rows(ledger.rulebook, EXPONENT), deposit, after, {ledger.rulebook: [1]})
    for event in ledger.born:
        commit(story.rows, apply(story.rows, event, chain.now))
    story.after(story)
    return story


def members(s: Story) -> None:
    """Everybody is registered; thresholds, cash, standing, consent; rail and invoices; a pause."""
    registrar, first = KEYS[REGISTRAR], KEYS[REGISTRAR].address
    roles = {
        OBLIGOR: Role.CORE_ENTERPRISE,
        SELLER: Role.SUPPLIER,
        SUPPLIER: Role.SUPPLIER,
        FINANCIER: Role.FINANCIER,
        BANK: Role.SETTLEMENT_BANK,
        OPERATOR: Role.OPERATOR,
    }
    for who, role in roles.items():
        address = KEYS[who].address
        cash = ZERO_ADDRESS if role is Role.OPERATOR else address
        identity = Hash(bytes([who] * 32))
        s.tell(
            c.RegisterParticipant(REGISTRAR, who, role, Fen(0), cash, identity, address, ONE, BOTH, first, EVER),
            registrar,
            KEYS[who],
        )
    add = c.AddAccount(OBLIGOR, 2, SECOND[OBLIGOR].address, TWO, BOTH, first, KEYS[OBLIGOR].address, ZERO_ADDRESS, EVER)
    s.tell(add, registrar, KEYS[OBLIGOR], None, SECOND[OBLIGOR])
    own, other = KEYS[OBLIGOR].address, SECOND[OBLIGOR].address
    s.tell(
        c.SetThreshold(OBLIGOR, s.version(OBLIGOR), ONE, FACE, first, own, other, EVER),
        registrar,
        KEYS[OBLIGOR],
        SECOND[OBLIGOR],
    )
    cash = key("cash of the seller").address
    s.tell(
        c.SetCash(SELLER, s.version(SELLER), cash, first, KEYS[SELLER].address, ZERO_ADDRESS, EVER),
        registrar,
        KEYS[SELLER],
        None,
    )
    limit = Fen(10 * FACE)
    standing = c.SetStanding(REGISTRAR, OBLIGOR, s.version(OBLIGOR), Role.CORE_ENTERPRISE, 1, limit, first, EVER)
    s.tell(standing, None, caller=first)
    consent = c.SetAutoAccept(SUPPLIER, s.version(SUPPLIER), SELLER, EVER, KEYS[SUPPLIER].address, EVER)
    s.tell(consent, KEYS[SUPPLIER])
    s.tell(c.RaiseQuoteEpoch(FINANCIER, s.version(FINANCIER), KEYS[FINANCIER].address, EVER), KEYS[FINANCIER])
    bank = KEYS[BANK].address
    s.tell(c.AddRail(REGISTRAR, RailId(1), s.deposit.token, BANK, ESCROW, bank, first, EVER), registrar, KEYS[BANK])
    entries = (c.InvoiceEntry(BILL, Fen(20 * FACE), ZERO_HASH), c.InvoiceEntry(BILL_AGAIN, Fen(20 * FACE), BILL))
    s.tell(c.RegisterInvoices(REGISTRAR, OBLIGOR, entries, first, EVER), registrar)
    until, operator = Hours(s.hour + 5), KEYS[OPERATOR]
    s.tell(c.Pause(OPERATOR, s.version(OPERATOR), until, (SELLER, OPERATOR), operator.address, EVER), operator)
    s.tell(c.Unpause(REGISTRAR, s.version(REGISTRAR), (SELLER,), first, EVER), registrar)


def offers(s: Story) -> None:
    """Two obligations are accepted; one each is declined, revoked, expired."""
    maker, checker = KEYS[OBLIGOR], SECOND[OBLIGOR]
    paid, declined, revoked, expired, late = (s.promise(n, days=30 if n == 5 else 90) for n in range(1, 6))
    paid = replace(paid, invoices=(InvoicePart(BILL, Fen(1)), InvoicePart(BILL_AGAIN, Fen(FACE - 1))))
    s.tell(c.Issue(OBLIGOR, paid, maker.address, checker.address, EVER), maker, checker)
    s.tell(c.Issue(OBLIGOR, declined, maker.address, ZERO_ADDRESS, EVER), maker, None)
    batch = (revoked, expired, late)
    s.tell(c.IssueMany(OBLIGOR, batch, maker.address, checker.address, EVER), maker, checker)
    seller = KEYS[SELLER]
    for number in (1, 5):
        s.tell(c.Accept(SELLER, ClaimId(OBLIGOR, number, 1), 1, seller.address, EVER), seller)
    s.tell(c.Decline(SELLER, ObligationId(OBLIGOR, 2), 1, seller.address, EVER), seller, ended=declined)
    s.tell(c.Revoke(OBLIGOR, ObligationId(OBLIGOR, 3), 1, maker.address, EVER), maker, ended=revoked)
    s.ledger.chain.travel(UtcSeconds((expired.accept_by + 1) * HOUR))
    s.tell(c.Expire(ObligationId(OBLIGOR, 4), expired.terms, expired.invoices))


def moves(s: Story) -> None:
    """The first claim is split, cut, liened, sold in part; a child is passed on whole."""
    seller, supplier, financier = KEYS[SELLER], KEYS[SUPPLIER], KEYS[FINANCIER]
    first = ClaimId(OBLIGOR, 1, 1)

    def at() -> int:
        return s.claim_version(first)

    consent = s.consent(c.Acceptance(SUPPLIER, first, at(), 0, Fen(50_000), supplier.address, EVER))
    split = c.Split(SELLER, first, at(), SUPPLIER, Fen(50_000), seller.address, EVER)
    s.tell(split, seller, acceptances=[consent])
    s.tell(c.Split(SELLER, first, at(), SUPPLIER, Fen(50_000), seller.address, EVER), seller)
    pieces = (c.Piece(SUPPLIER, Fen(10_000)), c.Piece(SUPPLIER, Fen(20_000)), c.Piece(FINANCIER, Fen(30_000)))
    consent = s.consent(c.Acceptance(FINANCIER, first, at(), 2, Fen(30_000), financier.address, EVER))
    many = c.SplitMany(SELLER, first, at(), pieces, seller.address, EVER)
    s.tell(many, seller, acceptances=[b"", b"", consent])
    s.tell(c.Cut(SELLER, first, at(), Fen(40_000), seller.address, EVER), seller)
    until = Hours(s.hour + 48)
    s.tell(c.Lien(SELLER, first, at(), s.rows.claims[first].amount, SELLER, until, seller.address, EVER), seller)
    s.tell(c.Release(SELLER, first, at(), seller.address, EVER), seller)
    consent = s.consent(c.LienAcceptance(FINANCIER, first, at(), Fen(60_000), until, financier.address, EVER))
    lien = c.Lien(SELLER, first, at(), Fen(60_000), FINANCIER, until, seller.address, EVER)
    s.tell(lien, seller, acceptances=[consent])
    s.deposit.mint(financier.address, FACE)
    s.deposit.approve(financier.address, s.ledger.ledger)
    epoch = s.rows.participants[FINANCIER].quote_epoch
    quote = c.Quote(
        FINANCIER, first, at(), Fen(70_000), Fen(69_000), epoch, 1, Ppm(42_000), 88, 1, financier.address, EVER
    )
    s.tell(c.Discount(SELLER, quote, seller.address, EVER), seller, s.sign(financier, quote))
    child = ClaimId(OBLIGOR, 1, 2)
    consent = s.consent(c.Acceptance(SELLER, child, 1, 0, Fen(50_000), seller.address, EVER))
    transfer = c.Transfer(SUPPLIER, child, 1, SELLER, supplier.address, EVER)
    s.tell(transfer, supplier, acceptances=[consent])


def power(s: Story) -> None:
    """An account ends; its successor is announced, cancelled, announced again, applied. Limits and Rulebook change."""
    chain, registrar, first = s.ledger.chain, KEYS[REGISTRAR], KEYS[REGISTRAR].address
    second, own = SECOND[REGISTRAR], KEYS[OBLIGOR].address
    old = SECOND[OBLIGOR].address
    s.tell(c.RevokeAccount(OBLIGOR, s.version(OBLIGOR), old, first, own, EVER), registrar, KEYS[OBLIGOR])
    new = key("third officer of the obligor")

    def add(deadline: int) -> c.AddAccount:
        version, until = s.version(OBLIGOR), UtcSeconds(deadline)
        return c.AddAccount(OBLIGOR, version, new.address, TWO, BOTH, first, own, ZERO_ADDRESS, until)

    for deadline in (EVER - 1, EVER):
        s.tell(add(deadline), registrar, KEYS[OBLIGOR], None, new)
    s.tell(c.CancelChange(OBLIGOR, hash_struct(add(EVER - 1)), own, EVER), KEYS[OBLIGOR])
    limits = replace(FIRST_RULES, start=UtcSeconds(s.now + 4 * DAY), hop_cap=3)
    numbers = (limits.start, limits.max_tenor, limits.max_offer, limits.hop_cap, limits.min_piece)
    bounds = (limits.min_late_rate, limits.max_late_rate, limits.min_closes, limits.max_closes)
    s.rulebooks[s.ledger.rulebook].append(2)
    publish = c.PublishRules(REGISTRAR, 2, *numbers, *bounds, first, second.address, EVER)
    s.tell(publish, registrar, second)
    candidate, _ = chain.deploy(rulebook_creation(s.ledger.ledger, 3, FIRST_RULES))
    change = c.SetRulebook(REGISTRAR, s.version(REGISTRAR), candidate, first, second.address, EVER)
    s.tell(change, registrar, second)
    chain.travel(UtcSeconds(s.now + 3 * DAY + HOUR))
    s.tell(add(EVER), registrar, KEYS[OBLIGOR], None, new)
    s.rows.rulebooks[candidate] = RulebookContract(True, 3, FIRST_RULES)
    s.rulebooks[candidate] = [3]
    s.tell(change, registrar, second)


def settlement(s: Story) -> None:
    """Both obligations are paid in parts and in full, by the obligor and by the bank's receipt; one of them late."""
    obligor, bank, chain = KEYS[OBLIGOR], KEYS[BANK], s.ledger.chain
    paid, late = ObligationId(OBLIGOR, 1), ObligationId(OBLIGOR, 5)
    for payer in (obligor.address, bank.address):
        s.deposit.mint(payer, Fen(5 * FACE))
        s.deposit.approve(payer, s.ledger.ledger)
    s.deposit.approve(ESCROW, s.ledger.ledger)

    def at(obligation: ObligationId) -> int:
        return s.rows.obligations[obligation].version

    def redeem_all(obligation: ObligationId) -> None:
        for claim in [claim for claim in s.rows.claims if claim.obligation == obligation]:
            s.tell(c.Redeem(claim))

    s.tell(c.Fund(OBLIGOR, paid, at(paid), Fen(300_001), obligor.address, EVER), obligor)
    redeem_all(paid)
    receipt = Hash(b"\xee" * 32)
    s.tell(c.FundByReceipt(BANK, paid, at(paid), Fen(FACE - 300_001), receipt, bank.address, EVER), bank)
    redeem_all(paid)
    chain.travel(UtcSeconds(s.rows.obligations[late].due + 40 * DAY))
    s.tell(c.MarkOverdue(late))
    s.tell(c.Fund(OBLIGOR, late, at(late), Fen(400_000), obligor.address, EVER), obligor)
    redeem_all(late)
    chain.travel(UtcSeconds(s.now + 7 * DAY))
    unpaid, interest = s.ledger.view("owedOf", late.obligor << 32 | late.number)
    s.tell(c.Fund(OBLIGOR, late, at(late), Fen(unpaid + interest), obligor.address, EVER), obligor)
    redeem_all(late)


CHAPTERS = (members, offers, moves, power, settlement)


def tell(chain: Chain, after: Callable[[Story], None]) -> Story:
    """All of it."""
    story = begin(chain, after)
    for chapter in CHAPTERS:
        chapter(story)
    return story
