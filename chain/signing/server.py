# SPDX-License-Identifier: Apache-2.0
"""The signer's socket: who may come near it, and a thread for each client, so that one who hangs hinders nobody."""

import os
import select
import socket
import stat
import threading
import time
from pathlib import Path

from chain.domain.errors import DeepTierError
from chain.domain.vocabulary import Address
from chain.signing.errors import RequestMalformed, SignerBusy, SignerStranger, SocketUnusable
from chain.signing.files import private_folder
from chain.signing.frames import peer, receive, send
from chain.signing.log import Log
from chain.signing.requests import (
    Lock,
    Request,
    Sign,
    Unlock,
    accounts_body,
    done_body,
    read_request,
    refusal_body,
)
from chain.signing.vault import Vault

MOST_CLIENTS = 64
PATIENCE = 5.0  # seconds for a frame once it has begun, for taking an answer, and for the end of what is being done


class Server:
    """Serves a vault at a socket until it is stopped."""

    def __init__(self, path: Path, vault: Vault, log: Log) -> None:
        """Listen. Raises SocketUnusable, FileExposed, FileUnusable."""
        self._path, self._vault, self._log = path, vault, log
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._changing = threading.Lock()
        self._asleep, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._listener = _listener(path)

    def stop(self) -> None:
        """Take no more clients and no more requests, and let `run` end; may be called from a signal handler."""
        try:
            os.write(self._wake, b".")
        except BlockingIOError:
            return  # the pipe is full of such wishes

    def run(self) -> None:
        """Serve; returns after `stop`, when what was being done is done or PATIENCE is over."""
        listening = self._listener.fileno()
        try:
            while True:
                ready, _, _ = select.select([listening, self._asleep], [], [])
                if self._asleep in ready:
                    return
                client, _ = self._listener.accept()
                self._welcome(client)
        finally:
            self._path.unlink(missing_ok=True)
            self._listener.close()
            self._dismiss()

    def _welcome(self, client: socket.socket) -> None:
        process, user = peer(client)
        thread = threading.Thread(target=self._serve, args=(client, process), daemon=True)
        refusal: DeepTierError | None = None
        with self._changing:
            if user is not None and user != os.geteuid():
                refusal = SignerStranger(uid=user)
            elif len(self._clients) >= MOST_CLIENTS:
                refusal = SignerBusy(clients=len(self._clients))
            else:
                self._clients[client] = thread
        if refusal is None:
            thread.start()
            return
        self._tell("client", refusal.code, process=process)
        with client:
            self._last_word(client, refusal_body(refusal), process)

    def _serve(self, client: socket.socket, process: int) -> None:
        """All requests of one client; whatever goes wrong ends this client and nobody else."""
        try:
            while (body := receive(client, PATIENCE)) is not None:
                answer = self._answer(body, process)
                client.settimeout(PATIENCE)
                send(client, answer)
        except RequestMalformed as error:  # the frame itself: where the next one begins is not known
            self._tell("client", error.code, process=process)
            self._last_word(client, refusal_body(error), process)
        except OSError as gone:
            self._tell("client", type(gone).__name__, process=process)
        finally:
            with self._changing:
                del self._clients[client]
            client.close()

    def _last_word(self, client: socket.socket, answer: bytes, process: int) -> None:
        """Say why, without waiting for who does not listen: the socket has room for these few bytes."""
        try:
            client.settimeout(0)
            send(client, answer)
        except OSError as gone:
            self._tell("client", type(gone).__name__, process=process)

    def _tell(
        self, event: str, outcome: str, operation: str = "", account: Address | None = None, process: int = 0
    ) -> None:
        """Log; a signer whose log nobody can read any more stops. Raises OSError then."""
        try:
            self._log.tell(event, outcome, operation, account, process)
        except OSError:
            self.stop()
            raise

    def _answer(self, body: bytes, process: int) -> bytes:
        """Do what is asked, and tell of it before anything is handed out."""
        event, operation, account, outcome = "request", "", None, "done"
        try:
            request = read_request(body)
            event = type(request).__name__.lower()
            if isinstance(request, Sign):
                operation = type(request.message).__name__
            if isinstance(request, Sign | Unlock | Lock):
                account = request.account
            answer = done_body(self._do(request))
        except DeepTierError as error:
            outcome, answer = error.code, refusal_body(error)
        self._tell(event, outcome, operation, account, process)
        return answer

    def _do(self, request: Request) -> bytes:
        if isinstance(request, Sign):
            return self._vault.sign(request.account, request.message, request.domain)
        if isinstance(request, Unlock):
            self._vault.unlock(request.account, request.password)
            return b""
        if isinstance(request, Lock):
            self._vault.lock(request.account)
            return b""
        return accounts_body(self._vault.accounts())

    def _dismiss(self) -> None:
        """No client may ask for more; those being answered get their answer."""
        with self._changing:
            clients = dict(self._clients)
        for client in clients:
            try:
                client.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # it has gone by itself
        until = time.monotonic() + PATIENCE
        for thread in clients.values():
            thread.join(max(0.0, until - time.monotonic()))


def _listener(path: Path) -> socket.socket:
    """A socket that only its owner can reach. Raises SocketUnusable, FileExposed, FileUnusable."""
    private_folder(path.parent)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_room(path)
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(MOST_CLIENTS)
    except OSError as error:
        listener.close()
        raise SocketUnusable(path=str(path), why=error.strerror or str(error)) from None
    except BaseException:
        listener.close()
        raise
    return listener


def _make_room(path: Path) -> None:
    """Remove a socket that a killed process left. Raises SocketUnusable for one in use or another file; OSError."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise SocketUnusable(path=str(path), why="there is a file of that name")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise SocketUnusable(path=str(path), why="another process listens there")
