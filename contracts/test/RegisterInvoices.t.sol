// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedInRole} from "./SignedBy.sol";

contract RegisterInvoicesTest is SignedInRole {
    bytes32 private constant A = keccak256("a");
    bytes32 private constant B = keccak256("b");
    bytes32 private constant C = keccak256("c");
    uint48 private constant MOST = type(uint48).max;

    function test_registerInvoices__two_of_one_cent_and_of_the_most__known_to_their_obligor() public {
        InvoiceEntry[] memory entries = new InvoiceEntry[](2);
        entries[0] = InvoiceEntry(A, 1, 0);
        entries[1] = InvoiceEntry(B, MOST, 0);
        emits();
        emit ILedgerEvents.InvoicesRegistered(CORE, 1, entries);
        _register(CORE, entries);
        _invoice(CORE, A, 1, 0);
        _invoice(CORE, B, MOST, 0);
        _invoice(CORE2, A, 0, 0);
        eq(word(INVOICES, invoiceKey(CORE, A)), 1);
        _register(CORE2, _one(A, 2, 0)); // another obligor's invoices are others
        _invoice(CORE2, A, 2, 0);
        _invoice(CORE, A, 1, 0);
    }

    function test_registerInvoices__under_a_newer_key__one_residual_by_both_names() public {
        issue(terms(1, FACE));
        _register(CORE, _one(A, GROSS, INVOICE));
        _register(CORE, _one(B, GROSS, A)); // a name of a name
        _invoice(CORE, A, GROSS, FACE);
        _invoice(CORE, B, GROSS, FACE);
        eq(word(INVOICES, invoiceKey(CORE, A)), 1 << 96);
        eq(word(INVOICE_RECORDS, invoiceKey(CORE, A)), invoiceKey(CORE, INVOICE));
        eq(word(INVOICE_RECORDS, invoiceKey(CORE, B)), invoiceKey(CORE, INVOICE));
        NewObligation memory o = terms(2, FACE);
        o.invoices = parts(B, FACE);
        issue(o);
        _invoice(CORE, INVOICE, GROSS, 2 * FACE);
    }

    function test_registerInvoices__older_in_the_same_message__accepted() public {
        InvoiceEntry[] memory entries = new InvoiceEntry[](2);
        entries[0] = InvoiceEntry(A, 5, 0);
        entries[1] = InvoiceEntry(B, 5, A);
        _register(CORE, entries);
        _invoice(CORE, B, 5, 0);
    }

    function test_registerInvoices__own_checks__refused_in_order() public {
        InvoiceEntry[] memory none;
        suspend(SUP1);
        _refuse(NOBODY, none, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        _refuse(SUP1, none, abi.encodeWithSelector(E.ParticipantSuspended.selector, SUP1));
        _refuse(SUP2, none, abi.encodeWithSelector(E.NotInRole.selector, SUP2, Roles.CORE_ENTERPRISE));
        _refuse(CORE, none, abi.encodeWithSelector(E.EmptyBatch.selector));
        _refuse(CORE, _one(0, 5, B), abi.encodeWithSelector(E.BadInvoice.selector, 0));
        _refuse(CORE, _one(INVOICE, 0, B), abi.encodeWithSelector(E.BadInvoice.selector, INVOICE));
        _refuse(CORE, _one(INVOICE, 5, B), abi.encodeWithSelector(E.InvoiceExists.selector, INVOICE));
        _refuse(CORE, _one(A, 5, B), abi.encodeWithSelector(E.UnknownInvoice.selector, B));
        _refuse(CORE, _one(A, 5, A), abi.encodeWithSelector(E.UnknownInvoice.selector, A));
        _refuse(CORE2, _one(A, GROSS, INVOICE), abi.encodeWithSelector(E.UnknownInvoice.selector, INVOICE));
        bytes memory differs = abi.encodeWithSelector(E.InvoiceDiffers.selector, A, GROSS - 1, GROSS);
        _refuse(CORE, _one(A, GROSS - 1, INVOICE), differs);
    }

    function test_registerInvoices__twice_by_any_name__exists() public {
        _register(CORE, _one(A, GROSS, INVOICE));
        _refuse(CORE, _one(A, GROSS, 0), abi.encodeWithSelector(E.InvoiceExists.selector, A));
        _refuse(CORE, _one(A, GROSS, INVOICE2), abi.encodeWithSelector(E.InvoiceExists.selector, A));
        InvoiceEntry[] memory entries = new InvoiceEntry[](2);
        entries[0] = InvoiceEntry(B, 1, 0);
        entries[1] = InvoiceEntry(B, 1, 0);
        _refuse(CORE, entries, abi.encodeWithSelector(E.InvoiceExists.selector, B));
    }

    function test_registerInvoices__second_entry_wrong__first_not_registered_either() public {
        InvoiceEntry[] memory entries = new InvoiceEntry[](2);
        entries[0] = InvoiceEntry(A, 1, 0);
        entries[1] = InvoiceEntry(B, 1, C);
        _refuse(CORE, entries, abi.encodeWithSelector(E.UnknownInvoice.selector, C));
        _invoice(CORE, A, 0, 0);
    }

    // ---------------------------------------------------------------- how

    function _one(bytes32 fingerprint, uint48 gross, bytes32 older) private pure returns (InvoiceEntry[] memory list) {
        list = new InvoiceEntry[](1);
        list[0] = InvoiceEntry(fingerprint, gross, older);
    }

    function _register(uint32 obligor, InvoiceEntry[] memory entries) private {
        vm.prank(vm.addr(R1));
        ledger.registerInvoices(RegisterInvoices(REGISTRAR, obligor, entries, vm.addr(R1), DEADLINE), "");
    }

    function _refuse(uint32 obligor, InvoiceEntry[] memory entries, bytes memory error_) private {
        refused(error_);
        _register(obligor, entries);
    }

    function _invoice(uint32 obligor, bytes32 fingerprint, uint48 gross, uint48 allocated) private view {
        (uint48 gross_, uint48 allocated_) = ledger.invoiceOf(obligor, fingerprint);
        eq(gross_, gross);
        eq(allocated_, allocated);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        RegisterInvoices memory m = _message(by);
        bytes32[] memory hashes = new bytes32[](m.entries.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(Intents.INVOICE_ENTRY, m.entries[i]));
        }
        bytes32 entries = keccak256(abi.encodePacked(hashes));
        return keccak256(abi.encode(Intents.REGISTER_INVOICES, m.participant, m.obligor, entries, m.signer, m.deadline));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.registerInvoices, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        (uint48 gross,) = ledger.invoiceOf(CORE, B);
        return gross == MOST;
    }

    function _message(By memory by) private pure returns (RegisterInvoices memory) {
        InvoiceEntry[] memory entries = new InvoiceEntry[](2);
        entries[0] = InvoiceEntry(A, MOST, 0);
        entries[1] = InvoiceEntry(B, MOST, A);
        return RegisterInvoices(by.participant, CORE, entries, by.signer, by.deadline);
    }
}
