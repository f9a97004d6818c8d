# SPDX-License-Identifier: Apache-2.0
"""What is sealed opens for its reader alone. The oracle is RFC 9180 written out again from its sections 4 and 5, which
its own test vector (appendix A.2.1) proves right; the library takes no associated data, so the vector cannot try it."""

import hmac
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from chain.documents import sealing
from chain.documents.errors import SealDoesNotOpen, SealKeyUnusable

READER = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
WRITER = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
ODE = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
TEXT = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
CIPHER = bytes.fromhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28")
LOW_ORDER = (bytes(32), b"\x01" + bytes(31), (2**255 - 20).to_bytes(32, "little"))
KEM, SUITE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"


def extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def expand(suite: bytes, key: bytes, label: bytes, about: bytes, size: int) -> bytes:
    assert size <= 32, "one block is enough here"
    told = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + about
    return hmac.digest(key, told + b"\x01", "sha256")[:size]


def context(shared: bytes, encapsulated: bytes, reader: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and first nonce (sections 4.1 and 5.1)."""
    secret = expand(
        KEM, extract(KEM, b"", b"eae_prk", shared), b"shared_secret", encapsulated + reader, sha256().digest_size
    )
    scheduled = b"\x00" + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    drawn = extract(SUITE, secret, b"secret", b"")
    return expand(SUITE, drawn, b"key", scheduled, 32), expand(SUITE, drawn, b"base_nonce", scheduled, 12)


def written(reader: bytes, plain: bytes, info: bytes, beside: bytes | None = None) -> bytes:
    writer = X25519PrivateKey.from_private_bytes(WRITER)
    encapsulated = writer.public_key().public_bytes_raw()
    shared = writer.exchange(X25519PublicKey.from_public_bytes(reader))
    key, nonce = context(shared, encapsulated, reader, info)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plain, beside)


def read(private: bytes, sealed: bytes, info: bytes) -> bytes:
    encapsulated = sealed[:32]
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    key, nonce = context(shared, encapsulated, own.public_key().public_bytes_raw(), info)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed[32:], None)


def test_oracle__on_the_vector_of_the_rfc__writes_its_ciphertext() -> None:
    assert written(sealing.public_of(READER), TEXT, ODE, b"Count-0")[32:] == CIPHER


def test_sealed__by_either__opens_for_the_other() -> None:
    public = sealing.public_of(READER)
    assert sealing.opened(READER, written(public, TEXT, ODE), ODE) == TEXT
    assert read(READER, sealing.seal(public, TEXT, ODE), ODE) == TEXT


def test_sealed__twice__looks_different_and_has_one_length() -> None:
    public = sealing.public_of(READER)
    first, second = sealing.seal(public, TEXT, ODE), sealing.seal(public, TEXT, ODE)
    assert first != second
    assert len(first) == len(second) == len(TEXT) + 48


def test_sealed__with_any_bit_flipped__does_not_open() -> None:
    private, public = sealing.pair()
    sealed = sealing.seal(public, TEXT, ODE)
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(SealDoesNotOpen):
            sealing.opened(private, bytes(altered), ODE)


@pytest.mark.parametrize(
    "of", [lambda s: b"", lambda s: s[:31], lambda s: s[:32], lambda s: s[:-1], lambda s: s + b"\0"]
)
def test_sealed__cut_or_lengthened__does_not_open(of: Callable[[bytes], bytes]) -> None:
    private, public = sealing.pair()
    with pytest.raises(SealDoesNotOpen):
        sealing.opened(private, of(sealing.seal(public, TEXT, ODE)), ODE)


def test_sealed__under_another_info_or_for_another_reader__does_not_open() -> None:
    private, public = sealing.pair()
    for sealed, info in (
        (sealing.seal(public, TEXT, ODE), ODE + b"2"),
        (sealing.seal(public, TEXT, ODE), b""),
        (sealing.seal(sealing.pair()[1], TEXT, ODE), ODE),
    ):
        with pytest.raises(SealDoesNotOpen):
            sealing.opened(private, sealed, info)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), *LOW_ORDER])
def test_public_key__of_a_wrong_length_or_low_order__seals_nothing(key: bytes) -> None:
    with pytest.raises(SealKeyUnusable):
        sealing.seal(key, TEXT, ODE)
    with pytest.raises(SealKeyUnusable):
        sealing.usable(key)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_private_key__of_a_wrong_length__is_told_apart_from_a_wrong_one(key: bytes) -> None:
    with pytest.raises(SealKeyUnusable):
        sealing.opened(key, sealing.seal(sealing.pair()[1], TEXT, ODE), ODE)
    with pytest.raises(SealKeyUnusable):
        sealing.public_of(key)


def test_encapsulated_key__of_low_order__does_not_open() -> None:
    for point in LOW_ORDER:
        with pytest.raises(SealDoesNotOpen):
            sealing.opened(READER, point + CIPHER, ODE)


def test_pair__drawn_anew__is_another_one_that_fits_together() -> None:
    (one, its), (other, others) = sealing.pair(), sealing.pair()
    assert (its, others) == (sealing.public_of(one), sealing.public_of(other))
    assert one != other
    assert sealing.usable(its) == its
