"""The mini-capstone: an office of K.R.A.P. Records on a Monday, with three models that want to answer.

A team's number makes its office, the same on each machine. What happened there in week 14 or 17, one
of EVENTS, and which of the models are good, is for the team to find out; `envelope` tells.
"""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jukebox import Model, Registry
    from numpy import ndarray
    from pandas import DataFrame

MONDAY, WEEK = 1_772_438_400, 7 * 24 * 3600  # 2 March 2026, 08:00 UTC, and the seconds of a week
FIRST, SECOND, SINCE, NOW = 9, 11, 14, 17  # weeks: of both champions, of the change, the newest
LONG = 1_200_000  # milliseconds, from which on version 4 divides by zero
EVENTS = {
    "dance": (
        "In week 14 the office signed dance acts. The tracks changed, and the listeners did not: the "
        "champion is as good as before."
    ),
    "halved": (
        "In week 17 a supplier counted every second beat, so all tempos of that week are half of the "
        "true ones. Nothing else changed."
    ),
    "taste": (
        "In week 14 the listeners' tastes turned. The tracks look as before, and the champion's "
        "probabilities say hardly anything any more."
    ),
}
ANSWERS = {  # to the board's questions 2 and 3; the others have the same answer in each story
    "dance": (
        "Keep the tracks: energy, valence and tempo are others since week 14, and true.",
        "No new training: the slope is as in the test, so nothing became worse.",
    ),
    "halved": (
        "Send the tracks back: tempo alone moved, to half, in week 17.",
        "Not with these tracks, and nothing became worse: the slope is as in the test.",
    ),
    "taste": (
        "Keep the tracks: no column moved.",
        "Later: the slope fell to about 0 in week 14. A training of today learns from weeks 0 to 10, "
        "so none of the new taste; from week 21 on one can learn from week 14.",
    ),
}
NONE = " Or none, until one is better: since week 14 no version's slope is far from 0."
LETTERED = (
    "Version 1 gave the answer; it was the champion in weeks 9 and 10, and had learnt from weeks 0 to 2. "
    "Version 2 has answered since week 11. One track that did not chart proves nothing."
)
WHY = ("the first that passed the gate", "two more weeks of charts")
LETTER = """To: the team of Jukebox
From: the {office} office

In week {week} we asked you about track {track}. You gave it {chance:.0%} in {country}.
We paid for a campaign there, and the track did not chart.

Which model said so? Which data had it learnt from? Why was it allowed to
answer us? Does it still answer today?

The answer came with this request id:
{request}
"""
CLAIMS = """Average precision on the four newest weeks with charts, as the makers report it.
The champion, version 2, has {:.2f}.

"""
CANDIDATES = {  # what each maker says, and what the envelope says
    "leak": ("learnt from every week that has charts", "learnt from the weeks that test it"),
    "failing": (
        "learnt from six weeks more than the champion; it is as quick",
        "passes the gate, and fails on tracks of twenty minutes or more",
    ),
    "honest": (
        "learnt from six weeks more than the champion; two people read its code",
        "passes the gate, and answers long tracks, too",
    ),
}
OFFICES = ("Chennai", "Lisbon", "Pune", "Turin", "Kolkata", "Gdańsk")


def digest(team: int, of: str) -> str:
    """Return 32 characters that depend on a team's number and on a word."""
    return hashlib.sha256(f"{of} of team {team}".encode()).hexdigest()[:32]


def event(team: int) -> str:
    """Return which of EVENTS a team has: of the teams 1 to 3, of 4 to 6 and so on, each has another."""
    block, place = divmod(team - 1, len(EVENTS))
    return sorted(EVENTS, key=lambda name: digest(block, name))[place]


def candidates(team: int) -> dict[int, str]:
    """Return which of CANDIDATES has which version, 3 to 5: another order for another team."""
    return dict(enumerate(sorted(CANDIDATES, key=lambda name: digest(team, name)), 3))


def envelope(team: int) -> str:
    """Return what happened at a team's office, what the three models are, and the four answers."""
    what, versions = event(team), candidates(team)
    models = (f"Version {v} {CANDIDATES[name][1]}." for v, name in versions.items())
    right = next(f"Version {v}." for v, name in versions.items() if name == "honest")
    answers = (right + (NONE if what == "taste" else ""), *ANSWERS[what], LETTERED)
    numbered = (f"{number}. {answer}" for number, answer in enumerate(answers, 1))
    return "\n".join([EVENTS[what], *models, "", *numbered])


def start(folder: Path, team: int) -> None:
    """Fill a new folder with a team's office: data, five models, answers, a letter and the claims."""
    from jukebox import (
        Catalogue,
        Drift,
        Registry,
        Store,
        average_precision,
        labs,
        matrix,
        predict,
        train,
    )
    from jukebox.serving.rollout import answer_tracks
    from jukebox.world.scene import release
    from jukebox.world.settings import extend_world

    home, what = folder / ".jukebox", event(team)
    kind = {"dance": "covariate", "taste": "concept"}.get(what)
    drifts = [{"kind": kind, "shape": "sudden", "start": SINCE, "size": 1.0}] if kind else []
    extend_world(home, team, 200, drifts, 0)
    catalogue, clock = Catalogue(team, [Drift(**one) for one in drifts]), {"time": MONDAY}
    data = Store(home / "data")
    models = Registry(home / "registry", clock=lambda: clock["time"])
    champions = []
    for week in range(NOW + 1):
        tracks, charts = catalogue.week(week)
        if what == "halved" and week == NOW:
            tracks["tempo"] /= 2
        kept, _ = release(data, week, tracks, catalogue)
        clock["time"] = MONDAY + (week - FIRST) * WEEK
        if week in (FIRST, SECOND):
            champions.append(train(*data.read(data.freeze())))
            models.promote(models.register(champions[-1]), WHY[len(champions) - 1])
        if week == FIRST + 1:
            chances = predict(champions[0].onnx, matrix(kept))
            letter = complain(models, team, week, kept, charts, chances, clock["time"])
            (folder / "letter.txt").write_text(letter, "utf-8")
        elif week > SECOND:
            answer_tracks(models, kept)

    tracks, charts = data.read(data.freeze())
    new, (newer, y) = new_models(tracks, charts)
    told = CLAIMS.format(average_precision(y, predict(champions[1].onnx, newer)))
    for version, name in candidates(team).items():
        models.register(new[name])
        # `failing` has the same order as `honest`; it cannot be asked about all tracks.
        score = average_precision(
            y, predict(new["leak" if name == "leak" else "honest"].onnx, newer)
        )
        told += f"version {version}: {score:.2f}, {CANDIDATES[name][0]}\n"
    (folder / "claims.txt").write_text(told, "utf-8")
    (folder / "tracks.json").write_text(customers_tracks(tracks), "utf-8")
    for file in [Path(labs.__file__).with_name("files") / name for name in ("load.py", "ask.py")]:
        shutil.copy(file, folder)
    for file in Path(__file__).with_name("files").glob("*.py"):
        shutil.copy(file, folder)


def complain(
    models: "Registry",
    team: int,
    week: int,
    tracks: "DataFrame",
    charts: "DataFrame",
    chances: "ndarray",
    time: float,
) -> str:
    """Log the highest answer to a track that did not chart, and return a letter about it.

    tracks and charts: those of the week; chances: (tracks, countries), the champion's answers.
    """
    import numpy as np
    from jukebox import COUNTRIES, labels, matrix
    from jukebox.registry.log import LoggedAnswer

    missed = np.where(labels(tracks, charts), 0, chances)
    row, column = np.unravel_index(missed.argmax(), chances.shape)
    one, request = slice(row, row + 1), digest(team, "request")
    asked = time, list(tracks["track_id"].iloc[one]), matrix(tracks)[one], chances[one]
    models.log.add(LoggedAnswer(request, "champion", 1, *asked))
    return LETTER.format(
        office=OFFICES[team % len(OFFICES)],
        week=week,
        track=tracks["track_id"].iloc[row],
        chance=chances[row, column],
        country=COUNTRIES[column],
        request=request,
    )


def new_models(
    tracks: "DataFrame", charts: "DataFrame"
) -> tuple[dict[str, "Model"], tuple["ndarray", "ndarray"]]:
    """Return the models of CANDIDATES by name, and the features and labels of the four newest weeks."""
    import numpy as np
    from jukebox import (
        FEATURES,
        Model,
        Settings,
        export,
        fit,
        labelled_tracks,
        labels,
        predict,
        problem,
        split,
        train,
    )
    from jukebox.labs.nodes import Node, add_nodes

    honest, known = train(tracks, charts), labelled_tracks(tracks, charts)
    y = labels(known, charts)
    _, newest = split(known, y)
    settings = Settings(hidden=(64,), rate=1e-2, epochs=40)
    onnx = export(fit(known, y, settings, 0), {})  # the leak: of the weeks that test it, too
    measures = (problem.average_precision, problem.brier, problem.calibration_error)
    scores = {one.__name__: one(newest[1], predict(onnx, newest[0])) for one in measures}
    record = replace(
        honest.record,
        settings=settings,
        fitted_weeks=(int(known["released"].min()), int(known["released"].max())),
        metrics={**honest.record.metrics, **scores},
    )
    failing = add_nodes(
        honest,
        [
            Node("Gather", ["tracks", "column"], "duration", {"axis": 1}),
            Node("Less", ["duration", "long"], "short"),
            Node("Cast", ["short"], "one", {"to": 1}),  # to float32
            Node("Div", ["before", "one"], "probabilities"),
        ],
        column=np.array([list(FEATURES).index("duration_ms")]),
        long=np.float32([LONG]),
    )
    leak = Model(onnx, hashlib.sha256(onnx).hexdigest(), record)
    return {"leak": leak, "failing": failing, "honest": honest}, newest


def customers_tracks(tracks: "DataFrame") -> str:
    """Return twenty tracks as JSON, a third of them long, for those who ask as customers do."""
    from jukebox import FEATURES

    asked = tracks.loc[tracks["released"] == SINCE - 1, ["track_id", *FEATURES]].head(20)
    asked.loc[asked.index[::3], "duration_ms"] = 2 * LONG  # a partner's app asks about long mixes
    return asked.to_json(orient="records", indent=1)
