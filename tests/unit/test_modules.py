# SPDX-License-Identifier: Apache-2.0
"""All modules together: two errors of one code would break the import of whichever comes second."""

import importlib
import pkgutil

import pytest

import api
import chain

SCRIPTS = {"chain.store.migrations.env"}  # which Alembic runs, and nobody imports
FOUND = [found.name for place in (api, chain) for found in pkgutil.walk_packages(place.__path__, f"{place.__name__}.")]
NAMES = [name for name in FOUND if name not in SCRIPTS]


@pytest.mark.parametrize("name", NAMES)
def test_module__imported_beside_all_others__does_no_more_than_that(name: str) -> None:
    importlib.import_module(name)


def test_walk__finds_the_rooms() -> None:
    assert {"api.cli", "chain.abi.codec", "chain.signing.process", "chain.store.migrate"} <= set(NAMES)
