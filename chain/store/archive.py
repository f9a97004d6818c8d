# SPDX-License-Identifier: Apache-2.0
"""A backup's file: a zip archive of one text per table and a manifest, so it can be read with any tool.

A row is one line of JSON, a list in the order of the manifest's columns; bytes are hex. The manifest comes last. It
names the revision of the tables, and of each table its columns, how many rows it has and the sha256 of its text. Rows
are in the order of the primary key, so equal books have equal sums, whichever database they come from.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any

from chain.domain.clock import UtcSeconds
from chain.store.db import Row, Value
from chain.store.errors import BackupDamaged, BackupError, BackupForeign, BackupTooNew
from chain.store.schema import REVISION, TABLES

FORMAT, VERSION, MANIFEST = "deeptier-book", 1, "manifest.json"
_LEVEL = 1  # of compression: hex halves at the first, signatures shrink at none
_LINE_LIMIT = 64 << 20  # bytes
_ZIP = b"PK\x03\x04"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
)


@dataclass(frozen=True)
class TableSum:
    """What a backup has of one table."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup has; `tables` in the order in which they are restored."""

    revision: str
    taken_at: UtcSeconds
    tables: dict[str, TableSum]


def writing(out: IO[bytes]) -> zipfile.ZipFile:
    """An archive to be written to a file; every entry is of 1980, so that equal books make equal files."""
    return zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)


def write_table(archive: zipfile.ZipFile, name: str, columns: tuple[str, ...], rows: Iterable[Row]) -> TableSum:
    """Add a table; what the manifest says of it."""
    count, digest = 0, hashlib.sha256()
    with archive.open(_text(name), "w", force_zip64=True) as file:
        for row in rows:
            line = _line(row)
            digest.update(line)
            file.write(line)
            count += 1
    return TableSum(columns, count, digest.hexdigest())


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Add the manifest, after all tables."""
    told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    with archive.open(MANIFEST, "w") as file:
        file.write(json.dumps(told, indent=1).encode() + b"\n")


class Archive:
    """A backup that is being read from a file. Everything read is checked; whatever is amiss is a BackupError."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        """Read the manifest. Raises BackupForeign, BackupDamaged, BackupTooNew."""
        self.name = name
        if file.read(len(_ZIP)) != _ZIP:
            raise BackupForeign(file=name)
        with self._whole():
            self._zip = zipfile.ZipFile(file)
            if MANIFEST not in self._zip.namelist():
                raise BackupForeign(file=name)
            if any(entry.compress_type not in _PACKED for entry in self._zip.infolist()):
                raise ValueError("a text is packed as none is")  # other unpackers fail in ways of their own
            with self._zip.open(MANIFEST) as member:
                self.manifest = self._manifest(json.loads(member.read(_LINE_LIMIT)))
            tables = TABLES[self.manifest.revision]
            if tuple(self.manifest.tables) != tables:
                raise ValueError("its tables are not those of its revision")
            if self._zip.namelist() != [*(_text(table) for table in tables), MANIFEST]:
                raise ValueError("its texts are not those of its manifest")

    def rows(self, table: str) -> Iterator[Row]:
        """A table's rows, bytes as hex; its sum is checked after the last. Raises BackupDamaged."""
        told = self.manifest.tables[table]
        count, digest = 0, hashlib.sha256()
        with self._whole(), self._zip.open(_text(table)) as member:
            while line := member.readline(_LINE_LIMIT):
                digest.update(line)
                row = json.loads(line)
                if type(row) is not list or len(row) != len(told.columns):
                    raise ValueError(f"line {count + 1} of {table} is no row")
                yield tuple(row)
                count += 1
            if (count, digest.hexdigest()) != (told.rows, told.sha256):
                raise ValueError(f"table {table} is not the one that was written")

    def _manifest(self, told: Any) -> Manifest:
        if told["format"] != FORMAT:
            raise BackupForeign(file=self.name)
        if told["version"] != VERSION:
            raise BackupTooNew(file=self.name, found=f"{FORMAT} {told['version']}", expected=f"{FORMAT} {VERSION}")
        if told["revision"] not in TABLES:
            raise BackupTooNew(file=self.name, found=str(told["revision"]), expected=REVISION)
        tables = {
            name: TableSum(tuple(table["columns"]), table["rows"], table["sha256"])
            for name, table in told["tables"].items()
        }
        return Manifest(told["revision"], UtcSeconds(told["taken_at"]), tables)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except BackupError:
            raise
        except _BROKEN as error:
            raise BackupDamaged(file=self.name, why=str(error) or type(error).__name__) from None


def _text(table: str) -> str:
    """The name of a table's text in the archive."""
    return f"{table}.jsonl"


def _line(row: Row) -> bytes:
    plain: list[Value] = [value.hex() if isinstance(value, bytes) else value for value in row]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
