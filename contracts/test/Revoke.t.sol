// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ClaimStatus, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Offered} from "./Offered.sol";
import {SignedBy} from "./SignedBy.sol";
import {World} from "./World.sol";

contract RevokeTest is SignedBy, Offered {
    function setUp() public override(World, Offered) {
        super.setUp();
    }

    function test_revoke__right__everything_given_back() public {
        emitsTheEndOfTheToken();
        emits();
        emit ILedgerEvents.Revoked(obligation, 2, 1);
        _revoke(TERMS, invoices());
        endedAs(ObligationStatus.REVOKED);
    }

    function test_revoke__by_a_suspended_obligor_after_the_offer_ran_out__done() public {
        suspend(CORE);
        vm.warp(due() + 1);
        _revoke(TERMS, invoices());
        yes(done(_usual()));
    }

    function test_revoke__own_checks__refused_in_order() public {
        uint64 unknown = obligationId(CORE, 3);
        _refuse(SUP1, S1, unknown, 9, abi.encodeWithSelector(E.UnknownObligation.selector, unknown));
        _refuse(SUP1, S1, obligation, 0, abi.encodeWithSelector(E.StaleObligation.selector, obligation, 1, 0));
        _refuse(SUP1, S1, obligation, 2, abi.encodeWithSelector(E.StaleObligation.selector, obligation, 1, 2));
        accept(claim);
        _refuse(SUP1, S1, obligation, 1, abi.encodeWithSelector(E.NotObligor.selector, obligation, SUP1));
        _refuse(CORE2, MAKER2, obligation, 1, abi.encodeWithSelector(E.NotObligor.selector, obligation, CORE2));
        _refuse(CORE, MAKER, obligation, 1, notOffered());
    }

    function test_revoke__twice__not_offered() public {
        _revoke(TERMS, invoices());
        _refuse(CORE, MAKER, obligation, 1, abi.encodeWithSelector(E.StaleObligation.selector, obligation, 2, 1));
        _refuse(CORE, MAKER, obligation, 2, notOffered());
    }

    function test_revoke__other_terms_or_invoices__wrong_invoices() public {
        for (uint256 n = 0; n < WRONGS; ++n) {
            (bytes32 terms_, InvoicePart[] memory list) = wrong(n);
            refused(wrongInvoices());
            _revoke(terms_, list);
        }
    }

    function _revoke(bytes32 terms_, InvoicePart[] memory list) private {
        vm.prank(vm.addr(MAKER));
        ledger.revoke(Revoke(CORE, obligation, 1, vm.addr(MAKER), DEADLINE), terms_, list, "");
    }

    /// @dev With wrong invoices, which are looked at last.
    function _refuse(uint32 participant, uint256 key, uint64 id, uint24 version, bytes memory error_) private {
        vm.prank(vm.addr(key));
        refused(error_);
        ledger.revoke(Revoke(participant, id, version, vm.addr(key), DEADLINE), TERMS, new InvoicePart[](0), "");
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (CORE, MAKER);
    }

    function hashBy(By memory by) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.REVOKE, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.revoke, (_message(by), TERMS, invoices(), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.claimOf(claim).status == ClaimStatus.GONE;
    }

    function _message(By memory by) private view returns (Revoke memory) {
        return Revoke(by.participant, obligation, 1, by.signer, by.deadline);
    }
}
