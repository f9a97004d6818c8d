# SPDX-License-Identifier: Apache-2.0
"""What is asked about participants: read strictly, and one spelling of each thing."""

from typing import Any

import pytest
from pydantic import ValidationError

from api.participants.bodies import AccountBody, ParticipantBody, RailBody, StandingBody
from chain.domain.vocabulary import Right, Role

ACCOUNT = "0x" + "aB" * 20
BODY: dict[str, Any] = {
    "name": " 恒座  椅业 ",
    "number": "91990000MA0HT0021J",
    "roles": ["supplier"],
    "account": ACCOUNT,
}
PROOF = {"proof": "0x" + "0" * 130, "deadline": "2026-12-31T16:00:00Z"}


def test_participant__in_few_words__has_the_rest_by_default() -> None:
    body = ParticipantBody.model_validate(BODY)
    assert (body.name, body.id, body.limit, body.cash, body.role) == ("恒座 椅业", None, 0, None, Role.SUPPLIER)
    assert body.new.address == ACCOUNT.lower()
    assert (body.new.officer, body.new.rights) == (1, Right.MAKER | Right.CHECKER)
    assert (body.new.proof, body.new.deadline) == (None, None)


def test_participant__with_proof__names_all_that_was_signed() -> None:
    body = ParticipantBody.model_validate(BODY | PROOF | {"id": 21, "salt": "00" * 32})
    assert body.new.proof == bytes(65)
    assert body.new.deadline == 1_798_732_800
    for missing in ("id", "salt", "deadline"):
        whole = BODY | PROOF | {"id": 21, "salt": "00" * 32}
        del whole[missing]
        with pytest.raises(ValidationError):
            ParticipantBody.model_validate(whole)


def test_roles__several_and_twice__are_one_set() -> None:
    body = ParticipantBody.model_validate(BODY | {"roles": ["supplier", "core_enterprise", "supplier"]})
    assert body.role == Role.SUPPLIER | Role.CORE_ENTERPRISE


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 0},
        {"id": 2**32},
        {"id": "21"},
        {"name": ""},
        {"name": "　"},
        {"name": "x" * 201},
        {"name": "a\x07b"},
        {"number": ""},
        {"number": "none"},
        {"roles": ["king"]},
        {"rights": []},
        {"officer": 2**16},
        {"account": "0x" + "a" * 39},
        {"limit": 1.5},
        {"limit": 2**48},
        {"deadline": "tomorrow"},
        {"salt": "00"},
        {"colour": "red"},
    ],
)
def test_participant__that_is_not_of_its_form__is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ParticipantBody.model_validate(BODY | wrong)


def test_account__of_a_second_officer__has_its_rights() -> None:
    new = AccountBody.model_validate({"account": ACCOUNT, "officer": 2, "rights": ["checker"]}).new
    assert (new.officer, new.rights) == (2, Right.CHECKER)


def test_standing_and_rail__left_out__stay_or_follow_from_the_network() -> None:
    assert StandingBody.model_validate({}).model_dump() == {"roles": None, "status": None, "limit": None}
    assert RailBody.model_validate({"id": 1, "bank": 3, "escrow": ACCOUNT}).token is None
