// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {Rules} from "../interfaces/IRulebook.sol";

/// @title Access to a version of the limits (layout: IRulebook)
library RulesLib {
    function pack(ILedgerTypes.PublishRules memory m) internal pure returns (Rules) {
        return Rules.wrap(
            uint256(m.from) | (uint256(m.maxTenor) << 32) | (uint256(m.maxOffer) << 64) | (uint256(m.hopCap) << 80)
                | (uint256(m.minPiece) << 88) | (uint256(m.minLateRate) << 96) | (uint256(m.maxLateRate) << 120)
                | (uint256(m.minCloses) << 144) | (uint256(m.maxCloses) << 152)
        );
    }

    function from(Rules r) internal pure returns (uint32) {
        return uint32(Rules.unwrap(r));
    }

    function maxTenor(Rules r) internal pure returns (uint32) {
        return uint32(Rules.unwrap(r) >> 32);
    }

    function maxOffer(Rules r) internal pure returns (uint16) {
        return uint16(Rules.unwrap(r) >> 64);
    }

    function hopCap(Rules r) internal pure returns (uint8) {
        return uint8(Rules.unwrap(r) >> 80);
    }

    function minPiece(Rules r) internal pure returns (uint8) {
        return uint8(Rules.unwrap(r) >> 88);
    }

    function minLateRate(Rules r) internal pure returns (uint24) {
        return uint24(Rules.unwrap(r) >> 96);
    }

    function maxLateRate(Rules r) internal pure returns (uint24) {
        return uint24(Rules.unwrap(r) >> 120);
    }

    function minCloses(Rules r) internal pure returns (uint8) {
        return uint8(Rules.unwrap(r) >> 144);
    }

    function maxCloses(Rules r) internal pure returns (uint8) {
        return uint8(Rules.unwrap(r) >> 152);
    }
}
