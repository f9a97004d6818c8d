# SPDX-License-Identifier: Apache-2.0
"""The nouns of the ledger: ids, words that are numbers on chain, and one immutable record per row of its state.

Units: amounts in minor units of the ledger's one currency (Fen), instants in UTC seconds, `*_until` and `accept_by` in
whole hours since 1970 (in force while time <= hours * 3600), rates in ppm a year. Source: 10-ledger, Storage, and
IReceivableLedger (ILedgerViews, Roles, Rights, ParticipantStatus, ClaimStatus, ObligationStatus, StepKind).
The packed integers of the chain exist only in chain/abi.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import NamedTuple, NewType

from chain.domain.clock import UtcSeconds
from chain.domain.errors import Lang
from chain.domain.money import Fen, Ppm

ParticipantId = NewType("ParticipantId", int)
"""A legal entity, 1 to 2^32 - 1; chosen by the Registrar. 0 stands for nobody."""
OfficerId = NewType("OfficerId", int)
"""A person at a participant, 1 to 2^16 - 1; maker and checker are two different officers. 0 stands for nobody."""
Address = NewType("Address", str)
"""20 bytes as "0x" and 40 lower-case hex digits: an account's key, a cash address, a contract."""
Hash = NewType("Hash", bytes)
"""32 bytes: a salted commitment, a fingerprint, a receipt, the hash of a message."""
RailId = NewType("RailId", int)
"""A cash rail, 1 to 255; fixed at issue."""
Hours = NewType("Hours", int)
"""Whole hours since 1970; in force while time <= hours * HOUR."""

HOUR = 3600  # seconds
NOBODY = ParticipantId(0)
ZERO_ADDRESS = Address("0x" + "00" * 20)
ZERO_HASH = Hash(bytes(32))


class ObligationId(NamedTuple):
    """An obligation's name outside the contract, 应收账款电子凭证: "7-1" is number 1 of obligor 7."""

    obligor: ParticipantId
    number: int

    def __str__(self) -> str:
        return f"{self.obligor}-{self.number}"

    def claim(self, seq: int) -> "ClaimId":
        """The obligation's claim with that sequence number; claim 1 is born with it."""
        return ClaimId(self.obligor, self.number, seq)


class ClaimId(NamedTuple):
    """A claim's name outside the contract, 债权份额: "7-1-3" is claim 3 of obligation 7-1."""

    obligor: ParticipantId
    number: int
    seq: int

    def __str__(self) -> str:
        return f"{self.obligor}-{self.number}-{self.seq}"

    @property
    def obligation(self) -> ObligationId:
        """The obligation that the claim is a part of."""
        return ObligationId(self.obligor, self.number)


# ---------------------------------------------------------------- words that are numbers on chain


class Role(IntFlag):
    """What a participant may do, 参与方角色; one participant may have several."""

    CORE_ENTERPRISE = 1  # 核心企业
    SUPPLIER = 2  # 供应商
    FINANCIER = 4  # 资金方
    GUARANTOR = 8  # 保证人
    SETTLEMENT_BANK = 16  # 清算银行
    AUDITOR = 32  # 审计人
    REGISTRAR = 64  # 登记机构
    OPERATOR = 128  # 运营方: relays, never decides


ALL_ROLES = 255
WITHOUT_CASH = Role.AUDITOR | Role.OPERATOR  # roles that touch no money, hence need no cash address


class Right(IntFlag):
    """What an account may sign, 账户权限."""

    MAKER = 1  # 经办
    CHECKER = 2  # 复核


ALL_RIGHTS = 3


class ParticipantStatus(IntEnum):
    """参与方状态: a suspended participant neither issues nor receives; its holdings stay and are paid."""

    ACTIVE = 1  # 正常
    SUSPENDED = 2  # 已停用


class Lifecycle(IntEnum):
    """债权份额的生命周期: the two low bits of a claim's status byte."""

    OFFERED = 0  # 待签收
    HELD = 1  # 持有中
    REDEEMED = 2  # 已兑付
    GONE = 3  # 已终止: an offer that ended unaccepted


LIFECYCLE_BITS = 3


class ClaimFlag(IntFlag):
    """债权份额的标记: the bits of a claim's status byte above its lifecycle (set by later operations)."""

    FROZEN = 4  # 冻结
    PLEDGED = 8  # 质押
    RECOURSE = 16  # 有追索权
    RECEIPT_PENDING = 32  # 待收款确认


class ObligationStatus(IntEnum):
    """应收账款电子凭证的状态."""

    ISSUED = 1  # 已开立
    OVERDUE = 2  # 逾期
    DEFAULTED = 3  # 违约
    SETTLED = 4  # 已清偿
    DECLINED = 5  # 已拒签
    REVOKED = 6  # 已撤回
    EXPIRED = 7  # 已失效


OPEN_STATUSES = (ObligationStatus.ISSUED, ObligationStatus.OVERDUE)


class StepKind(IntEnum):
    """清偿步骤的种类."""

    PAY = 1  # 付款
    REDUCE = 2  # 冲减


class ChangeState(IntEnum):
    """已公告变更的状态."""

    ANNOUNCED = 1  # 已公告
    APPLIED = 2  # 已生效
    CANCELLED = 3  # 已撤销


_WORDS: tuple[tuple[IntEnum | IntFlag, str, str], ...] = (
    (Role.CORE_ENTERPRISE, "核心企业", "core enterprise"),
    (Role.SUPPLIER, "供应商", "supplier"),
    (Role.FINANCIER, "资金方", "financier"),
    (Role.GUARANTOR, "保证人", "guarantor"),
    (Role.SETTLEMENT_BANK, "清算银行", "settlement bank"),
    (Role.AUDITOR, "审计人", "auditor"),
    (Role.REGISTRAR, "登记机构", "registrar"),
    (Role.OPERATOR, "运营方", "operator"),
    (Right.MAKER, "经办", "maker"),
    (Right.CHECKER, "复核", "checker"),
    (ParticipantStatus.ACTIVE, "正常", "active"),
    (ParticipantStatus.SUSPENDED, "已停用", "suspended"),
    (Lifecycle.OFFERED, "待签收", "offered"),
    (Lifecycle.HELD, "持有中", "held"),
    (Lifecycle.REDEEMED, "已兑付", "redeemed"),
    (Lifecycle.GONE, "已终止", "ended unaccepted"),
    (ClaimFlag.FROZEN, "冻结", "frozen"),
    (ClaimFlag.PLEDGED, "质押", "pledged"),
    (ClaimFlag.RECOURSE, "有追索权", "with recourse"),
    (ClaimFlag.RECEIPT_PENDING, "待收款确认", "receipt pending"),
    (ObligationStatus.ISSUED, "已开立", "issued"),
    (ObligationStatus.OVERDUE, "逾期", "overdue"),
    (ObligationStatus.DEFAULTED, "违约", "defaulted"),
    (ObligationStatus.SETTLED, "已清偿", "settled"),
    (ObligationStatus.DECLINED, "已拒签", "declined"),
    (ObligationStatus.REVOKED, "已撤回", "revoked"),
    (ObligationStatus.EXPIRED, "已失效", "expired"),
)
_WORD_OF = {(type(member), int(member)): words for member, *words in _WORDS}  # members of two enums can be equal


def word(kind: type[IntEnum] | type[IntFlag], number: int, lang: Lang) -> str:
    """The word for one number of an enum in zh or en; the number itself when the enum does not have it."""
    words = _WORD_OF.get((kind, number))
    return str(number) if words is None else words[0 if lang == "zh" else 1]


def flag_words(kind: type[IntFlag], bits: int, lang: Lang) -> str:
    """The words for a set of flags, lowest bit first; "无" or "none" for the empty set."""
    set_bits = [1 << n for n in range(bits.bit_length()) if bits >> n & 1]
    joined = ("、" if lang == "zh" else ", ").join(word(kind, bit, lang) for bit in set_bits)
    return joined or ("无" if lang == "zh" else "none")


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class Participant:
    """A legal entity, 参与方. `version` counts registry changes only."""

    limit: Fen  # how much it may owe at one time, 64 bits
    utilised: Fen  # sum of the unpaid cents of its obligations
    overdue: int  # obligations marked overdue and not settled; above 0 it issues nothing
    roles: Role
    status: int  # ParticipantStatus
    version: int
    quote_epoch: int  # quotes signed under an earlier epoch are withdrawn
    officers: int  # with a live account
    quorum: int  # the most live officers it ever had, counted to 2
    paused_until: Hours  # 0: not paused
    cash: Address  # paid into and pulled from; zero when no role touches money
    identity: Hash  # salted commitment to who it is


@dataclass(frozen=True, slots=True)
class Account:
    """A key that signs for one officer of one participant, 账户密钥. Ended accounts stay, inactive."""

    participant: ParticipantId
    officer: OfficerId
    rights: int  # Right bits
    active: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """A person at a participant, 经办/复核人员, and what that person issued alone."""

    threshold: Fen  # how much the officer may issue alone per UTC day
    day: int  # UTC day number (time // 86400) that `spent` belongs to
    spent: Fen  # issued alone on that day
    accounts: int  # live accounts


@dataclass(frozen=True, slots=True)
class Rail:
    """Where an obligation's cash flows, 清算通道."""

    token: Address
    bank: ParticipantId
    escrow: Address
    owed: Fen  # funded and not yet redeemed: the escrow holds at least this


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an invoice is worth and how much of it backs obligations. Kept under the first fingerprint it had."""

    gross: Fen
    allocated: Fen


@dataclass(frozen=True, slots=True)
class AutoAccept:
    """Standing consent of an assignee to claims from one counterparty, until the last second in force."""

    until: UtcSeconds


@dataclass(frozen=True, slots=True)
class Change:
    """A governed change that was announced, 已公告的变更; it may be applied from `at` on."""

    participant: ParticipantId  # whom it concerns
    at: UtcSeconds
    state: ChangeState


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the Rulebook, 规则版本: limits read at issue only, never retroactive. `start` is its `from`."""

    start: UtcSeconds  # first second in force
    max_tenor: int  # seconds from issue to due, at most
    max_offer: int  # hours an offer may stay open, at most
    hop_cap: int  # passes a claim may make
    min_piece: int  # 10^min_piece fen is the smallest piece
    min_late_rate: Ppm
    max_late_rate: Ppm
    min_closes: int  # calendar days before due
    max_closes: int


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """What part of an obligation an invoice backs."""

    fingerprint: Hash
    amount: Fen


@dataclass(frozen=True, slots=True)
class Obligation:
    """The obligor's promise to pay a face amount at maturity. What governs it for life is copied in at issue."""

    face: Fen
    unpaid: Fen
    due: UtcSeconds  # the last second at which payment is on time
    seq: int  # of the youngest claim
    rulebook: int  # version in force at issue
    rail: RailId
    status: ObligationStatus
    steps: int
    closes: int  # calendar days before due in which nothing is split or passed on
    hop_cap: int
    min_piece: int
    late_rate: Ppm
    version: int  # lifecycle and steps; not seq
    terms: Hash
    invoices: tuple[InvoicePart, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """The cents [start, start + amount) of one obligation, with one holder. Never deleted: a tombstone at the end."""

    holder: ParticipantId
    lienholder: ParticipantId  # 0: no lien
    start: Fen
    amount: Fen
    parent: int  # seq of the claim it was cut from; 0 for claim 1
    version: int  # birth is 1
    lien_until: Hours  # while offered: the acceptance deadline
    hop: int  # passes so far
    status: int  # Lifecycle | ClaimFlag, the byte on chain
    redeemed_step: int  # money of the steps up to this one has been paid out

    @property
    def end(self) -> Fen:
        """The first cent after the claim."""
        return Fen(self.start + self.amount)

    @property
    def lifecycle(self) -> Lifecycle:
        """The status byte without its flags."""
        return Lifecycle(self.status & LIFECYCLE_BITS)


@dataclass(frozen=True, slots=True)
class Step:
    """One PAY or REDUCE in an obligation's history, 清偿步骤."""

    kind: StepKind
    a: Fen  # PAY: cents of principal paid, m; REDUCE: lo
    b: Fen  # PAY: cents unpaid before it, U; REDUCE: hi
    interest: Fen  # late interest paid with it
    interest_owed: Fen  # late interest still owed after it
    at: UtcSeconds
    pays: int  # PAY steps so far, this one included


@dataclass(frozen=True, slots=True)
class CashAccount:
    """A balance of a rail's token at one address, and whether its owner let the ledger move it, without limit."""

    balance: Fen
    approved: bool


@dataclass(frozen=True, slots=True)
class RulebookContract:
    """A Rulebook contract that stands ready to take over: does it serve this ledger, its first version, its limits."""

    serves: bool
    version: int
    rules: Rules
