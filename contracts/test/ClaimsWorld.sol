// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerViews, ParticipantStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @title What tests of claims, financing and settlement share: consents, states that are hard to reach, exact comparison
/// @dev States are set through real operations where there is one; `poke` writes the single storage field that none reaches
/// (maxima of counters, flags and REDUCE steps of later operations).
abstract contract ClaimsWorld is World {
    uint48 internal constant MAX48 = type(uint48).max;
    uint24 internal constant MAX24 = type(uint24).max;
    uint48 internal constant PART = 30_000_001;
    uint16 internal constant RULES = 7;

    // LedgerStorage's mappings by slot
    uint256 internal constant CLAIMS = 0;
    uint256 internal constant OBLIGATIONS = 1;
    uint256 internal constant STEPS = 2;
    uint256 internal constant PARTICIPANTS = 3;
    uint256 internal constant ACCOUNTS = 4;

    // ---------------------------------------------------------------- storage

    /// @dev Writes `bits` bits from bit `shift` on of the word of `key` in mapping number `mapping_`, and nothing else.
    function poke(uint256 mapping_, uint256 key, uint256 shift, uint256 bits, uint256 value) internal {
        bytes32 slot = keccak256(abi.encode(key, mapping_));
        uint256 mask = (type(uint256).max >> (256 - bits)) << shift;
        uint256 word = uint256(vm.load(address(ledger), slot));
        vm.store(address(ledger), slot, bytes32((word & ~mask) | (value << shift)));
    }

    function peek(uint256 mapping_, uint256 key) internal view returns (uint256) {
        return uint256(vm.load(address(ledger), keccak256(abi.encode(key, mapping_))));
    }

    function setClaimVersion(uint88 claim, uint24 version) internal {
        poke(CLAIMS, claim, 184, 24, version);
    }

    function setHop(uint88 claim, uint8 hop) internal {
        poke(CLAIMS, claim, 232, 8, hop);
    }

    function setClaimStatus(uint88 claim, uint8 status) internal {
        poke(CLAIMS, claim, 240, 8, status);
    }

    function setLien(uint88 claim, uint32 lienholder, uint24 until) internal {
        poke(CLAIMS, claim, 32, 32, lienholder);
        poke(CLAIMS, claim, 208, 24, until);
    }

    /// @dev Under another version of the limits than the one in force, so that an event that carries the wrong one shows.
    function govern(uint64 obligation) internal {
        poke(OBLIGATIONS, obligation, 152, 16, RULES);
    }

    function setSeq(uint64 obligation, uint24 seq) internal {
        poke(OBLIGATIONS, obligation, 128, 24, seq);
    }

    function setObligationStatus(uint64 obligation, uint8 status) internal {
        poke(OBLIGATIONS, obligation, 176, 8, status);
    }

    function setHopCap(uint64 obligation, uint8 hopCap) internal {
        poke(OBLIGATIONS, obligation, 200, 4, hopCap);
    }

    function setMinPiece(uint64 obligation, uint8 exponent) internal {
        poke(OBLIGATIONS, obligation, 204, 4, exponent);
    }

    function setObligationVersion(uint64 obligation, uint24 version) internal {
        poke(OBLIGATIONS, obligation, 232, 24, version);
    }

    /// @dev A REDUCE of unpaid coordinates [lo, hi), as a credit note leaves it behind.
    function reduce(uint64 obligation, uint48 lo, uint48 hi) internal {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        uint256 last = o.steps == 0 ? 0 : peek(STEPS, (uint256(obligation) << 8) | o.steps) >> 232;
        uint256 word = 2 | (uint256(lo) << 8) | (uint256(hi) << 56) | (T0 << 200) | (last << 232);
        poke(STEPS, (uint256(obligation) << 8) | (o.steps + 1), 0, 256, word);
        poke(OBLIGATIONS, obligation, 184, 8, o.steps + 1);
        poke(OBLIGATIONS, obligation, 48, 48, o.unpaid - (hi - lo));
    }

    /// @dev A participant's cash address, the second word of its record.
    function setCashAddress(uint32 participant, address cash) internal {
        bytes32 slot = bytes32(uint256(keccak256(abi.encode(uint256(participant), PARTICIPANTS))) + 1);
        eq(address(uint160(uint256(vm.load(address(ledger), slot)))), cashOf(participant));
        vm.store(address(ledger), slot, bytes32(uint256(uint160(cash))));
    }

    /// @dev An account that speaks for a participant, as the registry would have left it.
    function setAccount(address account, uint32 participant, uint16 officer, uint8 rights, bool active) internal {
        uint256 word =
            participant | (uint256(officer) << 32) | (uint256(rights) << 48) | (uint256(active ? 1 : 0) << 56);
        poke(ACCOUNTS, uint160(account), 0, 256, word);
    }

    // ---------------------------------------------------------------- the registry's part

    function standing(uint32 id, uint16 roles, uint8 status, uint64 limit) internal {
        uint24 version = versionOf(id);
        vm.prank(vm.addr(R1));
        ledger.setStanding(SetStanding(REGISTRAR, id, version, roles, status, limit, vm.addr(R1), DEADLINE), "");
    }

    function suspend(uint32 id) internal {
        ILedgerViews.ParticipantView memory p = ledger.participantOf(id);
        standing(id, p.roles, ParticipantStatus.SUSPENDED, p.limit);
    }

    function pauseUntil(uint32 id, uint24 until) internal {
        uint32[] memory subjects = new uint32[](1);
        subjects[0] = id;
        uint24 version = versionOf(OPERATOR);
        vm.prank(vm.addr(OP));
        ledger.pause(Pause(OPERATOR, version, until, subjects, vm.addr(OP), DEADLINE), "");
    }

    function autoAcceptUntil(uint32 to, uint256 key, uint32 from, uint32 until) internal {
        uint24 version = versionOf(to);
        vm.prank(vm.addr(key));
        ledger.setAutoAccept(SetAutoAccept(to, version, from, until, vm.addr(key), DEADLINE), "");
    }

    function addRail(uint8 rail, address cash, uint32 bank, uint256 bankKey, address escrow_) internal {
        AddRail memory m = AddRail(REGISTRAR, rail, cash, bank, escrow_, vm.addr(bankKey), vm.addr(R1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.ADD_RAIL, m));
        ledger.addRail(m, signed(R1, h), signed(bankKey, h));
    }

    /// @dev Accepted by SUP1; face 2^48 - 1, the most that a claim can hold, with limit and invoice to match.
    function heldWhole48() internal returns (uint88 claim) {
        standing(CORE, ledger.participantOf(CORE).roles, ParticipantStatus.ACTIVE, type(uint64).max);
        _registerInvoice(CORE, "all", MAX48);
        NewObligation memory o = terms(48, MAX48);
        o.invoices = parts("all", MAX48);
        return opened(o);
    }

    function opened(NewObligation memory o) internal returns (uint88 claim) {
        claim = issue(o);
        accept(claim);
    }

    // ---------------------------------------------------------------- the usual operations

    function lienAcceptance(uint256 key, LienAcceptance memory m) internal view returns (bytes memory) {
        return abi.encodePacked(m.signer, m.deadline, signed(key, keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, m))));
    }

    /// @dev The whole claim or its tail, in favour of `to` until the hour `until`; both sides sign.
    function lien(uint88 claim, uint32 holder, uint256 key, uint32 to, uint256 toKey, uint48 amount, uint24 until)
        internal
    {
        Lien memory m = Lien(holder, claim, claimVersion(claim), amount, to, until, vm.addr(key), DEADLINE);
        bytes memory consent =
            lienAcceptance(toKey, LienAcceptance(to, claim, m.version, amount, until, vm.addr(toKey), DEADLINE));
        vm.prank(m.signer);
        ledger.lien(m, "", consent);
    }

    function cut(uint88 claim, uint32 holder, uint256 key, uint48 amount) internal returns (uint88 child) {
        Cut memory m = Cut(holder, claim, claimVersion(claim), amount, vm.addr(key), DEADLINE);
        vm.prank(m.signer);
        ledger.cut(m, "");
        return lastChild(claim);
    }

    function lastChild(uint88 claim) internal view returns (uint88) {
        return (claim >> 24 << 24) | ledger.obligationOf(uint64(claim >> 24)).seq;
    }

    function moneyOf(uint88 claim) internal view returns (uint256) {
        (uint256 principal, uint256 interest,) = ledger.moneyOf(claim);
        return principal + interest;
    }

    function unpaidOf(uint88 claim) internal view returns (uint256 unpaid) {
        (,, unpaid) = ledger.moneyOf(claim);
    }

    function balance(uint32 participant) internal view returns (uint256) {
        return token.balanceOf(cashOf(participant));
    }

    function owed(uint8 rail) internal view returns (uint256 cents) {
        (,,, cents) = ledger.railOf(rail);
    }

    // ---------------------------------------------------------------- expectations

    error Differs(uint256 field, uint256 got, uint256 wanted);
    error LogCount(uint256 got, uint256 wanted);

    function same(ILedgerViews.ClaimView memory got, ILedgerViews.ClaimView memory wanted) internal pure {
        same(abi.encode(got), abi.encode(wanted));
    }

    function same(ILedgerViews.ObligationView memory got, ILedgerViews.ObligationView memory wanted) internal pure {
        same(abi.encode(got), abi.encode(wanted));
    }

    function same(ILedgerViews.ParticipantView memory got, ILedgerViews.ParticipantView memory wanted) internal pure {
        same(abi.encode(got), abi.encode(wanted));
    }

    function same(bytes memory got, bytes memory wanted) internal pure {
        eq(got.length, wanted.length);
        for (uint256 i = 32; i <= got.length; i += 32) {
            uint256 a;
            uint256 b;
            assembly ("memory-safe") {
                a := mload(add(got, i))
                b := mload(add(wanted, i))
            }
            if (a != b) revert Differs(i / 32 - 1, a, b);
        }
    }

    /// @dev The stored word of step n, field by field (layout: Step): a payment of m of u, and of interest.
    function step(
        uint64 obligation,
        uint256 n,
        uint256 m,
        uint256 u,
        uint256 interest,
        uint256 stillOwed,
        uint256 taken,
        uint256 pays
    ) internal view {
        uint256 word =
            1 | (m << 8) | (u << 56) | (interest << 104) | (stillOwed << 152) | (taken << 200);
        eq(peek(STEPS, (uint256(obligation) << 8) | n), word | (pays << 232));
    }

    function money(uint88 claim, uint256 principal, uint256 interest, uint256 unpaid) internal view {
        (uint256 p, uint256 i, uint256 u) = ledger.moneyOf(claim);
        eq(p, principal);
        eq(i, interest);
        eq(u, unpaid);
    }

    function owes(uint64 obligation, uint256 unpaid, uint256 interest) internal view {
        (uint256 u, uint256 i) = ledger.owedOf(obligation);
        eq(u, unpaid);
        eq(i, interest);
    }

    /// @dev The next event of the ledger must be the one emitted after this, topics and data.
    function expectLog() internal {
        vm.expectEmit(true, true, true, true, address(ledger));
    }

    /// @dev Since recordLogs the ledger emitted so many events and no more.
    function onlyLogs(uint256 wanted) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 got = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(ledger)) ++got;
        }
        if (got != wanted) revert LogCount(got, wanted);
    }

    /// @dev `addressOf`, computed here: keccak256(chain id, ledger << 32 | participant), cut to 20 bytes.
    function standIn(uint32 participant) internal view returns (address) {
        uint256 subject = (uint256(uint160(address(ledger))) << 32) | participant;
        return address(uint160(uint256(keccak256(abi.encode(block.chainid, subject)))));
    }

    function err(bytes4 selector, uint256 a) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a);
    }

    function err(bytes4 selector, uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    function err(bytes4 selector, uint256 a, uint256 b, uint256 c) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b, c);
    }
}
