# SPDX-License-Identifier: Apache-2.0
"""The embedded node: anvil, started for us alone and gone with us.

It keeps nothing on disk: its own state file loses blocks when it is killed, so it is never the record. Nothing is
written to it before it is proved ours: the port is the one our own child says it listens on, the chain id is the one
we drew, and the child still lives.
"""

import ctypes
import os
import platform
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from chain.domain.clock import UtcSeconds
from chain.node.errors import AnvilFailed, AnvilMissing, NodeError, WrongChain
from chain.node.rpc import Rpc

GAS_LIMIT = 30_000_000
"""Of a block, and so of a transaction."""

BATCH_GAS_LIMIT = 10**12
"""Of a block that is made when told, of as many transactions as there are."""

START_SECONDS = 20.0  # 0.05 are usual; a machine under load takes longer
STOP_SECONDS = 3.0
STATES = 64  # so many past states stay in memory, and none goes to disk

_MODULES = Path(__file__).parents[2] / "node_modules" / "@foundry-rs"
_LISTENING = re.compile(rb"Listening on 127\.0\.0\.1:(\d+)\n")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def find_anvil(modules: Path = _MODULES) -> Path:
    """Where the program is: the npm package of this system, else the first on the PATH. Raises AnvilMissing."""
    system = f"{platform.system().lower()}-{platform.machine()}"
    arch = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    packaged = modules / f"anvil-{platform.system().lower()}-{arch}" / "bin" / "anvil"
    found = packaged if packaged.is_file() else shutil.which("anvil")
    if found is None:
        raise AnvilMissing(system=system)
    return Path(found)


def draw_chain_id() -> int:
    """A chain id that no other chain is likely to have: 2^31 to 2^53, which JSON numbers hold exactly."""
    return 2**31 + secrets.randbelow(2**53 - 2**31)


def prove(rpc: Rpc, chain_id: int) -> None:
    """Raises WrongChain unless the node serves that chain; writes nothing. Raises the errors of Rpc.call."""
    found = rpc.call("eth_chainId")
    if found != hex(chain_id):
        raise WrongChain(node=rpc.node, expected=chain_id, found=str(found))


class Anvil:
    """A running anvil; a context manager. Cancun rules, no fees, no accounts, a block for each transaction.

    `genesis`: the time of block 0; `chain_id`: drawn when not given; `tracing`: keep every transaction's steps, which
    debug_traceTransaction then tells (memory and time grow); `mining`: by itself, else only
    when told. On Linux it is killed when the *thread* that entered this
    ends, however it ends; elsewhere it outlives a parent that was killed outright.
    """

    def __init__(
        self,
        genesis: UtcSeconds,
        chain_id: int | None = None,
        tracing: bool = False,
        program: Path | None = None,
        mining: bool = True,
    ) -> None:
        self.genesis, self.chain_id = genesis, draw_chain_id() if chain_id is None else chain_id
        self._tracing, self._program, self._mining = tracing, program, mining
        self._child: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it. Raises AnvilMissing, AnvilFailed, WrongChain, and those of Rpc.call."""
        program = self._program or find_anvil()
        self._said = tempfile.TemporaryFile()  # not a pipe: a pipe that nobody empties would stop it
        try:
            self._child = subprocess.Popen(
                self._command(program),
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                start_new_session=True,  # the terminal's Ctrl-C is for us, who then stop it in order
                preexec_fn=die_with_parent(os.getpid()),
            )
            self.rpc = Rpc(f"http://127.0.0.1:{self._port()}")
            self.prove()
            self.rpc.call("anvil_setLoggingEnabled", False)  # or its log would grow with every request
        except OSError as error:
            self.stop()
            raise AnvilFailed(why=type(error).__name__, said=str(error)) from None
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process. Raises AnvilFailed when it has none."""
        return self._living().pid

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.rpc.node

    def prove(self) -> None:
        """Raises AnvilFailed unless our child lives, WrongChain unless the port answers with our chain id."""
        self._living()
        try:
            prove(self.rpc, self.chain_id)
        except NodeError:
            self._living()  # that it has ended says more than that it does not answer
            raise
        self._living()

    def stop(self) -> None:
        """End it and wait until it is gone; once is enough, more do nothing."""
        child, self._child = self._child, None
        try:
            if child is not None:
                _end(child)
        finally:
            if self._said is not None:
                self._said.close()
            if hasattr(self, "rpc"):
                self.rpc.close()

    def _command(self, program: Path) -> list[str]:
        options = {
            "--host": "127.0.0.1",
            "--port": 0,  # the system's choice, which it prints
            "--chain-id": self.chain_id,
            "--timestamp": self.genesis,
            "--hardfork": "cancun",
            "--accounts": 0,
            "--gas-price": 0,
            "--base-fee": 0,
            "--gas-limit": GAS_LIMIT if self._mining else BATCH_GAS_LIMIT,
            "--order": "fifo",
            "--prune-history": STATES,
            "--color": "never",
        }
        flags = ["--disable-min-priority-fee", "--disable-default-create2-deployer", "--no-cors"]
        words = [str(word) for option in options.items() for word in option]
        chosen = {"--steps-tracing": self._tracing, "--no-mining": not self._mining}
        return [str(program), *words, *flags, *(flag for flag, wanted in chosen.items() if wanted)]

    def _port(self) -> int:
        """The port it says it listens on, as soon as it does."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self._living()
            if found := _LISTENING.search(self._output()):
                return int(found[1])
            time.sleep(0.002)
        raise AnvilFailed(why=f"silent for {START_SECONDS} s", said=self._last_lines())

    def _living(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise AnvilFailed(why="not started, or stopped", said="")
        if (code := self._child.poll()) is not None:
            raise AnvilFailed(why=f"ended with code {code}", said=self._last_lines())
        return self._child

    def _output(self) -> bytes:
        assert self._said is not None
        size = os.fstat(self._said.fileno()).st_size
        return os.pread(self._said.fileno(), 1 << 16, max(0, size - (1 << 16)))

    def _last_lines(self) -> str:
        lines = [line.strip() for line in self._output().decode("utf-8", "replace").splitlines() if line.strip()]
        return " | ".join(lines[-5:])


def _end(child: subprocess.Popen[bytes]) -> None:
    """Terminate, wait, kill, wait."""
    try:
        child.terminate()
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:  # a second Ctrl-C during the wait must not leave it behind
        if child.poll() is None:
            child.kill()
            child.wait()


def die_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child does between fork and exec: ask the kernel to be killed when its parent ends.

    SIGKILL gives us no chance to stop it; anvil watches no pipe of ours, and a process between us that watched one
    could itself be killed. Other threads stand still in the child, locks in hand, so all it does are two system calls.
    """
    if _libc is None:
        return None
    prctl = _libc.prctl  # looked up here, not in the child

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the request was made
            os._exit(1)

    return ask
