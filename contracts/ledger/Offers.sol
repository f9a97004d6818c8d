// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOffers} from "../interfaces/IObligations.sol";
import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ObligationStatus, Rights} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Participant} from "../libraries/Participant.sol";
import {Invoice} from "../libraries/Records.sol";
import {Words} from "../libraries/Words.sol";
import {Backing} from "./Backing.sol";
import {Debt} from "./Debt.sol";
import {Delegated} from "./Delegated.sol";

/// @title Decline, revoke, expire (IOffers)
abstract contract Offers is Debt, Delegated, Backing, IOffers {
    /// @inheritdoc IOffers
    function decline(
        ILedgerTypes.Decline calldata message,
        bytes32 terms,
        ILedgerTypes.InvoicePart[] calldata parts,
        bytes calldata signature
    ) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 creditor = message.participant;
        _signed(Intents.DECLINE, place, 0xa0, creditor, message.signer, message.deadline, Rights.MAKER, signature);
        uint64 id = message.obligation;
        Obligation o = _obligation(id, message.version);
        uint88 first = _first(id);
        if (claims[first].row.holder() != creditor) revert NotHolder(first, uint32(creditor));
        uint24 version = _end(id, o, ObligationStatus.DECLINED, terms, parts);
        emit Declined(id, version, o.rulebook());
    }

    /// @inheritdoc IOffers
    function revoke(
        ILedgerTypes.Revoke calldata message,
        bytes32 terms,
        ILedgerTypes.InvoicePart[] calldata parts,
        bytes calldata signature
    ) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 obligor = message.participant;
        _signed(Intents.REVOKE, place, 0xa0, obligor, message.signer, message.deadline, Rights.MAKER, signature);
        uint64 id = message.obligation;
        Obligation o = _obligation(id, message.version);
        if (obligor != id >> 32) revert NotObligor(id, uint32(obligor));
        uint24 version = _end(id, o, ObligationStatus.REVOKED, terms, parts);
        emit Revoked(id, version, o.rulebook());
    }

    /// @inheritdoc IOffers
    function expire(uint64 id, bytes32 terms, ILedgerTypes.InvoicePart[] calldata parts) external delegated {
        Obligation o = obligations[id].row;
        if (o.isUnknown()) revert UnknownObligation(id);
        uint88 first = _first(id);
        Claim c = claims[first].row;
        if (c.lifecycle() != ClaimStatus.OFFERED) revert NotOffered(first);
        if (block.timestamp <= uint256(c.lienUntil()) * 3600) revert OfferOpen(first, c.lienUntil());
        uint24 version = _end(id, o, ObligationStatus.EXPIRED, terms, parts);
        emit Expired(id, version, o.rulebook());
    }

    /// @dev Ends an offer that was not accepted and gives back exactly what it had taken: limit and invoices.
    function _end(uint64 id, Obligation o, uint8 status, bytes32 terms, ILedgerTypes.InvoicePart[] calldata parts)
        private
        returns (uint24)
    {
        uint88 first = _first(id);
        Claim c = claims[first].row;
        if (c.lifecycle() != ClaimStatus.OFFERED) revert NotOffered(first);
        if (Intents.pair(terms, Intents.invoicesHash(Words.same(parts))) != obligations[id].commitment) {
            revert WrongInvoices(id);
        }
        o = o.withUnpaid(0).withStatus(status).bumped();
        obligations[id].row = o;
        claims[first].row = c.withLifecycle(ClaimStatus.GONE).bumped();
        uint256 obligor = id >> 32;
        Participant row = participants[obligor].row;
        participants[obligor].row = row.withUtilised(row.utilised() - o.face());
        for (uint256 i = 0; i < parts.length; ++i) {
            (, InvoiceRecord storage record, Invoice invoice) = _invoice(obligor, parts[i].fingerprint);
            record.row = invoice.withAllocated(invoice.allocated() - parts[i].amount);
        }
        emit Transfer(_addressOf(c.holder()), address(0), first);
        return o.version();
    }

    function _first(uint64 obligation) private pure returns (uint88) {
        return (uint88(obligation) << 24) | 1;
    }
}
