# SPDX-License-Identifier: Apache-2.0
"""`deeptier demo`: set up, play, be killed, come back, show, and stay up."""

import shutil
import time
from pathlib import Path

from rich.console import Console

from api.client.http import Json
from api.demo import words as w
from api.demo.errors import FolderForeign
from api.demo.plot import play
from api.demo.service import PROGRESS, Service
from api.demo.showing import Showing
from api.demo.stage import HttpStage
from api.interrupts import checkpoint
from api.obligations.invoices import FILE as FINGERPRINTS
from api.story.cast import MOTORS, Keys
from api.story.plot import PROMISE
from api.story.telling import Teller
from api.story.words import LINES
from chain.documents import keys as fingerprint_keys
from chain.documents.keys import FingerprintKey
from chain.domain.errors import Lang
from chain.node.network import Folder
from chain.store.db import connect

WATCHED = 0.5  # seconds between two looks at whether the service still lives


class _DemoKeys(Keys):
    """The story's keys, but for the Registrar's: that one is the service's own."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed)
        self._ring = fingerprint_keys.load(folder / FINGERPRINTS)

    @property
    def fingerprints(self) -> FingerprintKey:
        return self._ring[-1]


def demo(path: Path, lang: Lang, once: bool, fresh: bool) -> None:
    """Play the story on the network in a folder, which is made when there is none; and stay up unless `once`.

    Raises FolderForeign, ServiceNotUp, StepDiffers, and the errors of the client and of the store.
    """
    console = Console()
    if fresh:
        _forget(path)
    _ours(path)
    with Service(path) as service:
        service.prepare()
        showing = Showing(console, lang, path)
        showing.opening()
        url = service.start()
        network = Folder(path).network()
        assert network is not None
        keys = _DemoKeys(network.chain_id, path)
        showing.begin(Teller(lang, keys, {**LINES, **w.LINES}), network.chain_id, url)
        stage = HttpStage(service, keys, lang, showing.step)
        stage.connect(url)
        if stage.ended:
            showing.over()
        else:
            if stage.progress:
                showing.again(stage.progress)
            play(stage, lambda: _killed(stage, showing))
            stage.end()
        showing.ending(stage)
        if once:
            showing.ended()
        else:
            showing.standing(stage.url)
            while not service.ended():
                checkpoint()
                time.sleep(WATCHED)


def _ours(path: Path) -> None:
    """Raises FolderForeign unless the folder is empty or a demonstration's, FolderInUse, NetworkDamaged, and others."""
    with Folder(path) as home:
        network = home.network()
        if network is None:
            return
        network.check()
        if not network.demo or not (path / "book.db").exists() or not (path / PROGRESS).exists():
            raise FolderForeign(folder=str(path))


def _killed(stage: HttpStage, showing: Showing) -> None:
    """Kill everything, start it again, and see that nothing is lost. Raises StepDiffers, ServiceNotUp."""
    if stage.told_all(2):
        stage.skip("killed", "back")
        return
    before, blocks = _claims(stage), _blocks(stage)
    stage.note("killed", count=stage.service.kill())
    since = time.monotonic()
    stage.connect(stage.service.start())
    seconds = f"{time.monotonic() - since:.1f}"
    stage.demand(_blocks(stage)[: len(blocks)], blocks)
    stage.demand(_claims(stage), before)
    stage.note("back", seconds=seconds, blocks=len(blocks), claims=len(before))
    showing.middle(stage)


def _claims(stage: HttpStage) -> list[Json]:
    return stage.client(MOTORS).whole(f"/obligations/{PROMISE}/claims").rows


def _blocks(stage: HttpStage) -> list[tuple[int, bytes]]:
    """Number and hash of every block of the book."""
    with connect(stage.service.book) as db:
        rows = db.all("SELECT number, hash FROM block WHERE hash IS NOT NULL ORDER BY number")
    return [(number, bytes(found)) for number, found in rows]


def _forget(path: Path) -> None:
    """Remove what a demonstration made. Raises FolderForeign for a folder that has another network, FolderInUse."""
    if not path.exists():
        return
    with Folder(path) as home:
        network = home.network()
        if network is not None and not network.demo:
            raise FolderForeign(folder=str(path))
    for name in ("run", "signer", "sessions"):
        shutil.rmtree(path / name, ignore_errors=True)
    made = ("book.db", "mirror.db", "network.json", "relay.key", FINGERPRINTS, PROGRESS)
    for name in made:
        for file in path.glob(f"{name}*"):
            file.unlink()
