# SPDX-License-Identifier: Apache-2.0
"""Where the story is played: the ledger on a node and the reference model, side by side.

Whatever happens is asked of both, and the answers are compared before a word of it is told: what the node's ledger did
must be what the model said it would do, a refusal included, and a refusal must leave every row as it was.
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any

from api.operations import snake
from api.story.cast import BOTH, REGISTRAR, Company, Keys
from api.story.errors import ProofFailed
from api.story.orders import Order
from api.story.steps import Kind, Scene, Step, Tell
from chain.abi.plain import calldata
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.money import Fen, Ppm
from chain.domain.rules import FirstAccount, check, genesis, play
from chain.domain.vocabulary import Address, CashAccount, OfficerId, Rules
from chain.node.chain import Chain, deploy_deposit, deploy_ledger

CURRENCY, EXPONENT = b"CNY", 2
UNLIMITED = 2**256 - 1  # how much the ledger may move from an account: each movement needs its owner's order
RULES = Rules(
    start=UtcSeconds(0),
    max_tenor=366 * DAY,
    max_offer=720,
    hop_cap=5,
    min_piece=2,  # 1.00 yuan
    min_late_rate=Ppm(0),
    max_late_rate=Ppm(365_000),
    min_closes=1,
    max_closes=30,
)


class Stage:
    """The ledger and the model; every step that happened on them, told one by one."""

    def __init__(self, chain: Chain, keys: Keys, tell: Tell) -> None:
        self.chain, self.keys, self._tell = chain, keys, tell
        self.scene = Scene.MEMBERS
        self.steps: list[Step] = []
        self._relays = cycle(key.address for key in keys.relays)
        identity = keys.commitment(REGISTRAR.name.en)
        officers = (FirstAccount(keys.officer(REGISTRAR, n).address, OfficerId(n), BOTH) for n in (1, 2))
        registrars = tuple(officers)
        self.views = chain.next_address()  # the first contract that deploy_ledger puts in place
        self.ledger = deploy_ledger(chain, registrars, identity, RULES, CURRENCY, EXPONENT)
        self.deposit = deploy_deposit(chain, keys.treasury.address, EXPONENT)
        self.rows = genesis(identity, registrars, self.ledger.rulebook, RULES, EXPONENT)
        self.rows.tokens[self.deposit.token] = EXPONENT

    @property
    def now(self) -> UtcSeconds:
        """The ledger's time."""
        return self.chain.now

    @property
    def tomorrow(self) -> UtcSeconds:
        """The deadline of what is signed now."""
        return UtcSeconds(self.now + DAY)

    # ---- what happens

    def do(self, line: str, order: Order, actor: Company | None, amount: Fen | None = None, **facts: Any) -> None:
        """Carry an order out. Raises its Refusal, or ProofFailed when ledger and model differ."""
        expected = check(self.rows, order.call, self.now)
        carried = self.ledger.carry(order.signed, next(self._relays))
        _demand(carried.events == expected, f"the ledger did {carried.events}, the model {expected}")
        _demand(carried.receipt.at == self.now, "the node's clock is not the story's")
        play(self.rows, order.call, self.now)
        gas = carried.receipt.gas
        self._add(Kind.DONE, line, actor=actor, operation=operation(order), amount=amount, gas=gas, facts=facts)

    def refuse(self, line: str, order: Order, actor: Company | None, amount: Fen | None = None, **facts: Any) -> None:
        """Ask for what must be refused. Raises ProofFailed unless both refuse alike and no row changes."""
        before = self.rows.copy()
        told = _refusal(lambda: self.ledger.carry(order.signed, next(self._relays)))
        checked = _refusal(lambda: check(self.rows, order.call, self.now))
        _demand(told is not None and told == checked, f"the ledger answered {told!r}, the model {checked!r}")
        _demand(self.rows == before, "a refusal changed a row")
        asked = {"actor": actor, "operation": operation(order), "amount": amount}
        self._add(Kind.REFUSED, line, **asked, refusal=told, facts=facts)

    def note(self, line: str, actor: Company | None = None, amount: Fen | None = None, **facts: Any) -> None:
        """Tell what reaches no ledger."""
        self._add(Kind.NOTE, line, actor=actor, amount=amount, facts=facts)

    def travel(self, line: str, to: UtcSeconds) -> None:
        """Let time go on."""
        since = self.now
        self.chain.travel(to)
        self._add(Kind.CLOCK, line, since=since)

    # ---- the bank's cash system

    def credit(self, line: str, actor: Company, owner: Company, amount: Fen, **facts: Any) -> None:
        """The settlement bank credits a customer's account."""
        account = self.keys.cash(owner).address
        gas = self._cash("mint", self.deposit.bank, account, amount)
        self._balance(account, amount, approved=False)
        self._add(Kind.DONE, line, actor=actor, operation="credit", amount=amount, gas=gas, facts=facts)

    def allow(self, line: str, actor: Company, account: Address, **facts: Any) -> None:
        """The owner of an account lets the ledger move its money."""
        gas = self._cash("approve", account, self.ledger.ledger, UNLIMITED)
        self._balance(account, Fen(0), approved=True)
        self._add(Kind.DONE, line, actor=actor, operation="allow", gas=gas, facts=facts)

    def _cash(self, name: str, caller: Address, account: Address, amount: int) -> int:
        """A message to the cash system from the owner of an account there; its gas."""
        message = calldata("TokenizedDeposit", name, account, amount)
        return self.chain.send(self.deposit.token, message, caller).gas

    def _balance(self, account: Address, more: Fen, approved: bool) -> None:
        row = self.rows.cash.get((self.deposit.token, account), CashAccount(Fen(0), approved=False))
        after = CashAccount(Fen(row.balance + more), row.approved or approved)
        self.rows.cash[self.deposit.token, account] = after

    # ---- what is told

    def _add(self, kind: Kind, line: str, **known: Any) -> None:
        """Tell the next step, with what else is known of it."""
        self.steps.append(Step(len(self.steps) + 1, self.scene, kind, line, self.now, **known))
        self._tell(self.steps[-1])


def operation(order: Order) -> str:
    """The name of what is ordered: "split_many" for a SplitMany."""
    return snake(type(order.message).__name__)


def _refusal(attempt: Callable[[], object]) -> Refusal | None:
    """Why it was refused, if it was."""
    try:
        attempt()
    except Refusal as refusal:
        return refusal
    return None


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ProofFailed(what=otherwise)
