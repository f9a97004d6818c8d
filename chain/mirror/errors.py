# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between the chain and its mirror; nothing is ever half-written.

MirrorError
├── BlockUnproven       a node's answer is not what the block's own hash says
├── ParentDiffers       the next block does not stand on ours: the chain was reorganised, or somebody lies
├── BookDiffers         the node has another block than the book
├── ChainShort          the node knows fewer blocks than the mirror has
├── EventRejected       a log of the ledger is no event of it
├── VersionGap          an event of a subject is missing or comes twice
├── EventImpossible     an event names rows that cannot be
├── MirrorMoved         somebody else wrote to the mirror: look again
├── MirrorOfAnother     the mirror is of another ledger or chain
├── MirrorEmpty         there is no mirror yet
├── MirrorOutdated      its tables were made by other software: it is folded anew
├── BlockNotMirrored    a question about a block that the mirror does not have
└── CursorMalformed     a page's cursor that no page gave out
"""

from chain.domain.errors import DeepTierError


class MirrorError(DeepTierError):
    """Something is wrong between the chain and its mirror."""


class BlockUnproven(MirrorError):
    """Raised when what a node says of a block does not follow from the block's hash. `why` names the part."""

    code = "block-unproven"
    fields = ("block", "why")
    zh = "节点给出的区块 {block} 与其自身的哈希不符：{why}；未写入任何数据。"
    en = "What the node says of block {block} does not follow from the block's hash: {why}; nothing was written."
    next_zh = "请检查节点及其前面的代理；镜像会继续重试。"
    next_en = "See to the node and any proxy before it; the mirror goes on asking."


class ParentDiffers(MirrorError):
    """Raised when a block's parent is not the block before it in the mirror."""

    code = "parent-differs"
    fields = ("block", "expected", "found")
    zh = "区块 {block} 的父区块应为 {expected}，节点给出 {found}。"
    en = "Block {block} should stand on {expected}, but stands on {found}."
    next_zh = "镜像会回到共同的区块后继续。"
    next_en = "The mirror goes back to the last common block and on from there."


class BookDiffers(MirrorError):
    """Raised when the embedded chain's block is not the one in the book."""

    code = "book-differs"
    fields = ("block", "expected", "found")
    zh = "区块 {block} 在业务库中为 {expected}，节点给出 {found}；未写入任何数据。"
    en = "Block {block} is {expected} in the book and {found} at the node; nothing was written."
    next_zh = "请重启服务，由业务库重建链。"
    next_en = "Restart the service: the chain is rebuilt from the book."


class ChainShort(MirrorError):
    """Raised when a node's head is below the mirror's checkpoint."""

    code = "chain-short"
    fields = ("block", "head")
    zh = "镜像已到区块 {block}，节点只到 {head}。"
    en = "The mirror is at block {block}, the node at {head} only."
    next_zh = "请等待节点追上，或确认连接的是正确的节点。"
    next_en = "Wait for the node to catch up, or see whether it is the right one."


class EventRejected(MirrorError):
    """Raised when a log of the ledger or of its Rulebook is not the encoding of any of their events."""

    code = "event-rejected"
    fields = ("block", "position", "why")
    zh = "区块 {block} 第 {position} 条日志不是账本的事件：{why}；未写入任何数据。"
    en = "Log {position} of block {block} is no event of the ledger: {why}; nothing was written."
    next_zh = "请确认软件版本与已部署的合约一致，并检查节点。"
    next_en = "See that this software is made for the deployed contracts, and see to the node."


class VersionGap(MirrorError):
    """Raised when an event's version is not the one after its subject's."""

    code = "version-gap"
    fields = ("block", "position", "subject", "expected", "found")
    zh = "区块 {block} 第 {position} 条日志：{subject} 的版本应为 {expected}，实为 {found}；未写入任何数据。"
    en = "Log {position} of block {block}: {subject} should be at {expected}, is at {found}; nothing was written."
    next_zh = "有事件缺失或重复；请检查节点，镜像会继续重试。"
    next_en = "An event is missing or comes twice: see to the node; the mirror goes on asking."


class EventImpossible(MirrorError):
    """Raised when an event cannot follow from the rows before it."""

    code = "event-impossible"
    fields = ("block", "position", "event", "why")
    zh = "区块 {block} 第 {position} 条日志（{event}）与之前的状态不符：{why}；未写入任何数据。"
    en = "Log {position} of block {block} ({event}) cannot follow from what was before: {why}; nothing was written."
    next_zh = "请检查节点；如节点无误，请运行 deeptier mirror rebuild。"
    next_en = "See to the node; if it is right, run deeptier mirror rebuild."


class MirrorMoved(MirrorError):
    """Raised when the checkpoint is not where we left it: another process wrote, or the mirror was made anew."""

    code = "mirror-moved"
    fields = ("block",)
    zh = "镜像的检查点不再是区块 {block}：有其他进程写入或镜像已重建；未写入任何数据。"
    en = "The mirror's checkpoint is no longer block {block}: somebody else wrote to it; nothing was written."
    next_zh = "请重新读取检查点后再试。"
    next_en = "Read the checkpoint again and go on from there."


class MirrorOfAnother(MirrorError):
    """Raised when a mirror was made of another ledger or another chain."""

    code = "mirror-of-another"
    fields = ("expected", "found")
    zh = "该镜像属于 {found}，而网络是 {expected}。"
    en = "The mirror is one of {found}; the network is {expected}."
    next_zh = "请指定另一个镜像数据库，或运行 deeptier mirror rebuild。"
    next_en = "Name another database for the mirror, or run deeptier mirror rebuild."


class MirrorEmpty(MirrorError):
    """Raised when a question is asked of a mirror that has not been made."""

    code = "mirror-empty"
    fields = ("store",)
    zh = "{store} 中还没有镜像。"
    en = "There is no mirror in {store} yet."
    next_zh = "请用 deeptier up 启动服务并稍候。"
    next_en = "Start the service with deeptier up and wait a moment."


class MirrorOutdated(MirrorError):
    """Raised when the mirror's tables are not those of this software."""

    code = "mirror-outdated"
    fields = ("found", "expected")
    zh = "镜像的表结构版本为 {found}，本软件需要 {expected}。"
    en = "The mirror's tables are of version {found}; this software works with {expected}."
    next_zh = "请用 deeptier mirror rebuild 重建镜像。"
    next_en = "Make it anew with deeptier mirror rebuild."


class BlockNotMirrored(MirrorError):
    """Raised when a question is about a block beyond the mirror's checkpoint, or before its first."""

    code = "block-not-mirrored"
    fields = ("block", "head")
    zh = "镜像没有区块 {block}；目前到 {head}。"
    en = "The mirror does not have block {block}; it is at {head}."
    next_zh = "请稍后再问，或查询较早的区块。"
    next_en = "Ask again later, or about an earlier block."


class CursorMalformed(MirrorError):
    """Raised when a cursor is not one that a page of the same list gave out."""

    code = "malformed-cursor"
    fields = ("list",)
    zh = "分页游标不属于列表 {list}。"
    en = "The cursor does not belong to the list {list}."
    next_zh = "请从第一页重新开始。"
    next_en = "Start again from the first page."


class FetcherGone(MirrorError):
    """Raised when the process that fetches and proves blocks ended, or does not answer."""

    code = "fetcher-gone"
    fields = ("block",)
    zh = "负责取块的进程在取区块 {block} 时中断；未写入任何数据。"
    en = "The process that fetches blocks ended at block {block}; nothing was written."
    next_zh = "镜像会自行重试；如反复出现，请检查内存与日志。"
    next_en = "The mirror tries again by itself; if it goes on, see to the memory and the log."
