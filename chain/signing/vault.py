# SPDX-License-Identifier: Apache-2.0
"""The accounts that are unlocked now, and the one way to a signature of theirs: through the guard."""

from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from chain.abi.eip712 import Domain, Signed
from chain.domain.clock import Clock
from chain.domain.vocabulary import Address
from chain.signing.daycount import DayCount
from chain.signing.guard import Guard
from chain.signing.key import Key
from chain.signing.keystore import Keystore
from chain.signing.policy import FILE, Policy, load
from chain.signing.refusals import AccountLocked, AccountUnlisted


class Vault:
    """A keystore with its policy and its count; the process that has it has the folder for itself (files.taken)."""

    def __init__(self, folder: Path, clock: Clock, unlocked: Iterable[Key] = ()) -> None:
        """`unlocked`: keys that need no key file; locked, they stay so until the process is started anew.

        Raises FileExposed, FileUnusable, PolicyMalformed.
        """
        self._keystore = Keystore(folder)
        self._policy: Policy = load(folder / FILE)
        self._count = DayCount(folder, clock)
        self._guard = Guard(self._policy, self._count, clock)
        self._keys: dict[Address, Key] = {key.address: key for key in unlocked}
        self._fileless = frozenset(self._keys)
        self._opening = Lock()

    def unlock(self, account: Address, password: str) -> None:
        """Let the account sign until it is locked or the process ends.

        Raises AccountUnlisted and what Keystore.open raises. One at a time: each costs 256 MiB for a second.
        """
        self._listed(account)
        with self._opening:
            self._keys[account] = self._keystore.open(account, password)

    def lock(self, account: Address) -> None:
        """Let go of the account's key, if it is here; who asked for a signature before may still get it."""
        self._keys.pop(account, None)

    def accounts(self) -> dict[Address, bool]:
        """Whether each account is unlocked: those of the keystore and those that were unlocked from the start."""
        known = sorted(self._fileless.union(self._keystore.accounts()))
        return {account: account in self._keys for account in known}

    def sign(self, account: Address, message: Signed, domain: Domain) -> bytes:
        """65 bytes r, s, v. Raises AccountUnlisted, AccountLocked and what Guard.permit raises."""
        self._listed(account)
        key = self._keys.get(account)
        if key is None:
            raise AccountLocked(account=account)
        return key.sign_hash(self._guard.permit(account, message, domain))

    def close(self) -> None:
        """Let go of all keys and of the count. Raises CountUnwritable."""
        self._keys.clear()
        self._count.close()

    def _listed(self, account: Address) -> None:
        if account not in self._policy.accounts:
            raise AccountUnlisted(account=account)
