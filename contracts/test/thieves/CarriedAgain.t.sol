// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Roles} from "../../interfaces/IReceivableLedger.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Thief} from "./Thief.sol";

/// @title A stolen relay key carries again what it once carried
/// @dev The thief has the relay's archive: genuine signatures of everybody, over every kind of message, some of them only hours old. Each
/// message is carried once, as it was meant, and then once more. Whatever it is, its own execution has used up what it was bound to.
contract CarriedAgainTest is Thief {
    uint256 private constant RELAY = THIEF;

    function test_registry_messages__carried_twice__refused() public {
        RegisterParticipant memory p = RegisterParticipant(
            REGISTRAR, 99, Roles.SUPPLIER, 0, vm.addr(0x9901), "", vm.addr(0x9902), 1, 3, vm.addr(R1), DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.REGISTER_PARTICIPANT, p));
        _onceOnly(
            abi.encodeCall(ledger.registerParticipant, (p, signed(R1, h), signed(0x9902, h))),
            abi.encodeWithSelector(E.ParticipantExists.selector, 99)
        );
        uint24 v = versionOf(SUP1);
        SetStanding memory s = SetStanding(REGISTRAR, SUP1, v, Roles.SUPPLIER, 1, 0, vm.addr(R1), DEADLINE);
        h = keccak256(abi.encode(Intents.SET_STANDING, s));
        _onceOnly(abi.encodeCall(ledger.setStanding, (s, signed(R1, h))), _staleParticipant(SUP1));
        SetAutoAccept memory a = SetAutoAccept(SUP1, versionOf(SUP1), SUP2, DEADLINE, vm.addr(S1), DEADLINE);
        h = keccak256(abi.encode(Intents.SET_AUTO_ACCEPT, a));
        _onceOnly(abi.encodeCall(ledger.setAutoAccept, (a, signed(S1, h))), _staleParticipant(SUP1));
        RaiseQuoteEpoch memory e = RaiseQuoteEpoch(FIN, versionOf(FIN), vm.addr(F1), DEADLINE);
        h = keccak256(abi.encode(Intents.RAISE_QUOTE_EPOCH, e));
        _onceOnly(abi.encodeCall(ledger.raiseQuoteEpoch, (e, signed(F1, h))), _staleParticipant(FIN));
        AddRail memory r = AddRail(REGISTRAR, 2, address(token), BANK, escrow(), vm.addr(BK), vm.addr(R1), DEADLINE);
        h = keccak256(abi.encode(Intents.ADD_RAIL, r));
        _onceOnly(
            abi.encodeCall(ledger.addRail, (r, signed(R1, h), signed(BK, h))),
            abi.encodeWithSelector(E.RailExists.selector, 2)
        );
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry("invoice 3", GROSS, 0);
        RegisterInvoices memory i = RegisterInvoices(REGISTRAR, CORE, entries, vm.addr(R1), DEADLINE);
        bytes32 inner = keccak256(abi.encodePacked(keccak256(abi.encode(Intents.INVOICE_ENTRY, entries[0]))));
        h = keccak256(abi.encode(Intents.REGISTER_INVOICES, REGISTRAR, CORE, inner, i.signer, i.deadline));
        _onceOnly(
            abi.encodeCall(ledger.registerInvoices, (i, signed(R1, h))),
            abi.encodeWithSelector(E.InvoiceExists.selector, bytes32("invoice 3"))
        );
    }

    function test_rules_and_pauses__carried_twice__refused() public {
        PublishRules memory p = _firstRules();
        (p.participant, p.version, p.signer, p.second) = (REGISTRAR, 2, vm.addr(R1), vm.addr(R2));
        (p.from, p.deadline) = (uint32(T0 + 4 days), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.PUBLISH_RULES, p));
        _onceOnly(
            abi.encodeCall(ledger.publishRules, (p, signed(R1, h), signed(R2, h))),
            abi.encodeWithSelector(E.StaleRulebook.selector, 3, 2)
        );
        uint32[] memory who = new uint32[](1);
        who[0] = SUP1;
        bytes32 inner = keccak256(abi.encode(SUP1));
        Pause memory m = Pause(OPERATOR, versionOf(OPERATOR), hoursAt(T0) + 24, who, vm.addr(OP), DEADLINE);
        h = keccak256(abi.encode(Intents.PAUSE, OPERATOR, m.version, m.until, inner, m.signer, m.deadline));
        bytes memory pausing = abi.encodeCall(ledger.pause, (m, signed(OP, h)));
        bytes memory stale = _staleParticipant(OPERATOR);
        _onceOnly(pausing, stale);
        Unpause memory u = Unpause(REGISTRAR, versionOf(REGISTRAR), who, vm.addr(R1), DEADLINE);
        h = keccak256(abi.encode(Intents.UNPAUSE, REGISTRAR, u.version, inner, u.signer, u.deadline));
        _onceOnly(abi.encodeCall(ledger.unpause, (u, signed(R1, h))), _staleParticipant(REGISTRAR));
        refuse(RELAY, pausing, stale);
    }

    function test_changes_of_keys_and_cash__carried_twice__refused() public {
        AddAccount memory a = accountMessage(SUP1, 1, 0x2102, R1, S1, 0);
        _onceOnly(
            abi.encodeCall(ledger.addAccount, (a, signaturesOf(hashOf(a), keys4(R1, S1, 0, 0x2102)))),
            _staleParticipant(SUP1)
        );
        RevokeAccount memory r = revokeMessage(SUP1, 0x2102, R1, S1);
        _onceOnly(
            abi.encodeCall(ledger.revokeAccount, (r, signaturesOf(hashOf(r), keys2(R1, S1)))), _staleParticipant(SUP1)
        );
        SetThreshold memory t = thresholdMessage(CORE, 1, FACE, R1, MAKER, CHECKER);
        _onceOnly(
            abi.encodeCall(ledger.setThreshold, (t, signaturesOf(hashOf(t), keys3(R1, MAKER, CHECKER)))),
            _staleParticipant(CORE)
        );
        SetCash memory c = cashMessage(SUP1, vm.addr(0x2103), R1, S1, 0);
        _onceOnly(
            abi.encodeCall(ledger.setCash, (c, signaturesOf(hashOf(c), keys3(R1, S1, 0)))), _staleParticipant(SUP1)
        );
    }

    /// @dev An announced change is carried twice by design: once to be announced, once to be applied. Not a third time.
    function test_announced_change__carried_a_third_time__refused() public {
        AddAccount memory a = accountMessage(REGISTRAR, 3, 0x103, R1, R2, 0);
        bytes memory data = abi.encodeCall(ledger.addAccount, (a, signaturesOf(hashOf(a), keys4(R1, R2, 0, 0x103))));
        perform(RELAY, data);
        bytes memory early = abi.encodeWithSelector(E.ChangeNotDue.selector, hashOf(a), uint32(T0 + PUBLIC_DELAY));
        refuse(RELAY, data, early);
        vm.warp(T0 + PUBLIC_DELAY);
        _onceOnly(data, _staleParticipant(REGISTRAR));
        CancelChange memory c = CancelChange(REGISTRAR, hashOf(a), vm.addr(R2), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.CANCEL_CHANGE, c));
        bytes memory applied = abi.encodeWithSelector(E.UnknownChange.selector, hashOf(a));
        refuse(RELAY, abi.encodeCall(ledger.cancelChange, (c, signed(R2, h))), applied);
    }

    function test_cancelled_change__announced_or_cancelled_again__refused() public {
        AddAccount memory a = accountMessage(REGISTRAR, 3, 0x103, R1, R2, 0);
        bytes memory data = abi.encodeCall(ledger.addAccount, (a, signaturesOf(hashOf(a), keys4(R1, R2, 0, 0x103))));
        perform(RELAY, data);
        CancelChange memory c = CancelChange(REGISTRAR, hashOf(a), vm.addr(R2), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.CANCEL_CHANGE, c));
        _onceOnly(
            abi.encodeCall(ledger.cancelChange, (c, signed(R2, h))),
            abi.encodeWithSelector(E.UnknownChange.selector, hashOf(a))
        );
        vm.warp(T0 + PUBLIC_DELAY);
        refuse(RELAY, data, abi.encodeWithSelector(E.ChangeIsCancelled.selector, hashOf(a)));
    }

    function test_messages_of_obligations__carried_twice__refused() public {
        _onceOnly(_issue(1), abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 1)));
        uint88 claim = claimId(CORE, 1, 1);
        Accept memory a = Accept(SUP1, claim, 1, vm.addr(S1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.ACCEPT, a));
        _onceOnly(abi.encodeCall(ledger.accept, (a, signed(S1, h))), _staleClaim(claim, 2, 1));
        Fund memory f = Fund(CORE, obligationId(CORE, 1), 1, FACE / 2, vm.addr(MAKER), DEADLINE);
        _onceOnly(abi.encodeCall(ledger.fund, (f, signed(MAKER, hashOf(f)))), _staleObligation(1, 2, 1));
        FundByReceipt memory b =
            FundByReceipt(BANK, obligationId(CORE, 1), 2, FACE / 2, "receipt", vm.addr(BK), DEADLINE);
        h = keccak256(abi.encode(Intents.FUND_BY_RECEIPT, b));
        _onceOnly(abi.encodeCall(ledger.fundByReceipt, (b, signed(BK, h))), _staleObligation(1, 3, 2));
    }

    function test_ends_of_offers__carried_twice__refused() public {
        perform(RELAY, _issue(1));
        Decline memory d = Decline(SUP1, obligationId(CORE, 1), 1, vm.addr(S1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.DECLINE, d));
        _onceOnly(
            abi.encodeCall(ledger.decline, (d, TERMS, parts(INVOICE, FACE), signed(S1, h))), _staleObligation(1, 2, 1)
        );
        refuse(RELAY, _issue(1), abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 1)));
        perform(RELAY, _issue(2));
        Revoke memory r = Revoke(CORE, obligationId(CORE, 2), 1, vm.addr(MAKER), DEADLINE);
        h = keccak256(abi.encode(Intents.REVOKE, r));
        _onceOnly(
            abi.encodeCall(ledger.revoke, (r, TERMS, parts(INVOICE, FACE), signed(MAKER, h))), _staleObligation(2, 2, 1)
        );
    }

    function test_messages_of_holders__carried_twice__refused() public {
        uint88 claim = held(1, FACE);
        Cut memory c = Cut(SUP1, claim, 2, 10, vm.addr(S1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.CUT, c));
        _onceOnly(abi.encodeCall(ledger.cut, (c, signed(S1, h))), _staleClaim(claim, 3, 2));
        Split memory s = Split(SUP1, claim, 3, SUP2, 10, vm.addr(S1), DEADLINE);
        h = keccak256(abi.encode(Intents.SPLIT, s));
        bytes memory consent = acceptance(S2, SUP2, claim, 3, 0, 10);
        _onceOnly(abi.encodeCall(ledger.split, (s, signed(S1, h), consent)), _staleClaim(claim, 4, 3));
        _splitMany(claim);
        Lien memory l = Lien(SUP1, claim, 5, FACE - 30, SUP1, hoursAt(T0) + 24, vm.addr(S1), DEADLINE);
        h = keccak256(abi.encode(Intents.LIEN, l));
        _onceOnly(abi.encodeCall(ledger.lien, (l, signed(S1, h), "")), _staleClaim(claim, 6, 5));
        Release memory r = Release(SUP1, claim, 6, vm.addr(S1), DEADLINE);
        h = keccak256(abi.encode(Intents.RELEASE, r));
        bytes memory released = abi.encodeWithSelector(E.NotLienholder.selector, claim, SUP1);
        _onceOnly(abi.encodeCall(ledger.release, (r, signed(S1, h))), released);
        Transfer memory t = Transfer(SUP1, claim, 7, SUP2, vm.addr(S1), DEADLINE);
        h = keccak256(abi.encode(Intents.TRANSFER, t));
        consent = acceptance(S2, SUP2, claim, 7, 0, FACE - 30);
        bytes memory moved = abi.encodeWithSelector(E.NotHolder.selector, claim, SUP1);
        _onceOnly(abi.encodeCall(ledger.transfer, (t, signed(S1, h), consent)), moved);
    }

    /// @dev The claim comes back to its first holder: the first transfer's signatures still do not move it.
    function test_transfer__carried_again_after_the_claim_came_back__stale() public {
        uint88 claim = held(1, FACE);
        bytes memory there = _transfer(claim, SUP1, S1, SUP2, S2);
        perform(RELAY, there);
        perform(RELAY, _transfer(claim, SUP2, S2, SUP1, S1));
        refuse(RELAY, there, _staleClaim(claim, 4, 2));
        eq(ledger.claimOf(claim).holder, SUP1);
    }

    function test_discount__carried_twice__not_holder() public {
        uint88 claim = held(1, FACE);
        Quote memory q = quoteOf(claim, FACE, FACE - 1);
        Discount memory d = Discount(SUP1, q, vm.addr(S1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.DISCOUNT, SUP1, hashOf(q), d.signer, d.deadline));
        bytes memory data = abi.encodeCall(ledger.discount, (d, signed(S1, h), signed(F1, hashOf(q))));
        _onceOnly(data, abi.encodeWithSelector(E.NotHolder.selector, claim, SUP1));
        eq(token.balanceOf(cashOf(SUP1)), FACE - 1);
    }

    // ---------------------------------------------------------------- how

    function _onceOnly(bytes memory data, bytes memory wanted) private {
        perform(RELAY, data);
        refuse(RELAY, data, wanted);
    }

    function _issue(uint32 number) private view returns (bytes memory) {
        Issue memory m = Issue(CORE, terms(number, FACE), vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        return abi.encodeCall(ledger.issue, (m, signed(MAKER, hashOf(m)), signed(CHECKER, hashOf(m))));
    }

    function _transfer(uint88 claim, uint32 from, uint256 key, uint32 to, uint256 toKey)
        private
        view
        returns (bytes memory)
    {
        uint24 v = claimVersion(claim);
        Transfer memory m = Transfer(from, claim, v, to, vm.addr(key), DEADLINE);
        bytes memory signature = signed(key, keccak256(abi.encode(Intents.TRANSFER, m)));
        return abi.encodeCall(ledger.transfer, (m, signature, acceptance(toKey, to, claim, v, 0, FACE)));
    }

    function _splitMany(uint88 claim) private {
        Piece[] memory list = new Piece[](1);
        list[0] = Piece(SUP2, 10);
        SplitMany memory m = SplitMany(SUP1, claim, 4, list, vm.addr(S1), DEADLINE);
        bytes32 inner = keccak256(abi.encodePacked(keccak256(abi.encode(Intents.PIECE, list[0]))));
        bytes32 h = keccak256(abi.encode(Intents.SPLIT_MANY, SUP1, claim, m.version, inner, m.signer, m.deadline));
        bytes[] memory consents = new bytes[](1);
        consents[0] = acceptance(S2, SUP2, claim, 4, 0, 10);
        _onceOnly(abi.encodeCall(ledger.splitMany, (m, signed(S1, h), consents)), _staleClaim(claim, 5, 4));
    }

    /// @dev Once the message, made for the present version, has been executed.
    function _staleParticipant(uint32 id) private view returns (bytes memory) {
        uint24 made = versionOf(id);
        return abi.encodeWithSelector(E.StaleParticipant.selector, id, made + 1, made);
    }

    function _staleClaim(uint88 claim, uint24 current, uint24 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.StaleClaim.selector, claim, current, given);
    }

    function _staleObligation(uint32 number, uint24 current, uint24 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.StaleObligation.selector, obligationId(CORE, number), current, given);
    }
}
