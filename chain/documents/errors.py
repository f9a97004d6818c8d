# SPDX-License-Identifier: Apache-2.0
"""Why a document could not be read, or a fingerprint key not be used; each with what to do next.

DocumentError
├── UnsupportedDocument      whole, but nothing that is read here
│   ├── SyntaxUnsupported        another syntax, named
│   ├── PdfWithoutInvoice        a PDF in which no e-invoice is embedded
│   ├── PdfEncrypted             a PDF that wants a password
│   ├── DtdForbidden             XML that brings declarations of its own
│   └── EncodingUnsupported      XML in an encoding outside the list
├── MalformedDocument        damaged, or contradicting itself; `line` and `reason` where there are lines
│   ├── XmlMalformed             not well-formed
│   ├── PdfMalformed             no reader finds its way through the PDF
│   ├── ValueMalformed           a date or an amount that is none, a text too long
│   ├── ValueNested              elements where text should stand
│   ├── ValueRepeated            one field, two values
│   └── CurrencyContradicted     an amount in another currency than the invoice
├── OversizedDocument        more than an invoice needs
│   ├── TooManyBytes
│   ├── TooManyElements
│   └── TooMuchWork              memory or time
└── DocumentUnavailable      the file cannot be opened, or is no file
FingerprintError
├── InvoiceUnidentified      no number, type, date or seller to take a fingerprint of
├── KeyFileUnusable          cannot be read or written
├── KeyFileMissing
├── KeyFileExists            and is never overwritten
├── KeyFileExposed           others may read it
└── KeyFileDamaged
SealError
├── SealKeyUnusable          no X25519 key that keeps a secret
└── SealDoesNotOpen          another key, about something else, or altered
"""

from chain.domain.errors import InputError


class DocumentError(InputError):
    """A document that ends in no Invoice."""


class UnsupportedDocument(DocumentError):
    """Whole, perhaps, but in no syntax that is read here."""


class MalformedDocument(DocumentError):
    """Damaged, or contradicting itself. Nothing is guessed."""


class OversizedDocument(DocumentError):
    """More than an invoice needs."""


class SyntaxUnsupported(UnsupportedDocument):
    """Raised when a document is of another syntax; `found` names it."""

    code = "unsupported-syntax"
    fields = ("found",)
    zh = "不支持的格式：{found}。"
    en = "This format is not read here: {found}."
    next_zh = "请向开票方索取 UBL 2.1、CII（XRechnung、Factur-X/ZUGFeRD）或中国电子发票（fp:）的原文件。"
    next_en = "Ask the seller for UBL 2.1, CII (XRechnung, Factur-X/ZUGFeRD) or the Chinese e-invoice XML (fp:)."


class PdfWithoutInvoice(UnsupportedDocument):
    """Raised when a PDF holds no e-invoice among its attachments; `count` of them were looked at."""

    code = "pdf-without-invoice"
    fields = ("count",)
    zh = "PDF 中没有内嵌的电子发票（附件数：{count}）。"
    en = "No e-invoice is embedded in this PDF (attachments: {count})."
    next_zh = "这是给人看的版式文件，请向开票方索取 XML 原件或 Factur-X/ZUGFeRD 格式的 PDF。"
    next_en = "It is a picture for people: ask the seller for the XML, or for a Factur-X/ZUGFeRD PDF."


class PdfEncrypted(UnsupportedDocument):
    """Raised when a PDF opens only with a password."""

    code = "encrypted-pdf"
    zh = "PDF 已加密。"
    en = "This PDF is encrypted."
    next_zh = "请保存一份不带密码的副本。"
    next_en = "Save a copy without a password."


class DtdForbidden(UnsupportedDocument):
    """Raised when XML brings a document type declaration: no invoice needs one, and attacks live there."""

    code = "dtd-forbidden"
    zh = "XML 带有 DOCTYPE 声明，出于安全原因不予读取。"
    en = "The XML has a DOCTYPE, which is refused for safety."
    next_zh = "请向开票方索取不含 DOCTYPE 的原文件；若非对方本意，请核实文件来源。"
    next_en = "Ask the seller for a file without it; if they do not know of it, ask where the file came from."


class EncodingUnsupported(UnsupportedDocument):
    """Raised when XML declares an encoding in which its markup could hide."""

    code = "unsupported-encoding"
    fields = ("encoding",)
    zh = "不支持字符编码“{encoding}”。"
    en = "The character encoding '{encoding}' is not read here."
    next_zh = "请以 UTF-8 编码重新导出。"
    next_en = "Export the file again in UTF-8."


class XmlMalformed(MalformedDocument):
    """Raised when XML is not well-formed; `reason` is the parser's own."""

    code = "malformed-xml"
    fields = ("line", "reason")
    zh = "第 {line} 行起不是完好的 XML：{reason}。"
    en = "Not well-formed XML at line {line}: {reason}."
    next_zh = "文件可能传输不完整或被改动过，请重新获取原文件。"
    next_en = "The file may be cut short or altered: fetch the original again."


class PdfMalformed(MalformedDocument):
    """Raised when a PDF is damaged; `reason` is the parser's own. A PDF has no lines."""

    code = "malformed-pdf"
    fields = ("reason",)
    zh = "PDF 已损坏：{reason}。"
    en = "The PDF is damaged: {reason}."
    next_zh = "文件可能传输不完整或被改动过，请重新获取原文件。"
    next_en = "The file may be cut short or altered: fetch the original again."


class ValueMalformed(MalformedDocument):
    """Raised when a date, an amount, a type is none, or a text far too long; `reason` is what should stand there."""

    code = "malformed-value"
    fields = ("line", "field", "text", "reason")
    zh = "第 {line} 行 {field} 的值“{text}”不符合格式：{reason}。"
    en = "Line {line}: {field} is '{text}', not of the form {reason}."
    next_zh = "请让开票方更正后重新发送，不要自行修改发票。"
    next_en = "Have the seller correct it and send it again; do not edit an invoice."


class ValueNested(MalformedDocument):
    """Raised when a field that holds text holds elements; `line` is the field's."""

    code = "nested-value"
    fields = ("line", "field")
    zh = "第 {line} 行 {field} 内不是文本，而是下级元素。"
    en = "Line {line}: {field} holds elements instead of text."
    next_zh = "请让开票方更正后重新发送，不要自行修改发票。"
    next_en = "Have the seller correct it and send it again; do not edit an invoice."


class ValueRepeated(MalformedDocument):
    """Raised when a field that stands once has two values; two readers could read two invoices."""

    code = "repeated-value"
    fields = ("line", "field", "first", "second")
    zh = "第 {line} 行 {field} 出现两个不同的值：“{first}”和“{second}”。"
    en = "Line {line}: {field} has two values, '{first}' and '{second}'."
    next_zh = "请让开票方更正后重新发送，不要自行修改发票。"
    next_en = "Have the seller correct it and send it again; do not edit an invoice."


class CurrencyContradicted(MalformedDocument):
    """Raised when an amount names another currency than the invoice is in."""

    code = "contradicted-currency"
    fields = ("line", "field", "stated", "currency")
    zh = "第 {line} 行 {field} 的币种是 {stated}，而发票币种是 {currency}。"
    en = "Line {line}: {field} is in {stated}, but the invoice is in {currency}."
    next_zh = "请让开票方更正后重新发送，不要自行修改发票。"
    next_en = "Have the seller correct it and send it again; do not edit an invoice."


class TooManyBytes(OversizedDocument):
    """Raised when a file is larger than any invoice."""

    code = "too-many-bytes"
    fields = ("limit",)
    zh = "文件超过 {limit} 字节。"
    en = "The file is larger than {limit} bytes."
    next_zh = "请确认这是发票；大附件请另行发送。"
    next_en = "Make sure that it is an invoice; send large attachments apart from it."


class TooManyElements(OversizedDocument):
    """Raised when XML has more markup than any invoice."""

    code = "too-many-elements"
    fields = ("limit",)
    zh = "XML 的标记或属性超过 {limit} 个。"
    en = "The XML has more than {limit} tags or attributes."
    next_zh = "请确认这是发票，或按订单拆分开票。"
    next_en = "Make sure that it is an invoice, or invoice by order."


class TooMuchWork(OversizedDocument):
    """Raised when a PDF takes more memory or seconds than an invoice does."""

    code = "too-much-work"
    zh = "读取该 PDF 所需的内存或时间超出发票的合理范围。"
    en = "Reading this PDF takes more memory or time than an invoice does."
    next_zh = "请向开票方索取 XML 原件，并核实文件来源。"
    next_en = "Ask the seller for the XML, and ask where the file came from."


class DocumentUnavailable(DocumentError):
    """Raised when a file cannot be opened or is no regular file; `reason` is the system's own."""

    code = "unavailable-document"
    fields = ("reason",)
    zh = "无法打开文件：{reason}。"
    en = "The file cannot be opened: {reason}."
    next_zh = "请检查文件名和访问权限。"
    next_en = "Check its name and who may read it."


class FingerprintError(InputError):
    """No fingerprint can be taken."""


class InvoiceUnidentified(FingerprintError):
    """Raised when an invoice does not say what identifies it; `missing` names the fields."""

    code = "unidentified-invoice"
    fields = ("missing",)
    zh = "发票缺少识别所需的内容：{missing}。"
    en = "The invoice does not say what identifies it: {missing}."
    next_zh = "请让开票方补全后重新发送。"
    next_en = "Have the seller complete it and send it again."


class KeyFileUnusable(FingerprintError):
    """Raised when the system does not let us read or write a key file; `reason` is its own."""

    code = "unusable-fingerprint-keys"
    fields = ("path", "reason")
    zh = "无法读写密钥文件 {path}：{reason}。"
    en = "The key file {path} cannot be read or written: {reason}."
    next_zh = "请检查路径和访问权限。"
    next_en = "Check the path and who may use it."


class KeyFileMissing(FingerprintError):
    """Raised when there is no key file at the path."""

    code = "missing-fingerprint-keys"
    fields = ("path",)
    zh = "没有密钥文件 {path}。"
    en = "There is no key file {path}."
    next_zh = "请用 deeptier init --key-file {path} 生成，或向登记机构索取。"
    next_en = "Make one with: deeptier init --key-file {path} or ask the Registrar for theirs."


class KeyFileExists(FingerprintError):
    """Raised when a key would be made where one is: without it, no old fingerprint could be checked any more."""

    code = "existing-fingerprint-keys"
    fields = ("path",)
    zh = "密钥文件 {path} 已存在，不会被覆盖。"
    en = "The key file {path} exists and is not overwritten."
    next_zh = "要更换密钥请加 --rotate，旧密钥会保留；要另建请换一个路径。"
    next_en = "Add --rotate for a newer key beside the old ones, or choose another path."


class KeyFileExposed(FingerprintError):
    """Raised when others than its owner may read or write a key file."""

    code = "exposed-fingerprint-keys"
    fields = ("path",)
    zh = "密钥文件 {path} 可被他人读写。"
    en = "Others may read or write the key file {path}."
    next_zh = "请执行 chmod 600 {path}；若可能已泄露，再用 --rotate 更换密钥。"
    next_en = "Run: chmod 600 {path} and if it may have been read, rotate the key with --rotate."


class KeyFileDamaged(FingerprintError):
    """Raised when a key file is not what `keys` writes."""

    code = "damaged-fingerprint-keys"
    fields = ("path",)
    zh = "密钥文件 {path} 的内容已损坏。"
    en = "The key file {path} is damaged."
    next_zh = "请从备份恢复；不要新建，否则旧指纹将无法核对。"
    next_en = "Restore it from a backup; do not make a new one, or old fingerprints cannot be checked."


class SealError(InputError):
    """Something about a text that is sealed for one reader."""


class SealKeyUnusable(SealError):
    """Raised when a key is no X25519 key: of another length, or one with which everybody shares the same secret."""

    code = "unusable-seal-key"
    zh = "这不是可用的 X25519 密钥。"
    en = "This is no X25519 key that could be used."
    next_zh = "请用 X25519 生成一对新密钥：32 字节，以 64 位十六进制表示。"
    next_en = "Draw a new X25519 pair; a key is 32 bytes, 64 hex digits."


class SealDoesNotOpen(SealError):
    """Raised when a key does not open what was sealed: it is another one's, about something else, or altered."""

    code = "seal-does-not-open"
    zh = "该密钥无法解封，未作任何更改。"
    en = "This key does not open the seal; nothing was changed."
    next_zh = "请使用发起时那一对密钥中的私钥；若已遗失，请撤回后重新发起。"
    next_en = "Use the private key of the pair that was drawn for it; if it is lost, withdraw and ask anew."
