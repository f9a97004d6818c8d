# SPDX-License-Identifier: Apache-2.0
"""Headers, receipts and blooms of a real node are rebuilt to its own hashes; a text of another kind is no field."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chain.proofs.bloom import bloom
from chain.proofs.header import HeaderFields, header_hash
from chain.proofs.receipt import ReceiptFields, receipt_bytes
from chain.proofs.text import data, number, octets, plain, quantity, sized
from chain.proofs.trie import ordered_root
from tests.unit.proofs.emitter import FAILS, Emitting, emitting_node, says


@pytest.fixture(scope="module")
def chain() -> Iterator[Emitting]:
    with emitting_node() as anvil:
        chain = Emitting(anvil.rpc, anvil.chain_id)
        chain.block([])
        for kind in (0, 1, 2):
            chain.calls(says(1), kind=kind)
            chain.calls(FAILS, says(0), says(3, b"\x05"), says(2, b"\xf0"), says(1, bytes(55)), says(1), kind=kind)
            chain.calls(*[says(at % 4, bytes(at * 7)) for at in range(130)], kind=kind)
        yield chain


def blocks(chain: Emitting) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for at in range(int(chain.rpc.call("eth_blockNumber"), 16) + 1):
        yield chain.rpc.call("eth_getBlockByNumber", hex(at), False), chain.rpc.call("eth_getBlockReceipts", hex(at))


def test_header_hash__blocks_of_a_node__are_its_hashes(chain: Emitting) -> None:
    for block, _ in blocks(chain):
        assert f"0x{header_hash(msgspec.convert(block, HeaderFields)).hex()}" == block["hash"]


def test_receipt_bytes__receipts_of_every_kind__have_the_headers_root(chain: Emitting) -> None:
    kinds = set()
    for block, told in blocks(chain):
        receipts = msgspec.convert(told, list[ReceiptFields])
        kinds |= {(receipt.type, receipt.status) for receipt in receipts}
        assert f"0x{ordered_root([receipt_bytes(each) for each in receipts]).hex()}" == block["receiptsRoot"]
    assert kinds == {(kind, status) for kind in ("0x0", "0x1", "0x2") for status in ("0x0", "0x1")}


def test_bloom__logs_of_a_node__is_the_headers(chain: Emitting) -> None:
    for block, told in blocks(chain):
        logs = [log for receipt in told for log in receipt["logs"]]
        found = bloom(octets(plain(entry)) for log in logs for entry in (log["address"], *log["topics"]))
        assert f"0x{found.hex()}" == block["logsBloom"]


def test_header_hash__a_later_forks_field__is_part_of_it(chain: Emitting) -> None:
    fields = msgspec.convert(chain.rpc.call("eth_getBlockByNumber", "0x1", False), HeaderFields)
    hashes = {header_hash(fields)}
    for name in ("requests_hash", "parent_beacon_block_root", "excess_blob_gas", "base_fee_per_gas"):
        value = getattr(fields, name)
        hashes.add(header_hash(msgspec.structs.replace(fields, **{name: None if value else f"0x{'ab' * 32}"})))
    assert len(hashes) == 5


WRONG = ["", "0x", "12", "0xzz", "0x 1", "0x1 ", "0x1_0", "0x01", "0X1", "-0x1", "0x-1", "+0x1", "1", " "]


@pytest.mark.parametrize("text", WRONG)
def test_quantity__text_that_is_none__value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        quantity(text)
    with pytest.raises(ValueError, match=r"."):
        number(text)


@pytest.mark.parametrize("text", ["", "12", "0xabc", "0", "0X12", "0xzz", "0x 1", "0x1 2 "])
def test_data__text_that_is_none__value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        octets(data(text))


@pytest.mark.parametrize("text", ["0x", f"0x{'ab' * 31}", f"0x{'ab' * 33}", f"00{'ab' * 32}", f"0x{'ab' * 31} a"])
def test_sized__text_of_another_size_or_kind__value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        octets(sized(text, 32))


def test_receipt_bytes__a_status_or_type_that_there_is_not__value_error(chain: Emitting) -> None:
    (receipt,) = msgspec.convert(chain.rpc.call("eth_getBlockReceipts", "0x1"), list[ReceiptFields])
    for change in ({"status": "0x2"}, {"status": "0x"}, {"type": "0x80"}, {"type": "0x00"}, {"type": ""}):
        with pytest.raises(ValueError, match=r"."):
            receipt_bytes(msgspec.structs.replace(receipt, **change))
