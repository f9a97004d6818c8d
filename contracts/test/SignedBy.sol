// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {RegistryWorld} from "./RegistryWorld.sol";
import {Wallet1271} from "./Wallet1271.sol";

/// @title The step SIGNED of IRegistry, asked of every operation that has it
/// @dev An operation's tests say how to make its message; these tests then change who speaks, when, and with which signature.
abstract contract SignedBy is RegistryWorld {
    /// @dev Who speaks, and until when.
    struct By {
        uint32 participant;
        address signer;
        uint32 deadline;
    }

    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint32 private constant LAST = uint32(T0) + 600;

    // ---------------------------------------------------------------- what an operation's tests say

    /// @dev A participant and a key of it that may speak.
    function speaker() internal view virtual returns (uint32 participant, uint256 key);

    /// @dev hashStruct of a message that is right in all but, perhaps, who speaks.
    function hashBy(By memory by) internal view virtual returns (bytes32);

    /// @dev The call that carries it.
    function callBy(By memory by, bytes memory signature) internal view virtual returns (bytes memory);

    /// @dev Whether the operation has been done on that message.
    function done(By memory by) internal view virtual returns (bool);

    function right() internal pure virtual returns (uint8) {
        return Rights.MAKER;
    }

    // ---------------------------------------------------------------- the tests

    function test_signed__empty_signature_of_the_caller__done() public {
        By memory by = _usual();
        performAs(by.signer, callBy(by, ""));
        yes(done(by));
    }

    function test_signed__relayed_in_the_last_second__done() public {
        By memory by = _usual();
        bytes memory data = callBy(by, _sign(by));
        vm.warp(LAST);
        performAs(vm.addr(STRANGER), data);
        yes(done(by));
    }

    function test_signed__one_second_later__expired_before_all_else() public {
        By memory by = _usual();
        by.signer = vm.addr(STRANGER);
        bytes memory data = callBy(by, "");
        vm.warp(LAST + 1);
        refuse(data, abi.encodeWithSelector(E.IntentExpired.selector, LAST));
    }

    function test_signed__account_of_nobody__unknown_before_signature() public {
        By memory by = _usual();
        by.signer = vm.addr(STRANGER);
        refuse(callBy(by, hex"00"), abi.encodeWithSelector(E.UnknownAccount.selector, by.signer));
    }

    function test_signed__ended_account__revoked_before_signature() public {
        By memory by = _usual();
        endAccount(by.signer);
        refuse(callBy(by, hex"00"), abi.encodeWithSelector(E.AccountRevoked.selector, by.signer));
    }

    function test_signed__account_of_another_participant__not_signer_before_signature() public {
        By memory by = _usual();
        by.signer = vm.addr(S3);
        setRights(by.signer, 0);
        bytes memory data = callBy(by, hex"00");
        refuse(data, abi.encodeWithSelector(E.NotSignerFor.selector, by.signer, by.participant));
        endAccount(by.signer);
        refuse(data, abi.encodeWithSelector(E.AccountRevoked.selector, by.signer));
    }

    function test_signed__account_without_the_right__refused_where_one_is_needed() public {
        By memory by = _usual();
        setRights(by.signer, Rights.ALL & ~Rights.MAKER);
        if (right() == 0) {
            perform(callBy(by, _sign(by)));
            yes(done(by));
        } else {
            refuse(callBy(by, hex"00"), abi.encodeWithSelector(E.RightMissing.selector, by.signer, right()));
        }
    }

    function test_signed__empty_signature_of_another_caller__bad_signature() public {
        By memory by = _usual();
        vm.prank(vm.addr(STRANGER));
        refuse(callBy(by, ""), badSignature(by.signer));
    }

    function test_signed__by_another_key__bad_signature() public {
        By memory by = _usual();
        refuse(callBy(by, signed(STRANGER, hashBy(by))), badSignature(by.signer));
    }

    function test_signed__for_another_deadline__bad_signature() public {
        By memory by = _usual();
        bytes memory signature = _sign(by);
        by.deadline += 1;
        refuse(callBy(by, signature), badSignature(by.signer));
    }

    function test_signed__for_the_module_instead_of_the_ledger__bad_signature() public {
        By memory by = _usual();
        bytes32 other =
            keccak256(abi.encode(Intents.DOMAIN, Intents.DOMAIN_NAME, Intents.DOMAIN_VERSION, block.chainid, module));
        (, uint256 key) = speaker();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", other, hashBy(by))));
        refuse(callBy(by, abi.encodePacked(r, s, v)), badSignature(by.signer));
    }

    function test_signed__with_high_s__bad_signature() public {
        By memory by = _usual();
        (, uint256 key) = speaker();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digestOf(hashBy(by)));
        bytes memory twin = abi.encodePacked(r, ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        refuse(callBy(by, twin), badSignature(by.signer));
        refuse(callBy(by, abi.encodePacked(r, s, v - 27)), badSignature(by.signer));
    }

    function test_signed__of_another_length__bad_signature() public {
        By memory by = _usual();
        bytes memory signature = _sign(by);
        refuse(callBy(by, bytes.concat(signature, hex"00")), badSignature(by.signer));
        assembly ("memory-safe") {
            mstore(signature, 64)
        }
        refuse(callBy(by, signature), badSignature(by.signer));
    }

    function test_signed__by_a_contract__as_the_contract_answers() public {
        By memory by = _usual();
        Wallet1271.Answer[4] memory wrong =
            [Wallet1271.Answer.WRONG, Wallet1271.Answer.SHORT, Wallet1271.Answer.DIRTY, Wallet1271.Answer.REVERTS];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory refusedCall = _byWallet(by, new Wallet1271(wrong[i]));
            refuse(refusedCall, badSignature(by.signer));
        }
        bytes memory data = _byWallet(by, new Wallet1271(Wallet1271.Answer.RIGHT));
        refuse(callBy(by, "another signature"), badSignature(by.signer));
        perform(data);
        yes(done(by));
    }

    // ---------------------------------------------------------------- how

    function _usual() internal view returns (By memory) {
        (uint32 participant, uint256 key) = speaker();
        return By(participant, vm.addr(key), LAST);
    }

    function _sign(By memory by) internal view returns (bytes memory) {
        (, uint256 key) = speaker();
        return signed(key, hashBy(by));
    }

    /// @dev The wallet becomes the speaker's further account, and is told what it signs.
    function _byWallet(By memory by, Wallet1271 wallet) private returns (bytes memory) {
        (, uint256 key) = speaker();
        copyAccount(address(wallet), vm.addr(key));
        by.signer = address(wallet);
        wallet.accept(digestOf(hashBy(by)), "a contract's signature");
        return callBy(by, "a contract's signature");
    }
}

/// @title The step REGISTRAR, or another role: SIGNED, then ROLE
abstract contract SignedInRole is SignedBy {
    function speaker() internal pure virtual override returns (uint32, uint256) {
        return (REGISTRAR, R1);
    }

    function role() internal pure virtual returns (uint16) {
        return Roles.REGISTRAR;
    }

    function test_role__participant_without_it__not_in_role() public {
        By memory by = By(SUP3, vm.addr(S3), DEADLINE);
        bytes memory data = callBy(by, signed(S3, hashBy(by)));
        refuse(data, abi.encodeWithSelector(E.NotInRole.selector, SUP3, role()));
        suspend(SUP3);
        refuse(data, abi.encodeWithSelector(E.ParticipantSuspended.selector, SUP3));
        refuse(callBy(by, hex"00"), badSignature(by.signer));
    }

    function test_role__suspended_participant__refused_though_it_has_the_role() public {
        By memory by = _usual();
        suspend(by.participant);
        refuse(callBy(by, _sign(by)), abi.encodeWithSelector(E.ParticipantSuspended.selector, by.participant));
    }
}
