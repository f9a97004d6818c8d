# SPDX-License-Identifier: Apache-2.0
"""A first round on a chain inside the process: a million yuan of a car maker's debt, split and paid to the cent.

Every message is signed as EIP-712 by the participant's own key and carried by a relay that has no authority; contract
and reference model both play it, and their rows are compared at the end.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from chain.abi.calls import SignedCall, acceptance
from chain.abi.eip712 import Signed, hash_struct
from chain.abi.slots import expected_storage
from chain.domain import commands as c
from chain.domain.clock import BEIJING, DAY, UtcSeconds, due_instant
from chain.domain.errors import Lang, Refusal
from chain.domain.money import Fen, Ppm, currency, format_money
from chain.domain.rules import FirstAccount, Rows, check, genesis
from chain.domain.rules import play as play_model
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    CashAccount,
    ClaimId,
    Hash,
    Hours,
    InvoicePart,
    ObligationId,
    OfficerId,
    ParticipantId,
    RailId,
    Role,
    Rules,
)
from chain.node.chain import Deployed, deploy_deposit, deploy_ledger
from chain.node.inprocess import EvmChain
from chain.signing.key import Key

CNY = currency("CNY")
START = due_instant(date(2026, 11, 22), BEIJING)
DUE = due_instant(date(2027, 2, 20), BEIJING)
FACE = Fen(100_000_000)
BOTH_RIGHTS, CHAIN_ID, FOREVER = 3, 990_321, UtcSeconds(2**32 - 1)
LIMITS = Rules(UtcSeconds(0), 366 * DAY, 720, 5, 2, Ppm(0), Ppm(365_000), 0, 30)

Tell = Callable[["Step"], None]


class Step(NamedTuple):
    """One thing that happened, in the reader's language."""

    title: str
    text: str


class Ending(NamedTuple):
    """The holders' table and the closing sentence."""

    title: str
    columns: tuple[str, ...]
    amounts: tuple[str, ...]
    rows: list[tuple[str, ...]]
    end: str


class Company(NamedTuple):
    """A participant of the demo."""

    id: ParticipantId
    zh: str
    en: str
    role: Role
    limit: Fen = Fen(0)

    def key(self, officer: int = 1) -> Key:
        """The key of one of its officers: the same in every round, and worth nothing."""
        return Key.of(_hash(f"deeptier demo key {self.id} {officer}"))

    @property
    def cash(self) -> Address:
        """Where it is paid."""
        return _address(f"cash {self.id}")


REGISTRAR = Company(ParticipantId(1), "登记机构", "the Registrar", Role.REGISTRAR)
BANK = Company(ParticipantId(2), "清算银行", "the settlement bank", Role.SETTLEMENT_BANK)
MAKER = Company(ParticipantId(10), "云岭汽车", "Yunling Motors", Role.CORE_ENTERPRISE, Fen(5 * FACE))
SEATS = Company(ParticipantId(21), "恒座椅业", "Hengzuo Seats", Role.SUPPLIER)
FOAM = Company(ParticipantId(22), "柔棉材料", "Roumian Foam", Role.SUPPLIER)
ESCROW_NAME = "escrow"
OBLIGATION = ObligationId(MAKER.id, 1)


def play(lang: Lang, tell: Tell) -> Ending:
    """One round, told step by step. Raises AssertionError if contract and model ever differ."""
    stage = Stage(lang, tell)
    stage.furnish()
    stage.issue_and_accept()
    stage.split()
    stage.pay()
    return stage.ending()


@dataclass
class Stage:
    """The contract and the model, side by side."""

    lang: Lang
    tell: Tell
    chain: EvmChain = field(init=False)
    ledger: Deployed = field(init=False)
    rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        registrars = [FirstAccount(REGISTRAR.key(n).address, OfficerId(n), BOTH_RIGHTS) for n in (1, 2)]
        self.chain = EvmChain(CHAIN_ID, START)
        self.ledger = deploy_ledger(self.chain, registrars, _hash("registrar"), LIMITS, b"CNY", 2)
        self.cash = deploy_deposit(self.chain, BANK.cash, 2)
        self.rows = genesis(_hash("registrar"), tuple(registrars), self.ledger.rulebook, LIMITS, exponent=2)
        self.rows.tokens[self.cash.token] = 2

    # ---- the round

    def furnish(self) -> None:
        """Companies, a rail, an invoice, money."""
        for company in (BANK, MAKER, SEATS, FOAM):
            account = company.key()
            entry = c.RegisterParticipant(
                REGISTRAR.id,
                company.id,
                int(company.role),
                company.limit,
                company.cash,
                Hash(_hash(f"salt {company.en}")),
                account.address,
                OfficerId(1),
                BOTH_RIGHTS,
                REGISTRAR.key().address,
                FOREVER,
            )
            self.do(entry, REGISTRAR.key(), account)
        checker = MAKER.key(2)
        signers = (REGISTRAR.key().address, MAKER.key().address, ZERO_ADDRESS)
        second = c.AddAccount(MAKER.id, 2, checker.address, OfficerId(2), BOTH_RIGHTS, *signers, FOREVER)
        self.do(second, REGISTRAR.key(), MAKER.key(), None, checker)
        escrow, bank = _address(ESCROW_NAME), BANK.key()
        rail = c.AddRail(
            REGISTRAR.id, RailId(1), self.cash.token, BANK.id, escrow, bank.address, REGISTRAR.key().address, FOREVER
        )
        self.do(rail, REGISTRAR.key(), bank)
        entries = (c.InvoiceEntry(Hash(_hash("invoice")), FACE, ZERO_HASH),)
        self.do(c.RegisterInvoices(REGISTRAR.id, MAKER.id, entries, REGISTRAR.key().address, FOREVER), REGISTRAR.key())
        self.cash.mint(MAKER.cash, FACE)
        for owner in (MAKER.cash, escrow):
            self.cash.approve(owner, self.ledger.ledger)
        self.rows.cash[self.cash.token, MAKER.cash] = CashAccount(FACE, approved=True)
        self.rows.cash[self.cash.token, escrow] = CashAccount(Fen(0), approved=True)
        self.say("登记", "Register", "四家参与方、一条清算通道、一张发票", "four participants, a rail, an invoice")

    def issue_and_accept(self) -> None:
        """Maker and checker issue; the supplier accepts; a lone officer could not have."""
        promise = c.NewObligation(
            OBLIGATION.number,
            SEATS.id,
            FACE,
            DUE,
            Hours((START + 5 * DAY) // HOUR),
            RailId(1),
            5,
            Ppm(182_500),
            Hash(_hash("terms")),
            (InvoicePart(Hash(_hash("invoice")), FACE),),
        )
        maker, checker = MAKER.key(), MAKER.key(2)
        alone = c.Issue(MAKER.id, promise, maker.address, ZERO_ADDRESS, FOREVER)
        self.refused(alone, maker, None)
        self.do(c.Issue(MAKER.id, promise, maker.address, checker.address, FOREVER), maker, checker)
        self.say(
            "开立",
            "Issue",
            f"{MAKER.zh} 向 {SEATS.zh} 开立 {OBLIGATION}，{self.money(FACE)}，经办与复核双签",
            f"{MAKER.en} owes {SEATS.en} {self.money(FACE)} by {OBLIGATION}, signed by maker and checker",
        )
        seller = SEATS.key()
        self.do(c.Accept(SEATS.id, OBLIGATION.claim(1), 1, seller.address, FOREVER), seller)
        self.say("签收", "Accept", f"{SEATS.zh} 签收", f"{SEATS.en} accepts")

    def split(self) -> None:
        """To the cent; and not more than there is."""
        seller, buyer, claim = SEATS.key(), FOAM.key(), OBLIGATION.claim(1)

        def message(amount: int) -> c.Split:
            return c.Split(SEATS.id, claim, 2, FOAM.id, Fen(amount), seller.address, FOREVER)

        self.refused(message(FACE + 1), seller, consent=buyer)
        self.do(message(30_000_001), seller, consent=buyer)
        part = self.money(Fen(30_000_001))
        self.say("拆分", "Split", f"{SEATS.zh} 将 {part} 流转给 {FOAM.zh}", f"{SEATS.en} passes {part} on to {FOAM.en}")

    def pay(self) -> None:
        """At maturity, in full; everyone is paid; nobody twice."""
        self.chain.travel(DUE)
        maker = MAKER.key()
        self.do(c.Fund(MAKER.id, OBLIGATION, 1, FACE, maker.address, FOREVER), maker)
        self.say(
            "付款", "Fund", f"{MAKER.zh} 到期付款 {self.money(FACE)}", f"{MAKER.en} pays {self.money(FACE)} at maturity"
        )
        for seq in (1, 2):
            self.do(c.Redeem(OBLIGATION.claim(seq)))
        self.refused(c.Redeem(OBLIGATION.claim(1)))
        self.say("兑付", "Redeem", "两位持有人全部兑付", "both holders are paid")

    def ending(self) -> Ending:
        """Who was paid what, and the proof that storage is what the model says."""
        expected = expected_storage(self.rows, self.ledger.ledger, b"CNY")
        found = {
            (where, slot): word
            for where in (self.ledger.ledger, self.ledger.rulebook)
            for slot, word in self.chain.storage(where).items()
        }
        assert found == expected, "contract storage is not what the model's rows say"
        columns = (
            ("债权份额", "持有人", "金额", "已到账") if self.lang == "zh" else ("claim", "holder", "amount", "paid")
        )
        rows: list[tuple[str, ...]] = []
        for company, seq in ((SEATS, 1), (FOAM, 2)):
            claim = ClaimId(MAKER.id, OBLIGATION.number, seq)
            paid = Fen(self.cash.balance(company.cash))
            rows.append(
                (str(claim), getattr(company, self.lang), self.money(self.rows.claims[claim].amount), self.money(paid))
            )
        end = {
            "zh": f"链上存储 {len(found)} 个槽位与参考模型逐一相等。",
            "en": f"Contract storage = reference model: {len(found)} slots, each equal.",
        }
        return Ending({"zh": "持有人", "en": "Holders"}[self.lang], columns, columns[2:], rows, end[self.lang])

    # ---- contract and model

    def do(self, message: Any, *keys: Key | None, consent: Key | None = None) -> None:
        """Play on both."""
        expected = play_model(self.rows, self.call(message, keys, consent), self.chain.now)
        happened = self.ledger.send(self.signed(message, keys, consent))
        assert happened == expected, f"{message}: contract and model differ"

    def refused(self, message: Any, *keys: Key | None, consent: Key | None = None) -> None:
        """Both refuse, with the same words, which are told."""
        sent = _refusal(lambda: self.ledger.send(self.signed(message, keys, consent)))
        checked = _refusal(lambda: check(self.rows, self.call(message, keys, consent), self.chain.now))
        assert sent is not None, f"{message} was to be refused"
        assert sent == checked, f"{message}: contract and model differ"
        title = {"zh": "拒绝", "en": "Refused"}[self.lang]
        self.tell(Step(title, f"{sent.message(self.lang)} → {sent.next_step(self.lang)}"))

    def call(self, message: Any, keys: tuple[Key | None, ...], consent: Key | None) -> c.Call:
        """What the model is told: who really signed."""
        proofs = tuple(None if key is None else key.address for key in keys)
        consents = () if consent is None else (c.Consent(consent.address, FOREVER, consent.address),)
        identity = Hash(bytes(32)) if isinstance(message, c.Redeem) else hash_struct(message)
        return c.Call(message, proofs, consents, identity)

    def signed(self, message: Any, keys: tuple[Key | None, ...], consent: Key | None) -> SignedCall:
        """What the contract is sent."""
        signatures = tuple(b"" if key is None else key.sign(message, self.ledger.domain) for key in keys)
        consents: tuple[bytes, ...] = ()
        if consent is not None:
            agreed: Signed = c.Acceptance(
                message.to, message.claim, message.version, 0, message.amount, consent.address, FOREVER
            )
            consents = (acceptance(consent.address, FOREVER, consent.sign(agreed, self.ledger.domain)),)
        return SignedCall(message, signatures, consents)

    # ---- words

    def say(self, zh: str, en: str, text_zh: str, text_en: str) -> None:
        """Tell a step in the reader's language."""
        self.tell(Step(zh, text_zh) if self.lang == "zh" else Step(en, text_en))

    def money(self, amount: Fen) -> str:
        """Yuan with separators."""
        return format_money(amount, CNY, self.lang)


def _hash(text: str) -> Hash:
    return Hash(hashlib.sha256(text.encode()).digest())


def _address(name: str) -> Address:
    return Key.of(_hash(f"deeptier demo {name}")).address


def _refusal(attempt: Callable[[], object]) -> Refusal | None:
    """Why it was refused, if it was."""
    try:
        attempt()
    except Refusal as refusal:
        return refusal
    return None
