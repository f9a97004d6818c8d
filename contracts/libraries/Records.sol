// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Where a rail's cash waits. From the lowest bit: address 160 | owed 96, the fen funded and not yet redeemed.
type Escrow is uint256;

using EscrowLib for Escrow global;

library EscrowLib {
    function empty(address escrow) internal pure returns (Escrow) {
        return Escrow.wrap(uint160(escrow));
    }

    function place(Escrow e) internal pure returns (address) {
        return address(uint160(Escrow.unwrap(e)));
    }

    function owed(Escrow e) internal pure returns (uint96) {
        return uint96(Escrow.unwrap(e) >> 160);
    }

    /// @dev Checked, as `minus`: what is owed is the highest field, so it can neither wrap nor touch the address.
    function plus(Escrow e, uint256 amount) internal pure returns (Escrow) {
        return Escrow.wrap(Escrow.unwrap(e) + (amount << 160));
    }

    function minus(Escrow e, uint256 amount) internal pure returns (Escrow) {
        return Escrow.wrap(Escrow.unwrap(e) - (amount << 160));
    }
}

/// @dev What an invoice is worth and how much of it backs obligations. From the lowest bit: gross 48 | allocated 48 | known by another name 8.
type Invoice is uint256;

using InvoiceLib for Invoice global;

library InvoiceLib {
    uint256 private constant U48 = 0xffffffffffff;
    uint256 private constant SECOND_NAME = 1 << 96;

    function registered(uint256 gross_) internal pure returns (Invoice) {
        return Invoice.wrap(gross_);
    }

    /// @dev A second name of an invoice that has its own record elsewhere.
    function secondName() internal pure returns (Invoice) {
        return Invoice.wrap(SECOND_NAME);
    }

    function isUnknown(Invoice i) internal pure returns (bool) {
        return Invoice.unwrap(i) == 0;
    }

    function isSecondName(Invoice i) internal pure returns (bool) {
        return Invoice.unwrap(i) & SECOND_NAME != 0;
    }

    function gross(Invoice i) internal pure returns (uint48) {
        return uint48(Invoice.unwrap(i));
    }

    function allocated(Invoice i) internal pure returns (uint48) {
        return uint48(Invoice.unwrap(i) >> 48);
    }

    function withAllocated(Invoice i, uint256 allocated_) internal pure returns (Invoice) {
        return Invoice.wrap((Invoice.unwrap(i) & ~(U48 << 48)) | (allocated_ << 48));
    }
}

/// @dev A change that must wait in public. From the lowest bit: ready 32 | state 8 | participant 32.
type Change is uint256;

using ChangeLib for Change global;

library ChangeLib {
    uint8 internal constant ANNOUNCED = 1;
    uint8 internal constant APPLIED = 2;
    uint8 internal constant CANCELLED = 3;

    function announced(uint256 ready_, uint256 participant_) internal pure returns (Change) {
        return Change.wrap(ready_ | (uint256(ANNOUNCED) << 32) | (participant_ << 40));
    }

    function ready(Change c) internal pure returns (uint32) {
        return uint32(Change.unwrap(c));
    }

    function state(Change c) internal pure returns (uint8) {
        return uint8(Change.unwrap(c) >> 32);
    }

    function participant(Change c) internal pure returns (uint32) {
        return uint32(Change.unwrap(c) >> 40);
    }

    function withState(Change c, uint256 state_) internal pure returns (Change) {
        return Change.wrap((Change.unwrap(c) & ~(uint256(0xff) << 32)) | (state_ << 32));
    }
}
