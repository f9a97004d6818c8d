# SPDX-License-Identifier: Apache-2.0
"""What of a transaction's gas any contract with the same storage, events and signatures would pay: the floor.

Floor = intrinsic (21,000) + calldata (16 per byte that is not zero, 4 per zero) + what SLOAD, SSTORE and LOG cost + all
that is spent on calls of precompiles (their own gas and the call's) + all that is spent on calls of the cash token (the
same, whatever runs inside) - the refund, which SSTOREs alone earn. The rest is overhead: arithmetic, memory, jumps,
hashing, and the calls of our own contracts (module, Rulebook), whose SLOADs count as SLOADs like any other.

The source is the list `structLogs` of debug_traceTransaction. Its `gasCost` is not used where it misleads: for a CALL,
nodes count the gas handed on as a cost, and what runs inside would count twice. What a step costs is read from `gas`,
the gas left before each step, instead:

- a step with the next one in the same frame: the difference of the two (a call of an address without code, a precompile
  among them, has no steps inside, so its whole cost is this difference);
- a call with steps inside: the difference to the next step in its own frame, less what went on inside;
- the last step of a frame: RETURN and REVERT cost what `gasCost` says, STOP and SELFDESTRUCT too; any other end was a
  failure, and it takes all that was left.

So the parts add up to the whole, and `Spent.gas` must be the receipt's figure to the last unit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chain.domain.vocabulary import Address

INTRINSIC = 21_000
PER_BYTE, PER_ZERO_BYTE = 16, 4
REFUND_QUOTIENT = 5  # EIP-3529: at most a fifth of what was spent is given back
PRECOMPILES = 10  # of Cancun, at the addresses from 1

CALLS = ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
ENDS = ("STOP", "RETURN", "REVERT", "SELFDESTRUCT")


class TraceMisfit(Exception):
    """The steps are not those of one whole transaction, or do not add up to its receipt."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a transaction's gas went. `inherent`: opcode, `precompile` or `token` -> gas; `overhead`: opcode -> gas."""

    calldata: int
    inherent: Mapping[str, int]
    overhead: Mapping[str, int]
    refund: int

    @property
    def floor(self) -> int:
        """What no contract with these storage words, events and signatures can save."""
        return INTRINSIC + self.calldata + sum(self.inherent.values()) - self.refund

    @property
    def gas(self) -> int:
        """What the receipt says."""
        return self.floor + sum(self.overhead.values())


def calldata_gas(data: bytes) -> int:
    """What the bytes of a transaction cost before anything runs."""
    zeros = data.count(0)
    return PER_ZERO_BYTE * zeros + PER_BYTE * (len(data) - zeros)


def spent(data: bytes, steps: Sequence[Mapping[str, Any]], gas_limit: int, token: Address) -> Spent:
    """Where the gas of a successful call transaction went.

    `data`: its calldata; `steps`: structLogs with stacks, without memory; `gas_limit`: the transaction's. Raises
    TraceMisfit when the steps do not begin with the gas that the intrinsic cost leaves.
    """
    calldata = calldata_gas(data)
    if not steps or steps[0]["gas"] != gas_limit - INTRINSIC - calldata:
        raise TraceMisfit(f"a trace that begins with {steps[0]['gas'] if steps else 'nothing'} of {gas_limit} gas")
    inherent: Counter[str] = Counter()
    overhead: Counter[str] = Counter()
    for op, cost, where in _costs(steps, token):
        if where:
            inherent[where] += cost
        elif op in ("SLOAD", "SSTORE") or op.startswith("LOG"):
            inherent[op] += cost
        else:
            overhead[op] += cost
    gross = INTRINSIC + calldata + inherent.total() + overhead.total()
    refund = min(int(steps[-1].get("refund", 0)), gross // REFUND_QUOTIENT)
    return Spent(calldata, inherent, overhead, refund)


def _costs(steps: Sequence[Mapping[str, Any]], token: Address) -> Iterator[tuple[str, int, str]]:
    """(opcode, its own gas, `precompile` or `token` when it belongs to such a call) of every step."""
    resumed = _resumed(steps)
    token_depth = None  # of the step that called the token, while its code runs
    for place, step in enumerate(steps):
        op, depth = step["op"], step["depth"]
        if token_depth is not None and depth <= token_depth:
            token_depth = None
        callee = _callee(step) if op in CALLS else None
        where = ""
        if token_depth is not None:
            where = "token"
        elif callee == int(token, 16):
            where, token_depth = "token", depth
        elif callee is not None and 1 <= callee <= PRECOMPILES:
            where = "precompile"
        yield op, _own(steps, place, resumed), where


def _own(steps: Sequence[Mapping[str, Any]], place: int, resumed: Mapping[int, int]) -> int:
    """What the step itself costs, what runs inside it left out."""
    step = steps[place]
    after = resumed.get(place)
    if after is None:
        return int(step["gasCost"]) if step["op"] in ENDS and not step.get("error") else int(step["gas"])
    cost = int(step["gas"] - steps[after]["gas"])
    if after == place + 1:
        return cost
    last = steps[after - 1]
    ended = last["op"] in ENDS and not last.get("error")
    left = last["gas"] - last["gasCost"] if ended else 0
    return cost - int(steps[place + 1]["gas"] - left)


def _resumed(steps: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Step -> the next step of the same frame. The last step of a frame has none."""
    found: dict[int, int] = {}
    open_frames: list[int] = []  # per depth, the latest step of the frame that runs
    for place, step in enumerate(steps):
        depth = step["depth"]
        if not 1 <= depth <= len(open_frames) + 1:
            raise TraceMisfit(f"step {place} at depth {depth} after depth {len(open_frames)}")
        if depth <= len(open_frames):
            del open_frames[depth:]
            found[open_frames[-1]] = place
            open_frames[-1] = place
        else:
            open_frames.append(place)
    return found


def _callee(step: Mapping[str, Any]) -> int:
    """The address that a call names: the second word from the top of the stack."""
    return int(step["stack"][-2], 16)
