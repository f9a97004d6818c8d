// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Governed} from "./Governed.sol";

contract SetThresholdTest is Governed {
    uint16 private officer = 1;
    uint64 private threshold = type(uint64).max;

    function test_setThreshold__two_officers__only_the_threshold_changes() public {
        put(OFFICERS, officerKey(CORE, 1), 64, 96, (uint256(77) << 32) | 20_000); // spent 77 on day 20,000
        uint256 wanted = word(OFFICERS, officerKey(CORE, 1)) | threshold;
        ILedgerViews.ParticipantView memory after_ = ledger.participantOf(CORE);
        after_.version += 1;
        Parties memory p = usual();
        emits();
        emit ILedgerEvents.ThresholdSet(CORE, after_.version, 1, threshold, 1);
        perform(p);
        eq(word(OFFICERS, officerKey(CORE, 1)), wanted);
        same(ledger.participantOf(CORE), after_);
    }

    function test_setThreshold__back_to_zero__no_issue_alone() public {
        perform(usual());
        threshold = 0;
        uint256 wanted = word(OFFICERS, officerKey(CORE, 1)) & ~uint256(type(uint64).max);
        perform(usual());
        eq(word(OFFICERS, officerKey(CORE, 1)), wanted);
    }

    function test_setThreshold__applied_later__own_event_first() public {
        Parties memory p = ofRegistrar();
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        emits();
        emit ILedgerEvents.ThresholdSet(REGISTRAR, p.version + 1, 1, threshold, 1);
        emits();
        emit ILedgerEvents.ChangeApplied(REGISTRAR, changeOf(p), 1);
        perform(p);
    }

    function test_setThreshold__officer_without_live_account__bad_officer() public {
        officer = 3;
        refuse(usual(), abi.encodeWithSelector(E.BadOfficer.selector, CORE, 3));
        refuse(ofRegistrar(), abi.encodeWithSelector(E.BadOfficer.selector, REGISTRAR, 3));
        end(CORE, CHECKER, CHECKER);
        officer = 2;
        refuse(parties(CORE, MAKER, 0), abi.encodeWithSelector(E.BadOfficer.selector, CORE, 2));
    }

    /// @dev With no officer left there is no officer whose threshold could be set.
    function test_announced__for_a_participant_without_officers__applied_at_the_exact_second() public override {
        refuse(ofNobody(), abi.encodeWithSelector(E.BadOfficer.selector, CORE2, 1));
    }

    function changeOf(Parties memory p) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_THRESHOLD, _message(p)));
    }

    function callOf(Parties memory p, bytes[] memory signatures) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.setThreshold, (_message(p), signatures));
    }

    function signaturesOf(Parties memory p) internal view override returns (bytes[] memory signatures) {
        signatures = new bytes[](3);
        signatures[0] = sign(p, p.registrar);
        signatures[1] = sign(p, p.signer);
        signatures[2] = sign(p, p.second);
    }

    function done(uint32 participant) internal view override returns (bool) {
        return uint64(word(OFFICERS, officerKey(participant, officer))) == threshold;
    }

    function _message(Parties memory p) private view returns (SetThreshold memory) {
        return SetThreshold(p.participant, p.version, officer, threshold, p.registrar, p.signer, p.second, p.deadline);
    }
}
