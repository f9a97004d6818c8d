// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ObligationStatus, Rights} from "../../interfaces/IReceivableLedger.sol";
import {Claim} from "../../libraries/Claim.sol";
import {Obligation} from "../../libraries/Obligation.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Ghost} from "./Ghost.sol";

/// @title Who acts on what: choices from one seed, mostly sensible, sometimes wrong
/// @dev One action in twelve is tried by a wrong actor, and none of these may succeed.
abstract contract Cast is Ghost {
    uint256 private constant WRONG = 12; // one in so many
    uint256 private constant LOOKS = 24; // rows looked at before giving up on a sensible choice
    uint256 internal constant CHILDREN = 20; // claims of one obligation, so that its sums stay cheap

    uint256 private noise;
    uint256 private begun;
    bool internal rightful;
    mapping(uint256 => address) private addresses;
    mapping(uint32 => uint256) internal keyOf;
    uint32[] internal receivers;

    /// @dev What a claim must be like to be chosen.
    enum Want {
        Offered, // still open
        Lapsed, // offered, and past its hour
        Movable, // held, free, no money waiting, open
        Cuttable, // movable before the closing window, and its obligation has room for children
        Liened,
        Paying // money may be waiting
    }

    function _cast() internal {
        people = [REGISTRAR, OPERATOR, BANK, CORE, CORE2, SUP1, SUP2, SUP3, FIN, FIN2];
        receivers = [SUP1, SUP2, SUP3, FIN, FIN2];
        keyOf[REGISTRAR] = R1;
        keyOf[OPERATOR] = OP;
        keyOf[BANK] = BK;
        keyOf[CORE] = MAKER;
        keyOf[CORE2] = MAKER2;
        keyOf[SUP1] = S1;
        keyOf[SUP2] = S2;
        keyOf[SUP3] = S3;
        keyOf[FIN] = F1;
        keyOf[FIN2] = F2;
    }

    // ---------------------------------------------------------------- chance

    function _begin(uint256 seed) internal {
        noise = uint256(keccak256(abi.encode(seed, ++begun)));
        rightful = true;
    }

    /// @dev From here on nothing goes wrong by choice.
    function _noChance() internal {
        (noise, rightful) = (0, true);
    }

    /// @dev A number below `bound`.
    function _below(uint256 bound) internal returns (uint256 result) {
        uint256 now_ = noise;
        result = (now_ & type(uint128).max) % bound;
        assembly ("memory-safe") {
            mstore(0, now_)
            now_ := keccak256(0, 0x20)
        }
        noise = now_;
    }

    function _oneIn(uint256 many) internal returns (bool) {
        return _below(many) == 0;
    }

    // ---------------------------------------------------------------- actors

    function _address(uint256 key) internal returns (address a) {
        a = addresses[key];
        if (a == address(0)) {
            a = vm.addr(key);
            addresses[key] = a;
        }
    }

    /// @dev A key that speaks for `participant`, or now and then one that does not.
    function _keyFor(uint32 participant) internal returns (uint256) {
        if (keyOf[participant] == 0) return STRANGER; // there was no subject to choose
        if (noise == 0 || !_oneIn(WRONG)) return keyOf[participant]; // 0: before the first action
        rightful = false;
        if (_oneIn(2)) return STRANGER;
        uint32 another = receivers[_below(receivers.length)];
        return another == participant ? STRANGER : keyOf[another];
    }

    /// @dev A signature of `key`, or now and then of nobody that matters.
    function _sign(uint256 key, bytes32 structHash) internal returns (bytes memory) {
        if (_oneIn(WRONG)) (rightful, key) = (false, STRANGER);
        return signed(key, structHash);
    }

    /// @dev Calls the ledger as `key` (0: as this contract) and keeps the count. Now and then a stranger carries what only its signer may.
    function _do(Action action, uint256 key, bytes memory data) internal returns (bool ok) {
        bytes memory answer;
        if (noise != 0 && key != 0 && key != STRANGER && _oneIn(2 * WRONG)) (rightful, key) = (false, STRANGER);
        if (key != 0) vm.prank(_address(key));
        (ok, answer) = address(ledger).call(data);
        ++calls[uint256(action)];
        if (ok) {
            ++successes[uint256(action)];
            _must(rightful, "a wrong actor succeeded");
        } else {
            bytes4 reason = bytes4(answer);
            bool typed = answer.length >= 4 && reason != 0x4e487b71 && reason != 0x08c379a0; // Panic, Error
            _must(typed, "a refusal without its own error");
        }
    }

    // ---------------------------------------------------------------- subjects

    function _pickClaim(Want want) internal returns (uint88 id) {
        if (_oneIn(WRONG) && pieces.length != 0) return pieces[_below(pieces.length)];
        uint256 n = lively.length;
        if (n == 0) return claimId(CORE, 999_999, 1);
        uint256 from = _below(n);
        for (uint256 i = 0; i < LOOKS && i < n; ++i) {
            id = uint88(lively[(from + i) % n]);
            if (_fits(id, want)) return id;
        }
    }

    function _fits(uint88 id, Want want) private view returns (bool) {
        Claim c = Claim.wrap(claimRows[id]);
        if (want == Want.Offered || want == Want.Lapsed) {
            bool open = block.timestamp <= uint256(c.lienUntil()) * 3600;
            return c.lifecycle() == ClaimStatus.OFFERED && open == (want == Want.Offered);
        }
        if (c.lifecycle() != ClaimStatus.HELD) return false;
        Obligation o = Obligation.wrap(obligationRows[uint64(id >> 24)]);
        uint8 status = o.status();
        if (want == Want.Paying) return c.redeemedStep() != o.steps() || status == ObligationStatus.SETTLED;
        if (want == Want.Liened) return c.lienholder() != 0;
        if (c.redeemedStep() != o.steps() || c.liened(block.timestamp)) return false;
        if (status != ObligationStatus.ISSUED && status != ObligationStatus.OVERDUE) return false;
        if (want == Want.Movable) return true;
        return o.seq() < CHILDREN && block.timestamp + uint256(o.closes()) * 1 days < o.due() && c.amount() > 1;
    }

    /// @dev An obligation to be paid or marked: accepted, and past its due instant if so asked.
    function _pickDebt(bool matured, bool marked) internal returns (uint64 id) {
        if (_oneIn(WRONG) && promises.length != 0) return promises[_below(promises.length)];
        uint256 n = debts.length;
        if (n == 0) return obligationId(CORE, 999_999);
        uint256 from = _below(n);
        for (uint256 i = 0; i < LOOKS && i < n; ++i) {
            id = uint64(debts[(from + i) % n]);
            Obligation o = Obligation.wrap(obligationRows[id]);
            if (matured && block.timestamp <= o.due()) continue;
            if (!marked && o.status() == ObligationStatus.OVERDUE) continue;
            if (Claim.wrap(claimRows[(uint88(id) << 24) | 1]).lifecycle() != ClaimStatus.OFFERED) return id;
        }
    }

    /// @dev The holder of a claim, as remembered.
    function _holder(uint88 id) internal view returns (uint32) {
        return Claim.wrap(claimRows[id]).holder();
    }

    function _receiver(uint32 but) internal returns (uint32 to) {
        to = receivers[_below(receivers.length)];
        if (to == but) to = receivers[_below(receivers.length)];
    }

    /// @dev A piece of what a claim has: anything from a cent to all but a cent, small and large alike.
    function _someOf(uint48 amount) internal returns (uint48) {
        if (amount < 2) return 1;
        uint256 most = _oneIn(3) ? 1 + _below(100) : amount - 1;
        if (most > amount - 1) most = amount - 1;
        return uint48(1 + _below(most));
    }

    // ---------------------------------------------------------------- consents

    /// @dev The assignee's signed acceptance; at times nothing at all (standing consent may do), at times for another amount.
    function _consent(uint32 to, uint88 id, uint16 piece, uint48 amount) internal returns (bytes memory) {
        if (_oneIn(10)) return "";
        uint48 accepted = _oneIn(WRONG) ? amount + 1 : amount;
        uint24 version = Claim.wrap(claimRows[id]).version();
        address signer = _address(keyOf[to]);
        Acceptance memory m = ILedgerTypes.Acceptance(to, id, version, piece, accepted, signer, DEADLINE);
        return abi.encodePacked(signer, DEADLINE, _sign(keyOf[to], keccak256(abi.encode(Intents.ACCEPTANCE, m))));
    }
}
