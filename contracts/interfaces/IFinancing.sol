// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title Early payment: delivery versus payment of a claim against cash
interface IFinancing {
    /// @notice SIGNED(Discount, MAKER) by the seller; SIGNED(Quote, MAKER) by the financier; CLAIM(seller, quote.claim, quote.version);
    /// `NotHeld`; `ClaimLiened` when a lien is in force that is neither the financier's nor the seller's own; OPEN; `StatusChanged` unless
    /// quote.status is the present one (OVERDUE from the first second after due, marked or not); WINDOW; MONEY FIRST; `ZeroAmount`(amount);
    /// `PieceTooLarge` when amount exceeds the claim's; when it is less, `PastDue`, PIECE; `SelfDealing`; `ObligorCannotHold`;
    /// RECEIVER(financier, FINANCIER); `QuoteWithdrawn` unless quote.epoch is the financier's present one; `ZeroAmount`(price);
    /// `PriceAboveFace`. Then claim and cash move together: exactly `price` from the financier's cash address to the seller's through the
    /// obligation's rail, or `CashRefused` and nothing moves. No hop. A whole claim's lien field is cleared; sold in part, the rest keeps its lien.
    function discount(ILedgerTypes.Discount calldata message, bytes calldata signature, bytes calldata quoteSignature)
        external;
}
