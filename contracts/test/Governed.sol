// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {Rights} from "../interfaces/IReceivableLedger.sol";
import {Witnessed} from "./Witnessed.sol";

/// @title Steps 3 and 4 of GOVERN: how many officers there are decides who must sign, and whether it waits
abstract contract Governed is Witnessed {
    function test_govern__two_officers__done_at_once_in_either_order() public {
        Parties memory p = usual();
        (p.signer, p.second) = (p.second, p.signer);
        setRights(p.signer, Rights.CHECKER); // no right is asked of them
        setRights(p.second, Rights.CHECKER);
        perform(p);
        yes(done(CORE));
        eq(versionOf(CORE), p.version + 1);
    }

    function test_govern__two_officers__refused_in_order() public {
        Parties memory p = usual();
        p.second = vm.addr(STRANGER);
        p.signer = vm.addr(STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.signer));
        p.signer = vm.addr(S3);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.signer, CORE));
        endAccount(p.signer);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.signer));
        p.signer = vm.addr(MAKER);
        refuseForged(p, 1, p.signer);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.second));
        p.second = address(0);
        refuse(p, abi.encodeWithSelector(E.UnknownAccount.selector, p.second));
        p.second = vm.addr(R2);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.second, CORE));
        p.second = vm.addr(CHECKER);
        refuseForged(p, 2, p.second);
        p.second = vm.addr(MAKER);
        refuse(p, abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1));
        endAccount(vm.addr(CHECKER));
        p.second = vm.addr(CHECKER);
        refuse(p, abi.encodeWithSelector(E.AccountRevoked.selector, p.second));
    }

    function test_govern__two_keys_of_one_officer__same_officer() public {
        Parties memory p = usual();
        copyAccount(vm.addr(NEW), p.signer);
        p.second = vm.addr(NEW);
        refuse(p, abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1));
    }

    function test_govern__second_officer_calls__needs_no_signature() public {
        Parties memory p = usual();
        bytes[] memory signatures = signaturesOf(p);
        signatures[2] = "";
        performAs(p.second, callOf(p, signatures));
        yes(done(CORE));
    }

    function test_govern__only_officer_ever__done_at_once() public {
        Parties memory p = parties(CORE2, MAKER2, STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnexpectedSigner.selector, p.second));
        p.second = address(0);
        refuseForged(p, 1, p.signer);
        perform(p);
        yes(done(CORE2));
    }

    function test_announced__one_officer_left_of_two__applied_at_the_exact_second() public {
        end(CORE, CHECKER, CHECKER);
        Parties memory p = parties(CORE, MAKER, STRANGER);
        refuse(p, abi.encodeWithSelector(E.UnexpectedSigner.selector, p.second));
        p.second = address(0);
        announcedThenApplied(p);
    }

    function test_announced__two_officers_of_the_registrar__second_is_unexpected() public {
        Parties memory p = ofRegistrar();
        p.second = vm.addr(MAKER);
        refuse(p, abi.encodeWithSelector(E.UnexpectedSigner.selector, p.second));
        refuseForged(p, 1, p.signer);
        p = ofNobody();
        p.second = vm.addr(MAKER2);
        refuse(p, abi.encodeWithSelector(E.UnexpectedSigner.selector, p.second));
    }

    function test_govern__registrar_alone__cannot_speak_for_a_participant_with_officers() public {
        Parties memory p = parties(CORE, R2, 0);
        refuse(p, abi.encodeWithSelector(E.NotSignerFor.selector, p.signer, CORE));
    }
}
