# SPDX-License-Identifier: Apache-2.0
"""A private key under a password: Web3 Secret Storage, version 3, with scrypt and AES-128-CTR, as geth writes it.

What is wiped: buffers of ours that held the derived key or the private key are overwritten when they are no longer
needed. What is not: the password is a str and the key that coincurve holds a bytes; Python moves neither and overwrites
neither, so until the memory is used again they may be found in it. The signer process therefore takes no core dump,
lets no process of its user look into its memory, and holds only keys that an officer unlocked.
"""

import hmac
import json
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from chain.abi.keccak import keccak

VERSION = 3
MOST_BYTES = 4096  # of a key file; geth's have about 500
_KEY = 32  # bytes of a private key, and of what scrypt derives
_HEX = re.compile("(?:[0-9a-f]{2})*")
_ADDRESS = re.compile("(?:0x)?[0-9a-f]{40}")
_LEAST_N, _MOST_MEMORY, _MOST_WORK = 4096, 2**29, 2**23  # 128·n·r bytes; n·r·p (geth's own: 2^18 bytes·8, 2^21)


class Malformed(ValueError):
    """These bytes are no key file; says why, without any of its content. Callers turn it into AccountKeyMalformed."""


class Mismatch(ValueError):
    """The password does not open it. Callers turn it into WrongPassword."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How much work a password costs: scrypt's n (a power of two), r and p; about 128·n·r bytes of memory."""

    n: int = 2**18
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        """Raises Malformed for less than geth's light form, and for more than this process will spend."""
        whole = all(type(number) is int and number > 0 for number in (self.n, self.r, self.p))
        if not whole or self.n & (self.n - 1) or self.n < _LEAST_N or self.n.bit_length() > 16 * self.r:
            raise Malformed("scrypt's parameters are out of range")
        if 128 * self.n * self.r > _MOST_MEMORY or self.n * self.r * self.p > _MOST_WORK:
            raise Malformed("scrypt's parameters ask for too much")


STANDARD = Cost()
"""geth's standard: about a second and 256 MiB."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file as it was read; nothing in it is secret without the password."""

    address: str | None  # 40 lower-case hex digits; some writers leave it out
    cost: Cost
    salt: bytes
    iv: bytes
    ciphertext: bytes
    mac: bytes

    def secret(self, password: str) -> bytearray:
        """The private key; the caller wipes it. Raises Mismatch, after the same work as success takes."""
        derived = _derived(password, self.salt, self.cost)
        try:
            if not hmac.compare_digest(keccak(bytes(derived[16:]) + self.ciphertext), self.mac):
                raise Mismatch
            return _ciphered(derived, self.iv, self.ciphertext)
        finally:
            wipe(derived)


def sealed(secret: bytes | bytearray, address: str, password: str, cost: Cost = STANDARD) -> bytes:
    """A new key file; `address`: 40 lower-case hex digits."""
    salt, iv = secrets.token_bytes(32), secrets.token_bytes(16)
    derived = _derived(password, salt, cost)
    ciphertext = bytes(_ciphered(derived, iv, secret))
    mac = keccak(bytes(derived[16:]) + ciphertext)
    wipe(derived)
    parameters = {"dklen": _KEY, "n": cost.n, "r": cost.r, "p": cost.p, "salt": salt.hex()}
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": iv.hex()},
        "ciphertext": ciphertext.hex(),
        "kdf": "scrypt",
        "kdfparams": parameters,
        "mac": mac.hex(),
    }
    whole = {"address": address, "crypto": crypto, "id": str(uuid.uuid4()), "version": VERSION}
    return json.dumps(whole, indent=1).encode() + b"\n"


def read(octets: bytes) -> KeyFile:
    """A key file. Raises Malformed."""
    try:
        told = json.loads(octets)
        if told["version"] != VERSION:
            raise Malformed("it is not of version 3")
        crypto = told["crypto"]
        if (crypto["cipher"], crypto["kdf"], crypto["kdfparams"]["dklen"]) != ("aes-128-ctr", "scrypt", _KEY):
            raise Malformed("it is not sealed with scrypt and aes-128-ctr")
        parameters = crypto["kdfparams"]
        return KeyFile(
            address=_address(told.get("address")),
            cost=Cost(parameters["n"], parameters["r"], parameters["p"]),
            salt=_octets(parameters["salt"], None),
            iv=_octets(crypto["cipherparams"]["iv"], 16),
            ciphertext=_octets(crypto["ciphertext"], _KEY),
            mac=_octets(crypto["mac"], 32),
        )
    except Malformed:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"{type(error).__name__} while reading it") from None


def wipe(buffer: bytearray) -> None:
    """Overwrite it with zeros."""
    buffer[:] = bytes(len(buffer))


def _derived(password: str, salt: bytes, cost: Cost) -> bytearray:
    derived = bytearray(_KEY)
    Scrypt(salt=salt, length=_KEY, n=cost.n, r=cost.r, p=cost.p).derive_into(password.encode(), derived)
    return derived


def _ciphered(derived: bytearray, iv: bytes, octets: bytes | bytearray) -> bytearray:
    """AES-128-CTR, which is its own inverse."""
    buffer = bytearray(len(octets) + 15)  # update_into wants room for a block more
    stream = Cipher(AES(memoryview(derived)[:16]), CTR(iv)).encryptor()
    count = stream.update_into(octets, buffer)
    done = buffer[:count]
    wipe(buffer)
    return done


def _octets(text: Any, size: int | None) -> bytes:
    if not isinstance(text, str) or not _HEX.fullmatch(text.lower()):
        raise Malformed("a value is not in hex digits")
    octets = bytes.fromhex(text)
    if size is not None and len(octets) != size:
        raise Malformed(f"a value has not {size} bytes")
    return octets


def _address(text: Any) -> str | None:
    if text is None or text == "":
        return None
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text.lower()):
        raise Malformed("its address is none")
    return text.lower().removeprefix("0x")
