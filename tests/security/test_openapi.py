# SPDX-License-Identifier: Apache-2.0
"""Thousands of requests drawn from the service's own description, good and bad: no fault, nothing undescribed."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from api.access.viewer import Duty
from tests.cast import ANNA, REG
from tests.security.guarded import Asker, Guarded, guarded
from tests.security.matrix_writes import TABLE, good_ones, path_of
from tests.served import Site

SEED = 20_261_122
SHARDS = 4  # so that no test takes long
EACH = 16  # requests of an operation, good ones and as many bad ones
WALKS, STEPS = 12, 6  # from what was acknowledged to what became of it
SOME = 4  # real ids, each as often as any other
LEAST = 2_000
Operation = APIOperation[Any, Any, Any, Any]
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
READY = "/ready"  # it is red here, with neither sender nor signer: 503 is what it should say


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("guarded")) as made:
        yield made


def known(town: Guarded) -> dict[str, list[str]]:
    """Values of path parameters that there are."""
    rows, numbers = town.world.rows, town.numbers
    return {
        "claim": [str(claim) for claim in sorted(rows.claims)],
        "obligation": [str(obligation) for obligation in sorted(rows.obligations)],
        "participant": [str(participant) for participant in sorted(rows.participants)],
        "proposal": [str(numbers[name]) for name in ("offer", "draft", "entry")],
        "submission": [str(numbers["submission"])],
        "id": [str(numbers[name]) for name in ("asked", "quoted")],
    }


@pytest.mark.parametrize("shard", range(SHARDS))
def test_service__whatever_is_sent__answers_as_described(town: Guarded, shard: int) -> None:
    schema = described(town)
    statuses, there, before = Counter[str](), known(town), town.tables()
    for found in list(schema.get_all_operations())[shard::SHARDS]:
        assert not isinstance(found, Err), found
        operation = found.ok()
        who = REG if operation.method == "get" or operation.path.startswith(("/participants", "/rails")) else ANNA
        key = town.bearer(Asker(who, 1, Duty.ADMIN if operation.path.startswith("/officers") else Duty.MAKER))[1]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or accepts_anything(operation):
                play(town.site, operation, mode, key, there, statuses)
        if operation.method != "get":
            town.put_back(before)  # some end the key that they are asked with, or leave something under way
    print(f"openapi: {sum(statuses.values())} requests, seed {SEED}, {dict(statuses)}")
    assert sum(statuses.values()) >= LEAST // SHARDS
    assert min(statuses[one] for one in ("200", "401", "422")) > 0, statuses


def described(town: Guarded) -> Any:
    """What the service says of itself; keys are put in here."""
    schema = schemathesis.openapi.from_url(f"{town.site.url}/openapi.json")
    schema.config.generation.with_security_parameters = False
    return schema


def accepts_anything(operation: Operation) -> bool:
    """Whether there is anything that could be wrong with it."""
    return bool(operation.path_parameters or operation.query or operation.body)


def play(
    served: Site,
    operation: Operation,
    mode: GenerationMode,
    key: str,
    there: dict[str, list[str]],
    statuses: Counter[str],
) -> None:
    drawn = [operation.as_strategy(mode)]
    names = [part.name for part in operation.path_parameters if part.name in there]
    if names and mode is GenerationMode.POSITIVE:
        drawn += [operation.as_strategy(mode, path_parameters={names[0]: name}) for name in there[names[0]][:SOME]]
    cases, which = st.one_of(drawn), checks_of(operation, mode)
    bearers = st.sampled_from([key, key, key, key, "dt_x_y"])

    @seed(SEED)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases, bearers)
    def one(case: Case[Any], bearer: str) -> None:
        if "Prefer" in case.headers:
            del case.headers["Prefer"]  # nothing ever gets through here: it would wait as long as it may
        try:
            answer = case.call(base_url=served.url, headers={"Authorization": f"Bearer {bearer}"}, session=session)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
            return  # what the client itself refuses to send
        statuses[str(answer.status_code)] += 1
        case.validate_response(answer, checks=which)

    with requests.Session() as session:
        session.trust_env = False
        one()


def checks_of(operation: Operation, mode: GenerationMode) -> list[Callable[..., Any]]:
    some = [check for check in CHECKS if operation.path != READY or check is not not_a_server_error]
    return [*some, checks.negative_data_rejection] if mode is GenerationMode.NEGATIVE else some


def begins_or_follows(context: Any) -> bool:
    """Of an operation: whether it is acknowledged, or tells what became of something that was."""
    return "202" in context.operation.definition.raw["responses"] or context.operation.path in FOLLOWED


FOLLOWED = ("/submissions/{submission}", "/proposals/{proposal}")


def test_links__of_what_is_acknowledged__lead_to_what_became_of_it(town: Guarded) -> None:
    """Walks along the links of the description, each begun with a request that the service takes."""
    good = {(method, path): (asker, subject) for method, path, asker, subject in good_ones(town)}
    statuses, followed, before = Counter[str](), Counter[str](), town.tables()
    machine: Any = described(town).include(func=begins_or_follows).as_state_machine()

    class Walk(machine):  # type: ignore[misc]
        asker = Asker(ANNA, 1, Duty.MAKER)

        def before_call(self, case: Case[Any]) -> None:
            known = case.operation.method, case.operation.path
            if known not in good or case.operation.path == "/obligations/drafts":
                return
            self.asker, subject = good[known]
            named = path_of(town, case.operation.path, subject, self.asker).split("/")
            parts = zip(case.operation.path.split("/"), named, strict=True)
            case.path_parameters = {name[1:-1]: value for name, value in parts if name.startswith("{")}
            case.body = TABLE[known].sent(town, self.asker, subject)["json"]
            case.media_type = "application/json"
            case.headers["Idempotency-Key"] = str(uuid4())

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            if "Prefer" in case.headers:
                del case.headers["Prefer"]
            return {"headers": {"Authorization": f"Bearer {town.bearer(self.asker)[1]}"}}

        def validate_response(self, response: Any, case: Case[Any], **more: Any) -> None:
            statuses[str(response.status_code)] += 1
            if case.operation.method == "get" and response.status_code == 200:
                followed[case.operation.path] += 1
            case.validate_response(response, checks=CHECKS)

        def teardown(self) -> None:
            town.put_back(before)
            super().teardown()

    walked = settings(max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True)
    Walk.run(settings=walked)
    print(f"links: {dict(statuses)}, {dict(followed)}")
    assert sum(followed[path] for path in FOLLOWED) > 0


def test_links__of_everything_that_is_acknowledged__are_true(town: Guarded) -> None:
    """Each begun by hand, each link followed as its description says."""
    paths, before, followed = town.site.app.openapi()["paths"], town.tables(), Counter[str]()
    targets = {path["get"]["operationId"]: name for name, path in paths.items() if "get" in path}
    for method, path, asker, subject in good_ones(town):
        links = paths[path][method]["responses"].get("202", {}).get("links", {})
        sent = TABLE[method, path].sent(town, asker, subject)
        answer = town.ask(asker, method, path_of(town, path, subject, asker), **sent)
        for link in links.values():
            for name, expression in link["parameters"].items():
                number = pointed(answer.json(), expression.removeprefix("$response.body#/").split("/"))
                if number is None:
                    continue  # it came to none of these
                target = targets[link["operationId"]]
                found = town.ask(asker, "GET", target.replace(f"{{{name}}}", str(number)))
                assert found.json()["row"]["id"] == number, f"{method} {path}: {found.text}"
                followed[target] += 1
        town.put_back(before)
    assert followed.keys() == set(FOLLOWED)
    assert min(followed.values()) > 5, followed


def pointed(body: Any, names: list[str]) -> Any:
    """What a JSON pointer leads to; None where nothing is."""
    for name in names:
        some = dict(enumerate(body)) if isinstance(body, list) else body or {}
        body = some.get(int(name) if name.isdigit() else name)
    return body
