// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Step, StepLib, Steps} from "../libraries/Step.sol";
import {Bare} from "./Bare.sol";

/// @title How claims share in an obligation's steps: the golden worlds, and what must hold in any world
contract StepsTest is Bare {
    string internal constant GOLDEN = "../shared/vectors/steps.json";
    uint8 internal constant PAY = 1;
    uint8 internal constant REDUCE = 2;

    struct Part {
        uint256 start;
        uint256 amount;
        uint256 redeemedStep;
        uint256 redeemed; // money, so far
    }

    /// @dev A claim at the end of a golden world; forge gives an object's fields in alphabetical order.
    struct Final {
        uint256 amount;
        uint256 claim;
        uint256 dueNow;
        uint256 redeemed;
        uint256 start;
        uint256 unpaid;
    }

    mapping(uint256 => Step) private steps;
    mapping(uint256 => Part) private claims; // of the world that is played, from 1
    uint256 private count; // of them
    uint256 private taken; // steps
    uint256 private unpaid;

    // ---------------------------------------------------------------- a world: cut, pay, reduce, redeem

    function begin(uint256 face) private {
        claims[1] = Part(0, face, 0, 0);
        (count, taken, unpaid) = (1, 0, face);
    }

    function cut(uint256 claim, uint256 amount) private returns (uint256 child) {
        Part storage p = claims[claim];
        child = ++count;
        claims[child] = Part(p.start + p.amount - amount, amount, p.redeemedStep, 0);
        p.amount -= amount;
    }

    function pay(uint256 m, uint256 interest) private {
        steps[Steps.key(7, ++taken)] = StepLib.pack(PAY, m, unpaid, interest, 0, 0, 0);
        unpaid -= m;
    }

    function reduce(uint256 lo, uint256 hi) private {
        steps[Steps.key(7, ++taken)] = StepLib.pack(REDUCE, lo, hi, 0, 0, 0, 0);
        unpaid -= hi - lo;
    }

    function redeem(uint256 claim) private returns (uint256 money) {
        Steps.Share memory s = shareOf(claim);
        money = s.principal + s.interest;
        claims[claim].redeemedStep = taken;
        claims[claim].redeemed += money;
    }

    function shareOf(uint256 claim) private view returns (Steps.Share memory) {
        Part storage p = claims[claim];
        return Steps.share(steps, 7, taken, p.redeemedStep, p.start, p.amount);
    }

    // ---------------------------------------------------------------- golden worlds

    function test_steps__golden_worlds__every_figure_agrees() public {
        // When the folder is absent forge does not answer no: it cannot resolve the permission and refuses to look.
        try vm.exists(GOLDEN) returns (bool here) {
            vm.skip(!here, "shared data: ../shared/vectors/steps.json is not here");
        } catch {
            vm.skip(true, "shared data: ../shared/vectors/steps.json is not here");
        }
        bytes memory json = bytes(vm.readFile(GOLDEN));
        uint256 worlds = 0;
        uint256 acts = 0;
        uint256 ends = 0;
        for (uint256 from = next(json, 0); from < json.length; ++worlds) {
            uint256 to = next(json, from + 1);
            string memory world = slice(json, from, to);
            begin(vm.parseJsonUint(world, ".face"));
            acts += play(world);
            eq("unpaid at the end", unpaid, vm.parseJsonUint(world, ".unpaid"));
            ends += compare(abi.decode(vm.parseJson(world, ".claims"), (Final[])));
            from = to;
        }
        eq("worlds", worlds, 80);
        eq("acts", acts, 932);
        eq("claims", ends, 334);
    }

    /// @dev Where the next world begins: read one by one, since every cheat reads the whole text that it is given.
    function next(bytes memory json, uint256 from) private pure returns (uint256 i) {
        for (i = from; i < json.length; ++i) {
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(add(json, 0x20), i))
            }
            if (bytes8(word) == bytes8('{"face":')) return i;
        }
    }

    /// @dev json[from, to) without what follows its last brace of a world: a comma, or the end of the list and of the file.
    function slice(bytes memory json, uint256 from, uint256 to) private pure returns (string memory world) {
        if (to == json.length) while (json[to - 1] != "]") --to;
        world = new string(to - 1 - from);
        assembly ("memory-safe") {
            mcopy(add(world, 0x20), add(add(json, 0x20), from), mload(world))
        }
    }

    function play(string memory json) private returns (uint256 n) {
        for (string memory path = item(0); vm.keyExistsJson(json, path); path = item(++n)) {
            bytes32 kind = keccak256(bytes(vm.parseJsonKeys(json, path)[0]));
            bytes memory data = vm.parseJson(json, path);
            if (kind == keccak256("cut")) {
                (uint256 amount, uint256 child, uint256 parent) = abi.decode(data, (uint256, uint256, uint256));
                eq("child", cut(parent, amount), child);
            } else if (kind == keccak256("pay")) {
                (uint256 m, uint256 before) = abi.decode(data, (uint256, uint256));
                eq("unpaid before", unpaid, before);
                pay(m, 0);
            } else if (kind == keccak256("reduce")) {
                uint256[] memory bounds = vm.parseJsonUintArray(json, string.concat(path, ".reduce"));
                reduce(bounds[0], bounds[1]);
            } else {
                eq("act", uint256(kind), uint256(keccak256("redeem")));
                (uint256 money, uint256 claim) = abi.decode(data, (uint256, uint256));
                eq("money", redeem(claim), money);
            }
        }
    }

    function compare(Final[] memory ends) private view returns (uint256) {
        eq("claims", ends.length, count);
        for (uint256 i = 0; i < ends.length; ++i) {
            Final memory f = ends[i];
            Part memory p = claims[f.claim];
            Steps.Share memory s = shareOf(f.claim);
            eq("start", p.start, f.start);
            eq("amount", p.amount, f.amount);
            eq("redeemed", p.redeemed, f.redeemed);
            eq("due now", s.principal, f.dueNow);
            eq("interest", s.interest, 0);
            eq("unpaid", s.unpaid, f.unpaid);
        }
        return ends.length;
    }

    function item(uint256 i) private pure returns (string memory) {
        bytes memory digits = i == 0 ? bytes("0") : bytes("");
        for (; i != 0; i /= 10) {
            digits = abi.encodePacked(bytes1(uint8(48 + i % 10)), digits);
        }
        return string.concat(".acts[", string(digits), "]");
    }

    // ---------------------------------------------------------------- one step

    function test_steps__one_payment__floor_differences_sum_exactly() public {
        begin(10);
        uint256 b = cut(1, 7);
        uint256 c = cut(b, 3);
        pay(5, 0);
        eq("[0,3)", redeem(1), 1);
        eq("[3,7)", redeem(b), 2);
        eq("[7,10)", redeem(c), 2);
        eq("nothing twice", redeem(c), 0);
    }

    function test_steps__reduction__takes_unpaid_cents_and_leaves_no_money() public {
        begin(10);
        uint256 b = cut(1, 4);
        pay(5, 0); // settles cents 1, 3, 5, 7, 9; unpaid: [0,3) of claim 1, [3,5) of b
        reduce(2, 4);
        eq("rest of 1", shareOf(1).unpaid, 2);
        eq("rest of b", shareOf(b).unpaid, 1);
        eq("money of 1", redeem(1), 3);
        eq("money of b", redeem(b), 2);
    }

    function test_steps__interest__is_a_pot_of_its_own_by_unpaid_cents() public {
        begin(10);
        uint256 b = cut(1, 4);
        pay(0, 7);
        eq("interest of 1", shareOf(1).interest, 4);
        eq("interest of b", shareOf(b).interest, 3);
        eq("principal", shareOf(1).principal + shareOf(b).principal, 0);
        eq("unpaid", shareOf(1).unpaid + shareOf(b).unpaid, 10);
    }

    function test_steps__face_of_48_bits_and_64_steps__no_overflow() public {
        uint256 face = type(uint48).max;
        begin(face);
        uint256 b = cut(1, 1);
        for (uint256 i = 0; i < 63; ++i) {
            pay(face / 64, type(uint48).max);
        }
        pay(unpaid, type(uint48).max);
        Steps.Share memory first = shareOf(1);
        Steps.Share memory last = shareOf(b);
        eq("principal", first.principal + last.principal, face);
        eq("interest", first.interest + last.interest, 64 * uint256(type(uint48).max));
        eq("unpaid", first.unpaid + last.unpaid, 0);
        eq("the last cent", last.principal, 1);
    }

    // ---------------------------------------------------------------- any world

    /// @dev Whatever happens: money out is money in, step by step, and shares of a partition sum to what is unpaid.
    function testFuzz_steps__any_world__sums_are_exact(uint256 seed, uint48 face) public {
        if (face == 0) face = 1;
        begin(face);
        (uint256 paid, uint256 out, uint256 interest) = (0, 0, 0);
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 draw = seed >> 128;
            uint256 claim = 1 + draw % count;
            if (seed % 4 == 0 && claims[claim].amount > 1) {
                cut(claim, 1 + (draw >> 8) % (claims[claim].amount - 1));
            } else if (seed % 4 == 1 && unpaid > 0) {
                uint256 m = draw % (unpaid + 1);
                uint256 pot = (draw >> 64) % 1_000_000;
                pay(m, pot);
                paid += m;
                interest += pot;
            } else if (seed % 4 == 2 && unpaid > 0) {
                uint256 lo = draw % unpaid;
                reduce(lo, lo + 1 + (draw >> 64) % (unpaid - lo));
            } else {
                out += redeem(claim);
            }
        }
        uint256 rest = 0;
        for (uint256 claim = 1; claim <= count; ++claim) {
            Steps.Share memory s = shareOf(claim);
            eq("never more unpaid than the claim", s.unpaid <= claims[claim].amount, true);
            rest += s.unpaid;
            out += redeem(claim);
        }
        eq("money out", out, paid + interest);
        eq("unpaid", rest, unpaid);
    }

    /// @dev Cut before or after the steps: the parts get what the whole would have got.
    function testFuzz_steps__cut_late_or_early__is_the_same(uint256 seed, uint48 face, uint48 amount) public {
        if (face < 2) face = 2;
        amount = uint48(1 + uint256(amount) % (face - 1));
        begin(face);
        for (uint256 i = 0; i < 6 && unpaid > 1; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 3 == 0) reduce(0, 1 + (seed >> 8) % (unpaid - 1));
            else pay((seed >> 8) % unpaid, (seed >> 64) % 1000);
        }
        Steps.Share memory whole = shareOf(1);
        uint256 child = cut(1, amount);
        Steps.Share memory head = shareOf(1);
        Steps.Share memory tail = shareOf(child);
        eq("principal", head.principal + tail.principal, whole.principal);
        eq("interest", head.interest + tail.interest, whole.interest);
        eq("unpaid", head.unpaid + tail.unpaid, whole.unpaid);
        eq("whole", whole.unpaid, unpaid);
    }

    function test_clamp__below_within_above__bounded() public pure {
        eq("below", Steps.clamp(1, 3, 5), 3);
        eq("at the lower", Steps.clamp(3, 3, 5), 3);
        eq("within", Steps.clamp(4, 3, 5), 4);
        eq("at the upper", Steps.clamp(5, 3, 5), 5);
        eq("above", Steps.clamp(9, 3, 5), 5);
    }
}
