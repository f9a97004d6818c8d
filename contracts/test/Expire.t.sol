// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Offered} from "./Offered.sol";

contract ExpireTest is Offered {
    function test_expire__first_second_after_the_offer__anyone_gives_everything_back() public {
        vm.warp(uint256(acceptBy) * 3600 + 1);
        emitsTheEndOfTheToken();
        emits();
        emit ILedgerEvents.Expired(obligation, 2, 1);
        vm.prank(vm.addr(STRANGER));
        ledger.expire(obligation, TERMS, invoices());
        endedAs(ObligationStatus.EXPIRED);
    }

    function test_expire__last_second_of_the_offer__open_before_wrong_invoices() public {
        vm.warp(uint256(acceptBy) * 3600);
        _refuse(obligation, abi.encodeWithSelector(E.OfferOpen.selector, claim, acceptBy));
    }

    function test_expire__unknown__refused() public {
        uint64 unknown = obligationId(CORE, 3);
        _refuse(unknown, abi.encodeWithSelector(E.UnknownObligation.selector, unknown));
    }

    function test_expire__accepted__not_offered_before_open() public {
        accept(claim);
        _refuse(obligation, notOffered());
        vm.warp(due() + 1);
        _refuse(obligation, notOffered());
    }

    function test_expire__twice__not_offered() public {
        vm.warp(due());
        ledger.expire(obligation, TERMS, invoices());
        _refuse(obligation, notOffered());
    }

    function test_expire__other_terms_or_invoices__wrong_invoices() public {
        vm.warp(due());
        for (uint256 n = 0; n < WRONGS; ++n) {
            (bytes32 terms_, InvoicePart[] memory list) = wrong(n);
            refused(wrongInvoices());
            ledger.expire(obligation, terms_, list);
        }
    }

    function test_expire__invoice_known_by_a_newer_name__given_back_under_both() public {
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry(keccak256("newer"), GROSS, INVOICE2);
        vm.prank(vm.addr(R1));
        ledger.registerInvoices(RegisterInvoices(REGISTRAR, CORE, entries, vm.addr(R1), DEADLINE), "");
        NewObligation memory o = terms(3, FACE);
        o.invoices = parts(entries[0].fingerprint, FACE);
        issue(o);
        vm.warp(due());
        ledger.expire(obligationId(CORE, 3), TERMS, o.invoices);
        (, uint48 allocated) = ledger.invoiceOf(CORE, INVOICE2);
        eq(allocated, SECOND); // of the first offer
        (, allocated) = ledger.invoiceOf(CORE, entries[0].fingerprint);
        eq(allocated, SECOND);
    }

    function _refuse(uint64 id, bytes memory error_) private {
        refused(error_);
        ledger.expire(id, TERMS, new InvoicePart[](0));
    }
}
