# SPDX-License-Identifier: Apache-2.0
"""Signers that hold their key here, and signatures that were made elsewhere."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from chain.abi.eip712 import Domain, digest, typed_data
from chain.abi.errors import BytesDoNotFit
from chain.signing.errors import SignatureForeign
from chain.signing.key import Key
from chain.signing.signer import Presigned, Signer, recovered
from tests.unit.signing.office import CHECKER, DOMAIN, LEDGER, MAKER, split

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def by_wallet(key: Key = MAKER) -> bytes:
    """As a wallet signs the JSON that it is shown."""
    shown = encode_typed_data(full_message=typed_data(split(), DOMAIN))
    return bytes(Account.sign_message(shown, key.private.secret).signature)


def test_presigned__by_a_wallet__handed_on() -> None:
    signer: Signer = Presigned(MAKER.address, by_wallet())
    assert signer.sign(split(), DOMAIN) == by_wallet() == MAKER.sign(split(), DOMAIN)


def test_presigned__other_message_ledger_or_key__refused() -> None:
    for signer, message, domain in (
        (Presigned(MAKER.address, by_wallet()), split(99_999), DOMAIN),
        (Presigned(MAKER.address, by_wallet()), split(), Domain(1, LEDGER)),
        (Presigned(MAKER.address, by_wallet(CHECKER)), split(), DOMAIN),
        (Presigned(CHECKER.address, by_wallet()), split(), DOMAIN),
    ):
        with pytest.raises(SignatureForeign) as raised:
            signer.sign(message, domain)
        assert raised.value == SignatureForeign(account=signer.address)


def high_s(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


DAMAGED = {
    "empty": b"",
    "short": by_wallet()[:64],
    "long": by_wallet() + b"\0",
    "v 0": by_wallet()[:64] + bytes([by_wallet()[64] - 27]),
    "v 29": by_wallet()[:64] + b"\x1d",
    "other v": by_wallet()[:64] + bytes([55 - by_wallet()[64]]),
    "high s": high_s(by_wallet()),
    "r zero": bytes(32) + by_wallet()[32:],
    "s zero": by_wallet()[:32] + bytes(32) + by_wallet()[64:],
    "r of all ones": b"\xff" * 32 + by_wallet()[32:],
}


@pytest.mark.parametrize("signature", DAMAGED.values(), ids=DAMAGED)
def test_presigned__not_in_the_form_that_the_ledger_takes__refused(signature: bytes) -> None:
    with pytest.raises(SignatureForeign):
        Presigned(MAKER.address, signature).sign(split(), DOMAIN)


def test_presigned__a_contracts__left_to_the_chain() -> None:
    signer = Presigned(LEDGER, b"whatever it takes", contract=True)
    assert signer.sign(split(), DOMAIN) == b"whatever it takes"


def test_recovered__own_signatures__is_the_account() -> None:
    for key in (MAKER, CHECKER):
        hashed = digest(split(), DOMAIN)
        assert recovered(hashed, key.sign_hash(hashed)) == key.address


def test_sign__message_that_does_not_fit__refused() -> None:
    with pytest.raises(BytesDoNotFit):
        MAKER.sign(split(signer="0x11"), DOMAIN)


def test_key__shown__has_no_secret() -> None:
    for text in (repr(MAKER), str(MAKER), f"{MAKER}", repr({"key": MAKER})):
        assert MAKER.private.secret.hex() not in text
        assert repr(MAKER.private.secret) not in text
