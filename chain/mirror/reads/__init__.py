# SPDX-License-Identifier: Apache-2.0
"""Everything that is asked of the mirror. No read touches the chain.

Every function takes a connection, what its viewer may see (`chain.mirror.visible.Visible`) and, if wanted, an earlier
block; its answer names the block that it speaks of, and comes from one unchanging state of the database. Lists come in
pages: `next` is the cursor of the page that follows. Whoever wants all pages of one state asks for the others with `at`
set to the first one's block. What is not there and what is not for the viewer look the same: None, or no rows.
"""

from chain.mirror.paging import Answer, Page
from chain.mirror.reads.accounts import accounts
from chain.mirror.reads.directory import Listed, directory
from chain.mirror.reads.events import Happened, events
from chain.mirror.reads.holdings import claims, holding, holdings, liens
from chain.mirror.reads.lapsed import Lapsed, Offer, lapsed
from chain.mirror.reads.loading import Holding, Period, State
from chain.mirror.reads.obligations import Promise, last_number, obligation, obligations
from chain.mirror.reads.participants import Party, participant
from chain.mirror.reads.portfolio import Age, Bucket, Portfolio, Side, Sum, portfolio
from chain.mirror.reads.provenance import ClaimSeen, Link, Passed, Piece, claim, pieces
from chain.mirror.reads.search import Hit, Invoiced, search
from chain.mirror.reads.statements import Entry, discounts, payments, redemptions
from chain.mirror.reads.todo import Todo, todo

__all__ = [
    "Age",
    "Answer",
    "Bucket",
    "ClaimSeen",
    "Entry",
    "Happened",
    "Hit",
    "Holding",
    "Invoiced",
    "Lapsed",
    "Link",
    "Listed",
    "Offer",
    "Page",
    "Party",
    "Passed",
    "Period",
    "Piece",
    "Portfolio",
    "Promise",
    "Side",
    "State",
    "Sum",
    "Todo",
    "accounts",
    "claim",
    "claims",
    "directory",
    "discounts",
    "events",
    "holding",
    "holdings",
    "lapsed",
    "last_number",
    "liens",
    "obligation",
    "obligations",
    "participant",
    "payments",
    "pieces",
    "portfolio",
    "redemptions",
    "search",
    "todo",
]
