// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Rights} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Governed} from "./Governed.sol";
import {Wallet1271} from "./Wallet1271.sol";

contract AddAccountTest is Governed {
    address private account = vm.addr(NEW);
    uint16 private officer = 7;
    uint8 private rights = Rights.ALL;

    // ---------------------------------------------------------------- a new officer

    function test_addAccount__new_officer__known_from_now_on() public {
        officer = type(uint16).max;
        rights = Rights.CHECKER;
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        wanted.version += 1;
        wanted.officers = 3;
        Parties memory p = usual();
        emits();
        emit ILedgerEvents.AccountAdded(CORE, wanted.version, account, officer, rights, 1);
        perform(p);
        same(ledger.participantOf(CORE), wanted);
        _isAccount(CORE);
        eq(word(OFFICERS, officerKey(CORE, officer)), _accounts(1));
    }

    function test_addAccount__second_officer__quorum_of_two_for_ever() public {
        perform(parties(CORE2, MAKER2, 0));
        eq(ledger.participantOf(CORE2).officers, 2);
        eq(ledger.participantOf(CORE2).quorum, 2);
        end(CORE2, NEW, NEW);
        eq(ledger.participantOf(CORE2).officers, 1);
        eq(ledger.participantOf(CORE2).quorum, 2);
    }

    function test_addAccount__applied_later__own_event_first() public {
        Parties memory p = ofRegistrar();
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        emits();
        emit ILedgerEvents.AccountAdded(REGISTRAR, p.version + 1, account, officer, rights, 1);
        emits();
        emit ILedgerEvents.ChangeApplied(REGISTRAR, changeOf(p), 1);
        perform(p);
        _isAccount(REGISTRAR);
        eq(ledger.participantOf(REGISTRAR).officers, 3);
    }

    function test_addAccount__own_checks__refused_in_order_and_before_the_announcement() public {
        (address taken, address right) = (vm.addr(S3), account);
        officer = 0;
        rights = 0;
        account = taken;
        refuse(usual(), abi.encodeWithSelector(E.BadOfficer.selector, CORE, 0));
        refuse(ofRegistrar(), abi.encodeWithSelector(E.BadOfficer.selector, REGISTRAR, 0));
        officer = 7;
        _refuseEverywhere(abi.encodeWithSelector(E.BadRights.selector, 0));
        rights = 4;
        _refuseEverywhere(abi.encodeWithSelector(E.BadRights.selector, 4));
        rights = Rights.ALL;
        _refuseEverywhere(abi.encodeWithSelector(E.AccountExists.selector, taken));
        account = address(0);
        _refuseEverywhere(abi.encodeWithSelector(E.AccountExists.selector, address(0)));
        end(SUP3, S3, S3);
        account = taken;
        _refuseEverywhere(abi.encodeWithSelector(E.AccountExists.selector, taken));
        account = right;
        refuseForged(usual(), 3, account);
        refuseForged(ofRegistrar(), 3, account);
    }

    function test_addAccount__the_account_itself_calls__needs_no_signature() public {
        Parties memory p = usual();
        bytes[] memory signatures = signaturesOf(p);
        signatures[3] = "";
        performAs(account, callOf(p, signatures));
        _isAccount(CORE);
    }

    function test_addAccount__of_a_contract__proven_by_its_answer() public {
        Wallet1271 wallet = new Wallet1271(Wallet1271.Answer.RIGHT);
        account = address(wallet);
        Parties memory p = usual();
        bytes[] memory signatures = signaturesOf(p);
        signatures[3] = "a contract's signature";
        refuse(callOf(p, signatures), badSignature(account));
        wallet.accept(digestOf(changeOf(p)), signatures[3]);
        perform(callOf(p, signatures));
        _isAccount(CORE);
    }

    function test_addAccount__256th_officer__too_many_officers() public {
        put(PARTICIPANTS, CORE, 216, 8, 255);
        setVersion(CORE, VERSION_MAX);
        refuse(usual(), abi.encodeWithSelector(E.TooManyOfficers.selector, CORE));
        put(PARTICIPANTS, CORE, 216, 8, 254);
        setVersion(CORE, 2);
        perform(usual());
        eq(ledger.participantOf(CORE).officers, 255);
    }

    function test_addAccount__256th_officer__refused_before_the_announcement() public {
        put(PARTICIPANTS, REGISTRAR, 216, 8, 255);
        refuse(ofRegistrar(), abi.encodeWithSelector(E.TooManyOfficers.selector, REGISTRAR));
    }

    function test_addAccount__65536th_account__refused_before_the_announcement() public {
        officer = 1;
        put(OFFICERS, officerKey(REGISTRAR, 1), 160, 16, type(uint16).max);
        refuse(ofRegistrar(), abi.encodeWithSelector(E.TooManyAccounts.selector, REGISTRAR, 1));
    }

    // ---------------------------------------------------------------- a further key of an officer

    function test_addAccount__own_rotation__that_officer_alone_at_once() public {
        officer = 1;
        rights = Rights.CHECKER;
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        wanted.version += 1;
        Parties memory p = parties(CORE, MAKER, 0);
        emits();
        emit ILedgerEvents.AccountAdded(CORE, wanted.version, account, 1, rights, 1);
        perform(p);
        same(ledger.participantOf(CORE), wanted);
        _isAccount(CORE);
        eq(word(OFFICERS, officerKey(CORE, 1)), _accounts(2));
    }

    function test_addAccount__own_rotation_of_the_officer_left__at_once() public {
        end(CORE, CHECKER, CHECKER);
        officer = 1;
        perform(parties(CORE, MAKER, 0));
        _isAccount(CORE);
    }

    function test_addAccount__own_rotation__refused_in_order() public {
        officer = 1;
        Parties memory p = parties(CORE, CHECKER, S3);
        setRights(vm.addr(MAKER), Rights.CHECKER);
        p.signer = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.signer));
        p.signer = vm.addr(S3);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.signer, CORE));
        p.signer = vm.addr(CHECKER);
        refuse(p, abi.encodeWithSelector(E.BadOfficer.selector, CORE, 1));
        p.signer = vm.addr(MAKER);
        refuseForged(p, 1, p.signer);
        refuse(p, abi.encodeWithSelector(E.UnexpectedSigner.selector, p.second));
        p.second = address(0);
        refuse(p, abi.encodeWithSelector(E.RightMissing.selector, p.signer, Rights.MAKER));
        rights = 0;
        refuse(p, abi.encodeWithSelector(E.BadRights.selector, 0));
        rights = Rights.CHECKER;
        account = vm.addr(MAKER);
        refuse(p, abi.encodeWithSelector(E.AccountExists.selector, account));
        account = vm.addr(NEW);
        refuseForged(p, 3, account);
        put(OFFICERS, officerKey(CORE, 1), 160, 16, type(uint16).max);
        setVersion(CORE, VERSION_MAX);
        p.version = VERSION_MAX;
        refuse(p, abi.encodeWithSelector(E.TooManyAccounts.selector, CORE, 1));
        put(OFFICERS, officerKey(CORE, 1), 160, 16, type(uint16).max - 1);
        refuse(p, abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, CORE));
        endAccount(p.signer);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.signer));
    }

    function test_addAccount__officer_of_the_registrar__no_light_rotation() public {
        officer = 1;
        refuse(parties(REGISTRAR, R1, 0), abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        announcedThenApplied(ofRegistrar());
        eq(ledger.participantOf(REGISTRAR).officers, 2);
    }

    function test_addAccount__officer_whose_accounts_all_ended__is_a_new_one() public {
        end(CORE, CHECKER, CHECKER);
        officer = 2;
        announcedThenApplied(parties(CORE, MAKER, 0));
        eq(ledger.participantOf(CORE).officers, 2);
        eq(word(OFFICERS, officerKey(CORE, 2)), _accounts(1));
    }

    // ---------------------------------------------------------------- how

    function changeOf(Parties memory p) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.ADD_ACCOUNT, _message(p)));
    }

    function callOf(Parties memory p, bytes[] memory signatures) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.addAccount, (_message(p), signatures));
    }

    function signaturesOf(Parties memory p) internal view override returns (bytes[] memory signatures) {
        signatures = new bytes[](4);
        signatures[0] = sign(p, p.registrar);
        signatures[1] = sign(p, p.signer);
        signatures[2] = sign(p, p.second);
        if (account.code.length == 0) signatures[3] = sign(p, account);
    }

    function done(uint32 participant) internal view override returns (bool) {
        (uint32 of_,,, bool active) = ledger.accountOf(account);
        return active && of_ == participant;
    }

    function _message(Parties memory p) private view returns (AddAccount memory) {
        return
            AddAccount(p.participant, p.version, account, officer, rights, p.registrar, p.signer, p.second, p.deadline);
    }

    /// @dev Where it is done at once and where it is announced.
    function _refuseEverywhere(bytes memory error_) private {
        refuse(usual(), error_);
        refuse(ofRegistrar(), error_);
    }

    function _isAccount(uint32 participant) private view {
        (uint32 of_, uint16 officer_, uint8 rights_, bool active) = ledger.accountOf(account);
        eq(of_, participant);
        eq(officer_, officer);
        eq(rights_, rights);
        yes(active);
    }

    /// @dev An officer's slot with `n` live accounts and nothing else.
    function _accounts(uint256 n) private pure returns (uint256) {
        return (n << 160) | (1 << 176);
    }
}
