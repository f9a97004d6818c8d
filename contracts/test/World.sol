// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {IReceivableLedger, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {ITokenizedDeposit} from "../interfaces/ITokenizedDeposit.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Intents} from "../libraries/Intents.sol";
import {Vm} from "./Vm.sol";

interface ICashToken is ITokenizedDeposit {
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

struct Genesis {
    address account;
    uint16 officer;
    uint8 rights;
}

/// @title A small supply chain on the committed artifacts: what every test starts from
/// @dev Keys are small numbers; an account is named by its key. Direct calls pass an empty signature; `signed` makes a relayed one.
abstract contract World is ILedgerTypes {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant T0 = 1_790_000_000;

    uint32 internal constant REGISTRAR = 1;
    uint32 internal constant OPERATOR = 2;
    uint32 internal constant BANK = 3;
    uint32 internal constant CORE = 10; // a core enterprise with two officers
    uint32 internal constant CORE2 = 11;
    uint32 internal constant SUP1 = 21;
    uint32 internal constant SUP2 = 22;
    uint32 internal constant SUP3 = 23;
    uint32 internal constant FIN = 30;
    uint32 internal constant FIN2 = 31;

    // keys
    uint256 internal constant R1 = 0x101; // the Registrar's officer 1
    uint256 internal constant R2 = 0x102; // its officer 2
    uint256 internal constant OP = 0x201;
    uint256 internal constant BK = 0x301;
    uint256 internal constant MAKER = 0xa01; // CORE's officer 1
    uint256 internal constant CHECKER = 0xa02; // CORE's officer 2
    uint256 internal constant MAKER2 = 0xb01; // CORE2's only officer
    uint256 internal constant S1 = 0x2101;
    uint256 internal constant S2 = 0x2201;
    uint256 internal constant S3 = 0x2301;
    uint256 internal constant F1 = 0x3001;
    uint256 internal constant F2 = 0x3101;
    uint256 internal constant STRANGER = 0xdead1;

    uint8 internal constant RAIL = 1;
    uint64 internal constant LIMIT = 1_000_000_000_000;
    uint48 internal constant FACE = 100_000_000; // 1,000,000.00
    bytes32 internal constant INVOICE = keccak256("invoice 1");
    bytes32 internal constant INVOICE2 = keccak256("invoice 2");
    uint48 internal constant GROSS = 500_000_000_000;
    bytes32 internal constant TERMS = keccak256("terms");
    uint32 internal constant DEADLINE = type(uint32).max;

    IReceivableLedger internal ledger;
    IRulebook internal book;
    ICashToken internal token;
    address internal module;
    address internal views;

    function setUp() public virtual {
        vm.warp(T0);
        _deploy();
        _register(OPERATOR, Roles.OPERATOR, 0, OP);
        _register(BANK, Roles.SETTLEMENT_BANK, 0, BK);
        _register(CORE, Roles.CORE_ENTERPRISE, LIMIT, MAKER);
        _register(CORE2, Roles.CORE_ENTERPRISE, LIMIT, MAKER2);
        _register(SUP1, Roles.SUPPLIER, 0, S1);
        _register(SUP2, Roles.SUPPLIER, 0, S2);
        _register(SUP3, Roles.SUPPLIER, 0, S3);
        _register(FIN, Roles.FINANCIER, 0, F1);
        _register(FIN2, Roles.FINANCIER, 0, F2);
        _addOfficer(CORE, 2, CHECKER, MAKER, 0);
        _addRail();
        _registerInvoice(CORE, INVOICE, GROSS);
        _registerInvoice(CORE, INVOICE2, GROSS);
    }

    // ---------------------------------------------------------------- deployment

    function _deploy() internal {
        views = _create("LedgerViews", "");
        module = _create("LedgerModule", abi.encode(views));
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        book = IRulebook(_create("Rulebook", abi.encode(predicted, _firstRules())));
        Genesis[] memory registrars = new Genesis[](2);
        registrars[0] = Genesis(vm.addr(R1), 1, Rights.ALL);
        registrars[1] = Genesis(vm.addr(R2), 2, Rights.ALL);
        ledger = IReceivableLedger(
            _create(
                "ReceivableLedger",
                abi.encode(module, book, bytes3("CNY"), uint8(2), keccak256("registrar"), registrars)
            )
        );
        token = ICashToken(_create("TokenizedDeposit", abi.encode("Deposit CNY", "dCNY", uint8(2), cashOf(BANK))));
    }

    function _create(string memory name, bytes memory arguments) internal returns (address made) {
        bytes memory code =
            abi.encodePacked(vm.getCode(string.concat("chain/abi/artifacts/", name, ".json")), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
            if iszero(made) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }

    function _firstRules() internal pure returns (PublishRules memory r) {
        r.version = 1;
        r.maxTenor = 366 days;
        r.maxOffer = 720;
        r.hopCap = 5;
        r.minPiece = 0;
        r.minLateRate = 0;
        r.maxLateRate = 365_000;
        r.minCloses = 0;
        r.maxCloses = 30;
    }

    // ---------------------------------------------------------------- the cast

    /// @dev Cash addresses are nobody's key; each approves the ledger without limit.
    function cashOf(uint32 participant) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("cash", participant)))));
    }

    function escrow() internal pure returns (address) {
        return address(uint160(uint256(keccak256("escrow"))));
    }

    function _register(uint32 id, uint16 roles, uint64 limit, uint256 key) internal {
        RegisterParticipant memory m = RegisterParticipant(
            REGISTRAR,
            id,
            roles,
            limit,
            cashOf(id),
            keccak256(abi.encode("who", id)),
            vm.addr(key),
            1,
            Rights.ALL,
            vm.addr(R1),
            DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.REGISTER_PARTICIPANT, m));
        ledger.registerParticipant(m, signed(R1, h), signed(key, h));
    }

    function _addOfficer(uint32 id, uint16 officer, uint256 key, uint256 first, uint256 second) internal {
        AddAccount memory m = AddAccount(
            id,
            versionOf(id),
            vm.addr(key),
            officer,
            Rights.ALL,
            vm.addr(R1),
            vm.addr(first),
            second == 0 ? address(0) : vm.addr(second),
            DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.ADD_ACCOUNT, m));
        bytes[] memory signatures = new bytes[](4);
        signatures[0] = signed(R1, h);
        signatures[1] = signed(first, h);
        if (second != 0) signatures[2] = signed(second, h);
        signatures[3] = signed(key, h);
        ledger.addAccount(m, signatures);
    }

    function _addRail() internal {
        AddRail memory m = AddRail(REGISTRAR, RAIL, address(token), BANK, escrow(), vm.addr(BK), vm.addr(R1), DEADLINE);
        bytes32 h = keccak256(abi.encode(Intents.ADD_RAIL, m));
        ledger.addRail(m, signed(R1, h), signed(BK, h));
        _approve(escrow());
        _approve(cashOf(BANK));
        _approve(cashOf(CORE));
        _approve(cashOf(CORE2));
        _approve(cashOf(FIN));
        _approve(cashOf(FIN2));
        _mint(cashOf(CORE), 10 ** 15);
        _mint(cashOf(CORE2), 10 ** 15);
        _mint(cashOf(FIN), 10 ** 15);
        _mint(cashOf(FIN2), 10 ** 15);
        _mint(cashOf(BANK), 10 ** 15);
    }

    function _approve(address owner) internal {
        vm.prank(owner);
        token.approve(address(ledger), type(uint256).max);
    }

    function _mint(address to, uint256 amount) internal {
        vm.prank(cashOf(BANK));
        token.mint(to, amount);
    }

    function _registerInvoice(uint32 obligor, bytes32 fingerprint, uint48 gross) internal {
        InvoiceEntry[] memory entries = new InvoiceEntry[](1);
        entries[0] = InvoiceEntry(fingerprint, gross, bytes32(0));
        vm.prank(vm.addr(R1));
        ledger.registerInvoices(RegisterInvoices(REGISTRAR, obligor, entries, vm.addr(R1), DEADLINE), "");
    }

    // ---------------------------------------------------------------- ids and versions

    function obligationId(uint32 obligor, uint32 number) internal pure returns (uint64) {
        return (uint64(obligor) << 32) | number;
    }

    function claimId(uint32 obligor, uint32 number, uint24 seq) internal pure returns (uint88) {
        return (uint88(obligationId(obligor, number)) << 24) | seq;
    }

    function versionOf(uint32 participant) internal view returns (uint24) {
        return ledger.participantOf(participant).version;
    }

    function claimVersion(uint88 claim) internal view returns (uint24) {
        return ledger.claimOf(claim).version;
    }

    function hoursAt(uint256 instant) internal pure returns (uint24) {
        return uint24(instant / 3600);
    }

    // ---------------------------------------------------------------- signatures

    function domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(Intents.DOMAIN, Intents.DOMAIN_NAME, Intents.DOMAIN_VERSION, block.chainid, address(ledger))
        );
    }

    function signed(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain(), structHash)));
        return abi.encodePacked(r, s, v);
    }

    function hashOf(InvoicePart[] memory list) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            hashes[i] = keccak256(abi.encode(Intents.INVOICE_PART, list[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function hashOf(NewObligation memory o) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                Intents.NEW_OBLIGATION,
                o.number,
                o.creditor,
                o.face,
                o.due,
                o.acceptBy,
                o.rail,
                o.closes,
                o.lateRate,
                o.terms,
                hashOf(o.invoices)
            )
        );
    }

    function hashOf(Issue memory m) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(Intents.ISSUE, m.participant, hashOf(m.obligation), m.signer, m.checker, m.deadline));
    }

    /// @dev The assignee's packed acceptance of a transfer, split or piece.
    function acceptance(uint256 key, uint32 to, uint88 claim, uint24 version, uint16 piece, uint48 amount)
        internal
        view
        returns (bytes memory)
    {
        Acceptance memory m = Acceptance(to, claim, version, piece, amount, vm.addr(key), DEADLINE);
        return abi.encodePacked(vm.addr(key), DEADLINE, signed(key, keccak256(abi.encode(Intents.ACCEPTANCE, m))));
    }

    // ---------------------------------------------------------------- the usual operations

    function due() internal pure returns (uint32) {
        return uint32(T0 + 90 days);
    }

    function parts(bytes32 fingerprint, uint48 amount) internal pure returns (InvoicePart[] memory list) {
        list = new InvoicePart[](1);
        list[0] = InvoicePart(fingerprint, amount);
    }

    function terms(uint32 number, uint48 face) internal pure returns (NewObligation memory) {
        return
            NewObligation(
                number, SUP1, face, due(), hoursAt(T0 + 10 days), RAIL, 5, 182_500, TERMS, parts(INVOICE, face)
            );
    }

    /// @dev CORE issues to SUP1, maker calling, checker having signed.
    function issue(NewObligation memory o) internal returns (uint88 claim) {
        Issue memory m = Issue(CORE, o, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        bytes memory second = signed(CHECKER, hashOf(m));
        vm.prank(vm.addr(MAKER));
        ledger.issue(m, "", second);
        return claimId(CORE, o.number, 1);
    }

    /// @dev Issued to SUP1 and accepted.
    function held(uint32 number, uint48 face) internal returns (uint88 claim) {
        claim = issue(terms(number, face));
        accept(claim);
    }

    function accept(uint88 claim) internal {
        vm.prank(vm.addr(S1));
        ledger.accept(Accept(SUP1, claim, 1, vm.addr(S1), DEADLINE), "");
    }

    function autoAccept(uint32 to, uint256 key, uint32 from) internal {
        uint24 version = versionOf(to);
        vm.prank(vm.addr(key));
        ledger.setAutoAccept(SetAutoAccept(to, version, from, type(uint32).max, vm.addr(key), DEADLINE), "");
    }

    /// @dev SUP1 (key S1) by default passes the tail on to `to`, whose acceptance key `toKey` signs.
    function split(uint88 claim, uint32 from, uint256 key, uint32 to, uint256 toKey, uint48 amount)
        internal
        returns (uint88 child)
    {
        uint24 version = claimVersion(claim);
        bytes memory consent = acceptance(toKey, to, claim, version, 0, amount);
        vm.prank(vm.addr(key));
        ledger.split(Split(from, claim, version, to, amount, vm.addr(key), DEADLINE), "", consent);
        uint64 obligation = uint64(claim >> 24);
        return (uint88(obligation) << 24) | ledger.obligationOf(obligation).seq;
    }

    /// @dev CORE pays from its cash address.
    function fund(uint64 obligation, uint64 amount) internal {
        uint24 version = ledger.obligationOf(obligation).version;
        vm.prank(vm.addr(MAKER));
        ledger.fund(Fund(CORE, obligation, version, amount, vm.addr(MAKER), DEADLINE), "");
    }

    // ---------------------------------------------------------------- expectations

    error Unequal(uint256 got, uint256 wanted);
    error Unmet();

    function eq(uint256 got, uint256 wanted) internal pure {
        if (got != wanted) revert Unequal(got, wanted);
    }

    function eq(address got, address wanted) internal pure {
        if (got != wanted) revert Unequal(uint160(got), uint160(wanted));
    }

    function eq(bytes32 got, bytes32 wanted) internal pure {
        if (got != wanted) revert Unequal(uint256(got), uint256(wanted));
    }

    function yes(bool condition) internal pure {
        if (!condition) revert Unmet();
    }

    /// @dev The next call must be refused with exactly this error.
    function refused(bytes memory error_) internal {
        vm.expectRevert(error_);
    }
}
