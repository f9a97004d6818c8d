# SPDX-License-Identifier: Apache-2.0
"""A chain within the process: the EVM itself (py-evm, Cancun), without blocks, fees or signed transactions.

Nothing of it outlives the process. That it does what a node does: tests/unit/abi/test_chains.py, tests/unit/node.
"""

from collections import defaultdict
from collections.abc import Mapping

from eth._utils.address import generate_contract_address
from eth.abc import ComputationAPI, MessageAPI, StateAPI, TransactionContextAPI
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.code_stream import CodeStream
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.computation import CancunComputation
from eth.vm.forks.cancun.state import CancunState
from eth.vm.message import Message
from eth_typing import Address as RawAddress
from eth_typing import BlockNumber, Hash32

from chain.abi.events import Log
from chain.abi.records import Word
from chain.abi.slots import Slot
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.node.chain import RELAY, Receipt, Reverted

DEPLOYER = Address("0x" + "0d" * 20)
GAS = 30_000_000  # a message's; no operation comes near
BLOCK = 1  # the only one
BASE_GAS, CREATION_GAS, ZERO_GAS, BYTE_GAS = 21_000, 32_000, 4, 16  # of a transaction before it runs


_POSITIONS: Mapping[bytes, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))


class _Computation(CancunComputation):
    """The EVM's run of a message; it remembers where a contract may jump to, which makes it a third faster."""

    def __init__(self, state: StateAPI, message: MessageAPI, transaction_context: TransactionContextAPI) -> None:
        super().__init__(state, message, transaction_context)
        code = CodeStream(message.code)
        code.valid_positions, code.invalid_positions = _POSITIONS[message.code]
        self.code = code


class _State(CancunState):
    """The EVM's state, which remembers where it was written."""

    computation_class = _Computation

    def __init__(
        self, db: AtomicDB, context: ExecutionContext, root: Hash32, written: Mapping[RawAddress, set[int]]
    ) -> None:
        self.written = defaultdict(set, {contract: set(slots) for contract, slots in written.items()})
        super().__init__(db, context, root)

    def set_storage(self, address: RawAddress, slot: int, value: int) -> None:
        self.written[address].add(slot)
        super().set_storage(address, slot, value)


class EvmChain:
    """A Chain in this process. `fork` is cheap: deploy once, and fork for every test."""

    def __init__(self, chain_id: int, now: UtcSeconds, deployer: Address = DEPLOYER) -> None:
        self.chain_id, self.relay, self._deployer = chain_id, RELAY, deployer
        self._now, self._deployed = now, 0
        self._db = AtomicDB()
        self._state = _State(self._db, self._context(), BLANK_ROOT_HASH, {})

    def fork(self) -> "EvmChain":
        """A chain that goes on from here on its own."""
        self._state.persist()
        other = EvmChain(self.chain_id, self._now, self._deployer)
        other._deployed, other._db = self._deployed, self._db
        other._state = _State(self._db, other._context(), self._state.state_root, self._state.written)
        return other

    @property
    def now(self) -> UtcSeconds:
        """The block time of what runs next."""
        return self._now

    def travel(self, to: UtcSeconds) -> None:
        """Go forward to an instant."""
        if to < self._now:
            raise ValueError(f"time does not go back from {self._now} to {to}")
        self._now = to
        self._state.execution_context = self._context()

    def next_address(self, ahead: int = 0) -> Address:
        """Where the next deployed contract, or one some deployments later, will stand."""
        return _text(generate_contract_address(_raw(self._deployer), self._deployed + ahead))

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        """Run creation code, arguments included; where the contract stands. Raises Reverted."""
        address = self.next_address()
        self._deployed += 1
        done = self._run(
            Message(GAS, CREATE_CONTRACT_ADDRESS, _raw(self._deployer), 0, b"", creation, create_address=_raw(address))
        )
        return address, self._receipt(done, creation, CREATION_GAS)

    def send(self, to: Address, data: bytes, caller: Address) -> Receipt:
        """Run a message for good. Raises Reverted, and then nothing has changed."""
        return self._receipt(self._run(self._message(to, data, caller)), data)

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        """Ask. Raises Reverted."""
        before = self._state.snapshot()
        try:
            done = self._run(self._message(to, data, caller), final=False)
        finally:
            self._state.revert(before)
        return done.output

    def word(self, contract: Address, slot: Slot) -> Word:
        """What stands in one storage slot."""
        return Word(self._state.get_storage(_raw(contract), slot).to_bytes(32, "big"))

    def storage(self, contract: Address) -> dict[Slot, Word]:
        """Every slot of a contract that is not zero: those among all that were ever written."""
        words = {Slot(slot): self.word(contract, Slot(slot)) for slot in self._state.written[_raw(contract)]}
        return {slot: word for slot, word in words.items() if any(word)}

    def put(self, contract: Address, slot: int, value: int) -> None:
        """Write a slot as no message could: for tests that begin in states which take long to reach."""
        self._state.set_storage(_raw(contract), slot, value)
        self._state.lock_changes()

    def has_code(self, address: Address) -> bool:
        """Whether a contract stands there."""
        return bool(self._state.get_code(_raw(address)))

    def put_code(self, address: Address, like: Address) -> None:
        """Make a contract stand at an address whose code is another's."""
        self._state.set_code(_raw(address), self._state.get_code(_raw(like)))
        self._state.lock_changes()

    def set_time(self, now: UtcSeconds) -> None:
        """Go to an instant, back as well: for tests that begin in a state of their own."""
        self._now = now
        self._state.execution_context = self._context()

    def _message(self, to: Address, data: bytes, caller: Address) -> Message:
        return Message(GAS, _raw(to), _raw(caller), 0, data, self._state.get_code(_raw(to)))

    def _receipt(self, done: ComputationAPI, data: bytes, more: int = 0) -> Receipt:
        """What a block would tell of it; the gas as in the Yellow Paper (appendix G), EIP-2028 and 3529."""
        used = BASE_GAS + more + ZERO_GAS * data.count(0) + BYTE_GAS * (len(data) - data.count(0)) + done.get_gas_used()
        logs = [
            Log(_text(address), tuple(Hash(topic.to_bytes(32, "big")) for topic in topics), content)
            for address, topics, content in done.get_log_entries()
        ]
        return Receipt(None, BLOCK, self._now, used - min(done.get_gas_refund(), used // 5), tuple(logs))

    def _run(self, message: Message, final: bool = True) -> ComputationAPI:
        """What a transaction does between its validation and its fee (Yellow Paper, section 6.2)."""
        state = self._state
        context = state.get_transaction_context_class()(gas_price=0, origin=message.sender)
        for address in (message.sender, message.storage_address):
            state.mark_address_warm(address)
        evm = state.computation_class
        apply = evm.apply_create_message if message.is_create else evm.apply_message
        done = apply(state, message, context)
        if final:
            state.lock_changes()
            state.clear_transient_storage()
        if done.is_error:
            raise Reverted(done.output)
        return done

    def _context(self) -> ExecutionContext:
        return ExecutionContext(
            coinbase=RawAddress(bytes(20)),
            timestamp=self._now,
            block_number=BlockNumber(BLOCK),
            difficulty=0,
            mix_hash=Hash32(bytes(32)),
            gas_limit=GAS,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )


def _raw(address: Address) -> RawAddress:
    return RawAddress(bytes.fromhex(address[2:]))


def _text(raw: bytes) -> Address:
    return Address(f"0x{raw.hex()}")
