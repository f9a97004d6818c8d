# SPDX-License-Identifier: Apache-2.0
"""Compiles the contracts into the artifacts that are committed beside this module; scripts/artifacts runs it.

Needs the development set-up (py-solc-x and npm's solc). Whoever only uses the ledger reads the artifacts and needs no
compiler.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
CONTRACTS = ("ReceivableLedger", "LedgerModule", "LedgerViews", "Rulebook", "TokenizedDeposit", "IReceivableLedger")
"""The contracts that are deployed, and the interface of the whole ledger as seen at its one address (ABI only)."""


def compiler() -> dict[str, Any]:
    """The compiler's version and settings as contracts/compiler.json states them for all three tools."""
    stated: dict[str, Any] = json.loads((ROOT / "contracts" / "compiler.json").read_text("utf-8"))
    return stated


def compiler_input(name: str) -> dict[str, Any]:
    """The standard JSON input for one of CONTRACTS: every source but the tests, and of the output only what is kept."""
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / "contracts").rglob("*.sol"))
    sources = {path.as_posix(): path for path in paths if "test" not in path.parts}
    unit = next(unit for unit, path in sources.items() if path.stem == name)
    return {
        "language": "Solidity",
        "sources": {unit: {"content": (ROOT / path).read_text("utf-8")} for unit, path in sources.items()},
        "settings": compiler()["settings"]
        | {
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "outputSelection": {unit: {name: ["abi", "evm.bytecode", "evm.deployedBytecode"]}},
        },
    }


def compile_artifact(name: str) -> dict[str, Any]:
    """The artifact of one of CONTRACTS. Raises solcx.exceptions.SolcError when it does not compile.

    It takes up to half a minute, so the compiler's answer is kept in .build by the hash of all that decides it.
    """
    import solcx  # here, not above: only a development set-up has it

    given = compiler_input(name)
    decides = json.dumps(given, sort_keys=True).encode() + (ROOT / "package-lock.json").read_bytes()
    kept = ROOT / ".build" / "solcx" / f"{hashlib.sha256(decides).hexdigest()}.json"
    if not kept.is_file():
        output = solcx.compile_standard(given, solc_binary=ROOT / "scripts" / "solc")
        kept.parent.mkdir(parents=True, exist_ok=True)
        found = next(unit[name] for unit in output["contracts"].values() if name in unit)
        written = kept.with_suffix(".new")
        written.write_text(json.dumps(found), "utf-8")
        written.replace(kept)  # whole or not at all
    return artifact(name, json.loads(kept.read_text("utf-8")))


def compile_artifacts() -> dict[str, dict[str, Any]]:
    """The artifact of each of CONTRACTS, compiled side by side."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(CONTRACTS, pool.map(compile_artifact, CONTRACTS), strict=True))


def artifact(name: str, compiled: dict[str, Any]) -> dict[str, Any]:
    """What is kept of one compiled contract; `sha256` is that of the creation code, the bytes one deploys."""
    creation, deployed = compiled["evm"]["bytecode"], compiled["evm"]["deployedBytecode"]
    if creation["linkReferences"]:
        raise ValueError(f"{name} needs a linked library, which nothing here deploys")
    return {
        "contractName": name,
        "abi": compiled["abi"],
        "bytecode": "0x" + creation["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": deployed["immutableReferences"],
        "sha256": hashlib.sha256(bytes.fromhex(creation["object"])).hexdigest(),
        "compiler": compiler(),
    }


def text(artifact: dict[str, Any]) -> str:
    """The artifact as it stands in its file: the same artifact always gives the same bytes."""
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Writes the artifacts and tells each contract's size."""
    ARTIFACTS.mkdir(exist_ok=True)
    for name, built in compile_artifacts().items():
        (ARTIFACTS / f"{name}.json").write_text(text(built), "utf-8")
        print(f"{name:20} {len(built['deployedBytecode']) // 2 - 1:6} bytes  sha256 {built['sha256'][:16]}")


if __name__ == "__main__":
    main()
