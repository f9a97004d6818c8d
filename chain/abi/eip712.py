# SPDX-License-Identifier: Apache-2.0
"""What a signer signs: the EIP-712 hash of every message, and the JSON that a wallet shows.

The types follow from the artifacts. Every field of a message is one word of encodeData: a number, an address or bytes32
as in the ABI, a nested message's hashStruct, a list's hash over the words of its items (EIP-712, "Definition of
encodeData"). The domain has name, version, chainId and verifyingContract: "DeepTier", "1", the chain, the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from chain.abi.bounds import address, number
from chain.abi.codec import WORD, attributes_of
from chain.abi.ids import pack_claim, pack_obligation
from chain.abi.keccak import keccak
from chain.abi.schema import STRUCTS, Field, codec_for
from chain.domain import commands
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId

NAME, VERSION = "DeepTier", "1"

Signed: TypeAlias = (
    commands.RegisterParticipant
    | commands.AddAccount
    | commands.RevokeAccount
    | commands.SetThreshold
    | commands.SetCash
    | commands.SetStanding
    | commands.SetAutoAccept
    | commands.RaiseQuoteEpoch
    | commands.AddRail
    | commands.RegisterInvoices
    | commands.PublishRules
    | commands.SetRulebook
    | commands.CancelChange
    | commands.Pause
    | commands.Unpause
    | commands.Issue
    | commands.IssueMany
    | commands.Accept
    | commands.Decline
    | commands.Revoke
    | commands.Transfer
    | commands.Split
    | commands.SplitMany
    | commands.Acceptance
    | commands.Cut
    | commands.Lien
    | commands.LienAcceptance
    | commands.Release
    | commands.Quote
    | commands.Discount
    | commands.Fund
    | commands.FundByReceipt
)
"""Every message that somebody signs. Expire, Redeem and MarkOverdue are not among them: anyone may call those."""

_DOMAIN_FIELDS = (
    Field("name", "name", "string"),
    Field("version", "version", "string"),
    Field("chainId", "chain_id", "uint256"),
    Field("verifyingContract", "ledger", "address"),
)


@dataclass(frozen=True, slots=True)
class Domain:
    """For which ledger on which chain a message is signed; nothing signed for one holds on another."""

    chain_id: int
    ledger: Address
    separator: Hash = field(init=False, repr=False, compare=False)
    """hashStruct of the domain."""

    def __post_init__(self) -> None:
        """Raises NumberDoesNotFit, BytesDoNotFit."""
        words = (
            keccak(_written("EIP712Domain", _DOMAIN_FIELDS).encode()),
            keccak(NAME.encode()),
            keccak(VERSION.encode()),
            number("chain_id", self.chain_id, 256).to_bytes(WORD, "big"),
            address("ledger", self.ledger).rjust(WORD, b"\0"),
        )
        object.__setattr__(self, "separator", keccak(b"".join(words)))


def hash_struct(message: Signed) -> Hash:
    """The message's identity on every chain; it names an announced change. Raises NumberDoesNotFit, BytesDoNotFit."""
    return hasher(type(message).__name__)(message)


def digest(message: Signed, domain: Domain) -> Hash:
    """The 32 bytes that are signed. Raises NumberDoesNotFit, BytesDoNotFit."""
    return keccak(b"\x19\x01" + domain.separator + hash_struct(message))


def encode_type(name: str) -> str:
    """A struct with the structs in it, in EIP-712's words: "Discount(…)Quote(…)"."""
    return "".join(_written(part, STRUCTS[part]) for part in [name, *sorted(_within(name))])


def typed_data(message: Signed, domain: Domain) -> dict[str, Any]:
    """The JSON of eth_signTypedData_v4. A message's numbers are decimal text: JavaScript's lose what is above 2^53."""
    name = type(message).__name__
    types = {"EIP712Domain": _DOMAIN_FIELDS, **{part: STRUCTS[part] for part in [name, *sorted(_within(name))]}}
    return {
        "types": {part: [{"name": f.name, "type": f.type} for f in parts] for part, parts in types.items()},
        "primaryType": name,
        "domain": {
            "name": NAME,
            "version": VERSION,
            "chainId": domain.chain_id,
            "verifyingContract": domain.ledger,
        },
        "message": _plain(message, name),
    }


@cache
def hasher(name: str) -> Callable[[Any], Hash]:
    """The function hashStruct of one struct, by name; it raises NumberDoesNotFit, BytesDoNotFit."""
    type_hash = keccak(encode_type(name).encode())
    parts = STRUCTS[name]
    puts = [_word(part, name) for part in parts]
    get = attributes_of([part.attribute for part in parts])

    def hash_of(message: Any) -> Hash:
        return keccak(type_hash + b"".join([put(value) for put, value in zip(puts, get(message), strict=True)]))

    return hash_of


def _word(part: Field, owner: str) -> Callable[[Any], bytes]:
    """What stands for a field in encodeData."""
    if part.type.endswith("[]"):
        item = _word(part._replace(type=part.type[:-2]), owner)
        return lambda values: keccak(b"".join([item(value) for value in values]))
    return hasher(part.type) if part.type in STRUCTS else codec_for(part, owner).encode


def _within(name: str) -> set[str]:
    """The structs that a struct contains, at any depth."""
    direct = {part.type.removesuffix("[]") for part in STRUCTS[name]} & STRUCTS.keys()
    return direct.union(*(_within(part) for part in direct))


def _written(name: str, parts: tuple[Field, ...]) -> str:
    return f"{name}({','.join(f'{part.type} {part.name}' for part in parts)})"


def _plain(value: Any, kind: str) -> Any:
    """A value as JSON has it."""
    if kind.endswith("[]"):
        return [_plain(item, kind[:-2]) for item in value]
    if kind in STRUCTS:
        return {part.name: _plain(getattr(value, part.attribute), part.type) for part in STRUCTS[kind]}
    if isinstance(value, ClaimId):
        return str(pack_claim(value))
    if isinstance(value, ObligationId):
        return str(pack_obligation(value))
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return str(int(value)) if isinstance(value, int) else value
