// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Rights} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Witnessed} from "./Witnessed.sol";

contract RevokeAccountTest is Witnessed {
    mapping(uint32 => address) private accountOf;

    function setUp() public override {
        super.setUp();
        accountOf[CORE] = vm.addr(CHECKER);
        accountOf[CORE2] = vm.addr(MAKER2);
        accountOf[REGISTRAR] = vm.addr(R1);
    }

    // ---------------------------------------------------------------- by the participant itself

    function test_revokeAccount__by_another_officer__ends_at_once_and_for_ever() public {
        setRights(vm.addr(MAKER), Rights.CHECKER); // no right is asked
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        wanted.version += 1;
        wanted.officers = 1;
        Parties memory p = usual();
        emits();
        emit ILedgerEvents.AccountEnded(CORE, wanted.version, vm.addr(CHECKER), 1);
        perform(p);
        same(ledger.participantOf(CORE), wanted);
        (uint32 participant, uint16 officer, uint8 rights, bool active) = ledger.accountOf(vm.addr(CHECKER));
        eq(participant, CORE);
        eq(officer, 2);
        eq(rights, Rights.ALL);
        yes(!active);
        eq(word(OFFICERS, officerKey(CORE, 2)), 1 << 176); // known, no live account
        p.version += 1;
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, vm.addr(CHECKER)));
    }

    function test_revokeAccount__its_own__then_nobody_is_left() public {
        end(CORE2, MAKER2, MAKER2);
        eq(ledger.participantOf(CORE2).officers, 0);
        eq(ledger.participantOf(CORE2).quorum, 1);
        yes(done(CORE2));
    }

    function test_revokeAccount__one_of_two_keys__the_officer_stays() public {
        _addOfficer(CORE, 2, NEW, CHECKER, 0);
        perform(usual());
        eq(ledger.participantOf(CORE).officers, 2);
        eq(word(OFFICERS, officerKey(CORE, 2)), (1 << 160) | (1 << 176));
    }

    function test_revokeAccount__officer_whom_a_quorum_needs__at_once_though_one_is_left() public {
        end(CORE, MAKER, CHECKER);
        eq(ledger.participantOf(CORE).officers, 1);
        eq(ledger.participantOf(CORE).quorum, 2);
        end(CORE, CHECKER, CHECKER);
        eq(ledger.participantOf(CORE).officers, 0);
    }

    function test_revokeAccount__by_the_participant__refused_in_order() public {
        Parties memory p = usual();
        accountOf[CORE] = vm.addr(STRANGER);
        refuseForged(p, 1, p.signer);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, accountOf[CORE]));
        accountOf[CORE] = vm.addr(S3);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, accountOf[CORE], CORE));
        endAccount(vm.addr(S3));
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, accountOf[CORE]));
        endAccount(p.signer);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.signer));
    }

    // ---------------------------------------------------------------- by two officers of the Registrar

    function test_announced__against_a_participant_with_officers__applied_at_the_exact_second() public {
        announcedThenApplied(parties(CORE, R2, 0));
        eq(ledger.participantOf(CORE).officers, 1);
    }

    /// @dev With no officer left there is no account to end.
    function test_announced__for_a_participant_without_officers__applied_at_the_exact_second() public override {
        Parties memory p = ofNobody();
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, vm.addr(MAKER2)));
        accountOf[CORE2] = vm.addr(MAKER);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, vm.addr(MAKER), CORE2));
    }

    function test_revokeAccount__applied_later__own_event_first() public {
        Parties memory p = ofRegistrar();
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        emits();
        emit ILedgerEvents.AccountEnded(REGISTRAR, p.version + 1, vm.addr(R1), 1);
        emits();
        emit ILedgerEvents.ChangeApplied(REGISTRAR, changeOf(p), 1);
        perform(p);
        eq(ledger.participantOf(REGISTRAR).officers, 1);
    }

    function test_revokeAccount__by_the_registrar__refused_in_order_before_the_announcement() public {
        Parties memory p = parties(CORE, STRANGER, 0);
        accountOf[CORE] = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.signer));
        p.signer = vm.addr(S3);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.signer, REGISTRAR));
        p.signer = vm.addr(R1);
        refuse(p, abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        p.signer = vm.addr(R2);
        refuseForged(p, 1, p.signer);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, accountOf[CORE]));
        accountOf[CORE] = vm.addr(S3);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, accountOf[CORE], CORE));
    }

    // ---------------------------------------------------------------- how

    function changeOf(Parties memory p) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.REVOKE_ACCOUNT, _message(p)));
    }

    function callOf(Parties memory p, bytes[] memory signatures) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.revokeAccount, (_message(p), signatures));
    }

    function signaturesOf(Parties memory p) internal view override returns (bytes[] memory) {
        return pair(sign(p, p.registrar), sign(p, p.signer));
    }

    function usual() internal view override returns (Parties memory) {
        return parties(CORE, MAKER, 0);
    }

    function done(uint32 participant) internal view override returns (bool active) {
        (,,, active) = ledger.accountOf(accountOf[participant]);
        return !active;
    }

    function _message(Parties memory p) private view returns (RevokeAccount memory) {
        address account = accountOf[p.participant];
        return RevokeAccount(p.participant, p.version, account, p.registrar, p.signer, p.deadline);
    }
}
