// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation, ObligationLib} from "../libraries/Obligation.sol";
import {Log} from "../libraries/Log.sol";
import {Words} from "../libraries/Words.sol";
import {Movement} from "./Movement.sol";

/// @title Transfer, split, cut, lien, release (IClaims)
abstract contract Claims is Movement {
    /// @dev IClaims.transfer.
    function _transfer() internal {
        Words.Transfer calldata m = Words.transfer();
        (bytes calldata signature, bytes calldata acceptance) = Words.tails(0xc4);
        (uint256 id, uint256 to) = (m.claim, m.to);
        uint256 excess = Words.missing(0x144) | (id >> 88) | (m.version >> 24) | (to >> 32);
        uint256 holder = _spoken(Intents.TRANSFER, Words.MESSAGE, 0xc0, signature, excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(holder, m.version)) _mayBeFree(id, c, holder, m.version);
        Obligation o = obligations[id >> 24].row;
        bool late = false;
        if (!o.isCalm(block.timestamp, c.redeemedStep())) late = _mayPass(id, o, c);
        _assignee(id, holder, to);
        if (c.hop() >= o.hopCap()) revert HopCapReached(uint88(id), o.hopCap());
        if (acceptance.length == 0) _standing(id, holder, to, late);
        else _agreed(id, m.version, to, 0, c.amount(), acceptance);
        _roomAfter(id, m.version);
        record.row = c.withHolder(to).withoutLien().oneHopOn().bumped();
        Log.three(Transferred.selector, id, _after(m.version), to, o.rulebook());
        _emitMoved(holder, to, id);
    }

    /// @dev IClaims.split.
    function _split() internal {
        Words.Split calldata m = Words.split();
        (bytes calldata signature, bytes calldata acceptance) = Words.tails(0xe4);
        (uint256 id, uint256 to, uint256 amount) = (m.claim, m.to, m.amount);
        uint256 excess = Words.missing(0x164) | (id >> 88) | (m.version >> 24) | (to >> 32) | (amount >> 48);
        uint256 holder = _spoken(Intents.SPLIT, Words.MESSAGE, 0xe0, signature, excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(holder, m.version)) _mayBeFree(id, c, holder, m.version);
        ObligationRecord storage debt = obligations[id >> 24];
        Obligation o = debt.row;
        if (!o.isCalm(block.timestamp, c.redeemedStep())) _mayBeSplit(id, o, c);
        uint256 minimum = o.minimum();
        if (!o.isDivided(c.amount(), amount, minimum)) _piece(id, o, c, amount, minimum);
        _assignee(id, holder, to);
        if (c.hop() >= o.hopCap()) revert HopCapReached(uint88(id), o.hopCap());
        if (acceptance.length == 0) _standing(id, holder, to, false);
        else _agreed(id, m.version, to, 0, amount, acceptance);

        (Claim child, uint256 childId) = _cutOff(id, record, c, debt, o, to, amount);
        claims[childId].row = child.oneHopOn();
        Log.five(SplitOff.selector, id, _after(m.version), uint24(childId), to, amount, o.rulebook());
        _emitBorn(to, childId);
    }

    /// @dev IClaims.splitMany.
    function _splitMany() internal {
        Words.SplitMany calldata m = Words.splitMany();
        Words.Piece[] calldata pieces = Words.pieces(m);
        bytes[] calldata acceptances = Words.manyTails(0x44);
        uint256 holder = _splitManySigned(m, pieces, Words.tail(0x24));
        uint256 id = m.claim;
        Words.fits((id >> 88) | (m.version >> 24));
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(holder, m.version)) _mayBeFree(id, c, holder, m.version);
        ObligationRecord storage debt = obligations[id >> 24];
        Obligation o = debt.row;
        if (!o.isCalm(block.timestamp, c.redeemedStep())) _mayBeSplit(id, o, c);
        if (c.hop() >= o.hopCap()) revert HopCapReached(uint88(id), o.hopCap());
        if (pieces.length == 0) revert EmptyBatch();
        if (acceptances.length != 0 && acceptances.length != pieces.length) {
            revert BadBatch(pieces.length, acceptances.length);
        }
        Claim rest = _splitPieces(id, o, c, pieces, acceptances);
        _roomForBirths(id, o, pieces.length);
        _roomAfter(id, m.version);
        record.row = rest.bumped();
        debt.row = o.withBirths(pieces.length);
        uint256 first = uint256(o.seq()) + 1;
        _emitSplitOffMany(id, _after(m.version), first, o.rulebook(), pieces);
        _emitBirths(((id >> 24) << 24) | first, pieces);
    }

    /// @dev The pieces are born, each after PIECE (of what is left), ASSIGNEE, ACCEPTED. Beyond the last number the whole batch is refused
    /// by the caller, after all pieces were looked at.
    function _splitPieces(
        uint256 id,
        Obligation o,
        Claim c,
        Words.Piece[] calldata pieces,
        bytes[] calldata acceptances
    ) private returns (Claim rest) {
        rest = c;
        uint256 childId = (id & ~ObligationLib.SEQ_MAX) | o.seq();
        uint256 minimum = o.minimum();
        uint256 holder = c.holder();
        unchecked {
            for (uint256 i = 0; i < pieces.length; ++i) {
                Words.Piece calldata piece = Words.piece(pieces, i);
                (uint256 to, uint256 amount) = (piece.to, piece.amount);
                Words.fits((to >> 32) | (amount >> 48));
                if (!o.isDivided(rest.amount(), amount, minimum)) _piece(id, o, rest, amount, minimum);
                _assignee(id, holder, to);
                if (acceptances.length == 0) _standing(id, holder, to, false);
                else if (acceptances[i].length == 0) _standing(id, holder, to, false);
                else _agreed(id, c.version(), to, i, amount, acceptances[i]);
                ++childId;
                claims[childId].row = rest.child(uint24(id), to, amount).oneHopOn();
                rest = rest.less(amount);
            }
        }
    }

    /// @dev IClaims.cut.
    function _cut() internal {
        Words.Cut calldata m = Words.cut();
        (uint256 id, uint256 amount) = (m.claim, m.amount);
        uint256 excess = Words.missing(0x104) | (id >> 88) | (m.version >> 24) | (amount >> 48);
        uint256 holder = _spoken(Intents.CUT, Words.MESSAGE, 0xc0, Words.tail(0xc4), excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(holder, m.version)) _mayBeFree(id, c, holder, m.version);
        ObligationRecord storage debt = obligations[id >> 24];
        Obligation o = debt.row;
        _open(id >> 24, o);
        _beforeWindow(id, o);
        _piece(id, o, c, amount, o.minimum());
        (Claim child, uint256 childId) = _cutOff(id, record, c, debt, o, holder, amount);
        claims[childId].row = child;
        Log.four(CutOff.selector, id, _after(m.version), uint24(childId), amount, o.rulebook());
        _emitBorn(holder, childId);
    }

    /// @dev IClaims.lien.
    function _lien() internal {
        Words.Lien calldata m = Words.lien();
        (bytes calldata signature, bytes calldata acceptance) = Words.tails(0x104);
        (uint256 id, uint256 amount) = (m.claim, m.amount);
        uint256 excess = Words.missing(0x184) | (id >> 88) | (m.version >> 24) | (amount >> 48) | (m.lienholder >> 32)
            | (m.until >> 24);
        uint256 holder = _spoken(Intents.LIEN, Words.MESSAGE, 0x100, signature, excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isFree(holder, m.version)) _mayBeFree(id, c, holder, m.version);
        ObligationRecord storage debt = obligations[id >> 24];
        Obligation o = debt.row;
        _open(id >> 24, o);
        unchecked {
            uint256 until = m.until * 3600;
            if (until <= block.timestamp || until > o.due()) revert BadLienUntil(uint24(m.until));
        }
        _moneyFirst(id, o, c);
        if (amount != c.amount()) {
            if (amount == 0) revert ZeroAmount();
            if (amount > c.amount()) revert PieceTooLarge(uint88(id), c.amount(), uint48(amount));
            _beforeWindow(id, o);
            _piece(id, o, c, amount, o.minimum());
        }
        if (m.lienholder != holder) _lienAccepted(m, acceptance);

        if (amount == c.amount()) {
            _roomAfter(id, m.version);
            record.row = c.withLien(m.lienholder, m.until).bumped();
            _emitLiened(m, 0, o);
            emit Locked(id);
        } else {
            (Claim child, uint256 childId) = _cutOff(id, record, c, debt, o, holder, amount);
            claims[childId].row = child.withLien(m.lienholder, m.until);
            _emitLiened(m, childId, o);
            _emitBorn(holder, childId);
            emit Locked(childId);
        }
    }

    /// @dev IClaims.release.
    function _release() internal {
        Words.Accept calldata m = Words.accept(); // a Release has the same words
        uint256 id = m.claim;
        uint256 excess = Words.missing(0xe4) | (id >> 88) | (m.version >> 24);
        uint256 lienholder = _spoken(Intents.RELEASE, Words.MESSAGE, 0xa0, Words.tail(0xa4), excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (c.isUnknown()) revert UnknownClaim(uint88(id));
        if (c.lienholder() != lienholder) revert NotLienholder(uint88(id), uint32(lienholder));
        if (c.version() != m.version) revert StaleClaim(uint88(id), c.version(), uint24(m.version));
        if (c.status() != ClaimStatus.HELD) revert NotHeld(uint88(id), c.status());
        _roomAfter(id, m.version);
        record.row = c.withoutLien().bumped();
        Log.two(Released.selector, id, _after(m.version), obligations[id >> 24].row.rulebook());
        emit Unlocked(id);
    }

    function _splitManySigned(Words.SplitMany calldata m, Words.Piece[] calldata pieces, bytes calldata signature)
        private
        view
        returns (uint256 holder)
    {
        holder = m.participant;
        Words.fits((holder >> 32) | (m.signer >> 160) | (m.deadline >> 32));
        _inTime(m.deadline);
        address signer = address(uint160(m.signer));
        _account(signer, holder, Rights.MAKER);
        if (signature.length == 0) {
            _isCaller(signer);
            return holder;
        }
        (uint256 place, uint256 list) = (0, 0);
        assembly ("memory-safe") {
            place := m
            list := pieces.offset
        }
        bytes32 inner = Intents.hashArray(Intents.PIECE, list, pieces.length, 0x40);
        _proven(signer, Intents.hash(Intents.SPLIT_MANY, place, 0xc0, 3, inner), signature);
    }

    /// @dev A lien in another's favour: it must be a financier and have signed.
    function _lienAccepted(Words.Lien calldata m, bytes calldata acceptance) private view {
        (uint256 id, uint256 lienholder) = (m.claim, m.lienholder);
        if (lienholder == id >> 56) revert ObligorCannotHold(uint32(lienholder));
        _receiver(lienholder, Roles.FINANCIER);
        (address signer, uint32 deadline, bytes calldata signature) = _consent(id, lienholder, acceptance);
        bytes32 structHash = keccak256(
            abi.encode(Intents.LIEN_ACCEPTANCE, lienholder, id, m.version, m.amount, m.until, signer, deadline)
        );
        _provenOrCaller(signer, structHash, signature);
    }

    /// @dev SplitOffMany, whose pieces are in calldata as the event wants them.
    function _emitSplitOffMany(
        uint256 id,
        uint256 version,
        uint256 first,
        uint256 rulebook,
        Words.Piece[] calldata pieces
    ) private {
        bytes32 topic = SplitOffMany.selector;
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, version)
            mstore(add(room, 0x20), first)
            mstore(add(room, 0x40), rulebook)
            mstore(add(room, 0x60), 0x80)
            mstore(add(room, 0x80), pieces.length)
            let size := shl(6, pieces.length)
            calldatacopy(add(room, 0xa0), pieces.offset, size)
            log2(room, add(0xa0, size), topic, id)
        }
    }

    function _emitLiened(Words.Lien calldata m, uint256 childId, Obligation o) private {
        emit Liened(
            uint88(m.claim),
            uint24(_after(m.version)),
            uint24(childId),
            uint48(m.amount),
            uint32(m.lienholder),
            uint24(m.until),
            o.rulebook()
        );
    }

    /// @dev ERC-721's births of consecutive children: one event for each run to the same assignee.
    function _emitBirths(uint256 first, Words.Piece[] calldata pieces) private {
        uint256 i = 0;
        unchecked {
            while (i < pieces.length) {
                uint256 to = Words.piece(pieces, i).to;
                uint256 end = i + 1;
                while (end < pieces.length && Words.piece(pieces, end).to == to) ++end;
                if (end == i + 1) _emitBorn(to, first + i);
                else emit ConsecutiveTransfer(first + i, first + end - 1, address(0), _addressOf(to));
                i = end;
            }
        }
    }
}
