// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {ClaimStatus, ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Claim} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {Invoice} from "../libraries/Records.sol";
import {Backing} from "./Backing.sol";
import {Debt} from "./Debt.sol";
import {Delegated} from "./Delegated.sol";

/// @title What anyone may ask (ILedgerViews)
abstract contract Views is Debt, Delegated, Backing, ILedgerViews {
    using Strings for uint256;

    /// @inheritdoc ILedgerViews
    function participantOf(uint32 participant) external view delegated returns (ParticipantView memory) {
        ParticipantRecord storage record = participants[participant];
        Participant p = record.row;
        return ParticipantView(
            p.limit(),
            p.utilised(),
            p.overdue(),
            p.roles(),
            p.status(),
            p.version(),
            p.quoteEpoch(),
            p.officers(),
            p.quorum(),
            p.pausedUntil(),
            record.cash,
            record.identity
        );
    }

    /// @inheritdoc ILedgerViews
    function accountOf(address account)
        external
        view
        delegated
        returns (uint32 participant, uint16 officer, uint8 rights, bool active)
    {
        Account a = accounts[uint160(account)];
        return (a.participant(), a.officer(), a.rights(), a.active());
    }

    /// @inheritdoc ILedgerViews
    function railOf(uint8 rail)
        external
        view
        delegated
        returns (address token, uint32 bank, address escrow, uint96 owed)
    {
        RailRecord storage r = rails[rail];
        return (r.token, r.bank, r.escrow.place(), r.escrow.owed());
    }

    /// @inheritdoc ILedgerViews
    function invoiceOf(uint32 obligor, bytes32 fingerprint)
        external
        view
        delegated
        returns (uint48 gross, uint48 allocated)
    {
        (,, Invoice invoice) = _invoice(obligor, fingerprint);
        return (invoice.gross(), invoice.allocated());
    }

    /// @inheritdoc ILedgerViews
    function obligationOf(uint64 obligation) external view delegated returns (ObligationView memory) {
        Obligation o = obligations[obligation].row;
        return ObligationView(
            o.face(),
            o.unpaid(),
            o.due(),
            o.seq(),
            o.rulebook(),
            o.rail(),
            o.status(),
            o.steps(),
            o.closes(),
            o.hopCap(),
            o.minPiece(),
            o.lateRate(),
            o.version(),
            obligations[obligation].commitment
        );
    }

    /// @inheritdoc ILedgerViews
    function claimOf(uint88 claim) external view delegated returns (ClaimView memory) {
        Claim c = claims[claim].row;
        return ClaimView(
            c.holder(),
            c.lienholder(),
            c.start(),
            c.amount(),
            c.parentSeq(),
            c.version(),
            c.lienUntil(),
            c.hop(),
            c.status(),
            c.redeemedStep()
        );
    }

    /// @inheritdoc ILedgerViews
    function moneyOf(uint88 claim) external view delegated returns (uint48 principal, uint64 interest, uint48 unpaid) {
        Claim c = claims[claim].row;
        uint8 lifecycle = c.lifecycle();
        if (c.isUnknown() || lifecycle == ClaimStatus.REDEEMED || lifecycle == ClaimStatus.GONE) return (0, 0, 0);
        uint64 obligation = uint64(claim >> 24);
        (uint256 paid, uint256 late, uint256 left) =
            _share(obligation, obligations[obligation].row, c, c.start(), c.amount());
        return (uint48(paid), uint64(late), uint48(left));
    }

    /// @inheritdoc ILedgerViews
    function owedOf(uint64 obligation) external view delegated returns (uint48 unpaid, uint48 interest) {
        Obligation o = obligations[obligation].row;
        return (o.unpaid(), uint48(_interestOwed(obligation, o)));
    }

    /// @inheritdoc ILedgerViews
    function acceptanceDigest(ILedgerTypes.Acceptance calldata message) external view delegated returns (bytes32) {
        return _digest(keccak256(abi.encode(Intents.ACCEPTANCE, message)));
    }

    /// @inheritdoc ILedgerViews
    function lienAcceptanceDigest(ILedgerTypes.LienAcceptance calldata message)
        external
        view
        delegated
        returns (bytes32)
    {
        return _digest(keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, message)));
    }

    /// @inheritdoc ILedgerViews
    function rulebook() external view delegated returns (address) {
        return configuration.rulebook;
    }

    /// @inheritdoc ILedgerViews
    function currency() external view delegated returns (bytes3 code, uint8 exponent) {
        return (configuration.currency, configuration.exponent);
    }

    /// @inheritdoc ILedgerViews
    function addressOf(uint32 participant) external view delegated returns (address) {
        return _addressOf(participant);
    }

    /// @inheritdoc ILedgerViews
    function name() external view delegated returns (string memory) {
        return "DeepTier claim";
    }

    /// @inheritdoc ILedgerViews
    function symbol() external view delegated returns (string memory) {
        return "DTC";
    }

    /// @inheritdoc ILedgerViews
    function ownerOf(uint256 tokenId) external view delegated returns (address) {
        return _addressOf(_existing(tokenId).holder());
    }

    /// @inheritdoc ILedgerViews
    function tokenURI(uint256 tokenId) external view delegated returns (string memory) {
        Claim c = _existing(tokenId);
        uint256 obligation = tokenId >> 24;
        string memory number = string.concat((obligation >> 32).toString(), "-", uint256(uint32(obligation)).toString());
        string memory json = string.concat(
            "{\"name\":\"Claim ",
            number,
            "-",
            uint256(uint24(tokenId)).toString(),
            "\",\"description\":\"Cents ",
            uint256(c.start()).toString(),
            " to ",
            (uint256(c.start()) + c.amount()).toString(),
            " of obligation ",
            number,
            "\",\"attributes\":[{\"trait_type\":\"amount\",\"value\":",
            uint256(c.amount()).toString(),
            "},{\"trait_type\":\"hop\",\"value\":",
            uint256(c.hop()).toString(),
            "},{\"trait_type\":\"status\",\"value\":",
            uint256(c.status()).toString(),
            "},{\"trait_type\":\"version\",\"value\":",
            uint256(c.version()).toString(),
            "}]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    /// @inheritdoc ILedgerViews
    function locked(uint256 tokenId) external view delegated returns (bool) {
        Claim c = _existing(tokenId);
        return c.lifecycle() == ClaimStatus.HELD && c.liened(block.timestamp);
    }

    /// @inheritdoc ILedgerViews
    function supportsInterface(bytes4 interfaceId) external view delegated returns (bool) {
        return
            interfaceId == 0x01ffc9a7 // ERC-165
                || interfaceId == 0xb45a3c0e // ERC-5192
                || interfaceId == 0x84b0196e; // ERC-5267
    }

    /// @inheritdoc ILedgerViews
    function eip712Domain()
        external
        view
        delegated
        returns (
            bytes1 fields,
            string memory name_,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x0f, "DeepTier", "1", block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @dev A claim that has an owner.
    function _existing(uint256 tokenId) private view returns (Claim c) {
        c = claims[tokenId].row;
        if (c.isUnknown() || c.lifecycle() == ClaimStatus.GONE) revert UnknownClaim(uint88(tokenId));
    }
}
