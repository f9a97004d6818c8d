// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "../../libraries/Claim.sol";

/// @title L2 for every claim that a slot can hold: cutting conserves amount and interval (halmos proves `check_`, forge passes it by)
/// @dev A claim lies within a face of 48 bits, so start + amount fits 48 bits too; every other bit is arbitrary. Several cuts are one
/// cut again and again: a SplitMany cuts what the cut before has left.
contract ClaimSymbolic {
    function check_cut__any_claim__interval_and_amount_conserved(uint256 word, uint48 amount, uint32 holder)
        public
        pure
    {
        Claim c = Claim.wrap(word);
        uint256 end = uint256(c.start()) + c.amount();
        if (amount == 0 || amount >= c.amount() || end > type(uint48).max) return;
        Claim child = c.child(7, holder, amount);
        Claim rest = c.less(amount);
        assert(rest.start() == c.start());
        assert(uint256(rest.amount()) + child.amount() == c.amount());
        assert(uint256(rest.start()) + rest.amount() == child.start());
        assert(uint256(child.start()) + child.amount() == end);
        assert(rest.amount() != 0 && child.amount() != 0);
    }

    function check_cut__any_claim__nothing_else_of_the_parent_changes(uint256 word, uint48 amount) public pure {
        Claim c = Claim.wrap(word);
        if (amount >= c.amount()) return;
        uint256 field = uint256(type(uint48).max) << 112;
        assert(Claim.unwrap(c.less(amount)) & ~field == word & ~field);
    }

    function check_child__any_parent__born_as_the_law_says(uint256 word, uint48 amount, uint32 holder, uint24 seq)
        public
        pure
    {
        Claim c = Claim.wrap(word);
        if (amount > c.amount() || uint256(c.start()) + c.amount() > type(uint48).max) return;
        Claim child = c.child(seq, holder, amount);
        assert(child.holder() == holder && child.amount() == amount && child.parentSeq() == seq);
        assert(child.version() == 1 && child.lienholder() == 0 && child.lienUntil() == 0);
        assert(child.hop() == c.hop() && child.status() == c.status());
        assert(child.redeemedStep() == c.redeemedStep());
    }

    /// @dev L9: one more, and nothing else, as long as there is room.
    function check_bumped__any_claim__only_the_version_grows(uint256 word) public pure {
        Claim c = Claim.wrap(word);
        if (c.version() == type(uint24).max) return;
        uint256 field = uint256(type(uint24).max) << 184;
        assert(c.bumped().version() == c.version() + 1);
        assert(Claim.unwrap(c.bumped()) & ~field == word & ~field);
    }

    /// @dev A change of holder or lien touches no cent, no version, no history.
    function check_holder_and_lien__any_claim__nothing_else_changes(
        uint256 word,
        uint32 holder,
        uint32 lienholder,
        uint24 until
    ) public pure {
        Claim c = Claim.wrap(word);
        uint256 fields = (uint256(type(uint32).max) << 32) | type(uint32).max | (uint256(type(uint24).max) << 208);
        Claim changed = c.withHolder(holder).withLien(lienholder, until);
        assert(changed.holder() == holder && changed.lienholder() == lienholder && changed.lienUntil() == until);
        assert(Claim.unwrap(changed) & ~fields == word & ~fields);
        changed = changed.withoutLien();
        assert(changed.lienholder() == 0 && changed.lienUntil() == 0 && changed.holder() == holder);
        assert(Claim.unwrap(changed) & ~fields == word & ~fields);
    }
}
