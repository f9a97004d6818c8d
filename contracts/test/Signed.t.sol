// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {Rights} from "../interfaces/IReceivableLedger.sol";
import {Operations} from "./Operations.sol";
import {Wallet1271} from "./Wallet1271.sol";

/// @title SIGNED and ACCOUNT of IRegistry, on every message of claims, financing and settlement and on every consent to one
contract SignedTest is Operations {
    /// @dev Who speaks: the operation's own participant, or the other side.
    struct Voice {
        Op op;
        bool other;
        uint32 participant;
        uint256 key;
    }

    address internal nobody;
    uint256 internal constant CHECKER_ONLY = 0x7001;
    uint256 internal constant ENDED = 0x7002;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        nobody = vm.addr(STRANGER);
        NewObligation memory o = terms(2, FACE);
        uint88 second = opened(o);
        lien(second, SUP1, S1, FIN, F1, FACE, until());
    }

    function each(function(Voice memory) internal test) private {
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i <= uint256(Op.RECEIPT); ++i) {
            Op op = Op(i);
            Ask memory a = asked(op);
            test(Voice(op, false, a.participant, keyOf(a.participant)));
            vm.revertToState(before);
            if (!isPass(op) && !isLien(op) && !isSale(op)) continue;
            test(Voice(op, true, a.to, keyOf(a.to)));
            vm.revertToState(before);
        }
    }

    function asked(Op op) private view returns (Ask memory a) {
        a = ask(op);
        if (op == Op.RELEASE) a.claim = claimId(CORE, 2, 1);
    }

    /// @dev `signer` speaks until `deadline`; by the signature of `key`, or by calling when it is 0.
    function says(Voice memory v, address signer, uint32 deadline, uint256 key) private view returns (Ask memory a) {
        a = asked(v.op);
        if (v.other) {
            (a.consenter, a.consentDeadline, a.consentKey) = (signer, deadline, key);
            a.key = keyOf(a.participant);
        } else {
            (a.signer, a.deadline, a.key) = (signer, deadline, key);
        }
    }

    /// @dev With these bytes in the signature's place.
    function shows(Voice memory v, address signer, bytes memory proof) private view returns (Ask memory a) {
        a = says(v, signer, DEADLINE, 0);
        a.proof = proof;
    }

    function signatureOf(Voice memory v) private view returns (bytes memory) {
        Ask memory a = says(v, vm.addr(v.key), DEADLINE, 0);
        return signed(v.key, v.other ? consentHashOf(a) : hashOf(a));
    }

    // ---------------------------------------------------------------- what goes through

    function test_signed__signer_calls__needs_no_signature() public {
        each(_signerCalls);
    }

    function _signerCalls(Voice memory v) private {
        address signer = vm.addr(v.key);
        passes(says(v, signer, DEADLINE, 0), signer);
    }

    function test_signed__anyone_carries__last_second_included() public {
        vm.warp(T0 + 77);
        each(_lastSecond);
    }

    function _lastSecond(Voice memory v) private {
        passes(says(v, vm.addr(v.key), uint32(T0 + 77), v.key), nobody);
    }

    function test_signed__contract_signer_says_yes__goes_through() public {
        each(_contractYes);
    }

    function _contractYes(Voice memory v) private {
        passes(shows(v, walletOf(v, Wallet1271.Answer.RIGHT), hex"01"), nobody);
    }

    // ---------------------------------------------------------------- time and account

    function test_signed__one_second_late__intent_expired() public {
        vm.warp(T0 + 78);
        each(_late);
    }

    function _late(Voice memory v) private {
        Ask memory a = says(v, vm.addr(v.key), uint32(T0 + 77), v.key);
        refuses(a, nobody, err(ILedgerErrors.IntentExpired.selector, T0 + 77));
    }

    function test_signed__nobodys_account__unknown_account() public {
        each(_unknown);
    }

    function _unknown(Voice memory v) private {
        bytes memory e = err(ILedgerErrors.UnknownAccount.selector, uint160(nobody));
        refuses(says(v, nobody, DEADLINE, STRANGER), nobody, e);
    }

    function test_signed__ended_account__account_revoked() public {
        each(_ended);
    }

    function _ended(Voice memory v) private {
        setAccount(vm.addr(ENDED), v.participant, 1, Rights.ALL, false);
        bytes memory e = err(ILedgerErrors.AccountRevoked.selector, uint160(vm.addr(ENDED)));
        refuses(says(v, vm.addr(ENDED), DEADLINE, ENDED), nobody, e);
    }

    function test_signed__account_of_another__not_signer_for() public {
        each(_another);
    }

    function _another(Voice memory v) private {
        bytes memory e = err(ILedgerErrors.NotSignerFor.selector, uint160(vm.addr(S3)), v.participant);
        refuses(says(v, vm.addr(S3), DEADLINE, S3), nobody, e);
    }

    function test_signed__checker_alone__right_missing() public {
        each(_checker);
    }

    function _checker(Voice memory v) private {
        address account = vm.addr(CHECKER_ONLY);
        setAccount(account, v.participant, 2, Rights.CHECKER, true);
        bytes memory e = err(ILedgerErrors.RightMissing.selector, uint160(account), Rights.MAKER);
        refuses(says(v, account, DEADLINE, CHECKER_ONLY), nobody, e);
        setAccount(account, v.participant, 2, Rights.MAKER, true);
        passes(says(v, account, DEADLINE, CHECKER_ONLY), nobody);
    }

    // ---------------------------------------------------------------- signature

    function test_signed__no_signature_and_another_calls__bad_signature() public {
        each(_otherCaller);
    }

    function _otherCaller(Voice memory v) private {
        refuses(says(v, vm.addr(v.key), DEADLINE, 0), nobody, bad(vm.addr(v.key)));
    }

    function test_signed__another_key__bad_signature() public {
        each(_otherKey);
    }

    function _otherKey(Voice memory v) private {
        refuses(says(v, vm.addr(v.key), DEADLINE, STRANGER), nobody, bad(vm.addr(v.key)));
    }

    function test_signed__message_altered_by_a_second__bad_signature() public {
        each(_altered);
    }

    function _altered(Voice memory v) private {
        bytes memory proof = signatureOf(v);
        Ask memory a = shows(v, vm.addr(v.key), proof);
        if (v.other) a.consentDeadline -= 1;
        else a.deadline -= 1;
        refuses(a, nobody, bad(vm.addr(v.key)));
    }

    function test_signed__for_another_chain__bad_signature() public {
        each(_otherChain);
    }

    function _otherChain(Voice memory v) private {
        Ask memory a = says(v, vm.addr(v.key), DEADLINE, v.key);
        if (v.other) a.key = 0;
        bytes memory data = callOf(a);
        vm.chainId(777_777);
        vm.prank(v.other ? a.signer : nobody);
        (bool ok, bytes memory answer) = address(ledger).call(data);
        yes(!ok);
        eq(keccak256(answer), keccak256(bad(vm.addr(v.key))));
        passes(a, v.other ? a.signer : nobody);
        vm.chainId(31_337);
    }

    function test_signed__malleable_twin__bad_signature() public {
        each(_twin);
    }

    function _twin(Voice memory v) private {
        bytes memory proof = signatureOf(v);
        passesOnCopy(shows(v, vm.addr(v.key), proof));
        assembly ("memory-safe") {
            let s := add(proof, 0x40)
            mstore(s, sub(ORDER, mload(s)))
        }
        proof[64] = proof[64] == bytes1(uint8(27)) ? bytes1(uint8(28)) : bytes1(uint8(27));
        refuses(shows(v, vm.addr(v.key), proof), nobody, bad(vm.addr(v.key)));
    }

    function test_signed__parity_0_or_1__bad_signature() public {
        each(_parity);
    }

    function _parity(Voice memory v) private {
        bytes memory proof = signatureOf(v);
        proof[64] = bytes1(uint8(proof[64]) - 27);
        refuses(shows(v, vm.addr(v.key), proof), nobody, bad(vm.addr(v.key)));
    }

    function test_signed__64_bytes_and_66_bytes__bad_signature() public {
        each(_length);
    }

    function _length(Voice memory v) private {
        bytes memory proof = signatureOf(v);
        refuses(shows(v, vm.addr(v.key), bytes.concat(proof, hex"00")), nobody, bad(vm.addr(v.key)));
        assembly ("memory-safe") {
            mstore(proof, 64)
        }
        refuses(shows(v, vm.addr(v.key), proof), nobody, bad(vm.addr(v.key)));
    }

    function test_signed__contract_signer_says_no__bad_signature() public {
        each(_contractNo);
    }

    function _contractNo(Voice memory v) private {
        for (uint256 i = uint256(Wallet1271.Answer.WRONG); i <= uint256(Wallet1271.Answer.REVERTS); ++i) {
            address wallet = walletOf(v, Wallet1271.Answer(i));
            refuses(shows(v, wallet, hex"01"), nobody, bad(wallet));
        }
        address honest = walletOf(v, Wallet1271.Answer.RIGHT);
        refuses(shows(v, honest, hex"02"), nobody, bad(honest));
    }

    // ---------------------------------------------------------------- helpers

    /// @dev A contract that speaks for the voice's participant, and accepts hex"01" as its signature of this one message.
    function walletOf(Voice memory v, Wallet1271.Answer answer) private returns (address) {
        Wallet1271 wallet = new Wallet1271(answer);
        setAccount(address(wallet), v.participant, 3, Rights.MAKER, true);
        Ask memory a = says(v, address(wallet), DEADLINE, 0);
        bytes32 message = v.other ? consentHashOf(a) : hashOf(a);
        wallet.accept(keccak256(abi.encodePacked(hex"1901", domain(), message)), hex"01");
        return address(wallet);
    }

    function bad(address signer) private pure returns (bytes memory) {
        return err(ILedgerErrors.BadSignature.selector, uint160(signer));
    }

    /// @dev It would have gone through: shown and undone.
    function passesOnCopy(Ask memory a) private {
        uint256 before = vm.snapshotState();
        passes(a, nobody);
        vm.revertToState(before);
    }
}
