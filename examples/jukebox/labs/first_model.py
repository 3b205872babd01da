"""Lab 1: from nothing to a champion, and one number that says whether it is worth having."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab
from jukebox.labs.lab import Lab

if TYPE_CHECKING:
    import pandas as pd

    from jukebox.model.training import Model

SURE = 10  # tracks of a country that a model is surest of


def count_sure_hits(
    model: "Model", tracks: "pd.DataFrame", charts: "pd.DataFrame"
) -> tuple[float, float]:
    """Return (found, by chance): of SURE tracks for a country, how many charted there, on average.

    `found` counts the tracks of which the `Model` was surest, `by chance` any others, of the weeks
    after those that it was fitted on.
    """
    import numpy as np

    from jukebox.data.versions import labels
    from jukebox.model.training import labelled_tracks, predict

    known = labelled_tracks(tracks, charts)
    newer = known.loc[known["released"] > model.record.fitted_weeks[1]]
    y, p = labels(newer, charts), predict(model.onnx, newer)
    surest = np.argsort(-p, axis=0, kind="stable")[:SURE]
    return float(np.take_along_axis(y, surest, 0).sum(0).mean()), float(SURE * y.mean())


def compare_with_chance(model: "Model", tracks: "pd.DataFrame", charts: "pd.DataFrame") -> str:
    """Return the two numbers of `count_sure_hits` in words."""
    found, chance = count_sure_hits(model, tracks, charts)
    return (
        f"of the {SURE} tracks to which it gave the highest probabilities in a country, {found:.1f} "
        f"charted there; of {SURE} picked blindly, {chance:.1f} would have"
    )


class FirstModel(Lab):
    """From nothing to a champion; all is for the reader to make."""

    title = "Your first model, set-up included"
    first = "jukebox doctor"

    def start(self, folder: Path) -> None:
        """Make nothing: all of it is for the reader to make."""

    def check(self, folder: Path) -> Iterator[str]:
        """Ask for a champion that is better than chance."""
        from jukebox.model.gate import gate

        data, models = open_lab(folder)
        champion = models.standing().champion
        if champion is None:
            yield "No version is the champion: ask the gate with jukebox evaluate 1, then promote one."
            return
        model, known = models.load(champion), data.read()
        if not gate(model, None, *known).passed:
            first, last = model.record.fitted_weeks
            weeks, passes = last - first + 1, model.record.as_dict()["settings"]["epochs"]
            yield (
                f"Version {champion} is the champion, and no better than chance: "
                f"{compare_with_chance(model, *known)}. You promoted what the gate refused. It has learnt from "
                f"{weeks} week{'s' * (weeks > 1)}, in {passes} pass{'es' * (passes > 1)}: let more "
                "arrive (jukebox generate --weeks 22), train again with the default settings (jukebox "
                "train), and promote what passes jukebox evaluate."
            )

    def conclude(self, folder: Path) -> str:
        """Say what the champion is worth."""
        data, models = open_lab(folder)
        return f"On average, {compare_with_chance(models.champion(), *data.read())}."

    def solve(self, folder: Path, hands: Hands) -> None:
        """Go the straight way."""
        hands.type("jukebox generate --weeks 30")
        hands.type("jukebox train")
        hands.type("jukebox evaluate 1")
        hands.type("jukebox promote 1 --why 'it is better than chance'")
