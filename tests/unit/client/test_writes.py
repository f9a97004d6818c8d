# SPDX-License-Identifier: Apache-2.0
"""Orders from the command line: sent once whatever gets lost, followed truthfully, ending with a code that says how."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.client.conftest import Run
from tests.unit.client.fake import LOST, Fake, Said, accepted, problem, submission

CLAIM = {"block": 12, "age": 0, "row": {"id": "10-1-1", "sight": "full", "currency": "CNY", "title": []}}
SPLIT = ("claim", "split", "10-1-1")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def claim_there(fake: Fake) -> None:
    fake.say("GET /claims/10-1-1/provenance", CLAIM)


def test_split__of_amounts_as_people_write_them__is_sent_exactly_and_told_as_final(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/split", accepted(submission()))
    done = run(*SPLIT, "31:400,000.00", "32：0.01")
    assert (done.exit_code, done.stdout) == (0, "final: split 10-1-1 (submission 7, block 12)\n")
    (post,) = fake.posts()
    assert post.json() == {"pieces": [{"to": 31, "amount": 40_000_000}, {"to": 32, "amount": 1}]}
    assert UUID.fullmatch(post.headers["Idempotency-Key"])
    assert post.headers["Prefer"] == "wait=10"
    assert post.headers["Authorization"] == "Bearer dt_key"
    run(*SPLIT, "--fen", "31:7")
    assert fake.posts()[1].json() == {"pieces": [{"to": 31, "amount": 7}]}
    assert fake.posts()[0].headers["Idempotency-Key"] != fake.posts()[1].headers["Idempotency-Key"]


@pytest.mark.parametrize("piece", ["31:1.001", "31:-1", "31:１", "31", "x:1", "31:", "31:1e3", "31:NaN"])
def test_split__of_what_is_no_amount__is_misuse_and_nothing_is_sent(fake: Fake, run: Run, piece: str) -> None:
    assert run(*SPLIT, piece).exit_code == 2
    assert fake.posts() == []


def test_order__whose_answers_get_lost__is_sent_again_under_the_same_key_and_body(fake: Fake, run: Run) -> None:
    busy = problem(503, "database-away", Retry_After="1")
    fake.say("POST /claims/10-1-1/transfer", LOST, busy, accepted(submission()))
    assert run("claim", "transfer", "10-1-1", 31).exit_code == 0
    first, *others = fake.posts()
    assert len(others) == 2
    assert {(one.headers["Idempotency-Key"], one.body) for one in others} == {
        (first.headers["Idempotency-Key"], first.body)
    }


def test_order__that_gets_no_answer_at_all__says_that_it_may_have_counted_and_how_to_repeat_it(
    fake: Fake, run: Run
) -> None:
    fake.say("POST /claims/10-1-1/release", LOST)
    done = run("claim", "release", "10-1-1")
    assert done.exit_code == 4
    assert len(fake.posts()) == 4
    key = fake.posts()[0].headers["Idempotency-Key"]
    assert f"--idempotency-key {key}" in done.stderr
    fake.say("POST /claims/10-1-1/release", accepted(submission()))
    assert run("claim", "release", "10-1-1", "--idempotency-key", key).exit_code == 0
    assert {one.headers["Idempotency-Key"] for one in fake.posts()} == {key}


def test_order__lost_once_and_then_refused_for_want_of_a_part__may_have_counted_still(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/release", LOST, problem(503, "part-down", Retry_After="1"))
    done = run("claim", "release", "10-1-1", "--json")
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (4, "service-lost")


def test_order__that_never_arrives__is_told_apart_from_one_that_may_have(fake: Fake, run: Run) -> None:
    done = run("offer", "decline", 3, "--url", "http://127.0.0.1:9", "--json")
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (4, "service-away")


def test_order__refused_by_a_rule__tells_the_rule_and_the_next_step(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/release", problem(409, "claim-not-liened"))
    done = run("claim", "release", "10-1-1")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "<claim-not-liened>\n→ <after claim-not-liened>\n")
    assert len(fake.posts()) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(401, 3), (403, 3), (404, 1), (409, 1), (413, 2), (415, 2), (422, 2), (429, 4), (500, 4)]
)
def test_exit_code__of_every_status__says_what_kind_of_no_it_was(fake: Fake, run: Run, status: int, code: int) -> None:
    fake.say("POST /obligations/10-1/decline", problem(status, "no"))
    assert run("obligation", "decline", "10-1").exit_code == code
    assert len(fake.posts()) == 1, "what was refused is not asked again"


def test_order__on_its_way_for_long__is_followed_through_every_state(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/release", accepted(submission(state="queued")))
    states = [submission(state="sent"), submission(state="on chain"), submission(mirrored=False), submission()]
    fake.say("GET /submissions/7", *({"row": one} for one in states))
    assert run("claim", "release", "10-1-1").stdout == "final: split 10-1-1 (submission 7, block 12)\n"
    assert len([one for one in fake.heard if one.path == "/submissions/7"]) == 4


def test_order__not_final_when_the_wait_is_over__is_told_so_and_never_as_done(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/release", accepted(submission(state="queued")))
    fake.say("GET /submissions/7", {"row": submission(state="sent")})
    done = run("claim", "release", "10-1-1", "--wait", 0)
    assert (done.exit_code, done.stdout) == (5, "queued: split 10-1-1 (submission 7)\n")
    assert "deeptier submission 7 --wait" in done.stderr
    assert "Prefer" not in fake.posts()[0].headers
    late = run("submission", 7)
    assert (late.exit_code, late.stdout) == (0, "sent: split 10-1-1 (submission 7)\n")


def test_order__refused_by_the_chain__ends_as_refused_in_the_ledgers_words(fake: Fake, run: Run) -> None:
    refusal = {"code": "stale-version", "detail": "It has changed.", "next_step": "Look again."}
    fake.say("POST /claims/10-1-1/release", accepted(submission(state="refused", refusal=refusal)))
    done = run("claim", "release", "10-1-1")
    assert (done.exit_code, done.stderr) == (1, "  It has changed.\n  → Look again.\n")
    assert run("claim", "release", "10-1-1", "--json").exit_code == 1


def test_refusal__with_text_that_steers_terminals__is_shown_without_it(fake: Fake, run: Run) -> None:
    refusal = {"code": "c", "detail": "It \x1b[2Jhas\u202e changed.", "next_step": "Look."}
    fake.say("POST /claims/10-1-1/release", accepted(submission(state="refused", refusal=refusal, subject="\x1b]0;a")))
    assert not set("\x1b\u202e") & set(run("claim", "release", "10-1-1").output)


def test_order__for_programs__prints_the_answer_with_what_became_of_it_and_nothing_else(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/release", accepted(submission(state="queued")))
    fake.say("GET /submissions/7", {"row": submission()})
    done = run("claim", "release", "10-1-1", "--json")
    assert json.loads(done.stdout)["submissions"] == [submission()]
    assert done.stderr == ""


def test_redeem__of_several__goes_on_when_one_is_refused_and_ends_as_refused(fake: Fake, run: Run) -> None:
    fake.say("POST /claims/10-1-1/redeem", accepted(submission(1, operation="redeem")))
    fake.say("POST /claims/10-1-2/redeem", problem(409, "nothing-to-redeem"))
    fake.say("POST /claims/10-1-3/redeem", accepted(submission(3, operation="redeem", subject="10-1-3")))
    done = run("redeem", "10-1-1", "10-1-2", "10-1-3")
    assert done.exit_code == 1
    assert done.stdout.count("final: redeem") == 2
    assert "10-1-2:\n<nothing-to-redeem>" in done.stderr
    assert len({one.headers["Idempotency-Key"] for one in fake.posts()}) == 3


PROPOSAL: dict[str, Any] = {
    "id": 12,
    "operation": "issue",
    "state": "open",
    "participant": 10,
    "officer": "10-1",
    "subject": None,
    "text": "Yunling Motors promises CNY 1,000,000.00 to Hengzuo Seats.",
    "hash": "0x" + "ab" * 32,
    "details": {},
    "deadline": "2026-12-01T00:00:00Z",
    "places": [
        {"place": "maker", "participant": 10, "officer": "10-1", "signed_at": "2026-11-22T08:00:00Z"},
        {"place": "checker", "participant": 10, "officer": "10-2", "signed_at": None},
    ],
    "submission": None,
}


def test_draft__of_files__is_sent_whole_and_tells_who_is_to_sign(fake: Fake, run: Run, tmp_path: Path) -> None:
    fake.say("POST /obligations/drafts", LOST, accepted(proposal=PROPOSAL))
    (tmp_path / "一.xml").write_bytes(b"<a/>")
    (tmp_path / "two.xml").write_bytes(b"<b/>")
    words = ("--due", "2026-12-31", "--creditor", 21, "--each", "--late-rate", "18.25%")
    done = run("obligation", "draft", tmp_path / "一.xml", tmp_path / "two.xml", *words)
    assert done.exit_code == 0
    assert "It waits for checker 10-2, who signs it with deeptier obligation approve 12" in done.stdout
    first, again = fake.posts()
    assert (first.body, first.headers["Idempotency-Key"]) == (again.body, again.headers["Idempotency-Key"])
    for part in (b'name="invoices"; filename="two.xml"', b"<a/>", b"<b/>", b'name="late_rate"\r\n\r\n182500\r\n'):
        assert part in first.body
    assert b"alone" not in first.body
    fake.say("POST /obligations/drafts", accepted(submission(operation="issue")))
    run("obligation", "issue", tmp_path / "two.xml")
    assert b'name="alone"\r\n\r\ntrue\r\n' in fake.posts()[-1].body
    assert run("obligation", "draft", tmp_path / "none.xml").exit_code == 2


def test_approve__shows_text_and_hash__and_signs_that_hash_only_when_told_yes(fake: Fake, run: Run) -> None:
    fake.say("GET /proposals/12", {"block": 1, "age": 0, "row": PROPOSAL})
    fake.say("POST /proposals/12/sign", accepted(submission(operation="issue")))
    refused = run("obligation", "approve", 12, typed="n\n")
    assert (refused.exit_code, fake.posts()) == (1, [])
    for words, typed in (((), "y\n"), (("--yes",), None)):
        done = run("obligation", "approve", 12, *words, typed=typed)
        assert done.exit_code == 0
        assert PROPOSAL["text"] in done.stdout
        assert PROPOSAL["hash"] in done.stdout
        assert fake.posts()[-1].json() == {"hash": PROPOSAL["hash"]}


def test_request__for_financing__keeps_the_private_key_here_and_opens_with_it(
    fake: Fake, run: Run, folder: Path
) -> None:
    fake.say("POST /financing", LOST, LOST, LOST, LOST, accepted(financing=5))
    words = ("financing", "request", "10-1-1", "--to", "51,52")
    key = ("--idempotency-key", "order-1")
    assert run(*words, *key).exit_code == 4, "no answer came"
    assert run(*words, *key).exit_code == 0
    bodies = {one.body for one in fake.posts()}
    assert len(bodies) == 1, "the repeated request is the same, key and end included"
    body = json.loads(bodies.pop())
    assert (body["claim"], body["financiers"]) == ("10-1-1", [51, 52])
    (file,) = folder.glob("sessions/*.key")
    assert (file.name, file.stat().st_mode & 0o777) == ("hengzuo.1.financing-5.key", 0o600)
    private = json.loads(file.read_text())["private"]
    assert all(private.encode() not in one.body for one in fake.posts())
    row = {"id": 5, "claim": "10-1-1", "participant": 21, "amount": 100, "currency": "CNY", "state": "opened"}
    row |= {"received": 0}
    fake.say("POST /financing/5/open", Said(202, {"submissions": [], "financing": 5}))
    fake.say("GET /financing/5", {"row": row | {"until": body["until"], "quotes": []}})
    assert run("financing", "open", 5).exit_code == 0
    assert fake.posts()[-1].json() == {"key": private}
    assert run("financing", "open", 6).exit_code == 1, "a request of another machine's"


def test_quote__of_a_rate_as_people_write_it__is_sent_in_millionths(fake: Fake, run: Run) -> None:
    fake.say("POST /financing/5/quotes", accepted(financing=5))
    assert run("financing", "quote", 5, "--rate", "4.2%", "--until", "2026-12-31").exit_code == 0
    assert fake.posts()[0].json() == {"rate": 42_000, "until": "2026-12-31T15:59:59Z"}
    assert run("financing", "quote", 5, "--rate", "4.20001%").exit_code == 2


def test_draft__of_files_that_cannot_be_used__names_each_by_its_name(fake: Fake, run: Run, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("march.xml", "april.xml")]
    for file in files:
        file.write_text("<a/>")
    errors = [{"where": "invoices[1]", "why": "<past due>"}, {"where": "body.due", "why": "<a date>"}]
    refused = problem(422, "invoices-refused")
    fake.say("POST /obligations/drafts", Said(422, {**refused.body, "errors": errors}))  # type: ignore[dict-item]
    done = run("obligation", "draft", *files)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "  april.xml: <past due>\n  body.due: <a date>\n" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("claim", "split", "10-1", "31:1.00"),
        ("claim", "transfer", "../keys?x=1#y", 31),
        ("claim", "release", "10-1-1 "),
        ("obligation", "revoke", "10-1-1"),
        ("obligation", "show", "债"),
        ("redeem", "10-1-1", "10-0-1"),
        ("trace", "010-1-1"),
    ],
)
def test_id__of_another_form__is_misuse_and_nothing_is_asked(fake: Fake, run: Run, words: tuple[object, ...]) -> None:
    done = run(*words)
    assert (done.exit_code, fake.heard) == (2, [])
    assert "is not of the form 10-1" in done.stderr


@pytest.mark.parametrize(
    ("status", "code", "step"), [(401, "key-refused", "deeptier login"), (403, "password-must-change", "password")]
)
def test_refusal__about_who_asks__is_followed_by_the_command_that_helps(
    fake: Fake, run: Run, status: int, code: str, step: str
) -> None:
    fake.say("POST /claims/10-1-1/release", problem(status, code))
    done = run("claim", "release", "10-1-1")
    assert done.exit_code == 3
    assert re.search(rf"<{code}>\n→ .*deeptier {step.removeprefix('deeptier ')}", done.stderr), done.stderr
    told = json.loads(run("claim", "release", "10-1-1", "--json").stderr)
    assert told["next_step"] == f"<after {code}>", "programs are told what programs do"
