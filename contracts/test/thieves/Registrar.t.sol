// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Rights, Roles} from "../../interfaces/IReceivableLedger.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Thief} from "./Thief.sol";

/// @title The Registrar wants to be somebody else
/// @dev It enters every participant and witnesses every change of keys, so it is the best placed of all thieves. It wants to sign for a
/// supplier, to be paid in its place, or to let one officer of a core enterprise issue without limit.
///
/// Alone it needs an account of the participant beside its own, and has none. Its way round is to end all accounts of the participant
/// first and then bring its own, as if the keys were lost: that takes two of its officers, and each step waits three public days, in
/// which the participant, or an honest officer of the Registrar, cancels. With one dishonest officer of the participant it lacks the
/// second one; it may end the second one's account (ending is the safe direction, and fast), but then whatever follows is announced
/// first, because the participant once had two.
contract RegistrarThiefTest is Thief {
    function test_registrar_alone__adds_its_key_to_a_supplier__refused() public {
        AddAccount memory m = accountMessage(SUP1, 1, THIEF, R1, R2, 0);
        bytes[] memory s = signaturesOf(hashOf(m), keys4(R1, R2, 0, THIEF));
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), _notSigner(R2, SUP1));
        m = accountMessage(SUP1, 2, THIEF, R1, R2, 0);
        s = signaturesOf(hashOf(m), keys4(R1, R2, 0, THIEF));
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), _notSigner(R2, SUP1));
    }

    function test_registrar_alone__names_the_suppliers_account__bad_signature() public {
        AddAccount memory m = accountMessage(SUP1, 1, THIEF, R1, S1, 0);
        bytes[] memory s = signaturesOf(hashOf(m), keys4(R1, THIEF, 0, THIEF));
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), _badSignature(S1));
        s = signaturesOf(hashOf(m), keys4(R1, 0, 0, THIEF));
        refuse(R1, abi.encodeCall(ledger.addAccount, (m, s)), _badSignature(S1));
    }

    function test_registrar_alone__redirects_cash__refused() public {
        SetCash memory m = cashMessage(SUP1, vm.addr(THIEF), R1, R2, 0);
        bytes[] memory s = signaturesOf(hashOf(m), keys3(R1, R2, 0));
        refuse(0, abi.encodeCall(ledger.setCash, (m, s)), _notSigner(R2, SUP1));
        eq(ledger.participantOf(SUP1).cash, cashOf(SUP1));
    }

    function test_registrar_alone__raises_a_threshold__refused() public {
        SetThreshold memory m = thresholdMessage(CORE, 1, type(uint64).max, R1, R2, MAKER);
        bytes[] memory s = signaturesOf(hashOf(m), keys3(R1, R2, 0));
        refuse(0, abi.encodeCall(ledger.setThreshold, (m, s)), _notSigner(R2, CORE));
    }

    function test_registrar_alone__enters_a_participant_again__refused() public {
        RegisterParticipant memory m = RegisterParticipant(
            REGISTRAR,
            SUP1,
            Roles.SUPPLIER,
            0,
            vm.addr(THIEF),
            "again",
            vm.addr(THIEF),
            1,
            Rights.ALL,
            vm.addr(R1),
            DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.REGISTER_PARTICIPANT, m));
        bytes memory data = abi.encodeCall(ledger.registerParticipant, (m, signed(R1, h), signed(THIEF, h)));
        refuse(0, data, abi.encodeWithSelector(E.ParticipantExists.selector, SUP1));
    }

    function test_registrar_alone__makes_a_second_registrar__bad_roles() public {
        uint16 roles = Roles.SUPPLIER | Roles.REGISTRAR;
        SetStanding memory m = SetStanding(REGISTRAR, SUP1, versionOf(SUP1), roles, 1, 0, vm.addr(R1), DEADLINE);
        refuse(R1, abi.encodeCall(ledger.setStanding, (m, "")), abi.encodeWithSelector(E.BadRoles.selector, roles));
    }

    /// @dev One officer of the Registrar is not two, whatever keys it has.
    function test_registrar_alone__ends_an_account_by_itself__same_officer() public {
        RevokeAccount memory m = revokeMessage(SUP1, S1, R1, R1);
        bytes[] memory s = signaturesOf(hashOf(m), keys2(R1, R1));
        bytes memory wanted = abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1);
        refuse(0, abi.encodeCall(ledger.revokeAccount, (m, s)), wanted);
    }

    /// @dev Both officers of the Registrar announce the end of the supplier's only account; the supplier reads it and cancels.
    function test_two_registrar_officers__end_the_only_account__supplier_cancels_in_the_public_delay() public {
        RevokeAccount memory m = revokeMessage(SUP1, S1, R1, R2);
        bytes32 change = hashOf(m);
        bytes memory data = abi.encodeCall(ledger.revokeAccount, (m, signaturesOf(change, keys2(R1, R2))));
        perform(0, data);
        vm.warp(T0 + PUBLIC_DELAY - 1);
        refuse(0, data, abi.encodeWithSelector(E.ChangeNotDue.selector, change, uint32(T0 + PUBLIC_DELAY)));
        cancel(SUP1, S1, change);
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(0, data, abi.encodeWithSelector(E.ChangeIsCancelled.selector, change));
        (,,, bool active) = ledger.accountOf(vm.addr(S1));
        yes(active);
    }

    /// @dev The supplier sleeps: its account ends after three days, the Registrar's own is announced for three more, and an honest
    /// officer of the Registrar cancels it.
    function test_two_registrar_officers__bring_their_key_after_that__honest_officer_cancels() public {
        _thirdRegistrarOfficer(0x103);
        uint256 start = T0 + PUBLIC_DELAY; // the third officer took that long
        RevokeAccount memory r = revokeMessage(SUP1, S1, R1, R2);
        bytes memory ending = abi.encodeCall(ledger.revokeAccount, (r, signaturesOf(hashOf(r), keys2(R1, R2))));
        perform(0, ending);
        vm.warp(start + PUBLIC_DELAY);
        perform(0, ending);
        eq(ledger.participantOf(SUP1).officers, 0);

        AddAccount memory m = accountMessage(SUP1, 1, THIEF, R1, R2, 0);
        bytes32 change = hashOf(m);
        bytes memory data = abi.encodeCall(ledger.addAccount, (m, signaturesOf(change, keys4(R1, R2, 0, THIEF))));
        perform(0, data);
        refuse(0, data, abi.encodeWithSelector(E.ChangeNotDue.selector, change, uint32(start + 2 * PUBLIC_DELAY)));
        cancel(REGISTRAR, 0x103, change);
        vm.warp(start + 2 * PUBLIC_DELAY);
        refuse(0, data, abi.encodeWithSelector(E.ChangeIsCancelled.selector, change));
    }

    function test_registrar_with_one_officer__adds_a_second_person__refused() public {
        AddAccount memory m = accountMessage(CORE, 3, THIEF, R1, MAKER, 0);
        bytes[] memory s = signaturesOf(hashOf(m), keys4(R1, MAKER, 0, THIEF));
        bytes memory nobody = abi.encodeWithSelector(E.UnknownAccount.selector, address(0));
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), nobody);
        m = accountMessage(CORE, 3, THIEF, R1, MAKER, R2);
        s = signaturesOf(hashOf(m), keys4(R1, MAKER, R2, THIEF));
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), _notSigner(R2, CORE));
    }

    /// @dev A further key of its own the dishonest officer may have at once, but it stays one officer.
    function test_registrar_with_one_officer__signs_with_two_of_its_keys__same_officer() public {
        AddAccount memory own = accountMessage(CORE, 1, THIEF, R1, MAKER, 0);
        perform(0, abi.encodeCall(ledger.addAccount, (own, signaturesOf(hashOf(own), keys4(R1, MAKER, 0, THIEF)))));
        bytes memory wanted = abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1);
        SetCash memory c = cashMessage(CORE, vm.addr(THIEF), R1, MAKER, THIEF);
        refuse(0, abi.encodeCall(ledger.setCash, (c, signaturesOf(hashOf(c), keys3(R1, MAKER, THIEF)))), wanted);
        SetThreshold memory t = thresholdMessage(CORE, 1, type(uint64).max, R1, MAKER, THIEF);
        refuse(0, abi.encodeCall(ledger.setThreshold, (t, signaturesOf(hashOf(t), keys3(R1, MAKER, THIEF)))), wanted);
    }

    /// @dev For another officer's number it would have to be that officer.
    function test_registrar_with_one_officer__adds_a_key_for_the_other_officer__bad_officer() public {
        AddAccount memory m = accountMessage(CORE, 2, THIEF, R1, MAKER, 0);
        bytes[] memory s = signaturesOf(hashOf(m), keys4(R1, MAKER, 0, THIEF));
        bytes memory wanted = abi.encodeWithSelector(E.BadOfficer.selector, CORE, 2);
        refuse(0, abi.encodeCall(ledger.addAccount, (m, s)), wanted);
    }

    /// @dev The honest officer's account is ended first. What was done at once with two now waits in public, and is cancelled.
    function test_registrar_with_one_officer__ends_the_other_then_redirects_cash__public_delay_and_cancel() public {
        RevokeAccount memory r = revokeMessage(CORE, CHECKER, R1, MAKER);
        perform(0, abi.encodeCall(ledger.revokeAccount, (r, signaturesOf(hashOf(r), keys2(R1, MAKER)))));
        SetCash memory m = cashMessage(CORE, vm.addr(THIEF), R1, MAKER, 0);
        bytes32 change = hashOf(m);
        bytes memory data = abi.encodeCall(ledger.setCash, (m, signaturesOf(change, keys3(R1, MAKER, 0))));
        perform(0, data);
        eq(ledger.participantOf(CORE).cash, cashOf(CORE));
        refuse(0, data, abi.encodeWithSelector(E.ChangeNotDue.selector, change, uint32(T0 + PUBLIC_DELAY)));
        cancel(REGISTRAR, R2, change);
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(0, data, abi.encodeWithSelector(E.ChangeIsCancelled.selector, change));
        eq(ledger.participantOf(CORE).cash, cashOf(CORE));
    }

    /// @dev ... and so do a threshold and a second person of the thief's choice.
    function test_registrar_with_one_officer__ends_the_other_then_raises_its_threshold__only_announced() public {
        RevokeAccount memory r = revokeMessage(CORE, CHECKER, R1, MAKER);
        perform(0, abi.encodeCall(ledger.revokeAccount, (r, signaturesOf(hashOf(r), keys2(R1, MAKER)))));
        SetThreshold memory t = thresholdMessage(CORE, 1, type(uint64).max, R1, MAKER, 0);
        perform(0, abi.encodeCall(ledger.setThreshold, (t, signaturesOf(hashOf(t), keys3(R1, MAKER, 0)))));
        Issue memory m = Issue(CORE, terms(1, FACE), vm.addr(MAKER), address(0), DEADLINE);
        bytes memory wanted = abi.encodeWithSelector(E.AboveThreshold.selector, 1, 0, FACE);
        refuse(MAKER, abi.encodeCall(ledger.issue, (m, "", "")), wanted);
        AddAccount memory a = accountMessage(CORE, 3, THIEF, R1, MAKER, 0);
        perform(0, abi.encodeCall(ledger.addAccount, (a, signaturesOf(hashOf(a), keys4(R1, MAKER, 0, THIEF)))));
        m.checker = vm.addr(THIEF);
        bytes memory second = signed(THIEF, hashOf(m));
        wanted = abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(THIEF));
        refuse(MAKER, abi.encodeCall(ledger.issue, (m, "", second)), wanted);
    }

    // ---------------------------------------------------------------- how

    function _thirdRegistrarOfficer(uint256 key) private {
        AddAccount memory m = accountMessage(REGISTRAR, 3, key, R1, R2, 0);
        bytes memory data = abi.encodeCall(ledger.addAccount, (m, signaturesOf(hashOf(m), keys4(R1, R2, 0, key))));
        perform(0, data);
        vm.warp(T0 + PUBLIC_DELAY);
        perform(0, data);
    }

    function _notSigner(uint256 key, uint32 participant) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.NotSignerFor.selector, vm.addr(key), participant);
    }

    function _badSignature(uint256 key) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.BadSignature.selector, vm.addr(key));
    }
}
