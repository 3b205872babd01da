"""Check and score a folder of tracks on Spark.

`python spark_batch.py model.onnx weeks out` runs it on this machine.
With `--master spark://host:7077` it runs on a cluster, whose workers need Jukebox in
their Python.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from jukebox import FEATURES, WHOLE, predict, session
from pyspark.sql import SparkSession
from pyspark.sql import functions as fn


def spark(master="local[*]"):
    """Return a Spark session;
    a local one uses this Python, and listens on this machine only."""
    if master.startswith("local"):
        os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    return (
        SparkSession.builder.master(master)
        .appName("jukebox")
        .config(map=quiet)
        .getOrCreate()
    )


def check(tracks):
    """Return the tracks with `wrong`: the names of the features
    that break their bounds.

    An empty cell breaks them, and so does a key of 3.5: `jukebox.data.checks.validate`
    has the same rules.
    """
    inside = {
        name: fn.col(name).between(f.lowest, f.highest) for name, f in FEATURES.items()
    }
    inside |= {
        name: inside[name] & (fn.col(name) % 1 == 0) for name in WHOLE if name in inside
    }
    names = (fn.when(ok.isNull() | ~ok, fn.lit(name)) for name, ok in inside.items())
    return tracks.withColumn("wrong", fn.array_compact(fn.array(*names)))


def violations(checked):
    """Return {feature: how many rows break its bounds}, where any row does."""
    counts = checked.select(fn.explode("wrong").alias("name")).groupBy("name").count()
    return dict(sorted(map(tuple, counts.collect())))


def score(checked, onnx):
    """Return the tracks within bounds with `probabilities` and the `model`'s digest."""
    model = checked.sparkSession.sparkContext.broadcast(onnx)  # once for each executor

    @fn.pandas_udf("array<float>")
    def probabilities(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        running = session(model.value)  # once for each partition, not for each batch
        for batch in batches:
            yield pd.Series(list(predict(running, batch)))

    digest = fn.lit(hashlib.sha256(onnx).hexdigest())
    answers = probabilities(fn.struct(*FEATURES))
    sound = checked.where(fn.size("wrong") == 0).drop("wrong")
    return sound.withColumns({"probabilities": answers, "model": digest})


def main():
    """Write `out/scored` and `out/quarantined`;
    print how many rows break which bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="an artefact of Jukebox")
    parser.add_argument("tracks", help="a folder of Parquet files")
    parser.add_argument("out", help="a folder that is not there yet")
    parser.add_argument("--master", default="local[*]", help="the cluster's address")
    given = parser.parse_args()
    engine = spark(given.master)
    engine.sparkContext.setLogLevel("ERROR")
    checked = check(engine.read.parquet(given.tracks))
    score(checked, given.model.read_bytes()).write.parquet(f"{given.out}/scored")
    checked.where(fn.size("wrong") > 0).write.parquet(f"{given.out}/quarantined")
    print(engine.read.parquet(f"{given.out}/scored").count(), "tracks scored")
    for name, rows in violations(checked).items():
        print(f"{rows} of {name} out of bounds")
    engine.stop()


if __name__ == "__main__":
    main()
