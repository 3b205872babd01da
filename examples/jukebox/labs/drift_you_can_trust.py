"""Lab 6: four alarms or none, and only one of them is a reason to train."""

import shutil
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.lab import Lab

if TYPE_CHECKING:
    from jukebox.watch.observation import Performance

PARTING_WEEK, NEWEST_WEEK = 14, 17  # weeks: since when the offices differ, and the newest
OFFICES = {  # what happens there: drifts of the world, and whether the newest batch is spoilt
    "east": ((), False),
    "north": (("covariate",), False),
    "south": ((), True),
    "west": (("concept",), False),
}
DECISIONS = ("leave", "return", "update")


def observe_office(home: Path) -> "tuple[Performance, list[str]]":
    """Return what `jukebox monitor` sees in an office, and the columns that moved there."""
    from jukebox.loop.home import open_registry, open_store
    from jukebox.watch.observation import observe

    seen = observe(open_store(home), open_registry(home, None))
    performance = seen["performance"]
    if performance is None:
        raise ValueError(
            f"In {home.name} nothing is known of the newest labelled week any more: jukebox lab "
            "reset 6."
        )
    return performance, [c for c, row in (seen["drift"] or {}).items() if row["verdict"] == "drift"]


def right_decision(performance: "Performance", moved: Sequence[str]) -> str:
    """Return what is to be done about what was seen: one of DECISIONS."""
    if performance["fell"]:
        return "update"
    return "return" if len(moved) == 1 else "leave"


def explain_decision(home: Path, said: str, performance: "Performance", moved: list[str]) -> str:
    """Explain by the figures why what was said of an office is not right."""
    from jukebox.loop.home import open_store

    names = " and ".join([", ".join(moved[:-1]), *moved[-1:]])
    names, week = names.removeprefix(" and ") or "no column", performance["week"]
    now, then = (
        "{slope:.3f} ({slope_low:.3f} to {slope_high:.3f})".format(**performance[which])
        for which in ("now", "promised")
    )
    score = f"has a calibration slope of {now} in week {week}, and had {then} in its test"
    wanted = right_decision(performance, moved)
    if wanted == "update":
        moves = f"{names} moved there, and yet" if not moved else f"{names} moved, and"
        return (
            f'{home.name} says "{said}": {moves} the model {score}. It is surely a worse judge '
            "than before, so tastes have changed and not the tracks. Only new labels teach it "
            "that: update."
        )
    if wanted == "return":
        tracks, _ = open_store(home).read()
        (column,) = moved
        middles = tracks.groupby("released")[column].median()
        return (
            f'{home.name} says "{said}": {names} moved and nothing else. Its median was '
            f"{middles.iloc[-2]:.0f} in week {middles.index[-2]} and is {middles.iloc[-1]:.0f} in week "
            f"{middles.index[-1]}. Music does not change so much in a week, so the numbers are wrong. "
            "A model that learns from them learns the fault: return the batch."
        )
    reason = (
        f"{names} moved together, as they do when another kind of music comes. The model {score}"
    )
    if not moved:
        reason = f"{names} moved, and the model {score}"
    end = {
        "update": "It is as good as before, so a training would gain nothing",
        "return": "The batch has no fault that its sender could repair",
    }[said]
    return f'{home.name} says "{said}": {reason}. {end}: leave it.'


class DriftYouCanTrust(Lab):
    """Four offices, in one of which a training helps."""

    title = "Drift you can trust"
    first = "jukebox monitor --home east"

    def start(self, folder: Path) -> None:
        """Give four offices the same model, and then four weeks in which their worlds go apart."""
        from jukebox.loop.home import open_registry, open_store
        from jukebox.model.training import train
        from jukebox.serving.rollout import answer_tracks
        from jukebox.world.scene import release
        from jukebox.world.simulation import Catalogue, Drift

        first, world = folder / "east", Catalogue(0)
        data, models = open_store(first, needed=False), open_registry(first, None)
        for week in range(PARTING_WEEK):
            release(data, week, world.week(week)[0], world)
        models.promote(
            models.register(train(*data.read())), "better than chance, in all four offices"
        )
        for office in OFFICES:
            if office != "east":
                shutil.copytree(first, folder / office)
        for office, (kinds, spoilt) in OFFICES.items():
            world = Catalogue(0, [Drift(kind, start=PARTING_WEEK) for kind in kinds])
            data, models = open_store(folder / office), open_registry(folder / office, None)
            for week in range(PARTING_WEEK, NEWEST_WEEK + 1):
                tracks, _ = world.week(week)
                if spoilt and week == NEWEST_WEEK:
                    tracks["tempo"] /= 2
                kept, _ = release(data, week, tracks, world)
                answer_tracks(models, kept)

    def check(self, folder: Path) -> Iterator[str]:
        """Hold the reader's answers against what the offices' own figures say."""
        try:
            answers = tomllib.loads((folder / "answers.toml").read_text("utf-8"))
        except FileNotFoundError:
            yield (
                "There is no answers.toml: look at each office with jukebox monitor --home east, and "
                f'write a line for each into it, as east = "leave" ({", ".join(DECISIONS)}).'
            )
            return
        except ValueError as error:
            yield f'answers.toml cannot be read ({error}): write lines as east = "leave".'
            return
        for office in OFFICES:
            if (said := answers.get(office)) not in DECISIONS:
                has = f"says {said!r}" if office in answers else "is missing"
                yield f"{office} {has} in answers.toml: give it one of {', '.join(DECISIONS)}."
                continue
            performance, moved = observe_office(folder / office)
            if said != right_decision(performance, moved):
                yield explain_decision(folder / office, said, performance, moved)

    def conclude(self, folder: Path) -> str:
        """Say what the four had in common."""
        moved = {office: bool(observe_office(folder / office)[1]) for office in OFFICES}
        return (
            f"Inputs moved in {sum(moved.values())} of {len(moved)} offices, and none of those needs a "
            "new model; the one that needs it has inputs that did not move."
        )

    def solve(self, folder: Path, hands: Hands) -> None:
        """Look at each, then decide."""
        for office in OFFICES:
            hands.type(f"jukebox monitor --home {office}", code=0 if office == "east" else 1)
        hands.write(
            "answers.toml", 'east = "leave"\nnorth = "leave"\nsouth = "return"\nwest = "update"\n'
        )
