# SPDX-License-Identifier: Apache-2.0
"""What this room refuses: values that do not fit the contract's types, and bytes that are not what they should be.

All are InputErrors: no rule of the ledger was reached. Bytes stand in the arguments as "0x" and hex digits.
"""

from chain.domain.errors import InputError


class ArtifactDamaged(InputError):
    """Raised when an artifact's creation code is not the one that its sha256 was taken of."""

    code = "damaged-artifact"
    fields = ("contract", "stated", "found")
    zh = "合约 {contract} 的编译产物已损坏：声明的 sha256 为 {stated}，实际为 {found}。"
    en = "The artifact of {contract} is damaged: it states sha256 {stated}, its code has {found}."
    next_zh = "请重新安装，或运行 scripts/artifacts 重新编译。"
    next_en = "Install again, or compile it again with scripts/artifacts."


class NumberDoesNotFit(InputError):
    """Raised when a value is no integer from 0 to the bound of its Solidity type."""

    code = "number-does-not-fit"
    fields = ("field", "bound", "given")
    zh = "{field} 的值 {given} 超出合约可记录的范围 0 到 {bound}。"
    en = "{field} is {given}; the contract takes an integer from 0 to {bound}."
    next_zh = "请核对该值。"
    next_en = "Check the value."


class BytesDoNotFit(InputError):
    """Raised when a value is not exactly the bytes of its Solidity type; an address is 0x and lower-case hex digits."""

    code = "bytes-do-not-fit"
    fields = ("field", "type", "given")
    zh = "{field} 的值 {given} 不是 {type}。"
    en = "{field} is {given}, which is no {type}."
    next_zh = "请核对该值；地址写作 0x 加 40 位小写十六进制数字。"
    next_en = "Check the value; an address is written as 0x and 40 lower-case hex digits."


class CallMisfit(InputError):
    """Raised when a message comes with other parts beside it than its operation takes."""

    code = "call-misfit"
    fields = ("operation", "part", "needed", "given")
    zh = "操作 {operation} 所需的 {part} 数量为 {needed}，实际为 {given}。"
    en = "{operation} takes {needed} {part}; {given} were given."
    next_zh = "请按该操作的参数重新组织指令。"
    next_en = "Put the call together again as the operation wants it."


class LogUnknown(InputError):
    """Raised when a log bears no event of the ledger or its Rulebook."""

    code = "unknown-log"
    fields = ("address", "topic")
    zh = "合约 {address} 的日志 {topic} 不是账本的事件。"
    en = "The log {topic} of {address} is no event of the ledger."
    next_zh = "请核对账本地址，以及软件版本是否与合约一致。"
    next_en = "Check the ledger's address, and that this software is of the contract's version."


class LogMalformed(InputError):
    """Raised when a log's topics or data are not the one encoding of its event."""

    code = "malformed-log"
    fields = ("event", "reason")
    zh = "事件 {event} 的日志不符合编码规则：{reason}。"
    en = "The log of {event} is not encoded as the contract does it: {reason}."
    next_zh = "请从另一个节点重新读取，并核对节点是否可信。"
    next_en = "Read it again from another node, and ask whether this one can be trusted."


class SlotMalformed(InputError):
    """Raised when a storage word has bits that its row does not have, or a number that stands for no word."""

    code = "malformed-slot"
    fields = ("row", "word")
    zh = "存储字 {word} 不是一条 {row} 记录。"
    en = "The storage word {word} is no {row}."
    next_zh = "请核对存储位置，并从另一个节点重新读取。"
    next_en = "Check the slot, and read it again from another node."


class UnknownRevert(InputError):
    """Raised when a call failed without one of the ledger's refusals: a panic, a text, nothing, or another's error."""

    code = "unknown-revert"
    fields = ("data",)
    zh = "合约拒绝了调用，但没有给出账本的拒绝理由（返回数据 {data}）。"
    en = "The call failed without a reason of the ledger (it answered {data})."
    next_zh = "请核对账本地址和软件版本；如仍失败，请联系技术支持。"
    next_en = "Check the ledger's address and this software's version; if it goes on, ask for support."
