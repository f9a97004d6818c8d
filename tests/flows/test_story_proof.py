# SPDX-License-Identifier: Apache-2.0
"""The story's proof can fail: nothing is told as proved that is not; and its keys are everybody's own."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from api.story import desk, plot, proof
from api.story.cast import BANK, CHECKER, COMPANIES, MAKER, MOTORS, REGISTRAR, SEATS, SPRINGS, Keys
from api.story.ending import Ending, ending
from api.story.errors import ProofFailed, StoryError
from api.story.figures import FACE
from api.story.run import GENESIS, on_node
from api.story.stage import Stage
from api.story.telling import Teller
from chain.domain.errors import LANGS, placeholders, registry
from chain.node.anvil import Anvil
from chain.node.onnode import NodeChain

pytestmark = pytest.mark.usefixtures("anvil_here")
SEED = 20_260_302
PRICE, LATE = 9_895_000, 120_000  # by hand, as in test_story


class Played(NamedTuple):
    """A story played in this process, its node still up."""

    stage: Stage
    chain: NodeChain
    end: Ending


@pytest.fixture(scope="module")
def played(anvil_here: None) -> Iterator[Played]:
    keys = Keys(SEED)
    with Anvil(GENESIS) as node:
        chain = on_node(node, keys)
        stage = Stage(chain, keys, lambda step: None)
        plot.play(stage)
        yield Played(stage, chain, ending(stage, chain))


@pytest.fixture
def fresh(anvil_here: None) -> Iterator[Stage]:
    """A stage on which nothing has happened yet."""
    keys = Keys(SEED)
    with Anvil(GENESIS) as node:
        yield Stage(on_node(node, keys), keys, lambda step: None)


# ---------------------------------------------------------------- money at the settlement bank


def test_figures__cash__everyone_has_what_came_in_less_what_went_out(played: Played) -> None:
    stage = played.stage
    balances = {who: stage.deposit.balance(stage.keys.cash(who).address) for who in COMPANIES if who.paid}
    assert balances[MOTORS] == 120_000_000 - FACE - LATE
    assert balances[SPRINGS] == PRICE + 3_333_332 + 4_000
    assert balances[BANK] == 50_000_000 - PRICE + 10_000_000 + 12_000
    assert sum(balances.values()) == 170_000_000


# ---------------------------------------------------------------- seeds and keys


def test_seed__the_same__draws_the_same_keys_and_another_draws_others() -> None:
    first, again, other = (every_key(Keys(seed)) for seed in (1, 1, 2))
    assert first == again
    assert not first & other


def test_keys__officers_accounts_and_carriers__share_none() -> None:
    keys = Keys(SEED)
    people = [keys.officer(who) for who in COMPANIES] + [keys.officer(who, 2) for who in (REGISTRAR, MOTORS)]
    assert len(every_key(keys)) == len(people) + len(keys.callers()) + 1  # and the stranger
    assert keys.officer(MOTORS, MAKER.officer) != keys.officer(MOTORS, CHECKER.officer)


def test_carriers__no_authority__have_no_account_in_the_ledger(played: Played) -> None:
    assert not {key.address for key in played.stage.keys.callers()} & played.stage.rows.accounts.keys()


# ---------------------------------------------------------------- the proof can fail


def test_proof__as_played__holds(played: Played) -> None:
    happened = proof.history(played.stage, played.chain)
    assert proof.prove(played.stage, played.chain, happened) == played.end.proof
    assert played.end.proof.slots > 60


def test_proof__an_event_the_node_withheld__fails(played: Played) -> None:
    happened = proof.history(played.stage, played.chain)
    with pytest.raises(ProofFailed, match="folded events"):
        proof.prove(played.stage, played.chain, happened[:-1])


def test_proof__a_slot_nobody_wrote__fails(played: Played) -> None:
    happened, ledger = proof.history(played.stage, played.chain), played.stage.ledger.ledger
    before = played.chain.rpc.call("evm_snapshot")
    played.chain.rpc.call("anvil_setStorageAt", ledger, hex(2**200), f"0x{1:064x}")
    with pytest.raises(ProofFailed, match="storage"):
        proof.prove(played.stage, played.chain, happened)
    assert played.chain.rpc.call("evm_revert", before)


def test_stage__ledger_and_model_do_different_things__fails(fresh: Stage) -> None:
    fresh.rows.rules[7] = fresh.rows.rules.pop(1)
    with pytest.raises(ProofFailed, match="the model"):
        fresh.do("admit", desk.admit(fresh, SEATS), REGISTRAR, who=SEATS)


def test_stage__nothing_is_refused_that_was_to_be__fails(fresh: Stage) -> None:
    with pytest.raises(ProofFailed, match="the ledger answered None"):
        fresh.refuse("admit", desk.admit(fresh, SEATS), REGISTRAR, who=SEATS)


def test_stage__ledger_and_model_refuse_for_different_reasons__fails(fresh: Stage) -> None:
    fresh.do("admit", desk.admit(fresh, SEATS), REGISTRAR, who=SEATS, role=SEATS.role)
    del fresh.rows.participants[SEATS.id]  # now only its key is known to the model
    with pytest.raises(ProofFailed, match=r"ParticipantExists.*AccountExists"):
        fresh.refuse("admit", desk.admit(fresh, SEATS), REGISTRAR, who=SEATS)


def test_stage__a_refusal__leaves_every_row(fresh: Stage) -> None:
    before = fresh.rows.copy()
    fresh.refuse("invoice_again", desk.record(fresh, []), REGISTRAR, invoice="2026-0302")
    assert fresh.rows == before
    assert fresh.steps[-1].refusal is not None
    assert Teller("en", fresh.keys).reason(fresh.steps[-1]).startswith("Refused: ")


@pytest.mark.parametrize("leaf", registry(StoryError).values(), ids=registry(StoryError))
def test_errors__every_leaf__both_languages(leaf: type[StoryError]) -> None:
    error = leaf(**dict.fromkeys(leaf.fields, "x"))
    assert all(error.message(lang) and error.next_step(lang) for lang in LANGS)
    assert leaf.en.isascii()
    assert placeholders(leaf.zh) == placeholders(leaf.en)


def every_key(keys: Keys) -> set[str]:
    """The addresses of all keys of a seed."""
    officers = [keys.officer(who, n) for who in COMPANIES for n in ((1, 2) if who in (REGISTRAR, MOTORS) else (1,))]
    return {key.address for key in (*officers, *keys.callers(), keys.stranger)}
