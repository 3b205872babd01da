"""A TFX pipeline from a folder of CSV to a pushed model:
`pipeline.py TRACKS [SCHEMA]`."""

import sys
from pathlib import Path

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import v1 as tfx
from tfx.v1.orchestration.metadata import sqlite_metadata_connection_config

HERE = Path.cwd()


def components(tracks, schema=None):
    """Return the steps;
    schema: a file that somebody wrote, or none to have it inferred."""
    examples = tfx.components.CsvExampleGen(input_base=tracks)
    statistics = tfx.components.StatisticsGen(examples=examples.outputs["examples"])
    if schema:
        known = tfx.components.ImportSchemaGen(schema_file=schema)
    else:
        known = tfx.components.SchemaGen(statistics=statistics.outputs["statistics"])
    validator = tfx.components.ExampleValidator(
        statistics=statistics.outputs["statistics"], schema=known.outputs["schema"]
    )
    trainer = tfx.components.Trainer(
        run_fn="trainer.run_fn",
        examples=examples.outputs["examples"],
        schema=known.outputs["schema"],
        train_args=tfx.proto.TrainArgs(num_steps=300),
        eval_args=tfx.proto.EvalArgs(num_steps=1),
    )
    target = tfx.proto.PushDestination.Filesystem(base_directory=str(HERE / "pushed"))
    pusher = tfx.components.Pusher(
        model=trainer.outputs["model"],
        push_destination=tfx.proto.PushDestination(filesystem=target),
    )
    return [examples, statistics, known, validator, trainer, pusher]


def anomalies():
    """Return what ExampleValidator wrote down about the examples to train on, by
    column."""
    (file,) = HERE.glob("run/ExampleValidator/anomalies/*/Split-train/SchemaDiff.pb")
    found = anomalies_pb2.Anomalies.FromString(file.read_bytes()).anomaly_info
    return {name: info.short_description for name, info in found.items()}


if __name__ == "__main__":
    pipeline = tfx.dsl.Pipeline(
        pipeline_name="jukebox",
        pipeline_root=str(HERE / "run"),
        components=components(*sys.argv[1:]),
        metadata_connection_config=sqlite_metadata_connection_config(
            str(HERE / "run.db")
        ),
    )
    tfx.orchestration.LocalDagRunner().run(pipeline)
    print("anomalies:", anomalies() or "none")
    print("pushed models:", len([*HERE.glob("pushed/*/saved_model.pb")]))
