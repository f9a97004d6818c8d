// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "./ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "./ILedgerEvents.sol";
import {ILedgerTypes} from "./ILedgerTypes.sol";
import {IClaims} from "./IClaims.sol";
import {IFinancing} from "./IFinancing.sol";
import {IIssuance, IOffers} from "./IObligations.sol";
import {IRegistry} from "./IRegistry.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title What anyone may ask of the ledger
/// @notice Whoever reads a node sees amounts, participants and prices; names, documents and invoice numbers are never here.
interface ILedgerViews {
    struct ParticipantView {
        uint64 limit;
        uint64 utilised;
        uint16 overdue;
        uint16 roles;
        uint8 status;
        uint24 version;
        uint24 quoteEpoch;
        uint8 officers; // with a live account
        uint8 quorum; // the most live officers it ever had, counted to 2
        uint24 pausedUntil;
        address cash;
        bytes32 identity;
    }

    struct ClaimView {
        uint32 holder;
        uint32 lienholder;
        uint48 start;
        uint48 amount;
        uint24 parent;
        uint24 version;
        uint24 lienUntil;
        uint8 hop;
        uint8 status;
        uint8 redeemedStep;
    }

    struct ObligationView {
        uint48 face;
        uint48 unpaid;
        uint32 due;
        uint24 seq;
        uint16 rulebook;
        uint8 rail;
        uint8 status;
        uint8 steps;
        uint8 closes;
        uint8 hopCap;
        uint8 minPiece;
        uint24 lateRate;
        uint24 version;
        bytes32 commitment; // keccak256(terms, hash of the invoices)
    }

    function participantOf(uint32 participant) external view returns (ParticipantView memory);
    function accountOf(address account)
        external
        view
        returns (uint32 participant, uint16 officer, uint8 rights, bool active);
    function railOf(uint8 rail) external view returns (address token, uint32 bank, address escrow, uint96 owed);
    function invoiceOf(uint32 obligor, bytes32 fingerprint) external view returns (uint48 gross, uint48 allocated);
    function obligationOf(uint64 obligation) external view returns (ObligationView memory);
    function claimOf(uint88 claim) external view returns (ClaimView memory);

    /// @notice What `redeem` would pay now, and the cents of the claim that are unpaid.
    function moneyOf(uint88 claim) external view returns (uint48 principal, uint64 interest, uint48 unpaid);

    /// @notice What `fund` must bring to settle the obligation in this block.
    function owedOf(uint64 obligation) external view returns (uint48 unpaid, uint48 interest);

    /// @notice What an assignee signs to accept a piece, and a lienholder to accept a lien: the EIP-712 digests of messages that travel
    /// packed in `acceptance` bytes.
    function acceptanceDigest(ILedgerTypes.Acceptance calldata message) external view returns (bytes32);
    function lienAcceptanceDigest(ILedgerTypes.LienAcceptance calldata message) external view returns (bytes32);

    function rulebook() external view returns (address);

    /// @notice ISO 4217 code and exponent of the one currency.
    function currency() external view returns (bytes3 code, uint8 exponent);

    /// @notice The stable address that stands for a participant in ERC-721's vocabulary: derived from chain id, ledger and participant.
    function addressOf(uint32 participant) external view returns (address);

    // ---- ERC-721 (in part: no balanceOf, no transferFrom, hence no claim to its id), ERC-5192, ERC-5267, ERC-165
    function name() external view returns (string memory);
    function symbol() external view returns (string memory);

    /// @notice `addressOf` the holder. `UnknownClaim` also when an offer ended unaccepted.
    function ownerOf(uint256 tokenId) external view returns (address);

    /// @notice A `data:application/json` document of what the chain shows anyway.
    function tokenURI(uint256 tokenId) external view returns (string memory);

    /// @notice Whether a lien is in force.
    function locked(uint256 tokenId) external view returns (bool);
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}

/// @title The whole ledger as seen at its one address: hot operations in the core, rare ones through its fallback in the module
interface IReceivableLedger is
    IRegistry,
    IIssuance,
    IOffers,
    IClaims,
    IFinancing,
    ISettlement,
    ILedgerViews,
    ILedgerErrors,
    ILedgerEvents,
    IClaimTokenEvents
{}

/// @title Numbers that stand for words
library Roles {
    uint16 internal constant CORE_ENTERPRISE = 1;
    uint16 internal constant SUPPLIER = 2;
    uint16 internal constant FINANCIER = 4;
    uint16 internal constant GUARANTOR = 8;
    uint16 internal constant SETTLEMENT_BANK = 16;
    uint16 internal constant AUDITOR = 32;
    uint16 internal constant REGISTRAR = 64;
    uint16 internal constant OPERATOR = 128;
    uint16 internal constant ALL = 255;
    uint16 internal constant WITHOUT_CASH = AUDITOR | OPERATOR;
}

library Rights {
    uint8 internal constant MAKER = 1;
    uint8 internal constant CHECKER = 2;
    uint8 internal constant ALL = 3;
}

library ParticipantStatus {
    uint8 internal constant ACTIVE = 1;
    uint8 internal constant SUSPENDED = 2;
}

/// @dev Two low bits are the lifecycle; flags above: 4 frozen, 8 pledged, 16 recourse, 32 receipt pending (set by later operations).
library ClaimStatus {
    uint8 internal constant OFFERED = 0;
    uint8 internal constant HELD = 1;
    uint8 internal constant REDEEMED = 2;
    uint8 internal constant GONE = 3;
    uint8 internal constant LIFECYCLE = 3;
}

library ObligationStatus {
    uint8 internal constant ISSUED = 1;
    uint8 internal constant OVERDUE = 2;
    uint8 internal constant DEFAULTED = 3;
    uint8 internal constant SETTLED = 4;
    uint8 internal constant DECLINED = 5;
    uint8 internal constant REVOKED = 6;
    uint8 internal constant EXPIRED = 7;
}

library StepKind {
    uint8 internal constant PAY = 1;
    uint8 internal constant REDUCE = 2;
}
