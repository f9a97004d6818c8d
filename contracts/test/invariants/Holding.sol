// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObligationStatus} from "../../interfaces/IReceivableLedger.sol";
import {Claim} from "../../libraries/Claim.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Obligation} from "../../libraries/Obligation.sol";
import {Issuing} from "./Issuing.sol";

/// @title What holders do with claims
abstract contract Holding is Issuing {
    mapping(uint32 => address) internal cashNow;
    mapping(uint32 => uint24) internal epochs;

    function _tryTransfer() internal {
        (uint88 id, uint32 who, Claim c) = _subject(Want.Movable);
        uint32 to = _receiver(who);
        uint256 key = _keyFor(who);
        Transfer memory m = Transfer(who, id, c.version(), to, _address(key), DEADLINE);
        bytes memory consent = _consent(to, id, 0, c.amount());
        bytes memory signature;
        uint256 carrier = key;
        if (_oneIn(4)) {
            (signature, carrier) = (_sign(key, keccak256(abi.encode(Intents.TRANSFER, m))), STRANGER);
        }
        if (!_do(Action.Transfer, carrier, abi.encodeCall(ledger.transfer, (m, signature, consent)))) return;
        _moved(Action.Transfer, id, to);
    }

    function _trySplit() internal {
        (uint88 id, uint32 who, Claim c) = _subject(Want.Cuttable);
        uint32 to = _receiver(who);
        uint48 amount = _someOf(c.amount());
        uint256 key = _keyFor(who);
        Split memory m = Split(who, id, c.version(), to, amount, _address(key), DEADLINE);
        bytes memory consent = _consent(to, id, 0, amount);
        if (!_do(Action.Split, key, abi.encodeCall(ledger.split, (m, "", consent)))) return;
        _moved(Action.Split, id, to);
    }

    function _trySplitMany() internal {
        (uint88 id, uint32 who, Claim c) = _subject(Want.Cuttable);
        Piece[] memory list = new Piece[](1 + _below(4));
        bytes[] memory consents = new bytes[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = Piece(_receiver(who), uint48(1 + _below(uint256(c.amount()) / list.length + 1)));
            if (i != 0 && _oneIn(3)) list[i].to = list[i - 1].to;
            consents[i] = _consent(list[i].to, id, uint16(i), list[i].amount);
        }
        uint256 key = _keyFor(who);
        SplitMany memory m = SplitMany(who, id, c.version(), list, _address(key), DEADLINE);
        if (!_do(Action.SplitMany, key, abi.encodeCall(ledger.splitMany, (m, "", consents)))) return;
        _moved(Action.SplitMany, id, 0);
    }

    function _tryCut() internal {
        (uint88 id, uint32 who, Claim c) = _subject(Want.Cuttable);
        uint256 key = _keyFor(who);
        Cut memory m = Cut(who, id, c.version(), _someOf(c.amount()), _address(key), DEADLINE);
        if (!_do(Action.Cut, key, abi.encodeCall(ledger.cut, (m, "")))) return;
        _moved(Action.Cut, id, 0);
    }

    function _tryLien() internal {
        (uint88 id, uint32 who, Claim c) = _subject(_oneIn(2) ? Want.Movable : Want.Cuttable);
        uint32 lienholder = _oneIn(2) ? who : _oneIn(2) ? FIN : FIN2;
        uint48 amount = _oneIn(2) ? c.amount() : _someOf(c.amount());
        uint24 until = hoursAt(block.timestamp + _below(5 days)) + 1;
        uint256 key = _keyFor(who);
        Lien memory m = Lien(who, id, c.version(), amount, lienholder, until, _address(key), DEADLINE);
        bytes memory consent;
        if (lienholder != who) {
            uint256 its = keyOf[lienholder];
            address signer = _address(its);
            LienAcceptance memory a = LienAcceptance(lienholder, id, c.version(), amount, until, signer, DEADLINE);
            bytes32 h = keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, a));
            consent = abi.encodePacked(signer, DEADLINE, _sign(its, h));
        }
        if (!_do(Action.Lien, key, abi.encodeCall(ledger.lien, (m, "", consent)))) return;
        uint88 bearer = amount == c.amount() ? id : _youngest(id);
        Claim liened = _claimAt(bearer);
        _must(liened.lienholder() == lienholder && liened.liened(block.timestamp), "L7: the lien stands");
        _must(uint256(until) * 3600 <= Obligation.wrap(obligationRows[uint64(id >> 24)]).due(), "L7: past due");
        _moved(Action.Lien, id, 0);
    }

    function _tryRelease() internal {
        (uint88 id,, Claim c) = _subject(Want.Liened);
        uint32 who = c.lienholder();
        uint256 key = _keyFor(who);
        Release memory m = Release(who, id, c.version(), _address(key), DEADLINE);
        if (!_do(Action.Release, key, abi.encodeCall(ledger.release, (m, "")))) return;
        _moved(Action.Release, id, 0);
    }

    function _tryDiscount() internal {
        (uint88 id, uint32 who, Claim c) = _subject(_oneIn(3) ? Want.Liened : Want.Movable);
        Quote memory q = _quote(id, c);
        uint256 its = keyOf[q.participant];
        bytes memory quoteSignature = _sign(its, keccak256(abi.encode(Intents.QUOTE, q)));
        uint256 key = _keyFor(who);
        Discount memory m = Discount(who, q, _address(key), DEADLINE);
        if (!_do(Action.Discount, key, abi.encodeCall(ledger.discount, (m, "", quoteSignature)))) return;
        uint88 sold = q.amount == c.amount() ? id : _youngest(id);
        _must(_claimAt(sold).holder() == q.participant && _claimAt(sold).amount() == q.amount, "L11: claim moved");
        _follow(Action.Discount, uint64(id >> 24), id, q.participant);
        _cash(Flow(cashNow[q.participant], cashNow[who], q.price));
        _registry(0);
    }

    // ---------------------------------------------------------------- how

    function _subject(Want want) internal returns (uint88 id, uint32 who, Claim c) {
        id = _pickClaim(want);
        c = Claim.wrap(claimRows[id]);
        who = c.holder();
        if (_oneIn(16)) {
            rightful = false; // a version that is not the present one
            c = c.bumped();
        }
    }

    function _quote(uint88 id, Claim c) private returns (Quote memory q) {
        Obligation o = Obligation.wrap(obligationRows[uint64(id >> 24)]);
        q.participant = _oneIn(2) ? FIN : FIN2;
        if (c.lienholder() == FIN2 && !_oneIn(4)) q.participant = FIN2;
        if (q.participant == c.holder() && !_oneIn(4)) q.participant = q.participant == FIN ? FIN2 : FIN;
        q.claim = id;
        q.version = c.version();
        q.amount = _oneIn(2) ? c.amount() : _someOf(c.amount());
        q.price = uint48(uint256(q.amount) * (90 + _below(11)) / 100);
        q.epoch = epochs[q.participant];
        if (q.epoch != 0 && _oneIn(12)) {
            rightful = false; // a withdrawn quote
            --q.epoch;
        }
        q.status = block.timestamp > o.due() ? ObligationStatus.OVERDUE : o.status();
        q.basis = 1;
        q.signer = _address(keyOf[q.participant]);
        q.deadline = DEADLINE;
    }

    function _youngest(uint88 id) private view returns (uint88) {
        return (id & ~uint88(0xffffff)) | _obligationAt(uint64(id >> 24)).seq();
    }

    function _moved(Action action, uint88 id, uint32 to) private {
        _follow(action, uint64(id >> 24), id, to);
        _after();
    }
}
