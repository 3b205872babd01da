"""The workflow comes back as it was written,
and each of its steps is a command that runs."""

import json
import os
import subprocess
from pathlib import Path
from runpy import run_path
from shutil import copy

import pytest
from hera.workflows import Workflow
from jukebox import STEPS, Registry

WORKFLOW = Path(__file__).parents[2] / "jukebox" / "deploy" / "argo_workflow.py"
# Which steps of Jukebox's own pipeline each task does; no task does the step `canary`.
PLAYS = {
    "generate": ["validate"],
    "train": ["train", "register"],
    "evaluate": ["gate"],
    "promote": ["promote"],
}


@pytest.fixture(autouse=True)
def workflow(here):
    """Copy the workflow into the example's folder."""
    copy(WORKFLOW, here)


@pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # MLflow's, of SQLAlchemy
def test_the_workflow_is_read_back_and_its_commands_run(typed, here):
    """No controller is here, so the test types each step's own words,
    in the order of the tasks."""
    assert typed("works.console") == [0, 0]

    made = Workflow.from_yaml((here / "workflow.yaml").read_text()).to_dict()["spec"]
    templates = {template["name"]: template for template in made["templates"]}
    pipeline = templates.pop(made["entrypoint"])
    assert made["arguments"]["parameters"] == [{"name": "weeks", "value": "12"}]

    said, home = {}, here / "home"
    for task in pipeline["dag"]["tasks"]:
        step = templates[task["template"]]["container"]
        assert step["env"] == [{"name": "JUKEBOX_HOME", "value": "/srv/jukebox"}]
        known = {"workflow.parameters.weeks": "12", "workflow.name": "jukebox-train-x"}
        for given in task.get("arguments", {}).get("parameters", []):
            assert (
                given["value"]
                == "{{=jsonpath(tasks.train.outputs.result, '$.version')}}"
            )
            known["inputs.parameters.version"] = str(
                json.loads(said["train"])["version"]
            )
        words = [*step["command"], *step["args"]]
        for name, value in known.items():
            words = [word.replace(f"{{{{{name}}}}}", value) for word in words]
        environment = os.environ | {"JUKEBOX_HOME": str(home)}
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
        said[task["name"]] = done.stdout
    assert list(said) == list(PLAYS)
    order = [*STEPS, "promote"]
    assert list(PLAYS) == sorted(PLAYS, key=lambda task: order.index(PLAYS[task][0]))
    assert set(order) - {"canary"} == {
        step for steps in PLAYS.values() for step in steps
    }
    lineage = Registry(home / "registry").lineage(1)
    assert lineage["history"][-1]["why"] == "the gate passed it in jukebox-train-x"


def test_what_a_hand_changed_in_the_file_is_refused(typed):
    """Hera refuses a number where a text belongs;
    a misspelt word it drops, and our check tells."""
    assert typed("fails.console") == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("template: train", "template: other", "train: no template other"),
        (
            "depends: train",
            "depends: other",
            "evaluate depends on other, which is no task",
        ),
        ("entrypoint: pipeline", "entrypoint: pipe", "entrypoint: no template pipe"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(here, right, wrong, said):
    """Hera reads all three without a word: a name is only a text to it."""
    file = here / "edited.yaml"
    file.write_text(
        run_path(str(WORKFLOW))["workflow"]().to_yaml().replace(right, wrong)
    )
    Workflow.from_yaml(file.read_text())

    with pytest.raises(ValueError, match=said):
        run_path(str(here / "read_back.py"))["main"](file)


def test_a_cycle_is_written_and_read_back_without_a_word(here, capsys):
    """The gate leads back to the first task;
    neither Hera nor our twenty lines look for a cycle."""
    text = WORKFLOW.read_text("utf-8").replace(">> judged\n", ">> judged >> came\n")
    (here / "edited.py").write_text(text)
    file = here / "edited.yaml"
    file.write_text(run_path(str(here / "edited.py"))["workflow"]().to_yaml())

    run_path(str(here / "read_back.py"))["main"](file)
    assert capsys.readouterr().out.startswith("generate after evaluate\n")
