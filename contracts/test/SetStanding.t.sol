// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ParticipantStatus, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedInRole} from "./SignedBy.sol";

contract SetStandingTest is SignedInRole {
    function test_setStanding__right__only_roles_status_and_limit_change() public {
        held(1, FACE); // CORE has used some of its limit
        put(PARTICIPANTS, CORE, 128, 16, type(uint16).max); // overdue
        put(PARTICIPANTS, CORE, 192, 24, VERSION_MAX); // quote epoch
        setPausedUntil(CORE, VERSION_MAX);
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        wanted.version += 1;
        wanted.roles = Roles.ALL & ~Roles.REGISTRAR;
        wanted.status = ParticipantStatus.SUSPENDED;
        wanted.limit = type(uint64).max;
        emits();
        emit ILedgerEvents.StandingSet(CORE, wanted.version, wanted.roles, wanted.status, wanted.limit, 1);
        _set(CORE, wanted.version - 1, wanted.roles, wanted.status, wanted.limit);
        same(ledger.participantOf(CORE), wanted);
    }

    function test_setStanding__limit_below_what_is_used__and_back__changes_nothing_else() public {
        held(1, FACE);
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        _set(CORE, 3, Roles.CORE_ENTERPRISE, ParticipantStatus.ACTIVE, FACE - 1);
        eq(ledger.participantOf(CORE).limit, FACE - 1);
        _set(CORE, 4, Roles.CORE_ENTERPRISE, ParticipantStatus.ACTIVE, LIMIT);
        wanted.version += 2;
        same(ledger.participantOf(CORE), wanted);
    }

    function test_setStanding__own_checks__refused_in_order() public {
        setVersion(OPERATOR, VERSION_MAX);
        _refuse(NOBODY, 2, 0, 0, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        _refuse(REGISTRAR, 2, 0, 0, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, 3, 2));
        _refuse(REGISTRAR, 4, 0, 0, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, 3, 4));
        _refuse(REGISTRAR, 3, 0, 0, abi.encodeWithSelector(E.RegistrarProtected.selector, REGISTRAR));
        vm.store(address(ledger), _cashSlot(OPERATOR), bytes32(0));
        _refuse(OPERATOR, VERSION_MAX, 0, 0, abi.encodeWithSelector(E.BadRoles.selector, 0));
        _refuse(OPERATOR, VERSION_MAX, 256, 0, abi.encodeWithSelector(E.BadRoles.selector, 256));
        _refuse(OPERATOR, VERSION_MAX, 64, 0, abi.encodeWithSelector(E.BadRoles.selector, Roles.REGISTRAR));
        _refuse(OPERATOR, VERSION_MAX, 128 | 4, 0, abi.encodeWithSelector(E.CashAddressMissing.selector, OPERATOR));
        _refuse(OPERATOR, VERSION_MAX, 128 | 32, 0, abi.encodeWithSelector(E.BadStanding.selector, 0));
        _refuse(OPERATOR, VERSION_MAX, 128 | 32, 3, abi.encodeWithSelector(E.BadStanding.selector, 3));
        bytes memory exhausted = abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, OPERATOR);
        _refuse(OPERATOR, VERSION_MAX, 128 | 32, 1, exhausted);
        setVersion(OPERATOR, VERSION_MAX - 1);
        _set(OPERATOR, VERSION_MAX - 1, 128 | 32, 1, 0);
        eq(versionOf(OPERATOR), VERSION_MAX);
    }

    // ---------------------------------------------------------------- how

    function _cashSlot(uint32 participant) private pure returns (bytes32) {
        return bytes32(uint256(slot(PARTICIPANTS, participant)) + 1);
    }

    function _set(uint32 subject, uint24 version, uint16 roles, uint8 status, uint64 limit) private {
        vm.prank(vm.addr(R1));
        ledger.setStanding(SetStanding(REGISTRAR, subject, version, roles, status, limit, vm.addr(R1), DEADLINE), "");
    }

    function _refuse(uint32 subject, uint24 version, uint16 roles, uint8 status, bytes memory error_) private {
        refused(error_);
        _set(subject, version, roles, status, 0);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_STANDING, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.setStanding, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.participantOf(SUP1).status == ParticipantStatus.SUSPENDED;
    }

    function _message(By memory by) private pure returns (SetStanding memory) {
        return
            SetStanding(by.participant, SUP1, 2, Roles.SUPPLIER, ParticipantStatus.SUSPENDED, 0, by.signer, by.deadline);
    }
}
