// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedInRole} from "./SignedBy.sol";

/// @dev Both operations over the same subjects, CORE and SUP2.
abstract contract Pausing is SignedInRole {
    uint256 internal constant HOUR = (T0 / 3600 + 1) * 3600; // the first whole hour after T0

    function both() internal pure returns (uint32[] memory subjects) {
        subjects = new uint32[](2);
        (subjects[0], subjects[1]) = (CORE, SUP2);
    }

    function pause(uint24 version, uint24 until, uint32[] memory subjects) internal {
        vm.prank(vm.addr(OP));
        ledger.pause(Pause(OPERATOR, version, until, subjects, vm.addr(OP), DEADLINE), "");
    }

    function unpause(uint24 version, uint32[] memory subjects) internal {
        vm.prank(vm.addr(R1));
        ledger.unpause(Unpause(REGISTRAR, version, subjects, vm.addr(R1), DEADLINE), "");
    }

    function pausedUntil(uint32 participant) internal view returns (uint24) {
        return ledger.participantOf(participant).pausedUntil;
    }
}

contract PauseTest is Pausing {
    function test_pause__right__subjects_pause_and_keep_their_versions() public {
        uint24 until = hoursAt(HOUR) + 1;
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        ILedgerViews.ParticipantView memory supplier = ledger.participantOf(SUP2);
        emits();
        emit ILedgerEvents.Paused(OPERATOR, 3, until, both(), 1);
        pause(2, until, both());
        (core.pausedUntil, supplier.pausedUntil) = (until, until);
        same(ledger.participantOf(CORE), core);
        same(ledger.participantOf(SUP2), supplier);
        eq(versionOf(OPERATOR), 3);
    }

    function test_pause__of_the_operator_itself__both_written() public {
        uint24 until = hoursAt(HOUR) + 1;
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(OPERATOR);
        pause(2, until, list(OPERATOR));
        (wanted.pausedUntil, wanted.version) = (until, 3);
        same(ledger.participantOf(OPERATOR), wanted);
    }

    function test_pause__until__from_the_next_hour_to_seven_days_exactly() public {
        vm.warp(HOUR);
        uint24 now_ = hoursAt(HOUR);
        uint24[3] memory wrong = [0, now_, now_ + 169];
        for (uint256 i = 0; i < wrong.length; ++i) {
            refused(abi.encodeWithSelector(E.BadPause.selector, wrong[i]));
            pause(2, wrong[i], both());
        }
        pause(2, now_ + 168, both());
        eq(pausedUntil(CORE), now_ + 168);
        vm.warp(HOUR + 3599);
        pause(3, now_ + 1, both()); // the later pause counts, though shorter
        eq(pausedUntil(CORE), now_ + 1);
    }

    function test_pause__paused__neither_issues_nor_receives_to_the_last_second() public {
        uint24 until = hoursAt(HOUR) + 1;
        pause(2, until, both());
        vm.warp(uint256(until) * 3600);
        NewObligation memory o = terms(1, FACE);
        refused(abi.encodeWithSelector(E.ParticipantPaused.selector, CORE, until));
        issue(o);
        unpause(3, list(CORE));
        o.creditor = SUP2;
        refused(abi.encodeWithSelector(E.ParticipantPaused.selector, SUP2, until));
        issue(o);
        vm.warp(uint256(until) * 3600 + 1);
        issue(o);
        eq(ledger.claimOf(claimId(CORE, 1, 1)).holder, SUP2);
    }

    function test_pause__paused__still_accepts_pays_and_is_paid() public {
        uint88 claim = issue(terms(1, FACE));
        pause(2, hoursAt(HOUR) + 1, both());
        pause(3, hoursAt(HOUR) + 1, list(SUP1));
        accept(claim);
        fund(obligationId(CORE, 1), FACE);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP1)), FACE);
    }

    function test_pause__own_checks__refused_in_order() public {
        setVersion(OPERATOR, VERSION_MAX);
        uint32[] memory none;
        uint24 until = hoursAt(HOUR);
        _refuse(3, 0, none, abi.encodeWithSelector(E.StaleParticipant.selector, OPERATOR, VERSION_MAX, 3));
        _refuse(VERSION_MAX, 0, none, abi.encodeWithSelector(E.BadPause.selector, 0));
        _refuse(VERSION_MAX, until, none, abi.encodeWithSelector(E.EmptyBatch.selector));
        uint32[] memory subjects = both();
        subjects[1] = NOBODY;
        _refuse(VERSION_MAX, until, subjects, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        bytes memory exhausted = abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, OPERATOR);
        _refuse(VERSION_MAX, until, both(), exhausted);
        eq(pausedUntil(CORE), 0);
        setVersion(OPERATOR, VERSION_MAX - 1);
        pause(VERSION_MAX - 1, until, both());
        eq(versionOf(OPERATOR), VERSION_MAX);
    }

    function test_pause__by_the_registrar__not_in_role() public {
        vm.prank(vm.addr(R1));
        refused(abi.encodeWithSelector(E.NotInRole.selector, REGISTRAR, Roles.OPERATOR));
        ledger.pause(Pause(REGISTRAR, 3, hoursAt(HOUR), both(), vm.addr(R1), DEADLINE), "");
    }

    function _refuse(uint24 version, uint24 until, uint32[] memory subjects, bytes memory error_) private {
        refused(error_);
        pause(version, until, subjects);
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (OPERATOR, OP);
    }

    function role() internal pure override returns (uint16) {
        return Roles.OPERATOR;
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        Pause memory m = _message(by);
        bytes32 subjects = keccak256(abi.encodePacked(m.subjects));
        return keccak256(abi.encode(Intents.PAUSE, m.participant, m.version, m.until, subjects, m.signer, m.deadline));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.pause, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return pausedUntil(CORE) != 0 && pausedUntil(SUP2) != 0;
    }

    function _message(By memory by) private pure returns (Pause memory) {
        return Pause(by.participant, 2, hoursAt(HOUR) + 1, both(), by.signer, by.deadline);
    }
}

contract UnpauseTest is Pausing {
    function setUp() public override {
        super.setUp();
        pause(2, hoursAt(HOUR) + 1, both());
    }

    function test_unpause__right__subjects_go_on_and_keep_their_versions() public {
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        emits();
        emit ILedgerEvents.Unpaused(REGISTRAR, 4, list(CORE), 1);
        unpause(3, list(CORE));
        core.pausedUntil = 0;
        same(ledger.participantOf(CORE), core);
        yes(pausedUntil(SUP2) != 0);
        eq(versionOf(REGISTRAR), 4);
        issue(terms(1, FACE));
    }

    function test_unpause__of_the_registrar_itself__both_written() public {
        setPausedUntil(REGISTRAR, 1);
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(REGISTRAR);
        unpause(3, list(REGISTRAR));
        (wanted.pausedUntil, wanted.version) = (0, 4);
        same(ledger.participantOf(REGISTRAR), wanted);
    }

    function test_unpause__own_checks__refused_in_order() public {
        setVersion(REGISTRAR, VERSION_MAX);
        uint32[] memory none;
        _refuse(3, none, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, VERSION_MAX, 3));
        _refuse(VERSION_MAX, none, abi.encodeWithSelector(E.EmptyBatch.selector));
        uint32[] memory subjects = both();
        subjects[1] = NOBODY;
        _refuse(VERSION_MAX, subjects, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        _refuse(VERSION_MAX, both(), abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, REGISTRAR));
        yes(pausedUntil(CORE) != 0);
        setVersion(REGISTRAR, VERSION_MAX - 1);
        unpause(VERSION_MAX - 1, both());
        eq(versionOf(REGISTRAR), VERSION_MAX);
    }

    function test_unpause__by_the_operator__not_in_role() public {
        vm.prank(vm.addr(OP));
        refused(abi.encodeWithSelector(E.NotInRole.selector, OPERATOR, Roles.REGISTRAR));
        ledger.unpause(Unpause(OPERATOR, 3, both(), vm.addr(OP), DEADLINE), "");
    }

    function _refuse(uint24 version, uint32[] memory subjects, bytes memory error_) private {
        refused(error_);
        unpause(version, subjects);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        Unpause memory m = _message(by);
        bytes32 subjects = keccak256(abi.encodePacked(m.subjects));
        return keccak256(abi.encode(Intents.UNPAUSE, m.participant, m.version, subjects, m.signer, m.deadline));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.unpause, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return pausedUntil(CORE) == 0 && pausedUntil(SUP2) == 0;
    }

    function _message(By memory by) private pure returns (Unpause memory) {
        return Unpause(by.participant, 3, both(), by.signer, by.deadline);
    }
}
