// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Thief} from "./Thief.sol";

/// @title An obligor and a supplier together want one invoice to be paid for twice
/// @dev They own both sides of a real invoice, sign whatever is needed, and look for a second obligation over the same goods: by entering
/// the invoice again, by naming it twice, under the name it got when the fingerprint key was rotated, through another obligor, or by
/// taking an offer back after it was accepted, or taking it back twice. The Registrar's service sees each document once, an
/// invoice has one residual under all of its names, and an offer gives back exactly what it took, once. Every way ends in a refusal.
contract TwiceFinancedTest is Thief {
    bytes32 private constant NEWER = keccak256("invoice 1 under the next key");
    bytes32 private constant NEWEST = keccak256("invoice 1 under the key after that");

    function test_invoice__entered_again__exists() public {
        bytes memory wanted = abi.encodeWithSelector(E.InvoiceExists.selector, INVOICE);
        refuse(R1, _entry(CORE, InvoiceEntry(INVOICE, GROSS, bytes32(0))), wanted);
        refuse(R1, _entry(CORE, InvoiceEntry(INVOICE, GROSS, INVOICE)), wanted);
    }

    function test_invoice__declared_by_the_obligor_itself__not_signer() public {
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry("thin air", GROSS, bytes32(0));
        RegisterInvoices memory m = RegisterInvoices(CORE, CORE, entries, vm.addr(MAKER), DEADLINE);
        bytes memory data = abi.encodeCall(ledger.registerInvoices, (m, ""));
        refuse(MAKER, data, abi.encodeWithSelector(E.NotInRole.selector, CORE, 64));
        m.participant = REGISTRAR;
        data = abi.encodeCall(ledger.registerInvoices, (m, ""));
        refuse(MAKER, data, abi.encodeWithSelector(E.NotSignerFor.selector, vm.addr(MAKER), REGISTRAR));
    }

    function test_invoice__nobody_saw__unknown() public {
        refuse(
            MAKER,
            _issue(1, FACE, parts("thin air", FACE)),
            abi.encodeWithSelector(E.UnknownInvoice.selector, bytes32("thin air"))
        );
    }

    function test_invoice__backs_a_second_obligation__exhausted() public {
        held(1, GROSS);
        refuse(MAKER, _issue(2, 1, parts(INVOICE, 1)), _exhausted(INVOICE, 0, 1));
    }

    function test_invoice__backs_a_cent_too_much__exhausted() public {
        held(1, FACE);
        refuse(
            MAKER,
            _issue(2, GROSS - FACE + 1, parts(INVOICE, GROSS - FACE + 1)),
            _exhausted(INVOICE, GROSS - FACE, GROSS - FACE + 1)
        );
    }

    function test_invoice__twice_in_one_obligation__exhausted() public {
        InvoicePart[] memory list = new InvoicePart[](2);
        list[0] = InvoicePart(INVOICE, GROSS);
        list[1] = InvoicePart(INVOICE, 1);
        refuse(MAKER, _issue(1, GROSS + 1, list), _exhausted(INVOICE, 0, 1));
    }

    function test_invoice__twice_in_one_batch__exhausted_and_nothing_issued() public {
        NewObligation[] memory list = new NewObligation[](2);
        list[0] = terms(1, GROSS);
        list[1] = terms(2, 1);
        bytes32[] memory hashes = new bytes32[](2);
        (hashes[0], hashes[1]) = (hashOf(list[0]), hashOf(list[1]));
        IssueMany memory m = IssueMany(CORE, list, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        bytes32 h = keccak256(
            abi.encode(Intents.ISSUE_MANY, CORE, keccak256(abi.encodePacked(hashes)), m.signer, m.checker, m.deadline)
        );
        refuse(MAKER, abi.encodeCall(ledger.issueMany, (m, "", signed(CHECKER, h))), _exhausted(INVOICE, 0, 1));
        eq(ledger.obligationOf(obligationId(CORE, 1)).version, 0);
    }

    function test_invoice__under_its_newer_names__one_residual() public {
        perform(R1, _entry(CORE, InvoiceEntry(NEWER, GROSS, INVOICE)));
        perform(R1, _entry(CORE, InvoiceEntry(NEWEST, GROSS, NEWER)));
        perform(MAKER, _issue(1, FACE, parts(NEWER, FACE)));
        (, uint48 allocated) = ledger.invoiceOf(CORE, INVOICE);
        eq(allocated, FACE);
        uint48 left = GROSS - FACE;
        refuse(MAKER, _issue(2, left + 1, parts(NEWEST, left + 1)), _exhausted(NEWEST, left, left + 1));
        perform(MAKER, _issue(2, left, parts(NEWEST, left)));
        refuse(MAKER, _issue(3, 1, parts(INVOICE, 1)), _exhausted(INVOICE, 0, 1));
        refuse(MAKER, _issue(3, 1, parts(NEWER, 1)), _exhausted(NEWER, 0, 1));
    }

    function test_invoice__both_names_in_one_obligation__one_residual() public {
        perform(R1, _entry(CORE, InvoiceEntry(NEWER, GROSS, INVOICE)));
        InvoicePart[] memory list = new InvoicePart[](2);
        list[0] = InvoicePart(INVOICE, GROSS - 1);
        list[1] = InvoicePart(NEWER, 2);
        refuse(MAKER, _issue(1, GROSS + 1, list), _exhausted(NEWER, 1, 2));
    }

    function test_newer_name__for_another_amount_or_of_itself__refused() public {
        bytes memory differs = abi.encodeWithSelector(E.InvoiceDiffers.selector, NEWER, GROSS + 1, GROSS);
        refuse(R1, _entry(CORE, InvoiceEntry(NEWER, GROSS + 1, INVOICE)), differs);
        bytes memory unknown = abi.encodeWithSelector(E.UnknownInvoice.selector, NEWER);
        refuse(R1, _entry(CORE, InvoiceEntry(NEWER, GROSS, NEWER)), unknown);
    }

    function test_invoice__of_another_obligor__unknown() public {
        NewObligation memory o = terms(1, FACE);
        Issue memory m = Issue(CORE2, o, vm.addr(MAKER2), address(0), DEADLINE);
        SetThreshold memory t = thresholdMessage(CORE2, 1, FACE, R1, MAKER2, 0);
        perform(0, abi.encodeCall(ledger.setThreshold, (t, signaturesOf(hashOf(t), keys3(R1, MAKER2, 0)))));
        bytes memory wanted = abi.encodeWithSelector(E.UnknownInvoice.selector, INVOICE);
        refuse(MAKER2, abi.encodeCall(ledger.issue, (m, "", "")), wanted);
    }

    /// @dev Declining gives the invoice back once: the second obligation over it is the only one, and nothing comes back twice.
    function test_decline_and_reissue__then_decline_again__stale() public {
        uint88 claim = issue(terms(1, GROSS));
        perform(S1, _decline(1, 1, parts(INVOICE, GROSS)));
        eq(ledger.claimOf(claim).status, 3);
        held(2, GROSS);
        bytes memory stale = abi.encodeWithSelector(E.StaleObligation.selector, obligationId(CORE, 1), 2, 1);
        refuse(S1, _decline(1, 1, parts(INVOICE, GROSS)), stale);
        refuse(S1, _decline(1, 2, parts(INVOICE, GROSS)), abi.encodeWithSelector(E.NotOffered.selector, claim));
        bytes memory expire = abi.encodeCall(ledger.expire, (obligationId(CORE, 1), TERMS, parts(INVOICE, GROSS)));
        refuse(0, expire, abi.encodeWithSelector(E.NotOffered.selector, claim));
        refuse(MAKER, _issue(3, 1, parts(INVOICE, 1)), _exhausted(INVOICE, 0, 1));
        eq(ledger.participantOf(CORE).utilised, GROSS);
    }

    function test_declined_number__used_again__exists() public {
        issue(terms(1, FACE));
        perform(S1, _decline(1, 1, parts(INVOICE, FACE)));
        bytes memory exists = abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 1));
        refuse(MAKER, _issue(1, FACE, parts(INVOICE, FACE)), exists);
    }

    function test_accepted_offer__taken_back_by_either_side__not_offered() public {
        uint88 claim = held(1, FACE);
        bytes memory wanted = abi.encodeWithSelector(E.NotOffered.selector, claim);
        refuse(S1, _decline(1, 1, parts(INVOICE, FACE)), wanted);
        Revoke memory m = Revoke(CORE, obligationId(CORE, 1), 1, vm.addr(MAKER), DEADLINE);
        refuse(MAKER, abi.encodeCall(ledger.revoke, (m, TERMS, parts(INVOICE, FACE), "")), wanted);
        vm.warp(T0 + 11 days);
        refuse(0, abi.encodeCall(ledger.expire, (obligationId(CORE, 1), TERMS, parts(INVOICE, FACE))), wanted);
    }

    /// @dev The offer was over INVOICE2; giving back to INVOICE would free what backs another obligation.
    function test_decline__naming_another_invoice__wrong_invoices() public {
        held(1, GROSS);
        NewObligation memory o = terms(2, FACE);
        o.invoices = parts(INVOICE2, FACE);
        issue(o);
        bytes memory wanted = abi.encodeWithSelector(E.WrongInvoices.selector, obligationId(CORE, 2));
        refuse(S1, _decline(2, 1, parts(INVOICE, FACE)), wanted);
        refuse(S1, _decline(2, 1, parts(INVOICE2, FACE + 1)), wanted);
        refuse(S1, _decline(2, 1, new InvoicePart[](0)), wanted);
    }

    // ---------------------------------------------------------------- how

    function _entry(uint32 obligor, InvoiceEntry memory entry) private view returns (bytes memory) {
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = entry;
        return abi.encodeCall(
            ledger.registerInvoices, (RegisterInvoices(REGISTRAR, obligor, entries, vm.addr(R1), DEADLINE), "")
        );
    }

    /// @dev To SUP1, with both officers' consent.
    function _issue(uint32 number, uint48 face, InvoicePart[] memory list) private view returns (bytes memory) {
        NewObligation memory o = terms(number, face);
        o.invoices = list;
        Issue memory m = Issue(CORE, o, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        return abi.encodeCall(ledger.issue, (m, "", signed(CHECKER, hashOf(m))));
    }

    function _decline(uint32 number, uint24 version, InvoicePart[] memory list) private view returns (bytes memory) {
        Decline memory m = Decline(SUP1, obligationId(CORE, number), version, vm.addr(S1), DEADLINE);
        return abi.encodeCall(ledger.decline, (m, TERMS, list, ""));
    }

    function _exhausted(bytes32 fingerprint, uint48 left, uint48 asked) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.InvoiceExhausted.selector, fingerprint, left, asked);
    }
}
