# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` with an officer's key in the signer: made, unlocked, used, bounded by policy, locked by a restart."""

import json
import os
import signal
from pathlib import Path

import pytest

from api.story.cast import SEATS
from api.up import NOTHING_GRANTED
from chain.domain.vocabulary import Address
from chain.signing.client import RemoteSigner, SignerClient
from chain.signing.errors import PolicyMalformed
from chain.signing.process import SOCKET
from chain.signing.refusals import AccountLocked, AccountUnlisted, AmountAboveDayLimit, AmountAboveMessageLimit
from chain.store.words import SubmissionState as State
from tests.flows.running import status, submitted, told, until, up
from tests.office import Office

pytestmark = pytest.mark.usefixtures("anvil_here")

LIMIT, DAY = 50_000, 80_000  # fen

OFFICER = """
[[officers]]
participant = {participant}
officer = 1
day = {day}

[[officers.accounts]]
address = "{account}"
rights = ["maker", "checker"]
operations = {{ RegisterParticipant = "any", Accept = "any", Split = {limit} }}
"""


def granted(folder: Path, account: str) -> None:
    """The officer stands alone in a policy like the one that grants nothing, and the signer is started anew."""
    network = json.loads((folder / "network.json").read_text("utf-8"))
    nothing = NOTHING_GRANTED.format(chain_id=network["chain_id"], ledger=network["ledger"])
    lines = [line for line in nothing.splitlines() if not line.startswith("officers = []")]
    officer = OFFICER.format(participant=SEATS.id, day=DAY, account=account, limit=LIMIT)
    (folder / "signer" / "policy.toml").write_text("\n".join(lines) + officer, "utf-8")
    restarted(folder)


def state_of(folder: Path, account: str) -> str:
    found: str = status(folder)["signer"]["accounts"][account]
    return found


def restarted(folder: Path) -> None:
    """The signer dies and is back."""
    before = status(folder)["parts"]["signer"]
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: status(folder)["parts"]["signer"]["restarts"] == before["restarts"] + 1)
    until(lambda: "accounts" in status(folder)["signer"])


def test_up__an_officers_key_in_the_signer__signs_what_its_policy_grants_and_is_locked_by_a_restart(
    tmp_path: Path,
) -> None:
    folder, password = tmp_path / "service", tmp_path / "password"
    password.write_text("seven wet stones\n", "utf-8")
    password.chmod(0o600)
    keys = ("--folder", folder / "signer", "--password-file", password)
    with up(folder, "--demo"):
        account = Address(told("signer", "new", *keys).stdout.strip())
        refused = told("signer", "unlock", account, *keys)
        assert refused.error == AccountUnlisted(account=account), "the policy grants nothing yet"
        granted(folder, account)
        assert state_of(folder, account) == "locked"
        with SignerClient(folder / "signer" / SOCKET) as client:
            office = Office(folder, RemoteSigner(account, client))
            with pytest.raises(AccountLocked):
                office.admit(SEATS, office.holder)
            assert told("signer", "unlock", account, *keys).error is None
            assert state_of(folder, account) == "unlocked"
            office.furnish()
            claim = office.held(1)
            assert submitted(folder, office.split(claim, LIMIT).signed, "a split").state == State.FINAL
            with pytest.raises(AmountAboveMessageLimit) as above:
                office.split(claim, LIMIT + 1)
            assert above.value.arguments["limit"] == LIMIT
            with pytest.raises(AmountAboveDayLimit):
                office.split(claim, DAY - LIMIT + 1)
            restarted(folder)
            assert state_of(folder, account) == "locked"
            with pytest.raises(AccountLocked):
                office.split(claim, 100)
            client.unlock(account, "seven wet stones")
            with pytest.raises(AmountAboveDayLimit):
                office.split(claim, DAY - LIMIT + 1)


def test_up__a_policy_that_cannot_be_read__refused_before_anything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo"):
        pass
    policy = folder / "signer" / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace("longest", "longer"), "utf-8")
    assert isinstance(told("up", "--folder", folder).error, PolicyMalformed)
    assert status(folder)["state"] == "stopped"
