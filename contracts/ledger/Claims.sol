// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaims} from "../interfaces/IClaims.sol";
import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Movement} from "./Movement.sol";

/// @title Transfer, split, cut, lien, release (IClaims)
abstract contract Claims is Movement, IClaims {
    /// @inheritdoc IClaims
    function transfer(ILedgerTypes.Transfer calldata message, bytes calldata signature, bytes calldata acceptance)
        external
    {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 holder = message.participant;
        _signed(Intents.TRANSFER, place, 0xc0, holder, message.signer, message.deadline, Rights.MAKER, signature);
        uint88 id = message.claim;
        Claim c = _claim(holder, id, message.version);
        _free(id, c);
        (uint64 obligation, Obligation o) = _openFor(id);
        bool late = _window(id, o);
        _moneyFirst(id, obligation, o, c);
        uint256 to = message.to;
        _assignee(obligation, holder, to);
        if (c.hop() >= o.hopCap()) revert HopCapReached(id, o.hopCap());
        _accepted(id, c.version(), holder, to, 0, c.amount(), late, acceptance);
        _roomForVersion(id, c);
        c = c.withHolder(to).withoutLien().oneHopOn().bumped();
        claims[id] = c;
        emit Transferred(id, c.version(), uint32(to), o.rulebook());
        emit Transfer(_addressOf(holder), _addressOf(to), id);
    }

    /// @inheritdoc IClaims
    function split(ILedgerTypes.Split calldata message, bytes calldata signature, bytes calldata acceptance) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 holder = message.participant;
        _signed(Intents.SPLIT, place, 0xe0, holder, message.signer, message.deadline, Rights.MAKER, signature);
        uint88 id = message.claim;
        Claim c = _claim(holder, id, message.version);
        _free(id, c);
        (uint64 obligation, Obligation o) = _openFor(id);
        _beforeWindow(id, o);
        _moneyFirst(id, obligation, o, c);
        uint48 amount = message.amount;
        _piece(id, obligation, o, c, amount);
        uint256 to = message.to;
        _assignee(obligation, holder, to);
        if (c.hop() >= o.hopCap()) revert HopCapReached(id, o.hopCap());
        _accepted(id, c.version(), holder, to, 0, amount, false, acceptance);

        (Claim parent, Claim child, uint88 childId, Obligation after_) = _cutOff(id, obligation, o, c, to, amount);
        claims[childId] = child.oneHopOn();
        claims[id] = parent;
        obligations[obligation].row = after_;
        emit SplitOff(id, parent.version(), after_.seq(), uint32(to), amount, o.rulebook());
        emit Transfer(address(0), _addressOf(to), childId);
    }

    /// @inheritdoc IClaims
    function splitMany(ILedgerTypes.SplitMany calldata message, bytes calldata signature, bytes[] calldata acceptances)
        external
    {
        ILedgerTypes.Piece[] calldata pieces = message.pieces;
        _splitManySigned(message, pieces, signature);
        uint88 id = message.claim;
        Claim c = _claim(message.participant, id, message.version);
        _free(id, c);
        (uint64 obligation, Obligation o) = _openFor(id);
        _beforeWindow(id, o);
        _moneyFirst(id, obligation, o, c);
        if (c.hop() >= o.hopCap()) revert HopCapReached(id, o.hopCap());
        if (pieces.length == 0) revert EmptyBatch();
        if (acceptances.length != 0 && acceptances.length != pieces.length) {
            revert BadBatch(pieces.length, acceptances.length);
        }
        Claim rest = c;
        uint256 childId = (uint256(obligation) << 24) | o.seq();
        uint256 seq = o.seq();
        for (uint256 i = 0; i < pieces.length; ++i) {
            uint48 amount = pieces[i].amount;
            uint256 to = pieces[i].to;
            _piece(id, obligation, o, rest, amount);
            _assignee(obligation, c.holder(), to);
            _accepted(
                id, c.version(), c.holder(), to, i, amount, false, acceptances.length == 0 ? _none() : acceptances[i]
            );
            // Beyond the last number the whole batch is refused below, after all pieces were looked at.
            ++childId;
            claims[childId] = rest.child(uint24(id), to, amount).oneHopOn();
            rest = rest.less(amount);
        }
        _roomForBirths(obligation, o, pieces.length);
        _roomForVersion(id, c);
        rest = rest.bumped();
        claims[id] = rest;
        obligations[obligation].row = o.withBirths(pieces.length);
        emit SplitOffMany(id, rest.version(), uint24(seq + 1), o.rulebook(), pieces);
        _emitBirths((uint256(obligation) << 24) | (seq + 1), pieces);
    }

    /// @inheritdoc IClaims
    function cut(ILedgerTypes.Cut calldata message, bytes calldata signature) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 holder = message.participant;
        _signed(Intents.CUT, place, 0xc0, holder, message.signer, message.deadline, Rights.MAKER, signature);
        uint88 id = message.claim;
        Claim c = _claim(holder, id, message.version);
        _free(id, c);
        (uint64 obligation, Obligation o) = _openFor(id);
        _beforeWindow(id, o);
        uint48 amount = message.amount;
        _piece(id, obligation, o, c, amount);
        (Claim parent, Claim child, uint88 childId, Obligation after_) = _cutOff(id, obligation, o, c, holder, amount);
        claims[childId] = child;
        claims[id] = parent;
        obligations[obligation].row = after_;
        emit CutOff(id, parent.version(), after_.seq(), amount, o.rulebook());
        emit Transfer(address(0), _addressOf(holder), childId);
    }

    /// @inheritdoc IClaims
    function lien(ILedgerTypes.Lien calldata message, bytes calldata signature, bytes calldata acceptance) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _signed(
            Intents.LIEN, place, 0x100, message.participant, message.signer, message.deadline, Rights.MAKER, signature
        );
        uint88 id = message.claim;
        Claim c = _claim(message.participant, id, message.version);
        _free(id, c);
        (uint64 obligation, Obligation o) = _openFor(id);
        uint256 until = uint256(message.until) * 3600;
        if (until <= block.timestamp || until > o.due()) revert BadLienUntil(message.until);
        _moneyFirst(id, obligation, o, c);
        uint48 amount = message.amount;
        if (amount == 0) revert ZeroAmount();
        if (amount > c.amount()) revert PieceTooLarge(id, c.amount(), amount);
        if (amount < c.amount()) {
            _beforeWindow(id, o);
            _piece(id, obligation, o, c, amount);
        }
        if (message.lienholder != message.participant) _lienAccepted(message, obligation, acceptance);
        _encumber(message, obligation, o, c);
    }

    /// @inheritdoc IClaims
    function release(ILedgerTypes.Release calldata message, bytes calldata signature) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _signed(
            Intents.RELEASE, place, 0xa0, message.participant, message.signer, message.deadline, Rights.MAKER, signature
        );
        uint88 id = message.claim;
        Claim c = claims[id];
        if (c.isUnknown()) revert UnknownClaim(id);
        if (c.lienholder() != message.participant) revert NotLienholder(id, message.participant);
        if (c.version() != message.version) revert StaleClaim(id, c.version(), message.version);
        if (c.status() != ClaimStatus.HELD) revert NotHeld(id, c.status());
        _roomForVersion(id, c);
        c = c.withoutLien().bumped();
        claims[id] = c;
        emit Released(id, c.version(), obligations[id >> 24].row.rulebook());
        emit Unlocked(id);
    }

    function _splitManySigned(
        ILedgerTypes.SplitMany calldata message,
        ILedgerTypes.Piece[] calldata pieces,
        bytes calldata signature
    ) private view {
        _inTime(message.deadline);
        _account(message.signer, message.participant, Rights.MAKER);
        if (signature.length == 0) {
            _isCaller(message.signer);
            return;
        }
        uint256 place;
        uint256 list;
        assembly ("memory-safe") {
            place := message
            list := pieces.offset
        }
        bytes32 inner = Intents.hashArray(Intents.PIECE, list, pieces.length, 0x40);
        _proven(message.signer, Intents.hash(Intents.SPLIT_MANY, place, 0xc0, 3, inner), signature);
    }

    /// @dev A lien in another's favour: it must be a financier and have signed.
    function _lienAccepted(ILedgerTypes.Lien calldata message, uint64 obligation, bytes calldata acceptance)
        private
        view
    {
        uint32 lienholder = message.lienholder;
        uint88 id = message.claim;
        if (lienholder == obligation >> 32) revert ObligorCannotHold(lienholder);
        _receiver(lienholder, Roles.FINANCIER);
        (address signer, uint32 deadline, bytes calldata signature) = _consent(id, lienholder, acceptance);
        bytes32 structHash = keccak256(
            abi.encode(
                Intents.LIEN_ACCEPTANCE,
                lienholder,
                id,
                message.version,
                message.amount,
                message.until,
                signer,
                deadline
            )
        );
        _provenOrCaller(signer, structHash, signature);
    }

    function _encumber(ILedgerTypes.Lien calldata message, uint64 obligation, Obligation o, Claim c) private {
        uint88 id = message.claim;
        uint88 bearer = id;
        uint24 child = 0;
        Claim whole;
        if (message.amount == c.amount()) {
            _roomForVersion(id, c);
            whole = c.withLien(message.lienholder, message.until).bumped();
        } else {
            Claim tail;
            Obligation after_;
            (whole, tail, bearer, after_) = _cutOff(id, obligation, o, c, c.holder(), message.amount);
            child = after_.seq();
            claims[bearer] = tail.withLien(message.lienholder, message.until);
            obligations[obligation].row = after_;
        }
        claims[id] = whole;
        emit Liened(id, whole.version(), child, message.amount, message.lienholder, message.until, o.rulebook());
        if (child != 0) emit Transfer(address(0), _addressOf(c.holder()), bearer);
        emit Locked(bearer);
    }

    /// @dev ERC-721's births of consecutive children: one event for each run to the same assignee.
    function _emitBirths(uint256 first, ILedgerTypes.Piece[] calldata pieces) private {
        uint256 i = 0;
        while (i < pieces.length) {
            uint256 to = pieces[i].to;
            uint256 end = i + 1;
            while (end < pieces.length && pieces[end].to == to) ++end;
            if (end == i + 1) emit Transfer(address(0), _addressOf(to), first + i);
            else emit ConsecutiveTransfer(first + i, first + end - 1, address(0), _addressOf(to));
            i = end;
        }
    }

    function _none() private pure returns (bytes calldata none) {
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
    }
}
