"""Jukebox: in which of 72 countries will a track chart?

The running example of the handbook, a module for each stage of the lifecycle. Each imports only
those to its left: problem, dirt, simulation, catalogue, store, features, training, job, validation,
explaining, history, registry, erasure, rollout, bounds, contract, admin, service, drift, monitoring,
pipeline, journal, triggers, northstar, report, timeline, scene, story, incident, alerts, doctor,
terminal, incoming, modelling, forgetting, overview, rebuilding, watching, updating, card, labs,
hand_in, workbench, command.
"""

import os

# Jukebox reports to nobody. MLflow reads the first two when it is imported, ONNX Runtime the third.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# Its warnings of a wheel without pip, and of tables that it makes, would drown our own lines.
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
