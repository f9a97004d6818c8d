// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title What a holder does with a claim: pass on, split, cut, encumber
/// @notice Checks run in the order written. Steps, with IRegistry's:
///
/// CLAIM(participant, claim, version): `UnknownClaim`, `NotHolder`, `StaleClaim`.
/// FREE: `NotHeld` unless the status byte is HELD without a flag; `ClaimLiened` while block time <= lienUntil hours and there is a lienholder.
/// OBLIGATION(obligation, version): `UnknownObligation`, `StaleObligation`.
/// OPEN: `ObligationClosed` unless ISSUED or OVERDUE.
/// WINDOW: `ClosingWindow` when due - closes days <= block time <= due. After due nothing is cut: `PastDue`.
/// MONEY FIRST: only when steps were taken since the claim's redeemedStep: `RedeemFirst` if they left it money (principal or interest),
/// then `NothingUnpaid` if no cent of it is unpaid.
/// PIECE(amount): `ZeroAmount`; `PieceTooLarge` unless amount < the claim's amount; `PieceTooSmall` when amount or the rest is below
/// 10^minPiece; `NothingUnpaid` when the piece or the rest has no unpaid cent (asked only once steps were taken).
/// ASSIGNEE(to): `SelfDealing`; `ObligorCannotHold`; RECEIVER(to, SUPPLIER or FINANCIER).
/// ACCEPTED(to, acceptance): `acceptance` is empty: `NotAccepted` unless `to` has a standing auto-accept for the holder that is in force, and
/// never after due or when OVERDUE. Otherwise it is signer (20 bytes), deadline (4 bytes), signature: SIGNED(Acceptance, MAKER);
/// fewer than 24 bytes: `NotAccepted`.
/// Last checks: `ClaimSequenceExhausted` where children are born, then `ClaimVersionExhausted`.
interface IClaims {
    /// @notice SIGNED(MAKER); CLAIM; FREE; OPEN; WINDOW (after due it goes on, whole, by signed acceptance); MONEY FIRST; ASSIGNEE;
    /// `HopCapReached`; ACCEPTED. The lien field is cleared. Hop grows by one.
    function transfer(ILedgerTypes.Transfer calldata message, bytes calldata signature, bytes calldata acceptance)
        external;

    /// @notice SIGNED(MAKER); CLAIM; FREE; OPEN; WINDOW, `PastDue`; MONEY FIRST; PIECE; ASSIGNEE; `HopCapReached`; ACCEPTED.
    /// The child has the tail, the parent's redeemedStep, and one hop more.
    function split(ILedgerTypes.Split calldata message, bytes calldata signature, bytes calldata acceptance) external;

    /// @notice As `split`, once for all that concerns the parent (`HopCapReached` right after MONEY FIRST), then `EmptyBatch`, `BadBatch` unless `acceptances` is empty (all by
    /// auto-accept) or one a piece; then per piece PIECE (of what is left), ASSIGNEE, ACCEPTED. The parent's version grows by one in all.
    function splitMany(ILedgerTypes.SplitMany calldata message, bytes calldata signature, bytes[] calldata acceptances)
        external;

    /// @notice SIGNED(MAKER); CLAIM; FREE; OPEN; WINDOW, `PastDue`; PIECE. Not a move: money may be waiting, both parts keep redeemedStep;
    /// hop stays, no cap is asked.
    function cut(ILedgerTypes.Cut calldata message, bytes calldata signature) external;

    /// @notice SIGNED(MAKER); CLAIM; FREE; OPEN; `BadLienUntil` unless block time < until hours <= due; MONEY FIRST; `ZeroAmount`;
    /// `PieceTooLarge` when amount exceeds the claim's; when it is less, WINDOW and PIECE (the tail is cut off and bears the lien).
    /// In favour of another: `ObligorCannotHold`; RECEIVER(lienholder, FINANCIER); `NotAccepted` unless `acceptance` carries its signature
    /// (layout as in ACCEPTED): SIGNED(LienAcceptance, MAKER). A holder's own lien needs none (it is not looked at).
    function lien(ILedgerTypes.Lien calldata message, bytes calldata signature, bytes calldata acceptance) external;

    /// @notice SIGNED(MAKER); `UnknownClaim`; `NotLienholder` (in name, also of a lien that ran out); `StaleClaim`; `NotHeld`.
    function release(ILedgerTypes.Release calldata message, bytes calldata signature) external;
}
