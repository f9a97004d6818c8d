# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with the service as a whole.

ServiceError
├── NetworkMissing      a folder without a network, and nobody said which
├── BookOfAnother       the folder's network is not its book's
├── BirthDiffers        the book has a first block, made on other terms
├── BirthFailed         a contract does not stand where it should
├── NodeOfOurs          --node for a network whose node is our own
├── NodeAbsent          a network of others, and nothing says where its node is
├── NetworkThere        the folder has a network already
├── ContractForeign     no contract of ours at that address of that chain
├── PortTaken           the HTTP service cannot listen where it should
├── NodeFileDamaged     the file that says how to reach a network's node
└── TermsError          network.toml, from which a network is born
    ├── TermsThere          there is such a file already
    ├── TermsUnreadable     no TOML, or no file that we may read
    ├── TermMissing         something is not said
    ├── TermUnknown         something is said that nobody asked for
    └── TermWrong           what is said is not of the form that belongs there
"""

from chain.domain.errors import DeepTierError


class ServiceError(DeepTierError):
    """Something about the service."""


class NetworkMissing(ServiceError):
    """Raised when a folder has no network yet, and nobody said what network to bear or join."""

    code = "no-network"
    fields = ("folder",)
    zh = "{folder} 中尚无网络记录。"
    en = "There is no network in {folder} yet."
    next_zh = (
        "演示网络：deeptier up --demo；自建网络：先 deeptier network new，再 deeptier up；"
        "加入已有网络：deeptier network join；或用 --folder 指定已有网络的目录。"
    )
    next_en = (
        "For a demo network: deeptier up --demo. For one of your own: deeptier network new, then deeptier up. "
        "For one that runs elsewhere: deeptier network join. Or name another network's folder with --folder."
    )


class BookOfAnother(ServiceError):
    """Raised when the network that a folder records is not the one that its book was made for."""

    code = "book-of-another-network"
    fields = ("folder", "network", "book")
    zh = "{folder} 记录的网络是 {network}，而业务库属于网络 {book}。"
    en = "{folder} records network {network}, but the book belongs to network {book}."
    next_zh = "请用 --folder 另选目录，或恢复该网络自己的业务库。"
    next_en = "Choose another folder with --folder, or restore that network's own book."


class BirthDiffers(ServiceError):
    """Raised when the book has the first block of a network that was born on other terms than the present ones."""

    code = "born-on-other-terms"
    fields = ("folder",)
    zh = "{folder} 的业务库中已有第一个区块，其创建条件与现在的不同。"
    en = "The book of {folder} has its first block already, made on other terms than these."
    next_zh = "请恢复当时的 network.toml（演示网络则加 --demo）；若要另建网络，请换一个目录。"
    next_en = "Put the network.toml of then back (--demo for a demo network); for a new network choose a new folder."


class BirthFailed(ServiceError):
    """Raised when a network's first block is made and one of its contracts does not stand where it should."""

    code = "birth-failed"
    fields = ("contract", "address")
    zh = "合约 {contract} 未能部署到 {address}。"
    en = "The contract {contract} does not stand at {address}."
    next_zh = "请核对 network.toml 中的各项条件，换一个空目录重新创建。"
    next_en = "Check the terms in network.toml and begin again in an empty folder."


class NodeOfOurs(ServiceError):
    """Raised when --node is given for a network whose node this service runs itself."""

    code = "node-of-ours"
    fields = ("folder",)
    zh = "{folder} 的网络由本服务自带的节点运行，不能另指定节点。"
    en = "The network in {folder} runs on this service's own node; no other node can be given."
    next_zh = "请去掉 --node；若要加入别处的网络，请换一个目录并运行 deeptier network join。"
    next_en = "Leave --node out; to join a network elsewhere, choose another folder and run deeptier network join."


class NodeAbsent(ServiceError):
    """Raised when a folder records a network of others and the file that says where its node is is gone."""

    code = "no-node-address"
    fields = ("folder", "file")
    zh = "{folder} 记录的是别处的网络，但其中没有 {file}，不知道节点地址。"
    en = "{folder} records a network that runs elsewhere, and without {file} nothing says where its node is."
    next_zh = "请从备份恢复该文件；或换一个目录重新运行 deeptier network join。"
    next_en = "Restore that file from a backup, or run deeptier network join again in another folder."


class NetworkThere(ServiceError):
    """Raised when a network is to be recorded in a folder that has one."""

    code = "network-recorded"
    fields = ("folder", "network")
    zh = "{folder} 已记录网络 {network}。"
    en = "{folder} records network {network} already."
    next_zh = "一个目录只记录一个网络：请用 --folder 另选目录。"
    next_en = "A folder has one network: choose another with --folder."


class ContractForeign(ServiceError):
    """Raised when what stands at an address of a network is not the contract of this software that should be there."""

    code = "foreign-contract"
    fields = ("contract", "address", "chain_id")
    zh = "链 {chain_id} 上的地址 {address} 不是本软件版本的合约 {contract}。"
    en = "What stands at {address} on chain {chain_id} is not this software's {contract}."
    next_zh = "请核对地址和网络；若该网络由其他版本部署，请使用那个版本。"
    next_en = "Check address and network; if another version deployed it, use that version."


class NodeFileDamaged(ServiceError):
    """Raised when the file that says how to reach a network's node is not as it was written."""

    code = "damaged-node-file"
    fields = ("path",)
    zh = "节点记录 {path} 已损坏。"
    en = "The node file {path} is damaged."
    next_zh = '请改正为 {{"version": 1, "url": "http://…", "depth": 0, "first": 0}}，或从备份恢复。'
    next_en = 'Mend it to {{"version": 1, "url": "http://...", "depth": 0, "first": 0}}, or restore it from a backup.'


class PortTaken(ServiceError):
    """Raised when the HTTP service cannot listen at its address, mostly because something else does."""

    code = "port-taken"
    fields = ("host", "port", "why")
    zh = "HTTP 服务无法监听 {host}:{port}：{why}。"
    en = "The HTTP service cannot listen at {host}:{port}: {why}."
    next_zh = "请停止占用该端口的程序，或用 --port 另选端口；服务会自动重试。"
    next_en = "Stop whatever else listens there, or choose another port with --port; the service goes on trying."


class TermsError(ServiceError):
    """Something about the file that a network is to be born from."""


class TermsThere(TermsError):
    """Raised when the terms of a network are to be written where there are some."""

    code = "terms-there"
    fields = ("path",)
    zh = "{path} 已存在。"
    en = "{path} is there already."
    next_zh = "请直接编辑该文件，或先将其移走。"
    next_en = "Edit it, or move it away first."


class TermsUnreadable(TermsError):
    """Raised when the terms of a network cannot be read: no file for us, or no TOML."""

    code = "unreadable-terms"
    fields = ("path", "why")
    zh = "无法读取 {path}：{why}。"
    en = "{path} cannot be read: {why}."
    next_zh = "请按 deeptier network new 写出的样式改正。"
    next_en = "Mend it after the form that deeptier network new writes."


class TermMissing(TermsError):
    """Raised when the terms of a network do not say something that they must."""

    code = "missing-term"
    fields = ("path", "term")
    zh = "{path} 缺少 {term}。"
    en = "{path} does not say {term}."
    next_zh = "请补上该项；deeptier network new 写出的文件对每一项都有说明。"
    next_en = "Add it; the file that deeptier network new writes explains every term."


class TermUnknown(TermsError):
    """Raised when the terms of a network say something that nobody asked for, such as a misspelt word."""

    code = "unknown-term"
    fields = ("path", "term")
    zh = "{path} 中的 {term} 不是已知的条件。"
    en = "{path} says {term}, which is no known term."
    next_zh = "请核对拼写，或删去该项。"
    next_en = "Check its spelling, or remove it."


class TermWrong(TermsError):
    """Raised when a term of a network is not of the form that belongs there."""

    code = "wrong-term"
    fields = ("path", "term", "given", "wanted")
    zh = "{path} 的 {term} 为 {given}，应为 {wanted}。"
    en = "In {path}, {term} is {given}; it takes {wanted}."
    next_zh = "请改正该项。"
    next_en = "Mend it."
