"""The tuning: the settings of a grid that do best on weeks before those of the test."""

from collections.abc import Callable, Sequence

import pandas as pd

from jukebox.data.versions import labels
from jukebox.model.features import matrix
from jukebox.model.training import Settings, fit, labelled_tracks, split
from jukebox.problem import average_precision

GRID = tuple(Settings(h, penalty) for h in [(), (16,)] for penalty in [1e-4, 1e-3, 1e-2])


def tune(
    tracks: pd.DataFrame,
    charts: pd.DataFrame,
    grid: Sequence[Settings] = GRID,
    seed: int = 0,
    progress: Callable[[int, int, Settings, float], None] = lambda done, of, settings, score: None,
) -> Settings:
    """Return the settings of the grid with the best average precision; the first, of equals.

    The newest weeks, on which the chosen model is judged later, are set aside first, and the
    weeks before them judge here: a model chosen on its own test weeks looks better than it is.
    progress: called as progress(done, of, settings, score) after each of the grid.
    """
    known, scores = labelled_tracks(tracks, charts), []
    for done, settings in enumerate(grid, 1):
        before, _ = split(known, labels(known, charts), settings.newest)
        older, newer = split(*before, settings.newest)
        fitted = fit(*older, settings, seed)
        scores.append(average_precision(newer[1], fitted.predict_proba(matrix(newer[0]))))
        progress(done, len(grid), settings, scores[-1])
    return grid[scores.index(max(scores))]
