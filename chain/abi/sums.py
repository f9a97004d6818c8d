# SPDX-License-Identifier: Apache-2.0
"""What tells one set of contracts from another."""

from typing import get_args

from chain.abi.artifacts import Contract, artifact


def contract_sums() -> dict[str, str]:
    """Of every contract that has code: the sha256 of its creation code as committed. Raises ArtifactDamaged."""
    found = {name: artifact(name) for name in get_args(Contract)}
    return {name: one.sha256 for name, one in found.items() if one.creation}
