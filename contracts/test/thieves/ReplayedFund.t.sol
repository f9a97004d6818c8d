// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {World} from "../World.sol";
import {Thief} from "./Thief.sol";

/// @title A relay carries one payment twice
/// @dev CORE signs "pay half of obligation 1" and gives it to a relay. Each further time the relay gets it through costs CORE half a
/// million: again at once, after the obligation changed, on a chain that was forked from this one, on a second ledger on the
/// same chain where the same people do business, with a larger amount, with the signature's malleable twin, or years later.
contract ReplayedFundTest is Thief {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    Fund private message;
    bytes private signature;

    function setUp() public override {
        super.setUp();
        held(1, FACE);
        message = Fund(CORE, obligationId(CORE, 1), 1, FACE / 2, vm.addr(MAKER), uint32(T0 + 100 days));
        signature = signed(MAKER, hashOf(message));
    }

    function test_fund__carried_again__stale() public {
        perform(STRANGER, _data());
        refuse(STRANGER, _data(), _stale(2));
        eq(token.balanceOf(escrow()), FACE / 2);
    }

    function test_fund__carried_after_the_bank_paid__stale() public {
        FundByReceipt memory m =
            FundByReceipt(BANK, obligationId(CORE, 1), 1, FACE / 2, "receipt", vm.addr(BK), DEADLINE);
        perform(BK, abi.encodeCall(ledger.fundByReceipt, (m, "")));
        refuse(STRANGER, _data(), _stale(2));
    }

    function test_fund__carried_after_it_was_marked_overdue__stale() public {
        vm.warp(uint256(due()) + 1);
        ledger.markOverdue(obligationId(CORE, 1));
        refuse(STRANGER, _data(), _stale(2));
    }

    /// @dev The relay raises the version in the message: that is another message.
    function test_fund__carried_with_the_next_version__bad_signature() public {
        perform(STRANGER, _data());
        message.version = 2;
        refuse(STRANGER, _data(), _badSignature());
    }

    function test_fund__for_another_obligation_or_amount__bad_signature() public {
        held(2, FACE);
        message.obligation = obligationId(CORE, 2);
        refuse(STRANGER, _data(), _badSignature());
        message.obligation = obligationId(CORE, 1);
        message.amount = FACE;
        refuse(STRANGER, _data(), _badSignature());
    }

    /// @dev A fork of the chain with its own id: the ledger's state is the same there, its domain is not.
    function test_fund__on_a_forked_chain__bad_signature() public {
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        refuse(STRANGER, _data(), _badSignature());
        vm.chainId(home);
        perform(STRANGER, _data());
    }

    /// @dev The same people, the same obligation, the same versions: another ledger.
    function test_fund__on_a_second_ledger__bad_signature() public {
        address first = address(ledger);
        perform(STRANGER, _data());
        World.setUp();
        yes(address(ledger) != first);
        held(1, FACE);
        eq(ledger.obligationOf(obligationId(CORE, 1)).version, 1);
        refuse(STRANGER, _data(), _badSignature());
        signature = signed(MAKER, hashOf(message));
        perform(STRANGER, _data());
    }

    function test_fund__with_the_malleable_twin__bad_signature() public {
        bytes32 r;
        bytes32 s;
        bytes memory given = signature;
        assembly ("memory-safe") {
            r := mload(add(given, 0x20))
            s := mload(add(given, 0x40))
        }
        uint8 v = uint8(given[64]);
        signature = abi.encodePacked(r, ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        refuse(STRANGER, _data(), _badSignature());
        signature = bytes.concat(given, hex"00");
        refuse(STRANGER, _data(), _badSignature());
    }

    function test_fund__held_back_beyond_its_last_second__expired() public {
        vm.warp(T0 + 100 days + 1);
        refuse(STRANGER, _data(), abi.encodeWithSelector(E.IntentExpired.selector, uint32(T0 + 100 days)));
    }

    /// @dev The relay cannot pay in CORE's name without a signature, nor from CORE's money in its own.
    function test_fund__without_the_signature__refused() public {
        signature = "";
        refuse(STRANGER, _data(), _badSignature());
        message.signer = vm.addr(STRANGER);
        refuse(STRANGER, _data(), abi.encodeWithSelector(E.UnknownAccount.selector, vm.addr(STRANGER)));
    }

    /// @dev A supplier pays its own claim from the obligor's money: only the obligor's message is a payment.
    function test_fund__by_a_holder__not_obligor() public {
        Fund memory m = Fund(SUP1, obligationId(CORE, 1), 1, FACE, vm.addr(S1), DEADLINE);
        bytes memory wanted = abi.encodeWithSelector(E.NotObligor.selector, obligationId(CORE, 1), SUP1);
        refuse(S1, abi.encodeCall(ledger.fund, (m, "")), wanted);
    }

    function _data() private view returns (bytes memory) {
        return abi.encodeCall(ledger.fund, (message, signature));
    }

    function _stale(uint24 current) private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.StaleObligation.selector, obligationId(CORE, 1), current, 1);
    }

    function _badSignature() private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.BadSignature.selector, vm.addr(MAKER));
    }
}
