"""The admin calls: decisions about models, alerts and the audit. Each needs the token of a role."""

import hmac
import logging
import os
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from jukebox.registry.alerts import ReceivedAlert, SentAlert
from jukebox.registry.history import Action, Decision
from jukebox.registry.models import Lineage, Registry, TracedAnswer
from jukebox.serving.bounds import Notification, Order, RequestLimits, read_body
from jukebox.serving.contract import contract
from jukebox.serving.rollout import Rollout

logger = logging.getLogger(__name__)


def read_tokens() -> dict[str, str]:
    """Give the admin tokens by role, from JUKEBOX_OPERATOR_TOKEN and JUKEBOX_AUDITOR_TOKEN."""
    found = {r: os.environ.get(f"JUKEBOX_{r.upper()}_TOKEN") for r in ("operator", "auditor")}
    for role, token in found.items():
        if token and len(token) < 16:
            raise ValueError(f"The {role}'s token has under 16 characters: openssl rand -hex 32")
    return {role: token for role, token in found.items() if token}


def router(
    registry: Registry, rollout: Rollout, limits: RequestLimits, tokens: Mapping[str, str]
) -> APIRouter:
    """Give the routes below /admin, for the tokens by role."""
    admin = APIRouter(prefix="/admin")

    scheme = Depends(HTTPBearer(auto_error=False, description="Of the operator or the auditor"))

    def allow(*roles: str) -> Dependency:
        def check(
            request: Request, declared: Annotated[HTTPAuthorizationCredentials | None, scheme]
        ) -> str:
            given = request.headers.get("authorization", "").encode()
            role = None
            for name, token in tokens.items():  # each is compared, in constant time
                role = name if hmac.compare_digest(f"Bearer {token}".encode(), given) else role
            if role in roles:
                return role
            where = request.url.path, request.client and request.client.host
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
    audit = contract(401, 403, 409, 422, 503)
    taking = contract(401, 403, 408, 413, 422, 503, takes=Notification)
    deciding = contract(401, 403, 408, 409, 413, 422, 503, takes=Order)

    # Without `response_model`, FastAPI would check and publish what a function says it gives.

    @admin.post("/alerts", dependencies=[operator], response_model=None, **taking)
    async def alert(request: Request) -> dict[str, int]:
        """Write down what Alertmanager sends. It decides nothing: only labels tell of a fall."""
        try:
            sent = await read_body(request, Notification, limits)
        except HTTPException as error:
            logger.warning("Alerts refused: %s %s", error.status_code, error.detail)
            raise
        alerts = [
            SentAlert(a.status, a.startsAt.timestamp(), a.labels.model_dump(), a.annotations)
            for a in sent.alerts
        ]
        return {
            "received": len(alerts),
            "new": await run_in_threadpool(registry.alerts.add, alerts),
        }

    @admin.post("/{action}", response_model=None, **deciding)
    async def decide(
        action: Action, request: Request, role: Annotated[str, operator]
    ) -> dict[str, Any]:  # the fields of a `Standing`
        """Take a decision, and serve by it at once."""
        order = await read_body(request, Order, limits)
        values = {"version": order.version, "why": f"{role}: {order.why}", "share": order.share}
        wanted = {"rollback": ["why"], "challenge": values}.get(action, ["version", "why"])
        await run_in_threadpool(
            getattr(registry, action), **{name: values[name] for name in wanted}
        )
        await run_in_threadpool(rollout.refresh)
        return registry.standing()._asdict()

    @admin.get("/lineage/{version}", dependencies=[auditor], response_model=None, **audit)
    def lineage(version: int) -> Lineage:
        return registry.lineage(version)

    @admin.get("/alerts", dependencies=[auditor], response_model=None, **audit)
    def alerts() -> list[ReceivedAlert]:
        """Give all alerts, oldest first: dicts of id, time, status, starts, labels, annotations."""
        return registry.alerts.read()

    @admin.get("/history", dependencies=[auditor], response_model=None, **audit)
    def history() -> list[Decision]:
        """Give all decisions, oldest first: dicts of id, time, action, version, share, why."""
        return registry.history()

    @admin.get("/requests/{request_id}", dependencies=[auditor], response_model=None, **audit)
    def answered(request_id: str) -> TracedAnswer:
        return registry.trace_answer(request_id)

    return admin
