# SPDX-License-Identifier: Apache-2.0
"""The demo network: the story played on a network that is recorded in a folder, and whose node then stays up.

The embedded node keeps nothing. So every start builds the recorded network again, by playing the story on a fresh node
with the recorded chain id, and checks that every contract stands where the record says.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from api.interrupts import checkpoint
from api.story import words as w
from api.story.cast import Keys
from api.story.errors import NetworkDiffers
from api.story.run import GENESIS, play
from api.story.show import Show
from api.story.stage import CURRENCY, EXPONENT, Stage
from api.story.telling import Teller
from chain.abi.sums import contract_sums
from chain.domain.errors import Lang
from chain.node.anvil import Anvil, draw_chain_id
from chain.node.network import RECORD, Folder, Network

WATCHED = 1.0  # seconds between two looks at whether the node still lives


def demo(path: Path, lang: Lang, once: bool, fresh: bool) -> None:
    """Set up, play, and stay up unless `once`.

    Raises FolderInUse, FolderUnusable, NetworkDamaged, NetworkVersionUnknown, ArtifactsChanged, NetworkDiffers,
    ProofFailed, and the errors of chain.node.
    """
    console = Console()
    with Folder(path) as home:
        if fresh:
            home.forget()
        recorded = home.network()
        if recorded is not None:
            recorded.check()
        chain_id = draw_chain_id() if recorded is None else recorded.chain_id
        keys = Keys(chain_id)  # the record needs no seed of its own
        teller = Teller(lang, keys)
        with Show(console, teller) as show, Anvil(GENESIS, chain_id) as node:
            show.opening(chain_id)
            stage, end = play(node, keys, show.step)
            made = network(stage)
            if recorded is None:
                home.record(made)
            else:
                compare(recorded, made)
            show.ending(end)
            if not once:
                _stay_up(console, teller, node, made, path / RECORD)


def network(stage: Stage) -> Network:
    """The network that the story was played on."""
    ledger = stage.ledger
    return Network(
        demo=True,
        chain_id=stage.chain.chain_id,
        genesis=GENESIS,
        ledger=ledger.ledger,
        module=ledger.module,
        views=stage.views,
        rulebook=ledger.rulebook,
        currency=CURRENCY.decode(),
        exponent=EXPONENT,
        cash=(stage.deposit.token,),
        contracts=contract_sums(),
    )


def compare(recorded: Network, made: Network) -> None:
    """Raises NetworkDiffers, naming the first thing that came out otherwise than recorded."""
    before, after = asdict(recorded), asdict(made)
    for name, value in before.items():
        if value != after[name]:
            raise NetworkDiffers(what=name, recorded=str(value), found=str(after[name]))


def _stay_up(console: Console, teller: Teller, node: Anvil, made: Network, record: Path) -> None:
    """Say how to look at the node, and watch it until somebody ends us. Raises AnvilFailed when it ends by itself."""
    question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}, separators=(",", ":"))
    facts = {"url": node.url, "chain_id": made.chain_id, "ledger": made.ledger, "record": record, "question": question}
    console.print()
    for words in w.STANDING:
        console.print(teller.say(words, **facts), soft_wrap=True, highlight=False, markup=False)
    while True:
        checkpoint()
        time.sleep(WATCHED)
        node.prove()
