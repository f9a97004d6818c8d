// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {SignedBy} from "./SignedBy.sol";

contract RaiseQuoteEpochTest is SignedBy {
    function test_raiseQuoteEpoch__right__epoch_and_version_one_higher() public {
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(FIN);
        wanted.version += 1;
        wanted.quoteEpoch += 1;
        emits();
        emit ILedgerEvents.QuoteEpochRaised(FIN, wanted.version, 1, 1);
        _raise(2);
        same(ledger.participantOf(FIN), wanted);
    }

    function test_raiseQuoteEpoch__to_the_last_epoch__then_exhausted() public {
        put(PARTICIPANTS, FIN, 192, 24, VERSION_MAX - 1);
        _raise(2);
        eq(ledger.participantOf(FIN).quoteEpoch, VERSION_MAX);
        setVersion(FIN, VERSION_MAX);
        _refuse(VERSION_MAX, abi.encodeWithSelector(E.QuoteEpochExhausted.selector, FIN));
        put(PARTICIPANTS, FIN, 192, 24, 0);
        _refuse(VERSION_MAX, abi.encodeWithSelector(E.ParticipantVersionExhausted.selector, FIN));
        setVersion(FIN, VERSION_MAX - 1);
        _raise(VERSION_MAX - 1);
        eq(versionOf(FIN), VERSION_MAX);
    }

    function test_raiseQuoteEpoch__version_not_current__stale_before_exhausted() public {
        put(PARTICIPANTS, FIN, 192, 24, VERSION_MAX);
        _refuse(1, abi.encodeWithSelector(E.StaleParticipant.selector, FIN, 2, 1));
        _refuse(3, abi.encodeWithSelector(E.StaleParticipant.selector, FIN, 2, 3));
    }

    function _raise(uint24 version) private {
        vm.prank(vm.addr(F1));
        ledger.raiseQuoteEpoch(RaiseQuoteEpoch(FIN, version, vm.addr(F1), DEADLINE), "");
    }

    function _refuse(uint24 version, bytes memory error_) private {
        refused(error_);
        _raise(version);
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (FIN, F1);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return keccak256(abi.encode(Intents.RAISE_QUOTE_EPOCH, _message(by)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.raiseQuoteEpoch, (_message(by), signature));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.participantOf(FIN).quoteEpoch == 1;
    }

    function _message(By memory by) private pure returns (RaiseQuoteEpoch memory) {
        return RaiseQuoteEpoch(by.participant, 2, by.signer, by.deadline);
    }
}
