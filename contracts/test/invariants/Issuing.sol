// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rules} from "../../interfaces/IRulebook.sol";
import {Claim} from "../../libraries/Claim.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Obligation} from "../../libraries/Obligation.sol";
import {RulesLib} from "../../libraries/RulesLib.sol";
import {Cast} from "./Cast.sol";

/// @title Birth and end of offers, with L4, L5 and L12 asked at every issue
abstract contract Issuing is Cast {
    mapping(uint32 => bytes32[]) internal names; // of an obligor's invoices
    mapping(uint32 => mapping(bytes32 => bytes32)) internal recordOf; // an invoice's first name
    mapping(uint32 => mapping(bytes32 => uint256)) internal allocated; // by first name
    mapping(uint64 => InvoicePart[]) internal backing;
    mapping(uint256 => uint256) internal alone; // obligor << 64 | day: issued by its officer 1 alone
    mapping(uint32 => uint256) internal thresholds; // of officer 1
    mapping(uint32 => uint256) internal limits;
    uint32 private lastNumber;

    function _tryIssue() internal {
        uint32 obligor = _obligor();
        NewObligation memory o = _offer(obligor);
        uint256 checker = _checker(obligor);
        uint256 key = _keyFor(obligor);
        Issue memory m = Issue(obligor, o, _address(key), checker == 0 ? address(0) : _address(checker), DEADLINE);
        bytes memory second;
        if (checker != 0) second = _sign(checker, hashOf(m));
        bytes memory first;
        uint256 carrier = key;
        if (_oneIn(4)) (first, carrier) = (_sign(key, hashOf(m)), STRANGER);
        if (!_do(Action.Issue, carrier, abi.encodeCall(ledger.issue, (m, first, second)))) return;
        _issued(Action.Issue, obligor, o, checker == 0);
        _backed(obligor, o);
        _after();
    }

    function _tryIssueMany() internal {
        uint32 obligor = _obligor();
        NewObligation[] memory list = new NewObligation[](1 + _below(3));
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _offer(obligor);
            hashes[i] = hashOf(list[i]);
        }
        uint256 checker = _checker(obligor);
        uint256 key = _keyFor(obligor);
        IssueMany memory m =
            IssueMany(obligor, list, _address(key), checker == 0 ? address(0) : _address(checker), DEADLINE);
        bytes memory second;
        if (checker != 0) {
            bytes32 inner = keccak256(abi.encodePacked(hashes));
            second = _sign(
                checker, keccak256(abi.encode(Intents.ISSUE_MANY, obligor, inner, m.signer, m.checker, m.deadline))
            );
        }
        if (!_do(Action.IssueMany, key, abi.encodeCall(ledger.issueMany, (m, "", second)))) return;
        for (uint256 i = 0; i < list.length; ++i) {
            _issued(Action.IssueMany, obligor, list[i], checker == 0);
        }
        for (uint256 i = 0; i < list.length; ++i) {
            _backed(obligor, list[i]);
        }
        _after();
    }

    function _tryAccept() internal {
        uint88 id = _pickClaim(Want.Offered);
        uint32 who = _holder(id);
        uint256 key = _keyFor(who);
        Accept memory m = Accept(who, id, Claim.wrap(claimRows[id]).version(), _address(key), DEADLINE);
        if (!_do(Action.Accept, key, abi.encodeCall(ledger.accept, (m, "")))) return;
        _follow(Action.Accept, uint64(id >> 24), id, 0);
        _after();
    }

    function _tryDecline() internal {
        uint88 claim = _pickClaim(Want.Offered);
        uint64 id = uint64(claim >> 24);
        uint32 who = _holder(claim);
        uint256 key = _keyFor(who);
        uint24 version = Obligation.wrap(obligationRows[id]).version();
        Decline memory m = Decline(who, id, version, _address(key), DEADLINE);
        bytes memory data = abi.encodeCall(ledger.decline, (m, TERMS, _partsToReturn(id), ""));
        if (_do(Action.Decline, key, data)) _ended(Action.Decline, id);
    }

    function _tryRevoke() internal {
        uint88 claim = _pickClaim(Want.Offered);
        uint64 id = uint64(claim >> 24);
        uint32 who = uint32(id >> 32);
        uint256 key = _keyFor(who);
        uint24 version = Obligation.wrap(obligationRows[id]).version();
        Revoke memory m = Revoke(who, id, version, _address(key), DEADLINE);
        bytes memory data = abi.encodeCall(ledger.revoke, (m, TERMS, _partsToReturn(id), ""));
        if (_do(Action.Revoke, key, data)) _ended(Action.Revoke, id);
    }

    function _tryExpire() internal {
        uint64 id = uint64(_pickClaim(Want.Lapsed) >> 24);
        bytes memory data = abi.encodeCall(ledger.expire, (id, TERMS, _partsToReturn(id)));
        if (_do(Action.Expire, STRANGER, data)) _ended(Action.Expire, id);
    }

    // ---------------------------------------------------------------- how

    function _obligor() private returns (uint32) {
        return _below(4) == 0 ? CORE2 : CORE;
    }

    /// @dev CORE has a second officer, CORE2 has none.
    function _checker(uint32 obligor) private returns (uint256) {
        return obligor == CORE && !_oneIn(3) ? CHECKER : 0;
    }

    function _offer(uint32 obligor) private returns (NewObligation memory o) {
        o.number = _oneIn(32) ? 1 : ++lastNumber;
        o.creditor = _oneIn(32) ? FIN : receivers[_below(3)];
        o.face = uint48((1 + _below(9)) * 10 ** (2 + _below(7)) + _below(100));
        o.due = uint32(block.timestamp + (3 + _below(50)) * 1 days + _below(1 days));
        if (_oneIn(32)) o.due += 400 days;
        o.acceptBy = hoursAt(block.timestamp + _below(5 days)) + 1;
        o.rail = _oneIn(32) ? 2 : RAIL;
        o.closes = uint8(_below(4));
        o.lateRate = uint24(_below(365_001));
        o.terms = TERMS;
        o.invoices = _parts(obligor, o.face);
    }

    /// @dev One part or two, of recent invoices, under any of their names, possibly one invoice twice.
    function _parts(uint32 obligor, uint48 face) private returns (InvoicePart[] memory list) {
        list = new InvoicePart[](1 + _below(2));
        uint48 rest = face;
        for (uint256 i = 0; i < list.length; ++i) {
            uint48 amount = i + 1 == list.length ? rest : uint48(1 + _below(face - 1));
            list[i] = InvoicePart(_name(obligor), amount);
            rest -= amount;
        }
        if (_oneIn(24)) ++list[0].amount;
    }

    function _name(uint32 obligor) internal returns (bytes32) {
        bytes32[] storage known = names[obligor];
        uint256 recent = known.length < 6 ? known.length : 6;
        return known[known.length - 1 - _below(recent)];
    }

    function _partsToReturn(uint64 id) private returns (InvoicePart[] memory list) {
        list = backing[id];
        if (list.length != 0 && _oneIn(8)) {
            rightful = false; // other invoices than those that back it
            list[0].amount -= 1;
        }
    }

    /// @dev L12 in the terms that stood when it was asked, then the memory of what it took.
    function _issued(Action action, uint32 obligor, NewObligation memory o, bool lone) private {
        uint64 id = obligationId(obligor, o.number);
        (, Rules rules) = book.inForce(block.timestamp);
        _must(overdue[obligor] == 0, "L12: past a stop");
        _must(o.due > block.timestamp, "L12: already due");
        _must(o.due <= block.timestamp + RulesLib.maxTenor(rules), "L12: past the tenor cap");
        if (lone) {
            uint256 day = (uint256(obligor) << 64) | (block.timestamp / 1 days);
            alone[day] += o.face;
            _must(alone[day] <= thresholds[obligor], "L12: alone above the threshold");
        }
        utilised[obligor] += o.face;
        _must(utilised[obligor] <= limits[obligor], "L5: past the limit");
        uint256 sum = 0;
        for (uint256 i = 0; i < o.invoices.length; ++i) {
            backing[id].push(o.invoices[i]);
            bytes32 first = recordOf[obligor][o.invoices[i].fingerprint];
            allocated[obligor][first] += o.invoices[i].amount;
            sum += o.invoices[i].amount;
        }
        _must(sum == o.face, "L4: backed to the cent");
        promises.push(id);
        _enlist(debts, id);
        _follow(action, id, 0, o.creditor);
    }

    function _backed(uint32 obligor, NewObligation memory o) private {
        for (uint256 i = 0; i < o.invoices.length; ++i) {
            _invoice(obligor, o.invoices[i].fingerprint);
        }
    }

    /// @dev L4, asked under any name of the invoice.
    function _invoice(uint32 obligor, bytes32 name) internal {
        (uint48 gross, uint48 taken) = ledger.invoiceOf(obligor, name);
        _must(taken <= gross && taken == allocated[obligor][recordOf[obligor][name]], "L4: allocated");
    }

    function _ended(Action action, uint64 id) private {
        uint32 obligor = uint32(id >> 32);
        utilised[obligor] -= Obligation.wrap(obligationRows[id]).face();
        for (uint256 i = 0; i < backing[id].length; ++i) {
            bytes32 first = recordOf[obligor][backing[id][i].fingerprint];
            allocated[obligor][first] -= backing[id][i].amount;
        }
        for (uint256 i = 0; i < backing[id].length; ++i) {
            _invoice(obligor, backing[id][i].fingerprint);
        }
        _follow(action, id, (uint88(id) << 24) | 1, 0);
        _after();
    }

    /// @dev After a call that moves no cash and changes no registry row.
    function _after() internal {
        Flow memory none;
        _cash(none);
        _registry(0);
    }
}
