# SPDX-License-Identifier: Apache-2.0
"""Rows for books, and a process that writes them until it is killed."""

import hashlib
import resource
import sys
from collections.abc import Sequence

from chain.store.db import Db, Value, connect
from chain.store.errors import StoreError
from chain.store.words import CarrierState, SubmissionState

NEW = (
    "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
CARRY = "INSERT INTO carrier (hash, relay, nonce, submission, raw, state) VALUES (?, ?, ?, ?, ?, ?)"


def submission(key: str, *, request_hash: bytes = bytes(32), gas: int = 100_000) -> Sequence[Value]:
    """The parameters of NEW."""
    return (
        key,
        request_hash,
        "split",
        7 << 32 | 1,
        b"\x00calldata\xff",
        gas,
        SubmissionState.QUEUED,
        1_795_000_000_000_000,
    )


def hashed(nonce: int, salt: int = 0) -> bytes:
    """32 bytes that tell nonces and salts apart."""
    return nonce.to_bytes(16, "big") + salt.to_bytes(16, "big")


def carrier(nonce: int, of: int | None, *, salt: int = 0, relay: str = "relay") -> Sequence[Value]:
    """The parameters of CARRY."""
    return (hashed(nonce, salt), relay, nonce, of, b"raw" * 40, CarrierState.PENDING)


def queue(db: Db, *keys: str) -> list[int]:
    """Queue submissions in one transaction; their ids."""
    with db.transaction():
        rows = [db.one(f"{NEW} RETURNING id", submission(key)) for key in keys]
    return [row[0] for row in rows if row]


def noise(size: int) -> bytes:
    """Octets that no packer makes smaller, the same every time."""
    return hashlib.shake_256(str(size).encode()).digest(size)


def count(db: Db, table: str = "submission") -> int:
    """How many rows a table has."""
    row = db.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def history(db: Db, submissions: int) -> None:
    """One submission of each fate in turn, with its carrier and block; a no-op, a few settings, and who has access."""
    _access(db)
    db.executemany(
        "INSERT INTO setting (name, value) VALUES (?, ?)", [("chain", "31337"), ("Zeit", "ü"), ("链", '"\\\n')]
    )
    for number in range(submissions):
        (of,) = queue(db, f"history-{number}")
        if number % 4 == 0:
            continue
        with db.transaction():
            db.execute(CARRY, carrier(number, of))
            db.execute("UPDATE submission SET state = 'sent', carrier = ? WHERE id = ?", (hashed(number), of))
            if number % 4 == 1:
                continue
            db.execute("INSERT INTO block (number, timestamp) VALUES (?, ?)", (number, 1_795_000_000))
            db.execute(
                "INSERT INTO block_item (number, position, carrier) VALUES (?, ?, ?)", (number, 0, hashed(number))
            )
            state = "final" if number % 4 == 2 else "on chain"
            db.execute("UPDATE submission SET state = ?, block = ? WHERE id = ?", (state, number, of))
            db.execute("UPDATE carrier SET state = 'mined' WHERE hash = ?", (hashed(number),))
    db.execute(CARRY, carrier(submissions, None))
    _asked(db)


def _asked(db: Db) -> None:
    """What people asked for, as rows: a company, requests, a proposal, a request for early payment with its quotes."""
    found = db.one("SELECT MIN(id) FROM submission")
    assert found is not None
    (of,) = found
    db.execute("UPDATE submission SET participant = 21, officer = 1, about = '10-1-3' WHERE id = ?", (of,))
    for number in range(3):
        db.execute("INSERT INTO company VALUES (?, '恒座', ?, ?, 5)", (number + 1, f"9199{number}", hashed(number)))
        answer = f'{{"submissions": [{of}], "proposal": null, "financing": {number}}}'
        db.execute("INSERT INTO request VALUES (21, 1, ?, ?, ?, 5)", (f"key-{number}", hashed(number, 3), answer))
        db.execute("INSERT INTO counter VALUES (?, 7)", (f"obligations of {number}",))
        db.execute("INSERT INTO hold VALUES (?, ?)", (f"claim 10-1-{number + 1}", of))
    db.execute(
        "INSERT INTO proposal (participant, officer, operation, message, about, details, state, deadline, created_at)"
        " VALUES (10, 1, 'Issue', ?, '10-2', '{\"invoices\": [\"…0301\"]}', 'open', 99, 5)",
        (noise(640),),
    )
    db.execute("INSERT INTO place VALUES (1, 'signer', 10, 1, '0xabc', ?, 5, 'open')", (noise(65),))
    db.execute("INSERT INTO place VALUES (1, 'checker', 10, 2, '0xdef', NULL, NULL, 'open')")
    db.execute(
        "INSERT INTO financing (participant, officer, claim, version, amount, seal, until, state, created_at)"
        " VALUES (21, 1, '10-1-1', 2, 10000, ?, 99, 'open', 5)",
        (hashed(5, 5),),
    )
    for financier in (51, 52):
        db.execute("INSERT INTO invited VALUES (1, ?)", (financier,))
        db.execute(
            "INSERT INTO quote (financing, financier, officer, sealed, until, created_at) VALUES (1, ?, 1, ?, 99, 5)",
            (financier, noise(400)),
        )
        db.execute("INSERT INTO showing VALUES (?, '10-1-1', 'financing 1', 99)", (financier,))


def _access(db: Db) -> None:
    """An officer with two keys, counted tries, and decisions, as rows: what they mean is not asked here."""
    db.execute("INSERT INTO officer VALUES (10, 1, 'chen.jing', '$argon2id$', NULL, 'admin maker', 'active', 5)")
    for number in range(2):
        db.execute(
            "INSERT INTO api_key (participant, officer, prefix, secret_hash, kind, scopes, created_at, expires_at)"
            " VALUES (10, 1, ?, ?, 'made', 'maker', 5, 9)",
            (f"{number}", hashed(number)),
        )
    db.execute("INSERT INTO login_try VALUES ('name', ?, 1, 5, 0)", (hashed(7),))
    for number in range(1, 4):
        told = (number, hashed(number - 1, 9), hashed(number, 9))
        db.execute("INSERT INTO audit VALUES (?, 5, 10, NULL, NULL, 'login', '', 'granted', ?, ?)", told)


def write_until_killed(address: str, name: str, size: int) -> None:
    """Commit batches of `size` submissions, each with its carrier, and acknowledge each batch in a line."""
    with connect(address, patience=30) as db:
        for batch in range(1_000_000):
            with db.transaction():
                for place in range(size):
                    nonce = batch * size + place
                    row = db.one(f"{NEW} RETURNING id", submission(f"{name}-{nonce}"))
                    assert row is not None
                    salt = int.from_bytes(name.encode(), "big")
                    db.execute(CARRY, carrier(nonce, row[0], salt=salt, relay=name))
                    told = (hashed(nonce, salt), row[0])
                    db.execute("UPDATE submission SET state = 'sent', carrier = ? WHERE id = ?", told)
            sys.stdout.write(f"{batch}\n")
            sys.stdout.flush()


def stop_inside(address: str) -> None:
    """Commit one row, then say so in the middle of a transaction that has written many, and stay there."""
    with connect(address) as db:
        queue(db, "kept")
        with db.transaction():
            db.executemany(NEW, [submission(f"half-{number}") for number in range(2000)])
            sys.stdout.write("inside\n")
            sys.stdout.flush()
            sys.stdin.read()


def write_beyond_a_limit(address: str) -> None:
    """Commit more than the system lets this process write to a file, and tell the error's code."""
    with connect(address) as db:
        limit = 32 + 40 * (24 + 4096)  # where a frame of the log ends: the next write fails, none is cut short
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            with db.transaction():
                db.executemany(NEW, [submission(f"{number}-{'x' * 1000}") for number in range(200)])
        except StoreError as error:
            sys.stdout.write(f"{error.code}\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case "write", address, name, size:
            write_until_killed(address, name, int(size))
        case "stop", address:
            stop_inside(address)
        case "limited", address:
            write_beyond_a_limit(address)
