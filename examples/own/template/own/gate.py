"""The gate: may this model replace the one that answers now?

To be ahead on the test is not enough, since of two equal models one is always ahead. A model has to
be ahead in nearly all the tests that might as well have been drawn. See `score.interval`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from own import store
from own.model import Model
from own.schema import DELAY, ID, LABEL, PERIOD
from own.score import interval, loss, shown
from own.train import split


@dataclass(frozen=True)
class Verdict:
    """Whether a model passed, and one line a rival: the mean lead in loss, and its interval."""

    passed: bool
    lines: tuple[str, ...]


def judge(model: Model, champion: Model | None) -> Verdict:
    """Return the verdict on a model, on the newest labelled rows, which it must not have seen.

    champion: the model to beat, besides the baseline; None if there is none yet.
    """
    _, newest = split(store.labelled())
    first, last = newest["period"].min(), pd.Period(model.record["fitted"][1], PERIOD)
    if last + DELAY > first:
        return Verdict(False, (f"leak: it learnt from {last}, and the test begins with {first}",))
    truth, ours = newest[LABEL].to_numpy(), model.predict(newest)
    if not np.isfinite(ours).all():
        return Verdict(False, ("some of its answers are no numbers",))
    rivals = {"the baseline": np.full(len(newest), model.record["baseline"])}
    if champion:
        rivals["the champion"] = champion.predict(newest)
    passed, lines = True, []
    for name, theirs in rivals.items():
        lead, low, high = interval(loss(truth, theirs) - loss(truth, ours), newest[ID])
        sure = low > 0
        passed = passed and sure
        word = "better" if sure else "not surely better"
        lines.append(f"{word} than {name}: lead {shown(lead)} ({shown(low)} to {shown(high)})")
    return Verdict(passed, tuple(lines))
