# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a story that nobody's input explains.

StoryError
└── ProofFailed         ledger, model or money do not agree: a fault of the software
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
