"""Lab 2: a supplier's file. Some rows can be repaired, some must wait, and none may be deleted."""

TITLE = "Dirty data"
FIRST = "jukebox validate supplier.csv"
COMMAS = range(24)  # of the most acoustic tracks, those with commas for points
MANGLED = (7, 31, 58, 83)  # rows whose id begins with a byte order mark, read as Latin-1
WRONG = {  # row: the column and the value that nobody can know the right one of
    15: ("energy", 1.62),
    42: ("loudness", 14.2),
    66: ("speechiness", -0.2),
    91: ("bpm", 1204.0),
    104: ("valence", 7.0),
}
LONG, HOUR = 50, 3_725_000  # a row, and its duration in milliseconds: right, and beyond our bounds
LATE, WEEK = 77, 20  # a row that came five weeks after its release
TWICE = (20, 61, 88)  # rows that stand there twice
MARK = "\ufeff".encode().decode("latin-1")

LETTER = f"""Our tracks of week {WEEK}. What you asked about:

- Our office for chamber music writes 0,73 where you write 0.73. The numbers are right.
- %s is a live set of 62 minutes. The duration is right.
- %s was forgotten in week {WEEK - 5}, and is in this file now. The week is right.
- For the impossible numbers, we have asked the studios. It will take weeks.
- Three lines are in it twice. That is our mistake.
"""


def meant():
    """Give the tracks as the supplier meant them, 120 rows of text by their column, `bpm` for tempo."""
    from jukebox.world.simulation import Catalogue

    tracks = Catalogue(2, tracks_a_week=120).week(WEEK)[0]
    tracks.loc[LATE, "released"] = WEEK - 5
    tracks.loc[LONG, "duration_ms"] = HOUR
    return tracks.rename(columns={"tempo": "bpm"}).astype(str)


def sent():
    """Give the tracks as they came."""
    import pandas as pd

    tracks = meant()
    acoustic = tracks["acousticness"].astype(float).sort_values(ascending=False).index
    commas = acoustic.difference([*MANGLED, *WRONG, LONG, LATE, *TWICE], sort=False)[COMMAS]
    numbers = tracks.columns[2:]
    tracks.loc[commas, numbers] = tracks.loc[commas, numbers].replace(r"\.", ",", regex=True)
    for row in MANGLED:
        tracks.loc[row, "track_id"] = MARK + tracks.loc[row, "track_id"]
    for row, (column, value) in WRONG.items():
        tracks.loc[row, column] = str(value)
    return pd.concat([tracks, tracks.loc[list(TWICE)]], ignore_index=True)


def start(folder):
    """Write the file and the letter that came with it."""
    tracks = sent()
    tracks.to_csv(folder / "supplier.csv", index=False)
    ids = tracks["track_id"]
    (folder / "letter.txt").write_text(LETTER % (ids[LONG], ids[LATE]), "utf-8")


def ours(frame):
    """Give the ids of a frame's rows, without the mark."""
    return frame["track_id"].astype(str).str.removeprefix(MARK)


def check(folder):
    """Compare mended.csv with what was meant, row by row, and bad.csv with what is left."""
    import pandas as pd

    from jukebox.data.files import read

    file = folder / "mended.csv"
    if not file.exists():
        yield (
            "There is no mended.csv yet: write a small Python program that reads supplier.csv, "
            "repairs what can be repaired, and writes mended.csv."
        )
        return
    header = pd.read_csv(file, nrows=0)
    kept, bad, _ = read(file, {"bpm": "tempo"} if "bpm" in header else {})
    truth = meant().rename(columns={"bpm": "tempo"}).set_index("track_id")
    gone = truth.index.difference([*ours(kept), *ours(bad)])
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
    waiting = {meant()["track_id"][row] for row in (*WRONG, LONG)}
    if late := sorted(set(ours(bad)) - waiting - set(both.index)):
        reason = bad.loc[ours(bad) == late[0], "reason"].iloc[0]
        yield (
            f"Tracks in quarantine that could be repaired: {len(late)}. You know what was meant "
            f"where {reason}. A comma becomes a point, and the id loses what stands before its T."
        )
    elif not gone.size and not invented:
        yield from set_aside(folder / "bad.csv", bad)


def set_aside(file, bad):
    """Ask for the file of the rows that wait."""
    import pandas as pd

    there = pd.read_csv(file, dtype=str) if file.exists() else None
    if there is None or "reason" not in there or set(ours(there)) != set(ours(bad)):
        yield (
            "bad.csv is not what is in quarantine now: write it again with jukebox validate "
            "mended.csv --map bpm=tempo --quarantine bad.csv, and send it back to the supplier."
        )


def done(folder):
    """Say what is there now."""
    return (
        f"{len(meant()) - len(WRONG) - 1} tracks can be learnt from, and {len(WRONG) + 1} wait "
        "with a reason, one of them right and rare. None is lost, and no number is made up."
    )


MEND = """import csv

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


def solve(folder, hands):
    """Repair what is known, and set aside what is not."""
    hands.type("jukebox validate supplier.csv --map bpm=tempo --quarantine bad.csv", code=1)
    hands.type("cat letter.txt")
    hands.write("mend.py", MEND)
    hands.type("python mend.py")
    hands.type("jukebox validate mended.csv --map bpm=tempo --quarantine bad.csv", code=1)
