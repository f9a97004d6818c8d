# SPDX-License-Identifier: Apache-2.0
"""How much each officer has signed today, counted on disk before a signature is given.

One file for each UTC day, named by its date; one record of fixed size for each signed message, appended and synced. A
message counts once a day for each officer, however often it is signed. Signatures that wait at the same time share one
sync. What a crash left unfinished at the end was never signed for and is cut off; any other damage stops all signing
that counts, since nobody knows what is left. Old days are kept: nothing reads them, and they tell what was signed.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock

from chain.domain.clock import UTC, Clock, local_date
from chain.domain.vocabulary import Hash
from chain.signing.errors import CountDamaged, CountUnwritable, FileUnusable
from chain.signing.files import open_private, private_folder, sync_folder
from chain.signing.policy import Officer
from chain.signing.refusals import AmountAboveDayLimit

COUNTS = "counts"
_RECORD = struct.Struct(">IHQ32s")  # participant, officer, fen, digest
_SUM = struct.Struct(">I")  # CRC-32 of the record
SIZE = _RECORD.size + _SUM.size


class DayCount:
    """The count below a keystore's folder; whoever makes one has the folder for itself (files.taken)."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Raises FileExposed, FileUnusable."""
        self._folder, self._clock = private_folder(folder / COUNTS), clock
        self._write_lock, self._sync_lock = Lock(), Lock()
        self._day: _Day | None = None

    def take(self, officer: Officer, digest: Hash, amount: int) -> None:
        """Count a message; returns when the count is durable.

        Raises AmountAboveDayLimit, and then nothing is counted; CountUnwritable, CountDamaged, FileExposed,
        FileUnusable, and then it may be counted although nothing is signed.
        """
        with self._write_lock:
            day = self._today()
            place = day.add(officer, digest, amount)
        with self._sync_lock:
            day.sync(place)

    def close(self) -> None:
        """Make what was counted durable and let go of the file. Raises CountUnwritable."""
        with self._write_lock:
            self._end()

    def _today(self) -> "_Day":
        date = local_date(self._clock.now(), UTC)
        if self._day is None or self._day.date != date:
            self._end()
            self._day = _Day(self._folder, date)
        return self._day

    def _end(self) -> None:
        day, self._day = self._day, None
        if day is not None:
            with self._sync_lock:  # whoever still waits for this lock then finds its record durable, or the day broken
                day.close()


class _Day:
    """One day's file and what it adds up to; DayCount's locks keep callers apart."""

    def __init__(self, folder: Path, date: date) -> None:
        self.date, self._path = date, folder / date.isoformat()
        self._totals: dict[tuple[int, int], int] = {}
        self._places: dict[tuple[int, int, bytes], int] = {}
        self._written = self._synced = 0  # records
        self._broken = ""
        self._file = open_private(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            self._read()
            os.fsync(self._file)
            sync_folder(folder)
        except OSError as error:
            os.close(self._file)
            raise FileUnusable(path=str(self._path), why=error.strerror or type(error).__name__) from None
        except BaseException:
            os.close(self._file)
            raise
        self._synced = self._written

    def add(self, officer: Officer, digest: Hash, amount: int) -> int:
        """The number of records that must be durable before the message is signed."""
        person = (officer.participant, officer.officer)
        if (known := self._places.get((*person, digest))) is not None:
            return known
        total = self._totals.get(person, 0) + amount
        if officer.day is not None and total > officer.day:
            raise AmountAboveDayLimit(
                participant=officer.participant, officer=officer.officer, total=total, limit=officer.day
            )
        if self._broken:
            raise CountUnwritable(path=str(self._path), why=self._broken)
        record = _RECORD.pack(*person, amount, digest)
        try:
            written = os.write(self._file, record + _SUM.pack(zlib.crc32(record)))
        except OSError as error:
            raise self._gave_way(error.strerror or type(error).__name__) from None
        if written != SIZE:
            raise self._gave_way("the disk is full")
        self._enter(person, amount, digest)
        return self._written

    def sync(self, place: int) -> None:
        """Return when so many records are durable; those of others that wait are made so as well."""
        if self._synced >= place:
            return
        if self._broken:
            raise CountUnwritable(path=str(self._path), why=self._broken)
        target = self._written
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._gave_way(error.strerror or type(error).__name__) from None
        self._synced = target

    def close(self) -> None:
        """Sync what is left and let go of the file; of a broken one nothing more is asked. Raises CountUnwritable."""
        try:
            if not self._broken:
                self.sync(self._written)
        finally:
            os.close(self._file)

    def _gave_way(self, why: str) -> CountUnwritable:
        """What could not be written or synced stays unknown until the file is read anew: count no more on it."""
        self._broken = why
        return CountUnwritable(path=str(self._path), why=why)

    def _read(self) -> None:
        """Add the records up, and cut off an unfinished end."""
        good = 0
        for at, record in enumerate(self._records()):
            if record is None:
                continue
            if at != good:  # a good record behind a bad one
                raise CountDamaged(path=str(self._path), record=good + 1)
            participant, officer, amount, digest = record
            self._enter((participant, officer), amount, digest)
            good += 1
        os.ftruncate(self._file, good * SIZE)

    def _records(self) -> Iterator[tuple[int, int, int, bytes] | None]:
        with open(self._path, "rb") as file:
            while octets := file.read(SIZE):
                record, told = octets[: _RECORD.size], octets[_RECORD.size :]
                whole = len(octets) == SIZE and told == _SUM.pack(zlib.crc32(record))
                yield _RECORD.unpack(record) if whole else None

    def _enter(self, person: tuple[int, int], amount: int, digest: bytes) -> None:
        self._written += 1
        self._totals[person] = self._totals.get(person, 0) + amount
        self._places[(*person, digest)] = self._written
