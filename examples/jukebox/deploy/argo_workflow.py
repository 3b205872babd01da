"""Jukebox's training as an Argo Workflow: `python argo_workflow.py > workflow.yaml`.

The steps are Jukebox's own commands in its image, on the volume that the service
mounts. A step that exits with 1 stops what depends on it; `jukebox evaluate` does so
when the gate says no.
"""

from hera.workflows import DAG, Container, Env, ExistingVolume, Parameter, Workflow
from hera.workflows.models import PodSecurityContext, TTLStrategy

HOME = "/srv/jukebox"
# What `jukebox train --json` printed; the controller looks into it
# when the step is done.
VERSION = "{{=jsonpath(tasks.train.outputs.result, '$.version')}}"
WHY = "the gate passed it in {{workflow.name}}"


def step(name, *words, inputs=()):
    """Return a template that runs `jukebox` with these words."""
    return Container(
        name=name,
        image="jukebox:0.1.0",
        command=["jukebox"],
        args=[*words],
        inputs=[Parameter(name=one) for one in inputs],
        env=[Env(name="JUKEBOX_HOME", value=HOME)],
        volumes=[
            ExistingVolume(name="home", claim_name="jukebox-home", mount_path=HOME)
        ],
    )


def workflow():
    """Return the workflow: new weeks, a model, the gate, the promotion."""
    with Workflow(
        generate_name="jukebox-train-",
        entrypoint="pipeline",
        arguments={"weeks": "12"},
        active_deadline_seconds=3600,
        # For a week; without this it would stay for ever.
        ttl_strategy=TTLStrategy(seconds_after_completion=604800),
        security_context=PodSecurityContext(run_as_non_root=True, fs_group=10001),
    ) as made:
        version = "{{inputs.parameters.version}}"
        weeks = "{{workflow.parameters.weeks}}"
        generate = step("generate", "generate", "--weeks", weeks)
        train = step("train", "train", "--seed", "0", "--json")
        evaluate = step("evaluate", "evaluate", version, inputs=["version"])
        promote = step("promote", "promote", version, "--why", WHY, inputs=["version"])
        with DAG(name="pipeline"):
            came, trained = generate(), train()
            judged = evaluate(arguments={"version": VERSION})
            came >> trained >> judged
            # After success only: `>>` alone would also go on after a skipped gate.
            judged.on_success(promote(arguments={"version": VERSION}))
    return made


if __name__ == "__main__":
    print(workflow().to_yaml(), end="")
