"""From a thousand tracks to a million: the time and memory of each stage, and how they grow."""

import json
import subprocess
import sys

import numpy as np
import pytest

from .stages import TO

STAGES = ["simulate", "validate", "store", "features", "drift", "train", "predict", "gate", "score"]
SIZES = {  # (small, full)
    "tracks": ((200, 400, 1_600), (1_000, 10_000, 100_000, 1_000_000)),
    # Calls of functions are counted where seconds would be noise; what is quadratic within one
    # call, or calls nothing, shows at full size alone.
    "unit": ("calls", "cpu_s"),
}
GROWTH = 1.2  # the highest exponent; n log n has 1.08 from ten thousand to a million
LAST = 1.4  # the highest of the last tenfold alone: what begins to turn up shows there first


def exponent(of_size):
    """Return the slope of a line by least squares through the logarithms of {size: value}."""
    return float(np.polyfit(np.log(list(of_size)), np.log(list(of_size.values())), 1)[0])


def run_at(stage, sizes):
    """Return the sizes at which a stage is run."""
    return [n for n in sizes.tracks if n <= TO.get(stage, n)]


@pytest.fixture(scope="module")
def measured(sizes, figures):
    """Measure every stage at every size, and add the exponents."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.proofs.stages", sizes.unit, *map(str, sizes.tracks)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures |= json.loads(run.stdout)
    for stage in STAGES:
        # The three largest: below them, what every call costs tells.
        times = {n: figures[f"{stage}_{n}_{sizes.unit}"] for n in run_at(stage, sizes)[-3:]}
        figures[f"{stage}_time_exponent"] = round(exponent(times), 2)
        last = exponent({n: times[n] for n in [*times][-2:]})
        figures[f"{stage}_last_exponent"] = round(last, 2)
        if TO.get(stage) in times:  # as the last step grew, from the largest size that was run
            longer = times[TO[stage]] * 10 ** figures[f"{stage}_last_exponent"]
            figures[f"{stage}_million_minutes"] = round(longer / 60, 1)
    figures["highest_exponent"] = max(figures[f"{stage}_time_exponent"] for stage in STAGES)
    figures["peak_mb"] = max(value for name, value in figures.items() if name.endswith("_mb"))
    figures["cpu_s"] = round(sum(v for name, v in figures.items() if name.endswith("_cpu_s")), 1)
    return figures


@pytest.mark.parametrize("stage", STAGES)
def test_time_grows_about_as_the_tracks(measured, stage):
    """No stage takes more than n to the power of 1.2, and none turns up at the end."""

    assert measured[f"{stage}_time_exponent"] <= GROWTH
    assert measured[f"{stage}_last_exponent"] <= LAST


@pytest.mark.parametrize("stage", STAGES)
def test_every_size_was_run(measured, sizes, stage):
    """Nothing is a guess but what is called one."""
    ran = [n for n in sizes.tracks if f"{stage}_{n}_{sizes.unit}" in measured]

    assert ran == run_at(stage, sizes)
    assert all(measured[f"{stage}_{n}_{sizes.unit}"] > 0 for n in ran)


def test_memory_stays_within_a_laptop(measured):
    """A million tracks need less than 8 GB at their worst stage."""

    assert measured["peak_mb"] < 8_000


def test_a_stage_that_is_quadratic_is_noticed():
    """Time that grows with the square has the exponent 2; with n log n, little more than 1."""
    of = SIZES["tracks"][True]
    square = {n: 1e-9 * n**2 for n in of}
    sorting = {n: 1e-9 * n * np.log(n) for n in of[1:]}

    assert exponent(square) == pytest.approx(2)
    assert 1 < exponent(sorting) < GROWTH
