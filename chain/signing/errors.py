# SPDX-License-Identifier: Apache-2.0
"""What can go wrong before a signature is given: one branch of the error tree.

    SigningError
    ├── KeystoreError               files that hold keys, passwords, policy and counts
    │   ├── FileExposed             others than its owner may reach it, or it belongs to somebody else
    │   ├── FileUnusable            the system does not let us read or write it
    │   ├── FolderTaken             another signer process works on the folder
    │   ├── AccountKeyMissing       no key file of that account
    │   ├── AccountKeyExists        there is one already
    │   ├── AccountKeyMalformed     no web3 secret storage of version 3 with scrypt
    │   ├── WrongPassword           it opens nothing
    │   ├── PasswordTooShort        too short to protect a new key
    │   ├── PasswordMalformed       a password file that holds no single line of text
    │   ├── UnlockedMalformed       a file of unlocked keys with a line that is no private key
    │   ├── PolicyMalformed         the policy is not what a policy must be
    │   ├── CountDamaged            the day's count of amounts is not as it was written
    │   └── CountUnwritable         the day's count cannot be written: nothing that counts is signed
    ├── NotPermitted                the policy says no (refusals); nothing was signed or counted
    │   ├── AccountUnlisted         the policy does not know the account
    │   ├── AccountLocked           the officer has not unlocked it
    │   ├── LedgerUnlisted          the policy does not name that ledger on that chain
    │   ├── OperationNotGranted     the account may not sign this operation
    │   ├── AccountNotNamed         the message does not ask for this account's signature
    │   ├── CapacityMissing         the account may not sign in that place: maker or checker
    │   ├── ForeignParticipant      the message speaks for another participant
    │   ├── OfficerDiffers          the message enters the account for another officer than the policy
    │   ├── OneOfficerTwice         the same officer stands in two places of one message
    │   ├── ColleagueUnlisted       the policy does not know the colleague, hence not whether it is another officer
    │   ├── DeadlineTooFar          the message would stay good for too long
    │   ├── AmountAboveMessageLimit
    │   └── AmountAboveDayLimit
    ├── SignatureForeign            a signature brought along is not that account's under this message
    └── SignerError                 the way to the signer process
        ├── SignerUnreachable       no process listens, or the connection broke (retryable)
        ├── SignerBusy              it serves as many clients as it can (retryable)
        ├── SignerStranger          the other end belongs to another user of this machine
        ├── SocketUnusable          the process cannot listen there
        ├── RequestMalformed        bytes that are no request
        └── AnswerMalformed         bytes that are no answer

No argument is ever a key, a password or a message: these errors may be shown and logged.
"""

from typing import ClassVar

from chain.domain.errors import DeepTierError


class SigningError(DeepTierError):
    """No signature was given. `retryable`: whether asking the same again may help."""

    retryable: ClassVar[bool] = False


class KeystoreError(SigningError):
    """Something is wrong with the files beside the keys; nothing in them was changed."""


class FileExposed(KeystoreError):
    """Raised when a file or folder of secrets is not its owner's alone; `mode` is octal text, `owner` a user id."""

    code = "exposed-file"
    fields = ("path", "mode", "owner")
    zh = "{path} 的权限过宽（权限 {mode}，属主 {owner}），只允许本用户访问。"
    en = "{path} is open to others (mode {mode}, owner {owner}); only its own user may have access."
    next_zh = "请检查是否已被他人读取，然后收紧权限：文件 chmod 600，文件夹 chmod 700。"
    next_en = "Ask whether somebody has read it, then close it: chmod 600 for a file, 700 for a folder."


class FileUnusable(KeystoreError):
    """Raised when the system does not let us read or write a file of the keystore."""

    code = "unusable-file"
    fields = ("path", "why")
    zh = "无法使用 {path}：{why}。"
    en = "{path} cannot be used: {why}."
    next_zh = "请检查路径、权限与磁盘空间。"
    next_en = "See to the path, its permissions and the room on the disk."


class FolderTaken(KeystoreError):
    """Raised when another signer process works on the folder: two would count the day's amounts apart."""

    code = "taken-keystore"
    fields = ("folder",)
    zh = "密钥文件夹 {folder} 正由另一个签名进程使用。"
    en = "Another signer process works on the keystore {folder}."
    next_zh = "请先结束该进程。"
    next_en = "End that process first."


class AccountKeyMissing(KeystoreError):
    """Raised when the keystore has no key of the account."""

    code = "missing-account-key"
    fields = ("account",)
    zh = "密钥库中没有账户 {account} 的密钥文件。"
    en = "The keystore has no key file of the account {account}."
    next_zh = "请核对账户，或将其密钥文件放入密钥库。"
    next_en = "Check the account, or put its key file into the keystore."


class AccountKeyExists(KeystoreError):
    """Raised when a key file would replace another."""

    code = "existing-account-key"
    fields = ("account",)
    zh = "账户 {account} 的密钥文件已经存在，不会覆盖。"
    en = "There is a key file of the account {account} already; it is not replaced."
    next_zh = "如确需替换，请先将原文件移走。"
    next_en = "Move the old one away first, if it has to be replaced."


class AccountKeyMalformed(KeystoreError):
    """Raised when a file is no web3 secret storage of version 3 with scrypt and AES-128-CTR, or not of its account."""

    code = "malformed-account-key"
    fields = ("path", "why")
    zh = "{path} 不是可用的密钥文件：{why}。"
    en = "{path} is no key file that can be used: {why}."
    next_zh = "请从备份恢复，或用 geth 等工具重新导出为 scrypt 加密的第 3 版密钥文件。"
    next_en = "Restore it from a backup, or export it again (web3 secret storage version 3, scrypt)."


class WrongPassword(KeystoreError):
    """Raised when a password does not open the account's key file."""

    code = "wrong-password"
    fields = ("account",)
    zh = "密码不能打开账户 {account} 的密钥文件。"
    en = "The password does not open the key file of the account {account}."
    next_zh = "请重新输入密码。"
    next_en = "Enter the password again."


class PasswordTooShort(KeystoreError):
    """Raised when a new key would be protected by fewer characters than `least`."""

    code = "short-password"
    fields = ("least",)
    zh = "新密钥的密码至少需要 {least} 个字符。"
    en = "The password of a new key needs at least {least} characters."
    next_zh = "请选用更长的密码，例如几个不相关的词。"
    next_en = "Choose a longer one, such as a few unrelated words."


class PasswordMalformed(KeystoreError):
    """Raised when a password file is not one line of UTF-8 text."""

    code = "malformed-password-file"
    fields = ("path",)
    zh = "密码文件 {path} 的内容不是一行 UTF-8 文本。"
    en = "The password file {path} is not one line of UTF-8 text."
    next_zh = "请在文件中只写一行密码。"
    next_en = "Write the password into it as its only line."


class UnlockedMalformed(KeystoreError):
    """Raised when a line of a file of unlocked keys is no private key in hex; nothing of the line is repeated."""

    code = "malformed-unlocked-keys"
    fields = ("path", "line")
    zh = "{path} 第 {line} 行不是私钥。"
    en = "Line {line} of {path} is no private key."
    next_zh = "每行写一个私钥，为 64 位小写十六进制数字，不带其他内容。"
    next_en = "Write one private key a line, as 64 lower-case hex digits and nothing else."


class PolicyMalformed(KeystoreError):
    """Raised when a policy file is not what chain/signing/policy reads."""

    code = "malformed-policy"
    fields = ("path", "why")
    zh = "签名策略 {path} 有误：{why}。"
    en = "The policy {path} is not right: {why}."
    next_zh = "请按 chain/signing/policy.py 的说明修改，然后重新启动签名进程。"
    next_en = "Mend it as chain/signing/policy.py tells, then start the signer again."


class CountDamaged(KeystoreError):
    """Raised when the day's count of amounts is not as it was written, so that nobody knows what is left."""

    code = "damaged-count"
    fields = ("path", "record")
    zh = "当日签名金额的记录 {path} 已损坏（第 {record} 条）。"
    en = "The day's count of signed amounts in {path} is damaged (record {record})."
    next_zh = "请先核对当日已签的金额，再从备份恢复该文件；在此之前不签署计入限额的指令。"
    next_en = "Find out what was signed today, then restore the file; until then nothing that counts is signed."


class CountUnwritable(KeystoreError):
    """Raised when the day's count of amounts could not be made durable; the signature was not given."""

    code = "unwritable-count"
    fields = ("path", "why")
    zh = "无法记录当日签名金额（{path}：{why}），因此没有签名。"
    en = "The day's count of amounts cannot be written ({path}: {why}), so nothing was signed."
    next_zh = "请处理磁盘问题，然后重新启动签名进程。"
    next_en = "See to the disk, then start the signer again."


class NotPermitted(SigningError):
    """The policy says no. Amounts in the texts are whole fen."""


class SignatureForeign(SigningError):
    """Raised when a signature that was brought along is not the account's under this message."""

    code = "foreign-signature"
    fields = ("account",)
    zh = "所提供的签名不是账户 {account} 对这份指令所作。"
    en = "The signature brought along is not that of {account} under this message."
    next_zh = "请核对签名账户、网络和指令内容，然后重新签名。"
    next_en = "Check the account, the network and the message, then sign it again."


class SignerError(SigningError):
    """The signer process could not be asked, or not understood."""


class SignerUnreachable(SignerError):
    """Raised when no signer process listens at the socket, or it did not answer whole or in time."""

    retryable = True
    code = "unreachable-signer"
    fields = ("socket", "why")
    zh = "无法连接签名进程 {socket}：{why}。"
    en = "The signer at {socket} cannot be reached: {why}."
    next_zh = "请启动签名进程，然后重试；重复签署同一指令不会重复计入限额。"
    next_en = "Start the signer, then try again; signing the same message again counts once."


class SignerBusy(SignerError):
    """Raised when the signer process serves as many clients as it can."""

    retryable = True
    code = "busy-signer"
    fields = ("clients",)
    zh = "签名进程已有 {clients} 个连接，暂时无法再接受。"
    en = "The signer serves {clients} clients already."
    next_zh = "请稍后重试，并关闭不用的连接。"
    next_en = "Try again soon, and close connections that are not needed."


class SignerStranger(SignerError):
    """Raised when the other end of a signer's socket belongs to another user of this machine."""

    code = "stranger-at-signer"
    fields = ("uid",)
    zh = "签名套接字的另一端属于系统用户 {uid}，不是本用户。"
    en = "The other end of the signer's socket belongs to user {uid} of this machine."
    next_zh = "请以签名进程所属的系统用户运行。"
    next_en = "Run it as the user whom the signer belongs to."


class SocketUnusable(SignerError):
    """Raised when the signer process cannot listen at a path."""

    code = "unusable-socket"
    fields = ("path", "why")
    zh = "无法在 {path} 上监听：{why}。"
    en = "The signer cannot listen at {path}: {why}."
    next_zh = "请选用本用户独占文件夹中的较短路径，并确认没有其他签名进程。"
    next_en = "Choose a short path in a folder of this user's own, and see that no other signer listens there."


class RequestMalformed(SignerError):
    """Raised when bytes are no request to the signer; nothing was signed."""

    code = "malformed-signing-request"
    fields = ("why",)
    zh = "签名请求不合规范：{why}。"
    en = "The request to the signer is malformed: {why}."
    next_zh = "请使用与签名进程同一版本的软件。"
    next_en = "Use software of the signer's own version."


class AnswerMalformed(SignerError):
    """Raised when the signer's answer cannot be understood."""

    code = "malformed-signer-answer"
    fields = ("why",)
    zh = "签名进程的答复不合规范：{why}。"
    en = "The answer of the signer is malformed: {why}."
    next_zh = "请使用与签名进程同一版本的软件。"
    next_en = "Use software of the signer's own version."
