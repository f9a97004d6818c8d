// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ParticipantStatus, Roles} from "../interfaces/IReceivableLedger.sol";
import {Operations} from "./Operations.sol";

/// @title ASSIGNEE, RECEIVER, the hop cap and ACCEPTED of IClaims, on every operation that brings in another participant
contract AssigneesTest is Operations {
    function each(Op[] memory ops, function(Op) internal test) private {
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < ops.length; ++i) {
            test(ops[i]);
            vm.revertToState(before);
        }
    }

    /// @dev Transfer, split, splitMany.
    function passing() private pure returns (Op[] memory ops) {
        ops = new Op[](3);
        (ops[0], ops[1], ops[2]) = (Op.TRANSFER, Op.SPLIT, Op.SPLIT_MANY);
    }

    /// @dev All with another side.
    function twoSided() private pure returns (Op[] memory ops) {
        ops = new Op[](7);
        (ops[0], ops[1], ops[2]) = (Op.TRANSFER, Op.SPLIT, Op.SPLIT_MANY);
        (ops[3], ops[4], ops[5], ops[6]) = (Op.LIEN_WHOLE, Op.LIEN_TAIL, Op.SALE_WHOLE, Op.SALE_TAIL);
    }

    /// @dev The operation in favour of `to`, which agrees.
    function askTo(Op op, uint32 to) private view returns (Ask memory a) {
        a = ask(op);
        a.to = to;
        a.consentKey = keyOf(to);
        a.consenter = vm.addr(a.consentKey);
    }

    function rolesFor(Op op) private pure returns (uint16) {
        return isPass(op) ? Roles.SUPPLIER | Roles.FINANCIER : Roles.FINANCIER;
    }

    // ---------------------------------------------------------------- ASSIGNEE and RECEIVER

    function test_assignee__the_holder_itself__self_dealing() public {
        each(passing(), _self);
    }

    function _self(Op op) private {
        refuses(askTo(op, SUP1), err(ILedgerErrors.SelfDealing.selector, SUP1));
    }

    function test_assignee__the_obligor__obligor_cannot_hold() public {
        each(twoSided(), _obligor);
    }

    function _obligor(Op op) private {
        refuses(askTo(op, CORE), err(ILedgerErrors.ObligorCannotHold.selector, CORE));
    }

    function test_assignee__nobody__unknown_participant() public {
        each(passing(), _nobody);
    }

    function _nobody(Op op) private {
        Ask memory a = ask(op);
        a.to = 999;
        refuses(a, err(ILedgerErrors.UnknownParticipant.selector, 999));
        a.to = 0;
        refuses(a, err(ILedgerErrors.UnknownParticipant.selector, 0));
    }

    function test_assignee__suspended__participant_suspended() public {
        suspend(SUP2);
        suspend(FIN);
        each(twoSided(), _suspended);
    }

    function _suspended(Op op) private {
        Ask memory a = ask(op);
        refuses(a, err(ILedgerErrors.ParticipantSuspended.selector, a.to));
    }

    function test_assignee__of_another_trade__not_in_role() public {
        each(twoSided(), _role);
    }

    function _role(Op op) private {
        refuses(askTo(op, BANK), err(ILedgerErrors.NotInRole.selector, BANK, rolesFor(op)));
        refuses(askTo(op, CORE2), err(ILedgerErrors.NotInRole.selector, CORE2, rolesFor(op)));
        if (!isPass(op)) {
            refuses(askTo(op, SUP3), err(ILedgerErrors.NotInRole.selector, SUP3, Roles.FINANCIER));
        }
        standing(CORE2, Roles.CORE_ENTERPRISE | Roles.FINANCIER, ParticipantStatus.ACTIVE, 0);
        passes(askTo(op, CORE2));
    }

    function test_assignee__supplier_or_financier__may_hold() public {
        each(passing(), _financier);
    }

    function _financier(Op op) private {
        passes(askTo(op, FIN));
        eq(ledger.claimOf(lastChild(claim)).holder, FIN);
    }

    function test_assignee__paused__participant_paused_through_its_last_second() public {
        pauseUntil(SUP2, hoursAt(T0 + 2 days));
        pauseUntil(FIN, hoursAt(T0 + 2 days));
        each(twoSided(), _paused);
    }

    function _paused(Op op) private {
        uint24 until_ = hoursAt(T0 + 2 days);
        Ask memory a = ask(op);
        refuses(a, err(ILedgerErrors.ParticipantPaused.selector, a.to, until_));
        vm.warp(uint256(until_) * 3600);
        refuses(a, err(ILedgerErrors.ParticipantPaused.selector, a.to, until_));
        vm.warp(uint256(until_) * 3600 + 1);
        passes(a);
        vm.warp(T0);
    }

    // ---------------------------------------------------------------- hops

    function test_hop__at_its_cap__hop_cap_reached_for_passing_on_only() public {
        setHop(claim, 5);
        each(twoSided(), _hop);
        each(passing(), _belowCap);
    }

    function _hop(Op op) private {
        if (isPass(op)) {
            refuses(ask(op), err(ILedgerErrors.HopCapReached.selector, claim, 5));
            return;
        }
        passes(ask(op));
        eq(ledger.claimOf(lastChild(claim)).hop, 5);
    }

    function _belowCap(Op op) private {
        setHop(claim, 4);
        passes(ask(op));
        eq(ledger.claimOf(lastChild(claim)).hop, 5);
        eq(ledger.claimOf(claim).hop, op == Op.TRANSFER ? 5 : 4);
    }

    // ---------------------------------------------------------------- ACCEPTED

    function accepts(Op op, bytes memory consent) private view returns (bytes memory) {
        address holder = vm.addr(S1);
        if (op == Op.TRANSFER) {
            return abi.encodeCall(ledger.transfer, (Transfer(SUP1, claim, 2, SUP2, holder, DEADLINE), "", consent));
        }
        if (op == Op.SPLIT) {
            return abi.encodeCall(ledger.split, (Split(SUP1, claim, 2, SUP2, PART, holder, DEADLINE), "", consent));
        }
        if (op == Op.SPLIT_MANY) {
            Piece[] memory pieces = new Piece[](1);
            pieces[0] = Piece(SUP2, PART);
            bytes[] memory consents = new bytes[](consent.length == 0 ? 0 : 1);
            if (consent.length != 0) consents[0] = consent;
            return abi.encodeCall(ledger.splitMany, (SplitMany(SUP1, claim, 2, pieces, holder, DEADLINE), "", consents));
        }
        Ask memory a = ask(op);
        return abi.encodeCall(ledger.lien, (lienOf(a), "", consent));
    }

    function answers(Op op, bytes memory consent, bytes memory error_) private {
        bytes memory data = accepts(op, consent);
        vm.prank(vm.addr(S1));
        (bool ok, bytes memory answer) = address(ledger).call(data);
        if (ok != (error_.length == 0)) revert Passed(op);
        if (!ok && keccak256(answer) != keccak256(error_)) revert Answered(op, answer, error_);
    }

    function notAccepted(Op op) private pure returns (bytes memory) {
        uint88 id = claimId(CORE, 1, 1);
        return err(ILedgerErrors.NotAccepted.selector, id, isLien(op) ? FIN : SUP2);
    }

    function test_accepted__fewer_than_24_bytes__not_accepted() public {
        Op[] memory ops = twoSided();
        for (uint256 i = 0; i < 5; ++i) {
            answers(ops[i], abi.encodePacked(vm.addr(S2), bytes3(0xffffff)), notAccepted(ops[i]));
            answers(ops[i], hex"00", notAccepted(ops[i]));
            answers(ops[i], "", notAccepted(ops[i]));
        }
    }

    function test_accepted__another_piece_amount_version_or_claim__bad_signature() public {
        each(passing(), _otherThing);
    }

    function _otherThing(Op op) private {
        uint48 amount = op == Op.TRANSFER ? FACE : PART;
        bytes memory e = err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(S2)));
        answers(op, acceptance(S2, SUP2, claim, 2, 1, amount), e);
        answers(op, acceptance(S2, SUP2, claim, 2, 0, amount - 1), e);
        answers(op, acceptance(S2, SUP2, claim, 1, 0, amount), e);
        answers(op, acceptance(S2, SUP2, claim + 1, 2, 0, amount), e);
        answers(op, acceptance(S2, SUP3, claim, 2, 0, amount), e);
        answers(op, acceptance(S2, SUP2, claim, 2, 0, amount), "");
    }

    function test_accepted__standing_consent__until_its_last_second() public {
        autoAcceptUntil(SUP2, S2, SUP1, uint32(T0 + 1 days));
        each(passing(), _standing);
    }

    function _standing(Op op) private {
        vm.warp(T0 + 1 days + 1);
        answers(op, "", notAccepted(op));
        vm.warp(T0 + 1 days);
        answers(op, "", "");
        eq(ledger.claimOf(lastChild(claim)).holder, SUP2);
        vm.warp(T0);
    }

    function test_accepted__standing_consent_withdrawn__not_accepted() public {
        autoAccept(SUP2, S2, SUP1);
        autoAcceptUntil(SUP2, S2, SUP1, 0);
        each(passing(), _refusesEmpty);
    }

    function test_accepted__standing_consent_to_another_or_of_another__not_accepted() public {
        autoAccept(SUP2, S2, SUP3);
        autoAccept(SUP1, S1, SUP2);
        autoAccept(SUP3, S3, SUP1);
        each(passing(), _refusesEmpty);
    }

    function _refusesEmpty(Op op) private {
        answers(op, "", notAccepted(op));
    }

    /// @dev Consent that is there but wrong is not saved by a standing one.
    function test_accepted__standing_consent_beside_a_wrong_one__bad_signature() public {
        autoAccept(SUP2, S2, SUP1);
        each(passing(), _otherThing);
    }
}
