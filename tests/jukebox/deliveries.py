"""A week of tracks, with one cell changed, and as a file."""

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from jukebox import Catalogue

WEEK = 12
TRACKS, CHARTS = Catalogue(5).week(WEEK)


def with_cell(column, value, row=3):
    """The tracks with one cell changed."""
    tracks = TRACKS.astype({column: object})
    tracks.at[row, column] = value
    return tracks


def parquet(frame, path):
    """Write a frame as Parquet, with the types of its columns."""
    kinds = {"i": DataType.int64(), "f": DataType.float64(), "b": DataType.bool()}
    columns = {
        name: Array(frame[name].tolist(), kinds.get(frame[name].dtype.kind, DataType.utf8()))
        for name in frame
    }
    write_parquet(Table.from_pydict(columns), path)
    return path


def csv(frame, path):
    """Write a frame as CSV."""
    frame.to_csv(path, index=False)
    return path
