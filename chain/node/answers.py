# SPDX-License-Identifier: Apache-2.0
"""A node's answers as our types. Each raises ValueError, TypeError or KeyError at anything else (Rpc.ask)."""

from typing import Any

from chain.abi.events import Log
from chain.domain.vocabulary import Address, Hash


def number(value: Any) -> int:
    """A quantity: "0x" and hex digits."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"{value!r} is no quantity")
    return int(value, 16)


def octets(value: Any) -> bytes:
    """Data: "0x" and two hex digits a byte."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"{value!r} is no data")
    return bytes.fromhex(value[2:])


def word(value: Any) -> bytes:
    """Data of 32 bytes."""
    found = octets(value)
    if len(found) != 32:
        raise ValueError(f"{value!r} has not 32 bytes")
    return found


def address(value: Any) -> Address:
    """An address, lower-case as everywhere here."""
    found = octets(value)
    if len(found) != 20:
        raise ValueError(f"{value!r} is no address")
    return Address(f"0x{found.hex()}")


def log(value: Any) -> Log:
    """What a contract wrote into a receipt."""
    topics = tuple(Hash(word(topic)) for topic in value["topics"])
    return Log(address(value["address"]), topics, octets(value["data"]))
