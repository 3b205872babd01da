"""The admin calls: decisions about models, alerts and the audit. Each needs the token of a role."""

import hmac
import logging
import os
from typing import Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from jukebox.serving.bounds import Notification, Order, body
from jukebox.serving.contract import contract

logger = logging.getLogger(__name__)

Action = Literal["challenge", "withdraw", "promote", "rollback", "retire"]


def tokens():
    """Give the admin tokens by role, from JUKEBOX_OPERATOR_TOKEN and JUKEBOX_AUDITOR_TOKEN."""
    found = {r: os.environ.get(f"JUKEBOX_{r.upper()}_TOKEN") for r in ("operator", "auditor")}
    for role, token in found.items():
        if token and len(token) < 16:
            raise ValueError(f"The {role}'s token has under 16 characters: openssl rand -hex 32")
    return {role: token for role, token in found.items() if token}


def router(registry, rollout, settings):
    """Give the routes below /admin, for the tokens of `settings`."""
    admin = APIRouter(prefix="/admin")

    scheme = Depends(HTTPBearer(auto_error=False, description="Of the operator or the auditor"))

    def allow(*roles):
        def check(request: Request, declared=scheme):
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
    audit = {"dependencies": [auditor], **contract(401, 403, 409, 422, 503)}
    alerts = contract(401, 403, 408, 413, 422, 503, takes=Notification)

    @admin.post("/alerts", dependencies=[operator], **alerts)
    async def alert(request: Request):
        """Write down what Alertmanager sends. It decides nothing: only labels tell of a fall."""
        try:
            sent = await body(request, Notification, settings)
        except HTTPException as error:
            logger.warning("Alerts refused: %s %s", error.status_code, error.detail)
            raise
        rows = [
            (a.status, a.startsAt.timestamp(), a.labels.model_dump(), a.annotations)
            for a in sent.alerts
        ]
        return {"received": len(rows), "new": await run_in_threadpool(registry.past.alert, rows)}

    @admin.post("/{action}", **contract(401, 403, 408, 409, 413, 422, 503, takes=Order))
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

    @admin.get("/lineage/{version}", **audit)
    def lineage(version: int):
        return registry.lineage(version)

    admin.get("/alerts", **audit)(registry.past.alerts)
    admin.get("/history", **audit)(registry.history)

    @admin.get("/requests/{request_id}", **audit)
    def answered(request_id: str):
        return registry.answered(request_id)

    return admin
