"""The command `generate`: simulated weeks arrive."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.remote import push_data
from jukebox.cli.terminal import DVC, FOLDER, HOME, print_pairs
from jukebox.loop.home import open_store

if TYPE_CHECKING:
    from jukebox.world.settings import DriftSettings


def parse_drifts(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> "list[DriftSettings]":
    """Turn each KIND:SHAPE:START:SIZE into the fields of a `Drift`."""
    try:
        parts = [value.split(":") for value in values]
        drifts: list[DriftSettings] = [
            {"kind": kind, "shape": shape, "start": int(start), "size": float(size)}
            for kind, shape, start, size in parts
        ]
        if drifts:
            from jukebox.world.simulation import Drift

            [Drift(**one) for one in drifts]
    except ValueError as error:
        hint = "write KIND:SHAPE:START:SIZE, as concept:sudden:30:1"
        # Python's own words on unpacking and converting help nobody here.
        why = "" if "unpack" in str(error) or "convert" in str(error) else f" ({error})"
        raise click.BadParameter(hint + why) from None
    return drifts


@click.command()
@click.option(
    "--weeks", metavar="N", type=click.IntRange(1), default=30, show_default=True, help="How many."
)
@click.option("--seed", metavar="N", type=click.IntRange(0), help="Of the world.  [default: 0]")
@click.option(
    "--tracks", metavar="N", type=click.IntRange(1), help="Released each week.  [default: 200]"
)
@click.option(
    "--dirt",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Share of rows that arrive with a fault.",
)
@click.option(
    "--drift",
    "drifts",
    metavar="KIND:SHAPE:START:SIZE",
    multiple=True,
    callback=parse_drifts,
    help="How the world changes: covariate, long, prevalence, label or concept; sudden, gradual or "
    "recurring; from which week; how much.",
)
@click.option("--to", type=FOLDER, help="Write the raw weeks as CSV here as well, to look at.")
@DVC
@HOME
def generate_command(
    weeks: int,
    seed: int | None,
    tracks: int | None,
    dirt: float,
    drifts: "list[DriftSettings]",
    to: Path | None,
    dvc_remote: str | None,
    home: Path,
) -> None:
    """Let simulated weeks of tracks and charts arrive.

    Each call goes on after the newest week. The data is invented: no track and no chart is real.
    """
    import numpy as np

    from jukebox.problem import LABEL_DELAY
    from jukebox.world.dirt import DIRT, dirty
    from jukebox.world.settings import extend_world
    from jukebox.world.simulation import Catalogue, Drift

    data = open_store(home, needed=False)
    first = 0 if data.week is None else data.week + 1
    settings = extend_world(home, seed, tracks, drifts, first)
    catalogue = Catalogue(
        settings["seed"], [Drift(**one) for one in settings["drifts"]], settings["tracks"]
    )
    rows = []
    for week in range(first, first + weeks):
        rng = np.random.default_rng([settings["seed"], week, 2])
        kinds = rng.choice(DIRT, rng.binomial(settings["tracks"], dirt))
        rates = {kind: (kinds == kind).sum() / settings["tracks"] for kind in DIRT}
        batch, _ = dirty(catalogue.week(week)[0], rng, rates)
        # What becomes known this week are the charts of the tracks of some weeks ago.
        charts = catalogue.week(week - LABEL_DELAY)[1] if week >= LABEL_DELAY else None
        if charts is not None:  # first: a week has arrived when its tracks have
            data.chart(week, charts)
        kept, quarantined = data.arrive(week, batch)
        if to:
            to.mkdir(parents=True, exist_ok=True)
            batch.to_csv(to / f"tracks-{week:04}.csv", index=False)
            if charts is not None:
                charts.to_csv(to / f"charts-{week:04}.csv", index=False)
        rows.append((len(batch), len(kept), len(quarantined), 0 if charts is None else len(charts)))
    totals = [f"{sum(column):,}" for column in zip(*rows, strict=True)]
    print_pairs(
        [
            ("home", str(home.absolute())),
            ("weeks", f"{first} to {first + weeks - 1}" if weeks > 1 else str(first)),
            *zip(("arrived", "kept", "quarantined", "charts known"), totals, strict=True),
            ("data version", data.freeze()),
        ]
    )
    if dvc_remote:
        push_data(home, dvc_remote)
