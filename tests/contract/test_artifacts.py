# SPDX-License-Identifier: Apache-2.0
"""The committed artifacts are what the sources say, whichever of the three compilers one asks.

py-solc-x, Hardhat and forge drive the same compiler in three ways; equal code shows that it hangs on the source and on
contracts/compiler.json alone, so anyone can check a deployed ledger with the tool at hand.
"""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chain.abi import build
from tests.bench.sizes import CREATION_LIMIT, RUNTIME_LIMIT, sizes

pytestmark = pytest.mark.xdist_group("compilers")  # one worker compiles, once

MEND = "run scripts/artifacts and commit what it writes"


@pytest.fixture(scope="module")
def compiled() -> dict[str, dict[str, Any]]:
    return build.compile_artifacts()


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=build.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _code(folder: Path, name: str) -> tuple[str, str]:
    """(creation, runtime) code of the contract that forge or Hardhat compiled into a folder, without 0x."""
    (path,) = folder.glob(f"**/{name}.sol/{name}.json")
    artifact = json.loads(path.read_text("utf-8"))
    creation, runtime = artifact["bytecode"], artifact["deployedBytecode"]
    if isinstance(creation, dict):  # forge
        creation, runtime = creation["object"], runtime["object"]
    return creation.removeprefix("0x"), runtime.removeprefix("0x")


def _committed(name: str) -> tuple[str, str]:
    artifact = json.loads((build.ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return artifact["bytecode"].removeprefix("0x"), artifact["deployedBytecode"].removeprefix("0x")


@pytest.mark.parametrize("name", build.CONTRACTS)
def test_artifact__compiled_by_py_solc_x__is_the_committed_file(name: str, compiled: dict[str, dict[str, Any]]) -> None:
    assert (build.ARTIFACTS / f"{name}.json").read_text("utf-8") == build.text(compiled[name]), MEND


def test_artifacts__of_every_deployed_contract__and_of_no_other() -> None:
    assert {path.stem for path in build.ARTIFACTS.glob("*.json")} == set(build.CONTRACTS)


@pytest.fixture(scope="module")
def hardhat_build() -> Path:
    _run("hardhat", "build")
    return build.ROOT / ".build" / "hardhat" / "contracts"


@pytest.mark.parametrize("name", build.CONTRACTS)
def test_code__compiled_by_hardhat__is_the_committed(name: str, hardhat_build: Path) -> None:
    assert _code(hardhat_build, name) == _committed(name)


@pytest.fixture(scope="module")
def forge_build() -> Path:
    _run("forge", "build")
    return build.ROOT / ".build" / "forge"


@pytest.mark.parametrize("name", build.CONTRACTS)
def test_code__compiled_by_forge__is_the_committed(name: str, forge_build: Path) -> None:
    assert _code(forge_build, name) == _committed(name)


def test_foundry_toml__repeats_the_compiler_settings__word_for_word() -> None:
    profile = tomllib.loads((build.ROOT / "foundry.toml").read_text("utf-8"))["profile"]["default"]
    stated = {
        "evmVersion": profile["evm_version"],
        "metadata": {"appendCBOR": profile["cbor_metadata"], "bytecodeHash": profile["bytecode_hash"]},
        "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
        "viaIR": profile["via_ir"],
    }
    assert stated == build.compiler()["settings"]


@pytest.mark.parametrize(("name", "size"), sizes().items())
def test_code_size__of_every_contract__is_within_the_limits_of_the_chain(name: str, size: dict[str, int]) -> None:
    assert size["runtime"] < RUNTIME_LIMIT, name
    assert size["creation"] < CREATION_LIMIT, name
