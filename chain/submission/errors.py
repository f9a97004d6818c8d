# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a submission, and why a sender stops.

SubmissionError
├── KeyConflict         the same idempotency key, another body
├── SubmissionUnknown   no such submission
├── NeverTaken          the node will not take its transaction, ever
└── SenderStopped       writes wait; they go on by themselves when the reason is gone
    └── ClockBehind         the clock stands before the last block
"""

from chain.domain.errors import DeepTierError


class SubmissionError(DeepTierError):
    """Something about a submission."""


class KeyConflict(SubmissionError):
    """Raised when an idempotency key comes again with another body."""

    code = "idempotency-key-conflict"
    fields = ("key",)
    zh = "幂等键 {key} 已用于另一项内容不同的提交。"
    en = "The idempotency key {key} was used for a submission with another body."
    next_zh = "请查询该键对应的提交；若确为新操作，请换一个新键。"
    next_en = "Look up the submission of that key; for a new operation choose a new key."


class SubmissionUnknown(SubmissionError):
    """Raised when there is no submission of that number or key."""

    code = "unknown-submission"
    fields = ("submission",)
    zh = "没有编号或幂等键为 {submission} 的提交。"
    en = "There is no submission {submission}."
    next_zh = "请核对编号或幂等键。"
    next_en = "Check the number or the key."


class NeverTaken(SubmissionError):
    """Why a submission was refused before it reached the ledger: the node said that it will never take it."""

    code = "never-taken"
    fields = ("said",)
    zh = "节点永远不会接收该交易：{said}。"
    en = "The node will never take this transaction: {said}."
    next_zh = "请把原因告知运营方；可更正后以新的幂等键重新提交。"
    next_en = "Tell the operator the reason; once it is mended, submit again under a new key."


class SenderStopped(SubmissionError):
    """Writes wait until the reason is gone."""


class ClockBehind(SenderStopped):
    """Raised when the clock stands before the last block's time: a block must not be older than its parent."""

    code = "clock-behind"
    fields = ("now", "last")
    zh = "系统时钟（{now}）早于最后一个区块的时间（{last}），已暂停出块。"
    en = "The clock ({now}) stands before the last block's time ({last}); no block is made."
    next_zh = "请校准系统时钟；时钟赶上后会自动恢复。"
    next_en = "Set the clock right; everything goes on by itself once it has caught up."
