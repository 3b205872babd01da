"""The page of the pipeline: its picture is the definition, and what its tables name is there."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from jukebox import PIPELINE, STEPS, TRIGGERS

from docs._ext.diagrams import mermaid_fences
from scripts.pipeline import PAGE, find_diagram, replace_diagram, write_diagram

TEXT = PAGE.read_text("utf-8")
EXAMPLES = Path("examples")
DEPLOY = EXAMPLES / "jukebox" / "deploy"
TOOLS = {"DVC": "dvc", "Kubeflow": "kubeflow", "Argo": "argo"}


def rows(head):
    """The rows of a table of the page, as lists of cells; `head` is the first cell of its head."""
    [table] = re.findall(rf"^\| {head} \|.+\n\|[-|]+\n((?:\|.+\n)+)", TEXT, re.M)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]


def named(cell):
    """What a cell names: as code, or as words with commas between."""
    return re.findall(r"`([\w/]+)`", cell) or re.findall(r"\w+", cell.removeprefix("in "))


def module(name):
    """The file of a module that a cell names by its room and itself."""
    return EXAMPLES / "jukebox" / f"{name}.py"


def renamed():
    """The definition with another name for the third step."""
    return [*PIPELINE[:2], PIPELINE[2]._replace(name="fit"), *PIPELINE[3:]]


def swapped():
    """The definition with two steps in the other order."""
    return [*PIPELINE[:3], PIPELINE[4], PIPELINE[3], *PIPELINE[5:]]


def test_the_picture_is_that_of_the_definition():
    """To the letter; else run `python -m scripts.pipeline`, then `nox -s diagrams`."""

    assert write_diagram() == find_diagram(TEXT)
    assert replace_diagram(TEXT) == TEXT


@pytest.mark.parametrize("other", [renamed, swapped])
def test_another_definition_is_another_picture(other):
    """One name is enough, or one place."""

    assert write_diagram(other()) != find_diagram(TEXT)


def test_the_picture_has_what_the_slide_leaves_out():
    """Data goes in, labels come later, and one trigger leads back; ten boxes at the most."""
    arrows = re.findall(r'^ +(\w+) -->(?:\|"[^"]+"\|)? ?(\w+)$', write_diagram(), re.M)
    names = [step.name for step in PIPELINE[1:]]
    first = names[0]

    assert {("code", first), ("data", first), ("labels", "monitor"), ("monitor", first)} < {*arrows}
    assert [*pairwise([*names, "monitor"])] == [pair for pair in arrows if pair[0] in names]
    assert len(TRIGGERS) == len([end for end in arrows if end[1] == first])
    assert len({name for pair in arrows for name in pair}) <= 10
    assert 1 == len(list(mermaid_fences(TEXT)))


def test_the_tools_table_has_the_steps_of_the_definition():
    """In their order; the start is no step of theirs."""

    assert [[name] for name in [*STEPS, "promote"]] == [named(row[0]) for row in rows("Jukebox")]


def plays(tool):
    """What each step of a tool does of Jukebox's, as the tool's own test says and holds it."""
    text = (EXAMPLES / "tools" / tool / f"test_{tool}.py").read_text("utf-8")
    [told] = [node.value for node in ast.parse(text).body
              if isinstance(node, ast.Assign) and node.targets[0].id == "PLAYS"]  # fmt: skip
    return ast.literal_eval(told)


def dvc():
    """The stages of Jukebox's `dvc.yaml`, each of which takes what one before it gives."""
    stages = yaml.safe_load((DEPLOY / "dvc.yaml").read_text("utf-8"))["stages"]
    given = set()
    for stage in stages.values():
        assert given.issuperset(stage.get("deps", ()))
        given |= set(stage.get("outs", ()))
    return list(stages)


def kubeflow():
    """The steps of the Kubeflow pipeline, in the order in which it calls them."""
    tree = ast.parse((DEPLOY / "kubeflow_pipeline.py").read_text("utf-8"))
    made = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    steps = [name for name, node in made.items() if "step" in map(ast.unparse, node.decorator_list)]
    calls = [node.func.id for node in ast.walk(made["pipeline"])
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") in steps]  # fmt: skip
    lines = ast.unparse(made["pipeline"])
    return sorted(calls, key=lambda name: lines.index(f"{name}("))


def argo():
    """The tasks of the Argo workflow, in the order in which it calls them."""
    tree = ast.parse((DEPLOY / "argo_workflow.py").read_text("utf-8"))
    [dag] = [node for node in ast.walk(tree) if isinstance(node, ast.With)
             and ast.unparse(node.items[0].context_expr).startswith("DAG")]  # fmt: skip
    body = "\n".join(map(ast.unparse, dag.body))
    assert "came >> trained >> judged" in body
    return re.findall(r"\b(generate|train|evaluate|promote)\(", body)


@pytest.mark.parametrize(
    ("column", "steps"), [("DVC", dvc), ("Kubeflow", kubeflow), ("Argo", argo)]
)
def test_a_tools_steps_are_jukeboxs_in_jukeboxs_order(column, steps):
    """The file, the tool's own test and the page say the same; none has the canary."""
    told, place = plays(TOOLS[column]), 1 + list(TOOLS).index(column)
    shown = {row[0]: row[place] for row in rows("Jukebox")}

    assert steps() == list(told)
    for name, cell in shown.items():
        assert [step for step in told if name in told[step]] == named(cell)
    firsts = [list(shown).index(played[0]) for played in told.values()]
    assert sorted(firsts) == firsts
    assert "–" == shown["canary"]  # noqa: RUF001 - the dash of tables


def test_the_commands_of_dvc_are_those_that_argos_test_types():
    """So each of them runs somewhere, even those that DVC's own test leaves out."""
    stages = yaml.safe_load((DEPLOY / "dvc.yaml").read_text("utf-8"))["stages"]
    words = [stage["cmd"].split()[:2] for stage in stages.values()]

    assert [["jukebox", name] for name in ("generate", "validate", "train", "evaluate", "promote")
            ] == words  # fmt: skip
    assert set(argo()) | {"validate"} == {name for _, name in words}


def test_nine_components_are_named_and_each_module_is_there():
    """A module that was renamed would leave a component that nobody plays."""
    table = rows("component, and what it does")
    modules = [named(row[1]) for row in table]

    assert 9 == len(table)
    assert [] == [name for names in modules for name in names if not module(name).exists()]
    assert ["source code repository: keeps all code"] == [
        row[0] for row in table if not named(row[1])
    ]


def test_the_components_are_those_of_the_source():
    """In its order; the page says in a few words what each does."""
    [said] = re.findall(
        r"^@misc\{kreuzberger2022components,\n  says = (.+)$",
        Path("docs/_data/references.bib").read_text("utf-8"),
        re.M,
    )
    source = [name.strip().lower() for name in re.findall(r"C\d ([\w /]+)\(P\d", said)]

    assert 9 == len(source)
    for name, row in zip(source, rows("component, and what it does"), strict=True):
        shown = re.sub(r"\{term\}`([^`]+)`", r"\1", row[0]).partition(":")[0].lower()
        assert shown in name
