// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";

/// @title The hot messages of ILedgerTypes as the words they are in calldata
/// @dev Same fields, same order, every one a whole word: the compiler reads such a field with one instruction and checks nothing, where it
/// checks a narrow one anew at every use. Whoever reads them makes sure once that they fit (`fits`, with the widths of ILedgerTypes).
/// The message stands first among a call's arguments, so it begins at byte 4, right behind the selector.
library Words {
    struct Accept {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 signer;
        uint256 deadline;
    }

    struct InvoicePart {
        bytes32 fingerprint;
        uint256 amount;
    }

    struct NewObligation {
        uint256 number;
        uint256 creditor;
        uint256 face;
        uint256 due;
        uint256 acceptBy;
        uint256 rail;
        uint256 closes;
        uint256 lateRate;
        bytes32 terms;
        uint256 invoices; // where they begin, from the obligation's place
    }

    /// @dev An Issue, or an IssueMany: the second word says where the one or the many begin, from the message's place.
    struct Issue {
        uint256 participant;
        uint256 obligation;
        uint256 signer;
        uint256 checker;
        uint256 deadline;
    }

    struct Transfer {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 to;
        uint256 signer;
        uint256 deadline;
    }

    struct Split {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 to;
        uint256 amount;
        uint256 signer;
        uint256 deadline;
    }

    struct Piece {
        uint256 to;
        uint256 amount;
    }

    struct SplitMany {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 pieces; // where they begin, from the message's place
        uint256 signer;
        uint256 deadline;
    }

    struct Cut {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 amount;
        uint256 signer;
        uint256 deadline;
    }

    struct Lien {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 amount;
        uint256 lienholder;
        uint256 until;
        uint256 signer;
        uint256 deadline;
    }

    struct Quote {
        uint256 participant;
        uint256 claim;
        uint256 version;
        uint256 amount;
        uint256 price;
        uint256 epoch;
        uint256 status;
        uint256 rate;
        uint256 tenorDays;
        uint256 basis;
        uint256 signer;
        uint256 deadline;
    }

    struct Discount {
        uint256 participant;
        Quote quote;
        uint256 signer;
        uint256 deadline;
    }

    struct Fund {
        uint256 participant;
        uint256 obligation;
        uint256 version;
        uint256 amount;
        uint256 signer;
        uint256 deadline;
    }

    uint256 internal constant MESSAGE = 4;

    // ---- the message of a call: where it is static it begins right behind the selector, else where its offset says

    function accept() internal pure returns (Accept calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function transfer() internal pure returns (Transfer calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function split() internal pure returns (Split calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function cut() internal pure returns (Cut calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function lien() internal pure returns (Lien calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function discount() internal pure returns (Discount calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function fund() internal pure returns (Fund calldata m) {
        assembly ("memory-safe") {
            m := 4
        }
    }

    function splitMany() internal pure returns (SplitMany calldata m) {
        uint256 start = pointer(MESSAGE, word(MESSAGE), 0xc0);
        assembly ("memory-safe") {
            m := start
        }
    }

    function issue() internal pure returns (Issue calldata m) {
        uint256 start = pointer(MESSAGE, word(MESSAGE), 0xa0);
        assembly ("memory-safe") {
            m := start
        }
    }

    // ---- what a message points at, from its own place

    function pieces(SplitMany calldata m) internal pure returns (Piece[] calldata found) {
        uint256 place;
        assembly ("memory-safe") {
            place := m
        }
        (uint256 offset, uint256 length) = list(pointer(place, m.pieces, 32), 6);
        assembly ("memory-safe") {
            found.offset := offset
            found.length := length
        }
    }

    /// @dev Piece number `i`, which the caller knows to be there.
    function piece(Piece[] calldata found, uint256 i) internal pure returns (Piece calldata p) {
        assembly ("memory-safe") {
            p := add(found.offset, shl(6, i))
        }
    }

    function obligation(Issue calldata m) internal pure returns (NewObligation calldata o) {
        uint256 place;
        assembly ("memory-safe") {
            place := m
        }
        place = pointer(place, m.obligation, 0x140);
        assembly ("memory-safe") {
            o := place
        }
    }

    /// @dev The obligations of an IssueMany: where their offsets stand, and how many.
    function obligations(Issue calldata m) internal pure returns (uint256 offset, uint256 length) {
        uint256 place;
        assembly ("memory-safe") {
            place := m
        }
        return list(pointer(place, m.obligation, 32), 5);
    }

    /// @dev Number `i` of the obligations whose offsets stand at `offsets`.
    function obligation(uint256 offsets, uint256 i) internal pure returns (NewObligation calldata o) {
        uint256 place = pointer(offsets, word(offsets + 32 * i), 0x140);
        assembly ("memory-safe") {
            o := place
        }
    }

    function invoices(NewObligation calldata o) internal pure returns (InvoicePart[] calldata found) {
        uint256 place;
        assembly ("memory-safe") {
            place := o
        }
        (uint256 offset, uint256 length) = list(pointer(place, o.invoices, 32), 6);
        assembly ("memory-safe") {
            found.offset := offset
            found.length := length
        }
    }

    /// @dev Invoices in their ABI type.
    function same(ILedgerTypes.InvoicePart[] calldata parts) internal pure returns (InvoicePart[] calldata words) {
        assembly ("memory-safe") {
            words.offset := parts.offset
            words.length := parts.length
        }
    }

    // ---- the arguments beside the message

    /// @dev The bytes argument whose offset stands at `place`.
    function tail(uint256 place) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            let start := add(4, calldataload(place))
            data.offset := add(start, 0x20)
            data.length := calldataload(start)
            // Mostly it is empty, and then all that matters is that its offset leads nowhere far.
            if or(data.length, shr(32, start)) {
                let long := shr(32, or(start, data.length))
                if or(long, gt(add(data.offset, data.length), calldatasize())) { revert(0, 0) }
            }
        }
    }

    /// @dev The two bytes arguments whose offsets stand at `place` and behind it.
    function tails(uint256 place) internal pure returns (bytes calldata first, bytes calldata second) {
        (first, second) = (tail(place), tail(place + 32));
    }

    /// @dev The bytes[] argument whose offset stands at `place`; the compiler checks every element when it is read.
    function manyTails(uint256 place) internal pure returns (bytes[] calldata found) {
        (uint256 offset, uint256 length) = list(pointer(MESSAGE, word(place), 32), 5);
        assembly ("memory-safe") {
            found.offset := offset
            found.length := length
        }
    }

    // ---- what does not fit its type, or lies beyond calldata, is no message: as with the compiler's own decoder there is no data to the revert

    function fits(uint256 excess) internal pure {
        if (excess != 0) nothing();
    }

    /// @dev Not 0 when a call has fewer than `size` bytes: what is not there would be read as zero.
    function missing(uint256 size) internal pure returns (uint256 excess) {
        assembly ("memory-safe") {
            excess := lt(calldatasize(), size)
        }
    }

    function word(uint256 place) internal pure returns (uint256 w) {
        assembly ("memory-safe") {
            w := calldataload(place)
        }
    }

    /// @dev A place `distance` bytes behind `from`, with `size` bytes of calldata from there on.
    function pointer(uint256 from, uint256 distance, uint256 size) internal pure returns (uint256 start) {
        unchecked {
            start = from + distance;
            if (distance > type(uint32).max || start + size > msg.data.length) nothing();
        }
    }

    /// @dev The list whose length stands at `start`, of elements of 2^`size` bytes.
    function list(uint256 start, uint256 size) internal pure returns (uint256 offset, uint256 length) {
        length = word(start);
        unchecked {
            offset = start + 32;
            if (length > type(uint32).max || offset + (length << size) > msg.data.length) nothing();
        }
    }

    function nothing() internal pure {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}
