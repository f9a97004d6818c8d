# SPDX-License-Identifier: Apache-2.0
"""What the signer process tells of itself: one JSON line an event, written before the answer is given.

A line says when, what was asked for, the operation, the account's address shortened, the process that asked and the
outcome ("done" or the code of the refusal). It never says a key, a password, a name, an amount, a claim or a hash.
"""

import json
from threading import Lock
from typing import TextIO

from chain.domain.clock import Clock
from chain.domain.vocabulary import Address


class Log:
    """Lines on a stream, each whole."""

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        self._stream, self._clock = stream, clock
        self._lock = Lock()

    def tell(
        self, event: str, outcome: str, operation: str = "", account: Address | None = None, process: int = 0
    ) -> None:
        """Raises OSError when nobody can read it any more; what asks must then not go on."""
        shown = "" if account is None else f"{account[:6]}...{account[-4:]}"
        line = {"at": self._clock.now(), "event": event, "outcome": outcome}
        more = {"operation": operation, "account": shown, "process": process}
        text = json.dumps(line | {name: value for name, value in more.items() if value})
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()
