"""The data of the briefs and the figures of their traps, each made once in a process."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from capstones import brief
from capstones.brief import Data
from sklearn.metrics import roc_auc_score

SEEDS = (1, 2)  # those of the pages
both = pytest.mark.parametrize("seed", SEEDS)


def module(name: str) -> ModuleType:
    """Return the module of a brief."""
    return import_module(f"capstones.{name}")


@cache
def data_of(name: str, seed: int) -> Data:
    """Return the data of a brief; whoever changes a table copies it first."""
    return module(name).make(seed)


@cache
def figures_of(name: str, seed: int) -> list[float]:
    """Return what the trap of a brief says of its data."""
    return [*module(name).trap(data_of(name, seed)).values()]


def deliver(name: str, share: float) -> tuple[pd.Timestamp, Mapping[str, pd.DataFrame]]:
    """Return the day after a share of the days of a brief's tables, and the tables of that day."""
    data = data_of(name, 1)
    first, last = brief.span(data.tables)
    day = (first + share * (last - first)).normalize()
    return day, getattr(module(name), "as_of", brief.as_of)(data, day)


def best_column(table: pd.DataFrame, label: np.ndarray) -> float:
    """Return how well the best single column sorts the rows by the label: 0.5 is by luck, 1 is at once."""
    columns = [
        table[name].fillna(-1)
        if pd.api.types.is_numeric_dtype(table[name])
        else pd.Series(label, table.index).groupby(table[name].fillna("")).transform("mean")
        for name in table
        if table[name].nunique() < len(table) / 3 or pd.api.types.is_numeric_dtype(table[name])
    ]
    return max(abs(roc_auc_score(label, column) - 0.5) + 0.5 for column in columns)
