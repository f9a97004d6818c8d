// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Step, Steps} from "../libraries/Step.sol";
import {Movement} from "./Movement.sol";

/// @title What an obligor owes: steps of ISettlement that core and module share
abstract contract Debt is Movement {
    /// @dev OBLIGATION.
    function _obligation(uint64 id, uint24 version) internal view returns (Obligation o) {
        o = obligations[id].row;
        if (o.isUnknown()) revert UnknownObligation(id);
        if (o.version() != version) revert StaleObligation(id, o.version(), version);
    }

    /// @dev Acceptance is written in claim 1 alone, so that accepting costs one slot: look there.
    function _wasAccepted(uint64 id) internal view {
        uint88 first = (uint88(id) << 24) | 1;
        Claim c = claims[first].row;
        if (c.lifecycle() == ClaimStatus.OFFERED) revert NotHeld(first, c.status());
    }

    function _lastStep(uint64 id, Obligation o) internal view returns (Step) {
        return steps[Steps.key(id, o.steps())];
    }

    /// @dev Late interest owed in this block.
    function _interestOwed(uint64 id, Obligation o) internal view returns (uint256) {
        uint256 due = o.due();
        uint256 owed = 0;
        uint256 since = due;
        if (o.steps() != 0) {
            Step last = _lastStep(id, o);
            owed = last.interestOwed();
            if (last.taken() > due) since = last.taken();
        }
        return Steps.accrued(owed, o.unpaid(), o.lateRate(), due, since, block.timestamp);
    }
}
