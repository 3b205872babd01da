"""Serving: the champion's answers, one request or a whole period, and a log of every one."""

import json
import uuid

import pandas as pd
from fastapi import FastAPI, HTTPException

from own import registry, store
from own.checks import ROWS, Stop, check
from own.model import Model
from own.schema import ID, PERIOD, TIME
from own.score import shown
from own.store import HOME

LOG = HOME / "log"


def answer(model: Model, rows: pd.DataFrame) -> list[dict]:
    """Return an answer for each row, and write it to the log before anybody sees it."""
    answers = [
        {
            "request": uuid.uuid4().hex,
            "time": registry.now(),
            "version": model.version,
            "period": str(time.to_period(PERIOD)),
            "id": row_id,
            "prediction": round(prediction, 6),
        }
        for time, row_id, prediction in zip(rows[TIME], rows[ID], model.predict(rows), strict=True)
    ]
    LOG.mkdir(parents=True, exist_ok=True)
    with (LOG / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(one) + "\n" for one in answers))
    return answers


def ready() -> Model:
    """Return the champion, its bytes checked; raise Stop if there is none."""
    model = registry.champion()
    if model is None:
        raise Stop("no model is champion yet: register one")
    return model


def score(period: str) -> str:
    """Answer for all rows of a period at once, and return a line about it."""
    model, rows = ready(), store.rows_of(pd.Period(period, PERIOD))
    answers = answer(model, rows)
    mean = sum(one["prediction"] for one in answers) / len(answers)
    return f"{period}: {len(answers)} answers by {model.version}, on average {shown(mean)}"


def respond(model: Model, row: dict) -> dict:
    """Return the answer to a request: the id, the time and all features of one row, by name.

    Raises FastAPI's HTTPException with code 422 and the reason if the row breaks the schema.
    """
    try:
        kept, aside = check(pd.DataFrame([row]), ROWS)
    except Stop as wrong:
        raise HTTPException(422, str(wrong)) from None
    if len(aside):
        raise HTTPException(422, aside["reason"].iloc[0])
    return answer(model, kept)[0]


def create_app(model: Model) -> FastAPI:
    """Return the service, which answers with one model until it ends."""
    app = FastAPI(title="own")

    @app.post("/predict")
    def predict(row: dict) -> dict:
        """Answer for one row."""
        return respond(model, row)

    @app.get("/health")
    def health() -> dict:
        """Say which model answers."""
        return {"version": model.version}

    return app
