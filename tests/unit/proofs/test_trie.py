# SPDX-License-Identifier: Apache-2.0
"""Our root of a list is that of a trie built item by item by a library, and much faster."""

import random
import time
from collections.abc import Sequence

import pytest
import rlp
from trie.hexary import HexaryTrie

from chain.proofs.trie import EMPTY_ROOT, ordered_root


def root_by_library(items: Sequence[bytes]) -> bytes:
    trie = HexaryTrie({})
    for index, item in enumerate(items):
        trie[rlp.encode(index)] = item
    return bytes(trie.root_hash)


def drawn(draw: random.Random, count: int, longest: int) -> list[bytes]:
    return [draw.randbytes(draw.randint(1, longest)) for _ in range(count)]


def test_ordered_root__nothing__is_the_root_of_an_empty_trie() -> None:
    assert ordered_root([]) == EMPTY_ROOT == root_by_library([])
    assert EMPTY_ROOT.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16, 17, 18, 126, 127, 128, 129, 130, 255, 256, 257, 258, 272, 1_000])
@pytest.mark.parametrize("longest", [1, 40, 2_000], ids=["inline nodes", "some inline", "hashed nodes"])
def test_ordered_root__where_keys_change_their_shape__equals_the_library(count: int, longest: int) -> None:
    items = drawn(random.Random(count * longest), count, longest)
    assert ordered_root(items) == root_by_library(items)


@pytest.mark.parametrize("seed", range(20))
def test_ordered_root__random_lists__equals_the_library(seed: int) -> None:
    draw = random.Random(seed)
    items = drawn(draw, draw.randint(0, 400), draw.choice([1, 3, 30, 60, 300, 2_000]))
    assert ordered_root(items) == root_by_library(items), f"seed {seed}"


@pytest.mark.parametrize("seed", range(5))
def test_ordered_root__an_item_changed_moved_or_missing__is_another_root(seed: int) -> None:
    draw = random.Random(seed)
    items = drawn(draw, 150, 100)
    at = draw.randrange(149)
    changed = [*items[:at], items[at] + b"\0", *items[at + 1 :]]
    swapped = [*items[:at], items[at + 1], items[at], *items[at + 2 :]]
    missing = [*items[:at], *items[at + 1 :]]
    roots = {ordered_root(each) for each in (items, changed, swapped, missing)}
    assert len(roots) == 4, f"seed {seed}"


def test_ordered_root__an_empty_item__value_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        ordered_root([b"a", b"", b"c"])


def test_ordered_root__300_receipts__ten_times_as_fast_as_the_library() -> None:
    items = [random.Random(at).randbytes(700) for at in range(300)]

    def fastest(build: object, tries: int) -> float:
        assert callable(build)
        times = []
        for _ in range(tries):
            start = time.process_time()
            build(items)
            times.append(time.process_time() - start)
        return min(times)

    ours, theirs = fastest(ordered_root, 20), fastest(root_by_library, 3)
    assert ours * 10 < theirs, f"{ours * 1e3:.2f} ms, the library {theirs * 1e3:.2f} ms"
