// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuance} from "../interfaces/IObligations.sol";
import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {IRulebook, Rules} from "../interfaces/IRulebook.sol";
import {Claim, ClaimLib} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, Officer, Participant} from "../libraries/Participant.sol";
import {Invoice} from "../libraries/Records.sol";
import {RulesLib} from "../libraries/RulesLib.sol";
import {Backing} from "./Backing.sol";
import {Movement} from "./Movement.sol";

/// @title Issue and accept (IIssuance)
abstract contract Issuance is Movement, Backing, IIssuance {
    /// @dev What is the same for all obligations of one message.
    struct Issuing {
        uint256 obligor;
        Participant row;
        uint16 maker;
        uint16 checker;
        uint16 rulebook;
        Rules rules;
    }

    /// @inheritdoc IIssuance
    function issue(ILedgerTypes.Issue calldata message, bytes calldata signature, bytes calldata checkerSignature)
        external
    {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Issuing memory run = _begin(
            message.participant,
            message.signer,
            message.checker,
            message.deadline,
            Intents.hash(Intents.ISSUE, place, 0xa0, 1, Intents.obligationHash(message.obligation)),
            signature,
            checkerSignature
        );
        _issue(run, message.obligation);
        participants[run.obligor].row = run.row;
    }

    /// @inheritdoc IIssuance
    function issueMany(
        ILedgerTypes.IssueMany calldata message,
        bytes calldata signature,
        bytes calldata checkerSignature
    ) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        ILedgerTypes.NewObligation[] calldata items = message.obligations;
        bytes32[] memory hashes = new bytes32[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            hashes[i] = Intents.obligationHash(items[i]);
        }
        Issuing memory run = _begin(
            message.participant,
            message.signer,
            message.checker,
            message.deadline,
            Intents.hash(Intents.ISSUE_MANY, place, 0xa0, 1, keccak256(abi.encodePacked(hashes))),
            signature,
            checkerSignature
        );
        if (items.length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < items.length; ++i) {
            _issue(run, items[i]);
        }
        participants[run.obligor].row = run.row;
    }

    /// @inheritdoc IIssuance
    function accept(ILedgerTypes.Accept calldata message, bytes calldata signature) external {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _signed(
            Intents.ACCEPT, place, 0xa0, message.participant, message.signer, message.deadline, Rights.MAKER, signature
        );
        uint88 id = message.claim;
        Claim c = _claim(message.participant, id, message.version);
        if (c.lifecycle() != ClaimStatus.OFFERED) revert NotOffered(id);
        if (block.timestamp > uint256(c.lienUntil()) * 3600) revert OfferExpired(id, c.lienUntil());
        _roomForVersion(id, c);
        c = c.withLifecycle(ClaimStatus.HELD).withoutLien().bumped();
        claims[id] = c;
        emit Accepted(id, c.version(), obligations[id >> 24].row.rulebook());
    }

    /// @dev Signatures, the obligor's standing, the limits in force.
    function _begin(
        uint256 obligor,
        address signer,
        address checker,
        uint256 deadline,
        bytes32 structHash,
        bytes calldata signature,
        bytes calldata checkerSignature
    ) private view returns (Issuing memory run) {
        _inTime(deadline);
        Account maker = _account(signer, obligor, Rights.MAKER);
        _provenOrCaller(signer, structHash, signature);
        run.obligor = obligor;
        run.maker = maker.officer();
        if (checker != address(0)) {
            run.checker =
                _secondOfficer(obligor, maker, checker, Rights.CHECKER, structHash, checkerSignature).officer();
        }
        run.row = _receiver(obligor, Roles.CORE_ENTERPRISE);
        if (run.row.overdue() != 0) revert IssuanceStopped(uint32(obligor), run.row.overdue());
        (run.rulebook, run.rules) = IRulebook(configuration.rulebook).inForce(block.timestamp);
    }

    /// @dev One obligation: checks 1 to 7 of IIssuance.issue, and its birth.
    function _issue(Issuing memory run, ILedgerTypes.NewObligation calldata o) private {
        uint256 obligor = run.obligor;
        uint64 id = uint64((obligor << 32) | o.number);
        uint48 face = o.face;
        if (face == 0) revert ZeroAmount();
        if (o.number == 0 || !obligations[id].row.isUnknown()) revert ObligationExists(id);
        uint32 creditor = o.creditor;
        if (creditor == obligor) revert SelfDealing(creditor);
        _receiver(creditor, Roles.SUPPLIER);
        uint32 bank = rails[o.rail].bank;
        if (bank == 0) revert UnknownRail(o.rail);
        _inRole(bank, participants[bank].row, Roles.SETTLEMENT_BANK);
        _withinRules(run.rules, id, o);
        if (run.checker == 0) _alone(obligor, run.maker, face);
        uint256 total = uint256(run.row.utilised()) + face;
        if (total > run.row.limit()) {
            revert LimitExceeded(uint32(obligor), run.row.limit(), total);
        }
        run.row = run.row.withUtilised(total);
        _allocate(obligor, face, o.invoices);

        obligations[id].row = _born(run, o);
        obligations[id].commitment = keccak256(abi.encode(o.terms, Intents.invoicesHash(o.invoices)));
        uint88 claim = (uint88(id) << 24) | 1;
        claims[claim] = ClaimLib.offered(creditor, face, o.acceptBy);
        emit Issued(
            id, o, RulesLib.hopCap(run.rules), RulesLib.minPiece(run.rules), run.maker, run.checker, run.rulebook
        );
        emit Transfer(address(0), _addressOf(creditor), claim);
    }

    function _born(Issuing memory run, ILedgerTypes.NewObligation calldata o) private pure returns (Obligation) {
        uint256 face = o.face;
        return Obligation.wrap(
            face | (face << 48) | (uint256(o.due) << 96) | (1 << 128) | (uint256(run.rulebook) << 152)
                | (uint256(o.rail) << 168) | (uint256(ObligationStatus.ISSUED) << 176) | (uint256(o.closes) << 192)
                | (uint256(RulesLib.hopCap(run.rules)) << 200) | (uint256(RulesLib.minPiece(run.rules)) << 204)
                | (uint256(o.lateRate) << 208) | (1 << 232)
        );
    }

    /// @dev Check 4.
    function _withinRules(Rules rules, uint64 id, ILedgerTypes.NewObligation calldata o) private view {
        uint256 due = o.due;
        if (due <= block.timestamp) revert AlreadyDue(uint32(due));
        uint256 latest = block.timestamp + RulesLib.maxTenor(rules);
        if (due > latest) revert TenorTooLong(uint32(due), uint32(latest));
        uint256 open = uint256(o.acceptBy) * 3600;
        if (open <= block.timestamp || open > due || open > block.timestamp + uint256(RulesLib.maxOffer(rules)) * 3600)
        {
            revert BadAcceptBy(o.acceptBy);
        }
        (uint8 least, uint8 most) = (RulesLib.minCloses(rules), RulesLib.maxCloses(rules));
        if (o.closes < least || o.closes > most) revert BadCloses(o.closes, least, most);
        (uint24 low, uint24 high) = (RulesLib.minLateRate(rules), RulesLib.maxLateRate(rules));
        if (o.lateRate < low || o.lateRate > high) revert BadLateRate(o.lateRate, low, high);
        uint256 minimum = 10 ** RulesLib.minPiece(rules);
        if (o.face < minimum) revert PieceTooSmall((uint88(id) << 24) | 1, uint48(minimum));
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
    function _allocate(uint256 obligor, uint48 face, ILedgerTypes.InvoicePart[] calldata parts) private {
        if (parts.length == 0) revert EmptyBatch();
        uint256 sum = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            bytes32 fingerprint = parts[i].fingerprint;
            uint48 amount = parts[i].amount;
            (bytes32 key, Invoice invoice) = _invoice(obligor, fingerprint);
            if (invoice.isUnknown()) revert UnknownInvoice(fingerprint);
            if (amount == 0) revert ZeroAmount();
            uint48 left = invoice.gross() - invoice.allocated();
            if (amount > left) revert InvoiceExhausted(fingerprint, left, amount);
            invoices[key] = invoice.withAllocated(uint256(invoice.allocated()) + amount);
            sum += amount;
        }
        if (sum != face) revert InvoicesDoNotSum(sum, face);
    }
}
