// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev What every operation on claims shares is in Signed, Gates, Pieces and Assignees, there with one piece.
contract SplitManyTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    function test_split_many__signed_acceptances__first_piece_takes_the_very_last_cents() public {
        ILedgerViews.ClaimView memory parent = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        parent.amount = FACE - 600;
        parent.version = 3;
        o.seq = 4;
        SplitMany memory m = message(three());
        bytes[] memory consents = consentsTo(m);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.SplitOffMany(claim, 3, 2, RULES, m.pieces);
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP2), claimId(CORE, 1, 2));
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP3), claimId(CORE, 1, 3));
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(FIN), claimId(CORE, 1, 4));
        pass(m, consents);

        onlyLogs(4);
        same(ledger.claimOf(claim), parent);
        same(ledger.obligationOf(obligation), o);
        same(ledger.claimOf(claimId(CORE, 1, 2)), child(SUP2, FACE - 100, 100));
        same(ledger.claimOf(claimId(CORE, 1, 3)), child(SUP3, FACE - 300, 200));
        same(ledger.claimOf(claimId(CORE, 1, 4)), child(FIN, FACE - 600, 300));
    }

    function test_split_many__runs_to_one_assignee__one_event_a_run() public {
        autoAccept(SUP2, S2, SUP1);
        autoAccept(SUP3, S3, SUP1);
        Piece[] memory pieces = new Piece[](6);
        uint32[6] memory to = [SUP2, SUP2, SUP3, SUP2, SUP2, SUP2];
        for (uint256 i = 0; i < 6; ++i) {
            pieces[i] = Piece(to[i], uint48(i + 1));
        }
        SplitMany memory m = message(pieces);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.SplitOffMany(claim, 3, 2, RULES, pieces);
        expectLog();
        emit IClaimTokenEvents.ConsecutiveTransfer(claimId(CORE, 1, 2), claimId(CORE, 1, 3), address(0), standIn(SUP2));
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP3), claimId(CORE, 1, 4));
        expectLog();
        emit IClaimTokenEvents.ConsecutiveTransfer(claimId(CORE, 1, 5), claimId(CORE, 1, 7), address(0), standIn(SUP2));
        pass(m, new bytes[](0));
        onlyLogs(4);
        eq(ledger.claimOf(claimId(CORE, 1, 7)).start, FACE - 21);
        eq(ledger.claimOf(claimId(CORE, 1, 7)).amount, 6);
    }

    function test_split_many__carried_by_a_stranger__splits_once() public {
        SplitMany memory m = message(three());
        bytes memory signature = signed(S1, hashOfMany(m));
        bytes[] memory consents = consentsTo(m);
        vm.prank(vm.addr(STRANGER));
        ledger.splitMany(m, signature, consents);
        eq(ledger.obligationOf(obligation).seq, 4);
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 3, 2));
        ledger.splitMany(m, signature, consents);
    }

    function test_split_many__a_piece_altered__bad_signature() public {
        SplitMany memory m = message(three());
        bytes memory signature = signed(S1, hashOfMany(m));
        bytes[] memory consents = consentsTo(m);
        m.pieces[2].amount += 1;
        refused(err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(S1))));
        ledger.splitMany(m, signature, consents);
    }

    function test_split_many__hundred_pieces__parent_version_grows_by_one() public {
        autoAccept(SUP2, S2, SUP1);
        Piece[] memory pieces = new Piece[](100);
        for (uint256 i = 0; i < 100; ++i) {
            pieces[i] = Piece(SUP2, 1_000_000);
        }
        pieces[99].amount = 999_999;
        vm.recordLogs();
        pass(message(pieces), new bytes[](0));
        onlyLogs(2);
        eq(ledger.claimOf(claim).amount, 1);
        eq(ledger.claimOf(claim).version, 3);
        eq(ledger.obligationOf(obligation).seq, 101);
        for (uint48 i = 1; i < 100; ++i) {
            uint88 id = claimId(CORE, 1, uint24(i + 1));
            same(ledger.claimOf(id), child(SUP2, FACE - i * 1_000_000, 1_000_000));
        }
        same(ledger.claimOf(claimId(CORE, 1, 101)), child(SUP2, 1, 999_999));
    }

    function test_split_many__some_by_standing_consent__the_others_signed() public {
        autoAccept(SUP3, S3, SUP1);
        SplitMany memory m = message(three());
        bytes[] memory consents = consentsTo(m);
        consents[1] = "";
        pass(m, consents);
        eq(ledger.claimOf(claimId(CORE, 1, 3)).holder, SUP3);
    }

    // ---------------------------------------------------------------- batch

    function test_split_many__no_piece__empty_batch() public {
        SplitMany memory m = message(new Piece[](0));
        refuse(m, new bytes[](0), abi.encodeWithSelector(ILedgerErrors.EmptyBatch.selector));
        refuse(m, new bytes[](1), abi.encodeWithSelector(ILedgerErrors.EmptyBatch.selector));
    }

    function test_split_many__acceptances_fewer_or_more__bad_batch() public {
        SplitMany memory m = message(three());
        refuse(m, new bytes[](2), err(ILedgerErrors.BadBatch.selector, 3, 2));
        refuse(m, new bytes[](4), err(ILedgerErrors.BadBatch.selector, 3, 4));
        refuse(m, new bytes[](3), err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
        refuse(m, new bytes[](0), err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
    }

    function test_split_many__acceptance_for_another_place__bad_signature() public {
        Piece[] memory pieces = new Piece[](2);
        pieces[0] = Piece(SUP2, 100);
        pieces[1] = Piece(SUP2, 100);
        SplitMany memory m = message(pieces);
        bytes[] memory consents = consentsTo(m);
        bytes memory first = consents[0];
        consents[0] = consents[1];
        refuse(m, consents, err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(S2))));
        consents[0] = first;
        consents[1] = first;
        refuse(m, consents, err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(S2))));
    }

    // ---------------------------------------------------------------- one bad piece refuses all

    function test_split_many__pieces_together_too_large__measured_on_what_is_left() public {
        SplitMany memory m = message(three());
        m.pieces[2].amount = FACE - 300;
        refuse(m, consentsTo(m), err(ILedgerErrors.PieceTooLarge.selector, claim, FACE - 300, FACE - 300));
        m.pieces[2].amount = FACE - 301;
        pass(m, consentsTo(m));
        eq(ledger.claimOf(claim).amount, 1);
    }

    function test_split_many__second_piece_bad__refused_and_nothing_changed() public {
        bytes32 before = keccak256(abi.encode(ledger.claimOf(claim), ledger.obligationOf(obligation)));
        SplitMany memory m = message(three());
        m.pieces[1].amount = 0;
        refuse(m, consentsTo(m), abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.pieces[1].amount = 200;
        m.pieces[1].to = SUP1;
        refuse(m, consentsTo(m), err(ILedgerErrors.SelfDealing.selector, SUP1));
        m.pieces[1].to = CORE;
        refuse(m, consentsTo(m), err(ILedgerErrors.ObligorCannotHold.selector, CORE));
        m.pieces[1].to = BANK;
        refuse(m, consentsTo(m), err(ILedgerErrors.NotInRole.selector, BANK, 6));
        m.pieces[1].to = SUP3;
        bytes[] memory consents = consentsTo(m);
        consents[1] = new bytes(23);
        refuse(m, consents, err(ILedgerErrors.NotAccepted.selector, claim, SUP3));
        eq(keccak256(abi.encode(ledger.claimOf(claim), ledger.obligationOf(obligation))), before);
        eq(ledger.claimOf(claimId(CORE, 1, 2)).holder, 0);
    }

    function test_split_many__rest_below_the_smallest__piece_too_small() public {
        setMinPiece(obligation, 2);
        SplitMany memory m = message(three());
        m.pieces[2].amount = FACE - 399;
        refuse(m, consentsTo(m), err(ILedgerErrors.PieceTooSmall.selector, claim, 100));
        m.pieces[2].amount = FACE - 400;
        pass(m, consentsTo(m));
    }

    /// @dev Half is paid: floors leave cents 0, 2, ... unpaid, so the second piece of one cent has one and the first has none.
    function test_split_many__piece_without_unpaid_cent__nothing_unpaid() public {
        claim = held(2, 100);
        fund(obligationId(CORE, 2), 50);
        ledger.redeem(claim);
        SplitMany memory m = message(three());
        m.version = 3;
        (m.pieces[0].amount, m.pieces[1].amount, m.pieces[2].amount) = (2, 1, 1);
        refuse(m, consentsTo(m), err(ILedgerErrors.NothingUnpaid.selector, claim));
        (m.pieces[1].amount, m.pieces[2].amount) = (2, 2);
        pass(m, consentsTo(m));
        eq(unpaidOf(claim), 47);
    }

    function test_split_many__numbers_run_out_within__claim_sequence_exhausted() public {
        SplitMany memory m = message(three());
        bytes[] memory consents = consentsTo(m);
        setSeq(obligation, MAX24 - 2);
        refuse(m, consents, err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        m.pieces[2].amount = 0;
        refuse(m, consents, abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.pieces[2].amount = 300;
        setSeq(obligation, MAX24 - 3);
        pass(m, consents);
        eq(ledger.obligationOf(obligation).seq, MAX24);
        same(ledger.claimOf(claimId(CORE, 1, MAX24)), child(FIN, FACE - 600, 300));
    }

    /// @dev The parts of the law that stand elsewhere than in split: hop before the pieces, the pieces before the last checks.
    function test_split_many__all_wrong__refused_in_the_order_of_the_law() public {
        fund(obligation, FACE / 2);
        SplitMany memory m = message(new Piece[](0));
        setHop(claim, 5);
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        m.version = MAX24;
        refuse(m, new bytes[](1), err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, new bytes[](1), err(ILedgerErrors.RedeemFirst.selector, claim, FACE / 2));
        setClaimVersion(claim, 8);
        ledger.redeem(claim);
        setClaimVersion(claim, MAX24);
        refuse(m, new bytes[](1), err(ILedgerErrors.HopCapReached.selector, claim, 5));
        setHop(claim, 4);
        refuse(m, new bytes[](1), abi.encodeWithSelector(ILedgerErrors.EmptyBatch.selector));
        m.pieces = three();
        m.pieces[0] = Piece(SUP1, 0);
        refuse(m, new bytes[](1), err(ILedgerErrors.BadBatch.selector, 3, 1));
        refuse(m, new bytes[](3), abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.pieces[0].amount = 2;
        refuse(m, new bytes[](3), err(ILedgerErrors.SelfDealing.selector, SUP1));
        m.pieces[0].to = SUP2;
        refuse(m, new bytes[](3), err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
        bytes[] memory consents = consentsTo(m);
        refuse(m, consents, err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setSeq(obligation, 1);
        refuse(m, consents, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        m.version = MAX24 - 1;
        pass(m, consentsTo(m));
        eq(ledger.claimOf(claim).version, MAX24);
    }

    // ---------------------------------------------------------------- helpers

    function three() internal pure returns (Piece[] memory pieces) {
        pieces = new Piece[](3);
        (pieces[0], pieces[1], pieces[2]) = (Piece(SUP2, 100), Piece(SUP3, 200), Piece(FIN, 300));
    }

    function child(uint32 holder, uint48 start, uint48 amount) internal pure returns (ILedgerViews.ClaimView memory) {
        return ILedgerViews.ClaimView(holder, 0, start, amount, 1, 1, 0, 1, 1, 0);
    }

    function message(Piece[] memory pieces) internal view returns (SplitMany memory) {
        return SplitMany(SUP1, claim, 2, pieces, vm.addr(S1), DEADLINE);
    }

    function hashOfMany(SplitMany memory m) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](m.pieces.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(Intents.PIECE, m.pieces[i]));
        }
        bytes32 list = keccak256(abi.encodePacked(hashes));
        return keccak256(abi.encode(Intents.SPLIT_MANY, m.participant, m.claim, m.version, list, m.signer, m.deadline));
    }

    /// @dev One a piece, by the key of its assignee.
    function consentsTo(SplitMany memory m) internal view returns (bytes[] memory consents) {
        consents = new bytes[](m.pieces.length);
        for (uint16 i = 0; i < consents.length; ++i) {
            Piece memory p = m.pieces[i];
            uint256 key = p.to == SUP2 ? S2 : p.to == SUP3 ? S3 : F1;
            consents[i] = acceptance(key, p.to, m.claim, m.version, i, p.amount);
        }
    }

    function pass(SplitMany memory m, bytes[] memory consents) internal {
        vm.prank(m.signer);
        ledger.splitMany(m, "", consents);
    }

    function refuse(SplitMany memory m, bytes[] memory consents, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.splitMany(m, "", consents);
    }
}
