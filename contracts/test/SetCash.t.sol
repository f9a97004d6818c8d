// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Governed} from "./Governed.sol";

contract SetCashTest is Governed {
    address private cash = address(0xca54);

    function test_setCash__two_officers__pays_there_from_now_on() public {
        ILedgerViews.ParticipantView memory wanted = ledger.participantOf(CORE);
        wanted.cash = cash;
        wanted.version += 1;
        Parties memory p = usual();
        emits();
        emit ILedgerEvents.CashSet(CORE, wanted.version, cash, 1);
        perform(p);
        same(ledger.participantOf(CORE), wanted);
    }

    function test_setCash__applied_later__own_event_first() public {
        Parties memory p = ofRegistrar();
        perform(p);
        vm.warp(T0 + PUBLIC_DELAY);
        emits();
        emit ILedgerEvents.CashSet(REGISTRAR, p.version + 1, cash, 1);
        emits();
        emit ILedgerEvents.ChangeApplied(REGISTRAR, changeOf(p), 1);
        perform(p);
        eq(ledger.participantOf(REGISTRAR).cash, cash);
    }

    function test_setCash__to_zero__refused_before_the_announcement_too() public {
        cash = address(0);
        refuse(usual(), abi.encodeWithSelector(E.CashAddressMissing.selector, CORE));
        refuse(ofRegistrar(), abi.encodeWithSelector(E.CashAddressMissing.selector, REGISTRAR));
        setVersion(CORE, VERSION_MAX);
        refuse(usual(), abi.encodeWithSelector(E.CashAddressMissing.selector, CORE));
    }

    function changeOf(Parties memory p) internal view override returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_CASH, _message(p)));
    }

    function callOf(Parties memory p, bytes[] memory signatures) internal view override returns (bytes memory) {
        return abi.encodeCall(ledger.setCash, (_message(p), signatures));
    }

    function signaturesOf(Parties memory p) internal view override returns (bytes[] memory signatures) {
        signatures = new bytes[](3);
        signatures[0] = sign(p, p.registrar);
        signatures[1] = sign(p, p.signer);
        signatures[2] = sign(p, p.second);
    }

    function done(uint32 participant) internal view override returns (bool) {
        return ledger.participantOf(participant).cash == cash;
    }

    function _message(Parties memory p) private view returns (SetCash memory) {
        return SetCash(p.participant, p.version, cash, p.registrar, p.signer, p.second, p.deadline);
    }
}
