// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title How small and how many payments in part may be, and that payment in full is always possible
contract PaymentsTest is ClaimsWorld {
    uint48 internal constant LEAST = 2_083_334; // ceil(FACE / 48)

    function pay(uint64 obligation, uint64 amount, bytes memory error_) private {
        uint24 version = ledger.obligationOf(obligation).version;
        Fund memory m = Fund(CORE, obligation, version, amount, vm.addr(MAKER), DEADLINE);
        if (error_.length != 0) refused(error_);
        vm.prank(m.signer);
        ledger.fund(m, "");
    }

    function tooSmall(uint64 least, uint64 given) private pure returns (bytes memory) {
        return err(ILedgerErrors.PaymentTooSmall.selector, least, given);
    }

    // ---------------------------------------------------------------- how small

    function test_payment__face_over_48_rounded_up__is_the_least() public {
        uint48[6] memory faces = [uint48(100), 48, 49, 96, 97, 1_000_000];
        uint64[6] memory least = [uint64(3), 1, 2, 2, 3, 20_834];
        for (uint32 i = 0; i < 6; ++i) {
            uint64 obligation = uint64(held(i + 1, faces[i]) >> 24);
            if (least[i] > 1) pay(obligation, least[i] - 1, tooSmall(least[i], least[i] - 1));
            pay(obligation, least[i], "");
            eq(ledger.obligationOf(obligation).unpaid, faces[i] - least[i]);
        }
    }

    function test_payment__face_of_48_bits__least_is_exact() public {
        uint64 obligation = uint64(heldWhole48() >> 24);
        uint64 least = uint64((uint256(MAX48) + 47) / 48);
        pay(obligation, least - 1, tooSmall(least, least - 1));
        pay(obligation, least, "");
    }

    function test_payment__smallest_piece_larger_than_the_48th__governs() public {
        uint64 obligation = uint64(held(1, FACE) >> 24);
        setMinPiece(obligation, 7);
        pay(obligation, 9_999_999, tooSmall(10_000_000, 9_999_999));
        pay(obligation, 10_000_000, "");
        setMinPiece(obligation, 6);
        pay(obligation, LEAST - 1, tooSmall(LEAST, LEAST - 1));
    }

    function test_payment__what_is_left__may_be_smaller_than_the_least() public {
        uint64 obligation = uint64(held(1, FACE) >> 24);
        pay(obligation, FACE - 1, "");
        pay(obligation, 1, "");
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
    }

    function test_payment__one_cent_less_than_what_is_left__is_in_part() public {
        uint64 obligation = uint64(held(1, FACE) >> 24);
        pay(obligation, FACE - LEAST, "");
        pay(obligation, LEAST - 1, tooSmall(LEAST, LEAST - 1));
        pay(obligation, LEAST, "");
    }

    // ---------------------------------------------------------------- how many

    /// @dev Without late interest 48 payments of at least ceil(face/48) cannot leave anything: the 48th settles.
    function test_payment__47_of_the_least__48th_is_payment_in_full() public {
        uint88 claim = held(1, FACE);
        uint64 obligation = uint64(claim >> 24);
        for (uint256 i = 0; i < 47; ++i) {
            pay(obligation, LEAST, "");
        }
        eq(ledger.obligationOf(obligation).steps, 47);
        pay(obligation, FACE - 47 * uint64(LEAST), "");
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE);
    }

    /// @dev Payments count principal and interest: when interest exceeds the face, 48 of the least leave all of the principal.
    function test_payment__48_of_interest__49th_in_part_refused_and_in_full_taken() public {
        uint88 claim = held(1, FACE);
        uint64 obligation = uint64(claim >> 24);
        vm.warp(due() + 2100 days);
        for (uint256 i = 0; i < 48; ++i) {
            pay(obligation, LEAST, "");
        }
        eq(ledger.obligationOf(obligation).steps, 48);
        eq(ledger.obligationOf(obligation).unpaid, FACE);
        uint64 interest = 2100 * 50_000 - 48 * uint64(LEAST);
        bytes memory e = err(ILedgerErrors.TooManyPayments.selector, obligation);
        pay(obligation, LEAST, e);
        pay(obligation, FACE + interest - 1, e);
        pay(obligation, LEAST - 1, tooSmall(LEAST, LEAST - 1));
        pay(obligation, FACE + interest, "");
        eq(ledger.obligationOf(obligation).steps, 49);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE + 2100 * 50_000);
        eq(owed(RAIL), 0);
    }

    function test_payment__reductions_between__are_not_payments() public {
        uint64 obligation = uint64(held(1, FACE) >> 24);
        pay(obligation, LEAST, "");
        for (uint48 i = 0; i < 15; ++i) {
            reduce(obligation, 0, 1);
        }
        pay(obligation, LEAST, "");
        eq(ledger.obligationOf(obligation).steps, 17);
        eq(peek(STEPS, (uint256(obligation) << 8) | 17) >> 232, 2);
    }

    function test_payment__48_payments_and_15_reductions__final_payment_is_step_64() public {
        uint88 claim = held(1, FACE);
        uint64 obligation = uint64(claim >> 24);
        vm.warp(due() + 4000 days);
        for (uint256 i = 0; i < 48; ++i) {
            pay(obligation, LEAST, "");
            if (i < 15) reduce(obligation, uint48(i), uint48(i + 1));
        }
        pay(obligation, LEAST, err(ILedgerErrors.TooManyPayments.selector, obligation));
        (uint64 unpaid, uint64 interest) = ledger.owedOf(obligation);
        eq(unpaid, FACE - 15);
        pay(obligation, unpaid + interest, "");
        eq(ledger.obligationOf(obligation).steps, 64);
        ledger.redeem(claim);
        eq(balance(SUP1), 48 * uint256(LEAST) + unpaid + interest);
        eq(owed(RAIL), 0);
    }

    // ---------------------------------------------------------------- interest at its limits

    function test_payment__interest_beyond_48_bits__saturates_and_can_be_paid() public {
        uint88 claim = heldWhole48();
        uint64 obligation = uint64(claim >> 24);
        _mint(cashOf(CORE), 10 ** 16);
        vm.warp(due() + 2000 days);
        (uint256 unpaid, uint256 interest) = ledger.owedOf(obligation);
        eq(unpaid, MAX48);
        eq(interest, MAX48);
        vm.warp(due() + 2001 days);
        (unpaid, interest) = ledger.owedOf(obligation);
        eq(interest, MAX48);
        pay(obligation, 2 * uint64(MAX48), "");
        ledger.redeem(claim);
        eq(balance(SUP1), 2 * uint256(MAX48));
    }

    /// @dev Two pots of 2^48 - 1 wait for one claim: what is reported and paid is their whole sum.
    function test_payment__interest_of_two_steps_beyond_48_bits__paid_and_reported_in_full() public {
        uint88 claim = heldWhole48();
        uint64 obligation = uint64(claim >> 24);
        _mint(cashOf(CORE), 10 ** 16);
        vm.warp(due() + 2001 days);
        pay(obligation, MAX48, "");
        vm.warp(due() + 4002 days);
        pay(obligation, MAX48, "");
        (uint256 principal, uint256 interest, uint256 unpaid) = ledger.moneyOf(claim);
        eq(principal, 0);
        eq(interest, 2 * uint256(MAX48));
        eq(unpaid, MAX48);
        ledger.redeem(claim);
        eq(balance(SUP1), 2 * uint256(MAX48));
    }
}
