# SPDX-License-Identifier: Apache-2.0
"""Why a company or an account is not entered. Leaves of api.writing.errors."""

from collections.abc import Mapping
from typing import Any

from api.writing.errors import WritingError
from chain.domain.errors import Lang


class CompanyNameTaken(WritingError):
    """Raised when another participant has the name, however it is spelt."""

    status = 409
    code = "company-name-taken"
    fields = ("participant",)
    zh = "该企业名称已登记为参与方 {participant}，未作任何处理。"
    en = "Participant {participant} has that name; nothing was done."
    next_zh = "请核对是否为同一企业；若是，请使用已有的参与方编号。"
    next_en = "See whether it is the same company; if so, go on with the participant that is there."


class CompanyNumberTaken(WritingError):
    """Raised when another participant has the tax number."""

    status = 409
    code = "company-number-taken"
    fields = ("participant",)
    zh = "该税号（统一社会信用代码）已登记为参与方 {participant}，未作任何处理。"
    en = "Participant {participant} has that tax number; nothing was done."
    next_zh = "请核对税号；若是同一企业，请使用已有的参与方编号。"
    next_en = "Check the number; if it is the same company, go on with the participant that is there."


class TokenUnnamed(WritingError):
    """Raised when a rail is to be opened without a cash token on a network whose record names none."""

    status = 409
    code = "token-unnamed"
    zh = "该网络的记录中没有现金凭证，请求也未指定，未作任何处理。"
    en = "The record of this network names no cash token, and neither does the request; nothing was done."
    next_zh = "请用 token 指定清算银行的现金凭证地址。"
    next_en = "Name the address of the settlement bank's cash token as `token`."


class ProofMissing(WritingError):
    """Raised when a new account has not signed its own entry: its key is not the service's, and no signature of it was
    given, or one under something else. The problem says what it is to sign, and what to send again with the signature.
    """

    status = 409
    code = "proof-missing"
    fields = ("account", "hash")
    zh = "账户 {account} 须亲自签署其登记：未提供其签名，或签名与哈希 {hash} 不符；未作任何处理。"
    en = "The account {account} must sign its own entry: no signature of it under the hash {hash} was given."
    next_zh = "请用该账户的密钥签署 sign（EIP-712），将签名作为 proof，连同 repeat 各项再次提交。"
    next_en = (
        "Have its key sign `sign` (EIP-712); send the request again with what `repeat` says, the signature as proof."
    )

    told: Mapping[str, Any] = {}
    """`sign`: the typed data; `repeat`: fields without which it would be another message."""

    def more(self, lang: Lang) -> Mapping[str, Any]:
        """What the problem says beside its text."""
        return self.told
