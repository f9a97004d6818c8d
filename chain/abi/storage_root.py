# SPDX-License-Identifier: Apache-2.0
"""The root of a contract's storage trie, from what it must store (Yellow Paper, section 4.1 and appendix D).

A node tells the root of what it does store. When the two are equal, every slot is equal and there is none more.
"""

from collections.abc import Mapping

from trie.hexary import HexaryTrie

from chain.abi import rlp
from chain.abi.keccak import keccak
from chain.abi.records import Word
from chain.abi.slots import Slot
from chain.domain.vocabulary import Address, Hash


def storage_root(words: Mapping[Slot, Word], keep_zeros: bool = False) -> Hash:
    """The root of a storage that holds these words and nothing else.

    A word of zero is the same as none. `keep_zeros` makes it a leaf all the same, as anvil 1.7.1 does with every slot
    that was ever touched: only so are its roots to be had.
    """
    trie = HexaryTrie({})
    for slot, word in words.items():
        value = int.from_bytes(word, "big")
        if value or keep_zeros:
            trie[keccak(slot.to_bytes(32, "big"))] = rlp.encode(value)
    return Hash(bytes(trie.root_hash))


def storage_roots(words: Mapping[tuple[Address, Slot], Word], keep_zeros: bool = False) -> dict[Address, Hash]:
    """The root of each contract in a table of the form of `slots.expected_storage`."""
    split: dict[Address, dict[Slot, Word]] = {}
    for (contract, slot), word in words.items():
        split.setdefault(contract, {})[slot] = word
    return {contract: storage_root(own, keep_zeros) for contract, own in split.items()}
