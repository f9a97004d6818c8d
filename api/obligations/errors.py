# SPDX-License-Identifier: Apache-2.0
"""What is wrong with invoices that were uploaded for a draft. Leaves of api.writing.errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.writing.errors import WritingError
from chain.domain.errors import Lang


class InvoicesRefused(WritingError):
    """Raised when some of the invoices cannot back an obligation of this obligor; `errors` says which and why."""

    status = 422
    code = "invoices-refused"
    fields = ("refused", "count")
    zh = "{count} 张发票中有 {refused} 张不能使用，未作任何处理。"
    en = "{refused} of {count} invoices cannot be used; nothing was done."
    next_zh = "请按 errors 逐张更正，或去掉这些发票后重新上传。"
    next_en = "Mend what `errors` names, or leave those invoices out, and upload again."

    rows: Sequence[tuple[int, str, str]] = ()
    """Which file, counted from 0, and why, in Chinese and in English."""

    def more(self, lang: Lang) -> Mapping[str, Any]:
        """What the problem says beside its text."""
        return {
            "errors": [
                {"where": f"invoices[{place}]", "why": zh if lang == "zh" else en} for place, zh, en in self.rows
            ]
        }


class FingerprintKeyAway(WritingError):
    """Raised when the Registrar's service has no key to take fingerprints with, or cannot read it."""

    status = 503
    code = "fingerprint-key-away"
    zh = "登记机构的发票指纹密钥不可用，未作任何处理。"
    en = "The Registrar's service has no fingerprint key that it can read; nothing was done."
    next_zh = "请由运营人员恢复密钥文件，或用 deeptier init 创建。"
    next_en = "Have the operator restore the key file, or make one with deeptier init."


class InvoiceDrafted(WritingError):
    """Raised when an invoice backs another draft that is still open: one of the two would fail at its approval."""

    status = 409
    code = "invoice-drafted"
    fields = ("invoice", "proposal")
    zh = "发票 {invoice} 已在待签指令 {proposal} 中使用。"
    en = "Invoice {invoice} backs proposal {proposal} already, which is still open."
    next_zh = "请先撤回该指令，或改用另一张发票。"
    next_en = "Withdraw that proposal first, or use another invoice."
