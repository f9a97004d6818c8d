# SPDX-License-Identifier: Apache-2.0
"""How a network on our own node is born: what it is made of, its first block, its record."""

from pathlib import Path

from api.errors import BirthDiffers, BirthFailed
from api.run import Node, relay_keys
from api.story.cast import BANK, BOTH, COMPANIES, MOTORS, REGISTRAR, RIVAL, Keys
from api.story.figures import BANK_CASH, MOTORS_CASH
from api.story.stage import CURRENCY, EXPONENT, RULES, UNLIMITED
from api.terms import Terms
from chain.abi.sums import contract_sums
from chain.domain.clock import SystemClock, UtcSeconds, instant
from chain.domain.rules import FirstAccount
from chain.domain.vocabulary import Address, Hash, OfficerId, Rules
from chain.node import answers
from chain.node.anvil import draw_chain_id
from chain.node.network import Folder, Network
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.store.db import Db, connect
from chain.submission.birth import bear, contracts, endow
from chain.submission.clock import DemoClock
from chain.submission.sender import Sender, Target


class Plan:
    """What a network is to be made of, from one drawn identity: chain id and genesis time."""

    def __init__(self, chain_id: int, genesis: UtcSeconds, terms: Terms | None) -> None:
        """`terms`: None for a demo network, whose keys all follow from its chain id."""
        self.chain_id, self.genesis, self.demo = chain_id, genesis, terms is None
        if terms is None:
            keys = Keys(chain_id)
            self.registrars: tuple[FirstAccount, ...] = tuple(
                FirstAccount(keys.officer(REGISTRAR, n).address, OfficerId(n), BOTH) for n in (1, 2)
            )
            self.identity: Hash = keys.commitment(REGISTRAR.name.en)
            self.rules: Rules = RULES
            self.currency, self.exponent = CURRENCY.decode(), EXPONENT
            self.bank: Address = keys.treasury.address
        else:
            self.registrars, self.identity, self.rules = terms.registrars, terms.identity, terms.rules(genesis)
            self.currency, self.exponent, self.bank = terms.currency.code, terms.currency.decimals, terms.bank


def identity(db: Db) -> tuple[int, UtcSeconds]:
    """Chain id and genesis time of the book's network, drawn once for ever. Raises StoreError."""
    return entered(db, draw_chain_id(), SystemClock().now())


def entered(db: Db, chain_id: int, genesis: UtcSeconds) -> tuple[int, UtcSeconds]:
    """The book's chain id and genesis time; these, when it has none yet. Raises StoreError."""
    with db.transaction():
        kept: dict[str, str] = dict(db.all("SELECT name, value FROM setting WHERE name IN ('chain id', 'genesis')"))
        if not kept:
            kept = {"chain id": str(chain_id), "genesis": str(genesis)}
            db.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", list(kept.items()))
    return int(kept["chain id"]), instant(int(kept["genesis"]))


def born(home: Folder, node: Node, address: str, plan: Plan) -> Network:
    """Make a network's first block, and a demo's second, unless the book has them already, and record the network.

    Raises BirthDiffers, BirthFailed, and what node and sender raise.
    """
    relay, *_ = relay_keys(home.path / "relay.key", 1)
    code, exponent = plan.currency.encode(), plan.exponent
    deployed, token, creations = contracts(
        plan.chain_id, relay.address, plan.registrars, plan.identity, plan.rules, code, exponent, plan.bank
    )
    made = Network(
        demo=plan.demo,
        chain_id=plan.chain_id,
        genesis=plan.genesis,
        ledger=deployed.ledger,
        module=deployed.module,
        views=deployed.views,
        rulebook=deployed.rulebook,
        currency=plan.currency,
        exponent=plan.exponent,
        cash=(token,),
        contracts=contract_sums(),
    )
    node.start()
    try:
        with connect(address) as db:
            _same(db, home.path, creations)
            target = Target(plan.chain_id, deployed.ledger)
            clock = DemoClock(db) if plan.demo else SystemClock()
            sender = Sender(db, Sequencer(node.anvil.rpc), relay, target, clock, lambda event, facts: None)
            sender.settle()
            if not _made(db, 1):
                bear(sender, relay, creations)
            if plan.demo and not _made(db, 2):
                _endowed(sender, Keys(plan.chain_id), token, deployed.ledger)
        _stands(node.anvil.rpc, made)
    finally:
        node.stop()
    home.record(made)
    return made


def _made(db: Db, block: int) -> bool:
    return db.one("SELECT 1 FROM block WHERE number = ?", [block]) is not None


def _endowed(sender: Sender, keys: Keys, token: Address, ledger: Address) -> None:
    """The demo's second block: who pays in the story has the money, and nobody has to let the ledger move it."""
    cash = {MOTORS: MOTORS_CASH, BANK: BANK_CASH, RIVAL: BANK_CASH}
    credits = {keys.cash(company).address: amount for company, amount in cash.items()}
    owners = [*(keys.cash(company) for company in COMPANIES if company.paid), keys.escrow]
    endow(sender, token, keys.treasury, credits, ledger, dict.fromkeys(owners, UNLIMITED))


def _same(db: Db, folder: Path, creations: list[bytes]) -> None:
    """A birth that was interrupted goes on with what it began with. Raises BirthDiffers otherwise."""
    rows = db.all(
        "SELECT c.raw FROM block_item i JOIN carrier c ON c.hash = i.carrier WHERE i.number = 1 ORDER BY i.position"
    )
    if rows and not (
        len(rows) == len(creations) and all(one in bytes(raw) for one, (raw,) in zip(creations, rows, strict=True))
    ):
        raise BirthDiffers(folder=str(folder))


def _stands(rpc: Rpc, made: Network) -> None:
    """Raises BirthFailed unless every contract has code."""
    places = {"LedgerViews": made.views, "LedgerModule": made.module, "Rulebook": made.rulebook}
    for name, place in (places | {"ReceivableLedger": made.ledger, "TokenizedDeposit": made.cash[0]}).items():
        if not rpc.ask(answers.octets, "eth_getCode", place, "latest"):
            raise BirthFailed(contract=name, address=place)
