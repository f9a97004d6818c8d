# SPDX-License-Identifier: Apache-2.0
"""GET /metrics, for Prometheus: requests and how long they took, how far the mirror is, submissions by state,
what is left on the disks.
"""

import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.disks import Disks
from api.mirrored import Stores
from chain.domain.errors import DeepTierError
from chain.store.disk import MIB
from chain.submission.outbox import Outbox

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

router = APIRouter(tags=["service"])


class Metrics:
    """The figures of one app."""

    def __init__(self, stores: Stores, disks: Disks) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Stand(stores, disks))
        self._requests = Counter(
            "deeptier_http_requests", "Answers.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "deeptier_http_seconds", "From request to answer.", ("route",), buckets=_BUCKETS, registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class _Stand(Collector):
    """What stands in the databases when it is asked for, and on the disks; of what is away, nothing."""

    def __init__(self, stores: Stores, disks: Disks) -> None:
        self._stores, self._disks = stores, disks

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())  # nothing is asked of the databases when this is registered

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("deeptier_store_up", "Whether a database answers.", labels=("store",))
        yield from self._mirror(up)
        yield from self._book(up)
        yield up
        yield from self._left()

    def _mirror(self, up: GaugeMetricFamily) -> Iterator[GaugeMetricFamily]:
        try:
            found = self._stores.readiness()
        except DeepTierError:
            up.add_metric(("mirror",), 0)
            return
        up.add_metric(("mirror",), 1)
        yield GaugeMetricFamily("deeptier_mirror_block", "The last block in the mirror.", found.block)
        if found.head is not None and found.age is not None:
            yield GaugeMetricFamily("deeptier_node_head", "The node's head when it was last heard.", found.head)
            yield GaugeMetricFamily("deeptier_mirror_age_seconds", "Since the node was last heard.", found.age)

    def _book(self, up: GaugeMetricFamily) -> Iterator[GaugeMetricFamily]:
        try:
            with self._stores.book() as db:
                counts = Outbox(db).counts()
        except DeepTierError:
            up.add_metric(("book",), 0)
            return
        up.add_metric(("book",), 1)
        by_state = GaugeMetricFamily("deeptier_submissions", "Submissions in each state.", labels=("state",))
        for state, count in counts.items():
            by_state.add_metric((state.value,), count)
        yield by_state

    def _left(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = self._disks.left()
        except DeepTierError:
            return
        by_place = GaugeMetricFamily("deeptier_disk_left_bytes", "Free on the disk of each.", labels=("place",))
        for place, left in found.items():
            by_place.add_metric((place,), left)
        yield by_place
        least = self._disks.least * MIB
        yield GaugeMetricFamily("deeptier_disk_least_bytes", "With less, nothing new is taken.", least)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Figures for Prometheus; no name, no id, no amount."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class Measured:
    """Counts every answer under the path's template, so that no id becomes a label."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            return await self._app(scope, receive, told)
        finally:
            route: Any = scope.get("route")
            path = getattr(route, "path", None) or "none"
            self._metrics.answered(scope["method"], path, status, time.perf_counter() - began)
