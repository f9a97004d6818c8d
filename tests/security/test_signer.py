# SPDX-License-Identifier: Apache-2.0
"""The signer process as others meet it: officers, limits that survive a kill, strangers, noise, and no secret told."""

import os
import random
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chain.abi.eip712 import Domain
from chain.domain.errors import DeepTierError
from chain.signing.client import RemoteSigner, SignerClient
from chain.signing.errors import (
    AccountKeyMissing,
    RequestMalformed,
    SignerStranger,
    SignerUnreachable,
    WrongPassword,
)
from chain.signing.frames import MOST_BYTES, receive
from chain.signing.refusals import (
    AccountLocked,
    AccountUnlisted,
    AmountAboveDayLimit,
    CapacityMissing,
    LedgerUnlisted,
    OneOfficerTwice,
)
from chain.signing.requests import Sign, read_answer, request_body
from chain.signing.signer import Signer
from tests.unit.signing.office import (
    CHECKER,
    COLLEAGUE,
    DAY,
    DOMAIN,
    LEDGER,
    MAKER,
    PASSWORD,
    ROOT,
    SPARE,
    Process,
    furnish,
    issue,
    running,
    soon,
    split,
)

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


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


# ---------------------------------------------------------------- officers


def test_two_officers__maker_then_checker__signatures_are_their_keys(client: SignerClient) -> None:
    message = soon(issue())
    maker: Signer = RemoteSigner(MAKER.address, client)
    assert maker.sign(message, DOMAIN) == MAKER.sign(message, DOMAIN)
    assert client.sign(CHECKER.address, message, DOMAIN) == CHECKER.sign(message, DOMAIN)


def test_one_officer__as_maker_and_checker__refused_both_times(client: SignerClient) -> None:
    message = soon(issue(checker=SPARE.address))
    for key in (MAKER, SPARE):
        with pytest.raises(OneOfficerTwice) as raised:
            client.sign(key.address, message, DOMAIN)
        assert raised.value == OneOfficerTwice(participant=10, officer=1)
    with pytest.raises(CapacityMissing):
        client.sign(CHECKER.address, soon(split(signer=CHECKER.address)), DOMAIN)


def test_unlock_and_lock__each_account_by_itself(folder: Path) -> None:
    message = soon(issue())
    with running(folder) as process, process.client() as client:
        assert client.accounts() == dict.fromkeys(sorted([MAKER.address, CHECKER.address, SPARE.address]), False)
        with pytest.raises(AccountLocked):
            client.sign(MAKER.address, message, DOMAIN)
        client.unlock(MAKER.address, PASSWORD)
        assert client.accounts()[MAKER.address]
        client.sign(MAKER.address, message, DOMAIN)
        with pytest.raises(AccountLocked):
            client.sign(CHECKER.address, message, DOMAIN)
        client.lock(MAKER.address)
        client.lock(MAKER.address)  # nothing more happens
        with pytest.raises(AccountLocked):
            client.sign(MAKER.address, message, DOMAIN)


def test_unlock__wrong_password_or_account__typed_and_others_stay_unlocked(client: SignerClient) -> None:
    client.lock(MAKER.address)
    with pytest.raises(WrongPassword):
        client.unlock(MAKER.address, "seven dry stones")
    with pytest.raises(AccountLocked):
        client.sign(MAKER.address, soon(split()), DOMAIN)
    with pytest.raises(AccountKeyMissing):
        client.unlock(COLLEAGUE.address, PASSWORD)
    with pytest.raises(AccountUnlisted):
        client.unlock(LEDGER, PASSWORD)
    assert client.sign(CHECKER.address, soon(issue()), DOMAIN)


def test_sign__another_ledger__refused(client: SignerClient) -> None:
    with pytest.raises(LedgerUnlisted):
        client.sign(MAKER.address, soon(split()), Domain(1, LEDGER))


# ---------------------------------------------------------------- the day's amount


def test_day__killed_and_started_anew__goes_on_and_the_same_message_is_free(folder: Path) -> None:
    counted = [soon(split(300_000, version=version)) for version in (1, 2, 3)]
    for message in counted:  # each by a process of its own, killed at once
        with running(folder, MAKER) as process, process.client() as client:
            given = client.sign(MAKER.address, message, DOMAIN)
            process.stop(9)
        assert given == MAKER.sign(message, DOMAIN)
    with running(folder, MAKER) as process, process.client() as client:
        assert [client.sign(MAKER.address, message, DOMAIN) for message in counted]
        with pytest.raises(AmountAboveDayLimit) as raised:
            client.sign(MAKER.address, soon(split(DAY - 900_000 + 1, version=4)), DOMAIN)
        assert raised.value.arguments["total"] == DAY + 1
        assert process.stop() == 0
    with running(folder, MAKER) as process, process.client() as client:
        assert client.sign(MAKER.address, soon(split(DAY - 900_000, version=4)), DOMAIN)


@pytest.mark.parametrize("seed", range(3))
def test_day__killed_amid_many_signatures__none_was_given_that_is_not_counted(folder: Path, seed: int) -> None:
    """Four clients sign cents until a kill; what they were given is at most what the count has left to give."""
    given: list[int] = []

    def work(process: Process, thread: int) -> None:
        with SignerClient(process.socket) as client:
            for number in range(100_000):
                try:
                    client.sign(MAKER.address, soon(split(7, version=thread * 100_000 + number)), DOMAIN)
                except SignerUnreachable:
                    return
                given.append(7)

    with running(folder, MAKER) as process:
        threads = [threading.Thread(target=work, args=(process, thread)) for thread in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(random.Random(seed).uniform(0.05, 0.4))
        process.stop(9)
        for thread in threads:
            thread.join()
    assert given
    with running(folder, SPARE) as process, pytest.raises(AmountAboveDayLimit) as raised:
        process.client().sign(SPARE.address, soon(split(DAY + 1, signer=SPARE.address)), DOMAIN)
    counted = int(str(raised.value.arguments["total"])) - DAY - 1
    assert sum(given) <= counted <= sum(given) + 4 * 7


def test_folder__second_process__refused_in_both_languages(folder: Path, process: Process) -> None:
    done = start(folder)
    assert process.client().accounts()
    assert done.returncode == 1
    assert "Another signer process works on the keystore" in done.stderr
    assert "正由另一个签名进程使用" in done.stderr


# ---------------------------------------------------------------- who may come near


def start(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A start that is expected to fail."""
    command = [sys.executable, "-m", "chain.signing.process", "--folder", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOT)


def test_socket__of_a_running_process__is_its_owners_alone(process: Process) -> None:
    assert process.socket.stat().st_mode & 0o777 == 0o600
    assert process.socket.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["folder", "policy", "keys", "counts", "socket folder"])
def test_start__anything_open_to_others__refused(folder: Path, tmp_path: Path, what: str) -> None:
    other = tmp_path / "other"
    other.mkdir(0o700)
    (folder / "counts").mkdir(0o700)
    paths = {"folder": folder, "policy": folder / "policy.toml", "keys": folder / "keys", "counts": folder / "counts"}
    paths.get(what, other).chmod(0o755)
    done = start(folder, "--socket", str(other / "s"))
    assert done.returncode == 1
    assert "open to others" in done.stderr


def test_start__socket_path_too_long_or_taken__refused(folder: Path, tmp_path: Path, process: Process) -> None:
    second = furnish(tmp_path / "second", keys=())
    for path in (second / ("s" * 120), process.socket, second / "policy.toml"):
        done = start(second, "--socket", str(path))
        assert done.returncode == 1
        assert "cannot listen" in done.stderr
        assert "Traceback" not in done.stderr
    assert process.client().accounts()


def test_start__after_a_kill__takes_the_place_of_the_dead_socket(folder: Path) -> None:
    for _ in range(3):
        with running(folder) as process:
            process.stop(9)
            assert process.socket.exists()


@root_only
def test_client__of_another_user__refused_by_the_process(folder: Path, process: Process, tmp_path: Path) -> None:
    """Its folder keeps others out; should somebody open it, the process still asks who they are."""
    code = (
        "import os, socket, sys\n"
        "from chain.signing.frames import receive\n"
        "from chain.signing.requests import read_answer\n"
        "os.chdir(sys.argv[1])\n"
        "os.setresuid(65534, 65534, 65534)\n"
        "made = socket.socket(socket.AF_UNIX)\n"
        "try:\n"
        "    made.connect('signer.sock')\n"
        "except PermissionError:\n"
        "    print('kept out')\n"
        "else:\n"
        "    try:\n"
        "        read_answer(receive(made, 5))\n"
        "    except Exception as error:\n"
        "        print(repr(error))\n"
    )
    command = [sys.executable, "-c", code, str(folder)]

    def asked() -> str:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOT).stdout.strip()

    assert asked() == "kept out"
    folder.chmod(0o755)  # somebody opens the folder and the socket afterwards
    process.socket.chmod(0o666)
    assert asked() == "SignerStranger(uid=65534)"
    assert process.lines()[-1]["outcome"] == "stranger-at-signer"
    with process.client() as client:
        assert client.accounts()


@root_only
def test_client__process_of_another_user__is_told_no_password(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    path = tmp_path / "s"
    code = (
        "import os, socket, sys\n"
        "os.chdir(sys.argv[1])\n"
        "os.setresuid(65534, 65534, 65534)\n"
        "made = socket.socket(socket.AF_UNIX); made.bind('s'); made.listen()\n"
        "print('ready', flush=True)\n"
        "client, _ = made.accept(); print(client.recv(1000), flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(SignerStranger) as raised:
            SignerClient(path).unlock(MAKER.address, PASSWORD)
        assert raised.value == SignerStranger(uid=65534)
        assert child.stdout.readline() == "b''\n"


# ---------------------------------------------------------------- noise


def test_noise__600_frames_of_it__each_refused_or_closed_and_the_process_serves_on(
    process: Process, client: SignerClient
) -> None:
    draw = random.Random(6)
    good = request_body(Sign(MAKER.address, soon(split()), DOMAIN))
    refused = closed = 0
    for number in range(600):
        body = (
            draw.randbytes(draw.randrange(200)),
            bytes([draw.randrange(6)]) + draw.randbytes(draw.randrange(600)),
            bytes(octet ^ (draw.random() < 0.01) << draw.randrange(8) for octet in good),
            good[: draw.randrange(len(good))],
            good[: draw.randrange(len(good))] + good[draw.randrange(len(good)) :],
        )[number % 5]
        stated = draw.choice([len(body)] * 8 + [len(body) + 1, MOST_BYTES + 1, 2**32 - 1])
        with process.raw() as end:
            end.sendall(stated.to_bytes(4, "big") + body)
            end.shutdown(socket.SHUT_WR)
            try:
                answer = receive(end, 20)
            except (RequestMalformed, ConnectionResetError):
                answer = None
            if answer is None:
                closed += 1
                continue
            try:
                read_answer(answer)
            except DeepTierError:
                refused += 1
    assert refused + closed > 500
    assert client.sign(MAKER.address, soon(split()), DOMAIN)
    assert process.child.poll() is None
    assert {"malformed-signing-request", "done"} <= {line["outcome"] for line in process.lines()}


# ---------------------------------------------------------------- nothing secret is told


def test_log_and_errors__of_everything_that_happens__say_no_secret_amount_or_hash(folder: Path) -> None:
    said: list[str] = []
    amount = 123_457
    with running(folder, MAKER, CHECKER) as process, process.client() as client:
        message = soon(split(amount))
        client.sign(MAKER.address, message, DOMAIN)
        for account, password in ((MAKER.address, "seven dry stones"), (SPARE.address, "x"), (LEDGER, PASSWORD)):
            with pytest.raises(DeepTierError) as raised:
                client.unlock(account, password)
            said += [str(raised.value), repr(raised.value)]
        for account, other in ((MAKER.address, replace(message, participant=7)), (SPARE.address, message)):
            with pytest.raises(DeepTierError) as raised:
                client.sign(account, other, DOMAIN)
            said += [str(raised.value), repr(raised.value)]
        with process.raw() as end:
            end.sendall((12).to_bytes(4, "big") + b"\2" + PASSWORD[:11].encode())
            receive(end, 5)
        assert process.stop() == 0
    log = process.log.read_text()
    secrets = [PASSWORD, PASSWORD[:11], "seven dry stones"]
    secrets += [key.private.secret.hex() for key in (MAKER, CHECKER, SPARE)]
    for secret in secrets:
        assert secret not in log + " ".join(said)
        assert secret not in (folder / "policy.toml").read_text()
    for hidden in (str(amount), MAKER.address, str(message.claim), PASSWORD):
        assert hidden not in log
    told = [line for line in process.lines() if line["event"] == "sign"]
    assert told[0] == {
        "at": told[0]["at"],
        "event": "sign",
        "outcome": "done",
        "operation": "Split",
        "account": f"{MAKER.address[:6]}...{MAKER.address[-4:]}",
        "process": os.getpid(),
    }
    assert {line["outcome"] for line in process.lines()} >= {"wrong-password", "foreign-participant", "locked-account"}


def test_memory__of_the_process__is_in_no_core_dump_and_no_file(process: Process, folder: Path) -> None:
    assert resource.prlimit(process.child.pid, resource.RLIMIT_CORE) == (0, 0)
    for path in folder.rglob("*"):
        if path.is_file():
            octets = path.read_bytes()
            for key in (MAKER, CHECKER, SPARE):
                assert key.private.secret not in octets
                assert key.private.secret.hex().encode() not in octets
            assert PASSWORD.encode() not in octets
    with open(f"/proc/{process.child.pid}/cmdline", "rb") as file:
        assert PASSWORD.encode() not in file.read()


@root_only
def test_memory__asked_for_by_another_process_of_its_user__refused(tmp_path: Path) -> None:
    """Not dumpable: what the system tells of a process to others of its user, it tells no more."""
    code = (
        "import ctypes, os, sys\n"
        "from chain.signing.process import _alone\n"
        "os.setresuid(65534, 65534, 65534)\n"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"  # as a process begins that changed no user
        "_alone() if sys.argv[1] == 'closed' else None\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        open(f'/proc/{os.getppid()}/environ', 'rb').read(); print('read')\n"
        "    except PermissionError:\n"
        "        print('refused')\n"
        "    sys.stdout.flush(); os._exit(0)\n"
        "os.waitpid(child, 0)\n"
    )

    def asked(how: str) -> str:
        done = subprocess.run([sys.executable, "-c", code, how], capture_output=True, text=True, timeout=20, cwd=ROOT)
        return done.stdout.strip()

    assert asked("open") == "read"
    assert asked("closed") == "refused"
