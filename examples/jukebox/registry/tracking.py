"""The tracking: a model as a finished run of MLflow, with its record and its artefact."""

import json
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

from jukebox.model.training import Model
from jukebox.problem import COUNTRIES
from jukebox.schema import FEATURES


def write_model(model: Model, folder: str | Path) -> None:
    """Write a model as an MLflow model, with its signature, into a folder that is not there yet."""
    from mlflow.models import ModelSignature
    from mlflow.onnx import save_model
    from mlflow.types import Schema, TensorSpec
    from onnx import load_model_from_string

    taken, given = (
        Schema([TensorSpec(np.dtype(np.float32), (-1, n))]) for n in (len(FEATURES), len(COUNTRIES))
    )
    save_model(
        load_model_from_string(model.onnx),
        folder,
        signature=ModelSignature(taken, given),
        # Spelled out, or MLflow would run the model in a new process to find out.
        pip_requirements=[f"{p}=={metadata.version(p)}" for p in ("numpy", "onnx", "onnxruntime")],
        save_as_external_data=False,  # one file, whose bytes have the digest
    )


def log_run(model: Model, folder: str | Path, uri: str | None = None) -> str:
    """Log a model as a finished run of MLflow in a folder, and return the run's id.

    The folder gets mlflow.db, unless `uri` is given, and the artefacts, unless that is a server's.
    """
    (folder := Path(folder).resolve()).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as files:
        write_model(model, Path(files, "model"))
        record = model.record.as_dict()
        Path(files, "record.json").write_text(json.dumps(record, indent=1), "utf-8")
        from mlflow import MlflowClient  # not start_run, which looks for git and the user's name

        client = MlflowClient(uri or f"sqlite:///{folder / 'mlflow.db'}")
        found = client.get_experiment_by_name("jukebox")
        place = None if (uri or "").startswith("http") else (folder / "artifacts").as_uri()
        experiment = found.experiment_id if found else client.create_experiment("jukebox", place)
        run = client.create_run(experiment, tags={"digest": model.digest}).info.run_id
        for name, value in record.items():
            if name not in ("metrics", "features", "countries"):  # the last two: the signature
                client.log_param(run, name, value)
        for name, value in model.record.metrics.items():
            client.log_metric(run, name, value)
        client.log_artifacts(run, files)
    client.set_terminated(run)
    return run
