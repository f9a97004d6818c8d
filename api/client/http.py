# SPDX-License-Identifier: Apache-2.0
"""Ask the service over HTTP: what it answers, what it refuses (Problem), and that it is away.

A read is asked again when it got lost; a write too, and always under the same Idempotency-Key, so that it is done once.
What never arrived (ServiceAway) is told apart from what may have been accepted (ServiceLost).
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError
from urllib3.util import parse_url

from api.client.errors import AddressMalformed, AnswerForeign, Problem, ServiceAway, ServiceLost
from chain.domain.errors import Lang

TRIES = 4
"""How often one thing is asked at most."""
PAGE = 500
"""Rows of a page at most; the service gives no more."""
HELD = 10
"""Seconds for which the service is asked to hold the answer to a write."""
_PAUSE, _LONGEST = 0.5, 10.0  # seconds before the second try, so that a service that starts again is met; at most
_CONNECT, _ANSWER = 5.0, 45.0  # seconds

Json = dict[str, Any]
Part = tuple[str, str | tuple[str, bytes, str]]
"""A field of a form: its name, and its text or a file (name, octets, media type)."""


class Whole(NamedTuple):
    """A list in full: the block that it speaks of, and its rows."""

    block: int | None
    rows: list[Json]


class Client:
    """The service at `url`, asked with `key`, answering in `lang`. Raises AddressMalformed."""

    def __init__(
        self, url: str, key: str | None, lang: Lang, sleep: Callable[[float], None] = time.sleep, tries: int = TRIES
    ) -> None:
        self.url, self._sleep, self._tries = _address(url), sleep, tries
        self.again: Callable[[float], None] = lambda pause: None
        """Called with the seconds before each further try, so that somebody who waits is told."""
        self.moved: Callable[[], str] = lambda: self.url
        """Where the service is by the time of a further try: one that started again may listen elsewhere."""
        self._headers = {"Accept-Language": lang, "Accept": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"
        timeout = urllib3.Timeout(connect=_CONNECT, read=_ANSWER)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=2)

    def get(self, path: str, **parameters: Any) -> Json:
        """What a read answers; a parameter that is None is not sent.

        Raises Problem, ServiceAway, AnswerForeign.
        """
        sent = [(name, value) for name, value in parameters.items() if value is not None]
        return self._told("GET", f"{path}?{urlencode(sent, doseq=True)}" if sent else path, {}, None)

    def pages(self, path: str, **parameters: Any) -> Iterator[Json]:
        """The pages of a list, one after the other. Raises as `get`."""
        after = None
        while True:
            page = self.get(path, **{"limit": PAGE} | parameters, after=after)
            yield page
            after = page.get("next")
            if after is None:
                return

    def booked(self, path: str, **parameters: Any) -> list[Json]:
        """A list of what the book knows, in full: of no block, since no block has it. Raises as `get`."""
        return [row for page in self.pages(path, **parameters) for row in page["rows"]]

    def whole(self, path: str, said: Callable[[int], None] = lambda rows: None, **parameters: Any) -> Whole:
        """A list about the ledger in full, of one block: when it goes on meanwhile, as of the block it came to.

        `said` hears how many rows there are so far. Raises as `get`.
        """
        at: Json = {}
        while True:
            block, rows = None, []
            for page in self.pages(path, **parameters | at):
                block = page.get("block") if block is None else block
                if page.get("block") != block:
                    at = {"at": page["block"]}
                    break
                rows += page["rows"]
                said(len(rows))
            else:
                return Whole(block, rows)

    def post(self, path: str, body: Json | None, key: str, held: float = HELD) -> Json:
        """What a write answers, which is held back for `held` seconds or until all of it is final.

        Raises Problem, ServiceAway, ServiceLost, AnswerForeign.
        """
        content = json.dumps({} if body is None else body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | _kept(key, held)
        return self._told("POST", path, headers, content, key)

    def upload(self, path: str, parts: list[Part], key: str, held: float = HELD) -> Json:
        """As `post`, of a form with files; the form is the same octets for the same key."""
        boundary = f"deeptier-{key.encode().hex()[:56]}"
        content, kind = urllib3.encode_multipart_formdata(parts, boundary)
        return self._told("POST", path, {"Content-Type": kind} | _kept(key, held), content, key)

    def login(self, path: str, body: Json) -> Json:
        """A POST that holds a secret and no key of its own: never sent twice. Raises as `get`."""
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._told("POST", path, {"Content-Type": "application/json"}, content, tries=1)

    def end(self, path: str) -> None:
        """DELETE. Raises as `get`."""
        self._told("DELETE", path, {}, None, tries=1)

    def _told(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
        key: str | None = None,
        tries: int | None = None,
    ) -> Json:
        lost = False  # whether an earlier try may have been accepted
        left = self._tries if tries is None else tries
        pause = _PAUSE
        while True:
            left -= 1
            try:
                answer = self._pool.request(
                    method, self.url + path, body=content, headers={**self._headers, **headers}, redirect=False
                )
            except HTTPError as error:
                why = _why(error)
                lost |= key is not None and not isinstance(error, NewConnectionError)
            else:
                body = self._read(answer)
                after = answer.headers.get("Retry-After", "")
                if answer.status != 503 or not after.isdecimal() or (left == 0 and not lost):
                    return self._judged(answer.status, body)
                why, pause = str(body.get("detail", "HTTP 503")).rstrip("。."), max(pause, float(after))
            if left == 0:
                if lost:
                    raise ServiceLost(url=self.url, why=why, key=key)
                raise ServiceAway(url=self.url, why=why)
            pause = min(pause, _LONGEST)
            self.again(pause)
            self._sleep(pause)
            self.url = _address(self.moved())
            pause *= 2

    def _read(self, answer: urllib3.BaseHTTPResponse) -> Json:
        if answer.status == 204:
            return {}
        try:
            body = json.loads(answer.data)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise AnswerForeign(url=self.url, status=answer.status)
        return body

    def _judged(self, status: int, body: Json) -> Json:
        """Raises Problem, AnswerForeign."""
        if 200 <= status < 300:
            return body
        if not isinstance(body.get("detail"), str):
            raise AnswerForeign(url=self.url, status=status)
        raise Problem(status, body)


def plain(url: str) -> bool:
    """Whether anybody on the way could read what is sent there."""
    found = parse_url(url)
    return found.scheme == "http" and (found.host or "").strip("[]") not in ("127.0.0.1", "::1", "localhost")


def _kept(key: str, held: float) -> dict[str, str]:
    return {"Idempotency-Key": key} | ({"Prefer": f"wait={held:.0f}"} if held >= 1 else {})


def _address(url: str) -> str:
    try:
        found = parse_url(url)
    except LocationParseError:
        raise AddressMalformed(url=url) from None
    if found.scheme not in ("http", "https") or not found.host or found.auth or found.query or found.fragment:
        raise AddressMalformed(url=url)
    return url.rstrip("/")


def _why(error: HTTPError) -> str:
    """In a few words, without urllib3's objects."""
    cause: BaseException = error
    while isinstance(cause.__cause__, BaseException):
        cause = cause.__cause__
    told = getattr(cause, "strerror", None)
    return told if isinstance(told, str) else type(error).__name__.removesuffix("Error")
