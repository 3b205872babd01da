"""The service: the champion's answers over HTTP, within limits, with errors that say what to fix.

A track comes in as 13 features with their bounds and goes out as 72 probabilities by country
code, so that no client has to know the order of anything. Decisions about models need a token.
"""

import asyncio
import hmac
import logging
import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Annotated, Literal

import numpy as np
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import to_json

from jukebox.problem import COUNTRIES, FEATURES
from jukebox.registry import Refused
from jukebox.rollout import Limits, Rollout

logger = logging.getLogger(__name__)

Action = Literal["challenge", "withdraw", "promote", "rollback", "retire"]
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)  # seconds
WHOLE = ("is_explicit", "key", "mode")
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Track = create_model(
    "Track",
    __config__=STRICT,
    __doc__="One track: the 13 audio features, and an id by which its charts can be found later.",
    track_id=(Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None, None),
    **{
        name: (int if name in WHOLE else float, Field(ge=lowest, le=highest, description=unit))
        for name, (lowest, highest, unit) in FEATURES.items()
    },
)
features_of = attrgetter(*FEATURES)


class Batch(BaseModel):
    """The body of POST /predict."""

    model_config = STRICT
    tracks: list[Track] = Field(min_length=1)


class Order(BaseModel):
    """The body of an admin call; `rollback` needs no version, `challenge` alone reads `share`."""

    model_config = STRICT
    why: str = Field(min_length=1, max_length=500)
    version: int | None = Field(None, ge=1)
    share: float = Field(0.0, ge=0, le=1)


def schema(form):
    """Give a form's JSON schema in the shape of OpenAPI: the bodies are read by `body`."""
    content = {"application/json": {"schema": form.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def tokens():
    """Give the admin tokens by role, from JUKEBOX_OPERATOR_TOKEN and JUKEBOX_AUDITOR_TOKEN."""
    found = {r: os.environ.get(f"JUKEBOX_{r.upper()}_TOKEN") for r in ("operator", "auditor")}
    for role, token in found.items():
        if token and len(token) < 16:
            raise ValueError(f"The {role}'s token has under 16 characters: openssl rand -hex 32")
    return {role: token for role, token in found.items() if token}


@dataclass(frozen=True)
class Settings(Limits):
    """Limits of a request, those of a rollout, and the admin tokens by role."""

    tracks: int = 256  # in a batch
    body: int = 262_144  # bytes
    upload: float = 10.0  # seconds for a body to arrive
    tokens: dict = field(default_factory=tokens, repr=False)


def complaint(error):
    """Say for each fault of a body: the field, the value, the bound, and what to send."""
    for fault in error.errors(include_url=False)[:10]:
        place = ".".join(map(str, fault["loc"])) or "body"
        name, value = (fault["loc"] or [""])[-1], repr(fault["input"]).removeprefix("b")[:40]
        send = "remove it" if fault["type"] == "extra_forbidden" else fault["msg"]
        if name in FEATURES:
            lowest, highest, unit = FEATURES[name]
            kind = "a whole number" if name in WHOLE else "a number"
            send = f"send {kind} from {lowest:g} to {highest:g} ({unit})"
        got = "it is missing" if fault["type"] == "missing" else f"{value} was sent"
        yield {"field": place, "value": value, "fix": f"{place}: {got}; {send}."}


async def body(request, form, settings):
    """Read a body within the limits and parse it: 408, 413, 422 say what to change."""
    data = bytearray()
    try:
        async with asyncio.timeout(settings.upload):
            async for chunk in request.stream():
                data += chunk
                if len(data) > settings.body:
                    raise HTTPException(413, f"The body is over {settings.body} bytes: send less.")
        return form.model_validate_json(bytes(data))
    except TimeoutError:
        raise HTTPException(408, f"No whole body within {settings.upload:g} s.") from None
    except ValidationError as error:
        raise HTTPException(422, list(complaint(error))) from None


class Measured:
    """ASGI middleware: counts and times every request, whatever becomes of it."""

    def __init__(self, app, metrics):
        """Wrap `app`; metrics: the collector registry of prometheus_client to add to."""
        self.app, own = app, {"registry": metrics}
        self.requests = Counter("jukebox_requests", "Requests", ["path", "code"], **own)
        own["buckets"] = BUCKETS
        self.seconds = Histogram("jukebox_request_seconds", "To answer", ["path"], **own)

    async def __call__(self, scope, receive, send):
        """Pass a request on and note its path (as declared, never as sent), status and time."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status, start = 500, time.perf_counter()

        async def note(message):
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            path = getattr(scope.get("route"), "path", "unknown")
            self.requests.labels(path, status).inc()
            self.seconds.labels(path).observe(time.perf_counter() - start)


def create_app(registry, settings=None):
    """Give the FastAPI application that serves a `Registry`'s champion."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app):
        rollout.log.thread.start()
        watch = asyncio.create_task(rollout.watch())
        yield
        watch.cancel()
        await run_in_threadpool(rollout.close)

    rollout = Rollout(registry, settings)
    # No /docs: its page loads scripts from elsewhere. The schema is at /openapi.json.
    app = FastAPI(title="Jukebox", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Measured, metrics=rollout.metrics)

    @app.exception_handler(Refused)
    async def refused(request, error):
        return JSONResponse({"detail": str(error)}, 409)

    @app.post("/predict", openapi_extra=schema(Batch))
    async def predict(request: Request):
        """Give the probability of each country for each track, and who says so."""
        batch = await body(request, Batch, settings)
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

    @app.get("/health/live")
    async def live():
        return {"live": True}

    @app.get("/health/ready")
    async def ready():
        loaded = rollout.serving.champion is not None
        return JSONResponse({"ready": loaded}, 200 if loaded else 503)

    @app.get("/metrics")
    async def metrics():
        return Response(generate_latest(rollout.metrics), media_type=CONTENT_TYPE_LATEST)

    def allow(*roles):
        def check(request: Request):
            given = request.headers.get("authorization", "").encode()
            role = None
            for name, token in settings.tokens.items():  # each is compared, in constant time
                role = name if hmac.compare_digest(f"Bearer {token}".encode(), given) else role
            if role in roles:
                return role
            where = request.url.path, request.client.host
            logger.warning("Admin call refused: %r from %s as %s", *where, role)
            if role:
                raise HTTPException(403, f"The {role} may not do this: {' or '.join(roles)} may.")
            raise HTTPException(
                401,
                f"Send 'Authorization: Bearer TOKEN' with the token of {' or '.join(roles)}; the "
                "service reads it from JUKEBOX_OPERATOR_TOKEN or JUKEBOX_AUDITOR_TOKEN at start.",
                {"WWW-Authenticate": "Bearer"},
            )

        return Depends(check)

    operator, auditor = allow("operator"), allow("auditor", "operator")

    @app.post("/admin/{action}", openapi_extra=schema(Order))
    async def decide(action: Action, request: Request, role: str = operator):
        """Take a decision, and serve by it at once."""
        order = await body(request, Order, settings)
        values = {"version": order.version, "why": f"{role}: {order.why}", "share": order.share}
        wanted = {"rollback": ["why"], "challenge": values}.get(action, ["version", "why"])
        await run_in_threadpool(
            getattr(registry, action), **{name: values[name] for name in wanted}
        )
        await run_in_threadpool(rollout.refresh)
        return registry.standing()._asdict()

    @app.get("/admin/lineage/{version}", dependencies=[auditor])
    def lineage(version: int):
        return registry.lineage(version)

    app.get("/admin/history", dependencies=[auditor])(registry.history)
    app.get("/admin/requests/{request_id}", dependencies=[auditor])(registry.answered)
    app.state.rollout = rollout
    return app
