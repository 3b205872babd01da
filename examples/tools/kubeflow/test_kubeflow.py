"""The pipeline trains what Jukebox trains, and a no from the gate stops it."""

import json
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from shutil import copy
from subprocess import run

import pytest
import yaml
from jukebox import STEPS, Registry, Store, train
from jukebox.model.job import read_model

PIPELINE = Path(__file__).parents[2] / "jukebox" / "deploy" / "kubeflow_pipeline.py"
# Which steps of Jukebox's own pipeline each step here does; none does
# the step `canary`.
PLAYS = {
    "collect": ["validate"],
    "train": ["train"],
    "judge": ["gate"],
    "promote": ["register", "promote"],
}


@pytest.fixture(autouse=True)
def pipeline(here):
    """Copy the pipeline into the example's folder."""
    copy(PIPELINE, here)


@pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # MLflow's, of SQLAlchemy
def test_the_first_model_is_promoted_and_its_twin_is_refused(typed, here):
    """Four steps ran; the model is byte for byte what `train` gives;
    then the gate said no."""
    assert typed("works.console") == [0, 1]

    first, second = sorted(here.glob("runs/*"))
    assert {"collect", "train", "judge", "promote"} == {
        step.name for step in first.iterdir()
    }
    assert not (second / "promote").exists()

    store, model = (
        Store(first / "collect" / "data"),
        read_model(first / "train" / "model"),
    )
    [version] = store.versions()
    assert train(*store.read(version)).digest == model.digest
    assert Registry(here / "home").load(1).digest == model.digest

    said = json.loads((first / "train" / "executor_output.json").read_text())[
        "artifacts"
    ]
    assert said["metrics"]["artifacts"][0]["metadata"] == model.record.metrics


def test_the_compiled_pipeline_says_what_a_cluster_needs(typed, here):
    """Each step has its image, types and order;
    the two that ask the registry have no cache."""
    assert typed("compiles.console") == [0]

    spec = yaml.safe_load((here / "pipeline.yaml").read_text())
    tasks = spec["root"]["dag"]["tasks"]
    after = {name: task.get("dependentTasks", []) for name, task in tasks.items()}
    assert after["judge"] == ["collect", "train"]
    assert after["promote"] == ["judge", "train"]
    played = [
        step for name in TopologicalSorter(after).static_order() for step in PLAYS[name]
    ]
    assert played == [*(step for step in STEPS if step != "canary"), "promote"]
    assert {"judge", "promote"} == {
        name
        for name, task in tasks.items()
        if not task["cachingOptions"].get("enableCache")
    }
    model = spec["components"]["comp-judge"]["inputDefinitions"]["artifacts"]["model"]
    assert model["artifactType"]["schemaTitle"] == "system.Model"
    images = [
        step["container"]["image"]
        for step in spec["deploymentSpec"]["executors"].values()
    ]
    assert images == ["jukebox:0.1.0"] * 4


def test_a_name_from_outside_the_step_is_not_there(typed):
    """The module imported it, and only the function's own source travelled."""
    assert typed("fails.console") == [1]


def test_a_cycle_is_compiled_without_a_word(here, pipeline):
    """The last step leads back to the first. What a run makes of it differs from run to
    run: the local runner walks a protobuf map, whose order is not fixed, so it is not
    asked."""
    edited = here / "edited.py"
    last = "    return done.output\n"
    edited.write_text(
        PIPELINE.read_text("utf-8").replace(last, "    came.after(done)\n" + last)
    )
    compiled = run([sys.executable, edited, "--compile", "pipeline.yaml"], cwd=here)

    tasks = yaml.safe_load((here / "pipeline.yaml").read_text())["root"]["dag"]["tasks"]
    assert (compiled.returncode, tasks["collect"]["dependentTasks"]) == (0, ["promote"])


BRANCH = """\
from kfp import dsl, local

local.init(local.SubprocessRunner(use_venv=False), pipeline_root="runs")


@dsl.component
def toss() -> str:
    return "heads"


@dsl.component
def say(what: str) -> str:
    return what


@dsl.pipeline
def pipeline():
    fell = toss()
    with dsl.If(fell.output == "heads"):
        say(what="yes")
    with dsl.Else():
        say(what="no")


pipeline()
"""


def test_a_condition_is_read_on_this_machine(here):
    """Of two branches the right one runs;
    up to version 2.16.1 no condition was true here."""
    (here / "branch.py").write_text(BRANCH)
    run([sys.executable, "branch.py"], cwd=here, check=True)

    said = [
        json.loads(file.read_text())
        for file in here.glob("runs/*/say*/executor_output.json")
    ]
    assert [one["parameterValues"] for one in said] == [{"Output": "yes"}]
