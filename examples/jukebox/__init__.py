"""Jukebox: in which of 72 countries will a track chart?

The running example of the handbook. What `__init__.pyi` lists can be imported from here, and stays;
what else is in the rooms may move.
"""

import os

import lazy_loader

# Jukebox reports to nobody. MLflow reads the first two when it is imported, ONNX Runtime the third.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# Its warnings of a wheel without pip, and of tables that it makes, would drown our own lines.
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
