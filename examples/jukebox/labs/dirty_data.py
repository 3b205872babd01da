"""Lab 2: a supplier's file. Some rows can be repaired, some must wait, and none may be deleted."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.lab import Lab

if TYPE_CHECKING:
    import pandas as pd

WITH_COMMAS = range(24)  # of the most acoustic tracks, those with commas for points
MISREAD = (7, 31, 58, 83)  # rows whose id begins with a byte order mark, read as Latin-1
IMPOSSIBLE = {  # row: the column and the value that nobody can know the right one of
    15: ("energy", 1.62),
    42: ("loudness", 14.2),
    66: ("speechiness", -0.2),
    91: ("bpm", 1204.0),
    104: ("valence", 7.0),
}
# A row, and its duration in milliseconds: right, and beyond our bounds.
LONG_ROW, LONG_DURATION = (
    50,
    3_725_000,
)
LATE_ROW, FILE_WEEK = 77, 20  # a row that came five weeks after its release
REPEATED = (20, 61, 88)  # rows that stand there twice
MARK = "\ufeff".encode().decode("latin-1")

LETTER = f"""Our tracks of week {FILE_WEEK}. What you asked about:

- Our office for chamber music writes 0,73 where you write 0.73. The numbers are right.
- %s is a live set of 62 minutes. The duration is right.
- %s was forgotten in week {FILE_WEEK - 5}, and is in this file now. The week is right.
- For the impossible numbers, we have asked the studios. It will take weeks.
- Three lines are in it twice. That is our mistake.
"""


def make_true_tracks() -> "pd.DataFrame":
    """Return the tracks as the supplier meant them, 120 rows of text by their column, `bpm` for tempo."""
    from jukebox.world.simulation import Catalogue

    tracks = Catalogue(2, tracks_a_week=120).week(FILE_WEEK)[0]
    tracks.loc[LATE_ROW, "released"] = FILE_WEEK - 5
    tracks.loc[LONG_ROW, "duration_ms"] = LONG_DURATION
    return tracks.rename(columns={"tempo": "bpm"}).astype(str)


def make_supplier_file() -> "pd.DataFrame":
    """Return the tracks as they came."""
    import pandas as pd

    tracks = make_true_tracks()
    numbered = tracks.astype({"acousticness": float})
    acoustic = numbered.sort_values("acousticness", ascending=False).index
    commas = acoustic.difference(
        [*MISREAD, *IMPOSSIBLE, LONG_ROW, LATE_ROW, *REPEATED], sort=False
    )[WITH_COMMAS]
    numbers = tracks.columns[2:]
    tracks.loc[commas, numbers] = tracks.loc[commas, numbers].replace(r"\.", ",", regex=True)
    for row in MISREAD:
        tracks.loc[row, "track_id"] = MARK + str(tracks.loc[row, "track_id"])
    for row, (column, value) in IMPOSSIBLE.items():
        tracks.loc[row, column] = str(value)
    return pd.concat([tracks, tracks.loc[list(REPEATED)]], ignore_index=True)


def read_clean_ids(frame: "pd.DataFrame") -> "pd.Series":
    """Return the ids of a frame's rows, without the mark."""
    return frame["track_id"].astype(str).str.removeprefix(MARK)


def quarantine_faults(file: Path, bad: "pd.DataFrame") -> Iterator[str]:
    """Yield what is wrong with the file of the rows that wait.

    bad: the rows of mended.csv that are quarantined.
    """
    import pandas as pd

    there = pd.read_csv(file, dtype=str) if file.exists() else None
    if (
        there is None
        or "reason" not in there
        or set(read_clean_ids(there)) != set(read_clean_ids(bad))
    ):
        yield (
            "bad.csv is not what is in quarantine now: write it again with jukebox validate "
            "mended.csv --map bpm=tempo --quarantine bad.csv, and send it back to the supplier."
        )


MENDING_PROGRAM = """import csv

with open("supplier.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
for row in rows:
    row["track_id"] = "T" + row["track_id"].partition("T")[2]
    for name in list(row)[1:]:
        row[name] = row[name].replace(",", ".")
with open("mended.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
"""


class DirtyData(Lab):
    """A supplier's file, of which no row may be deleted."""

    title = "Dirty data"
    first = "jukebox validate supplier.csv"

    def start(self, folder: Path) -> None:
        """Write the file and the letter that came with it."""
        tracks = make_supplier_file()
        tracks.to_csv(folder / "supplier.csv", index=False)
        ids = tracks["track_id"]
        (folder / "letter.txt").write_text(LETTER % (ids[LONG_ROW], ids[LATE_ROW]), "utf-8")

    def check(self, folder: Path) -> Iterator[str]:
        """Compare mended.csv with what was meant, row by row, and bad.csv with what is left."""
        import pandas as pd

        from jukebox.data.files import read_table

        file = folder / "mended.csv"
        if not file.exists():
            yield (
                "There is no mended.csv yet: write a small Python program that reads supplier.csv, "
                "repairs what can be repaired, and writes mended.csv."
            )
            return
        header = pd.read_csv(file, nrows=0)
        kept, bad, _ = read_table(file, {"bpm": "tempo"} if "bpm" in header else {})
        truth = make_true_tracks().rename(columns={"bpm": "tempo"}).set_index("track_id")
        gone = truth.index.difference([*read_clean_ids(kept), *read_clean_ids(bad)])
        if len(gone):
            acoustic = truth["acousticness"].astype(float) > 0.5
            yield (
                f"{len(gone)} of {len(truth)} tracks are gone, and {acoustic[gone].sum()} of the "
                f"{acoustic.sum()} that are mostly acoustic. Most faults are in one kind of music, so a "
                "model that learns from the rest knows nothing of that kind. Delete no row: what you "
                "cannot repair waits in quarantine."
            )
        # What the bounds let through now, and what was meant: the difference is invented.
        both = kept.set_index("track_id")
        both = both.loc[both.index.intersection(truth.index)]
        right = truth.loc[both.index, both.columns].astype(float)
        changed = (both.astype(float) - right).abs() > 1e-6
        invented = [(track, column) for track, column in changed.stack()[lambda on: on].index]
        if invented:
            track, column = invented[0]
            yield (
                f"Cells that were made to fit: {len(invented)}. {column} of {track} is now "
                f"{both.at[track, column]:g}, which nobody measured. A value that was cut to the "
                "bounds, or filled in, looks as good as any other, and nobody will ask for the right "
                "one. Leave such a cell as it came."
            )
        waiting = set(make_true_tracks().loc[[*IMPOSSIBLE, LONG_ROW], "track_id"])
        if late := sorted(set(read_clean_ids(bad)) - waiting - set(both.index)):
            reason = bad["reason"][read_clean_ids(bad) == late[0]].iloc[0]
            yield (
                f"Tracks in quarantine that could be repaired: {len(late)}. You know what was meant "
                f"where {reason}. A comma becomes a point, and the id loses what stands before its T."
            )
        elif not gone.size and not invented:
            yield from quarantine_faults(folder / "bad.csv", bad)

    def conclude(self, folder: Path) -> str:
        """Say what is there now."""
        return (
            f"{len(make_true_tracks()) - len(IMPOSSIBLE) - 1} tracks can be learnt from, and {len(IMPOSSIBLE) + 1} wait "
            "with a reason, one of them right and rare. None is lost, and no number is made up."
        )

    def solve(self, folder: Path, hands: Hands) -> None:
        """Repair what is known, and set aside what is not."""
        hands.type("jukebox validate supplier.csv --map bpm=tempo --quarantine bad.csv", code=1)
        hands.type("cat letter.txt")
        hands.write("mend.py", MENDING_PROGRAM)
        hands.type("python mend.py")
        hands.type("jukebox validate mended.csv --map bpm=tempo --quarantine bad.csv", code=1)
