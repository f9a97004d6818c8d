# SPDX-License-Identifier: Apache-2.0
"""The signer process at work: clients that hang, many at once, start and end."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.signing.client import SignerClient
from chain.signing.errors import (
    FolderTaken,
    RequestMalformed,
    SignerBusy,
    SignerUnreachable,
)
from chain.signing.files import taken
from chain.signing.frames import receive
from chain.signing.keystore import Keystore
from chain.signing.requests import Lock, read_answer, request_body
from chain.signing.server import MOST_CLIENTS, PATIENCE
from tests.unit.signing.office import (
    CHECKER,
    COLLEAGUE,
    DAY,
    DOMAIN,
    MAKER,
    PASSWORD,
    POLICY,
    ROOT,
    SPARE,
    Process,
    furnish,
    issue,
    running,
    soon,
    split,
    write_private,
)

HEAVY = {"web3", "fastapi", "eth_abi", "eth_account", "eth_utils", "typer", "sqlalchemy", "pydantic"}
MODULES = 260
"""Python's own included: what a start costs grows with them, and unlike its time they are the same on every machine."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return furnish(tmp_path / "signer")


@pytest.fixture
def process(folder: Path) -> Iterator[Process]:
    with running(folder, MAKER, CHECKER, SPARE) as process:
        yield process


@pytest.fixture
def client(process: Process) -> Iterator[SignerClient]:
    with process.client() as client:
        yield client


# ---------------------------------------------------------------- clients that behave badly


def test_noise__refused_request__leaves_the_connection_of_use(process: Process) -> None:
    good = request_body(Lock(MAKER.address))
    with process.raw() as end:
        for body, fine in ((b"\7", False), (good, True), (good + b"\0", False), (good, True)):
            end.sendall(len(body).to_bytes(4, "big") + body)
            answer = receive(end, 20)
            assert answer is not None
            assert (answer[0] == 0) is fine


def test_frame_too_large__refused_in_words_and_closed(process: Process) -> None:
    with process.raw() as end:
        end.sendall(b"\xff\xff\xff\xff")
        answer = receive(end, 20)
        assert answer is not None
        with pytest.raises(RequestMalformed):
            read_answer(answer)
        assert end.recv(1) == b""


def test_hanging_clients__many__hinder_nobody_and_half_frames_are_ended(process: Process) -> None:
    hanging = [process.raw() for _ in range(20)]
    try:
        for number, end in enumerate(hanging):
            end.sendall((b"", b"\0", b"\0\0\1\0", b"\0\0\1\0abc")[number % 4])
        with process.client() as client:
            begun = time.monotonic()
            client.sign(MAKER.address, soon(split()), DOMAIN)
            assert time.monotonic() - begun < 1
        for number, end in enumerate(hanging):
            if number % 4:  # a frame had begun
                end.settimeout(PATIENCE + 5)
                assert end.recv(1) == b""
    finally:
        for end in hanging:
            end.close()


def test_clients__one_too_many__told_and_let_in_when_another_leaves(process: Process) -> None:
    ends = [process.raw() for _ in range(MOST_CLIENTS)]
    try:
        with pytest.raises(SignerBusy):
            SignerClient(process.socket).accounts()
    finally:
        for end in ends:
            end.close()
    assert process.client().accounts()


def test_answer_not_taken__client_is_dropped_and_others_go_on(process: Process) -> None:
    body = request_body(Lock(MAKER.address))
    frame = len(body).to_bytes(4, "big") + body
    with process.raw() as deaf:
        deaf.settimeout(1)
        with pytest.raises(TimeoutError):
            deaf.sendall(frame * 200_000)
        with process.client() as client:
            assert client.sign(CHECKER.address, soon(issue()), DOMAIN)


# ---------------------------------------------------------------- many at once, and the end


def test_eight_clients__a_hundred_signatures_each__are_all_the_keys(folder: Path) -> None:
    policy = POLICY.replace(f"day = {DAY}", "day = 10_000_000_000")
    write_private(folder / "policy.toml", policy)
    wrong: list[int] = []

    def work(process: Process, thread: int) -> None:
        with SignerClient(process.socket) as client:
            for number in range(100):
                message = soon(split(number + 1, version=thread * 1000 + number))
                if client.sign(MAKER.address, message, DOMAIN) != MAKER.sign(message, DOMAIN):
                    wrong.append(number)
        done.append(thread)

    done: list[int] = []
    with running(folder, MAKER) as process:
        threads = [threading.Thread(target=work, args=(process, thread)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(done) == list(range(8))
    assert not wrong


def test_unlocking__takes_a_second__others_sign_meanwhile(folder: Path, client: SignerClient) -> None:
    """While scrypt works for one officer, no signature of another waits for it."""
    account = Keystore(folder).add(COLLEAGUE.private.secret, PASSWORD)  # at geth's standard cost
    other = SignerClient(folder / "signer.sock")
    hashing = threading.Thread(target=other.unlock, args=(account, PASSWORD))
    hashing.start()
    begun = time.monotonic()
    for _ in range(5):
        client.sign(CHECKER.address, soon(issue()), DOMAIN)
    assert time.monotonic() - begun < 1
    assert hashing.is_alive()
    hashing.join()
    assert client.accounts()[account]


def test_log__nobody_reads_it_any_more__nothing_is_signed_and_the_process_ends(folder: Path) -> None:
    command = [sys.executable, "-m", "chain.signing.process", "--folder", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stderr is not None
        assert json.loads(child.stderr.readline())["event"] == "start"
        with SignerClient(folder / "signer.sock") as client:
            client.unlock(MAKER.address, PASSWORD)
            assert client.sign(MAKER.address, soon(split()), DOMAIN)
            child.stderr.close()
            with pytest.raises(SignerUnreachable):
                client.sign(MAKER.address, soon(split(version=2)), DOMAIN)
        assert child.wait(20) == 1


@pytest.mark.parametrize("number", [15, 2, 1])
def test_signal__polite__ends_in_order(folder: Path, number: int) -> None:
    with running(folder, MAKER) as process, process.raw() as idle:
        with process.client() as client:
            client.sign(MAKER.address, soon(split()), DOMAIN)
            assert process.stop(number) == 0
            with pytest.raises(SignerUnreachable):
                client.sign(MAKER.address, soon(split()), DOMAIN)
        assert idle.recv(1) == b""
        assert not process.socket.exists()
        assert process.lines()[-1] == {"at": process.lines()[-1]["at"], "event": "stop", "outcome": "done"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell of a parent's end")
def test_parent__killed_outright__signer_ends_in_order_too(folder: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'chain.signing.process', '--folder', sys.argv[1]]\n"
        "child = subprocess.Popen(command, stderr=subprocess.PIPE)\n"
        "child.stderr.readline(); print(child.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        signer = int(parent.stdout.readline())
        assert Path(f"/proc/{signer}").exists()
        parent.kill()
    assert freed(folder, 10)
    assert not (folder / "signer.sock").exists()


def freed(folder: Path, seconds: float) -> bool:
    """Whether within so many seconds no process has the folder any more."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(FolderTaken), taken(folder):
            return True
        time.sleep(0.01)
    return False


def test_client__signer_started_anew__goes_on_by_itself(folder: Path) -> None:
    with running(folder, MAKER) as process, process.client() as client:
        client.sign(MAKER.address, soon(split()), DOMAIN)
        process.stop(9)
        with pytest.raises(SignerUnreachable) as raised:
            client.accounts()
        assert raised.value.retryable
        with running(folder) as again:
            assert again.child.poll() is None
            assert client.accounts()[MAKER.address] is False


def test_start__of_the_process__loads_few_modules_and_none_of_the_heavy_ones() -> None:
    code = "import sys, chain.signing.process, chain.signing.client; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(done.stdout.split())
    assert not HEAVY & loaded
    assert len(loaded) <= MODULES, loaded
