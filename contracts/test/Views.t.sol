// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ClaimStatus, ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

interface IEncoder {
    function toBase64(string calldata data) external pure returns (string memory);
}

contract ViewsTest is RegistryWorld {
    uint88 private claim; // 1 of obligation 1: [0, 70,000,000)
    uint88 private child; // 2: the rest, SUP2's

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        child = split(claim, SUP1, S1, SUP2, S2, 30_000_000);
    }

    // ---------------------------------------------------------------- the ledger's own

    function test_views__of_nothing__answer_zeros() public view {
        ILedgerViews.ParticipantView memory p;
        same(ledger.participantOf(NOBODY), p);
        ILedgerViews.ObligationView memory o;
        same(ledger.obligationOf(obligationId(CORE, 9)), o);
        ILedgerViews.ClaimView memory c;
        same(ledger.claimOf(claimId(CORE, 1, 9)), c);
        (uint32 participant, uint16 officer, uint8 rights, bool active) = ledger.accountOf(vm.addr(STRANGER));
        yes(participant == 0 && officer == 0 && rights == 0 && !active);
        (address token_, uint32 bank, address escrow_, uint96 owed) = ledger.railOf(9);
        yes(token_ == address(0) && bank == 0 && escrow_ == address(0) && owed == 0);
        (uint48 gross, uint48 allocated) = ledger.invoiceOf(CORE, TERMS);
        yes(gross == 0 && allocated == 0);
        _money(claimId(CORE, 1, 9), 0, 0, 0);
        (uint48 unpaid, uint48 interest) = ledger.owedOf(obligationId(CORE, 9));
        yes(unpaid == 0 && interest == 0);
    }

    function test_views__as_money_comes_and_goes__rail_and_claims_tell() public {
        _money(child, 0, 0, 30_000_000);
        fund(obligationId(CORE, 1), FACE);
        (address token_, uint32 bank, address escrow_, uint96 owed) = ledger.railOf(RAIL);
        yes(token_ == address(token) && bank == BANK && escrow_ == escrow() && owed == FACE);
        _money(child, 30_000_000, 0, 0);
        ledger.redeem(child);
        (,,, owed) = ledger.railOf(RAIL);
        eq(owed, 70_000_000);
        _money(child, 0, 0, 0);
        _money(claim, 70_000_000, 0, 0);
    }

    function test_owedOf__late__interest_by_the_day_begun() public {
        vm.warp(due());
        (uint48 unpaid, uint48 interest) = ledger.owedOf(obligationId(CORE, 1));
        yes(unpaid == FACE && interest == 0);
        vm.warp(due() + 1);
        (unpaid, interest) = ledger.owedOf(obligationId(CORE, 1));
        eq(interest, uint256(FACE) * 182_500 / 365_000_000);
        fund(obligationId(CORE, 1), uint64(unpaid) + interest);
        _money(claim, 70_000_000, 35_000, 0);
        _money(child, 30_000_000, 15_000, 0);
    }

    function test_moneyOf__ended_offer__nothing() public {
        uint88 offered = issue(terms(2, FACE));
        _money(offered, 0, 0, FACE);
        vm.warp(due());
        ledger.expire(obligationId(CORE, 2), TERMS, parts(INVOICE, FACE));
        _money(offered, 0, 0, 0);
    }

    function test_digests__of_packed_acceptances__as_EIP712_says() public view {
        Acceptance memory a = Acceptance(SUP2, claim, 3, 4, 5, vm.addr(S2), DEADLINE);
        eq(ledger.acceptanceDigest(a), digestOf(keccak256(abi.encode(Intents.ACCEPTANCE, a))));
        LienAcceptance memory l = LienAcceptance(FIN, claim, 3, 4, 5, vm.addr(F1), DEADLINE);
        eq(ledger.lienAcceptanceDigest(l), digestOf(keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, l))));
    }

    function test_configuration__as_deployed() public view {
        eq(ledger.rulebook(), address(book));
        (bytes3 code, uint8 exponent) = ledger.currency();
        yes(code == "CNY" && exponent == 2);
        eq(keccak256(bytes(ledger.name())), keccak256("DeepTier claim"));
        eq(keccak256(bytes(ledger.symbol())), keccak256("DTC"));
    }

    // ---------------------------------------------------------------- ERC-721 in part

    function test_addressOf__chain_ledger_and_participant__and_no_key() public {
        eq(ledger.addressOf(SUP1), _standsFor(31_337, SUP1));
        eq(ledger.addressOf(type(uint32).max), _standsFor(31_337, type(uint32).max));
        vm.chainId(7);
        eq(ledger.addressOf(SUP1), _standsFor(7, SUP1));
    }

    function test_ownerOf__holder__through_its_whole_life() public {
        uint88 offered = issue(terms(2, FACE));
        address first = ledger.addressOf(SUP1);
        eq(ledger.ownerOf(offered), first);
        eq(ledger.ownerOf(claim), first);
        eq(ledger.ownerOf(child), ledger.addressOf(SUP2));
        end(SUP1, S1, S1); // its keys go, it stays
        fund(obligationId(CORE, 1), FACE);
        ledger.redeem(claim);
        eq(ledger.ownerOf(claim), first); // the tombstone keeps its holder
    }

    function test_tokens__unknown_or_of_more_than_88_bits__unknown_claim() public {
        uint256[2] memory ids = [uint256(claimId(CORE, 1, 3)), (1 << 88) | uint256(claim)];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory unknown = abi.encodeWithSelector(E.UnknownClaim.selector, uint88(ids[i]));
            refused(unknown);
            ledger.ownerOf(ids[i]);
            refused(unknown);
            ledger.tokenURI(ids[i]);
            refused(unknown);
            ledger.locked(ids[i]);
        }
    }

    function test_tokenURI__claim__is_a_data_document_that_can_be_read() public view {
        string memory json = "{\"name\":\"Claim 10-1-2\",\"description\":\"Cents 70000000 to 100000000 of obligation 10-1\","
            "\"attributes\":[{\"trait_type\":\"amount\",\"value\":30000000},{\"trait_type\":\"hop\",\"value\":1},"
            "{\"trait_type\":\"status\",\"value\":1},{\"trait_type\":\"version\",\"value\":1}]}";
        eq(vm.parseJsonUint(json, ".attributes[0].value"), 30_000_000); // what is expected is JSON
        _uri(child, json);
    }

    function test_tokenURI__largest_claim__every_digit() public {
        uint88 last = type(uint88).max;
        uint256 most = type(uint48).max;
        uint256 row = 1 | ((most - 2) << 64) | (2 << 112) | (uint256(VERSION_MAX) << 184) | (15 << 232) | (2 << 240);
        vm.store(address(ledger), slot(CLAIMS, last), bytes32(row));
        _uri(
            last,
            "{\"name\":\"Claim 4294967295-4294967295-16777215\","
            "\"description\":\"Cents 281474976710653 to 281474976710655 of obligation 4294967295-4294967295\","
            "\"attributes\":[{\"trait_type\":\"amount\",\"value\":2},{\"trait_type\":\"hop\",\"value\":15},"
            "{\"trait_type\":\"status\",\"value\":2},{\"trait_type\":\"version\",\"value\":16777215}]}"
        );
    }

    // ---------------------------------------------------------------- ERC-5192, ERC-165, ERC-5267

    function test_locked__lien__to_its_last_second() public {
        uint24 until = hoursAt(T0) + 2;
        yes(!ledger.locked(claim));
        yes(!ledger.locked(issue(terms(2, FACE)))); // the acceptance deadline is no lien
        vm.prank(vm.addr(S1));
        ledger.lien(Lien(SUP1, claim, 3, 70_000_000, SUP1, until, vm.addr(S1), DEADLINE), "", "");
        yes(ledger.locked(claim));
        vm.warp(uint256(until) * 3600);
        yes(ledger.locked(claim));
        vm.warp(uint256(until) * 3600 + 1);
        yes(!ledger.locked(claim));
    }

    function test_locked__released_or_redeemed__no_longer() public {
        vm.prank(vm.addr(S1));
        ledger.lien(Lien(SUP1, claim, 3, 70_000_000, SUP1, hoursAt(due()), vm.addr(S1), DEADLINE), "", "");
        uint256 liened = vm.snapshotState();
        vm.prank(vm.addr(S1));
        ledger.release(Release(SUP1, claim, 4, vm.addr(S1), DEADLINE), "");
        yes(!ledger.locked(claim));
        vm.revertToState(liened);
        yes(ledger.locked(claim));
        fund(obligationId(CORE, 1), FACE);
        ledger.redeem(claim);
        eq(ledger.claimOf(claim).status, ClaimStatus.REDEEMED);
        yes(!ledger.locked(claim));
    }

    function test_supportsInterface__what_is_whole__and_no_more() public view {
        yes(ledger.supportsInterface(0x01ffc9a7)); // ERC-165
        yes(ledger.supportsInterface(0xb45a3c0e)); // ERC-5192
        yes(ledger.supportsInterface(0x84b0196e)); // ERC-5267
        yes(!ledger.supportsInterface(0x80ac58cd)); // ERC-721: no balanceOf
        yes(!ledger.supportsInterface(0x5b5e139f)); // its metadata extension
        yes(!ledger.supportsInterface(0xffffffff));
    }

    function test_eip712Domain__after_a_fork__is_the_one_used_by_core_and_module() public {
        uint88 offered = issue(terms(2, FACE));
        Accept memory a = Accept(SUP1, offered, 1, vm.addr(S1), DEADLINE);
        RaiseQuoteEpoch memory r = RaiseQuoteEpoch(FIN, 2, vm.addr(F1), DEADLINE);
        bytes memory acceptBefore = _signed(S1, keccak256(abi.encode(Intents.ACCEPT, a)));
        bytes memory raiseBefore = _signed(F1, keccak256(abi.encode(Intents.RAISE_QUOTE_EPOCH, r)));
        vm.chainId(7);
        (bytes1 fields, string memory name, string memory version, uint256 chain, address at_, bytes32 salt,) =
            ledger.eip712Domain();
        yes(fields == 0x0f && salt == 0 && chain == 7 && at_ == address(ledger));
        eq(keccak256(bytes(name)), keccak256("DeepTier"));
        eq(keccak256(bytes(version)), keccak256("1"));
        refused(badSignature(a.signer));
        ledger.accept(a, acceptBefore);
        refused(badSignature(r.signer));
        ledger.raiseQuoteEpoch(r, raiseBefore);
        ledger.accept(a, _signed(S1, keccak256(abi.encode(Intents.ACCEPT, a))));
        ledger.raiseQuoteEpoch(r, _signed(F1, keccak256(abi.encode(Intents.RAISE_QUOTE_EPOCH, r))));
        vm.chainId(31_337); // back on the first chain, the first domain holds again
        r.version = 3;
        ledger.raiseQuoteEpoch(r, _signed(F1, keccak256(abi.encode(Intents.RAISE_QUOTE_EPOCH, r))));
        eq(ledger.participantOf(FIN).quoteEpoch, 2);
    }

    // ---------------------------------------------------------------- how

    /// @dev By the domain that the ledger itself tells.
    function _signed(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        (, string memory name, string memory version, uint256 chain, address at_,, uint256[] memory extensions) =
            ledger.eip712Domain();
        eq(extensions.length, 0);
        bytes32 domain_ =
            keccak256(abi.encode(Intents.DOMAIN, keccak256(bytes(name)), keccak256(bytes(version)), chain, at_));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain_, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _money(uint88 id, uint48 principal, uint64 interest, uint48 unpaid) private view {
        (uint48 principal_, uint64 interest_, uint48 unpaid_) = ledger.moneyOf(id);
        eq(principal_, principal);
        eq(interest_, interest);
        eq(unpaid_, unpaid);
    }

    function _uri(uint88 id, string memory json) private view {
        string memory wanted = string.concat("data:application/json;base64,", IEncoder(address(vm)).toBase64(json));
        eq(keccak256(bytes(ledger.tokenURI(id))), keccak256(bytes(wanted)));
    }

    function _standsFor(uint256 chain, uint32 participant) private view returns (address) {
        uint256 where = (uint256(uint160(address(ledger))) << 32) | participant;
        return address(uint160(uint256(keccak256(abi.encode(chain, where)))));
    }
}
