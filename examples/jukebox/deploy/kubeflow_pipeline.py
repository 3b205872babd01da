"""Jukebox's training as a Kubeflow pipeline.

`python kubeflow_pipeline.py home` runs it here, and
`python kubeflow_pipeline.py --compile pipeline.yaml` writes what a cluster runs.
A step is a function whose source travels alone, so each imports what it calls:
Jukebox, in the step's image.
"""

import sys
from functools import partial

from kfp import compiler, dsl, local

step = partial(dsl.component, base_image="jukebox:0.1.0", install_kfp_package=False)


@step
def collect(seed: int, weeks: int, data: dsl.Output[dsl.Dataset]) -> str:
    """Let simulated weeks arrive;
    keep or quarantine each row, and give the data version."""
    import numpy as np
    from jukebox import LABEL_DELAY, Catalogue, Store, dirty

    catalogue, rng, store = (
        Catalogue(seed),
        np.random.default_rng(seed),
        Store(data.path),
    )
    for week in range(weeks):
        tracks, charts = catalogue.week(week)
        store.arrive(week, dirty(tracks, rng, {"missing": 0.01, "wrong_type": 0.01})[0])
        store.chart(week + LABEL_DELAY, charts)
    data.metadata["quarantined"] = len(store.quarantined_rows())
    return store.freeze()


@step
def train(
    data: dsl.Input[dsl.Dataset],
    version: str,
    model: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
):
    """Train on a version of the data, as a job of its own."""
    from jukebox.model import job

    job.run_training(job.INSTALLED, data.path, version, model.path, newest=4, seed=0)
    trained = job.read_model(model.path)
    model.metadata["digest"] = trained.digest
    for name, value in trained.record.metrics.items():
        metrics.log_metric(name, value)


@step
def judge(
    data: dsl.Input[dsl.Dataset], version: str, model: dsl.Input[dsl.Model], home: str
) -> str:
    """Ask the gate; a no fails the step, so nothing after it runs."""
    from jukebox import Registry, Store, gate
    from jukebox.model.job import read_model

    registry = Registry(home)
    champion = registry.standing().champion
    rival = registry.load(champion) if champion else None
    verdict = gate(read_model(model.path), rival, *Store(data.path).read(version))
    if not verdict.passed:
        raise SystemExit(f"refused: {'; '.join(verdict.reasons)}")
    return verdict.reasons[0]


@step
def promote(model: dsl.Input[dsl.Model], home: str, why: str) -> int:
    """Register the model and make it the champion; give its version."""
    from jukebox import Registry
    from jukebox.model.job import read_model

    registry = Registry(home)
    version = registry.register(read_model(model.path))
    registry.promote(version, why)
    return version


@dsl.pipeline(name="jukebox")
def pipeline(home: str, seed: int = 1, weeks: int = 12) -> int:
    """Data, model, verdict, champion.

    home: the registry's folder, on a volume that all mount.
    """
    came = collect(seed=seed, weeks=weeks)
    data = {"data": came.outputs["data"], "version": came.outputs["Output"]}
    model = train(**data).outputs["model"]
    # The registry changes between runs: a verdict from the cache would be yesterday's.
    verdict = judge(**data, model=model, home=home).set_caching_options(False)
    done = promote(model=model, home=home, why=verdict.output).set_caching_options(
        False
    )
    return done.output


if __name__ == "__main__":
    if sys.argv[1] == "--compile":
        compiler.Compiler().compile(pipeline, sys.argv[2])
    else:
        local.init(local.SubprocessRunner(use_venv=False), pipeline_root="runs")
        print(f"version {pipeline(home=sys.argv[1]).output} is the champion")
