# SPDX-License-Identifier: Apache-2.0
"""Thousands of requests drawn from the service's own description, good and bad: no fault, nothing undescribed."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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

from tests.cast import ANNA, REG
from tests.mirrored import new_mirror, random_world, write
from tests.properties import reading
from tests.properties.reading import Story
from tests.served import Site, furnish, heard, site

SEED = 20_261_122
SHARDS = 4  # so that no test takes long
EACH = 36  # requests of an operation, good ones and as many bad ones
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
def story() -> Story:
    return reading.story(random_world(3, 200), 3)


@pytest.fixture(scope="module")
def served(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = furnish(tmp_path_factory.mktemp("site"))
    with new_mirror(f"sqlite://{folder}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        heard(db, story.told[-1].time)
    with site(folder, story.told[-1].time) as found:
        yield found


def known(story: Story) -> dict[str, list[str]]:
    """Values of path parameters that there are."""
    rows = story.world.rows
    return {
        "claim": [str(claim) for claim in sorted(rows.claims)],
        "obligation": [str(obligation) for obligation in sorted(rows.obligations)],
        "participant": [str(participant) for participant in sorted(rows.participants)],
    }


@pytest.mark.parametrize("shard", range(SHARDS))
def test_service__whatever_is_sent__answers_as_described(served: Site, story: Story, shard: int) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    schema.config.generation.with_security_parameters = False  # keys are put in here
    statuses, there = Counter[str](), known(story)
    for found in list(schema.get_all_operations())[shard::SHARDS]:
        assert not isinstance(found, Err), found
        operation = found.ok()
        key = served.key(REG.id if operation.method == "get" else ANNA.id)  # the others may end the key that they use
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or accepts_anything(operation):
                play(served, operation, mode, key, there, statuses)
    print(f"openapi: {sum(statuses.values())} requests, seed {SEED}, {dict(statuses)}")
    assert sum(statuses.values()) >= LEAST // SHARDS
    assert min(statuses[one] for one in ("200", "401", "422")) > 0, statuses


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
