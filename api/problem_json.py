# SPDX-License-Identifier: Apache-2.0
"""Every error as RFC 9457 problem+json, in the language that the request asks for; the one place that knows statuses.

`type` is /problems/<code>, where the texts of a code are told in both languages.
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api import errors as _service  # noqa: F401 its leaves are told at /problems
from api.access.errors import AccessError
from api.problems import (
    DatabaseAway,
    Fault,
    HttpError,
    MethodUnknown,
    OutcomeUntold,
    PartDown,
    PartError,
    PathUnknown,
    ProblemUnknown,
    RequestMalformed,
)
from api.writing.errors import WritingError
from api.wrong_input import whys
from chain.documents.errors import SealDoesNotOpen
from chain.domain import refusals as _refusals  # noqa: F401
from chain.domain.errors import DeepTierError, InputError, Lang, Refusal, registry
from chain.mirror.errors import BlockNotMirrored, CursorMalformed, MirrorError
from chain.signing.errors import KeystoreError, NotPermitted, SignerError
from chain.store.errors import CommitUncertain, DiskFull, ServerDiskFull, StoreError
from chain.submission.errors import KeyConflict, NeverTaken, SubmissionUnknown

MEDIA = "application/problem+json"
_STATUS: tuple[tuple[type[DeepTierError], int], ...] = (
    (BlockNotMirrored, 404),
    (CursorMalformed, 422),
    (SealDoesNotOpen, 409),
    (MirrorError, 503),
    (StoreError, 503),
    (InputError, 422),
    (Refusal, 409),
    (NotPermitted, 403),
    (KeystoreError, 503),
    (SignerError, 503),
    (PartError, 503),
    (KeyConflict, 409),
    (NeverTaken, 409),
    (SubmissionUnknown, 404),
)
"""The first that an error belongs to; of any other that is no HttpError, 500."""
_TITLES: Mapping[int, tuple[str, str]] = {
    401: ("需要登录", "Not logged in"),
    403: ("没有权限", "Not allowed"),
    404: ("未找到", "Not found"),
    405: ("方法不支持", "Method not allowed"),
    409: ("与现状冲突", "Refused as things stand"),
    413: ("内容过大", "Too large"),
    415: ("内容类型不支持", "Unsupported type"),
    422: ("请求有误", "Malformed request"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("内部错误", "Internal fault"),
    503: ("暂时不可用", "Not available now"),
}
SAID = {
    202: "It is acknowledged and will happen, or be refused by the ledger: `submissions` says how far it is.",
    304: "Nothing has changed since the answer whose ETag was sent (`If-None-Match`).",
    401: "No key, or none that is good.",
    403: "The key is good, but not for this.",
    404: "Nothing there, or nothing for the viewer to see; or a block that the mirror does not have.",
    405: "The path does not know the method.",
    409: "A rule of the ledger, or what is already under way, stands in the way.",
    413: "The body is too large.",
    415: "The body is of a type that no path takes.",
    422: "A parameter, cursor or body is not of its form.",
    429: "Too many tries; `Retry-After` says when to try again.",
    503: "A part of the service is away, there is no mirror yet, or the answer took too long: `code` says which, and"
    " whether anything was done. A write sent again under its Idempotency-Key is done once.",
}
"""What a status means here, for the OpenAPI."""
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")


class Why(BaseModel):
    where: str = Field(description="Which parameter or field.", examples=["query.limit"])
    why: str = Field(description="What it should be.", examples=["at most 500"])


class Problem(BaseModel):
    """An error, RFC 9457. What it says is in the language that Accept-Language asks for: zh or en."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="/problems/<code>: what this kind of error says, in both languages.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What was refused and why.")
    code: str = Field(description="Stable name of the kind of error.", examples=["not-found"])
    next_step: str = Field(description="What the reader can do now.")
    arguments: dict[str, Any] | None = Field(None, description="What `detail` and `next_step` name.")
    errors: list[Why] | None = Field(None, description="Each parameter or field that is not of its form.")


class Texts(BaseModel):
    title: str
    detail: str = Field(description="With the names of its arguments in braces.")
    next_step: str


class Told(BaseModel):
    """A kind of error, in both languages."""

    code: str = Field(examples=["not-found"])
    status: int
    arguments: list[str]
    zh: Texts
    en: Texts


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a router documents beside 200; `described` adds the form that a problem has."""
    return {status: {"description": SAID[status]} for status in statuses}


def status_of(error: type[DeepTierError]) -> int:
    if issubclass(error, HttpError | AccessError | WritingError):
        return error.status
    return next((status for kind, status in _STATUS if issubclass(error, kind)), 500)


def language(asked: str) -> Lang:
    """zh or en, whichever an Accept-Language prefers; en when it names neither."""
    best: tuple[float, Lang] = (0.0, "en")
    for part in asked.split(","):
        found = _RANGE.fullmatch(part)
        if found is None or found[1].lower() not in ("zh", "en"):
            continue
        weight = float(found[2]) if found[2] else 1.0
        if weight > best[0]:
            best = (weight, "zh" if found[1].lower() == "zh" else "en")
    return best[1]


def language_of(scope: Scope) -> Lang:
    found = [value for name, value in scope["headers"] if name == b"accept-language"]
    return language(b",".join(found).decode("latin-1")) if found else "en"


def answer(error: DeepTierError, lang: Lang, **more: Any) -> Response:
    """The problem that an error is; of one that nobody outside should hear of, only that there was a fault."""
    told = outside(error)
    status = status_of(type(told))
    said = told.as_dict(lang)
    body = {
        "type": f"/problems/{told.code}",
        "title": _title(status, lang),
        "status": status,
        "detail": said["message"],
        "code": told.code,
        "next_step": said["next_step"],
        **({"arguments": said["arguments"]} if told.fields else {}),
        **more,
    }
    headers = {"Content-Language": lang, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    headers |= told.headers() if isinstance(told, HttpError | AccessError | WritingError) else {}
    return Response(json.dumps(body, ensure_ascii=False), status, headers, MEDIA)


def outside(error: DeepTierError) -> DeepTierError:
    """What is told of an error to whoever asks: where our databases are is nobody's business."""
    if isinstance(error, CommitUncertain):
        return OutcomeUntold()
    if isinstance(error, DiskFull):
        return DiskFull(place="DeepTier", left=error.arguments["left"])
    if isinstance(error, ServerDiskFull):
        return ServerDiskFull(store="PostgreSQL")
    if isinstance(error, StoreError):
        return DatabaseAway()
    if isinstance(error, SignerError | KeystoreError):  # their texts name paths
        return PartDown(part="signer", state=error.code)
    if status_of(type(error)) == 500:
        return Fault()
    if "store" in error.fields:
        return type(error)(**{**error.arguments, "store": "mirror"})
    return error


def install(app: FastAPI) -> None:
    """Let the app answer every error so."""
    app.add_exception_handler(DeepTierError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _routing)
    app.include_router(router)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeepTierError)
    lang = language_of(request.scope)
    return answer(error, lang, **(error.more(lang) if isinstance(error, WritingError) else {}))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = language_of(request.scope)
    return answer(RequestMalformed(), lang, errors=whys(error.errors(), lang))


async def _routing(request: Request, error: Exception) -> Response:
    """What the framework itself says: no such path, no such method, a body that it cannot take apart."""
    assert isinstance(error, HTTPException)
    kinds: Mapping[int, DeepTierError] = {404: PathUnknown(), 405: MethodUnknown()}
    found = answer(kinds.get(error.status_code, RequestMalformed()), language_of(request.scope))
    found.headers.update(error.headers or {})
    return found


def _title(status: int, lang: Lang) -> str:
    zh, en = _TITLES.get(status, (str(status), HTTPStatus(status).phrase))
    return zh if lang == "zh" else en


router = APIRouter(tags=["service"])
_CODE = InPath(description="The code of a problem.", pattern="^[a-z0-9-]{1,80}$", examples=["not-found"])


@router.get("/problems/{code}", responses=problems(404, 422))
async def problem(code: Annotated[str, _CODE]) -> Told:
    """What a kind of error says, in both languages."""
    kind = registry().get(code)
    if kind is None:
        raise ProblemUnknown
    status = status_of(kind)
    zh = Texts(title=_title(status, "zh"), detail=kind.zh, next_step=kind.next_zh)
    en = Texts(title=_title(status, "en"), detail=kind.en, next_step=kind.next_en)
    return Told(code=code, status=status, arguments=list(kind.fields), zh=zh, en=en)
