# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL server for tests: in a temporary folder, on a Unix socket alone, without fsync, gone at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

_USER = "postgres"
_SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB", "max_connections=50")


@dataclass
class Server:
    """A running server; each test asks for a database of its own."""

    folder: Path
    programs: Path
    names: Iterator[int] = field(default_factory=count)

    def url(self, name: str, more: str = "") -> str:
        """The address of one of its databases."""
        return f"postgresql://{_USER}@/{name}?host={self.folder}{more}"

    def database(self) -> str:
        """The address of a place without tables: a schema of its own, since a whole database takes 7 MB and a while."""
        import psycopg  # here, since every run of pytest loads this module

        name = f"book{next(self.names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return self.url("postgres", f"&options=-csearch_path%3D{name}")

    def start(self) -> None:
        """Let it run until `stop`; the answer comes when it takes connections."""
        settings = [
            f"-c {setting}" for setting in (*_SPEED, "listen_addresses=''", f"unix_socket_directories={self.folder}")
        ]
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", " ".join(settings))

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks connections off, `immediate` also leaves it to recover."""
        self._control("stop", "-w", "-m", mode)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """It and all that it has made for connections have their sockets, and do nothing."""
        first = int((self.folder / "data" / "postmaster.pid").read_text("ascii").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
        pids = [first, *map(int, children)]

        def all_of_them(number: int) -> None:
            for pid in pids:
                with suppress(ProcessLookupError):  # one whose connection has ended meanwhile
                    os.kill(pid, number)

        all_of_them(signal.SIGSTOP)
        try:
            yield
        finally:
            all_of_them(signal.SIGCONT)

    def create(self) -> None:
        """Make the files that it needs."""
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", _USER, "-E", "UTF8", "--locale=C", "-N"
        )

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        told = self.folder / f"{program}.log"  # a file: a pipe would stay open as long as the server
        with told.open("wb") as out:
            ended = subprocess.run(
                [str(self.programs / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
                **_identity(),
            )
        assert ended.returncode == 0, told.read_text(errors="replace")


def _identity() -> dict[str, Any]:
    """As whom its programs run: the server refuses root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _USER, "group": pwd.getpwnam(_USER).pw_gid, "extra_groups": ()}


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian does not put it on the PATH."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: place.parent.name, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@contextmanager
def serving(programs: Path) -> Iterator[Server]:
    """A server for as long as the block runs, or the process."""
    folder = Path(tempfile.mkdtemp(prefix="deeptier-pg-"))  # short: a socket's path has 107 bytes
    if os.geteuid() == 0:
        shutil.chown(folder, _USER, _USER)
    server = Server(folder, programs)
    # It waits for its input to end, which it does with the tests however they end, even by SIGKILL.
    tidy_up = (
        f"cat >/dev/null; '{programs}/pg_ctl' -D '{folder}/data' stop -m immediate >/dev/null 2>&1; rm -rf '{folder}'"
    )
    guard = subprocess.Popen(
        ["sh", "-c", tidy_up], stdin=subprocess.PIPE, start_new_session=True, cwd="/", **_identity()
    )
    try:
        server.create()
        server.start()
        yield server
    finally:
        guard.communicate()
