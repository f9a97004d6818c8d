# SPDX-License-Identifier: Apache-2.0
"""The root of an ordered list of items, as Ethereum commits a block to its receipts and transactions.

The list is a Merkle-Patricia trie (Yellow Paper, appendix D) whose keys are rlp(0), rlp(1), … and whose values are the
items. All keys are known beforehand and none begins another, so the trie is built once, from the leaves up, instead of
item by item from the root down; a branch never holds a value of its own.
"""

from collections.abc import Sequence
from functools import lru_cache

from chain.abi.keccak import keccak
from chain.abi.rlp import encode, listed
from chain.domain.vocabulary import Hash

EMPTY_ROOT = keccak(b"\x80")
"""The root of no items."""

_NOTHING = b"\x80"
_Plan = tuple[list[str], list[int]]


def ordered_root(items: Sequence[bytes]) -> Hash:
    """The root of the trie of these items, each under its place in the list. No item may be empty.

    Raises ValueError for an empty one: a trie holds no empty values.
    """
    if not items:
        return EMPTY_ROOT
    if not all(items):
        raise ValueError("an empty item")
    keys, places = _plan(len(items))
    return keccak(_node(keys, [items[place] for place in places], 0, len(items), 0))


@lru_cache(64)
def _plan(count: int) -> _Plan:
    """The keys of so many items as nibbles, in the trie's order, and the place in the list of each."""
    ordered = sorted((encode(place).hex(), place) for place in range(count))
    return [key for key, _ in ordered], [place for _, place in ordered]


def _node(keys: list[str], items: list[bytes], start: int, end: int, depth: int) -> bytes:
    """The encoding of the node of keys[start:end], which have their first `depth` nibbles in common."""
    if end - start == 1:
        return listed(_path(keys[start][depth:], leaf=True) + encode(items[start]))
    first, last = keys[start], keys[end - 1]
    shared = depth
    while first[shared] == last[shared]:  # in order, so what these two share, all between them share
        shared += 1
    branch = _branch(keys, items, start, end, shared)
    return branch if shared == depth else listed(_path(first[depth:shared], leaf=False) + _reference(branch))


def _branch(keys: list[str], items: list[bytes], start: int, end: int, depth: int) -> bytes:
    """A branch: what its keys share is `depth` nibbles, and they part at the next."""
    parts = [_NOTHING] * 17  # the last is for a value of its own, which it never has
    while start < end:
        nibble, begin = keys[start][depth], start
        while start < end and keys[start][depth] == nibble:
            start += 1
        parts[int(nibble, 16)] = _reference(_node(keys, items, begin, start, depth + 1))
    return listed(b"".join(parts))


@lru_cache(1 << 10)
def _path(nibbles: str, leaf: bool) -> bytes:
    """The path of a leaf or an extension with its hex-prefix (appendix C), encoded."""
    prefix = ("3" if leaf else "1") if len(nibbles) % 2 else ("20" if leaf else "00")
    return encode(bytes.fromhex(prefix + nibbles))


def _reference(node: bytes) -> bytes:
    """What a parent holds of a node: the node itself where that is shorter than its hash."""
    return node if len(node) < 32 else b"\xa0" + keccak(node)
