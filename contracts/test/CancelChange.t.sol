// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedBy} from "./SignedBy.sol";

/// @dev The change: CORE, which has lost one of its two officers, pulls its cash from elsewhere.
contract CancelChangeTest is SignedBy {
    SetCash private announced;
    bytes32 private change;

    function setUp() public override {
        super.setUp();
        end(CORE, CHECKER, CHECKER);
        announced =
            SetCash(CORE, versionOf(CORE), address(0xca54), vm.addr(R1), vm.addr(MAKER), address(0), type(uint32).max);
        change = keccak256(abi.encode(Intents.SET_CASH, announced));
        _setCash();
    }

    function test_cancelChange__by_whom_it_concerns__ended_for_ever() public {
        uint256 before = word(CHANGES, uint256(change));
        uint24 version = versionOf(CORE);
        emits();
        emit ILedgerEvents.ChangeCancelled(CORE, change, 1);
        _cancel(CORE, MAKER);
        eq(word(CHANGES, uint256(change)), before ^ (1 << 32) ^ (3 << 32));
        eq(versionOf(CORE), version);
        vm.warp(T0 + PUBLIC_DELAY);
        refused(abi.encodeWithSelector(E.ChangeIsCancelled.selector, change));
        this.setCash();
    }

    function test_cancelChange__by_the_registrar__names_whom_it_concerned() public {
        emits();
        emit ILedgerEvents.ChangeCancelled(CORE, change, 1);
        _cancel(REGISTRAR, R2);
        yes(done(_usual()));
    }

    function test_cancelChange__of_a_suspended_participant_by_itself__done() public {
        suspend(CORE);
        _cancel(CORE, MAKER);
        yes(done(_usual()));
    }

    function test_cancelChange__after_it_became_ready__still_possible() public {
        vm.warp(T0 + PUBLIC_DELAY + 1);
        _cancel(CORE, MAKER);
        yes(done(_usual()));
    }

    function test_cancelChange__by_a_third_participant__not_in_role() public {
        _refuse(SUP1, S1, change, abi.encodeWithSelector(E.NotInRole.selector, SUP1, Roles.REGISTRAR));
        suspend(SUP1);
        _refuse(SUP1, S1, change, abi.encodeWithSelector(E.ParticipantSuspended.selector, SUP1));
        suspend(REGISTRAR);
        _refuse(REGISTRAR, R1, change, abi.encodeWithSelector(E.ParticipantSuspended.selector, REGISTRAR));
    }

    function test_cancelChange__never_announced__unknown_before_role() public {
        bytes32 other = keccak256("other");
        _refuse(SUP1, S1, other, abi.encodeWithSelector(E.UnknownChange.selector, other));
        _refuse(CORE, MAKER, bytes32(0), abi.encodeWithSelector(E.UnknownChange.selector, 0));
    }

    function test_cancelChange__cancelled_before__unknown() public {
        _cancel(CORE, MAKER);
        _refuse(CORE, MAKER, change, abi.encodeWithSelector(E.UnknownChange.selector, change));
    }

    function test_cancelChange__applied_before__unknown() public {
        vm.warp(T0 + PUBLIC_DELAY);
        _setCash();
        _refuse(CORE, MAKER, change, abi.encodeWithSelector(E.UnknownChange.selector, change));
    }

    // ---------------------------------------------------------------- how

    function setCash() external {
        _setCash();
    }

    function _setCash() private {
        bytes[] memory signatures = new bytes[](3);
        signatures[0] = signed(R1, change);
        signatures[1] = signed(MAKER, change);
        ledger.setCash(announced, signatures);
    }

    function _cancel(uint32 participant, uint256 key) private {
        vm.prank(vm.addr(key));
        ledger.cancelChange(CancelChange(participant, change, vm.addr(key), DEADLINE), "");
    }

    function _refuse(uint32 participant, uint256 key, bytes32 what, bytes memory error_) private {
        vm.prank(vm.addr(key));
        refused(error_);
        ledger.cancelChange(CancelChange(participant, what, vm.addr(key), DEADLINE), "");
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (CORE, MAKER);
    }

    function right() internal pure override returns (uint8) {
        return 0;
    }

    function hashBy(By memory by) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.CANCEL_CHANGE, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.cancelChange, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return uint8(word(CHANGES, uint256(change)) >> 32) == 3;
    }

    function _message(By memory by) private view returns (CancelChange memory) {
        return CancelChange(by.participant, change, by.signer, by.deadline);
    }
}
