"""The workflow that trains a model: its stages are found, their order too, and its steps run."""

from pathlib import Path

import pytest
import yaml

from examples.levels.ci.stages import lacks
from tests.terminal import Terminal

CI = Path("examples/levels/ci")
SERVICE, MODEL = (Path(CI, f"{name}.yml").read_text("utf-8") for name in ("service", "model"))

FAULTS = {
    "a gate that nobody waits for": ("needs: model", "needs: test", "`promote` does not wait for"),
    "a check of the data that is gone": (
        "      - run: jukebox validate\n",
        "",
        "nothing checks the data",
    ),
    "a gate that is only spoken of": (
        "run: jukebox evaluate",
        "run: echo jukebox evaluate",
        "gate",
    ),
    "a gate that is overruled": ('evaluate "$VERSION"', 'evaluate "$VERSION" || true', "gate"),
    "a gate that may fail": (
        "- run: jukebox evaluate",
        "- continue-on-error: true\n        run: jukebox evaluate",
        "gate",
    ),
    "no clock": ("schedule", "pull_request", "it starts only when somebody commits"),
    "nobody who watches": ("jukebox monitor", "jukebox status", "nothing looks at outcomes"),
}


def test_a_service_lacks_five_stages_and_a_clock():
    """The file that is right for a service."""

    assert 6 == len(lacks(SERVICE))


def test_the_extended_file_lacks_nothing_and_keeps_every_job_of_the_service():
    """What is added takes nothing away."""
    before, after = (yaml.safe_load(text)["jobs"] for text in (SERVICE, MODEL))

    assert [] == lacks(MODEL)
    assert before == {name: after[name] for name in before}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stage_that_is_taken_away_is_missed(fault):
    """One change each, in the file that passes."""
    old, new, expected = FAULTS[fault]

    assert old in MODEL
    assert any(expected in found for found in lacks(MODEL.replace(old, new)))


def test_each_job_that_promotes_has_to_wait():
    """A second way into service is not hidden by the first."""
    file = yaml.safe_load(MODEL)
    file["jobs"]["hurry"] = {"needs": "test", "steps": [{"run": "jukebox promote 2 --why hurry"}]}

    assert ["`promote` does not wait for `evaluate`"] == lacks(yaml.safe_dump(file))


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_within_a_job_counts(backwards):
    """The gate is asked after the training."""
    steps = [{"run": "jukebox train"}, {"run": "jukebox evaluate 1"}]
    file = {"on": "schedule", "jobs": {"a": {"steps": steps[::-1] if backwards else steps}}}

    assert backwards == ("`evaluate` does not wait for `train`" in lacks(yaml.safe_dump(file)))


@pytest.mark.parametrize("text", ["", "on: push", "- a", "jobs: {}"])
def test_what_is_no_workflow_is_refused_with_a_sentence(text):
    """And with what to do."""
    with pytest.raises(ValueError) as error:
        lacks(text)

    assert "Give the file with the jobs" in str(error.value)


def steps(terminal, name):
    """Run the steps of a job as a runner does, until one fails; give the exit codes."""
    codes, outputs = [], {}
    for step in yaml.safe_load(MODEL)["jobs"][name]["steps"]:
        given = Path(terminal.folder, "outputs")
        terminal.environment["GITHUB_OUTPUT"] = str(given)
        for variable in step.get("env", {}):
            terminal.environment[variable] = outputs["version"]
        codes.append(terminal.run(["bash", "-e", "-c", step["run"]], terminal.folder)[0])
        if given.exists():
            outputs |= dict(line.split("=") for line in given.read_text().split())
        if codes[-1]:
            break
    return codes


@pytest.mark.whole
def test_the_steps_of_the_model_run_and_stop_at_bad_rows():
    """A clean week trains and asks the gate; a dirty one ends at the first step."""
    terminal = Terminal()
    try:
        terminal.environment["JUKEBOX_HOME"] = str(terminal.folder / "home")
        terminal.type("jukebox generate --weeks 12 --tracks 50")
        clean = steps(terminal, "model")
        terminal.type("jukebox generate --weeks 1 --tracks 50 --dirt 0.4")
        dirty = steps(terminal, "model")
    finally:
        terminal.close()

    assert ([0, 0, 0], [1]) == (clean, dirty)
