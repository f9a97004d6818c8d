// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Thief} from "./Thief.sol";

/// @title A supplier dumps a bad claim on a buyer's standing consent
/// @dev SUP2 takes SUP1's paper without looking: a standing auto-accept. SUP1's obligor has not paid, and SUP1 wants the loss to be
/// SUP2's before anybody marks the obligation, in pieces or whole, in the last days, through a third party, or with consent given for
/// better days. Standing consent never covers what is past due, marked or not; only a signature for this claim at this version does.
contract DumpedClaimsTest is Thief {
    function setUp() public override {
        super.setUp();
        autoAccept(SUP2, S2, SUP1);
    }

    function test_claim__matured_but_unmarked__not_accepted() public {
        uint88 claim = held(1, FACE);
        vm.warp(uint256(due()) + 1);
        refuse(S1, _transfer(claim, SUP2, ""), _notAccepted(claim, SUP2));
        eq(ledger.claimOf(claim).holder, SUP1);
    }

    function test_claim__marked_overdue__not_accepted() public {
        uint88 claim = held(1, FACE);
        vm.warp(uint256(due()) + 1);
        ledger.markOverdue(obligationId(CORE, 1));
        refuse(S1, _transfer(claim, SUP2, ""), _notAccepted(claim, SUP2));
    }

    function test_claim__in_pieces_after_due__past_due() public {
        uint88 claim = held(1, FACE);
        vm.warp(uint256(due()) + 1);
        bytes memory wanted = abi.encodeWithSelector(E.PastDue.selector, claim, due());
        refuse(S1, _split(claim, SUP2, 1), wanted);
        Piece[] memory pieces = new Piece[](1);
        pieces[0] = Piece(SUP2, 1);
        SplitMany memory m = SplitMany(SUP1, claim, 2, pieces, vm.addr(S1), DEADLINE);
        refuse(S1, abi.encodeCall(ledger.splitMany, (m, "", new bytes[](0))), wanted);
    }

    /// @dev From five days before due on, to the last second of it.
    function test_claim__in_the_last_days__closing_window() public {
        uint88 claim = held(1, FACE);
        bytes memory wanted = abi.encodeWithSelector(E.ClosingWindow.selector, claim, due() - 5 days);
        vm.warp(due() - 5 days);
        refuse(S1, _transfer(claim, SUP2, ""), wanted);
        refuse(S1, _split(claim, SUP2, 1), wanted);
        vm.warp(due());
        refuse(S1, _transfer(claim, SUP2, ""), wanted);
        vm.warp(due() - 5 days - 1);
        perform(S1, _transfer(claim, SUP2, ""));
    }

    function test_claim__through_a_third_party__not_accepted() public {
        uint88 claim = held(1, FACE);
        vm.warp(uint256(due()) + 1);
        bytes memory consent = acceptance(S3, SUP3, claim, 2, 0, FACE);
        perform(S1, _transfer(claim, SUP3, consent));
        Transfer memory m = Transfer(SUP3, claim, 3, SUP2, vm.addr(S3), DEADLINE);
        refuse(S3, abi.encodeCall(ledger.transfer, (m, "", "")), _notAccepted(claim, SUP2));
    }

    /// @dev SUP2 once signed for this claim, before SUP1 cut it: that signature is for another version and amount.
    function test_claim__with_consent_from_before_a_cut__bad_signature() public {
        uint88 claim = held(1, FACE);
        bytes memory consent = acceptance(S2, SUP2, claim, 2, 0, FACE);
        perform(S1, abi.encodeCall(ledger.cut, (Cut(SUP1, claim, 2, 1, vm.addr(S1), DEADLINE), "")));
        vm.warp(uint256(due()) + 1);
        bytes memory wanted = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(S2));
        refuse(S1, _transfer(claim, SUP2, consent), wanted);
    }

    /// @dev ... and nothing shorter than a signer and a deadline is a consent.
    function test_claim__with_garbage_for_consent__not_accepted() public {
        uint88 claim = held(1, FACE);
        refuse(S1, _transfer(claim, SUP2, new bytes(23)), _notAccepted(claim, SUP2));
        bytes memory expired = abi.encodeWithSelector(E.IntentExpired.selector, 0);
        refuse(S1, _transfer(claim, SUP2, new bytes(24)), expired);
    }

    function test_standing_consent__ended_or_run_out__not_accepted() public {
        uint88 claim = held(1, FACE);
        uint32 until = uint32(T0 + 1 days);
        SetAutoAccept memory m = SetAutoAccept(SUP2, versionOf(SUP2), SUP1, until, vm.addr(S2), DEADLINE);
        perform(S2, abi.encodeCall(ledger.setAutoAccept, (m, "")));
        vm.warp(uint256(until) + 1);
        refuse(S1, _transfer(claim, SUP2, ""), _notAccepted(claim, SUP2));
        m = SetAutoAccept(SUP2, versionOf(SUP2), SUP1, 0, vm.addr(S2), DEADLINE);
        perform(S2, abi.encodeCall(ledger.setAutoAccept, (m, "")));
        refuse(S1, _transfer(claim, SUP2, ""), _notAccepted(claim, SUP2));
        refuse(S1, _split(claim, SUP2, 1), _notAccepted(claim, SUP2));
    }

    /// @dev Consent to SUP1 is not consent to SUP3, nor SUP3's to SUP1.
    function test_standing_consent__for_another_counterparty__not_accepted() public {
        uint88 claim = held(1, FACE);
        refuse(S1, _transfer(claim, SUP3, ""), _notAccepted(claim, SUP3));
        perform(S1, _transfer(claim, SUP2, ""));
        Transfer memory m = Transfer(SUP2, claim, 3, SUP1, vm.addr(S2), DEADLINE);
        refuse(S2, abi.encodeCall(ledger.transfer, (m, "", "")), _notAccepted(claim, SUP1));
    }

    function test_claim__with_a_lien_on_it__liened() public {
        uint88 claim = held(1, FACE);
        uint24 until = hoursAt(T0) + 24;
        Lien memory m = Lien(SUP1, claim, 2, FACE, SUP1, until, vm.addr(S1), DEADLINE);
        perform(S1, abi.encodeCall(ledger.lien, (m, "", "")));
        bytes memory wanted = abi.encodeWithSelector(E.ClaimLiened.selector, claim, SUP1, until);
        refuse(S1, _transfer(claim, SUP2, ""), wanted);
        refuse(S1, _split(claim, SUP2, 1), wanted);
    }

    /// @dev What has been paid on it is taken first: nobody receives an emptied claim.
    function test_claim__half_paid__redeem_first() public {
        uint88 claim = held(1, FACE);
        fund(obligationId(CORE, 1), FACE / 2);
        bytes memory wanted = abi.encodeWithSelector(E.RedeemFirst.selector, claim, FACE / 2);
        refuse(S1, _transfer(claim, SUP2, ""), wanted);
        refuse(S1, _split(claim, SUP2, 1), wanted);
    }

    function _transfer(uint88 claim, uint32 to, bytes memory consent) private view returns (bytes memory) {
        Transfer memory m = Transfer(SUP1, claim, claimVersion(claim), to, vm.addr(S1), DEADLINE);
        return abi.encodeCall(ledger.transfer, (m, "", consent));
    }

    function _split(uint88 claim, uint32 to, uint48 amount) private view returns (bytes memory) {
        Split memory m = Split(SUP1, claim, claimVersion(claim), to, amount, vm.addr(S1), DEADLINE);
        return abi.encodeCall(ledger.split, (m, "", ""));
    }

    function _notAccepted(uint88 claim, uint32 to) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.NotAccepted.selector, claim, to);
    }
}
