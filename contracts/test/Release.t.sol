// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev Signatures are in Signed.
contract ReleaseTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;
    uint24 internal until;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
        until = hoursAt(T0 + 30 days);
        lien(claim, SUP1, S1, FIN, F1, FACE, until);
    }

    function test_release__by_the_financier__claim_is_free_again() public {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory untouched = ledger.obligationOf(obligation);
        wanted.lienholder = 0;
        wanted.lienUntil = 0;
        wanted.version = 4;

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Released(claim, 4, RULES);
        expectLog();
        emit IClaimTokenEvents.Unlocked(claim);
        pass(message());

        onlyLogs(2);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligation), untouched);
        yes(!ledger.locked(claim));
        split(claim, SUP1, S1, SUP2, S2, PART);
    }

    function test_release__holders_own_lien__released_by_the_holder() public {
        pass(message());
        Lien memory m = Lien(SUP1, claim, 4, FACE, SUP1, until, vm.addr(S1), DEADLINE);
        vm.prank(m.signer);
        ledger.lien(m, "", "");
        Release memory r = Release(SUP1, claim, 5, vm.addr(S1), DEADLINE);
        pass(r);
        eq(ledger.claimOf(claim).lienholder, 0);
    }

    function test_release__ran_out_long_ago__still_the_lienholders_to_release() public {
        vm.warp(uint256(until) * 3600 + 30 days);
        pass(message());
        eq(ledger.claimOf(claim).lienholder, 0);
        eq(ledger.claimOf(claim).lienUntil, 0);
    }

    function test_release__obligation_paid_but_not_redeemed__released() public {
        fund(obligation, FACE);
        pass(message());
        eq(ledger.claimOf(claim).lienholder, 0);
    }

    function test_release__carried_by_a_stranger__once() public {
        Release memory m = message();
        bytes memory signature = signed(F1, keccak256(abi.encode(Intents.RELEASE, m)));
        vm.prank(vm.addr(STRANGER));
        ledger.release(m, signature);
        refused(err(ILedgerErrors.NotLienholder.selector, claim, FIN));
        ledger.release(m, signature);
    }

    function test_release__liened_again__old_message_is_stale() public {
        Release memory m = message();
        bytes memory signature = signed(F1, keccak256(abi.encode(Intents.RELEASE, m)));
        ledger.release(m, signature);
        lien(claim, SUP1, S1, FIN, F1, FACE, until);
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 5, 3));
        ledger.release(m, signature);
    }

    function test_release__by_holder_or_another_financier__not_lienholder() public {
        refuse(Release(SUP1, claim, 3, vm.addr(S1), DEADLINE), err(ILedgerErrors.NotLienholder.selector, claim, SUP1));
        refuse(Release(FIN2, claim, 3, vm.addr(F2), DEADLINE), err(ILedgerErrors.NotLienholder.selector, claim, FIN2));
    }

    /// @dev The acceptance deadline of an offer lies in the lien's place, but it is nobody's lien.
    function test_release__of_an_offer__not_lienholder() public {
        uint88 offer = issue(terms(2, FACE));
        refuse(Release(SUP1, offer, 1, vm.addr(S1), DEADLINE), err(ILedgerErrors.NotLienholder.selector, offer, SUP1));
    }

    function test_release__redeemed_meanwhile__not_held() public {
        fund(obligation, FACE);
        ledger.redeem(claim);
        Release memory m = message();
        m.version = 4;
        refuse(m, err(ILedgerErrors.NotHeld.selector, claim, 2));
    }

    function test_release__frozen_or_pledged_by_flag__not_held() public {
        for (uint8 flag = 4; flag <= 32; flag *= 2) {
            setClaimStatus(claim, 1 | flag);
            refuse(message(), err(ILedgerErrors.NotHeld.selector, claim, 1 | flag));
        }
    }

    /// @dev Everything wrong at once; each repair brings the next refusal that IClaims names.
    function test_release__all_wrong__refused_in_the_order_of_the_law() public {
        Release memory m = Release(FIN2, claimId(CORE, 9, 1), 9, vm.addr(STRANGER), uint32(T0 - 1));
        setClaimStatus(claim, 1 | 4);
        setClaimVersion(claim, MAX24);
        refuse(m, err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(F2);
        refuse(m, err(ILedgerErrors.UnknownClaim.selector, m.claim));
        m.claim = claim;
        refuse(m, err(ILedgerErrors.NotLienholder.selector, claim, FIN2));
        (m.participant, m.signer) = (FIN, vm.addr(F1));
        refuse(m, err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        m.version = MAX24;
        refuse(m, err(ILedgerErrors.NotHeld.selector, claim, 5));
        setClaimStatus(claim, 1);
        refuse(m, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        m.version = MAX24 - 1;
        pass(m);
        eq(ledger.claimOf(claim).version, MAX24);
    }

    // ---------------------------------------------------------------- helpers

    function message() internal view returns (Release memory) {
        return Release(FIN, claim, 3, vm.addr(F1), DEADLINE);
    }

    function pass(Release memory m) internal {
        vm.prank(m.signer);
        ledger.release(m, "");
    }

    function refuse(Release memory m, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.release(m, "");
    }
}
