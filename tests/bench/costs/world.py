# SPDX-License-Identifier: Apache-2.0
"""A world whose calls run on a real node, each one measured: its calldata, its receipt, its trace.

The chain id and every key are fixed and time stands where the world says, so every figure is the same in every run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chain.abi.calls import encode
from chain.abi.events import Log
from chain.domain import commands as c
from chain.domain.clock import DAY
from chain.domain.events import Event
from chain.domain.money import Fen
from chain.domain.rules import apply, check, commit
from chain.domain.vocabulary import ZERO_HASH, ObligationId
from chain.node.anvil import GAS_LIMIT, Anvil
from chain.node.chain import Receipt
from chain.node.onnode import NodeChain
from tests.bench.costs.floor import Spent, TraceMisfit, spent
from tests.both import Disagreement
from tests.cast import ANNA, BANK, BEN, CAST, CLEO, FIRST_RULES, GENESIS, NOW, YUAN, Member, digest
from tests.chains import CHAIN_ID, deploy_deposit, deploy_ledger, key, node_chain
from tests.signed import SignedWorld

FACE = 312_345_67  # of an obligation: amounts have as few zero bytes as real ones
INVOICES = 50  # registered for the obligations of a batch
SINCE = 10 * 3_600 + 21 * 60 + 23  # the working day goes on: midnights have a zero byte in their seconds
EARLIER = 90  # the number of the obligation whose money is in the escrow already


@dataclass(frozen=True, slots=True)
class Measured:
    """One transaction: the receipt's gas, where it went, and bytes of logs (data, and 32 a topic), the token's too."""

    gas: int
    spent: Spent
    log_bytes: int


class MeasuredWorld(SignedWorld):
    """A furnished World on a node that traces. Calls are relayed unless `direct` says which signer calls."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil, self.chain = anvil, _chain(anvil)
        self.deployed = deploy_ledger(self.chain, GENESIS, digest("registrar"), FIRST_RULES)
        self.deposit = deploy_deposit(self.chain, BANK.cash)
        super().__init__(token=self.deposit.token, rulebook=self.deployed.rulebook)
        self.furnish()
        self.do(self.register_invoices(*(_entry(number) for number in range(INVOICES))))
        self.mint(ANNA.cash, 4_321 * YUAN + 9)
        for assignee in (BEN, CLEO):
            self.do(self.set_auto_accept(assignee, ANNA, self.now + 300 * DAY + SINCE))
        self.wait(SINCE)

    def do(self, call: c.Call, direct: int | None = None) -> tuple[Event, ...]:
        """Play a call on model and chain. Raises its refusal, and Disagreement unless the same happened on both."""
        return self._carry(call, direct)[0]

    def cost(self, call: c.Call, direct: int | None = None) -> Measured:
        """Play a call as `do` does; what it took. Raises TraceMisfit, too."""
        _, data, receipt = self._carry(call, direct)
        assert receipt.transaction is not None
        steps = self.chain.trace(receipt.transaction)["structLogs"]
        parts = spent(data, steps, GAS_LIMIT, self.token)
        if parts.gas != receipt.gas:
            raise TraceMisfit(f"{parts.gas} gas in the trace, {receipt.gas} in the receipt")
        return Measured(receipt.gas, parts, sum(_bytes(log) for log in receipt.logs))

    @contextmanager
    def apart(self) -> Iterator["MeasuredWorld"]:
        """A world of its own in this state; when it ends, the node stands where it stood."""
        snapshot = self.anvil.rpc.call("evm_snapshot")
        twin = object.__new__(MeasuredWorld)
        twin.__dict__.update(self.__dict__)
        twin.rows, twin.log = self.rows.copy(), list(self.log)
        twin.chain = _chain(self.anvil)
        twin.chain.travel(self.now)
        twin.deployed = self.deployed.on(twin.chain)
        twin.deposit = replace(self.deposit, chain=twin.chain)
        try:
            yield twin
        finally:
            self.anvil.rpc.call("evm_revert", snapshot)

    def _carry(self, call: c.Call, direct: int | None) -> tuple[tuple[Event, ...], bytes, Receipt]:
        """What happened, the calldata and the receipt."""
        expected = check(self.rows, call, self.now)
        signed, caller = self.signed(call, direct)
        carried = self.deployed.carry(signed, caller)
        if carried.events != expected:
            raise Disagreement(f"{call}\nmodel:    {expected!r}\ncontract: {carried.events!r}")
        for event in expected:
            commit(self.rows, apply(self.rows, event, self.now))
        return expected, encode(signed), carried.receipt

    # ---- what scenes begin with

    def owed(self, number: int = 1, creditor: Member = ANNA) -> ObligationId:
        """An accepted obligation."""
        return self.held(number, creditor, FACE)

    def paid_in(self) -> None:
        """Another obligation was paid, so that the escrow holds money and the rail owes some."""
        self.do(self.fund(self.owed(EARLIER, CLEO), FACE))


@contextmanager
def measured_world() -> Iterator[MeasuredWorld]:
    """A world on a node that runs as long as it is in use. Raises AnvilMissing, AnvilFailed."""
    with Anvil(NOW, CHAIN_ID, tracing=True) as anvil:
        yield MeasuredWorld(anvil)


def invoice(number: int) -> c.InvoicePart:
    """Part of an invoice that the Registrar has entered: as much as one obligation of a batch asks for."""
    return c.InvoicePart(digest(f"invoice of the batch {number}"), Fen(12_345_67 + number))


def _entry(number: int) -> c.InvoiceEntry:
    part = invoice(number)
    return c.InvoiceEntry(part.fingerprint, part.amount, ZERO_HASH)


def _chain(anvil: Anvil) -> NodeChain:
    """The cast may send on it: from accounts, and from cash addresses, which mint and approve."""
    officers = (f"{member.name} {officer}" for member in CAST.values() for officer in range(1, member.officers + 1))
    purses = (f"{member.name} cash" for member in CAST.values())
    return node_chain(anvil, [key(name) for name in (*officers, *purses, "escrow")])


def _bytes(log: Log) -> int:
    return 32 * len(log.topics) + len(log.data)
