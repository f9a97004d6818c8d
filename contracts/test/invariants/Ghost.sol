// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, ObligationStatus, ParticipantStatus, Roles} from "../../interfaces/IReceivableLedger.sol";
import {Claim} from "../../libraries/Claim.sol";
import {Obligation} from "../../libraries/Obligation.sol";
import {Participant} from "../../libraries/Participant.sol";
import {World} from "../World.sol";

/// @title A second memory of the ledger, kept beside it and compared after every call
/// @dev Rows are read from storage, not through views, so that what is compared is what is kept. The first difference is told by
/// `violation`; the names L1 to L13 are those of contracts/README.md.
abstract contract Ghost is World {
    enum Action {
        Issue,
        IssueMany,
        Accept,
        Decline,
        Revoke,
        Expire,
        Transfer,
        Split,
        SplitMany,
        Cut,
        Lien,
        Release,
        Discount,
        Fund,
        FundByReceipt,
        Redeem,
        MarkOverdue,
        SetAutoAccept,
        RaiseQuoteEpoch,
        SetStanding,
        Pause,
        Unpause,
        RegisterInvoices,
        SetThreshold,
        SetCash,
        AddAccount,
        RevokeAccount,
        PublishRules,
        LetTimePass
    }

    uint256 internal constant ACTIONS = 29;

    /// @dev Cash that a successful call must have moved; all other cash stays.
    struct Flow {
        address from;
        address to;
        uint256 amount;
    }

    /// @notice What went wrong first; empty while all is well.
    bytes32 public violation;
    uint256[ACTIONS] public calls;
    uint256[ACTIONS] public successes;

    uint32[] internal people;
    uint64[] internal promises; // all obligations ever issued
    uint88[] internal pieces; // all claims ever born
    uint256[] internal debts; // obligations still to be paid
    uint256[] internal lively; // claims on offer or held
    mapping(uint256 => uint256) private indexOf; // in debts or lively
    mapping(uint64 => uint256) internal obligationRows;
    mapping(uint88 => uint256) internal claimRows;
    mapping(uint32 => uint24) internal versions;
    mapping(uint32 => uint256) internal utilised;
    mapping(uint32 => uint256) internal overdue;
    mapping(uint88 => uint256) private shares; // unpaid << 128 | money waiting
    mapping(uint64 => uint256) private totals; // of an obligation's shares
    mapping(uint64 => uint256) internal funded;
    mapping(uint64 => uint256) internal redeemed;
    address[] internal wallets;
    mapping(address => uint256) internal balances;
    uint256 internal totalFunded;
    uint256 internal totalRedeemed;

    /// @dev `what` in at most 32 characters: a word costs nothing while all is well.
    function _must(bool condition, bytes32 what) internal {
        if (!condition && violation == 0) violation = what;
    }

    // ---------------------------------------------------------------- storage, read raw

    function _slot(uint256 key, uint256 mapping_) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, mapping_));
    }

    function _raw(uint256 key, uint256 mapping_) internal view returns (uint256) {
        return uint256(vm.load(address(ledger), _slot(key, mapping_)));
    }

    function _claimAt(uint88 id) internal view returns (Claim) {
        return Claim.wrap(_raw(id, 0));
    }

    function _obligationAt(uint64 id) internal view returns (Obligation) {
        return Obligation.wrap(_raw(id, 1));
    }

    function _participantAt(uint32 id) internal view returns (Participant) {
        return Participant.wrap(_raw(id, 3));
    }

    // ---------------------------------------------------------------- comparing

    /// @dev After a successful call that concerned one claim or obligation: its rows against the memory, then the memory follows.
    function _follow(Action action, uint64 id, uint88 subject, uint32 other) internal {
        uint256 old = obligationRows[id];
        Obligation o = _obligationAt(id);
        uint256 first = Obligation.wrap(old).seq() + 1;
        _births(action, o, id, subject, other, first);
        if (uint24(subject) < first) _changes(action, o, subject, other);
        bool passes = action >= Action.Transfer && action <= Action.Discount && action != Action.Cut;
        if (passes && action != Action.Release) _must(uint128(shares[subject]) == 0, "money first");
        uint256 seqMask = uint256(0xffffff) << 128;
        bool changed = Obligation.unwrap(o) & ~seqMask != old & ~seqMask;
        uint256 step = changed && old != 0 ? 1 : 0;
        if (old != 0) _must(o.version() == Obligation.wrap(old).version() + step, "L9: obligation's version");
        else _must(o.version() == 1, "L9: obligation's first version");
        obligationRows[id] = Obligation.unwrap(o);
        if (changed && o.unpaid() == 0) _strike(debts, id);
        for (uint256 seq = action == Action.Fund || action == Action.FundByReceipt ? 1 : first; seq <= o.seq(); ++seq) {
            _weigh((uint88(id) << 24) | uint88(seq));
        }
        if (subject != 0) _weigh(subject);
        _sums(id, o);
    }

    /// @dev L2, L3, L8, L9: children lie end to end where the parent's tail was.
    function _births(Action action, Obligation o, uint64 id, uint88 subject, uint32 other, uint256 first) private {
        if (o.seq() < first) return;
        uint88 each = (uint88(id) << 24) | uint88(first);
        if (first == 1) {
            Claim one = _claimAt(each);
            bool whole = one.start() == 0 && one.amount() == o.face() && one.parentSeq() == 0 && one.version() == 1;
            _must(whole && o.seq() == 1 && one.holder() == other, "L1: claim 1 is the whole");
            _adopt(each, one);
            return;
        }
        Claim before = Claim.wrap(claimRows[subject]);
        Claim parent = _claimAt(subject);
        uint256 end = uint256(before.start()) + before.amount();
        bool passed = action == Action.Split || action == Action.SplitMany;
        for (; uint24(each) <= o.seq(); ++each) {
            Claim c = _claimAt(each);
            _must(c.amount() != 0 && uint256(c.start()) + c.amount() == end, "L2: child is the tail");
            _must(c.parentSeq() == uint24(subject) && uint24(each) > uint24(subject), "L3: child after parent");
            _must(c.version() == 1 && c.redeemedStep() == before.redeemedStep(), "L9: child's first version");
            _must(c.hop() == before.hop() + (passed ? 1 : 0), "hop of a child");
            if (c.holder() != before.holder()) _received(c.holder());
            else _must(action == Action.Cut || action == Action.Lien, "a child stayed");
            bool named = action == Action.Split || action == Action.Discount;
            _must(!named || c.holder() == other, "L11: a child of another");
            end = c.start();
            _adopt(each, c);
        }
        _must(uint256(parent.start()) + parent.amount() == end, "L2: parent keeps the rest");
        _must(Claim.unwrap(parent) != Claim.unwrap(before), "L9: parent unchanged");
    }

    function _adopt(uint88 id, Claim c) private {
        claimRows[id] = Claim.unwrap(c);
        pieces.push(id);
        _enlist(lively, id);
    }

    function _enlist(uint256[] storage list, uint256 id) internal {
        indexOf[id] = list.length;
        list.push(id);
    }

    function _strike(uint256[] storage list, uint256 id) private {
        uint256 last = list[list.length - 1];
        (list[indexOf[id]], indexOf[last]) = (last, indexOf[id]);
        list.pop();
    }

    /// @dev L7, L8, L9: what may have changed in a claim that was there, by which action.
    function _changes(Action action, Obligation o, uint88 id, uint32 other) private {
        Claim old = Claim.wrap(claimRows[id]);
        Claim c = _claimAt(id);
        if (Claim.unwrap(old) == Claim.unwrap(c)) return;
        _must(c.version() == old.version() + 1, "L9: claim's version");
        _must(c.start() == old.start() && c.parentSeq() == old.parentSeq(), "L1: a claim's start moved");
        _must(c.amount() <= old.amount() && c.amount() != 0, "L2: a claim grew");
        bool moved = c.holder() != old.holder();
        bool shrunk = c.amount() != old.amount();
        if (moved) {
            _must(action == Action.Transfer || action == Action.Discount, "moved by another operation");
            _must(c.holder() == other, "moved to another");
            _must(c.lienholder() == 0 && c.lienUntil() == 0, "L7: moved with its lien");
            _received(c.holder());
        }
        if ((moved || shrunk) && old.liened(block.timestamp)) {
            bool through = old.lienholder() == other || old.lienholder() == old.holder();
            _must(action == Action.Discount && through, "L7: past a lien");
        }
        _must(c.hop() == old.hop() + (action == Action.Transfer ? 1 : 0), "hop of a claim");
        if (c.redeemedStep() != old.redeemedStep()) {
            _must(action == Action.Redeem && c.redeemedStep() == o.steps(), "redeemed by another operation");
        }
        if (c.lifecycle() != old.lifecycle()) {
            _must(_lives(action, old.lifecycle(), c.lifecycle()), "lifecycle");
            if (c.lifecycle() != ClaimStatus.HELD) _strike(lively, id);
        }
        claimRows[id] = Claim.unwrap(c);
    }

    function _lives(Action action, uint8 from, uint8 to) private pure returns (bool) {
        if (action == Action.Accept) return from == ClaimStatus.OFFERED && to == ClaimStatus.HELD;
        if (action == Action.Redeem) return from == ClaimStatus.HELD && to == ClaimStatus.REDEEMED;
        bool ends = action == Action.Decline || action == Action.Revoke || action == Action.Expire;
        return ends && from == ClaimStatus.OFFERED && to == ClaimStatus.GONE;
    }

    /// @dev L8.
    function _received(uint32 to) private {
        Participant p = _participantAt(to);
        bool able = p.status() == ParticipantStatus.ACTIVE && p.roles() & (Roles.SUPPLIER | Roles.FINANCIER) != 0
            && block.timestamp > uint256(p.pausedUntil()) * 3600;
        _must(able, "L8: holder active at receipt");
    }

    /// @dev A claim's share as the ledger sees it now, in place of what it was.
    function _weigh(uint88 id) private {
        (uint48 principal, uint64 interest, uint48 unpaid) = ledger.moneyOf(id);
        _must(uint256(principal) + unpaid <= Claim.wrap(claimRows[id]).amount(), "L6: a share beyond its claim");
        uint256 share = (uint256(unpaid) << 128) | (uint256(principal) + interest);
        uint64 obligation = uint64(id >> 24);
        totals[obligation] = totals[obligation] - shares[id] + share;
        shares[id] = share;
    }

    /// @dev L1 and L6 in sums over all claims: cents unpaid; money waiting and money gone.
    function _sums(uint64 id, Obligation o) private {
        _must(totals[id] >> 128 == o.unpaid(), "L1: unpaid of all claims");
        _must(uint128(totals[id]) + redeemed[id] == funded[id], "L6: money in, waiting and out");
        uint8 status = o.status();
        bool ended = status == ObligationStatus.DECLINED || status == ObligationStatus.REVOKED
            || status == ObligationStatus.EXPIRED;
        _must(!ended || o.unpaid() == 0, "an ended offer owes");
    }

    /// @dev L6, L11: exactly the cash that had to move has moved, and the escrow holds exactly what is owed from it.
    function _cash(Flow memory flow) internal {
        if (flow.amount != 0) {
            balances[flow.from] -= flow.amount;
            balances[flow.to] += flow.amount;
            _wallet(flow.from);
            _wallet(flow.to);
        }
        _wallet(escrow());
        uint256 owed = uint256(vm.load(address(ledger), bytes32(uint256(_slot(RAIL, 6)) + 1))) >> 160;
        _must(owed == balances[escrow()] && owed == totalFunded - totalRedeemed, "L6: escrow = owed");
    }

    function _wallet(address owner) private {
        _must(token.balanceOf(owner) == balances[owner], "L11: cash moved unlike the claim");
    }

    /// @dev L5, L9: participants' rows; `subject` is the one whose registry version had to grow.
    function _registry(uint32 subject) internal {
        if (subject != 0) {
            ++versions[subject];
            _person(subject);
        }
        _person(CORE);
        _person(CORE2);
    }

    function _person(uint32 id) private {
        Participant p = _participantAt(id);
        _must(p.version() == versions[id], "L9: participant's version");
        _must(p.utilised() == utilised[id] && p.overdue() == overdue[id], "L5: utilised");
    }

    // ---------------------------------------------------------------- the whole

    /// @dev L1 to L5, L13 over everything ever born: slower, asked at the end of a run.
    function sweep() public {
        uint256[2] memory owed;
        for (uint256 i = 0; i < promises.length; ++i) {
            uint64 id = promises[i];
            Obligation o = _obligationAt(id);
            _must(Obligation.unwrap(o) == obligationRows[id], "an obligation changed unseen");
            _must(uint256(vm.load(address(ledger), bytes32(uint256(_slot(id, 1)) + 1))) != 0, "L13: commitment");
            owed[id >> 32 == CORE ? 0 : 1] += o.unpaid();
            _partition(id, o);
            for (uint256 seq = 1; seq <= o.seq(); ++seq) {
                _weigh((uint88(id) << 24) | uint88(seq));
            }
            _sums(id, o);
            for (uint256 n = 1; n <= o.steps(); ++n) {
                _must(_raw((uint256(id) << 8) | n, 2) != 0, "L13: step");
            }
        }
        _must(owed[0] == utilised[CORE] && owed[1] == utilised[CORE2], "L5: utilised = sum of unpaid");
        for (uint256 i = 0; i < wallets.length; ++i) {
            _wallet(wallets[i]);
        }
        for (uint256 i = 0; i < people.length; ++i) {
            _person(people[i]);
        }
    }

    /// @dev L1, L3: from cent 0 to face without gap or overlap; every lineage ends at claim 1.
    function _partition(uint64 id, Obligation o) private {
        uint256 reach = 0;
        for (uint256 n = 0; n < o.seq() && reach < o.face(); ++n) {
            uint256 from = reach;
            for (uint256 seq = 1; seq <= o.seq(); ++seq) {
                Claim c = _claimAt((uint88(id) << 24) | uint88(seq));
                if (c.start() == from) reach = from + c.amount();
            }
        }
        _must(reach == o.face(), "L1: partition");
        for (uint256 seq = 1; seq <= o.seq(); ++seq) {
            uint88 each = (uint88(id) << 24) | uint88(seq);
            Claim c = _claimAt(each);
            _must(Claim.unwrap(c) == claimRows[each] && Claim.unwrap(c) != 0, "L13: claim");
            uint256 up = seq;
            while (up > 1) {
                uint256 parent = _claimAt((uint88(id) << 24) | uint88(up)).parentSeq();
                if (parent >= up) break;
                up = parent;
            }
            _must(up == 1, "L3: lineage");
        }
    }
}
