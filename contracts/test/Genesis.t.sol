// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {IOffers} from "../interfaces/IObligations.sol";
import {ILedgerViews, IReceivableLedger, ParticipantStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Echo, Mute} from "./Echo.sol";
import {RegistryWorld} from "./RegistryWorld.sol";
import {Genesis} from "./World.sol";

/// @dev The ledger's birth, and that its parts answer at its address alone.
contract GenesisTest is RegistryWorld {
    // ---------------------------------------------------------------- birth

    function test_genesis__right__the_registrar_with_its_accounts() public {
        Genesis[] memory registrars = new Genesis[](3);
        registrars[0] = Genesis(vm.addr(R1), type(uint16).max, Rights.MAKER);
        registrars[1] = Genesis(vm.addr(NEW), type(uint16).max, Rights.ALL); // a second key of one officer
        registrars[2] = Genesis(vm.addr(R2), 2, Rights.ALL);
        address born = _next(1);
        address rulebook = _rulebookFor(born);
        _emitsAt(born);
        emit ILedgerEvents.ParticipantRegistered(1, 1, Roles.REGISTRAR, 0, address(0), keccak256("who"), 1);
        for (uint24 i = 0; i < 3; ++i) {
            Genesis memory g = registrars[i];
            _emitsAt(born);
            emit ILedgerEvents.AccountAdded(1, i + 2, g.account, g.officer, g.rights, 1);
        }
        ledger = IReceivableLedger(this.deploy(module, rulebook, registrars));
        eq(address(ledger), born);

        ILedgerViews.ParticipantView memory wanted;
        (wanted.roles, wanted.status, wanted.version) = (Roles.REGISTRAR, ParticipantStatus.ACTIVE, 4);
        (wanted.officers, wanted.quorum, wanted.identity) = (2, 2, keccak256("who"));
        same(ledger.participantOf(1), wanted);
        (uint32 participant, uint16 officer, uint8 rights, bool active) = ledger.accountOf(vm.addr(R1));
        yes(participant == 1 && officer == type(uint16).max && rights == Rights.MAKER && active);
        eq(ledger.rulebook(), rulebook);
        (bytes3 code, uint8 exponent) = ledger.currency();
        yes(code == "JPY" && exponent == 0);
    }

    function test_genesis__module_or_rulebook_without_code__bad_genesis() public {
        address rulebook = _rulebookFor(_next(1));
        _refuse(vm.addr(STRANGER), rulebook, _two());
        _refuse(module, vm.addr(STRANGER), _two());
    }

    function test_genesis__rulebook_of_another_ledger__bad_genesis() public {
        _refuse(module, address(book), _two());
    }

    function test_genesis__rulebook_without_limits_in_force__bad_genesis() public {
        PublishRules memory r = _firstRules();
        r.from = uint32(T0) + 1;
        address rulebook = _create("Rulebook", abi.encode(_next(1), r));
        _refuse(module, rulebook, _two());
        vm.warp(T0 + 1);
        this.deploy(module, rulebook, _two());
    }

    function test_genesis__rulebook_that_refuses_to_say__bad_genesis() public {
        _refuse(module, address(new Mute()), _two());
    }

    function test_genesis__rulebook_that_says_nothing__bad_genesis() public {
        _refuse(module, address(new Echo("")), _two());
    }

    function test_genesis__fewer_than_two_officers__bad_genesis() public {
        address rulebook = _rulebookFor(_next(1));
        _refuse(module, rulebook, new Genesis[](0));
        Genesis[] memory registrars = new Genesis[](1);
        registrars[0] = Genesis(vm.addr(R1), 1, Rights.ALL);
        _refuse(module, rulebook, registrars);
        registrars = _two();
        registrars[1].officer = 1; // two keys of one officer
        _refuse(module, rulebook, registrars);
    }

    function test_genesis__an_account_that_cannot_sign__bad_genesis() public {
        address rulebook = _rulebookFor(_next(1));
        for (uint256 i = 0; i < 6; ++i) {
            Genesis[] memory registrars = _two();
            Genesis memory g = registrars[1];
            if (i == 0) g.account = address(0);
            if (i == 1) g.account = registrars[0].account;
            if (i == 2) g.officer = 0;
            if (i == 3) g.rights = 0;
            if (i == 4) g.rights = Rights.CHECKER;
            if (i == 5) g.rights = Rights.ALL | 4;
            _refuse(module, rulebook, registrars);
        }
        this.deploy(module, rulebook, _two());
    }

    function test_genesis__module_over_views_without_code__bad_genesis() public {
        refused(abi.encodeWithSelector(E.BadGenesis.selector));
        this.create("LedgerModule", abi.encode(vm.addr(STRANGER)));
    }

    // ---------------------------------------------------------------- one address

    function test_module__called_directly__direct_call() public {
        bytes4[20] memory operations = [
            IRegistry.registerParticipant.selector,
            IRegistry.addAccount.selector,
            IRegistry.revokeAccount.selector,
            IRegistry.setThreshold.selector,
            IRegistry.setCash.selector,
            IRegistry.setStanding.selector,
            IRegistry.setAutoAccept.selector,
            IRegistry.raiseQuoteEpoch.selector,
            IRegistry.addRail.selector,
            IRegistry.registerInvoices.selector,
            IRegistry.publishRules.selector,
            IRegistry.setRulebook.selector,
            IRegistry.cancelChange.selector,
            IRegistry.pause.selector,
            IRegistry.unpause.selector,
            IOffers.decline.selector,
            IOffers.revoke.selector,
            IOffers.expire.selector,
            ILedgerViews.currency.selector, // its fallback
            bytes4(0xdeadbeef)
        ];
        for (uint256 i = 0; i < operations.length; ++i) {
            _refuseDirect(module, operations[i]);
        }
    }

    function test_views__called_directly__direct_call() public {
        bytes4[21] memory questions = [
            ILedgerViews.participantOf.selector,
            ILedgerViews.accountOf.selector,
            ILedgerViews.railOf.selector,
            ILedgerViews.invoiceOf.selector,
            ILedgerViews.obligationOf.selector,
            ILedgerViews.claimOf.selector,
            ILedgerViews.moneyOf.selector,
            ILedgerViews.owedOf.selector,
            ILedgerViews.acceptanceDigest.selector,
            ILedgerViews.lienAcceptanceDigest.selector,
            ILedgerViews.rulebook.selector,
            ILedgerViews.currency.selector,
            ILedgerViews.addressOf.selector,
            ILedgerViews.name.selector,
            ILedgerViews.symbol.selector,
            ILedgerViews.ownerOf.selector,
            ILedgerViews.tokenURI.selector,
            ILedgerViews.locked.selector,
            ILedgerViews.supportsInterface.selector,
            ILedgerViews.eip712Domain.selector,
            bytes4(0xdeadbeef)
        ];
        for (uint256 i = 0; i < questions.length; ++i) {
            _refuseDirect(views, questions[i]);
        }
    }

    function test_ledger__selector_of_nothing__unknown_operation() public {
        refuse(hex"deadbeef", abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(0xdeadbeef)));
        refuse(hex"deadbeef0102", abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(0xdeadbeef)));
        refuse(hex"de", abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(0xde000000)));
        refuse("", abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(0)));
    }

    function test_ledger__ether__taken_by_no_part() public {
        bytes[4] memory calls = [
            bytes(""),
            abi.encodeCall(ledger.name, ()),
            abi.encodeCall(ledger.redeem, (1)),
            abi.encodeCall(ledger.expire, (1, TERMS, new InvoicePart[](0)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool taken, bytes memory answer) = address(ledger).call{value: 1}(calls[i]);
            yes(!taken && answer.length == 0);
        }
        eq(address(ledger).balance, 0);
    }

    // ---------------------------------------------------------------- how

    function deploy(address module_, address rulebook, Genesis[] memory registrars) external returns (address) {
        return _create(
            "ReceivableLedger", abi.encode(module_, rulebook, bytes3("JPY"), uint8(0), keccak256("who"), registrars)
        );
    }

    function create(string memory name, bytes memory arguments) external returns (address) {
        return _create(name, arguments);
    }

    function _two() private pure returns (Genesis[] memory registrars) {
        registrars = new Genesis[](2);
        registrars[0] = Genesis(vm.addr(R1), 1, Rights.ALL);
        registrars[1] = Genesis(vm.addr(R2), 2, Rights.ALL);
    }

    /// @dev Where the contract will be that this one makes after `made` others.
    function _next(uint64 made) private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + made);
    }

    function _rulebookFor(address ledger_) private returns (address) {
        return _create("Rulebook", abi.encode(ledger_, _firstRules()));
    }

    function _emitsAt(address emitter) private {
        vm.expectEmit(true, true, true, true, emitter);
    }

    function _refuse(address module_, address rulebook, Genesis[] memory registrars) private {
        refused(abi.encodeWithSelector(E.BadGenesis.selector));
        this.deploy(module_, rulebook, registrars);
    }

    function _refuseDirect(address part, bytes4 selector) private {
        refused(abi.encodeWithSelector(E.DirectCall.selector));
        (bool asExpected,) = part.call(bytes.concat(selector, new bytes(20 * 32)));
        yes(asExpected);
    }
}
