// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Step, StepLib, Steps} from "../../libraries/Step.sol";

/// @title L1 for all amounts: shares over adjacent intervals add up, and none is negative
/// @dev A partition of [0, face) is adjacent intervals again and again, so that two of them and their union are the whole proof by
/// induction. Two steps stand for any number: what one step leaves is what the next one starts from.
///
/// halmos proves `check_`, forge passes it by. Two facts need a division's size (48-bit products over 48-bit divisors are too much for
/// a solver): forge fuzzes them as `test_`, and they have this proof. Let x <= y and m <= u. Then m x <= m y, so floor(m x / u) <=
/// floor(m y / u): no share is negative. And m y <= m x + u (y - x), so floor(m y / u) <= floor(m x / u) + (y - x), because y - x
/// is whole: no share exceeds its claim. At x = 0 and y = u it is m itself.
contract StepSymbolic {
    mapping(uint256 => Step) private steps;

    /// @dev After any two steps whatsoever, REDUCE among them: money and unpaid cents of two neighbours are those of their union.
    function check_share__of_two_neighbours__adds_up(
        uint256 one,
        uint256 two,
        uint8 redeemed,
        uint48 start,
        uint48 left,
        uint48 right
    ) public {
        steps[Steps.key(1, 1)] = Step.wrap(one);
        steps[Steps.key(1, 2)] = Step.wrap(two);
        Steps.Share memory a = Steps.share(steps, 1, 2, redeemed, start, left);
        Steps.Share memory b = Steps.share(steps, 1, 2, redeemed, uint256(start) + left, right);
        Steps.Share memory whole = Steps.share(steps, 1, 2, redeemed, start, uint256(left) + right);
        unchecked {
            assert(a.principal + b.principal == whole.principal);
            assert(a.interest + b.interest == whole.interest);
            assert(a.unpaid + b.unpaid == whole.unpaid);
        }
    }

    /// @dev One payment: what a claim gets and what it keeps are what it had.
    function check_pay__any_claim__principal_and_unpaid_are_what_it_had(uint48 m, uint48 u, uint48 start, uint48 amount)
        public
    {
        if (m > u || u == 0 || uint256(start) + amount > u) return;
        steps[Steps.key(1, 1)] = StepLib.pack(1, m, u, 0, 0, 0, 1);
        Steps.Share memory s = Steps.share(steps, 1, 1, 0, start, amount);
        unchecked {
            assert(s.principal + s.unpaid == amount);
        }
    }

    /// @dev No share is negative and none exceeds its claim.
    function test_pay__any_claim__never_negative(uint48 m, uint48 u, uint48 start, uint48 amount) public {
        if (u == 0) u = 1;
        m = uint48(m % (uint256(u) + 1));
        start = uint48(start % (uint256(u) + 1));
        amount = uint48(amount % (uint256(u) - start + 1));
        steps[Steps.key(1, 1)] = StepLib.pack(1, m, u, 0, 0, 0, 1);
        Steps.Share memory s = Steps.share(steps, 1, 1, 0, start, amount);
        assert(s.principal <= amount && s.unpaid <= amount);
    }

    /// @dev All claims together get all of the payment, and all of the interest.
    function test_pay__whole_obligation__gets_the_whole_payment(uint48 m, uint48 u, uint48 pot) public {
        if (u == 0) u = 1;
        m = uint48(m % (uint256(u) + 1));
        steps[Steps.key(1, 1)] = StepLib.pack(1, m, u, pot, 0, 0, 1);
        Steps.Share memory s = Steps.share(steps, 1, 1, 0, 0, u);
        assert(s.principal == m && s.interest == pot && s.unpaid == u - m);
    }

    /// @dev REDUCE in unpaid coordinates takes from each claim exactly what of it lies in [lo, hi).
    function check_reduce__any_claim__loses_its_overlap(uint48 lo, uint48 hi, uint48 start, uint48 amount) public {
        if (lo > hi) return;
        steps[Steps.key(1, 1)] = StepLib.pack(2, lo, hi, 0, 0, 0, 0);
        Steps.Share memory s = Steps.share(steps, 1, 1, 0, start, amount);
        uint256 from = start > lo ? start : lo;
        uint256 to = uint256(start) + amount;
        if (to > hi) to = hi;
        uint256 overlap = to > from ? to - from : 0;
        assert(s.unpaid == amount - overlap && s.principal == 0 && s.interest == 0);
    }

    /// @dev A step is packed and read without loss.
    function check_step__packed__read_as_written(uint48 a, uint48 b, uint48 i, uint48 owed, uint32 taken, uint8 pays)
        public
        pure
    {
        Step s = StepLib.pack(1, a, b, i, owed, taken, pays);
        assert(s.kind() == 1 && s.a() == a && s.b() == b && s.interest() == i);
        assert(s.interestOwed() == owed && s.taken() == taken && s.pays() == pays);
    }
}
