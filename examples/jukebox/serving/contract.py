"""The contract: what each call of the service takes and answers, as its OpenAPI says it.

The service reads bodies and writes answers itself, for speed; a proof holds both against this.
"""

from typing import Annotated, Any, TypedDict

from fastapi import FastAPI
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from jukebox.problem import COUNTRIES
from jukebox.serving.bounds import Batch, Notification, Order

FORMS, PLACE = (Batch, Order, Notification), "#/components/schemas/{model}"
Probability = Annotated[float, Field(ge=0, le=1)]


class Prediction(BaseModel):
    """One track's answer: the probability of charting, by country code."""

    track_id: str | None
    probabilities: dict[str, Probability] = Field(
        min_length=len(COUNTRIES), max_length=len(COUNTRIES)
    )


class Answer(BaseModel):
    """The answer of POST /predict: who said it, and one prediction a track, in their order."""

    request_id: str
    model_version: int
    predictions: list[Prediction]


class Fault(BaseModel):
    """One fault of a request: where, what was sent, and what to send instead."""

    field: str
    value: str
    fix: str


class Problem(BaseModel):
    """Every answer that is no success: a sentence, or what is wrong field by field."""

    detail: str | list[Fault]


CODES = {
    401: "No token, or none that the service knows",
    403: "The token of another role",
    408: "The body took too long",
    409: "The registry refuses it; the sentence says why",
    413: "The body or the batch is over its limit",
    422: "What was sent does not fit",
    500: "The model failed; the reason is in the service's log",
    503: "No model is loaded, the prediction log is behind, or the registry cannot be used",
}


class RouteOptions(TypedDict, total=False):
    """Keywords of a route, as FastAPI has them: parts of an OpenAPI, which is JSON."""

    # As FastAPI takes both.
    responses: dict[int | str, dict[str, Any]]
    openapi_extra: dict[str, Any]  # as above


def contract(
    *codes: int, takes: type[BaseModel] | None = None, gives: type[BaseModel] | None = None
) -> RouteOptions:
    """Return the keywords of a route: the form it takes, what it gives, and the codes of a no."""
    options: RouteOptions = {
        "responses": {code: {"model": Problem, "description": CODES[code]} for code in codes}
    }
    if gives:
        options["responses"][200] = {"model": gives}
    if takes:
        form = {"schema": {"$ref": PLACE.format(model=takes.__name__)}}
        body = {"required": True, "content": {"application/json": form}}
        options["openapi_extra"] = {"requestBody": body}
    return options


def declare_forms(app: FastAPI) -> None:
    """Put the forms, which the service reads itself, into the OpenAPI of a FastAPI app."""
    _, forms = models_json_schema([(form, "validation") for form in FORMS], ref_template=PLACE)
    app.openapi()["components"]["schemas"] |= forms["$defs"]
