# SPDX-License-Identifier: Apache-2.0
"""The signer process: `python -m chain.signing.process --folder FOLDER [--socket PATH]`.

The folder has the keys (keys/), the policy (policy.toml) and the day's counts (counts/). All accounts begin locked;
officers unlock their own over the socket. The accounts of the keys in `--unlocked FILE` are unlocked from the start,
each time it starts: only the policy says what they sign. Its log goes to standard error. SIGTERM and SIGINT end it in
order, with exit code 0; a start that fails ends with code 1 and says why in both languages. On Linux it also ends, in
order, when the thread that started it does: unlocked keys outlive nobody, and the folder is free for the next one.
"""

import argparse
import ctypes
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from chain.domain.clock import Clock, SystemClock
from chain.domain.errors import DeepTierError
from chain.signing import unlocked
from chain.signing.files import private_folder, taken
from chain.signing.log import Log
from chain.signing.server import Server
from chain.signing.vault import Vault

SOCKET = "signer.sock"
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # linux/prctl.h


def main(arguments: Sequence[str]) -> int:
    """Run until a signal ends it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m chain.signing.process", description="Keeps keys and signs.")
    parser.add_argument("--folder", type=Path, required=True, help="keys, policy and counts")
    parser.add_argument("--socket", type=Path, help=f"where to listen (FOLDER/{SOCKET})")
    parser.add_argument("--unlocked", type=Path, help="private keys in hex, a line each, unlocked from the start")
    told = parser.parse_args(arguments)
    clock = SystemClock()
    try:
        _serve(told.folder, told.socket or told.folder / SOCKET, told.unlocked, Log(sys.stderr, clock), clock)
    except DeepTierError as error:
        for lang in ("en", "zh"):
            sys.stderr.write(f"{error.message(lang)} → {error.next_step(lang)}\n")
        return 1
    return 0


def _serve(folder: Path, path: Path, keys: Path | None, log: Log, clock: Clock) -> None:
    _alone()
    with taken(private_folder(folder)):
        vault = Vault(folder, clock, () if keys is None else unlocked.load(keys))
        server = Server(path, vault, log)

        def end(number: int, frame: FrameType | None) -> None:
            server.stop()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, end)
        log.tell("start", "done")
        try:
            server.run()
        finally:
            vault.close()
            log.tell("stop", "done")


def _alone() -> None:
    """No core dump; on Linux, no other process of this user reads or traces this one, and it ends with its parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        refused = prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) or prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        assert not refused, "prctl(2): these have no other answer"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
