"""Jukebox: in which of 72 countries will a track chart?

The running example of the handbook, a module for each stage of the lifecycle. Each imports only
those to its left: problem, simulation, catalogue, features, training, validation, history,
registry, rollout, service, drift, monitoring.
"""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # MLflow reads it when it is imported
