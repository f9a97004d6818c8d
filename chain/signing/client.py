# SPDX-License-Identifier: Apache-2.0
"""How other processes reach the signer process. Threads that are to sign at the same time take a client each."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock as Mutex
from types import TracebackType
from typing import Self

from chain.abi.eip712 import Domain, Signed
from chain.domain.vocabulary import Address
from chain.signing.errors import AnswerMalformed, RequestMalformed, SignerStranger, SignerUnreachable
from chain.signing.frames import peer, receive, send
from chain.signing.requests import List, Lock, Request, Sign, Unlock, read_accounts, read_answer, request_body
from chain.signing.signer import SIGNATURE

SIGN_SECONDS = 10.0
UNLOCK_SECONDS = 120.0  # several officers may be waiting, one after the other


class SignerClient:
    """A connection to the signer process, made when it is needed and made anew when it broke.

    A request that got no answer because the connection broke is asked once more: signing the same message again counts
    once. Every method raises SignerUnreachable, SignerBusy (both may pass), SignerStranger, AnswerMalformed beside
    what the signer itself refuses.
    """

    def __init__(self, path: Path, seconds: float = SIGN_SECONDS) -> None:
        """`seconds`: for the connection, and for each answer except to `unlock`."""
        self._path, self._seconds = path, seconds
        self._open: socket.socket | None = None
        self._turn = Mutex()

    def sign(self, account: Address, message: Signed, domain: Domain) -> bytes:
        """65 bytes r, s, v. Raises NotPermitted, KeystoreError of the count; NumberDoesNotFit, BytesDoNotFit."""
        signature = self._ask(Sign(account, message, domain), self._seconds)
        if len(signature) != SIGNATURE:
            raise AnswerMalformed(why=f"a signature of {len(signature)} bytes")
        return signature

    def unlock(self, account: Address, password: str) -> None:
        """Let the account sign. Raises AccountUnlisted, what Keystore.open raises, BytesDoNotFit."""
        self._ask(Unlock(account, password), UNLOCK_SECONDS)

    def lock(self, account: Address) -> None:
        """Let the account sign no more. Raises BytesDoNotFit."""
        self._ask(Lock(account), self._seconds)

    def accounts(self) -> dict[Address, bool]:
        """Whether each account of the keystore is unlocked."""
        return read_accounts(self._ask(List(), self._seconds))

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        with self._turn:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, request: Request, seconds: float) -> bytes:
        body = request_body(request)
        with self._turn:
            kept = self._open is not None
            try:
                answer = self._exchange(body, seconds)
                if answer is None and kept:  # the signer was started anew since the last request
                    answer = self._exchange(body, seconds)
            except BaseException:
                self._drop()
                raise
        if answer is None:
            raise SignerUnreachable(socket=str(self._path), why="it closed the connection")
        return read_answer(answer)

    def _exchange(self, body: bytes, seconds: float) -> bytes | None:
        """The answer; None when the connection broke before it began, and then it is closed."""
        if self._open is None:
            self._open = self._connected()
        try:
            self._open.settimeout(seconds)
            with suppress(BrokenPipeError):  # before it closed, it may have said why
                send(self._open, body)
            answer = _received(self._open, seconds)
        except ConnectionResetError:
            answer = None
        except OSError as error:
            raise SignerUnreachable(socket=str(self._path), why=error.strerror or str(error)) from None
        if answer is None:
            self._drop()
        return answer

    def _connected(self) -> socket.socket:
        """Raises SignerUnreachable, SignerStranger: a password is not told to another user's process."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(self._seconds)
            made.connect(str(self._path))
            _, user = peer(made)
            if user is not None and user != os.geteuid():
                raise SignerStranger(uid=user)
        except OSError as error:
            made.close()
            raise SignerUnreachable(socket=str(self._path), why=error.strerror or str(error)) from None
        except BaseException:
            made.close()
            raise
        return made

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _received(source: socket.socket, seconds: float) -> bytes | None:
    try:
        return receive(source, seconds, idle=seconds)
    except RequestMalformed as error:
        raise AnswerMalformed(why=str(error.arguments["why"])) from None


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """Signs for one account whose key the signer process keeps."""

    address: Address
    client: SignerClient

    def sign(self, message: Signed, domain: Domain) -> bytes:
        """65 bytes r, s, v. Raises what SignerClient.sign raises."""
        return self.client.sign(self.address, message, domain)
