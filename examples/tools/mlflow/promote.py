"""Two models of Jukebox on an MLflow server:
registered, asked for by alias, and one promoted."""

import onnx
from jukebox import Catalogue, Registry, average_precision, labels, matrix, train
from mlflow import (
    MlflowClient,
    get_tracking_uri,
    log_metrics,
    log_params,
    pyfunc,
    start_run,
)
from mlflow.models import infer_signature
from mlflow.onnx import log_model


def logged(model, tracks):
    """Log a run, its settings, its scores and its artefact;
    return the version of it."""
    with start_run(tags={"digest": model.digest}):
        log_params(model.record.as_dict()["settings"])
        log_metrics(model.record.metrics)
        return log_model(
            onnx.load_model_from_string(model.onnx),
            name="model",
            registered_model_name="hits",
            signature=infer_signature(tracks),
            # Without these names, MLflow runs the model to find out what it imports.
            pip_requirements=["numpy", "onnx", "onnxruntime"],
            save_as_external_data=False,  # one file, whose bytes have the digest
        ).registered_model_version


def main():
    """Register two, promote the second,
    and say each time who answers to the same name."""
    catalogue, client = Catalogue(1), MlflowClient()
    tracks, charts = catalogue.weeks(range(16, 20))
    x, y = matrix(tracks), labels(tracks, charts)
    models = {
        "champion": train(*catalogue.weeks(range(8))),
        "challenger": train(*catalogue.weeks(range(16))),
    }
    for alias, model in models.items():
        client.set_registered_model_alias("hits", alias, logged(model, x))
    for event in ("registered", "promoted"):
        answer = pyfunc.load_model("models:/hits@champion").predict(x)["probabilities"]
        version = client.get_model_version_by_alias("hits", "champion").version
        print(f"{event}: version {version} answers, {average_precision(y, answer):.3f}")
        client.set_registered_model_alias("hits", "champion", "2")

    ours = Registry("home", get_tracking_uri())  # Jukebox on the same server
    for model in models.values():
        ours.promote(ours.register(model), "better on weeks 16 to 19")
    ours.rollback("too slow on Friday night")
    done = [f"{row.action} {row.version}" for row in ours.history()]
    print("Jukebox:", ", ".join(done))


if __name__ == "__main__":
    main()
