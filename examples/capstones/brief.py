"""What each brief makes: the tables that the team gets, and the truth that the teacher keeps."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Data:
    """One team's data.

    tables: by name, what the team gets.
    truth: by name, what only the teacher keeps; an id column says to which row each belongs.
    """

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
