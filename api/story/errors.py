# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a story that nobody's input explains.

StoryError
├── ProofFailed         ledger, model or money do not agree: a fault of the software
└── NetworkDiffers      the recorded network was rebuilt and came out otherwise
"""

from chain.domain.errors import DeepTierError


class StoryError(DeepTierError):
    """The story cannot be told, or not to its end."""


class ProofFailed(StoryError):
    """Raised when the ledger, the reference model and the money do not say the same."""

    code = "story-proof-failed"
    fields = ("what",)
    zh = "核对未通过：{what}。"
    en = "The proof failed: {what}."
    next_zh = "这是软件缺陷，请附上种子和这句话反馈给项目。"
    next_en = "This is a fault of the software: report it with the seed and this sentence."


class NetworkDiffers(StoryError):
    """Raised when the recorded network was built again and came out otherwise: `what` is a field of Network."""

    code = "story-network-differs"
    fields = ("what", "recorded", "found")
    zh = "重建的网络与记录不符：{what} 记录为 {recorded}，实为 {found}。"
    en = "The network that was built again is not the recorded one: its {what} is {found}, not {recorded}."
    next_zh = "请用 --fresh 重新开始。"
    next_en = "Start over with --fresh."
