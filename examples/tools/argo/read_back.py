"""Read a workflow as Hera's models do, then ask what those models do not:
`read_back.py FILE`."""

import sys
from pathlib import Path

import yaml
from hera.workflows import Workflow


def whole(before, after, path=""):
    """Raise ValueError for a field that is in the file and not in the model:
    Hera drops it."""
    if isinstance(before, dict):
        for name, value in before.items():
            if name not in after:
                raise ValueError(f"{path}.{name}: no such field in a Workflow")
            whole(value, after[name], f"{path}.{name}")
    elif isinstance(before, list):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            whole(one, other, f"{path}[{number}]")


def tasks(spec):
    """Return the tasks of the entry point; ValueError for a name that leads nowhere."""
    templates = {template["name"]: template for template in spec["templates"]}
    if spec["entrypoint"] not in templates:
        raise ValueError(f"entrypoint: no template {spec['entrypoint']}")
    found = {
        task["name"]: task for task in templates[spec["entrypoint"]]["dag"]["tasks"]
    }
    for name, task in found.items():
        if task["template"] not in templates:
            raise ValueError(f"{name}: no template {task['template']}")
        if task.get("depends", name).removesuffix(".Succeeded") not in found:
            raise ValueError(f"{name} depends on {task['depends']}, which is no task")
    return found


def main(path):
    """Print the tasks of a workflow and what each waits for."""
    text = Path(path).read_text("utf-8")
    model = Workflow.from_yaml(text)
    whole(yaml.safe_load(text), model.to_dict())
    for name, task in tasks(model.to_dict()["spec"]).items():
        print(name, "after", task.get("depends", "nothing"))


if __name__ == "__main__":
    main(sys.argv[1])
