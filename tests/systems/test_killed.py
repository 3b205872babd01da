"""A loop that is killed at every point of its work ends as if it had not been."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jukebox import Journal
from jukebox.loop.events import read_runs
from jukebox.loop.journal import lost_triggers

from tests.jukebox.loops import Home
from tests.jukebox.test_loop import aliases

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


@pytest.fixture(scope="module")
def killed(reigned, tmp_path_factory):
    """Four stories, each told once in peace and once with a kill at every point: see killed.py."""
    folder = tmp_path_factory.mktemp("killed")
    stories = ("promoted", "withdrawn", "unasked", "former")
    for name in ["warm", *(f"{story}/{way}" for story in stories for way in ("peace", "kills"))]:
        home = reigned.copy(folder / name)
        home.registry.promote(1, "by hand")
        if "former" not in name:
            home.registry.retire(2, "by hand")
            home.commit("better")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.systems.killed", str(folder)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stderr
    return folder, json.loads(done.stdout)


needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no fork: kills and races are not tried"
)


@needs_fork
@pytest.mark.parametrize(
    ("story", "ending", "champion", "least"),
    [
        ("promoted", "promoted", 3, 24),
        ("withdrawn", "rolled back", 1, 4),
        ("unasked", "refused", 1, 5),
        ("former", "rolled back", 2, 5),
    ],
)
def test_a_loop_that_is_killed_at_every_point_ends_as_if_it_were_not(
    killed, story, ending, champion, least
):
    """Before and after each write, and in the middle of each effect: the same end, once."""
    folder, told = killed
    peace, kills = (Home(folder / story / name) for name in ("peace", "kills"))
    found, expected = (read_runs(home.events()) for home in (kills, peace))
    names = [[event.name for event in of[3].events] for of in (found, expected)]

    assert told[story]["kills"] >= least
    assert (ending, names[1]) == (found[3].ending, names[0])
    assert expected[3].end.why == found[3].end.why
    assert expected[3].end.figures.triggers == found[3].end.figures.triggers
    assert [] == lost_triggers(kills.events())
    assert ([1, 2, 3], 1) == (
        list(found),
        names[0].count("start"),
    )
    assert told[story]["trained"] == (story != "former")
    actions = [[(r.action, r.version) for r in h.registry.history()] for h in (peace, kills)]
    assert actions[0] == actions[1]
    assert {"champion": champion} == aliases(kills) == aliases(peace)


@needs_fork
def test_two_processes_that_fire_the_same_trigger_write_it_once(killed):
    """Fifty causes, both at once."""
    folder, told = killed
    causes = [e.figures.cause for e in Journal(folder / "race.db").events()]

    assert (50, 50, 50) == (sum(told["race"]), len(causes), len(set(causes)))
