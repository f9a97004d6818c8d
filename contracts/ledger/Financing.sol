// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {Words} from "../libraries/Words.sol";
import {Cash} from "./Cash.sol";
import {Movement} from "./Movement.sol";

/// @title Discount by delivery versus payment (IFinancing)
abstract contract Financing is Movement {
    uint256 private constant QUOTE = 0x24; // its place within a Discount
    uint256 private constant QUOTE_SIZE = 0x180;

    /// @dev IFinancing.discount.
    function _discount() internal {
        Words.Discount calldata m = Words.discount();
        Words.Quote calldata q = m.quote;
        (bytes calldata signature, bytes calldata quoteSignature) = Words.tails(0x1e4);
        uint256 seller = _sellerSigned(m, signature);
        uint256 id = q.claim;
        uint256 financier = _spoken(Intents.QUOTE, QUOTE, QUOTE_SIZE, quoteSignature, _excess(q));

        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(seller, q.version)) _mayBeSold(id, c, seller, q);
        Obligation o = obligations[id >> 24].row;
        if (!o.isCalmAs(q.status, block.timestamp, c.redeemedStep())) _mayBePriced(id, o, c, q);
        ParticipantRecord storage buyer = participants[financier];
        if (q.amount != c.amount()) {
            _sellPart(q, record, c, o);
        } else {
            _mayBuy(id, seller, financier, q, buyer.row);
            _roomAfter(id, q.version);
            record.row = c.withHolder(financier).withoutLien().bumped();
            _emitDiscounted(q, 0, o.rulebook());
            if (c.liened(block.timestamp)) emit Unlocked(id);
            _emitMoved(seller, financier, id);
        }
        Cash.move(rails[o.rail()].token, buyer.cash, participants[seller].cash, q.price);
    }

    function _excess(Words.Quote calldata q) private pure returns (uint256) {
        return Words.missing(0x264) | (q.claim >> 88) | (q.version >> 24) | (q.amount >> 48) | (q.price >> 48)
            | (q.epoch >> 24) | (q.status >> 8) | (q.rate >> 24) | (q.tenorDays >> 16) | (q.basis >> 8);
    }

    /// @dev The tail is cut off and sold.
    function _sellPart(Words.Quote calldata q, ClaimRecord storage record, Claim c, Obligation o) private {
        (uint256 id, uint256 amount) = (q.claim, q.amount);
        if (amount == 0) revert ZeroAmount();
        if (amount > c.amount()) revert PieceTooLarge(uint88(id), c.amount(), uint48(amount));
        if (block.timestamp > o.due()) revert PastDue(uint88(id), o.due());
        _piece(id, o, c, amount, o.minimum());
        _mayBuy(id, c.holder(), q.participant, q, participants[q.participant].row);
        (Claim child, uint256 childId) = _cutOff(id, record, c, obligations[id >> 24], o, q.participant, amount);
        claims[childId].row = child;
        _emitDiscounted(q, uint24(childId), o.rulebook());
        _emitBorn(q.participant, childId);
    }

    /// @dev SIGNED(Discount, MAKER): the quote within is hashed on its own.
    function _sellerSigned(Words.Discount calldata m, bytes calldata signature) private view returns (uint256 seller) {
        seller = m.participant;
        (uint256 signer, uint256 deadline) = (m.signer, m.deadline);
        Words.fits((seller >> 32) | (signer >> 160) | (deadline >> 32));
        if (block.timestamp > deadline) revert IntentExpired(uint32(deadline));
        Account account = accounts[signer];
        if (!account.speaksFor(seller, Rights.MAKER)) {
            _refuse(account, address(uint160(signer)), seller, Rights.MAKER);
        }
        if (signature.length != 0) {
            bytes32 quote = Intents.hash(Intents.QUOTE, QUOTE, QUOTE_SIZE);
            bytes32 structHash = keccak256(abi.encode(Intents.DISCOUNT, seller, quote, signer, deadline));
            _proven(address(uint160(signer)), structHash, signature);
        } else if (uint160(msg.sender) != signer) {
            revert BadSignature(address(uint160(signer)));
        }
    }

    /// @dev CLAIM, `NotHeld`, `ClaimLiened`.
    function _mayBeSold(uint256 id, Claim c, uint256 seller, Words.Quote calldata q) private view {
        _at(id, c, seller, q.version);
        if (c.status() != ClaimStatus.HELD) revert NotHeld(uint88(id), c.status());
        if (c.liened(block.timestamp) && c.lienholder() != q.participant && c.lienholder() != seller) {
            revert ClaimLiened(uint88(id), c.lienholder(), c.lienUntil());
        }
    }

    /// @dev OPEN, `StatusChanged`, WINDOW, MONEY FIRST.
    function _mayBePriced(uint256 id, Obligation o, Claim c, Words.Quote calldata q) private view {
        _open(id >> 24, o);
        uint8 status = block.timestamp > o.due() ? ObligationStatus.OVERDUE : o.status();
        if (status != q.status) revert StatusChanged(uint64(id >> 24), status, uint8(q.status));
        _window(id, o);
        _moneyFirst(id, o, c);
    }

    /// @dev The financier's side: `SelfDealing` to `PriceAboveFace`.
    function _mayBuy(uint256 id, uint256 seller, uint256 financier, Words.Quote calldata q, Participant row)
        private
        view
    {
        if (financier == seller) revert SelfDealing(uint32(seller));
        if (financier == id >> 56) revert ObligorCannotHold(uint32(financier));
        if (!row.mayReceive(Roles.FINANCIER)) _asReceiver(financier, row, Roles.FINANCIER);
        if (q.epoch != row.quoteEpoch()) {
            revert QuoteWithdrawn(uint32(financier), row.quoteEpoch(), uint24(q.epoch));
        }
        uint256 price = q.price;
        if (price == 0) revert ZeroAmount();
        if (price > q.amount) revert PriceAboveFace(uint48(q.amount), uint48(price));
    }

    function _emitDiscounted(Words.Quote calldata q, uint256 child, uint256 rulebook) private {
        bytes32 topic = Discounted.selector;
        uint256 pricing = (q.rate << 24) | (q.tenorDays << 8) | q.basis;
        (uint256 id, uint256 version) = (q.claim, q.version);
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, add(version, 1))
            mstore(add(room, 0x20), child)
            mstore(add(room, 0x40), calldataload(q)) // the financier
            calldatacopy(add(room, 0x60), add(q, 0x60), 0x40) // amount, price
            mstore(add(room, 0xa0), pricing)
            mstore(add(room, 0xc0), rulebook)
            log2(room, 0xe0, topic, id)
        }
    }
}
