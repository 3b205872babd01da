"""The monitor: was the model right, now that labels have come, and as right as it was tested?"""

import math

import numpy as np
import pandas as pd

from own import registry, store
from own.schema import ID, LABEL, PERIOD
from own.score import interval, loss
from own.store import HOME

FEWEST = 100  # labelled answers of a period, below which it says nothing


def fell(tested: list[float], now: tuple[float, float, float]) -> bool:
    """Say whether the loss is surely higher than it was tested.

    Both are a mean with its interval. Of two means that differ by luck, the difference has an
    interval too: its half is the root of the sum of their squared halves.
    """
    by_luck = math.hypot(tested[2] - tested[0], now[0] - now[1])
    return now[0] - tested[0] > by_luck


def monitor() -> pd.DataFrame:
    """Return one row a period and version: answers, labels, losses and a `verdict`.

    Who was asked about twice counts once, with the first answer: that is what was acted on.
    """
    file = HOME / "log" / "answers.jsonl"
    log = pd.read_json(file, lines=True, dtype={"id": str}) if file.exists() else pd.DataFrame()
    table = []
    for (name, version), answers in log.groupby(["period", "version"]) if len(log) else []:
        answers = answers.drop_duplicates("id").rename(columns={"id": ID})
        both = answers.merge(store.labels_of(pd.Period(name, PERIOD)), on=ID)
        record, row = registry.load(version).record, [name, version, len(answers), len(both)]
        if len(both) < FEWEST:
            table.append([*row, math.nan, math.nan, "too few labels yet"])
            continue
        now = interval(loss(both[LABEL], both["prediction"]), both[ID])
        simple = loss(both[LABEL], np.full(len(both), record["baseline"])).mean()
        verdict = "worse than tested" if fell(record["loss"], now) else "as tested"
        table.append([*row, now[0], simple, verdict])
    names = ["period", "version", "answers", "labels", "loss", "baseline", "verdict"]
    return pd.DataFrame(table, columns=names).sort_values(["period", "version"])
