// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Thief} from "./Thief.sol";

/// @title Somebody has stolen the relay's key and does what it can
/// @dev The relay carries everybody's messages, so its key sees the most. It is an account of nobody. As a caller it names itself as the
/// signer of every operation: unknown. It names somebody who does have an account, with no signature: only the signer's own
/// call needs none. Nobody's account is called for by expire, redeem and markOverdue, and those do only what is due: the money
/// goes to the holder. (What it carried before, it carries again in CarriedAgain.t.sol.)
contract StolenRelayKeyTest is Thief {
    uint256 private constant RELAY = THIEF;

    function test_relay_as_signer__of_every_operation_on_claims__unknown() public {
        bytes memory wanted = abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(RELAY));
        _claimOperations(vm.addr(RELAY), wanted);
    }

    function test_relay_without_a_signature__in_a_holders_name__bad_signature() public {
        bytes memory wanted = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(S1));
        _claimOperations(vm.addr(S1), wanted);
    }

    function test_relay_as_signer__of_every_operation_on_obligations__unknown() public {
        bytes memory wanted = abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(RELAY));
        _obligationOperations(vm.addr(RELAY), vm.addr(RELAY), wanted, wanted);
    }

    function test_relay_without_a_signature__in_an_obligors_name__bad_signature() public {
        bytes memory wanted = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(MAKER));
        bytes memory ofBank = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(BK));
        _obligationOperations(vm.addr(MAKER), vm.addr(BK), wanted, ofBank);
    }

    function test_relay_as_signer__of_every_operation_of_the_registrar__unknown() public {
        bytes memory wanted = abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(RELAY));
        _registrarOperations(vm.addr(RELAY), wanted);
    }

    function test_relay_without_a_signature__in_the_registrars_name__bad_signature() public {
        bytes memory wanted = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(R1));
        _registrarOperations(vm.addr(R1), wanted);
    }

    function test_relay__changes_of_keys_and_cash__unknown_or_bad_signature() public {
        _governedOperations(vm.addr(RELAY), abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(RELAY)));
        _governedOperations(vm.addr(R1), abi.encodeWithSelector(E.BadSignature.selector, vm.addr(R1)));
    }

    function test_relay__pauses_its_victims__refused() public {
        uint32[] memory who = new uint32[](1);
        who[0] = SUP1;
        Pause memory m = Pause(OPERATOR, versionOf(OPERATOR), hoursAt(T0) + 1, who, vm.addr(RELAY), DEADLINE);
        bytes memory unknown = abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(RELAY));
        refuse(RELAY, abi.encodeCall(ledger.pause, (m, "")), unknown);
        m.signer = vm.addr(OP);
        bytes memory bad = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(OP));
        refuse(RELAY, abi.encodeCall(ledger.pause, (m, "")), bad);
    }

    /// @dev What anyone may do does no harm: the holder is paid at its own address.
    function test_relay__redeems_another_ones_claim__the_holder_is_paid() public {
        uint88 claim = held(1, FACE);
        fund(obligationId(CORE, 1), FACE);
        perform(RELAY, abi.encodeCall(ledger.redeem, (claim)));
        eq(token.balanceOf(cashOf(SUP1)), FACE);
        eq(token.balanceOf(vm.addr(RELAY)), 0);
        refuse(RELAY, abi.encodeCall(ledger.redeem, (claim)), abi.encodeWithSelector(E.NotHeld.selector, claim, 2));
    }

    function test_relay__redeems_expires_or_marks_too_early__refused() public {
        uint88 claim = issue(terms(1, FACE));
        uint64 id = obligationId(CORE, 1);
        uint24 acceptBy = hoursAt(T0 + 10 days);
        refuse(RELAY, abi.encodeCall(ledger.redeem, (claim)), abi.encodeWithSelector(E.NotHeld.selector, claim, 0));
        bytes memory expire = abi.encodeCall(ledger.expire, (id, TERMS, parts(INVOICE, FACE)));
        refuse(RELAY, expire, abi.encodeWithSelector(E.OfferOpen.selector, claim, acceptBy));
        accept(claim);
        bytes memory nothing = abi.encodeWithSelector(E.NothingToRedeem.selector, claim);
        refuse(RELAY, abi.encodeCall(ledger.redeem, (claim)), nothing);
        vm.warp(due());
        refuse(RELAY, abi.encodeCall(ledger.markOverdue, (id)), abi.encodeWithSelector(E.NotDue.selector, id, due()));
    }

    /// @dev Nor through the back door: module and views answer only in the ledger's context, and the ledger takes no ether or other calls.
    function test_relay__calls_module_and_views_directly__direct_call() public {
        bytes memory data = abi.encodeCall(ledger.participantOf, (SUP1));
        bytes memory wanted = abi.encodeWithSelector(E.DirectCall.selector);
        _refusedBy(views, data, wanted);
        _refusedBy(module, data, wanted);
        _refusedBy(module, abi.encodeCall(ledger.expire, (1, TERMS, parts(INVOICE, FACE))), wanted);
        bytes memory unknown = abi.encodeWithSignature("withdraw(address)", vm.addr(RELAY));
        _refusedBy(address(ledger), unknown, abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(unknown)));
        _refusedBy(address(ledger), "", abi.encodeWithSelector(E.UnknownOperation.selector, bytes4(0)));
    }

    // ---------------------------------------------------------------- every operation, for a signer

    function _claimOperations(address signer, bytes memory wanted) private {
        uint88 claim = held(1, FACE);
        uint24 until = hoursAt(T0) + 1;
        Piece[] memory pieces = new Piece[](1);
        pieces[0] = Piece(SUP2, 1);
        _no(abi.encodeCall(ledger.transfer, (Transfer(SUP1, claim, 2, SUP2, signer, DEADLINE), "", "")), wanted);
        _no(abi.encodeCall(ledger.split, (Split(SUP1, claim, 2, SUP2, 1, signer, DEADLINE), "", "")), wanted);
        SplitMany memory many = SplitMany(SUP1, claim, 2, pieces, signer, DEADLINE);
        _no(abi.encodeCall(ledger.splitMany, (many, "", new bytes[](0))), wanted);
        _no(abi.encodeCall(ledger.cut, (Cut(SUP1, claim, 2, 1, signer, DEADLINE), "")), wanted);
        _no(abi.encodeCall(ledger.lien, (Lien(SUP1, claim, 2, 1, SUP1, until, signer, DEADLINE), "", "")), wanted);
        _no(abi.encodeCall(ledger.release, (Release(SUP1, claim, 2, signer, DEADLINE), "")), wanted);
        Quote memory q = quoteOf(claim, FACE, 1);
        bytes memory quoted = signed(F1, hashOf(q));
        _no(abi.encodeCall(ledger.discount, (Discount(SUP1, q, signer, DEADLINE), "", quoted)), wanted);
        _no(abi.encodeCall(ledger.accept, (Accept(SUP1, claim, 2, signer, DEADLINE), "")), wanted);
        Decline memory d = Decline(SUP1, obligationId(CORE, 1), 1, signer, DEADLINE);
        _no(abi.encodeCall(ledger.decline, (d, TERMS, parts(INVOICE, FACE), "")), wanted);
        SetAutoAccept memory a = SetAutoAccept(SUP1, versionOf(SUP1), SUP2, DEADLINE, signer, DEADLINE);
        _no(abi.encodeCall(ledger.setAutoAccept, (a, "")), wanted);
        RaiseQuoteEpoch memory e = RaiseQuoteEpoch(SUP1, versionOf(SUP1), signer, DEADLINE);
        _no(abi.encodeCall(ledger.raiseQuoteEpoch, (e, "")), wanted);
        _no(abi.encodeCall(ledger.cancelChange, (CancelChange(SUP1, "change", signer, DEADLINE), "")), wanted);
        eq(ledger.claimOf(claim).version, 2);
    }

    function _obligationOperations(address obligor, address bank, bytes memory wanted, bytes memory ofBank) private {
        held(1, FACE);
        uint64 id = obligationId(CORE, 1);
        _no(abi.encodeCall(ledger.issue, (Issue(CORE, terms(2, FACE), obligor, address(0), DEADLINE), "", "")), wanted);
        NewObligation[] memory list = new NewObligation[](1);
        list[0] = terms(2, FACE);
        IssueMany memory many = IssueMany(CORE, list, obligor, address(0), DEADLINE);
        _no(abi.encodeCall(ledger.issueMany, (many, "", "")), wanted);
        Revoke memory r = Revoke(CORE, id, 1, obligor, DEADLINE);
        _no(abi.encodeCall(ledger.revoke, (r, TERMS, parts(INVOICE, FACE), "")), wanted);
        _no(abi.encodeCall(ledger.fund, (Fund(CORE, id, 1, FACE, obligor, DEADLINE), "")), wanted);
        FundByReceipt memory f = FundByReceipt(BANK, id, 1, FACE, "receipt", bank, DEADLINE);
        _no(abi.encodeCall(ledger.fundByReceipt, (f, "")), ofBank);
    }

    function _registrarOperations(address signer, bytes memory wanted) private {
        RegisterParticipant memory p =
            RegisterParticipant(REGISTRAR, 99, 2, 0, vm.addr(RELAY), "", vm.addr(RELAY), 1, 3, signer, DEADLINE);
        _no(abi.encodeCall(ledger.registerParticipant, (p, "", "")), wanted);
        SetStanding memory s = SetStanding(REGISTRAR, SUP1, versionOf(SUP1), 2, 2, 0, signer, DEADLINE);
        _no(abi.encodeCall(ledger.setStanding, (s, "")), wanted);
        AddRail memory a = AddRail(REGISTRAR, 2, address(token), BANK, vm.addr(RELAY), vm.addr(BK), signer, DEADLINE);
        _no(abi.encodeCall(ledger.addRail, (a, "", "")), wanted);
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry("thin air", 1, 0);
        RegisterInvoices memory i = RegisterInvoices(REGISTRAR, CORE, entries, signer, DEADLINE);
        _no(abi.encodeCall(ledger.registerInvoices, (i, "")), wanted);
        PublishRules memory rules = _firstRules();
        (rules.participant, rules.version, rules.signer, rules.deadline) = (REGISTRAR, 2, signer, DEADLINE);
        _no(abi.encodeCall(ledger.publishRules, (rules, "", "")), wanted);
        SetRulebook memory b = SetRulebook(REGISTRAR, versionOf(REGISTRAR), vm.addr(RELAY), signer, signer, DEADLINE);
        _no(abi.encodeCall(ledger.setRulebook, (b, "", "")), wanted);
        Unpause memory u = Unpause(REGISTRAR, versionOf(REGISTRAR), new uint32[](1), signer, DEADLINE);
        _no(abi.encodeCall(ledger.unpause, (u, "")), wanted);
    }

    function _governedOperations(address registrar, bytes memory wanted) private {
        address relay = vm.addr(RELAY);
        AddAccount memory a =
            AddAccount(SUP1, versionOf(SUP1), relay, 1, 3, registrar, vm.addr(S1), address(0), DEADLINE);
        _no(abi.encodeCall(ledger.addAccount, (a, new bytes[](4))), wanted);
        RevokeAccount memory r = RevokeAccount(SUP1, versionOf(SUP1), vm.addr(S1), registrar, vm.addr(S1), DEADLINE);
        _no(abi.encodeCall(ledger.revokeAccount, (r, new bytes[](2))), wanted);
        SetThreshold memory t =
            SetThreshold(CORE, versionOf(CORE), 1, LIMIT, registrar, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        _no(abi.encodeCall(ledger.setThreshold, (t, new bytes[](3))), wanted);
        SetCash memory c = SetCash(SUP1, versionOf(SUP1), relay, registrar, vm.addr(S1), address(0), DEADLINE);
        _no(abi.encodeCall(ledger.setCash, (c, new bytes[](3))), wanted);
    }

    function _no(bytes memory data, bytes memory wanted) private {
        refuse(RELAY, data, wanted);
    }

    function _refusedBy(address target, bytes memory data, bytes memory wanted) private {
        vm.prank(vm.addr(RELAY));
        (bool ok, bytes memory got) = target.call(data);
        if (ok) revert NotRefused();
        if (keccak256(got) != keccak256(wanted)) revert RefusedOtherwise(got, wanted);
    }
}
