// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFinancing} from "../interfaces/IFinancing.sol";
import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Participant} from "../libraries/Participant.sol";
import {Cash} from "./Cash.sol";
import {Movement} from "./Movement.sol";

/// @title Discount by delivery versus payment (IFinancing)
abstract contract Financing is Movement, IFinancing {
    /// @inheritdoc IFinancing
    function discount(ILedgerTypes.Discount calldata message, bytes calldata signature, bytes calldata quoteSignature)
        external
    {
        ILedgerTypes.Quote calldata quote = message.quote;
        uint256 seller = message.participant;
        _bothSigned(message, quote, signature, quoteSignature);

        uint88 id = quote.claim;
        Claim c = _claim(seller, id, quote.version);
        if (c.status() != ClaimStatus.HELD) revert NotHeld(id, c.status());
        uint256 financier = quote.participant;
        if (c.liened(block.timestamp) && c.lienholder() != financier && c.lienholder() != seller) {
            revert ClaimLiened(id, c.lienholder(), c.lienUntil());
        }
        (uint64 obligation, Obligation o) = _openFor(id);
        uint8 status = block.timestamp > o.due() ? ObligationStatus.OVERDUE : o.status();
        if (status != quote.status) revert StatusChanged(obligation, status, quote.status);
        bool late = _window(id, o);
        _moneyFirst(id, obligation, o, c);
        uint48 amount = quote.amount;
        if (amount == 0) revert ZeroAmount();
        if (amount > c.amount()) revert PieceTooLarge(id, c.amount(), amount);
        if (amount < c.amount()) {
            if (late) revert PastDue(id, o.due());
            _piece(id, obligation, o, c, amount);
        }
        _buyer(obligation, seller, financier, quote);
        _deliver(quote, obligation, o, c);
        Cash.move(rails[o.rail()].token, participants[financier].cash, participants[seller].cash, quote.price);
    }

    function _bothSigned(
        ILedgerTypes.Discount calldata message,
        ILedgerTypes.Quote calldata quote,
        bytes calldata signature,
        bytes calldata quoteSignature
    ) private view {
        uint256 place;
        uint256 quotePlace;
        assembly ("memory-safe") {
            place := message
            quotePlace := quote
        }
        _inTime(message.deadline);
        _account(message.signer, message.participant, Rights.MAKER);
        if (signature.length == 0) {
            _isCaller(message.signer);
        } else {
            bytes32 structHash = keccak256(
                abi.encode(
                    Intents.DISCOUNT,
                    message.participant,
                    Intents.hash(Intents.QUOTE, quotePlace, 0x180),
                    message.signer,
                    message.deadline
                )
            );
            _proven(message.signer, structHash, signature);
        }
        _signed(
            Intents.QUOTE,
            quotePlace,
            0x180,
            quote.participant,
            quote.signer,
            quote.deadline,
            Rights.MAKER,
            quoteSignature
        );
    }

    function _buyer(uint64 obligation, uint256 seller, uint256 financier, ILedgerTypes.Quote calldata quote)
        private
        view
    {
        if (financier == seller) revert SelfDealing(uint32(seller));
        if (financier == obligation >> 32) revert ObligorCannotHold(uint32(financier));
        Participant row = _receiver(financier, Roles.FINANCIER);
        if (quote.epoch != row.quoteEpoch()) {
            revert QuoteWithdrawn(uint32(financier), row.quoteEpoch(), quote.epoch);
        }
        if (quote.price == 0) revert ZeroAmount();
        if (quote.price > quote.amount) revert PriceAboveFace(quote.amount, quote.price);
    }

    /// @dev The claim's side: whole, or the tail cut off. The signed price is recorded, never recomputed.
    function _deliver(ILedgerTypes.Quote calldata quote, uint64 obligation, Obligation o, Claim c) private {
        uint88 id = quote.claim;
        uint24 child = 0;
        Claim after_;
        uint256 seller = c.holder();
        uint256 financier = quote.participant;
        uint88 sold = id;
        if (quote.amount == c.amount()) {
            _roomForVersion(id, c);
            after_ = c.withHolder(financier).withoutLien().bumped();
        } else {
            Claim tail;
            Obligation grown;
            (after_, tail, sold, grown) = _cutOff(id, obligation, o, c, financier, quote.amount);
            child = grown.seq();
            claims[sold] = tail;
            obligations[obligation].row = grown;
        }
        claims[id] = after_;
        uint48 pricing = (uint48(quote.rate) << 24) | (uint48(quote.tenorDays) << 8) | quote.basis;
        emit Discounted(
            id, after_.version(), child, uint32(financier), quote.amount, quote.price, pricing, o.rulebook()
        );
        if (child == 0 && c.liened(block.timestamp)) emit Unlocked(id);
        emit Transfer(child == 0 ? _addressOf(seller) : address(0), _addressOf(financier), sold);
    }
}
