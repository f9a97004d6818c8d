# SPDX-License-Identifier: Apache-2.0
"""What is asked of the signer process and what it answers, as the bytes of a frame's body.

A request is a byte for its kind and its fields in the ABI's strict encoding, in which a value has exactly one form:

    1 sign     account address, chain id uint256, ledger address, name of the operation bytes, message bytes
    2 unlock   account address, password bytes (UTF-8)
    3 lock     account address
    4 list     nothing

A message is its struct, field by field: nobody can have a bare hash signed. An answer is a byte 0 and the result (a
signature; nothing; nothing; a list of account address and unlocked uint8), or a byte 1 and the refusal as JSON.
"""

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import chain.signing.refusals  # noqa: F401  the registry only knows leaves whose module was imported
from chain.abi import codec
from chain.abi.codec import NotCanonical, whole
from chain.abi.eip712 import Domain, Signed
from chain.abi.schema import struct_codec
from chain.domain.errors import DeepTierError, registry
from chain.domain.vocabulary import Address
from chain.signing.errors import AnswerMalformed, RequestMalformed
from chain.signing.parts import OPERATIONS

_SIGN, _UNLOCK, _LOCK, _LIST = 1, 2, 3, 4
_DONE, _REFUSED = 0, 1

_ACCOUNT = codec.account_address("account")
_SIGNING = codec.row(
    [
        _ACCOUNT,
        codec.unsigned("chain_id", 256),
        codec.account_address("ledger"),
        codec.blob("operation"),
        codec.blob("message"),
    ]
)
_UNLOCKING = codec.row([_ACCOUNT, codec.blob("password")])
_LOCKING = codec.row([_ACCOUNT])
_ACCOUNTS = codec.array(codec.row([_ACCOUNT, codec.unsigned("unlocked", 8)]))


@dataclass(frozen=True, slots=True)
class Sign:
    """A signature is asked for."""

    account: Address
    message: Signed
    domain: Domain


@dataclass(frozen=True, slots=True)
class Unlock:
    """An account is to be unlocked."""

    account: Address
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lock:
    """An account is to be locked."""

    account: Address


@dataclass(frozen=True, slots=True)
class List:
    """Which accounts are there, and which are unlocked?"""


Request: TypeAlias = Sign | Unlock | Lock | List


def request_body(request: Request) -> bytes:
    """The body of a request. Raises NumberDoesNotFit, BytesDoNotFit."""
    if isinstance(request, Sign):
        name = type(request.message).__name__
        message = struct_codec(name).encode(request.message)
        told = (request.account, request.domain.chain_id, request.domain.ledger, name.encode(), message)
        return bytes([_SIGN]) + _SIGNING.encode(told)
    if isinstance(request, Unlock):
        return bytes([_UNLOCK]) + _UNLOCKING.encode((request.account, request.password.encode()))
    if isinstance(request, Lock):
        return bytes([_LOCK]) + _LOCKING.encode((request.account,))
    return bytes([_LIST])


def read_request(body: bytes) -> Request:
    """The request in a body. Raises RequestMalformed, which repeats none of it."""
    kind, rest = body[:1], body[1:]
    try:
        if kind == bytes([_SIGN]):
            account, chain_id, ledger, operation, octets = whole(_SIGNING, rest)
            name = operation.decode("ascii")
            if name not in OPERATIONS:
                raise RequestMalformed(why="it names no operation that is signed")
            message: Signed = whole(struct_codec(name), octets)
            return Sign(account, message, Domain(chain_id, ledger))
        if kind == bytes([_UNLOCK]):
            account, password = whole(_UNLOCKING, rest)
            return Unlock(account, password.decode())
        if kind == bytes([_LOCK]):
            return Lock(*whole(_LOCKING, rest))
    except UnicodeDecodeError:
        raise RequestMalformed(why="it has bytes for text that are none") from None
    except NotCanonical as error:
        raise RequestMalformed(why=str(error)) from None
    if body != bytes([_LIST]):
        raise RequestMalformed(why="it is of no kind that there is")
    return List()


def done_body(result: bytes) -> bytes:
    """The answer to a request that was carried out."""
    return bytes([_DONE]) + result


def refusal_body(error: DeepTierError) -> bytes:
    """The answer to a request that was refused."""
    return bytes([_REFUSED]) + json.dumps({"code": error.code, "arguments": dict(error.arguments)}).encode()


def read_answer(body: bytes) -> bytes:
    """The result. Raises the refusal as the signer raised it; AnswerMalformed."""
    if body[:1] == bytes([_DONE]):
        return body[1:]
    if body[:1] != bytes([_REFUSED]):
        raise AnswerMalformed(why="it is of no kind that there is")
    raise _refusal(body[1:])


def accounts_body(accounts: dict[Address, bool]) -> bytes:
    """The accounts and whether each is unlocked."""
    return _ACCOUNTS.encode([(account, int(unlocked)) for account, unlocked in accounts.items()])


def read_accounts(result: bytes) -> dict[Address, bool]:
    """Raises AnswerMalformed."""
    try:
        return {account: unlocked == 1 for account, unlocked in whole(_ACCOUNTS, result)}
    except NotCanonical as error:
        raise AnswerMalformed(why=str(error)) from None


def _refusal(octets: bytes) -> DeepTierError:
    try:
        told = json.loads(octets)
        arguments: dict[str, Any] = told["arguments"]
        if not all(isinstance(value, (str, int)) for value in arguments.values()):
            raise TypeError("an argument is neither text nor a number")
        return registry()[told["code"]](**arguments)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return AnswerMalformed(why=f"its refusal cannot be read ({type(error).__name__})")
