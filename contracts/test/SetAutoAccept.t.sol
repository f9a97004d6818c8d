// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedBy} from "./SignedBy.sol";

contract SetAutoAcceptTest is SignedBy {
    uint256 private constant KEY = (uint256(SUP2) << 32) | SUP1; // SUP2 takes what SUP1 passes on

    function test_setAutoAccept__right__one_counterparty_one_version_more() public {
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(SUP2);
        wanted.version += 1;
        emits();
        emit ILedgerEvents.AutoAcceptSet(SUP2, wanted.version, SUP1, type(uint32).max, 1);
        _set(SUP2, S2, SUP1, type(uint32).max);
        same(ledger.participantOf(SUP2), wanted);
        eq(word(AUTO_ACCEPTS, KEY), (1 << 32) | uint256(type(uint32).max));
        eq(word(AUTO_ACCEPTS, (uint256(SUP1) << 32) | SUP2), 0);
    }

    function test_setAutoAccept__zero__ends_it_and_leaves_a_trace() public {
        _set(SUP2, S2, SUP1, uint32(T0));
        _set(SUP2, S2, SUP1, 0);
        eq(word(AUTO_ACCEPTS, KEY), 1 << 32);
        _set(SUP2, S2, SUP1, 1);
        eq(word(AUTO_ACCEPTS, KEY), (1 << 32) | 1);
    }

    function test_setAutoAccept__in_force__to_its_last_second() public {
        uint88 claim = held(1, FACE);
        _set(SUP2, S2, SUP1, uint32(T0) + 50);
        Split memory m = Split(SUP1, claim, 2, SUP2, 100, vm.addr(S1), DEADLINE);
        vm.warp(T0 + 51);
        vm.prank(m.signer);
        refused(abi.encodeWithSelector(E.NotAccepted.selector, claim, SUP2));
        ledger.split(m, "", "");
        vm.warp(T0 + 50);
        vm.prank(m.signer);
        ledger.split(m, "", "");
        eq(ledger.claimOf(claimId(CORE, 1, 2)).holder, SUP2);
    }

    function test_setAutoAccept__own_checks__refused_in_order() public {
        SetAutoAccept memory m = SetAutoAccept(SUP2, 1, NOBODY, 1, vm.addr(S2), DEADLINE);
        _refuse(m, abi.encodeWithSelector(E.StaleParticipant.selector, SUP2, 2, 1));
        m.version = 3;
        _refuse(m, abi.encodeWithSelector(E.StaleParticipant.selector, SUP2, 2, 3));
        setVersion(SUP2, VERSION_MAX);
        m.version = VERSION_MAX;
        _refuse(m, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        m.counterparty = SUP2;
        _refuse(m, abi.encodeWithSelector(E.SelfDealing.selector, SUP2));
        m.counterparty = SUP1;
        _refuse(m, abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, SUP2));
        setVersion(SUP2, VERSION_MAX - 1);
        _set(SUP2, S2, SUP1, 1);
        eq(versionOf(SUP2), VERSION_MAX);
    }

    function test_setAutoAccept__same_message_again__stale() public {
        bytes memory data = callBy(_usual(), _sign(_usual()));
        perform(data);
        refuse(data, abi.encodeWithSelector(E.StaleParticipant.selector, SUP2, 3, 2));
    }

    // ---------------------------------------------------------------- how

    function _set(uint32 participant, uint256 key, uint32 counterparty, uint32 until) private {
        uint24 version = versionOf(participant);
        vm.prank(vm.addr(key));
        ledger.setAutoAccept(SetAutoAccept(participant, version, counterparty, until, vm.addr(key), DEADLINE), "");
    }

    function _refuse(SetAutoAccept memory m, bytes memory error_) private {
        vm.prank(m.signer);
        refused(error_);
        ledger.setAutoAccept(m, "");
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (SUP2, S2);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_AUTO_ACCEPT, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.setAutoAccept, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return uint32(word(AUTO_ACCEPTS, KEY)) == uint32(T0);
    }

    function _message(By memory by) private pure returns (SetAutoAccept memory) {
        return SetAutoAccept(by.participant, 2, SUP1, uint32(T0), by.signer, by.deadline);
    }
}
