# SPDX-License-Identifier: Apache-2.0
"""Nobody does over HTTP what is not theirs: every path that changes something x every participant x every duty x
subjects there and absent.

What one may not see is as what is not there, to the byte; a refusal leaves the book as it was.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import httpx2
import pytest

from chain.domain.vocabulary import ClaimId, ObligationId
from tests.cast import BANK, BEN, REG, address
from tests.properties import reading
from tests.security.guarded import AUDITOR, Asker, Guarded, guarded, maker
from tests.security.matrix_writes import DONE, ELSEWHERE, NOT_SEEN, TABLE, Write, askers, expected, path_of

LEAST = 1_500
RELATIONS = (
    "own",
    "counterparty",
    "upstream",
    "downstream",
    "obligor",
    "financier",
    "stranger",
    "registrar",
    "auditor",
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("guarded")) as made:
        yield made


def relation(town: Guarded, who: int, subject: Any) -> str:
    """In which relation somebody stands to a claim."""
    if who in (REG.id, AUDITOR.id):
        return "registrar" if who == REG.id else "auditor"
    if isinstance(subject, ObligationId):
        subject = subject.claim(1)
    row = town.told.rows.claims.get(subject) if isinstance(subject, ClaimId) else None
    if row is None:
        return "any"
    chain = [one for _, passes in reading.title(town.told, subject) for one in passes]
    named = {row.holder: "own", subject.obligor: "obligor", row.lienholder: "financier"}
    if who in named:
        return named[who]
    if who == chain[-1].giver:
        return "counterparty"
    if who in {one.taker for one in chain}:
        return "upstream"
    below = {one.taker for one in town.told.passes if one.claim.obligation == subject.obligation}
    return "downstream" if who in below else "stranger"


def test_matrix__every_write_by_everybody__does_what_is_theirs_and_nothing_else(town: Guarded) -> None:
    cells, wrong, relations, totals = 0, list[str](), Counter[str](), Counter[str]()
    for asker in askers():
        town.ask(asker, "get", "/me")  # from now on its key was used
    before = town.tables()
    for (method, path), row in TABLE.items():
        outcomes = Counter[str]()
        for subject, asker in cells_of(row):
            answer = town.ask(asker, method, path_of(town, path, subject, asker), **row.sent(town, asker, subject))
            code = expected(town, row, asker, subject)
            after = town.tables()
            why = judged(answer, row, code, changed(before, after))
            if why:
                wrong.append(f"{method} {path} about {subject} by {asker}: {why}")
            if after != before:
                town.put_back(before)
            cells, outcomes[code] = cells + 1, outcomes[code] + 1
            relations[relation(town, asker.who.id, subject)] += 1
        assert outcomes[DONE] or not row.done, f"{method} {path}: nobody may do it: {outcomes}"
        assert len(outcomes) > 1, f"{method} {path}: everybody may do it"
        totals += outcomes
    print(f"writes: {cells} cells, {dict(totals)}, {dict(relations)}")
    assert not wrong, "\n".join(wrong[:30])
    assert cells >= LEAST
    assert {one for one in RELATIONS if relations[one]} == set(RELATIONS)


def cells_of(row: Write) -> Iterator[tuple[Any, Asker]]:
    """Everybody about everything; without the duty, about something that is there and something that is not."""
    for subject, asker in product(row.subjects, askers()):
        if row.duty in (None, asker.duty) or subject in (row.subjects[0], row.subjects[-1]):
            yield subject, asker


STATUSES = {NOT_SEEN: 404, "unknown-key": 404, "unknown-officer": 404, "invoices-refused": 422}
STATUSES |= dict.fromkeys(("duty-missing", "not-your-part", "scopes-too-wide"), 403)


def judged(answer: httpx2.Response, row: Write, code: str, changed: list[str]) -> str:
    """What is wrong with an answer; nothing, if nothing is. Of a refusal nothing but itself is kept."""
    if code == DONE:
        return "" if answer.status_code == row.done and changed else f"{answer.status_code} {answer.text}, {changed}"
    if changed:
        return f"{code} changed {changed}"
    told = answer.status_code, answer.json().get("code")
    return "" if told == (STATUSES.get(code, 409), code) else f"{told} {answer.text}, not {code}"


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name, rows in before.items() if rows != after[name]]


def test_matrix__what_is_not_seen__is_told_as_what_is_not_there(town: Guarded) -> None:
    """Status, body and headers alike, but for the date and the id that was asked about."""
    compared, anybody = 0, [asker for asker in askers() if asker.number == 1]
    for (method, path), row in TABLE.items():
        for asker in anybody:
            unseen = [one for one in row.subjects if expected(town, row, asker, one) in UNSEEN]
            told = set()
            for subject in unseen:
                named = path_of(town, path, subject, asker)
                answer = town.ask(asker, method, named, **row.sent(town, asker, subject))
                id_in_path = [part for part in named.split("/") if part and part in answer.text]
                text = answer.text
                for part in id_in_path:
                    text = text.replace(part, "…")
                headers = {name: value for name, value in answer.headers.items() if name not in ("date", LENGTH)}
                told.add((answer.status_code, text, tuple(sorted(headers.items()))))
            compared += len(unseen)
            assert len(told) <= 1, f"{method} {path} by {asker}: {told}"
    assert compared > LEAST // 10


UNSEEN = (NOT_SEEN, "unknown-key", "unknown-officer")
LENGTH = "content-length"


def test_matrix__without_a_key__nothing_is_told(town: Guarded) -> None:
    asked = [
        (method, path_of(town, path, subject, None), row.sent(town, maker(BEN), subject))
        for (method, path), row in TABLE.items()
        for subject in row.subjects
    ]
    before = town.tables()
    for method, path, sent in asked:
        answer = town.ask(None, method, path, **sent)
        assert answer.status_code == 401, f"{method} {path}: {answer.text}"
    assert town.tables() == before


def test_matrix__path_without_a_row__is_found(town: Guarded) -> None:
    paths = town.site.app.openapi()["paths"]
    asked = {(method, path) for path, methods in paths.items() for method in methods if method != "get"}
    assert asked == TABLE.keys() | ELSEWHERE.keys(), "a path that changes something and stands in no row of TABLE"


def test_rail__on_a_network_without_a_cash_token__is_refused(town: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = town.site.app.state.stores
    monkeypatch.setattr(stores, "network", replace(stores.network, cash=()))
    body = {"id": 2, "bank": BANK.id, "escrow": address("escrow")}
    refused = town.ask(maker(REG), "POST", "/rails", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "token-unnamed")
