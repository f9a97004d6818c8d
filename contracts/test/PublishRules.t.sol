// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {Rights} from "../interfaces/IReceivableLedger.sol";
import {IRulebook, Rules} from "../interfaces/IRulebook.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedInRole} from "./SignedBy.sol";

contract PublishRulesTest is SignedInRole {
    function test_publishRules__right__next_version_and_no_other() public {
        PublishRules memory r = _widest();
        uint256 before = _rules(1);
        vm.expectEmit(true, true, true, true, address(book));
        emit IRulebook.RulesPublished(2, r.from, 366 days, 65_535, 15, 14, 0, 16_777_215, 0, 255);
        publish(r);
        eq(book.latest(), 2);
        eq(_rules(2), _packed(r));
        eq(_rules(1), before);
        eq(_rules(3), 0);
        eq(versionOf(REGISTRAR), 3);
    }

    function test_publishRules__second_officer_calls__needs_no_signature() public {
        PublishRules memory r = secondRules();
        bytes memory signature = signed(R1, _hash(r));
        vm.prank(r.second);
        ledger.publishRules(r, signature, "");
        yes(done(_usual()));
    }

    function test_publishRules__second_officer__refused_in_order() public {
        PublishRules memory r = secondRules();
        r.version = 9;
        r.second = vm.addr(STRANGER);
        _refuse(r, abi.encodeWithSelector(E.UnknownAccount.selector, r.second));
        r.second = address(0);
        _refuse(r, abi.encodeWithSelector(E.UnknownAccount.selector, r.second));
        r.second = vm.addr(MAKER);
        _refuse(r, abi.encodeWithSelector(E.NotSignerFor.selector, r.second, REGISTRAR));
        r.second = vm.addr(R1);
        _refuse(r, abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        copyAccount(vm.addr(R2), vm.addr(R1)); // two keys of one officer
        r.second = vm.addr(R2);
        _refuse(r, abi.encodeWithSelector(E.SameOfficer.selector, REGISTRAR, 1));
        put(ACCOUNTS, uint160(r.second), 32, 16, 2);
        bytes memory signature = signed(R1, _hash(r));
        refused(badSignature(r.second));
        ledger.publishRules(r, signature, signature);
        refused(badSignature(r.second));
        ledger.publishRules(r, signature, "");
        _refuse(r, abi.encodeWithSelector(E.StaleRulebook.selector, 2, 9));
        setRights(r.second, Rights.CHECKER);
        _refuse(r, abi.encodeWithSelector(E.RightMissing.selector, r.second, Rights.MAKER));
        endAccount(r.second);
        _refuse(r, abi.encodeWithSelector(E.AccountRevoked.selector, r.second));
    }

    function test_publishRules__not_the_next_version__stale_before_bad() public {
        PublishRules memory r = secondRules();
        r.from = 0;
        r.version = 1;
        _refuse(r, abi.encodeWithSelector(E.StaleRulebook.selector, 2, 1));
        r.version = 3;
        _refuse(r, abi.encodeWithSelector(E.StaleRulebook.selector, 2, 3));
    }

    function test_publishRules__from__public_delay_to_the_second() public {
        PublishRules memory r = secondRules();
        r.from -= 1;
        _refuseAsBad(r);
        r.from += 1;
        publish(r);
        eq(book.latest(), 2);
    }

    function test_publishRules__from__must_grow_from_version_to_version() public {
        PublishRules memory r = secondRules();
        r.from += 100;
        publish(r);
        r.version = 3;
        _refuseAsBad(r);
        r.from += 1;
        publish(r);
        eq(book.latest(), 3);
    }

    function test_publishRules__each_bound__one_beyond_is_bad() public {
        PublishRules memory r = _widest();
        r.maxTenor = 366 days + 1;
        _refuseAsBad(r);
        r.maxTenor = 0;
        _refuseAsBad(r);
        (r.maxTenor, r.maxOffer) = (1, 0);
        _refuseAsBad(r);
        (r.maxOffer, r.hopCap) = (1, 16);
        _refuseAsBad(r);
        (r.hopCap, r.minPiece) = (0, 15);
        _refuseAsBad(r);
        (r.minPiece, r.minLateRate, r.maxLateRate) = (0, 8, 7);
        _refuseAsBad(r);
        (r.maxLateRate, r.minCloses, r.maxCloses) = (8, 6, 5);
        _refuseAsBad(r);
        r.maxCloses = 6;
        publish(r); // the least that is allowed, equal bounds included
        eq(_rules(2), _packed(r));
    }

    // ---------------------------------------------------------------- the Rulebook itself

    function test_rulebook__in_force__the_highest_version_that_has_begun() public {
        PublishRules memory r = secondRules();
        publish(r);
        r.version = 3;
        r.from += 10;
        publish(r);
        _inForce(0, 1);
        _inForce(T0, 1);
        _inForce(r.from - 11, 1);
        _inForce(r.from - 10, 2);
        _inForce(r.from - 1, 2);
        _inForce(r.from, 3);
        _inForce(type(uint256).max, 3);
    }

    function test_rulebook__published_by_another_than_the_ledger__only_ledger() public {
        PublishRules memory r = secondRules();
        vm.prank(vm.addr(R1));
        refused(abi.encodeWithSelector(IRulebook.OnlyLedger.selector, vm.addr(R1)));
        book.publish(r);
        eq(book.ledger(), address(ledger));
    }

    function test_rulebook__deployed__first_version_may_be_any_and_long_in_force() public {
        PublishRules memory r = _firstRules();
        r.version = 7;
        r.from = uint32(T0) - 1000;
        IRulebook made = IRulebook(_create("Rulebook", abi.encode(address(0xbeef), r)));
        eq(made.ledger(), address(0xbeef));
        eq(made.latest(), 7);
        (uint16 version, Rules rules) = made.inForce(T0);
        eq(version, 7);
        eq(Rules.unwrap(rules), _packed(r));
        (version, rules) = made.inForce(r.from);
        eq(version, 7);
        (version, rules) = made.inForce(r.from - 1);
        eq(version, 0);
        eq(Rules.unwrap(rules), 0);
    }

    function test_rulebook__deployed_with_bad_rules_or_for_no_ledger__refused() public {
        PublishRules memory r = _firstRules();
        r.version = 0;
        refused(abi.encodeWithSelector(E.BadRules.selector));
        this.deploy(address(ledger), r);
        r.version = 1;
        r.maxTenor = 366 days + 1;
        refused(abi.encodeWithSelector(E.BadRules.selector));
        this.deploy(address(ledger), r);
        refused(abi.encodeWithSelector(E.BadGenesis.selector));
        this.deploy(address(0), r);
    }

    // ---------------------------------------------------------------- how

    function deploy(address ledger_, PublishRules memory r) external {
        _create("Rulebook", abi.encode(ledger_, r));
    }

    function _widest() private pure returns (PublishRules memory r) {
        r = secondRules();
        r.maxTenor = 366 days;
        r.maxOffer = type(uint16).max;
        r.hopCap = 15;
        r.minPiece = 14;
        r.minLateRate = 0;
        r.maxLateRate = type(uint24).max;
        r.minCloses = 0;
        r.maxCloses = 255;
    }

    /// @dev The layout that IRulebook states.
    function _packed(PublishRules memory r) private pure returns (uint256) {
        return r.from | (uint256(r.maxTenor) << 32) | (uint256(r.maxOffer) << 64) | (uint256(r.hopCap) << 80)
            | (uint256(r.minPiece) << 88) | (uint256(r.minLateRate) << 96) | (uint256(r.maxLateRate) << 120)
            | (uint256(r.minCloses) << 144) | (uint256(r.maxCloses) << 152);
    }

    function _rules(uint16 version) private view returns (uint256) {
        return Rules.unwrap(book.rulesOf(version));
    }

    function _inForce(uint256 instant, uint16 wanted) private view {
        (uint16 version, Rules rules) = book.inForce(instant);
        eq(version, wanted);
        eq(Rules.unwrap(rules), _rules(wanted));
    }

    function _hash(PublishRules memory r) private pure returns (bytes32) {
        return keccak256(abi.encode(Intents.PUBLISH_RULES, r));
    }

    function _refuse(PublishRules memory r, bytes memory error_) private {
        refused(error_);
        publish(r);
    }

    function _refuseAsBad(PublishRules memory r) private {
        _refuse(r, abi.encodeWithSelector(E.BadRules.selector));
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return _hash(_message(by));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        PublishRules memory r = _message(by);
        return abi.encodeCall(ledger.publishRules, (r, signature, signed(R2, _hash(r))));
    }

    function done(By memory) internal view override returns (bool) {
        return book.latest() == 2;
    }

    function _message(By memory by) private pure returns (PublishRules memory r) {
        r = secondRules();
        r.from += 600; // still far enough away in the last second of the signed tests
        (r.participant, r.signer, r.deadline) = (by.participant, by.signer, by.deadline);
    }
}
