# SPDX-License-Identifier: Apache-2.0
"""What a participant sees: the one place where somebody is let see everything."""

from chain.domain.vocabulary import ParticipantId, Role
from chain.mirror.reads import participant as read
from chain.mirror.visible import Visible
from chain.store.db import Db

SEE_ALL = Role.REGISTRAR | Role.AUDITOR
"""An auditor sees everything, too: the ledger has no list of what an auditor is engaged for."""


def visible(mirror: Db, participant: ParticipantId) -> Visible:
    """By the roles that the participant has on the chain now: one that loses its role sees no more than others.

    Raises MirrorEmpty, StoreError.
    """
    own = Visible.of([participant])
    party = read(mirror, own, participant).row
    return Visible.everything() if party is not None and party.roles & SEE_ALL else own
