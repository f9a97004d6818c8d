# SPDX-License-Identifier: Apache-2.0
"""`deeptier story`: the story on a node of its own, shown as it happens."""

import json

import typer
from rich.console import Console

from api.story.cast import Keys
from api.story.report import report
from api.story.run import GENESIS, play
from api.story.show import Show
from api.story.telling import Teller
from chain.domain.errors import Lang
from chain.node.anvil import Anvil


def story(lang: Lang, seed: int, *, as_json: bool) -> None:
    """Play and show it; `seed` draws the keys, `as_json` tells one document at the end instead. Raises NodeError."""
    keys = Keys(seed)
    teller = Teller(lang, keys)
    with Show(Console(quiet=as_json), teller) as show:
        show.opening(seed)
        with Anvil(GENESIS) as node:
            stage, end = play(node, keys, show.step)
            show.ending(end)
            told = report(stage.steps, end, teller, seed, node.chain_id)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
