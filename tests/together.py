# SPDX-License-Identifier: Apache-2.0
"""The same done by several threads that begin in the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from chain.store.errors import StoreError


def looks(look: Callable[[], int], threads: int = 6) -> list[int]:
    """What each look came to, but for those that met an error that may pass: these are looked again a second later.

    Raises what else one of them raises.
    """
    start = Barrier(threads)

    def one() -> int | None:
        start.wait()
        try:
            return look()
        except StoreError as error:
            if not error.retryable:
                raise
            return None

    with ThreadPoolExecutor(threads) as pool:
        found = [asked.result() for asked in [pool.submit(one) for _ in range(threads)]]
    return [done for done in found if done is not None]
