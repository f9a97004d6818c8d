// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ParticipantStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedInRole} from "./SignedBy.sol";
import {Wallet1271} from "./Wallet1271.sol";

contract RegisterParticipantTest is SignedInRole {
    uint32 private constant SUBJECT = type(uint32).max;

    function test_registerParticipant__right__entered_with_its_first_account() public {
        RegisterParticipant memory m = _right();
        m.limit = type(uint64).max;
        m.roles = Roles.ALL & ~Roles.REGISTRAR;
        m.officer = type(uint16).max;
        m.rights = Rights.CHECKER;
        emits();
        emit ILedgerEvents.ParticipantRegistered(SUBJECT, 1, m.roles, m.limit, m.cash, m.identity, 1);
        emits();
        emit ILedgerEvents.AccountAdded(SUBJECT, 2, m.account, m.officer, m.rights, 1);
        _register(m);

        ILedgerViews.ParticipantView memory wanted;
        wanted.limit = m.limit;
        wanted.roles = m.roles;
        wanted.status = ParticipantStatus.ACTIVE;
        wanted.version = 2;
        wanted.officers = 1;
        wanted.quorum = 1;
        wanted.cash = m.cash;
        wanted.identity = m.identity;
        same(ledger.participantOf(SUBJECT), wanted);
        (uint32 participant, uint16 officer, uint8 rights, bool active) = ledger.accountOf(m.account);
        eq(participant, SUBJECT);
        eq(officer, m.officer);
        eq(rights, m.rights);
        yes(active);
        eq(word(OFFICERS, officerKey(SUBJECT, m.officer)), (1 << 160) | (1 << 176));
    }

    function test_registerParticipant__the_account_itself_calls__needs_no_signature() public {
        RegisterParticipant memory m = _right();
        bytes memory signature = signed(R1, _hash(m));
        vm.prank(m.account);
        ledger.registerParticipant(m, signature, "");
        yes(done(_usual()));
    }

    function test_registerParticipant__account_is_a_contract__proven_by_its_answer() public {
        Wallet1271 wallet = new Wallet1271(Wallet1271.Answer.RIGHT);
        RegisterParticipant memory m = _right();
        m.account = address(wallet);
        bytes memory signature = signed(R1, _hash(m));
        refused(badSignature(m.account));
        ledger.registerParticipant(m, signature, "a contract's signature");
        wallet.accept(digestOf(_hash(m)), "a contract's signature");
        ledger.registerParticipant(m, signature, "a contract's signature");
        (uint32 participant,,,) = ledger.accountOf(address(wallet));
        eq(participant, SUBJECT);
    }

    function test_registerParticipant__auditor_and_operator__need_no_cash_address() public {
        RegisterParticipant memory m = _right();
        m.cash = address(0);
        m.roles = Roles.AUDITOR | Roles.OPERATOR;
        _register(m);
        eq(ledger.participantOf(SUBJECT).cash, address(0));
    }

    function test_registerParticipant__own_checks__refused_in_order() public {
        RegisterParticipant memory m = _right();
        (address cash, address account) = (m.cash, m.account);
        m.subject = SUP1;
        m.roles = 0;
        m.cash = address(0);
        m.officer = 0;
        m.rights = 0;
        m.account = vm.addr(S3);
        _refuse(m, abi.encodeWithSelector(E.ParticipantExists.selector, SUP1));
        m.subject = REGISTRAR;
        _refuse(m, abi.encodeWithSelector(E.ParticipantExists.selector, REGISTRAR));
        m.subject = 0;
        _refuse(m, abi.encodeWithSelector(E.ParticipantExists.selector, 0));
        m.subject = SUBJECT;
        _refuse(m, abi.encodeWithSelector(E.BadRoles.selector, 0));
        m.roles = Roles.SUPPLIER | 256;
        _refuse(m, abi.encodeWithSelector(E.BadRoles.selector, m.roles));
        m.roles = Roles.SUPPLIER | Roles.REGISTRAR;
        _refuse(m, abi.encodeWithSelector(E.BadRoles.selector, m.roles));
        m.roles = Roles.AUDITOR | Roles.GUARANTOR;
        _refuse(m, abi.encodeWithSelector(E.CashAddressMissing.selector, SUBJECT));
        m.cash = cash;
        _refuse(m, abi.encodeWithSelector(E.BadOfficer.selector, SUBJECT, 0));
        m.officer = 1;
        _refuse(m, abi.encodeWithSelector(E.BadRights.selector, 0));
        m.rights = 4;
        _refuse(m, abi.encodeWithSelector(E.BadRights.selector, 4));
        m.rights = Rights.ALL | 128;
        _refuse(m, abi.encodeWithSelector(E.BadRights.selector, 131));
        m.rights = Rights.ALL;
        _refuse(m, abi.encodeWithSelector(E.AccountExists.selector, m.account));
        m.account = address(0);
        _refuse(m, abi.encodeWithSelector(E.AccountExists.selector, address(0)));
        m.account = account;
        bytes memory signature = signed(R1, _hash(m));
        refused(badSignature(account));
        ledger.registerParticipant(m, signature, signature);
        refused(badSignature(account));
        ledger.registerParticipant(m, signature, "");
        _register(m);
        _refuse(m, abi.encodeWithSelector(E.ParticipantExists.selector, SUBJECT));
    }

    function test_registerParticipant__each_role_that_touches_money__needs_a_cash_address() public {
        RegisterParticipant memory m = _right();
        m.cash = address(0);
        for (uint256 i = 0; i < 5; ++i) {
            m.roles = uint16(1 << i);
            _refuse(m, abi.encodeWithSelector(E.CashAddressMissing.selector, SUBJECT));
        }
    }

    function test_registerParticipant__ended_account__never_speaks_for_another() public {
        end(SUP3, S3, S3);
        RegisterParticipant memory m = _right();
        m.account = vm.addr(S3);
        _refuse(m, abi.encodeWithSelector(E.AccountExists.selector, m.account));
    }

    // ---------------------------------------------------------------- how

    function _right() private pure returns (RegisterParticipant memory) {
        return _message(By(REGISTRAR, vm.addr(R1), DEADLINE));
    }

    function _hash(RegisterParticipant memory m) private pure returns (bytes32) {
        return keccak256(abi.encode(Intents.REGISTER_PARTICIPANT, m));
    }

    function _register(RegisterParticipant memory m) private {
        bytes memory proof = signed(NEW, _hash(m));
        vm.prank(vm.addr(R1));
        ledger.registerParticipant(m, "", proof);
    }

    function _refuse(RegisterParticipant memory m, bytes memory error_) private {
        refused(error_);
        _register(m);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return _hash(_message(by));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        RegisterParticipant memory m = _message(by);
        return abi.encodeCall(ledger.registerParticipant, (m, signature, signed(NEW, _hash(m))));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.participantOf(SUBJECT).version == 2;
    }

    function _message(By memory by) private pure returns (RegisterParticipant memory) {
        return RegisterParticipant(
            by.participant,
            SUBJECT,
            Roles.SUPPLIER,
            0,
            cashOf(SUBJECT),
            keccak256("who"),
            vm.addr(NEW),
            1,
            Rights.ALL,
            by.signer,
            by.deadline
        );
    }
}
