// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @dev One version of the limits, one slot, from the lowest bit:
/// from 32 | maxTenor 32 | maxOffer 16 | hopCap 8 | minPiece 8 | minLateRate 24 | maxLateRate 24 | minCloses 8 | maxCloses 8.
type Rules is uint256;

/// @title Effective-dated limits, read by the ledger at issue only and never retroactive
interface IRulebook {
    /// @notice `version` applies to obligations issued from `from` on.
    event RulesPublished(
        uint16 indexed version,
        uint32 from,
        uint32 maxTenor,
        uint16 maxOffer,
        uint8 hopCap,
        uint8 minPiece,
        uint24 minLateRate,
        uint24 maxLateRate,
        uint8 minCloses,
        uint8 maxCloses
    );

    /// @notice Only the ledger publishes, on two signatures of its Registrar.
    error OnlyLedger(address caller);

    /// @notice The ledger that this Rulebook serves.
    function ledger() external view returns (address);

    /// @notice The latest published version, in force or not yet.
    function latest() external view returns (uint16);

    /// @notice The version in force at an instant (the highest whose `from` is not after it) and its limits; zero before the first.
    function inForce(uint256 instant) external view returns (uint16 version, Rules rules);

    /// @notice A published version's limits; zero if there is none.
    function rulesOf(uint16 version) external view returns (Rules);

    /// @notice `StaleRulebook` unless version = latest + 1; `BadRules` unless from >= block time + 3 days and > the latest version's,
    /// 0 < maxTenor <= 366 days, maxOffer > 0, hopCap <= 15, minPiece <= 14, minLateRate <= maxLateRate, minCloses <= maxCloses.
    function publish(ILedgerTypes.PublishRules calldata message) external;
}
