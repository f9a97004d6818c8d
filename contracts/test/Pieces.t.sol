// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Operations} from "./Operations.sol";

/// @title PIECE of IClaims, on every operation that cuts, and what a cut leaves behind
contract PiecesTest is Operations {
    function each(function(Op) internal test) private {
        Op[5] memory ops = [Op.SPLIT, Op.SPLIT_MANY, Op.CUT, Op.LIEN_TAIL, Op.SALE_TAIL];
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < ops.length; ++i) {
            test(ops[i]);
            vm.revertToState(before);
        }
    }

    function test_piece__nothing__zero_amount() public {
        each(_zero);
    }

    function _zero(Op op) private {
        Ask memory a = ask(op);
        a.amount = 0;
        refuses(a, err(ILedgerErrors.ZeroAmount.selector));
    }

    function test_piece__more_than_the_claim__piece_too_large() public {
        each(_tooLarge);
    }

    function _tooLarge(Op op) private {
        Ask memory a = ask(op);
        a.amount = FACE + 1;
        refuses(a, err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE + 1));
        a.amount = MAX48;
        refuses(a, err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, MAX48));
    }

    /// @dev A lien or a sale of all of it is of the whole claim; the others have an operation of its own for that.
    function test_piece__the_whole_claim__piece_too_large_unless_lien_or_sale() public {
        each(_whole);
    }

    function _whole(Op op) private {
        Ask memory a = ask(op);
        a.amount = FACE;
        if (!isLien(op) && !isSale(op)) {
            refuses(a, err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE));
            return;
        }
        passes(a);
        eq(ledger.obligationOf(obligation).seq, 1);
    }

    function test_piece__one_cent_at_either_end__is_cut_exactly() public {
        each(_oneCent);
    }

    function _oneCent(Op op) private {
        Ask memory a = ask(op);
        a.amount = 1;
        passes(a);
        interval(claim, 0, FACE - 1);
        interval(lastChild(claim), FACE - 1, 1);
        a.amount = FACE - 2;
        a.version = 3;
        passes(a);
        interval(claim, 0, 1);
        interval(lastChild(claim), 1, FACE - 2);
        a.amount = 1;
        a.version = 4;
        if (isLien(op) || isSale(op)) return;
        refuses(a, err(ILedgerErrors.PieceTooLarge.selector, claim, 1, 1));
    }

    function test_piece__face_of_48_bits__is_cut_exactly() public {
        claim = heldWhole48();
        each(_full);
    }

    function _full(Op op) private {
        Ask memory a = ask(op);
        a.amount = MAX48 - 1;
        passes(a);
        interval(claim, 0, 1);
        interval(lastChild(claim), 1, MAX48 - 1);
        a.claim = lastChild(claim);
        a.version = 1;
        a.amount = 1;
        a.participant = ledger.claimOf(a.claim).holder;
        a.signer = vm.addr(keyOf(a.participant));
        a.to = op == Op.SPLIT || op == Op.SPLIT_MANY ? SUP3 : FIN2;
        a.consentKey = keyOf(a.to);
        a.consenter = vm.addr(a.consentKey);
        if (op == Op.LIEN_TAIL) setLien(a.claim, 0, 0);
        passes(a);
        interval(a.claim, 1, MAX48 - 2);
        interval(lastChild(claim), MAX48 - 1, 1);
        eq(ledger.claimOf(lastChild(claim)).parent, 2);
    }

    function test_piece__below_the_smallest__piece_too_small_for_piece_and_rest() public {
        setMinPiece(obligation, 4);
        each(_tooSmall);
    }

    function _tooSmall(Op op) private {
        Ask memory a = ask(op);
        a.amount = 9999;
        refuses(a, err(ILedgerErrors.PieceTooSmall.selector, claim, 10_000));
        a.amount = FACE - 9999;
        refuses(a, err(ILedgerErrors.PieceTooSmall.selector, claim, 10_000));
        a.amount = 10_000;
        passes(a);
        a.amount = FACE - 20_000;
        a.version = 3;
        passes(a);
        interval(claim, 0, 10_000);
        interval(lastChild(claim), 10_000, FACE - 20_000);
    }

    function test_piece__largest_exponent__ten_to_the_fourteenth() public {
        claim = heldWhole48();
        setMinPiece(uint64(claim >> 24), 14);
        each(_largestMinimum);
    }

    function _largestMinimum(Op op) private {
        Ask memory a = ask(op);
        a.amount = 10 ** 14 - 1;
        refuses(a, err(ILedgerErrors.PieceTooSmall.selector, claim, 10 ** 14));
        a.amount = 10 ** 14;
        passes(a);
        interval(lastChild(claim), MAX48 - 10 ** 14, 10 ** 14);
    }

    /// @dev Half of 100 cents is paid: floors settle cents 1, 3, ... and leave cents 0, 2, ... unpaid.
    function test_piece__no_unpaid_cent_in_it__nothing_unpaid() public {
        claim = held(2, 100);
        fund(uint64(claim >> 24), 50);
        ledger.redeem(claim);
        each(_settledPiece);
    }

    function _settledPiece(Op op) private {
        Ask memory a = ask(op);
        a.version = 3;
        a.amount = 1;
        refuses(a, err(ILedgerErrors.NothingUnpaid.selector, claim));
        a.amount = 2;
        passes(a);
        eq(unpaidOf(lastChild(claim)), 1);
        eq(unpaidOf(claim), 49);
    }

    function test_piece__no_unpaid_cent_in_the_rest__nothing_unpaid() public {
        claim = held(2, 100);
        reduce(uint64(claim >> 24), 0, 10);
        each(_settledRest);
    }

    function _settledRest(Op op) private {
        Ask memory a = ask(op);
        a.amount = 90;
        refuses(a, err(ILedgerErrors.NothingUnpaid.selector, claim));
        a.amount = 89;
        passes(a);
        eq(unpaidOf(claim), 1);
        eq(unpaidOf(lastChild(claim)), 89);
    }

    /// @dev Before the first step every cent is unpaid, so nothing has to be counted.
    function test_piece__several_cuts__claims_partition_the_face() public {
        each(_partition);
    }

    function _partition(Op op) private {
        Ask memory a = ask(op);
        uint48[4] memory amounts = [uint48(7), 1, 49_999_992, 30_000_000];
        uint256 end = FACE;
        for (uint24 i = 0; i < 4; ++i) {
            a.amount = amounts[i];
            a.version = 2 + i;
            passes(a);
            end -= amounts[i];
            interval(lastChild(claim), end, amounts[i]);
            interval(claim, 0, end);
            ILedgerViews.ClaimView memory child = ledger.claimOf(lastChild(claim));
            eq(child.parent, 1);
            eq(child.version, 1);
            eq(child.status, 1);
            eq(ledger.claimOf(claim).version, 3 + i);
        }
        eq(ledger.obligationOf(obligation).seq, 5);
    }

    // ---------------------------------------------------------------- helpers

    function interval(uint88 id, uint256 start, uint256 amount) private view {
        ILedgerViews.ClaimView memory c = ledger.claimOf(id);
        eq(c.start, start);
        eq(c.amount, amount);
    }

    function err(bytes4 selector) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector);
    }
}
