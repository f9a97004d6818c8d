# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a node, and with the folder that records a network: two branches of the error tree.

    NodeError
    ├── retryable: asking again may help
    │   ├── NodeUnreachable     no connection, or it broke
    │   ├── NodeTimeout         no whole answer in time
    │   └── NodeBusy            it says so: HTTP 429 or 5xx, or the limit of JSON-RPC
    └── fatal: the same question gets the same answer
        ├── NodeAddressMalformed    no http address
        ├── NodeRefused             a JSON-RPC error; the node understood and said no
        ├── MalformedAnswer         not what JSON-RPC or this method answers
        ├── WrongChain              another chain than the one meant
        ├── BlockDiffers            a block is not the one in the book
        ├── KeyMissing              nobody here signs for that caller
        ├── AnvilMissing            the embedded node is not installed
        └── AnvilFailed             it did not start, or ended by itself
    FolderError
    ├── FolderInUse             another process has it
    ├── FolderUnusable          the system does not let us read or write it
    ├── NetworkDamaged          the network file is not what was written
    ├── NetworkVersionUnknown   a network file of another version of this software
    └── ArtifactsChanged        the network was made with other contracts than these

An address in an error text is scheme, host and port: the rest of a node's address may hold a secret.
"""

from typing import ClassVar

from chain.domain.errors import DeepTierError


class NodeError(DeepTierError):
    """Something went wrong between us and a node. `retryable`: whether asking the same again may help."""

    retryable: ClassVar[bool] = False


class NodeUnreachable(NodeError):
    """Raised when there is no connection to the node, or it broke before the answer was whole."""

    retryable = True
    code = "node-unreachable"
    fields = ("node", "why")
    zh = "无法连接节点 {node}：{why}。"
    en = "The node at {node} cannot be reached: {why}."
    next_zh = "请确认节点正在运行且地址正确，然后重试。"
    next_en = "See that the node runs and its address is right, then try again."


class NodeTimeout(NodeError):
    """Raised when the whole answer did not come in time. What was asked may have been done nevertheless."""

    retryable = True
    code = "node-timeout"
    fields = ("node", "method", "seconds")
    zh = "节点 {node} 在 {seconds} 秒内未答复 {method}。"
    en = "The node at {node} did not answer {method} within {seconds} seconds."
    next_zh = "请稍后重试；若为写入，请先查询是否已经执行。"
    next_en = "Try again later; after a write, first see whether it was done."


class NodeBusy(NodeError):
    """Raised when the node says that it cannot serve now: HTTP status 429 or 5xx, or JSON-RPC error -32005."""

    retryable = True
    code = "node-busy"
    fields = ("node", "method", "status")
    zh = "节点 {node} 暂时无法处理 {method}（状态 {status}）。"
    en = "The node at {node} cannot serve {method} now (status {status})."
    next_zh = "请稍后重试。"
    next_en = "Try again later."


class NodeAddressMalformed(NodeError):
    """Raised when a node's address is no http or https address."""

    code = "malformed-node-address"
    fields = ("address",)
    zh = "节点地址 {address} 不是 http 或 https 地址。"
    en = "The node's address {address} is no http or https address."
    next_zh = "请填写形如 http://127.0.0.1:8545 的地址。"
    next_en = "Give an address such as http://127.0.0.1:8545."


class NodeRefused(NodeError):
    """Raised when the node answers with a JSON-RPC error: its number, its words, and its data ("0x…") or None."""

    code = "node-refused"
    fields = ("method", "number", "said", "data")
    zh = "节点拒绝了 {method}：{said}（{number}）。"
    en = "The node refused {method}: {said} ({number})."
    next_zh = "请按节点给出的原因更正后再发送。"
    next_en = "Mend what the node names, then send it again."


class MalformedAnswer(NodeError):
    """Raised when an answer is not what JSON-RPC 2.0, or the method that was asked, answers."""

    code = "malformed-answer"
    fields = ("node", "method", "why")
    zh = "节点 {node} 对 {method} 的答复不合规范：{why}。"
    en = "The answer of the node at {node} to {method} is malformed: {why}."
    next_zh = "请确认该地址是以太坊节点的 JSON-RPC 接口。"
    next_en = "See that the address is the JSON-RPC interface of an Ethereum node."


class WrongChain(NodeError):
    """Raised when a node serves another chain than the one meant; nothing was written to it."""

    code = "wrong-chain"
    fields = ("node", "expected", "found")
    zh = "节点 {node} 的链标识为 {found}，应为 {expected}；未向其写入任何内容。"
    en = "The node at {node} serves chain {found}, not {expected}; nothing was written to it."
    next_zh = "请填写正确网络的节点地址。"
    next_en = "Give the address of a node of the right network."


class BlockDiffers(NodeError):
    """Raised when a block of the chain is not the block that the book has: the first one that differs is named."""

    code = "block-differs"
    fields = ("block", "recorded", "found")
    zh = "第 {block} 个区块与业务库不一致：业务库为 {recorded}，链上为 {found}。已停止写入。"
    en = "Block {block} is not what the book says: recorded {recorded}, found {found}. Nothing is written any more."
    next_zh = "请勿继续使用该链；保留现场，由运营方核查业务库与节点。"
    next_en = "Do not go on with this chain: keep everything as it is and have book and node looked into."


class KeyMissing(NodeError):
    """Raised when a transaction is to be sent for a caller whose key is not here."""

    code = "missing-key"
    fields = ("caller",)
    zh = "没有账户 {caller} 的密钥，无法以其名义发送交易。"
    en = "There is no key of {caller} here, so nothing can be sent in its name."
    next_zh = "请为该账户配置密钥，或改用中继密钥发送。"
    next_en = "Provide that key, or let the relay key carry it."


class AnvilMissing(NodeError):
    """Raised when the embedded node is neither in node_modules nor on the PATH."""

    code = "missing-anvil"
    fields = ("system",)
    zh = "未找到内置节点 anvil（本机系统：{system}）。"
    en = "The embedded node, anvil, was not found (this system: {system})."
    next_zh = "Linux x86-64 请运行 scripts/setup；其他系统请安装 Foundry 1.7.1，并将 anvil 加入 PATH。"
    next_en = "On Linux x86-64 run scripts/setup; elsewhere install Foundry 1.7.1 and put its anvil on the PATH."


class AnvilFailed(NodeError):
    """Raised when the embedded node does not start, or has ended by itself; `said`: its last lines."""

    code = "anvil-failed"
    fields = ("why", "said")
    zh = "内置节点 anvil 未能运行（{why}）：{said}"
    en = "The embedded node, anvil, does not run ({why}): {said}"
    next_zh = "请按上述原因处理后重新启动。"
    next_en = "Mend what it names, then start again."


class FolderError(DeepTierError):
    """Something is wrong with the folder that a network is recorded in; nothing in it was changed."""


class FolderInUse(FolderError):
    """Raised when another process holds the folder; `pid` is its number, or "?" when it has not told."""

    code = "folder-in-use"
    fields = ("folder", "pid")
    zh = "文件夹 {folder} 正被进程 {pid} 使用。"
    en = "The folder {folder} is in use by process {pid}."
    next_zh = "请先结束该进程，或另选一个文件夹。"
    next_en = "End that process first, or choose another folder."


class FolderUnusable(FolderError):
    """Raised when the system does not let us make, read or write the folder."""

    code = "unusable-folder"
    fields = ("folder", "why")
    zh = "无法使用文件夹 {folder}：{why}。"
    en = "The folder {folder} cannot be used: {why}."
    next_zh = "请检查权限与磁盘空间，或另选一个文件夹。"
    next_en = "See to its permissions and the room on the disk, or choose another folder."


class NetworkDamaged(FolderError):
    """Raised when a network file is not as it was written."""

    code = "damaged-network"
    fields = ("path", "why")
    zh = "网络记录 {path} 已损坏：{why}。"
    en = "The network file {path} is damaged: {why}."
    next_zh = "请从备份恢复；演示网络可用 --fresh 重新开始。"
    next_en = "Restore it from a backup; a demo network can begin anew with --fresh."


class NetworkVersionUnknown(FolderError):
    """Raised when a network file has a version that this software does not read."""

    code = "unknown-network-version"
    fields = ("path", "version")
    zh = "网络记录 {path} 的版本为 {version}，本软件无法读取。"
    en = "The network file {path} has version {version}, which this software does not read."
    next_zh = "请使用写入该记录的软件版本；演示网络可用 --fresh 重新开始。"
    next_en = "Use the software that wrote it; a demo network can begin anew with --fresh."


class ArtifactsChanged(FolderError):
    """Raised when a network was made with another build of a contract: its sha256 then and now, "-" for none."""

    code = "changed-artifacts"
    fields = ("contract", "recorded", "found")
    zh = "该网络创建时使用的合约 {contract} 与现有版本不同（sha256：当时 {recorded}，现为 {found}）。"
    en = "The network was made with another {contract} than the one here (sha256: then {recorded}, now {found})."
    next_zh = "请使用创建该网络的软件版本；演示网络可用 --fresh 重新开始。"
    next_en = "Use the software that made it; a demo network can begin anew with --fresh."
