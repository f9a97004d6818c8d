# SPDX-License-Identifier: Apache-2.0
"""What is asked over HTTP comes back whole, or as an error that says what to do; nothing is sent to the wrong place."""

import pytest

from api.client.errors import AddressMalformed, AnswerForeign, ClientError, Problem, ServiceAway
from api.client.http import Client, plain
from chain.domain.errors import LANGS, registry
from tests.unit.client.fake import LOST, Fake, Said, problem


def client(fake: Fake, pauses: list[float] | None = None) -> Client:
    return Client(fake.url, "dt_key", "zh", (pauses if pauses is not None else []).append)


def test_get__says_who_asks_and_in_which_language__and_leaves_out_what_is_not_asked(fake: Fake) -> None:
    fake.say("GET /holdings", {"rows": []})
    client(fake).get("/holdings", state=None, participant=7, status=["a b", "c"])
    (heard,) = fake.heard
    assert heard.path == "/holdings?participant=7&status=a+b&status=c"
    assert (heard.headers["Authorization"], heard.headers["Accept-Language"]) == ("Bearer dt_key", "zh")


def test_get__lost_or_told_to_wait__is_asked_again_after_as_long_as_it_takes(fake: Fake) -> None:
    pauses: list[float] = []
    fake.say("GET /me", LOST, problem(503, "database-away", Retry_After="3"), {"name": "a"})
    assert client(fake, pauses).get("/me") == {"name": "a"}
    assert pauses == [0.5, 3.0]


def test_get__of_a_service_that_started_again_elsewhere__finds_it_there(fake: Fake) -> None:
    fake.say("GET /me", {"name": "a"})
    found = Client("http://127.0.0.1:9", "dt_key", "zh", lambda pause: None)
    found.moved = lambda: fake.url
    assert found.get("/me") == {"name": "a"}


def test_get__service_away_or_too_long_a_wait__ends_after_some_tries(fake: Fake) -> None:
    pauses: list[float] = []
    fake.say("GET /me", problem(503, "part-down", Retry_After="3600"))
    with pytest.raises(Problem) as told:
        client(fake, pauses).get("/me")
    assert (told.value.code, told.value.exit, pauses) == ("part-down", 4, [10.0, 10.0, 10.0])
    with pytest.raises(ServiceAway):
        Client("http://127.0.0.1:9", None, "en", pauses.append).get("/me")


def test_login__is_never_sent_twice(fake: Fake) -> None:
    fake.say("POST /login", LOST)
    with pytest.raises(ServiceAway):
        client(fake).login("/login", {"name": "a", "password": "b"})
    assert len(fake.heard) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7", b"\xff\xfe", b""])
@pytest.mark.parametrize("status", [200, 404, 500])
def test_answer__that_is_no_object__is_not_this_service(fake: Fake, status: int, body: bytes) -> None:
    fake.say("GET /me", Said(status, body))
    with pytest.raises(AnswerForeign):
        client(fake).get("/me")


def test_redirection__is_not_followed__so_that_no_key_goes_elsewhere(fake: Fake) -> None:
    fake.say("GET /me", Said(307, {}, {"Location": f"{fake.url}/elsewhere"}))
    with pytest.raises(AnswerForeign):
        client(fake).get("/me")
    assert [one.path for one in fake.heard] == ["/me"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a",
        "a:8750",
        "http://",
        "http://user:secret@a",
        "http://a/?q=1",
        "http://a#b",
        "file:///etc",
        "http://[::1",
    ],
)
def test_address__that_is_none__is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(AddressMalformed):
        Client(url, "dt_key", "en")


def test_plain__is_what_others_can_read_on_the_way() -> None:
    told = {"http://10.0.0.1": True, "https://a": False, "http://127.0.0.1:1": False, "http://[::1]:1": False}
    assert {url: plain(url) for url in told} == told


def page(block: int, *rows: int, after: str | None = None) -> dict[str, object]:
    return {"block": block, "age": 0, "rows": [{"id": row} for row in rows], "next": after}


def test_whole__of_many_pages__has_every_row_once(fake: Fake) -> None:
    fake.say("GET /holdings", page(9, 1, 2, after="x"), page(9, 3, after="y"), page(9, 4))
    found = client(fake).whole("/holdings", state="free")
    assert ([row["id"] for row in found.rows], found.block) == ([1, 2, 3, 4], 9)
    assert [one.path.partition("after=")[2] for one in fake.heard] == ["", "x", "y"]
    assert all("limit=500&state=free" in one.path for one in fake.heard)


def test_whole__when_the_ledger_goes_on_meanwhile__is_read_anew_as_of_one_block(fake: Fake) -> None:
    fake.say("GET /holdings", page(9, 1, after="x"), page(10, 3), page(10, 1, after="x"), page(10, 2), page(11, 0))
    found = client(fake).whole("/holdings")
    assert ([row["id"] for row in found.rows], found.block) == ([1, 2], 10)
    assert ["at=10" in one.path for one in fake.heard] == [False, False, True, True]


def test_errors__of_the_client__tell_in_both_languages_what_to_do_and_how_to_end() -> None:
    leaves = registry(ClientError)
    assert len(leaves) == 14
    for leaf in leaves.values():
        assert issubclass(leaf, ClientError)
        assert leaf.exit in (1, 2, 3, 4)
        error = leaf(**{name: f"<{name}>" for name in leaf.fields})
        for lang in LANGS:
            for text in (error.message(lang), error.next_step(lang)):
                assert text.endswith("。" if lang == "zh" else ".")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh") + error.next_step("zh"))
