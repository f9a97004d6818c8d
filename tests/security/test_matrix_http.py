# SPDX-License-Identifier: Apache-2.0
"""Nobody reads over HTTP what is not theirs: every path x every relation to the subject x subjects there and absent.

Each answer is compared with what the read itself says under what the viewer may see; who may see what is judged in
test_visible.py by other means. Keys are real ones of the book, so what an officer sees follows from its participant's
roles on the chain.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from api.access.visible import visible
from chain.domain.vocabulary import ClaimId, ParticipantId
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import Db
from tests.cast import REG
from tests.mirrored import new_mirror, random_world, write
from tests.properties import reading
from tests.properties.reading import Story, Told
from tests.security.matrix_http import ABSENT, BOOKED, TABLE, Row
from tests.served import Site, furnish, heard, site

SEEDS = (3, 4)
NOBODYS = 999_999
RELATIONS = ("own", "counterparty", "upstream", "downstream", "obligor", "financier", "stranger", "registrar", "no key")


@dataclass(frozen=True)
class Played:
    db: Db
    story: Story
    site: Site

    @property
    def told(self) -> Told:
        return self.story.told[-1]


@pytest.fixture(scope="module", params=SEEDS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder: Path = furnish(tmp_path_factory.mktemp("site"))
    story = reading.story(random_world(request.param, 260), request.param)
    with new_mirror(f"sqlite://{folder}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        heard(db, story.told[-1].time)
        with site(folder, story.told[-1].time) as served:
            yield Played(db, story, served)


def around(told: Told, claim: ClaimId) -> dict[str, int | None]:
    """Who stands in which relation to a claim, where there is somebody."""
    row = told.rows.claims[claim]
    chain = [one for _, passes in reading.title(told, claim) for one in passes]
    below = [one for one in told.passes if one.claim.obligation == claim.obligation and _from(told, one.claim, claim)]
    lent = [one.values[0] for one in told.facts if one.kind == "lien" and one.subject == claim]
    bought = [one.taker for one in chain if one.how == "discount"]
    had = {one.taker for one in told.passes if one.claim.obligation == claim.obligation} | {claim.obligor}
    others = [one for one in sorted(told.rows.participants) if one not in had and one != REG.id]
    found: dict[str, int | None] = {
        "own": row.holder,
        "counterparty": chain[-1].giver if chain else None,
        "upstream": chain[0].taker if chain else None,
        "downstream": below[-1].taker if below else None,
        "obligor": claim.obligor,
        "financier": (lent or bought or [None])[-1],
        "stranger": others[-1] if others and claim.seq % 2 else NOBODYS,
        "registrar": REG.id,
        "no key": None,
    }
    return found


def _from(told: Told, child: ClaimId, parent: ClaimId) -> bool:
    while child in told.cuts:
        child = told.cuts[child].parent
        if child == parent:
            return True
    return False


def subject_of(kind: str, told: Told, claim: ClaimId) -> Any:
    if kind == "claim":
        return claim
    if kind == "obligation":
        return claim.obligation
    if kind == "participant":
        return told.rows.claims[claim].holder
    backs = told.rows.obligations[claim.obligation].invoices
    texts = (str(claim), str(claim.obligation), str(claim.obligor), backs[0].fingerprint.hex())
    return texts[claim.seq % len(texts)]


def ask(client: httpx2.Client, path: str, row: Row, subject: Any, at: int) -> httpx2.Response:
    parameters: dict[str, Any] = {"at": at}
    if row.where:
        parameters[row.where] = str(subject)
    else:
        path = path.replace(f"{{{row.kind}}}", str(subject))
    return client.get(path, params=parameters | limit(row))


def limit(row: Row) -> dict[str, int]:
    """Of what comes in pages."""
    whole = (reads.claim, reads.obligation, reads.participant, reads.portfolio, reads.search)
    return {} if row.asked in whole else {"limit": 100}


def expected(db: Db, row: Row, seen: Visible, subject: Any, at: int) -> Any:
    """What is to be told, or None for a 404."""
    found = row.asked(db, seen, subject, at=at, **limit(row))
    if isinstance(found, reads.Answer):
        return None if found.row is None else row.told(found.row)
    if isinstance(found, reads.Page):
        absent = row.seen is not None and not found.rows and row.seen(db, seen, subject, at=at).row is None
        return None if absent else [row.told(one) for one in found.rows]
    return row.told(found)


def test_matrix__every_path_relation_and_subject__answers_what_the_read_says(played: Played) -> None:
    told, chance, cells, outcomes = played.told, Random(played.told.block), 0, Counter[str]()
    cut = sorted({one.parent for one in told.cuts.values()})
    picked = chance.sample(cut, min(3, len(cut))) + chance.sample(sorted(told.rows.claims), 4)
    clients: dict[int | None, httpx2.Client] = {None: played.site.client()}
    views: dict[int, Visible] = {}
    for (path, kind), row in TABLE.items():
        for claim in picked:
            for relation, who in around(told, claim).items():
                if who is None and relation != "no key":
                    continue
                if who is not None and who not in clients:
                    clients[who] = played.site.client(who)
                    views[who] = visible(played.db, ParticipantId(who))
                for subject in (subject_of(kind, told, claim), ABSENT[kind]):
                    answer = ask(clients[who], path, row, subject, told.block)
                    where = f"{path} of {subject} by {relation} {who}"
                    cells += 1
                    if who is None:
                        assert answer.status_code == 401, where
                        outcomes["401"] += 1
                        continue
                    wanted = expected(played.db, row, views[who], subject, told.block)
                    outcomes[judged(row, answer, wanted, told.block, where)] += 1
                    outcomes[relation] += 1
    for client in clients.values():
        client.close()
    print(f"matrix over HTTP: {cells} cells, {dict(outcomes)}")
    assert cells >= 1_500
    assert min(outcomes[one] for one in (*RELATIONS[:-1], "401", "404", "some", "nothing")) > 0, outcomes


def judged(row: Row, answer: httpx2.Response, wanted: Any, block: int, where: str) -> str:
    if wanted is None:
        assert answer.status_code == 404, where
        assert answer.json()["code"] == "not-found", where
        return "404"
    assert answer.status_code == 200, f"{where}: {answer.text}"
    said = answer.json()
    assert (said["block"], said["age"]) == (block, 0), where
    shown = [row.shown(one) for one in said["rows"]] if "rows" in said else row.shown(said["row"])
    assert plain(shown) == plain(wanted), where
    return "some" if wanted else "nothing"


def plain(value: Any) -> Any:
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def test_matrix__stranger__cannot_tell_what_is_there_from_what_is_not(played: Played) -> None:
    told = played.told
    claim = max(told.rows.claims)
    with played.site.client(NOBODYS) as client:
        for (path, kind), row in TABLE.items():
            if row.public:
                continue
            subject = subject_of(kind, told, claim)
            there, absent = (ask(client, path, row, one, told.block) for one in (subject, ABSENT[kind]))
            assert there.status_code == absent.status_code, path
            told_same = there.text.replace(f'"participant":{subject},', '"participant":777777,')  # what was asked
            assert told_same == absent.text, path


def test_matrix__path_without_a_row__is_found(played: Played) -> None:
    paths = played.site.app.openapi()["paths"]
    asked = {path for path, methods in paths.items() if "age" in str(_schema(played, methods.get("get")))}
    assert asked == {path for path, _ in TABLE} | set(BOOKED), (
        "a path that answers says how old it is and stands in no row of TABLE"
    )


def _schema(played: Played, operation: Any) -> Any:
    """The names of the fields of what an operation answers."""
    content = (operation or {}).get("responses", {}).get("200", {}).get("content", {})
    name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    return list(played.site.app.openapi()["components"]["schemas"].get(name, {}).get("properties", {}))
