// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, ObligationStatus} from "../../interfaces/IReceivableLedger.sol";
import {Claim} from "../../libraries/Claim.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Obligation} from "../../libraries/Obligation.sol";
import {Holding} from "./Holding.sol";

/// @title Money in, money out, and lateness
abstract contract Paying is Holding {
    mapping(bytes32 => bool) private used; // receipts

    function _tryFund() internal {
        uint64 id = _pickDebt(_oneIn(3), true);
        uint32 who = uint32(id >> 32);
        (uint64 amount, uint256 interest) = _amount(id);
        uint256 key = _keyFor(who);
        uint24 version = Obligation.wrap(obligationRows[id]).version();
        Fund memory m = Fund(who, id, version, amount, _address(key), DEADLINE);
        bytes memory signature;
        uint256 carrier = key;
        if (_oneIn(4)) (signature, carrier) = (_sign(key, keccak256(abi.encode(Intents.FUND, m))), STRANGER);
        if (!_do(Action.Fund, carrier, abi.encodeCall(ledger.fund, (m, signature)))) return;
        _paid(Action.Fund, id, amount, interest, cashNow[who]);
    }

    function _tryFundByReceipt() internal {
        uint64 id = _pickDebt(_oneIn(3), true);
        (uint64 amount, uint256 interest) = _amount(id);
        bytes32 receipt = keccak256(abi.encode(_below(400)));
        if (used[receipt]) rightful = false; // money confirmed once already
        uint256 key = _keyFor(BANK);
        uint24 version = Obligation.wrap(obligationRows[id]).version();
        FundByReceipt memory m = FundByReceipt(BANK, id, version, amount, receipt, _address(key), DEADLINE);
        if (!_do(Action.FundByReceipt, key, abi.encodeCall(ledger.fundByReceipt, (m, "")))) return;
        used[receipt] = true;
        _paid(Action.FundByReceipt, id, amount, interest, cashNow[BANK]);
    }

    function _tryRedeem() internal {
        uint88 id = _pickClaim(Want.Paying);
        _redeem(id, STRANGER);
    }

    function _tryMarkOverdue() internal {
        uint64 id = _pickDebt(true, false);
        if (!_do(Action.MarkOverdue, STRANGER, abi.encodeCall(ledger.markOverdue, (id)))) return;
        ++overdue[uint32(id >> 32)];
        _must(block.timestamp > Obligation.wrap(obligationRows[id]).due(), "marked before due");
        _follow(Action.MarkOverdue, id, 0, 0);
        _after();
    }

    function _letTimePass() internal {
        ++calls[uint256(Action.LetTimePass)];
        ++successes[uint256(Action.LetTimePass)];
        vm.warp(block.timestamp + (_oneIn(2) ? _below(3 days) : _below(8 hours)));
    }

    /// @notice Everything owed is paid in full and everything paid is redeemed: nothing is left over and nobody is paid twice.
    function settleAll() external {
        _noChance();
        _giveBack();
        for (uint256 i = 0; i < promises.length; ++i) {
            uint64 id = promises[i];
            if (Claim.wrap(claimRows[(uint88(id) << 24) | 1]).lifecycle() == ClaimStatus.OFFERED) continue;
            Obligation o = Obligation.wrap(obligationRows[id]);
            if (o.status() != ObligationStatus.ISSUED && o.status() != ObligationStatus.OVERDUE) continue;
            (uint48 unpaid, uint48 interest) = ledger.owedOf(id);
            uint32 who = uint32(id >> 32);
            uint64 all = uint64(unpaid) + interest;
            Fund memory m = Fund(who, id, o.version(), all, _address(keyOf[who]), DEADLINE);
            bool ok = _do(Action.Fund, keyOf[who], abi.encodeCall(ledger.fund, (m, "")));
            _must(ok, "payment in full was refused");
            if (ok) _paid(Action.Fund, id, all, interest, cashNow[who]);
        }
        for (uint256 i = 0; i < pieces.length; ++i) {
            Claim c = Claim.wrap(claimRows[pieces[i]]);
            if (c.lifecycle() != ClaimStatus.HELD) continue;
            _must(_redeem(pieces[i], 0), "redemption was refused");
            _must(Claim.wrap(claimRows[pieces[i]]).lifecycle() == ClaimStatus.REDEEMED, "not redeemed to the end");
            _must(!_redeem(pieces[i], 0), "L6: paid twice");
        }
        _must(token.balanceOf(escrow()) == 0 && utilisedByOffers(), "L6: something is left over");
    }

    /// @dev What is still utilised is on offer.
    function utilisedByOffers() private view returns (bool) {
        uint256 offered = 0;
        for (uint256 i = 0; i < promises.length; ++i) {
            Obligation o = Obligation.wrap(obligationRows[promises[i]]);
            if (o.status() == ObligationStatus.ISSUED) offered += o.unpaid();
        }
        return offered == utilised[CORE] + utilised[CORE2];
    }

    /// @dev Obligors have what they owe: what the holders were paid comes back to them.
    function _giveBack() private {
        for (uint256 i = 0; i < receivers.length; ++i) {
            address from = cashNow[receivers[i]];
            uint256 all = balances[from];
            if (all == 0 || receivers[i] == FIN || receivers[i] == FIN2) continue;
            vm.prank(from);
            token.transfer(cashNow[CORE], all);
            _cash(Flow(from, cashNow[CORE], all));
        }
    }

    // ---------------------------------------------------------------- how

    /// @dev All that is owed, the least that may be paid, or anything; and what of it would be interest.
    function _amount(uint64 id) private returns (uint64 amount, uint256 interest) {
        Obligation o = Obligation.wrap(obligationRows[id]);
        (uint48 unpaid, uint48 owed) = ledger.owedOf(id);
        uint256 all = uint256(unpaid) + owed;
        uint256 least = (uint256(o.face()) + 47) / 48;
        bool late = block.timestamp > o.due();
        uint256 chance = _below(8);
        if (chance == 0 || (late && chance < 4)) amount = uint64(all);
        else if (chance < 5) amount = uint64(least + _below(3));
        else amount = uint64(least + _below(all + 1));
        if (amount > all && chance != 7) amount = uint64(all);
        interest = amount < owed ? amount : owed;
    }

    function _paid(Action action, uint64 id, uint64 amount, uint256 interest, address from) private {
        Obligation old = Obligation.wrap(obligationRows[id]);
        uint32 obligor = uint32(id >> 32);
        uint256 principal = amount - interest;
        utilised[obligor] -= principal;
        funded[id] += amount;
        totalFunded += amount;
        Obligation o = _obligationAt(id);
        _must(o.unpaid() == old.unpaid() - principal, "L1: unpaid = face - sum of PAY");
        bool whole = o.status() == ObligationStatus.SETTLED;
        _must(whole == (o.unpaid() == 0), "settled and unpaid");
        if (whole && old.status() == ObligationStatus.OVERDUE) --overdue[obligor];
        _follow(action, id, 0, 0);
        _cash(Flow(from, escrow(), amount));
        _registry(0);
    }

    function _redeem(uint88 id, uint256 key) private returns (bool ok) {
        (uint48 principal, uint64 interest,) = ledger.moneyOf(id);
        ok = _do(Action.Redeem, key, abi.encodeCall(ledger.redeem, (id)));
        if (!ok) return false;
        uint64 obligation = uint64(id >> 24);
        uint256 money = uint256(principal) + interest;
        redeemed[obligation] += money;
        totalRedeemed += money;
        _must(redeemed[obligation] <= funded[obligation], "L6: redeemed beyond funded");
        _follow(Action.Redeem, obligation, id, 0);
        _cash(Flow(escrow(), cashNow[_holder(id)], money));
        _registry(0);
    }
}
