// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "./interfaces/ILedgerErrors.sol";
import {ILedgerTypes} from "./interfaces/ILedgerTypes.sol";
import {IRulebook, Rules} from "./interfaces/IRulebook.sol";
import {RulesLib} from "./libraries/RulesLib.sol";

/// @title Effective-dated limits
contract Rulebook is IRulebook {
    uint256 private constant PUBLIC_DELAY = 3 days;
    uint256 private constant LONGEST_TENOR = 366 days;

    /// @inheritdoc IRulebook
    address public immutable ledger;
    uint16 private immutable FIRST;

    /// @inheritdoc IRulebook
    uint16 public latest;
    mapping(uint256 => Rules) private published;

    /// @dev The first version is in force from its own `from`, which may lie in the past; signer fields of `first` are not used.
    /// A successor's first version is its predecessor's latest + 1.
    constructor(address ledger_, ILedgerTypes.PublishRules memory first) {
        if (ledger_ == address(0)) revert ILedgerErrors.BadGenesis();
        if (first.version == 0 || !_valid(first)) revert ILedgerErrors.BadRules();
        ledger = ledger_;
        FIRST = first.version;
        _publish(first);
    }

    /// @inheritdoc IRulebook
    function publish(ILedgerTypes.PublishRules calldata message) external {
        if (msg.sender != ledger) revert OnlyLedger(msg.sender);
        uint16 next = latest + 1;
        if (message.version != next) revert ILedgerErrors.StaleRulebook(next, message.version);
        bool later = message.from >= block.timestamp + PUBLIC_DELAY && message.from > RulesLib.from(published[latest]);
        if (!later || !_valid(message)) revert ILedgerErrors.BadRules();
        _publish(message);
    }

    /// @inheritdoc IRulebook
    function inForce(uint256 instant) external view returns (uint16 version, Rules rules) {
        version = latest;
        rules = published[version];
        while (RulesLib.from(rules) > instant) {
            if (version == FIRST) return (0, Rules.wrap(0));
            rules = published[--version];
        }
    }

    /// @inheritdoc IRulebook
    function rulesOf(uint16 version) external view returns (Rules) {
        return published[version];
    }

    function _publish(ILedgerTypes.PublishRules memory m) private {
        latest = m.version;
        published[m.version] = RulesLib.pack(m);
        emit RulesPublished(
            m.version,
            m.from,
            m.maxTenor,
            m.maxOffer,
            m.hopCap,
            m.minPiece,
            m.minLateRate,
            m.maxLateRate,
            m.minCloses,
            m.maxCloses
        );
    }

    function _valid(ILedgerTypes.PublishRules memory m) private pure returns (bool) {
        return m.maxTenor > 0 && m.maxTenor <= LONGEST_TENOR && m.maxOffer > 0 && m.hopCap <= 15 && m.minPiece <= 14
            && m.minLateRate <= m.maxLateRate && m.minCloses <= m.maxCloses;
    }
}
