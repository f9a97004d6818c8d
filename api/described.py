# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI of the service: what FastAPI finds, and every error in it as the problem that it is."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problem_json import MEDIA, SAID, Problem

_REF = "#/components/schemas/{model}"
_ERROR = {MEDIA: {"schema": {"$ref": _REF.format(model="Problem")}}}
_WITH_BODY = ("post", "put", "patch")
_KEY = "^[!-~]+$"
_FOLLOWS = {"submission": "/submissions/0/id", "proposal": "/proposal/id"}
"""What became of an acknowledged request: where its answer has the number that GET asks for."""
_NOT_OURS = ("HTTPValidationError", "ValidationError")


def openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The function that tells it, made once."""

    def told() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    return told


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = made["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for name in _NOT_OURS:
        schemas.pop(name, None)
    links = {name: _link(made["paths"], name, where) for name, where in _FOLLOWS.items()}
    for path in made["paths"].values():
        for method, operation in path.items():
            _document(method, operation["responses"])
            _demand_key(operation)
            if "202" in operation["responses"]:
                operation["responses"]["202"]["links"] = links
    return made


def _link(paths: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """From an answer to what it told the number of."""
    operation = paths[f"/{name}s/{{{name}}}"]["get"]["operationId"]
    return {"operationId": operation, "parameters": {name: f"$response.body#{where}"}}


def _demand_key(operation: dict[str, Any]) -> None:
    """An idempotency key has a form, and what is acknowledged must have one: routes say so in an error of their own."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "Idempotency-Key":
            parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": _KEY}
            parameter["required"] = "202" in operation["responses"]


def _document(method: str, responses: dict[str, Any]) -> None:
    """What any request of that method may be answered beside what its route says."""
    for status in (413, 415, 422) if method in _WITH_BODY else ():
        responses.setdefault(str(status), {"description": SAID[status]})
    responses.setdefault("503", {"description": SAID[503]})
    for code, response in responses.items():
        own = [media["schema"].get("$ref", "") for media in response.get("content", {}).values() if "schema" in media]
        if int(code) >= 400 and not any(ref.endswith("/Ready") for ref in own):
            response["content"] = _ERROR
            response["description"] = SAID.get(int(code), response["description"])
