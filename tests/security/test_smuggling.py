# SPDX-License-Identifier: Apache-2.0
"""Requests that nobody's client makes, as octets on a socket: each is refused with a reason, or is what it says it is;
the book stays as it was, and the log says nothing.
"""

import json
import re
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from api.access.viewer import Duty
from tests.cast import ANNA, BEN, CORE, REG
from tests.security.guarded import PASSED, Asker, Guarded, guarded, maker

BODY = b'{"counterparty":7,"until":null}'
FORM = "multipart/form-data; boundary=b"
Head = Sequence[tuple[str, bytes]]
Answer = tuple[int, str]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("guarded")) as made:
        yield made


def sent(town: Guarded, start: str, head: Head, body: bytes = b"", who: Asker | None = None) -> Answer:
    """Status and code of what is answered; 0 when the connection ends without a word."""
    host, port = town.site.url.removeprefix("http://").split(":")
    lines = [f"{start} HTTP/1.1".encode(), b"Host: x", b"Connection: close"]
    if who is not None:
        lines.append(f"Authorization: Bearer {town.bearer(who)[1]}".encode())
    lines += [name.encode() + b": " + value for name, value in head]
    with socket.create_connection((host, int(port)), 20) as talk:
        told = b""
        with suppress(BrokenPipeError, ConnectionResetError):  # it has answered before all was sent
            talk.sendall(b"\r\n".join([*lines, b"", body]))
        with suppress(ConnectionResetError):
            while some := talk.recv(65_536):
                told += some
    status = re.match(rb"HTTP/1.1 (\d{3})", told)
    found = re.search(rb'"code": ?"([a-z0-9-]+)"', told)
    return int(status[1]) if status else 0, found[1].decode() if found else ""


def consent(town: Guarded, head: Head, **more: Any) -> Answer:
    """Anna asks for something that would be acknowledged."""
    own = [("Content-Type", b"application/json"), ("Content-Length", str(len(BODY)).encode())]
    return sent(town, "POST /auto-accepts", [*own, *head], BODY, maker(ANNA), **more)


@pytest.fixture
def unchanged(town: Guarded) -> Iterator[None]:
    for who in (ANNA, BEN, CORE, REG):
        town.ask(maker(who), "GET", "/me")
    before = town.tables()
    yield
    assert town.tables() == before


KEYS = {
    "none": [],
    "empty": [b""],
    "long": [b"x" * 201],
    "very long": [b"x" * 60_000],
    "utf-8": ["键".encode()],
    "latin-1": [b"\xe9\xff"],
    "tab": [b"a\tb"],
    "space": [b"a b"],
    "folded": [b"a\r\n b"],
}


@pytest.mark.parametrize("given", KEYS.values(), ids=KEYS.keys())
@pytest.mark.usefixtures("unchanged")
def test_idempotency_key__not_of_its_form__is_refused(town: Guarded, given: list[bytes]) -> None:
    assert consent(town, [("Idempotency-Key", one) for one in given]) in ((422, "idempotency-key-missing"), (400, ""))


@pytest.mark.parametrize("value", [b"a\x00b", b"x" * 300_000], ids=["nul", "without end"])
@pytest.mark.usefixtures("unchanged")
def test_idempotency_key__that_is_no_header__is_no_request(town: Guarded, value: bytes) -> None:
    assert consent(town, [("Idempotency-Key", value)])[0] in (0, 400, 422)


@pytest.mark.usefixtures("unchanged")
def test_header__that_stands_there_twice__is_refused(town: Guarded) -> None:
    once = ("Idempotency-Key", b"one")
    other = f"Bearer {town.bearer(maker(REG))[1]}".encode()
    for more in (("idempotency-key", b"two"), ("Authorization", other), ("content-type", b"text/plain")):
        assert consent(town, [once, more]) == (422, "ambiguous-header"), more
    assert consent(town, [once, ("Content-Length", b"5")])[0] in (400, 422)
    assert consent(town, [once, ("Transfer-Encoding", b"chunked")])[0] in (400, 422)


@pytest.mark.usefixtures("unchanged")
def test_headers_of_proxies__change_neither_who_asks_nor_what(town: Guarded) -> None:
    names = ("X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Forwarded-User", "X-Participant")
    head = [(name, b"/officers" if "URL" in name else b"DELETE") for name in names]
    assert sent(town, "GET /me", head, who=maker(ANNA)) == (200, "")
    assert sent(town, "GET /officers", [("X-Forwarded-For", b"127.0.0.1")]) == (401, "key-refused")


PREFERRED = (b"wait=26", b"wait=-1", b"wait=1e3", "wait=٣".encode(), b"wait=" + b"9" * 5_000, b"wait=")


@pytest.mark.parametrize("value", PREFERRED, ids=lambda value: value[:9].decode())
@pytest.mark.usefixtures("unchanged")
def test_prefer__that_says_no_seconds__is_refused(town: Guarded, value: bytes) -> None:
    assert consent(town, [("Idempotency-Key", b"p"), ("Prefer", value)]) == (422, "malformed-prefer")


PATHS = (
    *("/claims/4-1-1%2fcut", "/claims/../officers", "/claims/%2e%2e/officers", "//me", "/me/", "/me%00", "/ME"),
    *("/claims/04-1-1", "/claims/4-1-1%20", "/claims/%EF%BC%94-1-1", "/claims/4-1-1;x=1", "/claims/4-1-1/cut/"),
    *("/proposals/9223372036854775808", "/proposals/-1", "/proposals/1e1", "/proposals/1_0", "/proposals/%D9%A1"),
    *("/static/../../book.db", "/static/%2e%2e/%2e%2e/book.db", "/problems/..%2f", "/problems/not-found%0a"),
    *("/obligations/4-1/../4-2", "/" + "a" * 50_000, "/claims/4-1-1?participant=4", "/holdings?participant=4&x=1"),
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:32])
@pytest.mark.usefixtures("unchanged")
def test_path__that_is_bent__leads_nowhere(town: Guarded, path: str) -> None:
    status, code = sent(town, f"GET {path}", [], who=maker(BEN))
    assert (status, bool(code)) in ((404, True), (405, True), (422, True)), (status, code)


def parts(count: int, size: int, name: str = "invoices", file: bool = True) -> bytes:
    called = '; filename="1.xml"' if file else ""
    one = f'--b\r\nContent-Disposition: form-data; name="{name}"{called}\r\n\r\n'.encode() + b"x" * size + b"\r\n"
    return one * count + b"--b--\r\n"


FORMS = {
    "51 files": parts(51, 1),
    "10,000 files": parts(10_000, 1),
    "10,000 fields": parts(10_000, 1, "due", file=False),
    "a field of 900 kB": parts(1, 900_000, "due", file=False),
    "unknown field": parts(1, 1) + parts(1, 1, "participant", file=False),
    "20,000 headers": b"--b\r\n" + b"X-Y: z\r\n" * 20_000 + b"\r\n\r\n--b--\r\n",
    "no end": parts(2, 10)[:-9],
    "other boundary": parts(1, 1).replace(b"--b", b"--c"),
    "nothing": b"",
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
@pytest.mark.usefixtures("unchanged")
def test_form__that_bursts__is_refused_soon(town: Guarded, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    head = [("Content-Type", FORM.encode()), ("Content-Length", str(len(body)).encode()), ("Idempotency-Key", b"f")]
    begun = time.monotonic()
    status, code = sent(town, "POST /obligations/drafts", head, body, maker(CORE))
    assert (status, code) in ((422, "malformed-request"), (422, "invoices-refused")), (status, code)
    assert time.monotonic() - begun < 5
    assert not caplog.records, "what somebody sends is no news for the log"


@pytest.mark.parametrize("path", ["/obligations/drafts", "/auto-accepts"])
@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=b", "multipart/form-data", "text/plain"],
)
@pytest.mark.usefixtures("unchanged")
def test_body__empty_and_called_a_form__is_refused_for_what_it_lacks(town: Guarded, path: str, kind: str) -> None:
    """Whoever reads the body first must not leave the next one without any."""
    head = [("Content-Type", kind.encode()), ("Content-Length", b"0"), ("Idempotency-Key", b"e")]
    assert sent(town, f"POST {path}", head, who=maker(CORE)) == (422, "malformed-request")


@pytest.mark.usefixtures("unchanged")
def test_form__of_100_megabytes__is_refused_by_its_head(town: Guarded) -> None:
    head = [("Content-Type", FORM.encode()), ("Content-Length", b"100000000"), ("Idempotency-Key", b"g")]
    assert sent(town, "POST /obligations/drafts", head, who=maker(CORE)) == (413, "body-too-large")


@pytest.mark.usefixtures("unchanged")
def test_form__of_100_megabytes_in_chunks__is_refused_before_its_end(town: Guarded) -> None:
    head = [("Content-Type", FORM.encode()), ("Transfer-Encoding", b"chunked"), ("Idempotency-Key", b"h")]
    chunk = parts(1, 1_000_000)
    assert sent(town, "POST /obligations/drafts", head, (b"%x\r\n" % len(chunk) + chunk + b"\r\n") * 100, maker(CORE))[
        0
    ] in (413, 0)


JSONS = (
    b"[" * 200_000,
    b'{"counterparty":' + b"1" * 5_000 + b"}",
    b'{"counterparty":NaN,"until":null}',
    b'{"counterparty":7.0,"until":null}',
    b'{"counterparty":"7","until":null}',
    b'{"counterparty":true,"until":null}',
    b'{"counterparty":7,"until":"9999-12-31T23:59:59+23:59"}',
    b'{"counterparty":7,"until":null,"participant":6}',
    b"\xff\xfe{}",
    b"",
)


@pytest.mark.parametrize("body", JSONS, ids=lambda body: repr(body[:24]))
@pytest.mark.usefixtures("unchanged")
def test_json__that_is_strange__is_refused(town: Guarded, body: bytes) -> None:
    head = [("Content-Type", b"application/json"), ("Content-Length", str(len(body)).encode())]
    status, code = sent(town, "POST /auto-accepts", [*head, ("Idempotency-Key", b"j")], body, maker(ANNA))
    assert status == 422, (status, code)


def test_key__that_was_ended__signs_nothing_and_is_told_nothing(town: Guarded) -> None:
    """Neither anew nor what it did before, under the idempotency key of then."""
    path, head = f"/proposals/{town.numbers['offer']}/sign", {"Idempotency-Key": "once"}
    own, bearer = town.bearer(maker(BEN))
    before = town.tables()
    as_before = {"Authorization": f"Bearer {bearer}"} | head
    assert town.client.post(path, json={}, headers=as_before).status_code == 202
    assert town.client.post(path, json={}, headers=as_before).headers["idempotency-replayed"] == "true"
    assert town.client.delete(f"/keys/{own}", headers=as_before).status_code == 204
    refused = town.client.post(path, json={}, headers=as_before)
    assert (refused.status_code, refused.json()["code"]) == (401, "key-refused")
    town.put_back(before)


def test_officer__who_was_suspended_or_demoted__is_told_nothing_of_before(town: Guarded) -> None:
    admin, path = Asker(CORE, 1, Duty.ADMIN), f"/proposals/{town.numbers['draft']}/sign"
    checker = Asker(CORE, 2, Duty.CHECKER)
    for one in (admin, checker):
        town.bearer(one)
    before = town.tables()
    for change, code in (({"state": "suspended"}, "key-refused"), ({"duties": ["viewer"]}, "duty-missing")):
        assert town.ask(admin, "PATCH", f"/officers/{CORE.id}-2", json=change).status_code == 200
        refused = town.ask(checker, "POST", path, json={})
        assert refused.json()["code"] == code, refused.text
        town.put_back(before)
    assert town.ask(checker, "POST", path, "same", json={}).status_code == 202
    assert town.ask(admin, "PATCH", f"/officers/{CORE.id}-2", json={"state": "suspended"}).status_code == 200
    assert town.ask(checker, "POST", path, "same", json={}).status_code == 401
    town.put_back(before)


def test_answers__to_what_is_not_seen__take_as_long_as_to_what_is_not_there(town: Guarded) -> None:
    """Of many, in turn: a difference of half as much again would tell what is there."""
    stranger = Asker(REG._replace(id=type(REG.id)(12)), 1, Duty.MAKER)
    for there, absent in ((f"/claims/{PASSED.claim(1)}", "/claims/9-1-1"), (f"/proposals/{1}", "/proposals/99")):
        took: dict[str, list[float]] = {there: [], absent: []}
        for _ in range(60):
            for path, some in took.items():
                begun = time.perf_counter()
                assert town.ask(stranger, "GET", path).status_code == 404
                some.append(time.perf_counter() - begun)
        quick = {path: sorted(some)[len(some) // 4] for path, some in took.items()}
        assert max(quick.values()) < 1.5 * min(quick.values()) + 0.001, json.dumps(quick)
