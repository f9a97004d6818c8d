// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ClaimStatus, ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedBy} from "./SignedBy.sol";

contract AcceptTest is SignedBy {
    uint88 private claim;
    uint24 private acceptBy;

    function setUp() public override {
        super.setUp();
        claim = issue(terms(1, FACE));
        acceptBy = hoursAt(T0 + 10 days);
    }

    function test_accept__right__claim_is_held_and_nothing_else_changes() public {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory obligation = ledger.obligationOf(obligationId(CORE, 1));
        ILedgerViews.ParticipantView memory obligor = ledger.participantOf(CORE);
        wanted.status = ClaimStatus.HELD;
        wanted.version = 2;
        wanted.lienUntil = 0; // no longer the acceptance deadline
        emits();
        emit ILedgerEvents.Accepted(claim, 2, 1);
        accept(claim);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligationId(CORE, 1)), obligation);
        same(ledger.participantOf(CORE), obligor);
    }

    function test_accept__last_second_of_the_offer__accepted() public {
        vm.warp(uint256(acceptBy) * 3600);
        accept(claim);
        eq(ledger.claimOf(claim).status, ClaimStatus.HELD);
    }

    function test_accept__one_second_later__offer_expired() public {
        vm.warp(uint256(acceptBy) * 3600 + 1);
        refused(abi.encodeWithSelector(E.OfferExpired.selector, claim, acceptBy));
        accept(claim);
    }

    function test_accept__creditor_suspended_and_paused_since__accepted() public {
        suspend(SUP1);
        setPausedUntil(SUP1, VERSION_MAX);
        accept(claim);
        eq(ledger.claimOf(claim).status, ClaimStatus.HELD);
    }

    function test_accept__own_checks__refused_in_order() public {
        uint88 unknown = claimId(CORE, 2, 1);
        _refuse(SUP2, S2, unknown, 9, abi.encodeWithSelector(E.UnknownClaim.selector, unknown));
        vm.warp(uint256(acceptBy) * 3600 + 1);
        _refuse(SUP2, S2, claim, 9, abi.encodeWithSelector(E.NotHolder.selector, claim, SUP2));
        _refuse(CORE, MAKER, claim, 9, abi.encodeWithSelector(E.NotHolder.selector, claim, CORE));
        _refuse(SUP1, S1, claim, 0, abi.encodeWithSelector(E.StaleClaim.selector, claim, 1, 0));
        _refuse(SUP1, S1, claim, 2, abi.encodeWithSelector(E.StaleClaim.selector, claim, 1, 2));
        _refuse(SUP1, S1, claim, 1, abi.encodeWithSelector(E.OfferExpired.selector, claim, acceptBy));
    }

    function test_accept__accepted_before__not_offered() public {
        accept(claim);
        _refuse(SUP1, S1, claim, 1, abi.encodeWithSelector(E.StaleClaim.selector, claim, 2, 1));
        _refuse(SUP1, S1, claim, 2, abi.encodeWithSelector(E.NotOffered.selector, claim));
    }

    function test_accept__declined_before__not_offered() public {
        vm.prank(vm.addr(S1));
        ledger.decline(Decline(SUP1, obligationId(CORE, 1), 1, vm.addr(S1), DEADLINE), TERMS, parts(INVOICE, FACE), "");
        _refuse(SUP1, S1, claim, 2, abi.encodeWithSelector(E.NotOffered.selector, claim));
    }

    function test_accept__version_at_its_maximum__exhausted() public {
        put(CLAIMS, claim, 184, 24, VERSION_MAX);
        _refuse(SUP1, S1, claim, VERSION_MAX, abi.encodeWithSelector(E.ClaimVersionExhausted.selector, claim));
    }

    function _refuse(uint32 participant, uint256 key, uint88 claim_, uint24 version, bytes memory error_) private {
        vm.prank(vm.addr(key));
        refused(error_);
        ledger.accept(Accept(participant, claim_, version, vm.addr(key), DEADLINE), "");
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (SUP1, S1);
    }

    function hashBy(By memory by) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.ACCEPT, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.accept, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.claimOf(claim).status == ClaimStatus.HELD;
    }

    function _message(By memory by) private view returns (Accept memory) {
        return Accept(by.participant, claim, 1, by.signer, by.deadline);
    }
}
