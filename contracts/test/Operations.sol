// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title The operations on claims and their payment as one table, so that what they share is tested on each
/// @dev An `Ask` holds what any of them says; `callOf` makes the call of it, with signatures by the keys named in it.
abstract contract Operations is ClaimsWorld {
    enum Op {
        TRANSFER,
        SPLIT,
        SPLIT_MANY,
        CUT,
        LIEN_WHOLE,
        LIEN_TAIL,
        SALE_WHOLE,
        SALE_TAIL,
        RELEASE,
        FUND,
        RECEIPT
    }

    struct Ask {
        Op op;
        uint32 participant;
        uint88 claim; // of fund and receipt: any claim of the obligation
        uint24 version;
        uint48 amount;
        uint32 to; // assignee, lienholder, financier
        uint8 status; // that a quote assumes
        address signer;
        uint32 deadline;
        uint256 key; // 0: the caller is the signer
        address consenter;
        uint32 consentDeadline;
        uint256 consentKey; // 0: the caller is the consenter
        bytes proof; // takes the place of the signature where not empty
    }

    error Passed(Op op);
    error Answered(Op op, bytes got, bytes wanted);

    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public virtual override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
    }

    /// @dev The operation as it goes through on `claim`, whole or PART, the participant's own account calling.
    function ask(Op op) internal view returns (Ask memory a) {
        a.op = op;
        a.participant = op == Op.FUND ? CORE : op == Op.RECEIPT ? BANK : op == Op.RELEASE ? FIN : SUP1;
        a.claim = claim;
        a.version = op == Op.FUND || op == Op.RECEIPT ? 1 : op == Op.RELEASE ? 3 : 2;
        a.amount = isWhole(op) || op >= Op.RELEASE ? FACE : PART;
        a.to = isLien(op) || isSale(op) ? FIN : SUP2;
        a.status = ObligationStatus.ISSUED;
        a.signer = vm.addr(keyOf(a.participant));
        a.deadline = DEADLINE;
        a.consentKey = keyOf(a.to);
        a.consenter = vm.addr(a.consentKey);
        a.consentDeadline = DEADLINE;
    }

    function isWhole(Op op) internal pure returns (bool) {
        return op == Op.TRANSFER || op == Op.LIEN_WHOLE || op == Op.SALE_WHOLE;
    }

    function isLien(Op op) internal pure returns (bool) {
        return op == Op.LIEN_WHOLE || op == Op.LIEN_TAIL;
    }

    function isSale(Op op) internal pure returns (bool) {
        return op == Op.SALE_WHOLE || op == Op.SALE_TAIL;
    }

    /// @dev Whether it passes the claim on to an assignee.
    function isPass(Op op) internal pure returns (bool) {
        return op <= Op.SPLIT_MANY;
    }

    /// @dev Whether a child is born.
    function isPart(Op op) internal pure returns (bool) {
        return op < Op.RELEASE && !isWhole(op);
    }

    function keyOf(uint32 participant) internal pure returns (uint256) {
        if (participant == SUP1) return S1;
        if (participant == SUP2) return S2;
        if (participant == SUP3) return S3;
        if (participant == FIN) return F1;
        if (participant == FIN2) return F2;
        if (participant == CORE) return MAKER;
        if (participant == CORE2) return MAKER2;
        return BK;
    }

    // ---------------------------------------------------------------- messages

    function until() internal pure returns (uint24) {
        return hoursAt(T0 + 30 days);
    }

    function quoteOf(Ask memory a) internal pure returns (Quote memory q) {
        q.participant = a.to;
        q.claim = a.claim;
        q.version = a.version;
        q.amount = a.amount;
        q.price = a.amount == 0 ? 1 : a.amount;
        q.status = a.status;
        q.basis = 1;
        q.signer = a.consenter;
        q.deadline = a.consentDeadline;
    }

    function pieceOf(Ask memory a) internal pure returns (Piece[] memory pieces) {
        pieces = new Piece[](1);
        pieces[0] = Piece(a.to, a.amount);
    }

    function lienOf(Ask memory a) internal pure returns (Lien memory) {
        return Lien(a.participant, a.claim, a.version, a.amount, a.to, until(), a.signer, a.deadline);
    }

    function receiptOf(Ask memory a) internal pure returns (FundByReceipt memory m) {
        m = FundByReceipt(a.participant, uint64(a.claim >> 24), a.version, a.amount, "paid", a.signer, a.deadline);
    }

    /// @dev hashStruct of the operation's own message.
    function hashOf(Ask memory a) internal pure returns (bytes32) {
        (address signer, uint32 deadline) = (a.signer, a.deadline);
        if (a.op == Op.TRANSFER) {
            return keccak256(
                abi.encode(Intents.TRANSFER, Transfer(a.participant, a.claim, a.version, a.to, signer, deadline))
            );
        }
        if (a.op == Op.SPLIT) {
            Split memory m = Split(a.participant, a.claim, a.version, a.to, a.amount, signer, deadline);
            return keccak256(abi.encode(Intents.SPLIT, m));
        }
        if (a.op == Op.SPLIT_MANY) {
            bytes32 piece = keccak256(abi.encode(Intents.PIECE, Piece(a.to, a.amount)));
            return keccak256(
                abi.encode(
                    Intents.SPLIT_MANY,
                    a.participant,
                    a.claim,
                    a.version,
                    keccak256(abi.encode(piece)),
                    signer,
                    deadline
                )
            );
        }
        if (a.op == Op.CUT) {
            return
                keccak256(abi.encode(Intents.CUT, Cut(a.participant, a.claim, a.version, a.amount, signer, deadline)));
        }
        if (isLien(a.op)) return keccak256(abi.encode(Intents.LIEN, lienOf(a)));
        if (isSale(a.op)) {
            bytes32 quote = keccak256(abi.encode(Intents.QUOTE, quoteOf(a)));
            return keccak256(abi.encode(Intents.DISCOUNT, a.participant, quote, signer, deadline));
        }
        if (a.op == Op.RELEASE) {
            return keccak256(abi.encode(Intents.RELEASE, Release(a.participant, a.claim, a.version, signer, deadline)));
        }
        if (a.op == Op.FUND) {
            return keccak256(
                abi.encode(
                    Intents.FUND, Fund(a.participant, uint64(a.claim >> 24), a.version, a.amount, signer, deadline)
                )
            );
        }
        return keccak256(abi.encode(Intents.FUND_BY_RECEIPT, receiptOf(a)));
    }

    /// @dev hashStruct of what the other side signs.
    function consentHashOf(Ask memory a) internal pure returns (bytes32) {
        if (isSale(a.op)) return keccak256(abi.encode(Intents.QUOTE, quoteOf(a)));
        (address signer, uint32 deadline) = (a.consenter, a.consentDeadline);
        if (isLien(a.op)) {
            LienAcceptance memory l = LienAcceptance(a.to, a.claim, a.version, a.amount, until(), signer, deadline);
            return keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, l));
        }
        Acceptance memory m = Acceptance(a.to, a.claim, a.version, 0, a.amount, signer, deadline);
        return keccak256(abi.encode(Intents.ACCEPTANCE, m));
    }

    // ---------------------------------------------------------------- calls

    /// @dev `proof` stands for the consent's signature when the consent's key is 0, else for the operation's.
    function callOf(Ask memory a) internal view returns (bytes memory) {
        bytes memory own = a.key != 0 ? signed(a.key, hashOf(a)) : a.consentKey != 0 ? a.proof : bytes("");
        bytes memory other = a.consentKey != 0 ? signed(a.consentKey, consentHashOf(a)) : a.proof;
        return encode(a, own, other, abi.encodePacked(a.consenter, a.consentDeadline, other));
    }

    function encode(Ask memory a, bytes memory own, bytes memory quoteSignature, bytes memory consent)
        private
        view
        returns (bytes memory)
    {
        (address signer, uint32 deadline) = (a.signer, a.deadline);
        if (a.op == Op.TRANSFER) {
            Transfer memory m = Transfer(a.participant, a.claim, a.version, a.to, signer, deadline);
            return abi.encodeCall(ledger.transfer, (m, own, consent));
        }
        if (a.op == Op.SPLIT) {
            Split memory m = Split(a.participant, a.claim, a.version, a.to, a.amount, signer, deadline);
            return abi.encodeCall(ledger.split, (m, own, consent));
        }
        if (a.op == Op.SPLIT_MANY) {
            bytes[] memory consents = new bytes[](1);
            consents[0] = consent;
            SplitMany memory m = SplitMany(a.participant, a.claim, a.version, pieceOf(a), signer, deadline);
            return abi.encodeCall(ledger.splitMany, (m, own, consents));
        }
        if (a.op == Op.CUT) {
            return abi.encodeCall(ledger.cut, (Cut(a.participant, a.claim, a.version, a.amount, signer, deadline), own));
        }
        if (isLien(a.op)) return abi.encodeCall(ledger.lien, (lienOf(a), own, consent));
        if (isSale(a.op)) {
            Discount memory m = Discount(a.participant, quoteOf(a), signer, deadline);
            return abi.encodeCall(ledger.discount, (m, own, quoteSignature));
        }
        if (a.op == Op.RELEASE) {
            return abi.encodeCall(ledger.release, (Release(a.participant, a.claim, a.version, signer, deadline), own));
        }
        if (a.op == Op.FUND) {
            Fund memory m = Fund(a.participant, uint64(a.claim >> 24), a.version, a.amount, signer, deadline);
            return abi.encodeCall(ledger.fund, (m, own));
        }
        return abi.encodeCall(ledger.fundByReceipt, (receiptOf(a), own));
    }

    function passes(Ask memory a, address caller) internal {
        bytes memory data = callOf(a);
        vm.prank(caller);
        (bool ok, bytes memory answer) = address(ledger).call(data);
        if (!ok) revert Answered(a.op, answer, "");
    }

    function refuses(Ask memory a, address caller, bytes memory error_) internal {
        bytes memory data = callOf(a);
        vm.prank(caller);
        (bool ok, bytes memory answer) = address(ledger).call(data);
        if (ok) revert Passed(a.op);
        if (keccak256(answer) != keccak256(error_)) revert Answered(a.op, answer, error_);
    }

    function passes(Ask memory a) internal {
        passes(a, a.signer);
    }

    function refuses(Ask memory a, bytes memory error_) internal {
        refuses(a, a.signer, error_);
    }
}
