"""Print the middle value of a column of the tracks in each of the six newest weeks: weeks.py energy"""

import sys
from pathlib import Path

from jukebox.store import Store

tracks, _ = Store(Path(".jukebox", "data")).read()
columns = [name for name in tracks.columns if name not in ("track_id", "released")]
if len(sys.argv) != 2 or sys.argv[1] not in columns:
    sys.exit(f"Type a column behind weeks.py: one of {', '.join(columns)}.")
for week, middle in tracks.groupby("released")[sys.argv[1]].median().tail(6).items():
    print(f"week {week}  {middle:10.2f}")
