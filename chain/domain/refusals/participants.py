# SPDX-License-Identifier: Apache-2.0
"""Refusals about participants, accounts and announced changes (ILedgerErrors, the sections of these names)."""

from chain.domain.refusals.wording import LedgerRefusal


class UnknownParticipant(LedgerRefusal):
    """Raised when no participant has the id."""

    code = "unknown-participant"
    fields = ("participant",)
    zh = "参与方 {participant} 尚未登记。"
    en = "Participant {participant} is not registered."
    next_zh = "请核对编号，或先由登记机构登记该单位。"
    next_en = "Check the number, or have the registrar register the participant first."


class ParticipantExists(LedgerRefusal):
    """Raised when the id is taken; 0 counts as taken."""

    code = "participant-exists"
    fields = ("participant",)
    zh = "参与方编号 {participant} 已被占用。"
    en = "The participant number {participant} is taken."
    next_zh = "请选用未使用的编号（从 1 起）。"
    next_en = "Choose an unused number, from 1."


class ParticipantSuspended(LedgerRefusal):
    """Raised when the participant is not active."""

    code = "participant-suspended"
    fields = ("participant",)
    zh = "参与方 {participant} 已停用，不能开立或接收。"
    en = "Participant {participant} is suspended: it neither issues nor receives."
    next_zh = "请联系登记机构恢复其状态，或选择其他单位。"
    next_en = "Ask the registrar to reinstate it, or choose another participant."


class ParticipantPaused(LedgerRefusal):
    """Raised while the participant is paused by the Operator."""

    code = "participant-paused"
    fields = ("participant", "until")
    zh = "参与方 {participant} 的开立和接收已暂停至 {until:hours}。"
    en = "Participant {participant} is paused until {until:hours}: it neither issues nor receives."
    next_zh = "请在暂停结束后重试，或联系登记机构提前解除。"
    next_en = "Try again after that, or ask the registrar to end the pause."


class NotInRole(LedgerRefusal):
    """Raised when the participant has none of the roles (Role bits) that the operation needs."""

    code = "not-in-role"
    fields = ("participant", "roles")
    zh = "参与方 {participant} 不具备所需角色：{roles:roles}。"
    en = "Participant {participant} does not have the role that this needs: {roles:roles}."
    next_zh = "请选择具备该角色的单位，或由登记机构为其增加角色。"
    next_en = "Choose a participant in that role, or have the registrar add the role."


class StaleParticipant(LedgerRefusal):
    """Raised when the message was made for another version of the participant."""

    code = "stale-participant"
    fields = ("participant", "current", "given")
    zh = "参与方 {participant} 的登记信息已变更：指令针对第 {given} 版，现为第 {current} 版。"
    en = "Participant {participant} has changed: the instruction was made for version {given}, it is now {current}."
    next_zh = "请查看最新登记信息，重新签名后提交。"
    next_en = "Look at the present entry, sign again and submit."


class ParticipantVersionExhausted(LedgerRefusal):
    """Raised when the participant's version is at its maximum."""

    code = "participant-version-exhausted"
    fields = ("participant",)
    zh = "参与方 {participant} 的登记变更次数已达上限。"
    en = "Participant {participant} has been changed as often as the ledger can count."
    next_zh = "请由登记机构以新编号重新登记该单位。"
    next_en = "Have the registrar register it under a new number."


class BadRoles(LedgerRefusal):
    """Raised when the roles are none, unknown, or include Registrar."""

    code = "bad-roles"
    fields = ("roles",)
    zh = "角色“{roles:roles}”不可设定：至少选一种角色，且不得为登记机构。"
    en = "The roles '{roles:roles}' cannot be given: choose at least one known role other than registrar."
    next_zh = "请重新选择角色。"
    next_en = "Choose the roles again."


class BadStanding(LedgerRefusal):
    """Raised when the status is neither active nor suspended."""

    code = "bad-standing"
    fields = ("status",)
    zh = "状态 {status} 无效：只能设为正常（1）或停用（2）。"
    en = "The status {status} is not one that can be set: choose active (1) or suspended (2)."
    next_zh = "请重新选择状态。"
    next_en = "Choose the status again."


class BadOfficer(LedgerRefusal):
    """Raised when the officer is 0, has no live account where one is needed, or is not the one who signs."""

    code = "bad-officer"
    fields = ("participant", "officer")
    zh = "参与方 {participant} 的人员编号 {officer} 不可用于此操作。"
    en = "Officer {officer} of participant {participant} cannot be used for this."
    next_zh = "请填写持有有效账户的人员编号（从 1 起）；更换密钥须由本人签名。"
    next_en = "Name an officer with a live account, from 1; a further key for an officer is signed by that officer."


class BadRights(LedgerRefusal):
    """Raised when an account's rights are none or unknown."""

    code = "bad-rights"
    fields = ("rights",)
    zh = "权限“{rights:rights}”不可设定：请选经办、复核或两者。"
    en = "The rights '{rights:rights}' cannot be given: choose maker, checker or both."
    next_zh = "请重新选择权限。"
    next_en = "Choose the rights again."


class AccountExists(LedgerRefusal):
    """Raised when the account is or was somebody's; the zero address counts as taken."""

    code = "account-exists"
    fields = ("account",)
    zh = "账户密钥 {account:short} 已经登记过，不能再次使用。"
    en = "The account {account:short} was registered before and cannot be used again."
    next_zh = "请生成新的密钥后登记。"
    next_en = "Make a new key and register that."


class TooManyOfficers(LedgerRefusal):
    """Raised when a 256th officer of the participant would have a live account."""

    code = "too-many-officers"
    fields = ("participant",)
    zh = "参与方 {participant} 持有有效账户的人员已达上限 255 名。"
    en = "Participant {participant} has 255 officers with an account, as many as it can have."
    next_zh = "请先停止一名不再经办的人员的账户。"
    next_en = "End the accounts of an officer who signs no more first."


class TooManyAccounts(LedgerRefusal):
    """Raised when a 65,536th account of the officer would be live."""

    code = "too-many-accounts"
    fields = ("participant", "officer")
    zh = "参与方 {participant} 的人员 {officer} 的有效账户已达上限 65,535 个。"
    en = "Officer {officer} of participant {participant} has 65,535 accounts, as many as it can have."
    next_zh = "请先停止不再使用的账户。"
    next_en = "End accounts that are no longer used first."


class CashAddressMissing(LedgerRefusal):
    """Raised when a role that touches money comes without a cash address."""

    code = "cash-address-missing"
    fields = ("participant",)
    zh = "参与方 {participant} 的角色涉及收付款，但没有收付款地址。"
    en = "Participant {participant} has a role that touches money but no cash address."
    next_zh = "请填写其收付款地址。"
    next_en = "Give its cash address."


class CashAddressTaken(LedgerRefusal):
    """Raised when a cash address is or was another participant's: its allowance is not for others to spend."""

    code = "cash-address-taken"
    fields = ("cash",)
    zh = "收付款地址 {cash} 已属于另一参与方。"
    en = "Cash address {cash} belongs to another participant."
    next_zh = "请使用本企业自己的收付款地址。"
    next_en = "Give an address of the participant's own."


class RegistrarProtected(LedgerRefusal):
    """Raised when anyone sets the Registrar's own standing."""

    code = "registrar-protected"
    fields = ("participant",)
    zh = "参与方 {participant} 是登记机构，其角色、状态和额度不可更改。"
    en = "Participant {participant} is the registrar: nobody can set its roles, status or limit."
    next_zh = "请核对要更改的参与方编号。"
    next_en = "Check which participant you meant."


class QuoteEpochExhausted(LedgerRefusal):
    """Raised when the financier's quote epoch is at its maximum."""

    code = "quote-epoch-exhausted"
    fields = ("participant",)
    zh = "参与方 {participant} 撤回全部报价的次数已达上限。"
    en = "Participant {participant} has withdrawn its quotes as often as the ledger can count."
    next_zh = "请改用较短的报价有效期，或以新编号登记。"
    next_en = "Give quotes a short expiry instead, or register under a new number."


class SelfDealing(LedgerRefusal):
    """Raised when both sides of the operation are the same participant."""

    code = "self-dealing"
    fields = ("participant",)
    zh = "交易双方都是参与方 {participant}，不能与自己交易。"
    en = "Both sides are participant {participant}: nobody deals with itself."
    next_zh = "请选择另一个单位作为对方。"
    next_en = "Choose another participant as the other side."


class BadPause(LedgerRefusal):
    """Raised when a pause ends in the past or more than 7 days ahead."""

    code = "bad-pause"
    fields = ("until",)
    zh = "暂停截止时间 {until:hours} 无效：须晚于现在且不超过 7 天。"
    en = "A pause until {until:hours} is not possible: it ends in the future, at most 7 days from now."
    next_zh = "请选择 7 天以内的截止时间。"
    next_en = "Choose an end within 7 days."


class ChangeNotDue(LedgerRefusal):
    """Raised while an announced change's public delay runs."""

    code = "change-not-due"
    fields = ("change", "ready")
    zh = "变更 {change:short} 已公告，{ready:time} 之后才能生效。"
    en = "The change {change:short} was announced and may be made from {ready:time} on."
    next_zh = "请在公告期满后再次提交同一指令。"
    next_en = "Submit the same instruction again after that."


class ChangeIsCancelled(LedgerRefusal):
    """Raised when the announced change was cancelled."""

    code = "change-is-cancelled"
    fields = ("change",)
    zh = "变更 {change:short} 已被撤销。"
    en = "The change {change:short} was cancelled."
    next_zh = "如仍需变更，请另行签署新的指令（例如不同的截止时间）并重新公告。"
    next_en = "If it is still wanted, sign a new instruction (another deadline will do) and announce that."


class UnknownChange(LedgerRefusal):
    """Raised when no such change is announced and still open."""

    code = "unknown-change"
    fields = ("change",)
    zh = "没有待生效的变更 {change:short}：未曾公告，或已生效，或已撤销。"
    en = "There is no open change {change:short}: it was never announced, or it was made or cancelled."
    next_zh = "请查看公告中的变更清单。"
    next_en = "Look at the list of announced changes."
