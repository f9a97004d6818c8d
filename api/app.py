# SPDX-License-Identifier: Apache-2.0
"""The HTTP service as one object: routes, limits, problems, figures. It asks two databases and no chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline

from api import described, health, limits, metrics, pages, problem_json
from api.access.place import Access
from api.access.routes import router as access
from api.claims.routes import router as claims
from api.disks import Disks
from api.errors import NetworkMissing
from api.financing.routes import router as financing
from api.holdings.routes import router as holdings
from api.mirrored import Stores
from api.obligations.invoices import Reader
from api.obligations.routes import router as obligations
from api.participants.routes import router as participants
from api.portfolio.routes import router as portfolio
from api.proposals.routes import router as proposals
from api.provenance.routes import router as provenance
from api.search.routes import router as search
from api.settings import Settings
from api.settlement.routes import router as settlement
from api.statements.routes import router as statements
from api.submissions.routes import router as submissions
from api.todo.routes import router as todo
from api.writing.fitness import Fitness
from api.writing.once import Signers
from api.writing.waiting import Watch
from chain.domain.clock import Clock, SystemClock
from chain.node.network import Folder

_ABOUT = """\
The open ledger for deep-tier supply-chain finance over HTTP.

Money is a whole number of minor units (fen) beside its `currency`; instants are RFC 3339 in UTC; an obligation is
"7-1", a claim "7-1-3". Every answer about the ledger says the `block` it speaks of and its `age` in seconds; `at` asks
about an earlier block. Lists come in pages: pass `next` as `after`. Errors are RFC 9457 problems, in Chinese or English
by Accept-Language; what is not there and what is not yours to see look the same. Log in at POST /login; every other
request bears `Authorization: Bearer <key>`.
"""
_MACHINE = SystemClock()
FEATURES = (holdings, provenance, obligations, portfolio, participants, todo, statements, search, claims, settlement)
"""Everything about the ledger: what is read under a visible set, and what is asked of it."""
BOOKED = (proposals, submissions, financing)
"""What the book alone knows."""


def create_app(settings: Settings, clock: Clock = _MACHINE) -> FastAPI:
    """The service of a folder's network. Raises NetworkMissing, NetworkDamaged, FolderUnusable."""
    network = Folder(settings.network_folder).network()
    if network is None:
        raise NetworkMissing(folder=str(settings.network_folder))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield
        app.state.looks.close()
        app.state.reader.close()

    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        static_url=pages.STATIC,
        title="DeepTier",
        version="1",
        description=_ABOUT,
        lifespan=lifespan,
        redirect_slashes=False,
        dependencies=[Depends(limits.known_parameters)],
    )
    app.state.settings, app.state.stores = settings, Stores(settings, network, clock)
    disks = Disks(settings)
    app.state.access = Access(app.state.stores, clock)
    app.state.looks = health.Looks(settings, app.state.stores, disks)
    app.state.watch = Watch(app.state.stores)
    app.state.signers = Signers(settings.folder)
    app.state.reader = Reader(settings.folder)
    app.state.fitness = Fitness(app.state.stores, disks, settings.run)
    app.state.metrics = metrics.Metrics(app.state.stores, disks)
    for router in (*FEATURES, *BOOKED, access, health.router, metrics.router):  # they are looked through in this order
        app.include_router(router)
    problem_json.install(app)
    pages.install(app)
    app.openapi = described.openapi(app)  # type: ignore[method-assign]
    app.add_middleware(limits.Limits, body=settings.body, upload=settings.upload, seconds=settings.seconds)
    app.add_middleware(metrics.Measured, metrics=app.state.metrics)
    return app
