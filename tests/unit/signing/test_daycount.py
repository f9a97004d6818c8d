# SPDX-License-Identifier: Apache-2.0
"""The day's amounts are on disk before a signature is given, are counted once, and what is damaged stops signing."""

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.domain.clock import FixedClock, UtcSeconds
from chain.domain.vocabulary import Hash, OfficerId, ParticipantId
from chain.signing.daycount import SIZE, DayCount
from chain.signing.errors import CountDamaged, CountUnwritable, FileExposed
from chain.signing.policy import Officer
from chain.signing.refusals import AmountAboveDayLimit
from tests.chains import START

ANN = Officer(ParticipantId(10), OfficerId(1), 1_000)
BOB = Officer(ParticipantId(10), OfficerId(2), 1_000)


def name(number: int) -> Hash:
    return Hash(number.to_bytes(32, "big"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def count(folder: Path) -> Iterator[DayCount]:
    made = DayCount(folder, FixedClock(START))
    yield made
    made.close()


def opened(folder: Path) -> DayCount:
    return DayCount(folder, FixedClock(START))


def today(folder: Path) -> Path:
    (path,) = (folder / "counts").iterdir()
    return path


def test_take__counted__one_synced_record_in_a_file_of_the_day(
    folder: Path, count: DayCount, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def sync(file: int) -> None:
        real(file)
        synced.append(os.fstat(file).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    count.take(ANN, name(1), 600)
    assert today(folder).name == "2027-01-15"
    assert today(folder).stat().st_size == SIZE
    assert today(folder).stat().st_mode & 0o777 == 0o600
    assert synced[-1] == SIZE  # when it returned, the record had been synced


def test_take__read_anew__goes_on_where_it_was(folder: Path, count: DayCount) -> None:
    count.take(ANN, name(1), 600)
    count.take(BOB, name(1), 900)
    again = opened(folder)
    again.take(ANN, name(1), 600)  # known already
    with pytest.raises(AmountAboveDayLimit) as raised:
        again.take(ANN, name(2), 401)
    assert raised.value.arguments["total"] == 1_001
    again.take(ANN, name(2), 400)
    again.take(BOB, name(2), 100)
    assert today(folder).stat().st_size == 4 * SIZE


@pytest.mark.parametrize("left", range(1, SIZE))
def test_open__record_broken_off_at_any_byte__cut_off_and_not_counted(folder: Path, count: DayCount, left: int) -> None:
    count.take(ANN, name(1), 600)
    count.take(ANN, name(2), 300)
    os.truncate(today(folder), SIZE + left)
    again = opened(folder)
    again.take(ANN, name(3), 400)
    assert today(folder).stat().st_size == 2 * SIZE
    with pytest.raises(AmountAboveDayLimit):
        again.take(ANN, name(4), 1)


def test_open__several_unfinished_records_at_the_end__cut_off(folder: Path, count: DayCount) -> None:
    count.take(ANN, name(1), 600)
    with today(folder).open("ab") as file:
        file.write(bytes(SIZE) + b"\xff" * SIZE + b"half")
    opened(folder).take(ANN, name(2), 400)
    assert today(folder).stat().st_size == 2 * SIZE


@pytest.mark.parametrize("byte", [0, 5, 6, 13, 14, 45, 46, SIZE - 1])
def test_open__bit_turned_before_the_end__refused_and_left_alone(folder: Path, count: DayCount, byte: int) -> None:
    for number in range(3):
        count.take(ANN, name(number), 100)
    octets = bytearray(today(folder).read_bytes())
    octets[SIZE + byte] ^= 1
    today(folder).write_bytes(octets)
    with pytest.raises(CountDamaged) as raised:
        opened(folder).take(ANN, name(9), 1)
    assert raised.value == CountDamaged(path=str(today(folder)), record=2)
    assert today(folder).read_bytes() == octets


def test_open__file_open_to_others__refused(folder: Path, count: DayCount) -> None:
    count.take(ANN, name(1), 1)
    today(folder).chmod(0o644)
    with pytest.raises(FileExposed):
        opened(folder).take(ANN, name(2), 1)


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_take__disk_gives_way__refused_and_every_later_one_until_read_anew(
    folder: Path, count: DayCount, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    count.take(ANN, name(1), 100)
    with monkeypatch.context() as patched:

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        patched.setattr(os, call, full)
        with pytest.raises(CountUnwritable, match="No space left"):
            count.take(ANN, name(2), 100)
    for number in (2, 3):  # the very message whose count is unknown, and another
        with pytest.raises(CountUnwritable):
            count.take(ANN, name(number), 100)
    count.take(ANN, name(1), 100)  # durable before
    again = opened(folder)
    again.take(ANN, name(2), 100)
    assert today(folder).stat().st_size == 2 * SIZE


def test_take__half_a_record_written__refused_and_cut_off_when_read_anew(
    folder: Path, count: DayCount, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, octets: real(file, octets[:20]))
        with pytest.raises(CountUnwritable):
            count.take(ANN, name(1), 100)
    opened(folder).take(ANN, name(2), 1_000)
    assert today(folder).stat().st_size == SIZE


def test_take__a_full_disk__typed_and_nothing_lost(folder: Path) -> None:
    """A real one: a file that may not grow."""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    count = opened(folder)
    try:
        count.take(ANN, name(1), 10)
        resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE + 10, before[1]))
        with pytest.raises(CountUnwritable):
            count.take(ANN, name(2), 10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    opened(folder).take(ANN, name(2), 990)
    assert today(folder).stat().st_size == 2 * SIZE


def test_take__16_threads_at_once__never_above_the_limit_and_syncs_are_shared(
    folder: Path, count: DayCount, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    real = os.fsync

    def sync(file: int) -> None:
        syncs.append(file)
        real(file)

    monkeypatch.setattr(os, "fsync", sync)
    taken: list[int] = []

    def work(thread: int) -> None:
        for number in range(20):
            try:
                count.take(ANN, name(thread * 20 + number), 10)
            except AmountAboveDayLimit:
                continue
            taken.append(number)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 100  # of 320 that asked for 10 of 1,000
    assert today(folder).stat().st_size == 100 * SIZE
    assert len(syncs) <= 102


def test_take__day_turns_while_others_wait__each_in_its_day(folder: Path) -> None:
    clock = FixedClock(START)
    count = DayCount(folder, clock)
    stop = threading.Event()

    def turn() -> None:
        for number in itertools.count():  # forth and back, as clocks that are set do
            clock.move_to(UtcSeconds(START + number % 5 * 86_400))
            if stop.wait(0.001):
                return

    failed: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(60):
                count.take(ANN, name(thread * 60 + number), 1)
        except BaseException as error:
            failed.append(error)

    turning = threading.Thread(target=turn)
    working = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in [turning, *working]:
        thread.start()
    for thread in working:
        thread.join()
    stop.set()
    turning.join()
    count.close()
    assert not failed
    assert sum(path.stat().st_size for path in (folder / "counts").iterdir()) == 240 * SIZE


class Gate:
    """In place of the lock around syncs: keeps one thread waiting before it."""

    def __init__(self) -> None:
        self.held: threading.Thread | None = None
        self.reached, self.go = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if threading.current_thread() is self.held:
            self.reached.set()
            assert self.go.wait(20)
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_take__day_turns_before_its_sync__the_record_is_durable_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, gate = FixedClock(START), Gate()
    count = DayCount(folder, clock)
    monkeypatch.setattr(count, "_sync_lock", gate)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            count.take(ANN, name(1), 1)
        except BaseException as error:
            failed.append(error)

    gate.held = threading.Thread(target=work)
    gate.held.start()
    assert gate.reached.wait(20)
    clock.advance(86_400)
    count.take(ANN, name(2), 1)
    count.close()  # no file is left that the sync could hit by mistake
    gate.go.set()
    gate.held.join()
    assert not failed


def test_take__day_turns_amid_its_sync__waits_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FixedClock(START)
    count = DayCount(folder, clock)
    count.take(ANN, name(1), 1)
    entered, go, turned = threading.Event(), threading.Event(), threading.Event()
    synced: list[int] = []  # the file that the descriptor stands for, before and after
    real = os.fsync

    def slow(file: int) -> None:
        if not entered.is_set():
            synced.append(os.fstat(file).st_ino)
            entered.set()
            assert go.wait(20)
            synced.append(os.fstat(file).st_ino)
        real(file)

    def turn() -> None:
        count.take(ANN, name(3), 1)
        turned.set()

    monkeypatch.setattr(os, "fsync", slow)
    syncing = threading.Thread(target=count.take, args=(ANN, name(2), 1))
    syncing.start()
    assert entered.wait(20)
    clock.advance(86_400)
    turning = threading.Thread(target=turn)
    turning.start()
    assert not turned.wait(0.2)
    go.set()
    syncing.join()
    turning.join()
    count.close()
    assert turned.is_set()
    assert len(set(synced)) == 1
    assert len(synced) == 2
    assert [path.stat().st_size for path in sorted((folder / "counts").iterdir())] == [2 * SIZE, SIZE]
