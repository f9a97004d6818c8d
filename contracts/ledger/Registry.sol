// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {ParticipantStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Ask} from "../libraries/Ask.sol";
import {Intents} from "../libraries/Intents.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {EscrowLib, Invoice, InvoiceLib} from "../libraries/Records.sol";
import {Accounts} from "./Accounts.sol";
import {Backing} from "./Backing.sol";

interface IDecimals {
    function decimals() external view returns (uint8);
}

/// @title Standing, consent, rails, invoices, limits, pause (IRegistry)
abstract contract Registry is Accounts, Backing {
    uint256 private constant LONGEST_PAUSE = 7 days;
    uint256 private constant EPOCH_MAX = 0xffffff;

    /// @inheritdoc IRegistry
    function setStanding(ILedgerTypes.SetStanding calldata message, bytes calldata signature) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _registrar(Intents.SET_STANDING, place, 0x100, message.participant, message.signer, message.deadline, signature);
        uint32 subject = message.subject;
        Participant row = _subject(subject, message.version);
        if (_isRegistrar(row)) revert RegistrarProtected(subject);
        _validRoles(message.roles);
        _cashFor(subject, message.roles, participants[subject].cash);
        uint8 status = message.status;
        if (status != ParticipantStatus.ACTIVE && status != ParticipantStatus.SUSPENDED) revert BadStanding(status);
        uint24 version = _write(subject, row.withStanding(message.roles, status, message.limit));
        emit StandingSet(subject, version, message.roles, status, message.limit, _rulebookVersion());
    }

    /// @inheritdoc IRegistry
    function setAutoAccept(ILedgerTypes.SetAutoAccept calldata message, bytes calldata signature) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 participant = message.participant;
        _signed(
            Intents.SET_AUTO_ACCEPT, place, 0xc0, participant, message.signer, message.deadline, Rights.MAKER, signature
        );
        Participant row = _subject(participant, message.version);
        uint256 counterparty = message.counterparty;
        if (participants[counterparty].row.isUnknown()) revert UnknownParticipant(uint32(counterparty));
        if (counterparty == participant) revert SelfDealing(uint32(participant));
        uint24 version = _write(participant, row);
        // The bit above `until` keeps the slot from returning to zero.
        autoAccepts[(participant << 32) | counterparty] = (1 << 32) | message.until;
        emit AutoAcceptSet(uint32(participant), version, uint32(counterparty), message.until, _rulebookVersion());
    }

    /// @inheritdoc IRegistry
    function raiseQuoteEpoch(ILedgerTypes.RaiseQuoteEpoch calldata message, bytes calldata signature)
        external
        delegated
    {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 participant = message.participant;
        _signed(
            Intents.RAISE_QUOTE_EPOCH,
            place,
            0x80,
            participant,
            message.signer,
            message.deadline,
            Rights.MAKER,
            signature
        );
        Participant row = _subject(participant, message.version);
        if (row.quoteEpoch() == EPOCH_MAX) revert QuoteEpochExhausted(uint32(participant));
        uint24 epoch = row.quoteEpoch() + 1;
        uint24 version = _write(participant, row.withQuoteEpoch(epoch));
        emit QuoteEpochRaised(uint32(participant), version, epoch, _rulebookVersion());
    }

    /// @inheritdoc IRegistry
    function addRail(ILedgerTypes.AddRail calldata message, bytes calldata signature, bytes calldata bankSignature)
        external
        delegated
    {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _registrar(Intents.ADD_RAIL, place, 0x100, message.participant, message.signer, message.deadline, signature);
        uint8 number = message.rail;
        RailRecord storage rail = rails[number];
        if (number == 0 || rail.bank != 0) revert RailExists(number);
        uint32 bank = message.bank;
        Participant row = participants[bank].row;
        if (row.isUnknown()) revert UnknownParticipant(bank);
        _inRole(bank, row, Roles.SETTLEMENT_BANK);
        _account(message.bankSigner, bank, Rights.MAKER);
        _provenOrCaller(message.bankSigner, Intents.hash(Intents.ADD_RAIL, place, 0x100), bankSignature);
        if (message.escrow == address(0) || !_inOurCurrency(message.token)) {
            revert BadRail(message.token, message.escrow);
        }
        rail.token = message.token;
        rail.bank = bank;
        rail.escrow = EscrowLib.empty(message.escrow);
        emit RailAdded(number, message.token, bank, message.escrow, _rulebookVersion());
    }

    /// @inheritdoc IRegistry
    function registerInvoices(ILedgerTypes.RegisterInvoices calldata message, bytes calldata signature)
        external
        delegated
    {
        ILedgerTypes.InvoiceEntry[] calldata entries = message.entries;
        _registrarFor(
            message.participant, message.signer, message.deadline, _invoicesMessageHash(message, entries), signature
        );
        uint256 obligor = message.obligor;
        Participant row = participants[obligor].row;
        if (row.isUnknown()) revert UnknownParticipant(uint32(obligor));
        _inRole(obligor, row, Roles.CORE_ENTERPRISE);
        if (entries.length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < entries.length; ++i) {
            _registerInvoice(obligor, entries[i]);
        }
        emit InvoicesRegistered(uint32(obligor), _rulebookVersion(), entries);
    }

    /// @inheritdoc IRegistry
    function publishRules(
        ILedgerTypes.PublishRules calldata message,
        bytes calldata signature,
        bytes calldata secondSignature
    ) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Account first = _registrar(
            Intents.PUBLISH_RULES, place, 0x1c0, message.participant, message.signer, message.deadline, signature
        );
        _secondOfficer(
            message.participant,
            first,
            message.second,
            Rights.MAKER,
            Intents.hash(Intents.PUBLISH_RULES, place, 0x1c0),
            secondSignature
        );
        IRulebook(configuration.rulebook).publish(message);
    }

    /// @inheritdoc IRegistry
    function setRulebook(
        ILedgerTypes.SetRulebook calldata message,
        bytes calldata signature,
        bytes calldata secondSignature
    ) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 participant = message.participant;
        Account first =
            _registrar(Intents.SET_RULEBOOK, place, 0xc0, participant, message.signer, message.deadline, signature);
        Participant row = _subject(participant, message.version);
        bytes32 change = Intents.hash(Intents.SET_RULEBOOK, place, 0xc0);
        _secondOfficer(participant, first, message.second, Rights.MAKER, change, secondSignature);
        address next = message.rulebook;
        if (!_continues(next)) revert BadRulebook(next);
        if (!_announced(change, participant)) return;
        uint24 version = _write(participant, row);
        uint16 rules = _rulebookVersion(); // the one in force when the change came
        configuration.rulebook = next;
        emit RulebookSet(uint32(participant), version, next, rules);
        emit ChangeApplied(uint32(participant), change, rules);
    }

    /// @inheritdoc IRegistry
    function pause(ILedgerTypes.Pause calldata message, bytes calldata signature) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 participant = message.participant;
        _inTime(message.deadline);
        _account(message.signer, participant, Rights.MAKER);
        _provenOrCaller(
            message.signer, Intents.hash(Intents.PAUSE, place, 0xc0, 3, _hashOf(message.subjects)), signature
        );
        _inRole(participant, participants[participant].row, Roles.OPERATOR);
        _subject(participant, message.version);
        uint256 until = uint256(message.until) * 3600;
        if (until <= block.timestamp || until > block.timestamp + LONGEST_PAUSE) revert BadPause(message.until);
        uint24 version = _pauseAll(participant, message.subjects, message.until);
        emit Paused(uint32(participant), version, message.until, message.subjects, _rulebookVersion());
    }

    /// @inheritdoc IRegistry
    function unpause(ILedgerTypes.Unpause calldata message, bytes calldata signature) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        uint256 participant = message.participant;
        bytes32 structHash = Intents.hash(Intents.UNPAUSE, place, 0xa0, 2, _hashOf(message.subjects));
        _registrarFor(participant, message.signer, message.deadline, structHash, signature);
        _subject(participant, message.version);
        uint24 version = _pauseAll(participant, message.subjects, 0);
        emit Unpaused(uint32(participant), version, message.subjects, _rulebookVersion());
    }

    /// @dev The signer's participant may be among the subjects: its row is written last, from storage.
    function _pauseAll(uint256 participant, uint32[] calldata subjects, uint256 until) private returns (uint24) {
        if (subjects.length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < subjects.length; ++i) {
            Participant row = participants[subjects[i]].row;
            if (row.isUnknown()) revert UnknownParticipant(subjects[i]);
            participants[subjects[i]].row = row.withPausedUntil(until);
        }
        return _write(participant, participants[participant].row);
    }

    /// @dev REGISTRAR for a message whose hash is at hand.
    function _registrarFor(
        uint256 participant,
        address signer,
        uint256 deadline,
        bytes32 structHash,
        bytes calldata signature
    ) private view {
        _inTime(deadline);
        _account(signer, participant, Rights.MAKER);
        _provenOrCaller(signer, structHash, signature);
        _inRole(participant, participants[participant].row, Roles.REGISTRAR);
    }

    function _registerInvoice(uint256 obligor, ILedgerTypes.InvoiceEntry calldata entry) private {
        bytes32 fingerprint = entry.fingerprint;
        if (fingerprint == 0 || entry.gross == 0) revert BadInvoice(fingerprint);
        bytes32 key = _invoiceKey(obligor, fingerprint);
        if (!invoices[key].row.isUnknown()) revert InvoiceExists(fingerprint);
        if (entry.older == 0) {
            invoices[key].row = InvoiceLib.registered(entry.gross);
            return;
        }
        (bytes32 record,, Invoice older) = _invoice(obligor, entry.older);
        if (older.isUnknown()) revert UnknownInvoice(entry.older);
        if (older.gross() != entry.gross) revert InvoiceDiffers(fingerprint, entry.gross, older.gross());
        invoices[key].row = InvoiceLib.secondName();
        invoiceRecords[key] = record;
    }

    function _invoicesMessageHash(
        ILedgerTypes.RegisterInvoices calldata message,
        ILedgerTypes.InvoiceEntry[] calldata entries
    ) private pure returns (bytes32) {
        uint256 place;
        uint256 list;
        assembly ("memory-safe") {
            place := message
            list := entries.offset
        }
        bytes32 inner = Intents.hashArray(Intents.INVOICE_ENTRY, list, entries.length, 0x60);
        return Intents.hash(Intents.REGISTER_INVOICES, place, 0xa0, 2, inner);
    }

    function _hashOf(uint32[] calldata list) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(list));
    }

    function _inOurCurrency(address token) private view returns (bool) {
        (bool ok, uint256 decimals) = Ask.word(token, abi.encodeCall(IDecimals.decimals, ()), 1);
        return ok && decimals == configuration.exponent;
    }

    /// @dev Whether a Rulebook serves this ledger, has the one version that follows the present latest, and has it in force: so that a
    /// version names one set of limits for ever.
    function _continues(address next) private view returns (bool) {
        (bool ok, uint256 served) = Ask.word(next, abi.encodeCall(IRulebook.ledger, ()), 1);
        if (!ok || served != uint160(address(this))) return false;
        uint256 following = uint256(IRulebook(configuration.rulebook).latest()) + 1;
        uint256 version;
        (ok, version) = Ask.word(next, abi.encodeCall(IRulebook.latest, ()), 1);
        if (!ok || version != following) return false;
        (ok, version) = Ask.word(next, abi.encodeCall(IRulebook.inForce, (block.timestamp)), 2);
        return ok && version == following;
    }
}
