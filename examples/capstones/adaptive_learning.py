"""Adaptive learning: an app for mathematics in class 8 that picks each pupil's next exercise.

The trap: the app picks what the pupil can probably do, so its log says little about what they can not.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from capstones.brief import Data

TOPICS = ("rational numbers", "linear equations", "squares and roots", "ratio and percent",
          "factorising", "quadrilaterals", "mensuration", "graphs")  # fmt: skip
PUPILS, EXERCISES, ANSWERED, ASKED = 140, 64, 20, 8
CAN = 0.88  # what the app wants a pupil's chance to be
FIRST = pd.Timestamp("2026-07-06 07:30")


def chance(ability: np.ndarray | float, difficulty: np.ndarray | float) -> np.ndarray:
    """Return the chance of a right answer."""
    return 1 / (1 + np.exp(np.asarray(difficulty) - ability))


def make(seed: int) -> Data:
    """Make the log of an app (2,800 answers), and a test on paper, of which only the teacher has the marks.

    `seconds` is the time from the exercise to the answer; about 1 in 50 is of a tablet that was left.
    `right` is 1 or 0. On paper each pupil got eight exercises that were drawn by lot (1,120 rows).
    """
    rng = np.random.default_rng(seed)
    difficulty = rng.permutation(np.linspace(-3.6, 3.2, EXERCISES))
    ability = rng.normal(0, 1.1, PUPILS)
    names = rng.permutation([f"S{n:03}" for n in range(PUPILS)])
    codes = np.array([f"X{n:02}" for n in rng.permutation(EXERCISES)])
    school = rng.choice(["Hill road", "Lake view", "Model school"], PUPILS)
    parts, sheets, marks = [], [], []
    for n in range(PUPILS):
        by_lot = rng.permutation(EXERCISES)
        paper, left = by_lot[:ASKED], by_lot[ASKED:]
        guess = ability[n] + rng.normal(0, 0.3)  # what the app believes, from the years before
        wanted = np.abs(chance(guess, difficulty[left]) - CAN) + rng.uniform(0, 0.05, len(left))
        done = rng.permutation(left[np.argsort(wanted)[:ANSWERED]])
        right = (rng.random(ANSWERED) < chance(ability[n], difficulty[done])).astype(int)
        seconds = rng.lognormal(3.6 + 0.25 * (difficulty[done] - ability[n]), 0.4).clip(4)
        days = np.sort(rng.integers(0, 60, ANSWERED))
        parts.append(
            pd.DataFrame(
                {
                    "pupil": names[n],
                    "exercise": codes[done],
                    "answered_at": FIRST
                    + pd.to_timedelta(days * 1440 + rng.integers(0, 800, ANSWERED), "min"),
                    "seconds": np.where(rng.random(ANSWERED) < 0.02, 3600, seconds).round(),
                    "right": right,
                }
            )
        )
        sheets.append(pd.DataFrame({"pupil": names[n], "exercise": codes[paper]}))
        marks.append((rng.random(ASKED) < chance(ability[n] + 0.1, difficulty[paper])).astype(int))
    answers = pd.concat(parts).sort_values(["answered_at", "pupil"], ignore_index=True)
    paper = pd.concat(sheets, ignore_index=True)
    paper.insert(0, "question", [f"Q{n:05}" for n in range(len(paper))])
    pupils = pd.DataFrame(
        {
            "pupil": names,
            "school": school,
            "section": rng.choice(["8A", "8B", "8 b"], PUPILS, p=[0.5, 0.4, 0.1]),
            "language": rng.choice(["Marathi", "Hindi", "English", None], PUPILS),
        }
    )
    exercises = pd.DataFrame({"exercise": codes, "topic": rng.choice(TOPICS, EXERCISES)})
    tables = {
        "pupils": pupils.sort_values("pupil", ignore_index=True),
        "exercises": exercises.sort_values("exercise", ignore_index=True),
        "log": answers,
        "paper": paper,
    }
    truth = paper[["question"]].assign(right=np.concatenate(marks))
    return Data(tables, {"marks": truth})


def trap(data: Data) -> dict[str, float]:
    """Return how often a model foretells an answer rightly: to exercises of the app, and by lot.

    It knows each pupil's and each exercise's share of right answers so far. The second figure is
    that of a guess, the same for all: that every answer is right.
    """
    log, paper = data.tables["log"], data.tables["paper"]
    half = len(log) // 2
    past = log[:half]
    shares = [past.groupby(key)["right"].mean() for key in ("pupil", "exercise")]

    def inputs(rows: pd.DataFrame) -> np.ndarray:
        """Return two shares of right answers (rows, 2)."""
        keys = ("pupil", "exercise")
        known = [rows[key].map(share) for key, share in zip(keys, shares, strict=True)]
        return np.column_stack([share.fillna(past["right"].mean()) for share in known])

    fresh = log[half:]
    model = LogisticRegression().fit(inputs(past), past["right"])
    marks = paper.merge(data.truth["marks"], on="question")["right"]
    return {
        "the model, on what the app picked": float(model.score(inputs(fresh), fresh["right"])),
        "always “right”, on the same answers": float(fresh["right"].mean()),
        "the model, on paper": float(model.score(inputs(paper), marks)),
    }
