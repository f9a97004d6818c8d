// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Rights} from "../interfaces/IReceivableLedger.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Intents} from "../libraries/Intents.sol";
import {Echo, Mute} from "./Echo.sol";
import {SignedInRole} from "./SignedBy.sol";

/// @dev Says the right number, but no limits.
contract Halfbook {
    address public immutable ledger;
    uint16 public constant latest = 2;

    constructor(address ledger_) {
        ledger = ledger_;
    }

    function inForce(uint256) external pure returns (uint16) {
        return latest;
    }
}

contract SetRulebookTest is SignedInRole {
    address private next;

    function setUp() public override {
        super.setUp();
        next = _successor(address(ledger), 2);
    }

    function test_setRulebook__announced__takes_over_at_the_exact_second() public {
        SetRulebook memory m = _right();
        bytes32 change = _hash(m);
        uint32 ready = uint32(T0) + PUBLIC_DELAY;
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(REGISTRAR);
        emits();
        emit ILedgerEvents.ChangeAnnounced(REGISTRAR, change, ready, 1);
        _set(m);
        eq(ledger.rulebook(), address(book));
        same(ledger.participantOf(REGISTRAR), wanted);
        vm.warp(ready - 1);
        _refuse(m, abi.encodeWithSelector(E.ChangeNotDue.selector, change, ready));
        vm.warp(ready);
        wanted.version += 1;
        emits();
        emit ILedgerEvents.RulebookSet(REGISTRAR, wanted.version, next, 1);
        emits();
        emit ILedgerEvents.ChangeApplied(REGISTRAR, change, 1);
        _set(m);
        eq(ledger.rulebook(), next);
        same(ledger.participantOf(REGISTRAR), wanted);
        eq(word(CHANGES, uint256(change)), ready | (2 << 32) | (uint256(REGISTRAR) << 40));
        (bytes3 code, uint8 exponent) = ledger.currency();
        yes(code == "CNY" && exponent == 2); // they share the slot
        _refuse(m, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, wanted.version, m.version));
    }

    function test_setRulebook__applied__governs_what_is_issued_and_published_from_then_on() public {
        uint88 before = held(1, FACE);
        _setNow(_right());
        issue(terms(2, FACE));
        eq(ledger.obligationOf(uint64(before >> 24)).rulebook, 1);
        eq(ledger.obligationOf(obligationId(CORE, 2)).rulebook, 2);
        PublishRules memory r = secondRules();
        r.version = 3;
        r.from = uint32(T0) + 2 * PUBLIC_DELAY;
        publish(r);
        eq(IRulebook(next).latest(), 3);
        eq(book.latest(), 1);
    }

    function test_setRulebook__announced_then_cancelled__never_applied() public {
        SetRulebook memory m = _right();
        _set(m);
        vm.prank(vm.addr(R2));
        ledger.cancelChange(CancelChange(REGISTRAR, _hash(m), vm.addr(R2), DEADLINE), "");
        vm.warp(T0 + PUBLIC_DELAY);
        _refuse(m, abi.encodeWithSelector(E.ChangeIsCancelled.selector, _hash(m)));
    }

    function test_setRulebook__rules_published_meanwhile__bad_rulebook() public {
        SetRulebook memory m = _right();
        _set(m);
        publish(secondRules());
        vm.warp(T0 + PUBLIC_DELAY);
        _refuse(m, abi.encodeWithSelector(E.BadRulebook.selector, next));
    }

    function test_setRulebook__own_checks__refused_in_order() public {
        SetRulebook memory m = _right();
        m.rulebook = address(book);
        m.second = vm.addr(STRANGER);
        m.version = 2;
        _refuse(m, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, 3, 2));
        m.version = 4;
        _refuse(m, abi.encodeWithSelector(E.StaleParticipant.selector, REGISTRAR, 3, 4));
        m.version = 3;
        _refuse(m, abi.encodeWithSelector(E.UnknownAccount.selector, m.second));
        m.second = vm.addr(MAKER);
        _refuse(m, abi.encodeWithSelector(E.NotSignerFor.selector, m.second, REGISTRAR));
        m.second = vm.addr(R1);
        _refuse(m, abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        m.second = vm.addr(R2);
        bytes memory signature = signed(R1, _hash(m));
        refused(badSignature(m.second));
        ledger.setRulebook(m, signature, signature);
        refused(badSignature(m.second));
        ledger.setRulebook(m, signature, "");
        _refuse(m, abi.encodeWithSelector(E.BadRulebook.selector, address(book)));
        setRights(m.second, Rights.CHECKER);
        _refuse(m, abi.encodeWithSelector(E.RightMissing.selector, m.second, Rights.MAKER));
        endAccount(m.second);
        _refuse(m, abi.encodeWithSelector(E.AccountRevoked.selector, m.second));
    }

    function test_setRulebook__version_at_its_maximum__refused_when_applied() public {
        setVersion(REGISTRAR, VERSION_MAX);
        SetRulebook memory m = _right();
        m.version = VERSION_MAX;
        _set(m);
        vm.warp(T0 + PUBLIC_DELAY);
        _refuse(m, abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, REGISTRAR));
    }

    function test_setRulebook__another_ledgers_or_out_of_sequence__bad_rulebook() public {
        _refuseBook(_successor(address(this), 2));
        _refuseBook(_successor(address(ledger), 1));
        _refuseBook(_successor(address(ledger), 3));
        _refuseBook(vm.addr(STRANGER));
    }

    function test_setRulebook__first_version_not_in_force__bad_rulebook_until_its_second() public {
        PublishRules memory r = _firstRules();
        (r.version, r.from) = (2, uint32(T0) + 1);
        next = _create("Rulebook", abi.encode(ledger, r));
        _refuseBook(next);
        vm.warp(T0 + 1);
        _set(_right());
        eq(uint8(word(CHANGES, uint256(_hash(_right()))) >> 32), 1);
    }

    function test_setRulebook__two_versions__bad_rulebook() public {
        PublishRules memory r = secondRules();
        r.version = 3;
        vm.prank(address(ledger));
        IRulebook(next).publish(r);
        _refuseBook(next);
        vm.warp(r.from);
        _refuseBook(next);
    }

    function test_setRulebook__contract_that_refuses_to_say__bad_rulebook() public {
        _refuseBook(address(new Mute()));
    }

    function test_setRulebook__contract_that_says_nothing__bad_rulebook() public {
        _refuseBook(address(new Echo("")));
    }

    function test_setRulebook__contract_that_says_no_address__bad_rulebook() public {
        _refuseBook(address(new Echo(abi.encode(type(uint256).max))));
    }

    function test_setRulebook__contract_that_only_serves_the_ledger__bad_rulebook() public {
        _refuseBook(address(new Echo(abi.encode(ledger)))); // its latest() is no uint16
    }

    function test_setRulebook__contract_that_tells_no_limits__bad_rulebook() public {
        _refuseBook(address(new Halfbook(address(ledger))));
    }

    // ---------------------------------------------------------------- how

    function _successor(address ledger_, uint16 version) private returns (address) {
        PublishRules memory r = _firstRules();
        r.version = version;
        return _create("Rulebook", abi.encode(ledger_, r));
    }

    function _right() private view returns (SetRulebook memory) {
        return _message(By(REGISTRAR, vm.addr(R1), DEADLINE));
    }

    function _hash(SetRulebook memory m) private pure returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_RULEBOOK, m));
    }

    function _set(SetRulebook memory m) private {
        ledger.setRulebook(m, signed(R1, _hash(m)), signed(R2, _hash(m)));
    }

    function _setNow(SetRulebook memory m) private {
        _set(m);
        vm.warp(T0 + PUBLIC_DELAY);
        _set(m);
    }

    function _refuse(SetRulebook memory m, bytes memory error_) private {
        refused(error_);
        _set(m);
    }

    function _refuseBook(address rulebook) private {
        SetRulebook memory m = _right();
        m.rulebook = rulebook;
        _refuse(m, abi.encodeWithSelector(E.BadRulebook.selector, rulebook));
    }

    function hashBy(By memory by) internal view override returns (bytes32) {
        return _hash(_message(by));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        SetRulebook memory m = _message(by);
        return abi.encodeCall(ledger.setRulebook, (m, signature, signed(R2, _hash(m))));
    }

    /// @dev The first call announces.
    function done(By memory by) internal view override returns (bool) {
        return uint8(word(CHANGES, uint256(hashBy(by))) >> 32) == 1;
    }

    function _message(By memory by) private view returns (SetRulebook memory) {
        return SetRulebook(by.participant, 3, next, by.signer, vm.addr(R2), by.deadline);
    }
}
