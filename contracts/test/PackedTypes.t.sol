// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rules} from "../interfaces/IRulebook.sol";
import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {Claim, ClaimLib} from "../libraries/Claim.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, AccountLib, Officer, Participant, ParticipantLib} from "../libraries/Participant.sol";
import {Change, ChangeLib, Invoice, InvoiceLib} from "../libraries/Records.sol";
import {RulesLib} from "../libraries/RulesLib.sol";
import {Step, StepLib} from "../libraries/Step.sol";
import {Bare} from "./Bare.sol";

/// @title Every packed type: a getter reads its field of any word, a setter writes its field and no other bit
/// @dev The layouts stand here a second time, as numbers, so that a slip in a library cannot agree with itself.
contract PackedTypesTest is Bare {
    function field(uint256 word, uint256 shift, uint256 bits) private pure returns (uint256) {
        return (word >> shift) & ((1 << bits) - 1);
    }

    /// @dev `word` with `bits` bits from `shift` on replaced by `value`.
    function put(uint256 word, uint256 shift, uint256 bits, uint256 value) private pure returns (uint256) {
        uint256 mask = ((1 << bits) - 1) << shift;
        return (word & ~mask) | (value << shift);
    }

    // ---------------------------------------------------------------- claim

    function testFuzz_claim__getters__read_their_fields(uint256 word, uint32 instant) public pure {
        Claim c = Claim.wrap(word);
        eq("holder", c.holder(), field(word, 0, 32));
        eq("lienholder", c.lienholder(), field(word, 32, 32));
        eq("start", c.start(), field(word, 64, 48));
        eq("amount", c.amount(), field(word, 112, 48));
        eq("parent", c.parentSeq(), field(word, 160, 24));
        eq("version", c.version(), field(word, 184, 24));
        eq("lienUntil", c.lienUntil(), field(word, 208, 24));
        eq("hop", c.hop(), field(word, 232, 8));
        eq("status", c.status(), field(word, 240, 8));
        eq("lifecycle", c.lifecycle(), field(word, 240, 2));
        eq("redeemedStep", c.redeemedStep(), field(word, 248, 8));
        eq("unknown", c.isUnknown(), word == 0);
        bool liened = field(word, 32, 32) != 0 && instant <= field(word, 208, 24) * 3600;
        eq("liened", c.liened(instant), liened);
    }

    function test_claim__lien__in_force_through_its_last_second() public pure {
        Claim c = Claim.wrap(0).withLien(30, 500_000);
        eq("last second", c.liened(1_800_000_000), true);
        eq("after", c.liened(1_800_000_001), false);
        eq("nobody's", Claim.wrap(0).withLien(0, 500_000).liened(0), false);
        eq("no word is unknown", Claim.wrap(0).isUnknown(), true);
        eq("a tombstone is known", Claim.wrap(1 << 241).isUnknown(), false);
    }

    function testFuzz_claim__setters__touch_nothing_else(uint256 word, uint48 value, uint24 until) public pure {
        Claim c = Claim.wrap(word);
        eq("holder", Claim.unwrap(c.withHolder(uint32(value))), put(word, 0, 32, uint32(value)));
        uint256 liened = put(put(word, 32, 32, uint32(value)), 208, 24, until);
        eq("lien", Claim.unwrap(c.withLien(uint32(value), until)), liened);
        eq("no lien", Claim.unwrap(c.withoutLien()), put(put(word, 32, 32, 0), 208, 24, 0));
        eq("lifecycle", Claim.unwrap(c.withLifecycle(value % 4)), put(word, 240, 2, value % 4));
        eq("redeemedStep", Claim.unwrap(c.withRedeemedStep(uint8(value))), put(word, 248, 8, uint8(value)));
        uint256 amount = field(word, 112, 48);
        uint256 less = amount == 0 ? 0 : value % amount;
        eq("less", Claim.unwrap(c.less(less)), put(word, 112, 48, amount - less));
        uint256 version = field(word, 184, 24);
        if (version != ClaimLib.VERSION_MAX) eq("bumped", Claim.unwrap(c.bumped()), put(word, 184, 24, version + 1));
        uint256 hop = field(word, 232, 8);
        if (hop != 255) eq("hop", Claim.unwrap(c.oneHopOn()), put(word, 232, 8, hop + 1));
    }

    function testFuzz_claim__births__have_every_field(
        uint256 word,
        uint32 holder,
        uint24 parent,
        uint48 draw,
        uint24 until
    ) public pure {
        uint256 offered = Claim.unwrap(ClaimLib.offered(holder, draw, until));
        eq("offered", offered, holder | (uint256(draw) << 112) | (1 << 184) | (uint256(until) << 208));
        uint256 amount = field(word, 112, 48);
        uint256 start = field(word, 64, 48) % (type(uint48).max - amount + 1);
        word = put(word, 64, 48, start);
        uint256 tail = amount == 0 ? 0 : draw % (amount + 1);
        uint256 wanted = put(put(word, 0, 32, holder), 32, 32, 0);
        wanted = put(put(wanted, 64, 48, start + amount - tail), 112, 48, tail);
        wanted = put(put(put(wanted, 160, 24, parent), 184, 24, 1), 208, 24, 0);
        eq("child", Claim.unwrap(Claim.wrap(word).child(parent, holder, tail)), wanted);
    }

    // ---------------------------------------------------------------- obligation

    function testFuzz_obligation__getters__read_their_fields(uint256 word) public pure {
        Obligation o = Obligation.wrap(word);
        eq("face", o.face(), field(word, 0, 48));
        eq("unpaid", o.unpaid(), field(word, 48, 48));
        eq("due", o.due(), field(word, 96, 32));
        eq("seq", o.seq(), field(word, 128, 24));
        eq("rulebook", o.rulebook(), field(word, 152, 16));
        eq("rail", o.rail(), field(word, 168, 8));
        eq("status", o.status(), field(word, 176, 8));
        eq("steps", o.steps(), field(word, 184, 8));
        eq("closes", o.closes(), field(word, 192, 8));
        eq("hopCap", o.hopCap(), field(word, 200, 4));
        eq("minPiece", o.minPiece(), field(word, 204, 4));
        eq("lateRate", o.lateRate(), field(word, 208, 24));
        eq("version", o.version(), field(word, 232, 24));
        eq("unknown", o.isUnknown(), word == 0);
    }

    function test_obligation__minimum__is_ten_to_the_exponent() public pure {
        for (uint256 e = 0; e <= 14; ++e) {
            eq("minimum", Obligation.wrap(e << 204).minimum(), 10 ** e);
        }
        eq("no word is unknown", Obligation.wrap(0).isUnknown(), true);
    }

    function testFuzz_obligation__setters__touch_nothing_else(uint256 word, uint48 value, uint24 births) public pure {
        Obligation o = Obligation.wrap(word);
        eq("unpaid", Obligation.unwrap(o.withUnpaid(value)), put(word, 48, 48, value));
        eq("status", Obligation.unwrap(o.withStatus(uint8(value))), put(word, 176, 8, uint8(value)));
        eq("steps", Obligation.unwrap(o.withSteps(uint8(value))), put(word, 184, 8, uint8(value)));
        uint256 seq = field(word, 128, 24);
        uint256 n = births % (type(uint24).max - seq + 1);
        eq("births", Obligation.unwrap(o.withBirths(n)), put(word, 128, 24, seq + n));
        uint256 version = field(word, 232, 24);
        if (version != type(uint24).max) {
            eq("bumped", Obligation.unwrap(o.bumped()), put(word, 232, 24, version + 1));
        }
    }

    // ---------------------------------------------------------------- participant, account, officer

    function testFuzz_participant__getters__read_their_fields(uint256 word) public pure {
        Participant p = Participant.wrap(word);
        eq("limit", p.limit(), field(word, 0, 64));
        eq("utilised", p.utilised(), field(word, 64, 64));
        eq("overdue", p.overdue(), field(word, 128, 16));
        eq("roles", p.roles(), field(word, 144, 16));
        eq("status", p.status(), field(word, 160, 8));
        eq("version", p.version(), field(word, 168, 24));
        eq("quoteEpoch", p.quoteEpoch(), field(word, 192, 24));
        eq("officers", p.officers(), field(word, 216, 8));
        eq("quorum", p.quorum(), field(word, 224, 8));
        eq("pausedUntil", p.pausedUntil(), field(word, 232, 24));
        eq("unknown", p.isUnknown(), field(word, 160, 8) == 0);
    }

    function testFuzz_participant__setters__touch_nothing_else(uint256 word, uint64 value, uint16 roles, uint8 status)
        public
        pure
    {
        Participant p = Participant.wrap(word);
        uint256 fresh = value | (uint256(roles) << 144) | (uint256(status) << 160) | (1 << 168);
        eq("registered", Participant.unwrap(ParticipantLib.registered(roles, value, status)), fresh);
        eq("utilised", Participant.unwrap(p.withUtilised(value)), put(word, 64, 64, value));
        eq("overdue", Participant.unwrap(p.withOverdue(roles)), put(word, 128, 16, roles));
        uint256 standing = put(put(put(word, 0, 64, value), 144, 16, roles), 160, 8, status);
        eq("standing", Participant.unwrap(p.withStanding(roles, status, value)), standing);
        eq("epoch", Participant.unwrap(p.withQuoteEpoch(uint24(value))), put(word, 192, 24, uint24(value)));
        eq("paused", Participant.unwrap(p.withPausedUntil(uint24(value))), put(word, 232, 24, uint24(value)));
        uint256 most = status > 1 ? 2 : status;
        if (most < field(word, 224, 8)) most = field(word, 224, 8);
        uint256 officers = put(put(word, 216, 8, status), 224, 8, most);
        eq("officers", Participant.unwrap(p.withOfficers(status)), officers);
        uint256 version = field(word, 168, 24);
        if (version != type(uint24).max) {
            eq("bumped", Participant.unwrap(p.bumped()), put(word, 168, 24, version + 1));
        }
    }

    function test_participant__quorum__rises_to_two_and_never_falls() public pure {
        Participant p = ParticipantLib.registered(1, 0, 1);
        p = p.withOfficers(1);
        eq("one", p.quorum(), 1);
        p = p.withOfficers(2);
        eq("two", p.quorum(), 2);
        p = p.withOfficers(255);
        eq("many", p.quorum(), 2);
        p = p.withOfficers(0);
        eq("none left", p.quorum(), 2);
        eq("officers", p.officers(), 0);
    }

    function testFuzz_account__fields__round_trip(uint256 word, uint32 who, uint16 officer, uint8 rights) public pure {
        Account a = Account.wrap(word);
        eq("participant", a.participant(), field(word, 0, 32));
        eq("officer", a.officer(), field(word, 32, 16));
        eq("rights", a.rights(), field(word, 48, 8));
        eq("active", a.active(), field(word, 56, 8) != 0);
        eq("unknown", a.isUnknown(), word == 0);
        eq("ended", Account.unwrap(a.ended()), put(word, 56, 8, 0));
        uint256 added = who | (uint256(officer) << 32) | (uint256(rights) << 48) | (1 << 56);
        eq("added", Account.unwrap(AccountLib.added(who, officer, rights)), added);
    }

    function testFuzz_account__speaks_for__says_what_the_fields_say(
        uint32 who,
        uint32 asked,
        uint8 rights,
        uint8 need,
        bool live
    ) public pure {
        rights = rights % 4;
        need = need % 4;
        Account a = AccountLib.added(who, 7, rights);
        if (!live) a = a.ended();
        eq("another", a.speaksFor(asked, need), live && asked == who && rights & need == need);
        eq("itself", a.speaksFor(who, need), live && rights & need == need);
    }

    function testFuzz_officer__fields__round_trip(uint256 word, uint64 value, uint32 day, uint16 accounts) public pure {
        Officer o = Officer.wrap(word & ((1 << 184) - 1));
        word = Officer.unwrap(o);
        eq("threshold", o.threshold(), field(word, 0, 64));
        eq("spent that day", o.spentOn(field(word, 64, 32)), field(word, 96, 64));
        eq("spent on another day", o.spentOn((field(word, 64, 32) + 1) % (1 << 32)), 0);
        eq("accounts", o.accounts(), field(word, 160, 16));
        eq("with threshold", Officer.unwrap(o.withThreshold(value)), put(word, 0, 64, value));
        Officer known = o.withAccounts(accounts);
        eq("with accounts", Officer.unwrap(known), put(put(word, 160, 16, accounts), 176, 8, field(word, 176, 8) | 1));
        uint256 spent = put(put(Officer.unwrap(known), 64, 32, day), 96, 64, value);
        eq("with spent", Officer.unwrap(known.withSpent(day, value)), put(spent, 177, 7, 0));
        eq("spent", known.withSpent(day, value).spentOn(day), value);
        eq("never zero again", Officer.unwrap(Officer.wrap(0).withAccounts(1).withAccounts(0)), 1 << 176);
    }

    // ---------------------------------------------------------------- invoice, change, rules, step

    function testFuzz_invoice__fields__round_trip(uint256 word, uint48 value) public pure {
        Invoice i = Invoice.wrap(word);
        eq("gross", i.gross(), field(word, 0, 48));
        eq("allocated", i.allocated(), field(word, 48, 48));
        eq("unknown", i.isUnknown(), word == 0);
        eq("second name", i.isSecondName(), field(word, 96, 1) == 1);
        eq("with allocated", Invoice.unwrap(i.withAllocated(value)), put(word, 48, 48, value));
        eq("registered", Invoice.unwrap(InvoiceLib.registered(value)), value);
        eq("is a name", InvoiceLib.secondName().isSecondName(), true);
        eq("of no gross", Invoice.unwrap(InvoiceLib.secondName()), 1 << 96);
    }

    function testFuzz_change__fields__round_trip(uint256 word, uint32 ready, uint32 who, uint8 state) public pure {
        Change c = Change.wrap(word);
        eq("ready", c.ready(), field(word, 0, 32));
        eq("state", c.state(), field(word, 32, 8));
        eq("participant", c.participant(), field(word, 40, 32));
        eq("with state", Change.unwrap(c.withState(state)), put(word, 32, 8, state));
        eq("announced", Change.unwrap(ChangeLib.announced(ready, who)), ready | (1 << 32) | (uint256(who) << 40));
    }

    function testFuzz_rules__pack__every_field_reads_back(ILedgerTypes.PublishRules memory m) public pure {
        Rules r = RulesLib.pack(m);
        eq("from", RulesLib.from(r), m.from);
        eq("maxTenor", RulesLib.maxTenor(r), m.maxTenor);
        eq("maxOffer", RulesLib.maxOffer(r), m.maxOffer);
        eq("hopCap", RulesLib.hopCap(r), m.hopCap);
        eq("minPiece", RulesLib.minPiece(r), m.minPiece);
        eq("minLateRate", RulesLib.minLateRate(r), m.minLateRate);
        eq("maxLateRate", RulesLib.maxLateRate(r), m.maxLateRate);
        eq("minCloses", RulesLib.minCloses(r), m.minCloses);
        eq("maxCloses", RulesLib.maxCloses(r), m.maxCloses);
    }

    function testFuzz_rules__layout__is_that_of_the_interface(uint256 word) public pure {
        Rules r = Rules.wrap(word);
        eq("from", RulesLib.from(r), field(word, 0, 32));
        eq("maxTenor", RulesLib.maxTenor(r), field(word, 32, 32));
        eq("maxOffer", RulesLib.maxOffer(r), field(word, 64, 16));
        eq("hopCap", RulesLib.hopCap(r), field(word, 80, 8));
        eq("minPiece", RulesLib.minPiece(r), field(word, 88, 8));
        eq("minLateRate", RulesLib.minLateRate(r), field(word, 96, 24));
        eq("maxLateRate", RulesLib.maxLateRate(r), field(word, 120, 24));
        eq("minCloses", RulesLib.minCloses(r), field(word, 144, 8));
        eq("maxCloses", RulesLib.maxCloses(r), field(word, 152, 8));
    }

    function testFuzz_step__getters__read_their_fields(uint256 word) public pure {
        Step s = Step.wrap(word);
        eq("kind", s.kind(), field(word, 0, 8));
        eq("a", s.a(), field(word, 8, 48));
        eq("b", s.b(), field(word, 56, 48));
        eq("interest", s.interest(), field(word, 104, 48));
        eq("interestOwed", s.interestOwed(), field(word, 152, 48));
        eq("taken", s.taken(), field(word, 200, 32));
        eq("pays", s.pays(), field(word, 232, 8));
    }

    function testFuzz_step__pack__every_field_reads_back(uint8 kind, uint48 a, uint48 b, uint48 i, uint32 taken)
        public
        pure
    {
        Step s = StepLib.pack(kind, a, b, i, ~i, taken, ~kind);
        eq("kind", s.kind(), kind);
        eq("a", s.a(), a);
        eq("b", s.b(), b);
        eq("interest", s.interest(), i);
        eq("interestOwed", s.interestOwed(), ~i);
        eq("taken", s.taken(), taken);
        eq("pays", s.pays(), ~kind);
        eq("no bit beyond", Step.unwrap(s) >> 240, 0);
    }
}
