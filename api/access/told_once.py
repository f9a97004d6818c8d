# SPDX-License-Identifier: Apache-2.0
"""Idempotency of requests whose answer is a secret: it is kept nowhere, so the same request again is refused, not
answered again. The key is optional there; with it, nothing is ever made twice.
"""

import hashlib
import re
from typing import Annotated

from fastapi import Header, Request

from api.access.viewer import Caller
from api.writing.commit import known
from api.writing.errors import KeyAbsent, SecretToldOnce
from chain.domain.clock import UtcSeconds
from chain.store.db import Db

FORM = re.compile(r"[\x21-\x7e]{1,200}")
_NOTHING = '{"submissions": [], "proposal": null, "financing": null}'

OptionalKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="With it the request is carried out once: sent again, it is refused (409), as its answer is told"
        " once. 1–200 visible ASCII characters.",
    ),
]


def take(book: Db, request: Request, caller: Caller, key: str | None, body: str, now: UtcSeconds) -> None:
    """Note the request as a part of the caller's transaction. Raises KeyAbsent, KeyConflict, SecretToldOnce."""
    if key is None:
        return
    if FORM.fullmatch(key) is None:
        raise KeyAbsent
    hashed = hashlib.sha256(f"{request.method}\n{request.url.path}\n{body}".encode()).digest()
    if known(book, caller, key, hashed) is not None:
        raise SecretToldOnce
    own = (caller.participant, caller.officer, key, hashed, _NOTHING, now)
    book.execute("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?)", own)
