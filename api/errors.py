# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with the service as a whole."""

from chain.domain.errors import DeepTierError


class ServiceError(DeepTierError):
    """Something about the service."""


class DemoOnly(ServiceError):
    """Raised when a folder has no network yet, and nobody said what network to bear."""

    code = "no-network"
    fields = ("folder",)
    zh = "{folder} 中尚无网络记录。"
    en = "There is no network in {folder} yet."
    next_zh = "请运行 deeptier up --demo 建立演示网络，或用 --folder 指定已有网络的目录。"
    next_en = "Run deeptier up --demo for a demo network, or name another network's folder with --folder."


class BookOfAnother(ServiceError):
    """Raised when the network that a folder records is not the one that its book was made for."""

    code = "book-of-another-network"
    fields = ("folder", "network", "book")
    zh = "{folder} 记录的网络是 {network}，而业务库属于网络 {book}。"
    en = "{folder} records network {network}, but the book belongs to network {book}."
    next_zh = "请用 --folder 另选目录，或恢复该网络自己的业务库。"
    next_en = "Choose another folder with --folder, or restore that network's own book."
