# SPDX-License-Identifier: Apache-2.0
"""Random values of every type of the contract, boundary values often; shared by the tests of chain/abi."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from chain.abi.schema import STRUCTS, Field
from chain.domain import commands
from chain.domain.vocabulary import ClaimId, ObligationId

few = settings(max_examples=12, deadline=None)
"""For tests that are run over all types of the contract, which are many."""


def number(bits: int) -> st.SearchStrategy[int]:
    """0 to 2^bits - 1, either end often."""
    most = 2**bits - 1
    return st.sampled_from([0, 1, most - 1, most]) | st.integers(0, most)


addresses = st.binary(min_size=20, max_size=20).map(lambda raw: f"0x{raw.hex()}")
obligations = st.builds(ObligationId, number(32), number(32))
claims = st.builds(ClaimId, number(32), number(32), number(24))
signatures = st.binary(max_size=100) | st.just(b"") | st.binary(min_size=65, max_size=65)


def value(field: Field) -> st.SearchStrategy[Any]:
    """A value of a field, as the domain has it."""
    if field.type.endswith("[]"):
        return st.lists(value(field._replace(type=field.type[:-2])), max_size=4).map(tuple)
    if field.type in STRUCTS:
        return struct(field.type)
    if field.type == "uint88":
        return claims
    if field.type == "uint64" and field.name == "obligation":
        return obligations
    if field.type == "address":
        return addresses
    if field.type == "bytes":
        return signatures
    if field.type.startswith("bytes"):
        size = int(field.type.removeprefix("bytes"))
        return st.binary(min_size=size, max_size=size)
    return number(int(field.type.removeprefix("uint")))


def struct(name: str) -> st.SearchStrategy[Any]:
    """A message, or a part of one, by the name of its struct."""
    parts = {field.attribute: value(field) for field in STRUCTS[name]}
    return st.builds(getattr(commands, name), **parts)
