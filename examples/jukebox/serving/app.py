"""The service: the champion's answers over HTTP.

A track comes in as 13 features and goes out as 72 probabilities by country code, so that no
client has to know the order of anything.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from mlflow.exceptions import MlflowException
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jukebox.problem import COUNTRIES
from jukebox.registry.history import Refused
from jukebox.registry.models import Registry
from jukebox.registry.sqlite import cause, remedy
from jukebox.schema import FEATURES
from jukebox.serving import admin
from jukebox.serving.bounds import Batch, RequestLimits, complaint, read_body
from jukebox.serving.contract import Answer, contract, declare_forms
from jukebox.serving.rollout import CanaryLimits, Rollout

logger = logging.getLogger(__name__)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)  # seconds
features_of = attrgetter(*FEATURES)


@dataclass(frozen=True)
class ServiceSettings(RequestLimits, CanaryLimits):
    """Limits of a request, those of a rollout, and the admin tokens by role."""

    tokens: dict[str, str] = field(default_factory=admin.read_tokens, repr=False)


class RequestMetrics:
    """ASGI middleware: counts and times every request, whatever becomes of it."""

    def __init__(self, app: ASGIApp, metrics: CollectorRegistry) -> None:
        """Wrap `app`; metrics: the collector registry of prometheus_client to add to."""
        self.app = app
        self.requests = Counter("jukebox_requests", "Requests", ["path", "code"], registry=metrics)
        self.seconds = Histogram(
            "jukebox_request_seconds", "To answer", ["path"], registry=metrics, buckets=BUCKETS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note its path (as declared, never as sent), status and time."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status, start = 500, time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            path = getattr(scope.get("route"), "path", "unknown")
            self.requests.labels(path, status).inc()
            self.seconds.labels(path).observe(time.perf_counter() - start)


def create_app(registry: Registry, settings: ServiceSettings | None = None) -> FastAPI:
    """Give the FastAPI application that serves a `Registry`'s champion."""
    settings = settings or ServiceSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        rollout.log.start()
        watch = asyncio.create_task(rollout.watch())
        yield
        watch.cancel()
        await run_in_threadpool(rollout.close)

    rollout = Rollout(registry, settings)
    # No /docs: its page loads scripts from elsewhere. The schema is at /openapi.json.
    app = FastAPI(title="Jukebox", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(RequestMetrics, metrics=rollout.metrics)

    @app.exception_handler(Refused)
    async def refuse(request: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    @app.exception_handler(sqlite3.OperationalError)
    @app.exception_handler(MlflowException)
    async def report_unusable(request: Request, error: Exception) -> JSONResponse:
        logger.error("The registry cannot be used: %s", error)
        detail = f"The registry cannot be used: {cause(error)}; {remedy(error)}."
        return JSONResponse({"detail": f"{detail} GET /admin/history says what was decided."}, 503)

    @app.exception_handler(RequestValidationError)
    async def report_unfit(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": list(complaint(error))}, 422)

    @app.post("/predict", **contract(408, 413, 422, 500, 503, takes=Batch, gives=Answer))
    async def predict(request: Request) -> Response:
        """Give the probability of each country for each track, and who says so."""
        batch = await read_body(request, Batch, settings)
        if len(batch.tracks) > settings.tracks:
            sent = len(batch.tracks)
            raise HTTPException(413, f"{sent} tracks were sent: send {settings.tracks} at a time.")
        if not rollout.serving.champion:
            raise HTTPException(503, "No model is loaded yet: promote one, then try again.")
        # An answer that nobody could trace is not given.
        if rollout.log.waiting.qsize() >= settings.pending:
            raise HTTPException(503, "The prediction log is behind: try again in a second.")
        x = np.array([features_of(track) for track in batch.tracks], np.float32)
        ids = [track.track_id for track in batch.tracks]
        try:
            request_id, version, p = rollout.answer(ids, x)
        except Exception:  # the reason is for our log, not for a stranger
            logger.exception("The champion failed")
            raise HTTPException(500, "The model failed. This is logged; try again.") from None
        predictions = [
            {"track_id": track_id, "probabilities": dict(zip(COUNTRIES, row, strict=True))}
            for track_id, row in zip(ids, np.round(p.astype(float), 6).tolist(), strict=True)
        ]
        answer = {"request_id": request_id, "model_version": version, "predictions": predictions}
        return Response(to_json(answer), media_type="application/json")

    @app.get("/health/live", response_model=None)
    async def live() -> dict[str, bool]:
        return {"live": True}

    @app.get("/health/ready", responses={503: {"description": "No model is loaded"}})
    async def ready() -> JSONResponse:
        loaded = rollout.serving.champion is not None
        return JSONResponse({"ready": loaded}, 200 if loaded else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        return Response(generate_latest(rollout.metrics), media_type=CONTENT_TYPE_LATEST)

    app.include_router(admin.router(registry, rollout, settings, settings.tokens))
    declare_forms(app)
    app.state.rollout = rollout
    return app
