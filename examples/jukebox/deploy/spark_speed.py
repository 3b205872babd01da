"""Time the same job on Spark and in one process:
`python spark_speed.py [rows ...]` prints JSON."""

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pandas as pd
from jukebox import FEATURES, Catalogue, predict, session, train, validate
from spark_batch import check, score, spark

FILES, ROUNDS = 10, 3


def alone(source, onnx, out):
    """Check, score and write file by file, in this process."""
    running = session(onnx)
    for number, file in enumerate(sorted(source.glob("*.parquet"))):
        tracks, _ = validate(pd.read_parquet(file))
        answers = tracks.assign(probabilities=list(predict(running, tracks)))
        answers.to_parquet(out / f"{number}.parquet", index=False)


def timed(job, *arguments):
    """Return the wall seconds of a call."""
    start = time.perf_counter()
    job(*arguments)
    return time.perf_counter() - start


def side_by_side(*jobs):
    """Return the median wall seconds of each job, of ROUNDS in turns."""
    rounds = [[timed(*job) for job in jobs] for _ in range(ROUNDS)]
    return map(median, zip(*rounds, strict=True))


def main(sizes):
    """Print rows a second of both for each size,
    and what Spark's start and first job take."""
    onnx, figures = train(*Catalogue(seed=1).weeks(range(20))).onnx, {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (1_000, *sizes):  # the first is there to warm up
            source, out = Path(folder, f"in-{size}"), Path(folder, f"out-{size}")
            source.mkdir(), out.mkdir()
            catalogue = Catalogue(seed=1, tracks_a_week=size // FILES)
            for week in range(FILES):
                tracks = catalogue.week(week)[0].astype(dict.fromkeys(FEATURES, float))
                tracks.to_parquet(source / f"{week}.parquet", index=False)

        def on_spark(size):
            checked = check(spark().read.parquet(f"{folder}/in-{size}"))
            score(checked, onnx).write.parquet(f"{folder}/spark-{size}", "overwrite")

        figures["start_s"] = round(timed(on_spark, 1_000), 1)
        for size in sizes:
            mine = (
                alone,
                Path(folder, f"in-{size}"),
                onnx,
                Path(folder, f"out-{size}"),
            )
            there, here = side_by_side((on_spark, size), mine)
            figures[f"spark_{size}_rows_s"] = round(size / there)
            figures[f"alone_{size}_rows_s"] = round(size / here)
            figures[f"times_{size}"] = round(there / here, 1)
        spark().stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
