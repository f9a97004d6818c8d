# SPDX-License-Identifier: Apache-2.0
"""The floor of handmade traces: every unit of gas is in exactly one place, whatever calls, fails or is given back."""

from typing import Any

import pytest

from chain.domain.vocabulary import Address
from tests.bench.costs.floor import INTRINSIC, Spent, TraceMisfit, calldata_gas, spent

TOKEN = Address("0x" + "7c" * 20)
MODULE = "0x" + "4d" * 20
LIMIT = 100_000
START = LIMIT - INTRINSIC


def step(op: str, gas: int, cost: int = 0, depth: int = 1, to: str = "", **more: Any) -> dict[str, Any]:
    """One entry of structLogs; `to` is whom a call calls, below the gas that it hands on."""
    return {"op": op, "gas": gas, "gasCost": cost, "depth": depth, "stack": ["0x0", to, "0xffff"]} | more


def run(*steps: dict[str, Any], data: bytes = b"") -> Spent:
    return spent(data, steps, LIMIT, TOKEN)


def test_calldata__zeros_and_others__cost_four_and_sixteen() -> None:
    assert calldata_gas(b"\x00\x01\x00\xff\x80") == 2 * 4 + 3 * 16


def test_plain_steps__storage_and_logs_are_floor__the_rest_is_overhead() -> None:
    found = run(
        step("PUSH1", START - 16, 3),
        step("SLOAD", START - 19, 2_100),
        step("SSTORE", START - 2_119, 2_900),
        step("LOG2", START - 5_019, 1_381),
        step("KECCAK256", START - 6_400, 42),
        step("STOP", START - 6_442),
        data=b"\x01",
    )
    assert found.calldata == 16
    assert found.inherent == {"SLOAD": 2_100, "SSTORE": 2_900, "LOG2": 1_381}
    assert found.overhead == {"PUSH1": 3, "KECCAK256": 42, "STOP": 0}
    assert found.floor == INTRINSIC + 16 + 6_381
    assert found.gas == INTRINSIC + 16 + 6_381 + 45


def test_call_of_own_contract__gas_handed_on_is_no_cost__its_loads_are_floor() -> None:
    found = run(
        step("DELEGATECALL", START, 60_000, to=MODULE),  # gasCost says 60,000: 2,600 and what it hands on
        step("SLOAD", 57_400, 2_100, depth=2),
        step("RETURN", 55_300, 9, depth=2),  # 9 for memory; 55,291 come back
        step("STOP", START - 2_600 - 2_109),
    )
    assert found.inherent == {"SLOAD": 2_100}
    assert found.overhead == {"DELEGATECALL": 2_600, "RETURN": 9, "STOP": 0}
    assert found.gas == INTRINSIC + 2_600 + 2_109


def test_call_in_a_call__each_frame_pays_its_own() -> None:
    found = run(
        step("DELEGATECALL", START, to=MODULE),
        step("STATICCALL", 70_000, depth=2, to=MODULE),
        step("SLOAD", 50_000, 100, depth=3),
        step("STOP", 49_900, depth=3),
        step("STOP", 70_000 - 700 - 100, depth=2),
        step("STOP", START - 100 - 800),
    )
    assert found.inherent == {"SLOAD": 100}
    assert found.overhead == {"DELEGATECALL": 100, "STATICCALL": 700, "STOP": 0}


@pytest.mark.parametrize("address", ["0x1", "0x000000000000000000000000000000000000000a"])
def test_precompile__call_and_execution__are_floor(address: str) -> None:
    found = run(step("STATICCALL", START, to=address), step("STOP", START - 3_100))
    assert found.inherent == {"precompile": 3_100}
    assert found.overhead == {"STOP": 0}


def test_call_of_address_eleven_without_code__is_overhead() -> None:
    found = run(step("STATICCALL", START, to="0xb"), step("STOP", START - 2_600))
    assert found.inherent == {}
    assert found.overhead == {"STATICCALL": 2_600, "STOP": 0}


def test_token__everything_inside__is_floor_once() -> None:
    found = run(
        step("CALL", START, to=TOKEN),
        step("SLOAD", 60_000, 2_100, depth=2),
        step("DELEGATECALL", 57_900, depth=2, to=MODULE),  # a token behind a proxy
        step("SSTORE", 50_000, 5_000, depth=3),
        step("RETURN", 45_000, 3, depth=3),
        step("LOG3", 57_900 - 100 - 5_003, 1_756, depth=2),
        step("RETURN", 51_041, 0, depth=2),
        step("SLOAD", START - 2_600 - 8_959, 100),
        step("STOP", START - 2_600 - 9_059),
    )
    assert found.inherent == {"token": 2_600 + 8_959, "SLOAD": 100}
    assert found.overhead == {"STOP": 0}


def test_delegatecall_after_the_token__is_ours_again() -> None:
    found = run(
        step("CALL", START, to=TOKEN),
        step("STOP", 50_000, depth=2),
        step("DELEGATECALL", START - 2_600, to=MODULE),
        step("ADD", 50_000, 3, depth=2),
        step("STOP", 49_997, depth=2),
        step("STOP", START - 2_600 - 103),
    )
    assert found.inherent == {"token": 2_600}
    assert found.overhead == {"DELEGATECALL": 100, "ADD": 3, "STOP": 0}


def test_inner_revert__what_is_left_comes_back__what_was_spent_counts() -> None:
    found = run(
        step("STATICCALL", START, to=MODULE),
        step("SLOAD", 50_000, 2_100, depth=2),
        step("REVERT", 47_900, 6, depth=2),
        step("STOP", START - 100 - 2_106),
    )
    assert found.inherent == {"SLOAD": 2_100}
    assert found.overhead == {"STATICCALL": 100, "REVERT": 6, "STOP": 0}


@pytest.mark.parametrize(
    "end", [step("INVALID", 49_997, depth=2), step("SSTORE", 49_997, 20_000, 2, error="out of gas")]
)
def test_inner_failure__takes_all_it_was_handed(end: dict[str, Any]) -> None:
    found = run(
        step("STATICCALL", START, to=MODULE),
        step("ADD", 50_000, 3, depth=2),
        end,
        step("STOP", START - 100 - 50_000),
    )
    assert found.inherent.get("SSTORE", 0) + found.overhead.get("INVALID", 0) == 49_997
    assert found.overhead["STATICCALL"] == 100
    assert found.gas == INTRINSIC + 50_100


def test_refund__is_taken_off_the_floor() -> None:
    found = run(
        step("SSTORE", START, 5_000),
        step("ADD", START - 5_000, 3, refund=4_800),
        step("STOP", START - 5_003, refund=4_800),
    )
    assert found.refund == 4_800
    assert found.floor == INTRINSIC + 5_000 - 4_800
    assert found.gas == found.floor + 3


def test_refund_above_a_fifth__is_cut_to_a_fifth_of_all_that_was_spent() -> None:
    found = run(step("SSTORE", START, 5_000), step("STOP", START - 5_000, refund=19_900))
    assert found.refund == (INTRINSIC + 5_000) // 5


def test_trace_of_another_transaction__is_refused() -> None:
    with pytest.raises(TraceMisfit, match="begins"):
        run(step("STOP", START - 1))
    with pytest.raises(TraceMisfit, match="nothing"):
        run()


def test_trace_with_a_frame_missing__is_refused() -> None:
    with pytest.raises(TraceMisfit, match="depth 3"):
        run(step("CALL", START, to=TOKEN), step("STOP", 50_000, depth=3))
