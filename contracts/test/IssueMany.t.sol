// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedBy} from "./SignedBy.sol";

contract IssueManyTest is SignedBy {
    function test_issueMany__two_officers__each_is_born_and_utilised_grows_by_all() public {
        NewObligation[] memory items = _items();
        ILedgerViews.ParticipantView memory obligor = ledger.participantOf(CORE);
        (address first, address second) = (ledger.addressOf(SUP1), ledger.addressOf(SUP2));
        emits();
        emit ILedgerEvents.Issued(obligationId(CORE, 5), items[0], 5, 0, 1, 2, 1);
        emits();
        emit IClaimTokenEvents.Transfer(address(0), first, claimId(CORE, 5, 1));
        emits();
        emit ILedgerEvents.Issued(obligationId(CORE, 3), items[1], 5, 0, 1, 2, 1);
        emits();
        emit IClaimTokenEvents.Transfer(address(0), second, claimId(CORE, 3, 1));
        _issue(items);
        obligor.utilised = FACE + 1;
        same(ledger.participantOf(CORE), obligor);
        eq(ledger.obligationOf(obligationId(CORE, 5)).unpaid, FACE);
        eq(ledger.obligationOf(obligationId(CORE, 3)).unpaid, 1);
        eq(ledger.claimOf(claimId(CORE, 5, 1)).holder, SUP1);
        eq(ledger.claimOf(claimId(CORE, 3, 1)).holder, SUP2);
        bytes32 commitment = keccak256(abi.encode(TERMS, hashOf(parts(INVOICE, 1))));
        eq(ledger.obligationOf(obligationId(CORE, 3)).commitment, commitment);
        (, uint48 allocated) = ledger.invoiceOf(CORE, INVOICE);
        eq(allocated, FACE + 1);
    }

    function test_issueMany__one_refused__none_is_issued() public {
        NewObligation[] memory items = _items();
        items[1].creditor = CORE;
        _refuse(items, abi.encodeWithSelector(E.SelfDealing.selector, CORE));
        eq(ledger.obligationOf(obligationId(CORE, 5)).face, 0);
        eq(ledger.participantOf(CORE).utilised, 0);
    }

    function test_issueMany__same_number_twice__exists() public {
        NewObligation[] memory items = _items();
        items[1].number = 5;
        _refuse(items, abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 5)));
    }

    function test_issueMany__together_above_limit_or_invoice__refused() public {
        NewObligation[] memory items = _items();
        setLimit(CORE, FACE);
        _refuse(items, abi.encodeWithSelector(E.LimitExceeded.selector, CORE, FACE, FACE + 1));
        setLimit(CORE, FACE + 1);
        _registerInvoice(CORE, TERMS, FACE);
        items[0].invoices = parts(TERMS, FACE);
        items[1].invoices = parts(TERMS, 1);
        _refuse(items, abi.encodeWithSelector(E.InvoiceExhausted.selector, TERMS, 0, 1));
        items[1].invoices = parts(INVOICE, 1);
        _issue(items);
        eq(ledger.participantOf(CORE).utilised, FACE + 1);
    }

    function test_issueMany__alone__threshold_counts_them_together() public {
        NewObligation[] memory items = _items();
        setThresholdOf(CORE, 1, FACE);
        IssueMany memory m = IssueMany(CORE, items, vm.addr(MAKER), address(0), DEADLINE);
        vm.prank(m.signer);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, FACE, FACE + 1));
        ledger.issueMany(m, "", "");
        setThresholdOf(CORE, 1, FACE + 1);
        vm.prank(m.signer);
        ledger.issueMany(m, "", "");
        eq(uint64(word(OFFICERS, officerKey(CORE, 1)) >> 96), FACE + 1);
    }

    function test_issueMany__empty__refused_after_the_issuance_stop() public {
        NewObligation[] memory none;
        put(PARTICIPANTS, CORE, 128, 16, 1);
        _refuse(none, abi.encodeWithSelector(E.IssuanceStopped.selector, CORE, 1));
        suspend(CORE);
        _refuse(none, abi.encodeWithSelector(E.ParticipantSuspended.selector, CORE));
        put(PARTICIPANTS, CORE, 128, 16, 0);
        put(PARTICIPANTS, CORE, 160, 8, 1);
        _refuse(none, abi.encodeWithSelector(E.EmptyBatch.selector));
        setRoles(CORE, Roles.SUPPLIER);
        _refuse(none, abi.encodeWithSelector(E.NotInRole.selector, CORE, Roles.CORE_ENTERPRISE));
    }

    function test_issueMany__checker_is_the_same_officer_or_did_not_sign__refused() public {
        IssueMany memory m = IssueMany(CORE, _items(), vm.addr(MAKER), vm.addr(MAKER), DEADLINE);
        vm.prank(m.signer);
        refused(abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1));
        ledger.issueMany(m, "", "");
        m.checker = vm.addr(CHECKER);
        vm.prank(m.signer);
        refused(badSignature(m.checker));
        ledger.issueMany(m, "", "");
    }

    // ---------------------------------------------------------------- how

    function _items() private pure returns (NewObligation[] memory items) {
        items = new NewObligation[](2);
        items[0] = terms(5, FACE);
        items[1] = terms(3, 1);
        items[1].creditor = SUP2;
    }

    function _issue(NewObligation[] memory items) private {
        IssueMany memory m = IssueMany(CORE, items, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        ledger.issueMany(m, signed(MAKER, _hash(m)), signed(CHECKER, _hash(m)));
    }

    function _refuse(NewObligation[] memory items, bytes memory error_) private {
        refused(error_);
        _issue(items);
    }

    function _hash(IssueMany memory m) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](m.obligations.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = hashOf(m.obligations[i]);
        }
        bytes32 items = keccak256(abi.encodePacked(hashes));
        return keccak256(abi.encode(Intents.ISSUE_MANY, m.participant, items, m.signer, m.checker, m.deadline));
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (CORE, MAKER);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return _hash(_message(by));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        IssueMany memory m = _message(by);
        return abi.encodeCall(ledger.issueMany, (m, signature, signed(CHECKER, _hash(m))));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.claimOf(claimId(CORE, 3, 1)).holder == SUP2;
    }

    function _message(By memory by) private pure returns (IssueMany memory) {
        return IssueMany(by.participant, _items(), by.signer, vm.addr(CHECKER), by.deadline);
    }
}
