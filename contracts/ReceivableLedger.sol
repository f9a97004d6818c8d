// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaims} from "./interfaces/IClaims.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {IIssuance} from "./interfaces/IObligations.sol";
import {Rights, Roles} from "./interfaces/IReceivableLedger.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Ask} from "./libraries/Ask.sol";
import {Intents} from "./libraries/Intents.sol";
import {Authority} from "./ledger/Authority.sol";
import {Claims} from "./ledger/Claims.sol";
import {Financing} from "./ledger/Financing.sol";
import {Issuance} from "./ledger/Issuance.sol";
import {Membership} from "./ledger/Membership.sol";
import {Settlement} from "./ledger/Settlement.sol";

/// @title The ledger: hot operations here, rare ones in the module over the same storage
/// @dev The whole interface at this address is IReceivableLedger. The core is immutable: a successor takes over, it is never upgraded.
contract ReceivableLedger is Issuance, Claims, Financing, Settlement, Membership {
    /// @dev An account of the Registrar that exists from the beginning.
    struct Genesis {
        address account;
        uint16 officer;
        uint8 rights;
    }

    uint256 private constant REGISTRAR_ID = 1;

    address private immutable MODULE;
    bytes32 private immutable DOMAIN;
    uint256 private immutable CHAIN_ID;

    /// @dev `BadGenesis` unless module and rulebook have code, the rulebook serves this address and has limits in force, and two officers of the Registrar can sign.
    constructor(
        address module,
        address rulebook,
        bytes3 currency,
        uint8 exponent,
        bytes32 identity,
        Genesis[] memory registrars
    ) {
        (bool ok, uint256 served) = Ask.word(rulebook, abi.encodeCall(IRulebook.ledger, ()), 1);
        if (module.code.length == 0 || !ok || served != uint160(address(this))) revert BadGenesis();
        uint256 rules;
        (ok, rules) = Ask.word(rulebook, abi.encodeCall(IRulebook.inForce, (block.timestamp)), 2);
        if (!ok || rules == 0 || rules > type(uint16).max) revert BadGenesis();
        MODULE = module;
        DOMAIN = Intents.domain();
        CHAIN_ID = block.chainid;
        configuration = Configuration(rulebook, currency, exponent);
        _enter(REGISTRAR_ID, Roles.REGISTRAR, 0, address(0), identity, uint16(rules));
        for (uint256 i = 0; i < registrars.length; ++i) {
            Genesis memory g = registrars[i];
            bool valid = g.account != address(0) && accounts[uint160(g.account)].isUnknown() && g.officer != 0
                && g.rights & Rights.MAKER != 0 && g.rights & ~Rights.ALL == 0;
            if (!valid) revert BadGenesis();
            _roomForAccount(REGISTRAR_ID, participants[REGISTRAR_ID].row, g.officer);
            _add(REGISTRAR_ID, participants[REGISTRAR_ID].row, g.account, g.officer, g.rights, uint16(rules));
        }
        if (participants[REGISTRAR_ID].row.officers() < 2) revert BadGenesis();
    }

    /// @dev The hot operations, those whose gas is promised first, since each comparison costs 23; everything else is the module's code on this
    /// storage. They read calldata themselves (libraries/Words.sol): the compiler's dispatch and decoding would cost several hundred gas more.
    /// Takes no ether.
    // Nothing comes after the forward, which ends the call: as it should.
    // slither-disable-next-line incorrect-return
    fallback() external {
        uint256 operation = uint32(msg.sig);
        if (operation == uint32(IIssuance.accept.selector)) _accept();
        else if (operation == uint32(IClaims.split.selector)) _split();
        else if (operation == uint32(IFinancing.discount.selector)) _discount();
        else if (operation == uint32(IClaims.transfer.selector)) _transfer();
        else if (operation == uint32(ISettlement.redeem.selector)) _redeem();
        else if (operation == uint32(IIssuance.issue.selector)) _issueOne();
        else if (operation == uint32(IClaims.splitMany.selector)) _splitMany();
        else if (operation == uint32(IIssuance.issueMany.selector)) _issueMany();
        else if (operation == uint32(IClaims.lien.selector)) _lien();
        else if (operation == uint32(IClaims.release.selector)) _release();
        else if (operation == uint32(ISettlement.fund.selector)) _fund();
        else if (operation == uint32(IClaims.cut.selector)) _cut();
        else if (operation == uint32(ISettlement.fundByReceipt.selector)) _fundByReceipt();
        else if (operation == uint32(ISettlement.markOverdue.selector)) _markOverdue();
        else _forward(MODULE);
    }

    /// @inheritdoc Authority
    function _domain() internal view override returns (bytes32) {
        return block.chainid == CHAIN_ID ? DOMAIN : Intents.domain();
    }
}
