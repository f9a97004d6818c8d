# SPDX-License-Identifier: Apache-2.0
"""Keccak-256, whichever library it comes from."""

import importlib.util
import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import keccak as module
from tests.unit.abi.values import few


@pytest.fixture(scope="module")
def without_sha3() -> ModuleType:
    """The module as a Python has it for which there is no build of sha3."""
    spec = importlib.util.find_spec("chain.abi.keccak")
    assert spec is not None
    assert spec.loader is not None
    other = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sha3", None)
        spec.loader.exec_module(other)
    return other


def test_keccak__of_nothing__is_ethereums_and_not_nists() -> None:
    assert module.keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@few
@given(data=st.binary(max_size=500))
def test_keccak__by_either_library__is_the_same(without_sha3: ModuleType, data: bytes) -> None:
    assert without_sha3.keccak_256.__module__ != vars(module)["keccak_256"].__module__
    assert without_sha3.keccak(data) == module.keccak(data)
