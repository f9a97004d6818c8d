// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ParticipantStatus, Rights} from "../../interfaces/IReceivableLedger.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Participant} from "../../libraries/Participant.sol";
import {Paying} from "./Paying.sol";

/// @title The registry's actions, and the world in which all actions happen
contract Handler is Paying {
    /// @dev Of a hundred actions, how many of each kind, in the order of Action.
    bytes private weights;

    uint256 private newKeys;
    uint256 private newInvoices;
    mapping(uint32 => uint256) private oldKey; // still live, to be ended
    mapping(uint256 => bool) private consents; // assignee << 32 | counterparty
    uint16 private rulesVersion = 1;
    uint32 private rulesFrom;

    constructor(bytes memory weights_) {
        weights = weights_;
        setUp();
        _cast();
        rightful = true;
        for (uint256 i = 0; i < people.length; ++i) {
            versions[people[i]] = _participantAt(people[i]).version();
            cashNow[people[i]] = cashOf(people[i]);
            wallets.push(cashOf(people[i]));
            balances[cashOf(people[i])] = token.balanceOf(cashOf(people[i]));
        }
        wallets.push(escrow());
        _threshold(CORE, 200_000_000, CHECKER);
        _threshold(CORE2, 400_000_000, 0);
        _standing(CORE, ParticipantStatus.ACTIVE, 3_000_000_000);
        _standing(CORE2, ParticipantStatus.ACTIVE, 1_500_000_000);
        for (uint256 i = 0; i < 3; ++i) {
            _register(CORE, 1_000_000_000, "");
            _register(CORE2, 1_000_000_000, "");
        }
        for (uint256 i = 0; i < ACTIONS; ++i) {
            (calls[i], successes[i]) = (0, 0);
        }
    }

    /// @notice One action, chosen by the seed.
    function act(uint256 seed) external {
        _begin(seed);
        uint256 lot = _below(100);
        bytes memory list = weights;
        for (uint256 i = 0; i < ACTIONS; ++i) {
            uint256 weight = uint8(list[i]);
            if (lot < weight) return _run(Action(i));
            lot -= weight;
        }
    }

    function _run(Action a) private {
        if (a == Action.Issue) _tryIssue();
        else if (a == Action.IssueMany) _tryIssueMany();
        else if (a == Action.Accept) _tryAccept();
        else if (a == Action.Decline) _tryDecline();
        else if (a == Action.Revoke) _tryRevoke();
        else if (a == Action.Expire) _tryExpire();
        else if (a == Action.Transfer) _tryTransfer();
        else if (a == Action.Split) _trySplit();
        else if (a == Action.SplitMany) _trySplitMany();
        else if (a == Action.Cut) _tryCut();
        else if (a == Action.Lien) _tryLien();
        else if (a == Action.Release) _tryRelease();
        else if (a == Action.Discount) _tryDiscount();
        else if (a == Action.Fund) _tryFund();
        else if (a == Action.FundByReceipt) _tryFundByReceipt();
        else if (a == Action.Redeem) _tryRedeem();
        else if (a == Action.MarkOverdue) _tryMarkOverdue();
        else _runInRegistry(a);
    }

    function _runInRegistry(Action a) private {
        if (a == Action.SetAutoAccept) _trySetAutoAccept();
        else if (a == Action.RaiseQuoteEpoch) _tryRaiseQuoteEpoch();
        else if (a == Action.SetStanding) _trySetStanding();
        else if (a == Action.Pause) _tryPause();
        else if (a == Action.Unpause) _tryUnpause();
        else if (a == Action.RegisterInvoices) _tryRegisterInvoices();
        else if (a == Action.SetThreshold) _trySetThreshold();
        else if (a == Action.SetCash) _trySetCash();
        else if (a == Action.AddAccount) _tryAddAccount();
        else if (a == Action.RevokeAccount) _tryRevokeAccount();
        else if (a == Action.PublishRules) _tryPublishRules();
        else _letTimePass();
    }

    function _trySetAutoAccept() internal {
        uint32 who = receivers[_below(receivers.length)];
        uint32 from = _receiver(who);
        uint32 until = _oneIn(4) ? 0 : uint32(block.timestamp + _below(20 days));
        uint256 key = _keyFor(who);
        SetAutoAccept memory m = SetAutoAccept(who, versions[who], from, until, _address(key), DEADLINE);
        if (!_do(Action.SetAutoAccept, key, abi.encodeCall(ledger.setAutoAccept, (m, "")))) return;
        uint256 pair = (uint256(who) << 32) | from;
        consents[pair] = true;
        _must(_raw(pair, 9) != 0, "L13: auto-accept");
        _changed(who);
    }

    function _tryRaiseQuoteEpoch() internal {
        uint32 who = _oneIn(2) ? FIN : FIN2;
        uint256 key = _keyFor(who);
        RaiseQuoteEpoch memory m = RaiseQuoteEpoch(who, versions[who], _address(key), DEADLINE);
        if (!_do(Action.RaiseQuoteEpoch, key, abi.encodeCall(ledger.raiseQuoteEpoch, (m, "")))) return;
        ++epochs[who];
        _changed(who);
    }

    function _trySetStanding() internal {
        uint32 who = people[3 + _below(people.length - 3)];
        for (uint256 i = 3; i < people.length; ++i) {
            bool out = _participantAt(people[i]).status() == ParticipantStatus.SUSPENDED;
            if (out && !_oneIn(8)) who = people[i];
        }
        uint8 status = _oneIn(5) ? ParticipantStatus.SUSPENDED : ParticipantStatus.ACTIVE;
        if (_participantAt(who).status() == ParticipantStatus.SUSPENDED) status = ParticipantStatus.ACTIVE;
        uint64 limit = who == CORE || who == CORE2 ? uint64(1 + _below(5)) * 1_000_000_000 : 0;
        if (_standing(who, status, limit)) _changed(0);
    }

    function _tryPause() internal {
        uint24 until = hoursAt(block.timestamp) + uint24(1 + _below(4));
        if (_oneIn(8)) until += 200;
        uint256 key = _keyFor(OPERATOR);
        Pause memory m = Pause(OPERATOR, versions[OPERATOR], until, _some(), _address(key), DEADLINE);
        if (!_do(Action.Pause, key, abi.encodeCall(ledger.pause, (m, "")))) return;
        _changed(OPERATOR);
    }

    function _tryUnpause() internal {
        uint256 key = _keyFor(REGISTRAR);
        Unpause memory m = Unpause(REGISTRAR, versions[REGISTRAR], _some(), _address(key), DEADLINE);
        if (!_do(Action.Unpause, key, abi.encodeCall(ledger.unpause, (m, "")))) return;
        _changed(REGISTRAR);
    }

    function _tryRegisterInvoices() internal {
        uint32 obligor = _oneIn(3) ? CORE2 : CORE;
        bytes32 older = _oneIn(3) ? _name(obligor) : bytes32(0);
        uint48 gross = uint48((1 + _below(9)) * 10 ** (7 + _below(3)));
        if (older != 0 && !_oneIn(4)) (gross,) = ledger.invoiceOf(obligor, older);
        if (_register(obligor, gross, older)) _changed(0);
    }

    function _trySetThreshold() internal {
        uint32 who = _oneIn(2) ? CORE : CORE2;
        if (_threshold(who, uint64(_below(2_000_000_000)), who == CORE ? CHECKER : 0)) _changed(0);
    }

    /// @dev A supplier's new cash address: one that some key has, and that nobody used before.
    function _trySetCash() internal {
        uint32 who = receivers[_below(3)];
        address cash = vm.addr(0xca5400 + ++newKeys);
        uint256 key = _keyFor(who);
        SetCash memory m = SetCash(who, versions[who], cash, vm.addr(R1), _address(key), address(0), DEADLINE);
        bytes[] memory s = new bytes[](3);
        s[0] = signed(R1, keccak256(abi.encode(Intents.SET_CASH, m)));
        if (!_do(Action.SetCash, key, abi.encodeCall(ledger.setCash, (m, s)))) return;
        cashNow[who] = cash;
        wallets.push(cash);
        _must(ledger.participantOf(who).cash == cash, "cash address");
        _changed(who);
    }

    /// @dev A participant's own new key, beside the old one.
    function _tryAddAccount() internal {
        uint32 who = receivers[_below(receivers.length)];
        if (oldKey[who] != 0) return;
        uint256 fresh = 0x6e65770000 + ++newKeys;
        uint256 key = _keyFor(who);
        AddAccount memory m = AddAccount(
            who, versions[who], vm.addr(fresh), 1, Rights.ALL, vm.addr(R1), _address(key), address(0), DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.ADD_ACCOUNT, m));
        bytes[] memory s = new bytes[](4);
        (s[0], s[3]) = (signed(R1, h), signed(fresh, h));
        if (!_do(Action.AddAccount, key, abi.encodeCall(ledger.addAccount, (m, s)))) return;
        (oldKey[who], keyOf[who]) = (keyOf[who], fresh);
        _changed(who);
    }

    /// @dev The old key ends, by the new one.
    function _tryRevokeAccount() internal {
        uint32 who = receivers[_below(receivers.length)];
        for (uint256 i = 0; i < receivers.length && oldKey[who] == 0; ++i) {
            who = receivers[i];
        }
        uint256 gone = oldKey[who];
        if (gone == 0) return;
        uint256 key = _keyFor(who);
        RevokeAccount memory m = RevokeAccount(who, versions[who], _address(gone), vm.addr(R1), _address(key), DEADLINE);
        bytes[] memory s = new bytes[](2);
        s[0] = signed(R1, keccak256(abi.encode(Intents.REVOKE_ACCOUNT, m)));
        if (!_do(Action.RevokeAccount, key, abi.encodeCall(ledger.revokeAccount, (m, s)))) return;
        (,,, bool active) = ledger.accountOf(_address(gone));
        _must(!active && _raw(uint160(_address(gone)), 4) != 0, "L13: account");
        oldKey[who] = 0;
        _changed(who);
    }

    /// @dev At most one version lies ahead.
    function _tryPublishRules() internal {
        PublishRules memory m = _firstRules();
        (m.participant, m.version, m.signer, m.deadline) = (REGISTRAR, rulesVersion + 1, vm.addr(R1), DEADLINE);
        m.second = vm.addr(R2);
        m.from = uint32(block.timestamp + 3 days + _below(2 days));
        if (_oneIn(8) || rulesFrom > block.timestamp) {
            rightful = false; // without the public delay
            m.from = uint32(block.timestamp + _below(3 days));
        }
        m.hopCap = uint8(3 + _below(5));
        m.minPiece = uint8(_below(3));
        m.maxTenor = uint32(40 days + _below(300 days));
        uint256 key = _oneIn(8) ? R2 : R1;
        if (key != R1) rightful = false;
        bytes memory second = signed(R2, keccak256(abi.encode(Intents.PUBLISH_RULES, m)));
        if (!_do(Action.PublishRules, key, abi.encodeCall(ledger.publishRules, (m, "", second)))) return;
        (rulesVersion, rulesFrom) = (m.version, m.from);
        _changed(0);
    }

    // ---------------------------------------------------------------- how

    function _changed(uint32 subject) private {
        Flow memory none;
        _cash(none);
        _registry(subject);
    }

    function _some() private returns (uint32[] memory list) {
        list = new uint32[](1 + _below(2));
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = people[2 + _below(people.length - 2)];
        }
    }

    function _standing(uint32 who, uint8 status, uint64 limit) private returns (bool ok) {
        uint256 key = _keyFor(REGISTRAR);
        SetStanding memory m = SetStanding(
            REGISTRAR, who, versions[who], _participantAt(who).roles(), status, limit, _address(key), DEADLINE
        );
        ok = _do(Action.SetStanding, key, abi.encodeCall(ledger.setStanding, (m, "")));
        if (!ok) return false;
        ++versions[who];
        limits[who] = limit;
    }

    function _threshold(uint32 who, uint64 amount, uint256 second) private returns (bool ok) {
        uint256 key = _keyFor(who);
        SetThreshold memory m = SetThreshold(
            who,
            versions[who],
            1,
            amount,
            vm.addr(R1),
            _address(key),
            second == 0 ? address(0) : _address(second),
            DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.SET_THRESHOLD, m));
        bytes[] memory s = new bytes[](3);
        s[0] = signed(R1, h);
        if (second != 0) s[2] = signed(second, h);
        ok = _do(Action.SetThreshold, key, abi.encodeCall(ledger.setThreshold, (m, s)));
        if (!ok) return false;
        ++versions[who];
        thresholds[who] = amount;
    }

    function _register(uint32 obligor, uint48 gross, bytes32 older) private returns (bool ok) {
        bytes32 name = keccak256(abi.encode("invoice", ++newInvoices));
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry(name, gross, older);
        uint256 key = _keyFor(REGISTRAR);
        RegisterInvoices memory m = RegisterInvoices(REGISTRAR, obligor, entries, _address(key), DEADLINE);
        ok = _do(Action.RegisterInvoices, key, abi.encodeCall(ledger.registerInvoices, (m, "")));
        if (!ok) return false;
        names[obligor].push(name);
        recordOf[obligor][name] = older == 0 ? name : recordOf[obligor][older];
        _must(_raw(uint256(keccak256(abi.encode(uint256(obligor), name))), 7) != 0, "L13: invoice");
    }
}
