// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ObligationStatus, Rights, Roles, StepKind} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation, ObligationLib} from "../libraries/Obligation.sol";
import {Participant} from "../libraries/Participant.sol";
import {StepLib, Steps} from "../libraries/Step.sol";
import {Escrow} from "../libraries/Records.sol";
import {Log} from "../libraries/Log.sol";
import {Words} from "../libraries/Words.sol";
import {Cash} from "./Cash.sol";
import {Debt} from "./Debt.sol";

/// @title Fund, redeem, mark overdue (ISettlement)
abstract contract Settlement is Debt {
    /// @dev ISettlement.fund.
    function _fund() internal {
        Words.Fund calldata m = Words.fund();
        uint256 excess = Words.missing(0x104) | (m.obligation >> 64) | (m.version >> 24) | (m.amount >> 64);
        uint256 obligor = _spoken(Intents.FUND, Words.MESSAGE, 0xc0, Words.tail(0xc4), excess);
        uint64 id = uint64(m.obligation);
        Obligation o = _obligation(id, uint24(m.version));
        if (obligor != id >> 32) revert NotObligor(id, uint32(obligor));
        _pay(id, o, uint64(m.amount), obligor, bytes32(0));
    }

    /// @dev ISettlement.fundByReceipt.
    function _fundByReceipt() internal {
        uint256 place = Words.MESSAGE;
        ILedgerTypes.FundByReceipt calldata message;
        assembly ("memory-safe") {
            message := place
        }
        Words.fits(Words.missing(0x124));
        bytes calldata signature = Words.tail(0xe4);
        uint256 bank = message.participant;
        _signed(Intents.FUND_BY_RECEIPT, place, 0xe0, bank, message.signer, message.deadline, Rights.MAKER, signature);
        if (participants[bank].row.roles() & Roles.SETTLEMENT_BANK == 0) {
            revert NotInRole(uint32(bank), Roles.SETTLEMENT_BANK);
        }
        uint64 id = message.obligation;
        Obligation o = _obligation(id, message.version);
        if (rails[o.rail()].bank != bank) revert NotRailBank(o.rail(), uint32(bank));
        bytes32 key = keccak256(abi.encode(bank, message.receipt));
        if (message.receipt == 0 || receipts[key] != 0) revert ReceiptUsed(message.receipt);
        receipts[key] = id;
        _pay(id, o, message.amount, bank, message.receipt);
    }

    /// @dev ISettlement.redeem.
    function _redeem() internal {
        uint256 id = Words.word(4);
        Words.fits(Words.missing(0x24) | (id >> 88));
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (c.isUnknown()) revert UnknownClaim(uint88(id));
        if (c.lifecycle() != ClaimStatus.HELD) revert NotHeld(uint88(id), c.status());
        Obligation o = obligations[id >> 24].row;
        (uint256 principal, uint256 interest, uint256 unpaid) = _share(id >> 24, o, c, c.start(), c.amount());
        uint256 money = principal + interest;
        if (money == 0) revert NothingToRedeem(uint88(id));
        _roomAfter(id, c.version());
        c = c.withRedeemedStep(o.steps()).bumped();
        if (unpaid == 0) c = c.withLifecycle(ClaimStatus.REDEEMED);
        record.row = c;
        RailRecord storage rail = rails[o.rail()];
        Escrow escrow = rail.escrow;
        rail.escrow = escrow.minus(money);
        Log.five(Redeemed.selector, id, c.version(), principal, interest, c.lifecycle(), o.rulebook());
        Cash.move(rail.token, escrow.place(), participants[c.holder()].cash, money);
    }

    /// @dev ISettlement.markOverdue.
    function _markOverdue() internal {
        Words.fits(Words.missing(0x24) | (Words.word(4) >> 64));
        uint64 id = uint64(Words.word(4));
        Obligation o = obligations[id].row;
        if (o.isUnknown()) revert UnknownObligation(id);
        if (o.status() != ObligationStatus.ISSUED) revert ObligationClosed(id, o.status());
        _wasAccepted(id);
        if (block.timestamp <= o.due()) revert NotDue(id, o.due());
        if (o.version() == ObligationLib.VERSION_MAX) revert ObligationVersionExhausted(id);
        Participant obligor = participants[id >> 32].row;
        if (obligor.overdue() == type(uint16).max) revert OverdueCountExhausted(uint32(id >> 32));
        o = o.withStatus(ObligationStatus.OVERDUE).bumped();
        obligations[id].row = o;
        participants[id >> 32].row = obligor.withOverdue(obligor.overdue() + 1);
        emit MarkedOverdue(id, o.version(), o.rulebook());
    }

    /// @dev PAYMENT.
    function _pay(uint64 id, Obligation o, uint64 amount, uint256 payer, bytes32 receipt) private {
        _open(id, o);
        _wasAccepted(id);
        if (amount == 0) revert ZeroAmount();
        uint256 unpaid = o.unpaid();
        uint256 owed = _interestOwed(id, o);
        if (amount > unpaid + owed) revert Overpaid(uint64(unpaid + owed), amount);
        bool whole = amount == unpaid + owed;
        if (!whole) _partBounds(id, o, amount);
        if (o.version() == ObligationLib.VERSION_MAX) revert ObligationVersionExhausted(id);

        uint256 interest = amount < owed ? amount : owed;
        uint256 principal = amount - interest;
        uint8 before = o.status();
        if (!whole || interest != 0) {
            o = _appendPay(id, o, principal, interest, owed - interest);
        }
        o = o.withUnpaid(unpaid - principal).bumped();
        if (whole) o = o.withStatus(ObligationStatus.SETTLED);
        obligations[id].row = o;

        Participant obligor = participants[id >> 32].row;
        obligor = obligor.withUtilised(obligor.utilised() - principal);
        if (whole && before == ObligationStatus.OVERDUE) obligor = obligor.withOverdue(obligor.overdue() - 1);
        participants[id >> 32].row = obligor;

        RailRecord storage rail = rails[o.rail()];
        Escrow escrow = rail.escrow;
        rail.escrow = escrow.plus(amount);
        emit Funded(
            id,
            o.version(),
            uint48(principal),
            uint48(interest),
            uint48(owed - interest),
            o.status(),
            uint32(block.timestamp),
            receipt,
            o.rulebook()
        );
        address from = participants[payer].cash;
        // The escrow cannot pay itself: what it holds is the holders'.
        if (from == escrow.place()) revert CashRefused(rail.token, from, amount);
        Cash.move(rail.token, from, escrow.place(), amount);
    }

    /// @dev A payment in part must be large enough that payments in part cannot use up the steps.
    function _partBounds(uint64 id, Obligation o, uint64 amount) private view {
        uint256 least = (uint256(o.face()) + StepLib.PARTIAL_PAYMENTS - 1) / StepLib.PARTIAL_PAYMENTS;
        uint256 minimum = o.minimum();
        if (least < minimum) least = minimum;
        if (amount < least) revert PaymentTooSmall(uint64(least), amount);
        if (o.steps() != 0 && _lastStep(id, o).pays() >= StepLib.PARTIAL_PAYMENTS) revert TooManyPayments(id);
    }

    function _appendPay(uint64 id, Obligation o, uint256 principal, uint256 interest, uint256 stillOwed)
        private
        returns (Obligation)
    {
        uint256 pays = o.steps() == 0 ? 1 : uint256(_lastStep(id, o).pays()) + 1;
        uint256 n = uint256(o.steps()) + 1;
        steps[Steps.key(id, n)] =
            StepLib.pack(StepKind.PAY, principal, o.unpaid(), interest, stillOwed, block.timestamp, pays);
        return o.withSteps(n);
    }
}
