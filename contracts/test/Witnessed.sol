// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title Steps 1 and 2 of GOVERN in IRegistry, and ANNOUNCED, asked of every operation that has them
abstract contract Witnessed is RegistryWorld {
    /// @dev What every governed message names.
    struct Parties {
        uint32 participant;
        uint24 version;
        address registrar;
        address signer;
        address second;
        uint32 deadline;
    }

    mapping(address => uint256) internal keyOf;

    function setUp() public virtual override {
        super.setUp();
        uint256[9] memory keys = [R1, R2, MAKER, CHECKER, MAKER2, S1, S3, STRANGER, NEW];
        for (uint256 i = 0; i < keys.length; ++i) {
            keyOf[vm.addr(keys[i])] = keys[i];
        }
    }

    // ---------------------------------------------------------------- what an operation's tests say

    /// @dev hashStruct of the operation's message: the change.
    function changeOf(Parties memory p) internal view virtual returns (bytes32);

    function callOf(Parties memory p, bytes[] memory signatures) internal view virtual returns (bytes memory);

    /// @dev Everyone's signature, in the order in which the operation wants them.
    function signaturesOf(Parties memory p) internal view virtual returns (bytes[] memory);

    /// @dev Whether the operation has been done to the participant.
    function done(uint32 participant) internal view virtual returns (bool);

    // ---------------------------------------------------------------- parties

    function parties(uint32 participant, uint256 signer, uint256 second) internal view returns (Parties memory) {
        address other = second == 0 ? address(0) : vm.addr(second);
        return Parties(participant, versionOf(participant), vm.addr(R1), vm.addr(signer), other, DEADLINE);
    }

    /// @dev CORE's two officers: done at once.
    function usual() internal view virtual returns (Parties memory) {
        return parties(CORE, MAKER, CHECKER);
    }

    /// @dev Two officers of the Registrar for the Registrar itself: announced.
    function ofRegistrar() internal view returns (Parties memory) {
        return parties(REGISTRAR, R2, 0);
    }

    /// @dev Two officers of the Registrar for a participant that nobody can speak for any more: announced.
    function ofNobody() internal returns (Parties memory) {
        end(CORE2, MAKER2, MAKER2);
        return parties(CORE2, R2, 0);
    }

    function sign(Parties memory p, address account) internal view returns (bytes memory) {
        return account == address(0) ? bytes("") : signed(keyOf[account], changeOf(p));
    }

    function perform(Parties memory p) internal {
        perform(callOf(p, signaturesOf(p)));
    }

    function refuse(Parties memory p, bytes memory error_) internal {
        refuse(callOf(p, signaturesOf(p)), error_);
    }

    /// @dev As `refuse`, with signature number `place` replaced by STRANGER's.
    function refuseForged(Parties memory p, uint256 place, address signer) internal {
        bytes[] memory signatures = signaturesOf(p);
        signatures[place] = sign(p, vm.addr(STRANGER));
        refuse(callOf(p, signatures), badSignature(signer));
        signatures[place] = "";
        refuse(callOf(p, signatures), badSignature(signer));
    }

    // ---------------------------------------------------------------- steps 1 and 2

    function test_govern__wrong_number_of_signatures__bad_batch_before_all_else() public {
        Parties memory p = usual();
        bytes[] memory right = signaturesOf(p);
        p.deadline = uint32(T0) - 1;
        uint256[3] memory wrong = [0, right.length - 1, right.length + 1];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory error_ = abi.encodeWithSelector(E.BadBatch.selector, right.length, wrong[i]);
            refuse(callOf(p, new bytes[](wrong[i])), error_);
        }
    }

    function test_govern__deadline__holds_to_its_last_second() public {
        Parties memory p = usual();
        p.deadline = uint32(T0) + 600;
        bytes memory data = callOf(p, signaturesOf(p));
        vm.warp(T0 + 601);
        refuse(data, abi.encodeWithSelector(E.IntentExpired.selector, p.deadline));
        vm.warp(T0 + 600);
        perform(data);
        yes(done(p.participant));
    }

    function test_govern__subject_and_registrar__refused_in_order() public {
        Parties memory p = usual();
        (uint32 participant, uint24 version) = (p.participant, p.version);
        p.participant = NOBODY;
        p.version = version + 1;
        p.registrar = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        p.participant = participant;
        refuse(p, abi.encodeWithSelector(E.StaleParticipant.selector, participant, version, version + 1));
        p.version = version - 1;
        refuse(p, abi.encodeWithSelector(E.StaleParticipant.selector, participant, version, version - 1));
        p.version = version;
        p.signer = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.registrar));
        p.registrar = vm.addr(S3);
        setRights(p.registrar, Rights.CHECKER);
        refuse(p, abi.encodeWithSelector(E.NotInRole.selector, SUP3, Roles.REGISTRAR));
        endAccount(p.registrar);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.registrar));
        p.registrar = vm.addr(R1);
        refuseForged(p, 0, p.registrar);
        setRights(p.registrar, Rights.CHECKER);
        refuse(p, abi.encodeWithSelector(E.RightMissing.selector, p.registrar, Rights.MAKER));
    }

    function test_govern__empty_signatures_of_the_callers__done() public {
        Parties memory p = usual();
        bytes[] memory signatures = signaturesOf(p);
        signatures[0] = "";
        uint256 before = vm.snapshotState();
        performAs(p.registrar, callOf(p, signatures));
        yes(done(p.participant));
        vm.revertToState(before);
        signatures = signaturesOf(p);
        signatures[1] = "";
        performAs(p.signer, callOf(p, signatures));
        yes(done(p.participant));
    }

    function test_govern__version_at_its_maximum__refused_last() public {
        Parties memory p = usual();
        setVersion(p.participant, VERSION_MAX);
        p.version = VERSION_MAX;
        refuse(p, abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, p.participant));
        setVersion(p.participant, VERSION_MAX - 1);
        p.version = VERSION_MAX - 1;
        perform(p);
        eq(versionOf(p.participant), VERSION_MAX);
    }

    // ---------------------------------------------------------------- ANNOUNCED

    function test_announced__for_the_registrar__applied_at_the_exact_second() public virtual {
        announcedThenApplied(ofRegistrar());
    }

    function test_announced__for_a_participant_without_officers__applied_at_the_exact_second() public virtual {
        announcedThenApplied(ofNobody());
    }

    function test_announced__then_cancelled__never_applied() public {
        Parties memory p = ofRegistrar();
        perform(p);
        bytes32 change = changeOf(p);
        vm.prank(vm.addr(R1));
        ledger.cancelChange(CancelChange(REGISTRAR, change, vm.addr(R1), DEADLINE), "");
        bytes memory error_ = abi.encodeWithSelector(E.ChangeIsCancelled.selector, change);
        refuse(p, error_);
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(p, error_);
        yes(!done(REGISTRAR));
    }

    function test_announced__deadline_before_the_delay__never_applied() public {
        Parties memory p = ofRegistrar();
        p.deadline = uint32(T0) + PUBLIC_DELAY - 1;
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(p, abi.encodeWithSelector(E.IntentExpired.selector, p.deadline));
    }

    function test_announced__another_change_meanwhile__stale() public {
        Parties memory p = ofRegistrar();
        perform(p);
        setVersion(REGISTRAR, p.version + 1);
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(p, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, p.version + 1, p.version));
    }

    function test_announced__applying__asks_for_all_signatures_again() public {
        Parties memory p = ofRegistrar();
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        refuseForged(p, 0, p.registrar);
        refuseForged(p, 1, p.signer);
        p.deadline -= 1; // the same in all but the deadline is another change, announced on its own
        perform(p);
        yes(!done(REGISTRAR));
    }

    function test_announced__by_one_officer_of_the_registrar__refused() public {
        Parties memory p = ofRegistrar();
        p.signer = vm.addr(R1);
        refuse(p, abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        p.signer = vm.addr(MAKER);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.signer, REGISTRAR));
        p.signer = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.signer));
        p.signer = vm.addr(R2);
        setRights(p.signer, Rights.CHECKER);
        refuse(p, abi.encodeWithSelector(E.RightMissing.selector, p.signer, Rights.MAKER));
        endAccount(p.signer);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.signer));
    }

    /// @dev Announces, waits, applies, and finds that it cannot be applied again.
    function announcedThenApplied(Parties memory p) internal {
        bytes memory data = callOf(p, signaturesOf(p));
        bytes32 change = changeOf(p);
        uint32 ready = uint32(T0) + PUBLIC_DELAY;
        emits();
        emit ILedgerEvents.ChangeAnnounced(p.participant, change, ready, 1);
        perform(data);
        yes(!done(p.participant));
        eq(versionOf(p.participant), p.version);
        uint256 kept = ready | (uint256(p.participant) << 40);
        eq(word(CHANGES, uint256(change)), kept | (1 << 32));
        bytes memory early = abi.encodeWithSelector(E.ChangeNotDue.selector, change, ready);
        refuse(data, early);
        vm.warp(ready - 1);
        refuse(data, early);
        vm.warp(ready);
        emits();
        emit ILedgerEvents.ChangeApplied(p.participant, change, 1);
        perform(data);
        yes(done(p.participant));
        eq(word(CHANGES, uint256(change)), kept | (2 << 32));
        refuse(data, abi.encodeWithSelector(E.StaleParticipant.selector, p.participant, p.version + 1, p.version));
    }
}
