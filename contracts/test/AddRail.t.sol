// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Echo, Mute} from "./Echo.sol";
import {SignedInRole} from "./SignedBy.sol";
import {Wallet1271} from "./Wallet1271.sol";

contract AddRailTest is SignedInRole {
    uint8 private constant NEXT = type(uint8).max;
    address private constant ESCROW = address(0xe5c);

    function test_addRail__right__known_from_now_on() public {
        ILedgerViews.ParticipantView memory bank = ledger.participantOf(BANK);
        emits();
        emit ILedgerEvents.RailAdded(NEXT, address(token), BANK, ESCROW, 1);
        _add(_right());
        (address token_, uint32 bank_, address escrow_, uint96 owed) = ledger.railOf(NEXT);
        eq(token_, address(token));
        eq(bank_, BANK);
        eq(escrow_, ESCROW);
        eq(owed, 0);
        same(ledger.participantOf(BANK), bank);
    }

    function test_addRail__the_bank_calls__needs_no_signature() public {
        AddRail memory m = _right();
        bytes memory signature = signed(R1, _hash(m));
        vm.prank(m.bankSigner);
        ledger.addRail(m, signature, "");
        yes(done(_usual()));
    }

    function test_addRail__bank_signs_by_a_contract__as_it_answers() public {
        Wallet1271 wallet = new Wallet1271(Wallet1271.Answer.RIGHT);
        copyAccount(address(wallet), vm.addr(BK));
        AddRail memory m = _right();
        m.bankSigner = address(wallet);
        bytes memory signature = signed(R1, _hash(m));
        refused(badSignature(m.bankSigner));
        ledger.addRail(m, signature, "a contract's signature");
        wallet.accept(digestOf(_hash(m)), "a contract's signature");
        ledger.addRail(m, signature, "a contract's signature");
        yes(done(_usual()));
    }

    function test_addRail__own_checks__refused_in_order() public {
        AddRail memory m = _right();
        m.rail = RAIL;
        m.bank = NOBODY;
        m.bankSigner = vm.addr(STRANGER);
        m.escrow = address(0);
        _refuse(m, abi.encodeWithSelector(E.RailExists.selector, RAIL));
        m.rail = 0;
        _refuse(m, abi.encodeWithSelector(E.RailExists.selector, 0));
        m.rail = NEXT;
        _refuse(m, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        m.bank = FIN;
        _refuse(m, abi.encodeWithSelector(E.NotInRole.selector, FIN, Roles.SETTLEMENT_BANK));
        suspend(FIN);
        _refuse(m, abi.encodeWithSelector(E.ParticipantSuspended.selector, FIN));
        m.bank = BANK;
        _refuse(m, abi.encodeWithSelector(E.UnknownAccount.selector, m.bankSigner));
        m.bankSigner = vm.addr(R2);
        _refuse(m, abi.encodeWithSelector(E.NotSignerFor.selector, m.bankSigner, BANK));
        m.bankSigner = vm.addr(BK);
        setRights(m.bankSigner, Rights.CHECKER);
        _refuse(m, abi.encodeWithSelector(E.RightMissing.selector, m.bankSigner, Rights.MAKER));
        endAccount(m.bankSigner);
        _refuse(m, abi.encodeWithSelector(E.AccountRevoked.selector, m.bankSigner));
        copyAccount(m.bankSigner, vm.addr(R1));
        put(ACCOUNTS, uint160(m.bankSigner), 0, 32, BANK);
        bytes memory signature = signed(R1, _hash(m));
        refused(badSignature(m.bankSigner));
        ledger.addRail(m, signature, signature);
        refused(badSignature(m.bankSigner));
        ledger.addRail(m, signature, "");
        _refuse(m, abi.encodeWithSelector(E.BadRail.selector, m.token, address(0)));
        m.escrow = ESCROW;
        m.token = vm.addr(STRANGER);
        _refuse(m, abi.encodeWithSelector(E.BadRail.selector, m.token, ESCROW));
        m.token = address(token);
        _add(m);
        _refuse(m, abi.encodeWithSelector(E.RailExists.selector, NEXT));
    }

    function test_addRail__token_with_the_currencys_exponent__accepted() public {
        AddRail memory m = _right();
        m.token = address(new Echo(abi.encode(2)));
        _add(m);
        yes(done(_usual()));
    }

    function test_addRail__token_with_another_exponent__bad_rail() public {
        _refuseToken(address(new Echo(abi.encode(6))));
        _refuseToken(address(new Echo(abi.encode(0))));
    }

    function test_addRail__token_that_refuses_to_say__bad_rail() public {
        _refuseToken(address(new Mute()));
    }

    function test_addRail__token_that_says_nothing__bad_rail() public {
        _refuseToken(address(new Echo("")));
    }

    function test_addRail__token_that_says_too_little__bad_rail() public {
        _refuseToken(address(new Echo(hex"02")));
    }

    function test_addRail__token_whose_exponent_is_no_byte__bad_rail() public {
        _refuseToken(address(new Echo(abi.encode(256 + 2))));
    }

    // ---------------------------------------------------------------- how

    function _right() private view returns (AddRail memory) {
        return _message(By(REGISTRAR, vm.addr(R1), DEADLINE));
    }

    function _hash(AddRail memory m) private pure returns (bytes32) {
        return keccak256(abi.encode(Intents.ADD_RAIL, m));
    }

    function _add(AddRail memory m) private {
        bytes memory consent = signed(BK, _hash(m));
        vm.prank(vm.addr(R1));
        ledger.addRail(m, "", consent);
    }

    function _refuse(AddRail memory m, bytes memory error_) private {
        refused(error_);
        _add(m);
    }

    function _refuseToken(address token_) private {
        AddRail memory m = _right();
        m.token = token_;
        _refuse(m, abi.encodeWithSelector(E.BadRail.selector, token_, ESCROW));
    }

    function hashBy(By memory by) internal view override returns (bytes32) {
        return _hash(_message(by));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        AddRail memory m = _message(by);
        return abi.encodeCall(ledger.addRail, (m, signature, signed(BK, _hash(m))));
    }

    function done(By memory) internal view override returns (bool) {
        (, uint32 bank,,) = ledger.railOf(NEXT);
        return bank == BANK;
    }

    function _message(By memory by) private view returns (AddRail memory) {
        return AddRail(by.participant, NEXT, address(token), BANK, ESCROW, vm.addr(BK), by.signer, by.deadline);
    }
}
