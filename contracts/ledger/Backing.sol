// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Intents} from "../libraries/Intents.sol";
import {Invoice} from "../libraries/Records.sol";
import {LedgerStorage} from "./LedgerStorage.sol";

/// @title Which record stands behind an invoice's name
abstract contract Backing is LedgerStorage {
    function _invoiceKey(uint256 obligor, bytes32 fingerprint) internal pure returns (bytes32) {
        return Intents.pair(bytes32(obligor), fingerprint);
    }

    /// @dev A fingerprint under a newer key leads to the record made under the older one: both share one residual.
    function _invoice(uint256 obligor, bytes32 fingerprint)
        internal
        view
        returns (bytes32 key, InvoiceRecord storage record, Invoice invoice)
    {
        key = _invoiceKey(obligor, fingerprint);
        record = invoices[key];
        invoice = record.row;
        if (invoice.isSecondName()) {
            key = invoiceRecords[key];
            record = invoices[key];
            invoice = record.row;
        }
    }
}
