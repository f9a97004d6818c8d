// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents} from "../interfaces/ILedgerEvents.sol";
import {ClaimStatus, ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @title An offer on two invoices beside another obligation on the same ones: what decline, revoke and expire must give back
abstract contract Offered is RegistryWorld {
    uint48 internal constant FIRST = 70_000_000;
    uint48 internal constant SECOND = 30_000_000;

    uint64 internal obligation;
    uint88 internal claim;
    uint24 internal acceptBy;

    ILedgerViews.ObligationView internal obligationBefore;
    ILedgerViews.ClaimView internal claimBefore;
    ILedgerViews.ParticipantView internal obligorBefore;

    function setUp() public virtual override {
        super.setUp();
        issue(terms(2, FACE));
        NewObligation memory o = terms(1, FACE);
        o.invoices = invoices();
        claim = issue(o);
        obligation = obligationId(CORE, 1);
        acceptBy = o.acceptBy;
        obligationBefore = ledger.obligationOf(obligation);
        claimBefore = ledger.claimOf(claim);
        obligorBefore = ledger.participantOf(CORE);
    }

    function invoices() internal pure returns (InvoicePart[] memory list) {
        list = new InvoicePart[](2);
        list[0] = InvoicePart(INVOICE, FIRST);
        list[1] = InvoicePart(INVOICE2, SECOND);
    }

    /// @dev Neither the terms nor the invoices of the issue, one way after the other.
    function wrong(uint256 n) internal pure returns (bytes32 terms_, InvoicePart[] memory list) {
        (terms_, list) = (TERMS, invoices());
        if (n == 0) terms_ = keccak256("other terms");
        if (n == 1) list[1].amount -= 1;
        if (n == 2) list[0].fingerprint = INVOICE2;
        if (n == 3) (list[0], list[1]) = (list[1], list[0]);
        if (n == 4) list = parts(INVOICE, FIRST);
        if (n == 5) list = new InvoicePart[](0);
    }

    uint256 internal constant WRONGS = 6;

    function wrongInvoices() internal view returns (bytes memory) {
        return abi.encodeWithSelector(E.WrongInvoices.selector, obligation);
    }

    function notOffered() internal view returns (bytes memory) {
        return abi.encodeWithSelector(E.NotOffered.selector, claim);
    }

    /// @dev ERC-721's event that comes before the operation's own.
    function emitsTheEndOfTheToken() internal {
        address creditor = ledger.addressOf(SUP1);
        emits();
        emit IClaimTokenEvents.Transfer(creditor, address(0), claim);
    }

    /// @dev The offer ended with `status`: all that it had taken is given back, and nothing else changed.
    function endedAs(uint8 status) internal {
        ILedgerViews.ObligationView memory o = obligationBefore;
        (o.unpaid, o.status, o.version) = (0, status, 2);
        same(ledger.obligationOf(obligation), o);
        ILedgerViews.ClaimView memory c = claimBefore;
        (c.status, c.version) = (ClaimStatus.GONE, 2);
        same(ledger.claimOf(claim), c);
        ILedgerViews.ParticipantView memory p = obligorBefore;
        p.utilised = FACE; // the other obligation's
        same(ledger.participantOf(CORE), p);
        (, uint48 allocated) = ledger.invoiceOf(CORE, INVOICE);
        eq(allocated, FACE);
        (, allocated) = ledger.invoiceOf(CORE, INVOICE2);
        eq(allocated, 0);
        refused(abi.encodeWithSelector(E.UnknownClaim.selector, claim));
        ledger.ownerOf(claim);
        NewObligation memory again = terms(1, FACE);
        refused(abi.encodeWithSelector(E.ObligationExists.selector, obligation));
        issue(again);
    }
}
