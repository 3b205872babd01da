"""Log a training of Jukebox with no account and no network,
and read the run's file back."""

import os
import sys
from pathlib import Path

import wandb
from jukebox import Catalogue, Settings, train
from reader import read


def main():
    """Log four trainings as the steps of one run,
    and compare the file with what was logged."""
    os.environ.setdefault("WANDB_MODE", "offline")
    wandb.setup(
        wandb.Settings(root_dir=".", console="off", silent=True, disable_git=True)
    )
    weeks, logged = Catalogue(1).weeks(range(12)), []
    with wandb.init(project="jukebox", config={"weeks": 12}) as run:
        for epochs in (1, 2, 4, 8):
            metrics = train(*weeks, Settings(epochs=epochs)).record.metrics
            logged.append({"epochs": epochs, "score": metrics["average_precision"]})
            run.log(logged[-1])
    # The process that writes the file ends: only now is the file whole.
    wandb.teardown()

    config, history = read(next(Path("wandb").glob("offline-run-*/*.wandb")))
    for step in history:
        print(f"{step['epochs']} epochs  average precision {step['score']:.3f}")
    same = config == {"weeks": 12} and history == logged
    print(len(history), "steps, as logged:", same)
    sys.exit(not same)


if __name__ == "__main__":
    main()
