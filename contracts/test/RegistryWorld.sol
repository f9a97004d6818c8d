// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ParticipantStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {World} from "./World.sol";

/// @title What the tests of registry and issue share: calls by their calldata, the ledger's slots, governed messages
/// @dev Slots are written only to reach what no test could reach otherwise (a counter's maximum, a right taken away without a change
/// of version). Time is always given as T0 + n: the compiler may read block.timestamp once for a whole function.
abstract contract RegistryWorld is World {
    uint32 internal constant PUBLIC_DELAY = 3 days;
    uint24 internal constant VERSION_MAX = type(uint24).max;
    uint32 internal constant NOBODY = 999; // no participant has this id
    uint256 internal constant NEW = 0xe01; // a key that is nobody's yet

    // Where LedgerStorage keeps what there is no view for.
    uint256 internal constant CLAIMS = 0;
    uint256 internal constant OBLIGATIONS = 1;
    uint256 internal constant PARTICIPANTS = 3;
    uint256 internal constant ACCOUNTS = 4;
    uint256 internal constant OFFICERS = 5;
    uint256 internal constant INVOICES = 7;
    uint256 internal constant INVOICE_RECORDS = 8;
    uint256 internal constant AUTO_ACCEPTS = 9;
    uint256 internal constant CHANGES = 11;

    // ---------------------------------------------------------------- calls by calldata

    function perform(bytes memory data) internal {
        (bool done, bytes memory answer) = address(ledger).call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function performAs(address caller, bytes memory data) internal {
        vm.prank(caller);
        perform(data);
    }

    /// @dev The call is refused with exactly this error.
    function refuse(bytes memory data, bytes memory error_) internal {
        refused(error_);
        (bool asExpected,) = address(ledger).call(data);
        yes(asExpected);
    }

    /// @dev The next call of the ledger emits exactly the event that follows.
    function emits() internal {
        vm.expectEmit(true, true, true, true, address(ledger));
    }

    // ---------------------------------------------------------------- slots

    function slot(uint256 mapping_, uint256 key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, mapping_));
    }

    function word(uint256 mapping_, uint256 key) internal view returns (uint256) {
        return uint256(vm.load(address(ledger), slot(mapping_, key)));
    }

    /// @dev Writes `value` into the field of `bits` bits at `shift`.
    function put(uint256 mapping_, uint256 key, uint256 shift, uint256 bits, uint256 value) internal {
        uint256 mask = ((1 << bits) - 1) << shift;
        uint256 changed = (word(mapping_, key) & ~mask) | (value << shift);
        vm.store(address(ledger), slot(mapping_, key), bytes32(changed));
    }

    function setVersion(uint32 participant, uint24 version) internal {
        put(PARTICIPANTS, participant, 168, 24, version);
    }

    function setLimit(uint32 participant, uint64 limit) internal {
        put(PARTICIPANTS, participant, 0, 64, limit);
    }

    function setRoles(uint32 participant, uint16 roles) internal {
        put(PARTICIPANTS, participant, 144, 16, roles);
    }

    function suspend(uint32 participant) internal {
        put(PARTICIPANTS, participant, 160, 8, ParticipantStatus.SUSPENDED);
    }

    function setPausedUntil(uint32 participant, uint24 until) internal {
        put(PARTICIPANTS, participant, 232, 24, until);
    }

    function setRights(address account, uint8 rights) internal {
        put(ACCOUNTS, uint160(account), 48, 8, rights);
    }

    function endAccount(address account) internal {
        put(ACCOUNTS, uint160(account), 56, 8, 0);
    }

    /// @dev `account` becomes a further account of the officer behind `like`.
    function copyAccount(address account, address like) internal {
        vm.store(address(ledger), slot(ACCOUNTS, uint160(account)), bytes32(word(ACCOUNTS, uint160(like))));
    }

    function setThresholdOf(uint32 participant, uint16 officer, uint64 threshold) internal {
        put(OFFICERS, officerKey(participant, officer), 0, 64, threshold);
    }

    function officerKey(uint32 participant, uint16 officer) internal pure returns (uint256) {
        return (uint256(participant) << 16) | officer;
    }

    function invoiceKey(uint32 obligor, bytes32 fingerprint) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(obligor, fingerprint)));
    }

    // ---------------------------------------------------------------- expectations

    function same(ILedgerViews.ParticipantView memory got, ILedgerViews.ParticipantView memory wanted) internal pure {
        eq(keccak256(abi.encode(got)), keccak256(abi.encode(wanted)));
    }

    function same(ILedgerViews.ObligationView memory got, ILedgerViews.ObligationView memory wanted) internal pure {
        eq(keccak256(abi.encode(got)), keccak256(abi.encode(wanted)));
    }

    function same(ILedgerViews.ClaimView memory got, ILedgerViews.ClaimView memory wanted) internal pure {
        eq(keccak256(abi.encode(got)), keccak256(abi.encode(wanted)));
    }

    function badSignature(address signer) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILedgerErrors.BadSignature.selector, signer);
    }

    // ---------------------------------------------------------------- messages

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(), structHash));
    }

    function list(uint32 only) internal pure returns (uint32[] memory subjects) {
        subjects = new uint32[](1);
        subjects[0] = only;
    }

    function pair(bytes memory first, bytes memory second) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        signatures[0] = first;
        signatures[1] = second;
    }

    /// @dev `signer`, an account of the participant, ends the account of `key`: done at once.
    function end(uint32 participant, uint256 key, uint256 signer) internal {
        RevokeAccount memory m =
            RevokeAccount(participant, versionOf(participant), vm.addr(key), vm.addr(R1), vm.addr(signer), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.REVOKE_ACCOUNT, m));
        ledger.revokeAccount(m, pair(signed(R1, h), signed(signer, h)));
    }

    /// @dev Limits that differ from the first ones in every bound, in force PUBLIC_DELAY from T0.
    function secondRules() internal pure returns (PublishRules memory r) {
        r = _firstRules();
        r.participant = REGISTRAR;
        r.version = 2;
        r.from = uint32(T0 + PUBLIC_DELAY);
        r.maxTenor = 180 days;
        r.maxOffer = 48;
        r.hopCap = 3;
        r.minPiece = 2;
        r.minLateRate = 36_500;
        r.maxLateRate = 182_500;
        r.minCloses = 2;
        r.maxCloses = 5;
        r.signer = vm.addr(R1);
        r.second = vm.addr(R2);
        r.deadline = DEADLINE;
    }

    function publish(PublishRules memory r) internal {
        bytes32 h = keccak256(abi.encode(Intents.PUBLISH_RULES, r));
        ledger.publishRules(r, signed(R1, h), signed(R2, h));
    }
}
