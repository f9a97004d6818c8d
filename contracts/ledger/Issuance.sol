// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {IRulebook, Rules} from "../interfaces/IRulebook.sol";
import {Claim, ClaimLib} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, Officer, Participant} from "../libraries/Participant.sol";
import {Invoice} from "../libraries/Records.sol";
import {RulesLib} from "../libraries/RulesLib.sol";
import {Log} from "../libraries/Log.sol";
import {Words} from "../libraries/Words.sol";
import {Backing} from "./Backing.sol";
import {Movement} from "./Movement.sol";

/// @title Issue and accept (IIssuance)
abstract contract Issuance is Movement, Backing {
    /// @dev What is the same for all obligations of one message.
    struct Issuing {
        uint256 obligor;
        Participant row;
        uint16 maker;
        uint16 checker;
        uint16 rulebook;
        Rules rules;
    }

    /// @dev IIssuance.issue.
    function _issueOne() internal {
        Words.Issue calldata m = Words.issue();
        Words.NewObligation calldata o = Words.obligation(m);
        Words.InvoicePart[] calldata parts = Words.invoices(o);
        bytes32 backing = Intents.invoicesHash(parts);
        Issuing memory run = _begin(m, Intents.issueHash(m, Intents.ISSUE, Intents.obligationHash(o, backing)));
        _issue(run, o, parts, backing);
        participants[run.obligor].row = run.row;
    }

    /// @dev IIssuance.issueMany.
    function _issueMany() internal {
        Words.Issue calldata m = Words.issue();
        (uint256 offsets, uint256 length) = Words.obligations(m);
        bytes32[] memory hashes = new bytes32[](length);
        bytes32[] memory backings = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            Words.NewObligation calldata o = Words.obligation(offsets, i);
            backings[i] = Intents.invoicesHash(Words.invoices(o));
            hashes[i] = Intents.obligationHash(o, backings[i]);
        }
        bytes32 inner = keccak256(abi.encodePacked(hashes));
        Issuing memory run = _begin(m, Intents.issueHash(m, Intents.ISSUE_MANY, inner));
        if (length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < length; ++i) {
            Words.NewObligation calldata o = Words.obligation(offsets, i);
            _issue(run, o, Words.invoices(o), backings[i]);
        }
        participants[run.obligor].row = run.row;
    }

    /// @dev IIssuance.accept.
    function _accept() internal {
        Words.Accept calldata m = Words.accept();
        uint256 id = m.claim;
        uint256 excess = Words.missing(0xe4) | (id >> 88) | (m.version >> 24);
        uint256 creditor = _spoken(Intents.ACCEPT, Words.MESSAGE, 0xa0, Words.tail(0xa4), excess);
        ClaimRecord storage record = claims[id];
        Claim c = record.row;
        if (!c.isOffered(creditor, m.version)) {
            _at(id, c, creditor, m.version);
            revert NotOffered(uint88(id));
        }
        unchecked {
            if (block.timestamp > uint256(c.lienUntil()) * 3600) revert OfferExpired(uint88(id), c.lienUntil());
            _roomAfter(id, m.version);
            record.row = c.accepted();
            Log.two(Accepted.selector, id, m.version + 1, obligations[id >> 24].row.rulebook());
        }
    }

    /// @dev Signatures, the obligor's standing, the limits in force.
    function _begin(Words.Issue calldata m, bytes32 structHash) private view returns (Issuing memory run) {
        uint256 obligor = m.participant;
        Words.fits((obligor >> 32) | (m.signer >> 160) | (m.checker >> 160) | (m.deadline >> 32));
        (bytes calldata signature, bytes calldata checkerSignature) = Words.tails(0x24);
        address signer = address(uint160(m.signer));
        _inTime(m.deadline);
        Account maker = _account(signer, obligor, Rights.MAKER);
        _provenOrCaller(signer, structHash, signature);
        run.obligor = obligor;
        run.maker = maker.officer();
        if (m.checker != 0) {
            address checker = address(uint160(m.checker));
            run.checker =
                _secondOfficer(obligor, maker, checker, Rights.CHECKER, structHash, checkerSignature).officer();
        }
        run.row = _receiver(obligor, Roles.CORE_ENTERPRISE);
        if (run.row.overdue() != 0) revert IssuanceStopped(uint32(obligor), run.row.overdue());
        (run.rulebook, run.rules) = IRulebook(configuration.rulebook).inForce(block.timestamp);
    }

    /// @dev One obligation: checks 1 to 7 of IIssuance.issue, and its birth. `backing`: the hash of its invoices.
    function _issue(
        Issuing memory run,
        Words.NewObligation calldata o,
        Words.InvoicePart[] calldata parts,
        bytes32 backing
    ) private {
        (uint256 obligor, uint256 number, uint256 creditor, uint256 face) = (run.obligor, o.number, o.creditor, o.face);
        Words.fits((number >> 32) | (creditor >> 32) | (face >> 48) | (o.due >> 32) | (o.acceptBy >> 24));
        Words.fits((o.rail >> 8) | (o.closes >> 8) | (o.lateRate >> 24));
        uint256 id = (obligor << 32) | number;
        ObligationRecord storage record = obligations[id];
        if (face == 0) revert ZeroAmount();
        if (number == 0 || !record.row.isUnknown()) revert ObligationExists(uint64(id));
        if (creditor == obligor) revert SelfDealing(uint32(creditor));
        _receiver(creditor, Roles.SUPPLIER);
        uint256 bank = rails[o.rail].bank;
        if (bank == 0) revert UnknownRail(uint8(o.rail));
        _inRole(bank, participants[bank].row, Roles.SETTLEMENT_BANK);
        _withinRules(run.rules, id, o);
        if (run.checker == 0) _alone(obligor, run.maker, face);
        uint256 total = uint256(run.row.utilised()) + face;
        if (total > run.row.limit()) {
            revert LimitExceeded(uint32(obligor), run.row.limit(), total);
        }
        run.row = run.row.withUtilised(total);
        _allocate(obligor, face, parts);

        record.row = _born(run, o);
        record.commitment = Intents.pair(o.terms, backing);
        uint256 claim = (id << 24) | 1;
        claims[claim].row = ClaimLib.offered(creditor, face, o.acceptBy);
        _emitIssued(run, id, o, parts);
        _emitBorn(creditor, claim);
    }

    function _born(Issuing memory run, Words.NewObligation calldata o) private pure returns (Obligation) {
        uint256 face = o.face;
        return Obligation.wrap(
            face | (face << 48) | (o.due << 96) | (1 << 128) | (uint256(run.rulebook) << 152) | (o.rail << 168)
                | (uint256(ObligationStatus.ISSUED) << 176) | (o.closes << 192)
                | (uint256(RulesLib.hopCap(run.rules)) << 200) | (uint256(RulesLib.minPiece(run.rules)) << 204)
                | (o.lateRate << 208) | (1 << 232)
        );
    }

    /// @dev Check 4.
    function _withinRules(Rules rules, uint256 id, Words.NewObligation calldata o) private view {
        (uint256 due, uint256 acceptBy) = (o.due, o.acceptBy);
        // Sums and products of numbers of at most 40 bits cannot overflow; minPiece is at most 14.
        unchecked {
            if (due <= block.timestamp) revert AlreadyDue(uint32(due));
            uint256 latest = block.timestamp + RulesLib.maxTenor(rules);
            if (due > latest) revert TenorTooLong(uint32(due), uint32(latest));
            uint256 open = acceptBy * 3600;
            latest = block.timestamp + uint256(RulesLib.maxOffer(rules)) * 3600;
            if (open <= block.timestamp || open > due || open > latest) revert BadAcceptBy(uint24(acceptBy));
            (uint8 least, uint8 most) = (RulesLib.minCloses(rules), RulesLib.maxCloses(rules));
            if (o.closes < least || o.closes > most) revert BadCloses(uint8(o.closes), least, most);
            (uint24 low, uint24 high) = (RulesLib.minLateRate(rules), RulesLib.maxLateRate(rules));
            if (o.lateRate < low || o.lateRate > high) revert BadLateRate(uint24(o.lateRate), low, high);
            uint256 minimum = 10 ** uint256(RulesLib.minPiece(rules));
            if (o.face < minimum) revert PieceTooSmall((uint88(id) << 24) | 1, uint48(minimum));
        }
    }

    /// @dev Check 5: one officer alone, within its daily threshold.
    function _alone(uint256 obligor, uint16 officer, uint256 face) private {
        uint256 key = (obligor << 16) | officer;
        Officer row = officers[key];
        uint256 day = block.timestamp / 1 days;
        uint256 total = row.spentOn(day) + face;
        if (total > row.threshold()) revert AboveThreshold(officer, row.threshold(), total);
        officers[key] = row.withSpent(day, total);
    }

    /// @dev Check 7: every cent is backed by an invoice that has it left.
    function _allocate(uint256 obligor, uint256 face, Words.InvoicePart[] calldata parts) private {
        if (parts.length == 0) revert EmptyBatch();
        uint256 sum = 0;
        // What is allocated never exceeds the gross (L4), and 2^32 amounts of 48 bits sum to less than 2^256.
        unchecked {
            for (uint256 i = 0; i < parts.length; ++i) {
                (bytes32 fingerprint, uint256 amount) = (parts[i].fingerprint, parts[i].amount);
                Words.fits(amount >> 48);
                (, InvoiceRecord storage record, Invoice invoice) = _invoice(obligor, fingerprint);
                if (invoice.isUnknown()) revert UnknownInvoice(fingerprint);
                if (amount == 0) revert ZeroAmount();
                uint256 left = invoice.gross() - invoice.allocated();
                if (amount > left) revert InvoiceExhausted(fingerprint, uint48(left), uint48(amount));
                record.row = invoice.withAllocated(invoice.allocated() + amount);
                sum += amount;
            }
        }
        if (sum != face) revert InvoicesDoNotSum(sum, uint48(face));
    }

    /// @dev Issued, with the obligation as the ABI encodes it: its own words, then the invoices right behind them.
    function _emitIssued(
        Issuing memory run,
        uint256 id,
        Words.NewObligation calldata o,
        Words.InvoicePart[] calldata parts
    ) private {
        bytes32 topic = Issued.selector;
        (uint256 hopCap, uint256 minPiece) = (RulesLib.hopCap(run.rules), RulesLib.minPiece(run.rules));
        (uint256 maker, uint256 checker, uint256 rulebook) = (run.maker, run.checker, run.rulebook);
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, 0xc0)
            mstore(add(room, 0x20), hopCap)
            mstore(add(room, 0x40), minPiece)
            mstore(add(room, 0x60), maker)
            mstore(add(room, 0x80), checker)
            mstore(add(room, 0xa0), rulebook)
            calldatacopy(add(room, 0xc0), o, 0x120)
            mstore(add(room, 0x1e0), 0x140)
            mstore(add(room, 0x200), parts.length)
            let size := shl(6, parts.length)
            calldatacopy(add(room, 0x220), parts.offset, size)
            log2(room, add(0x220, size), topic, id)
        }
    }
}
