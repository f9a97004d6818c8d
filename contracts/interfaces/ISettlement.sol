// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title Payment at maturity: money in by steps, money out by claim. The ledger never holds money.
/// @notice What a step does. Let G(x) be how many cents below boundary x are settled, u = x - G(x), U the cents unpaid before the step.
/// PAY(m): G(x) += floor(m * u / U). REDUCE(lo, hi), in unpaid coordinates: G(x) += clamp(u, lo, hi) - lo. Interest i of a PAY is shared
/// by floor(i * u / U). A claim [a, b) has as money the differences between b and a over the PAY steps since its redeemedStep. A payment of all that is
/// owed settles the rest: it is a step only when it carries interest.
///
/// Late interest: days(t) = 0 up to due, then every 24 hours begun count; a step at t adds
/// floor(unpaid * lateRate * (days(t) - days(step before or due)) / 365,000,000) to what is owed; 2^48 - 1 at most. A payment
/// goes to interest first.
interface ISettlement {
    /// @notice SIGNED(MAKER); OBLIGATION(obligation, version); `NotObligor`; then PAYMENT from the obligor's cash address.
    /// PAYMENT: OPEN; `NotHeld`(claim 1) while the offer is not accepted; `ZeroAmount`; `Overpaid` when amount > unpaid + interest owed. Less than
    /// all: `PaymentTooSmall` below max(10^minPiece, ceil(face / 48)), `TooManyPayments` after 48 payments in part.
    /// `ObligationVersionExhausted`. Cash goes into the rail's escrow, or `CashRefused` (also when the payer's cash address is the escrow). Utilised falls by the principal. Paid in full: SETTLED.
    function fund(ILedgerTypes.Fund calldata message, bytes calldata signature) external;

    /// @notice SIGNED(MAKER); ROLE(participant, SETTLEMENT_BANK) without asking for ACTIVE; OBLIGATION; `NotRailBank`; `ReceiptUsed` (zero
    /// counts as used; a receipt is the bank's own, another bank may use the same reference); then PAYMENT from the bank's cash address.
    function fundByReceipt(ILedgerTypes.FundByReceipt calldata message, bytes calldata signature) external;

    /// @notice Anyone. `UnknownClaim`; `NotHeld` unless the lifecycle is HELD; `NothingToRedeem` when no step left it money;
    /// `ClaimVersionExhausted`; from the rail's escrow to the holder's cash address, or `CashRefused`. A lien does not stop redemption.
    function redeem(uint88 claim) external;

    /// @notice Anyone. `UnknownObligation`; `ObligationClosed` unless ISSUED; `NotHeld`(claim 1) while the offer is not accepted; `NotDue`
    /// until the first second after due; `ObligationVersionExhausted`; `OverdueCountExhausted`. From then on its obligor issues nothing more until it is settled.
    function markOverdue(uint64 obligation) external;
}
