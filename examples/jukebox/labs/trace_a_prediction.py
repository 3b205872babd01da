"""Lab 8: a complaint about one answer, and the way back to the decision and the cell behind it."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab
from jukebox.labs.lab import Lab

if TYPE_CHECKING:
    from jukebox.model.training import Model

REQUEST_ID = hashlib.sha256(b"the complaint").hexdigest()[:32]  # as long as the service's own
FIRST_MONDAY = 1_772_438_400  # 2 March 2026, 08:00 UTC
SECONDS_A_WEEK = 7 * 24 * 3600
REASONS_TO_PROMOTE = (
    "the first that passed the gate",
    "the catalogue team corrected a tempo",
    "four more weeks of charts",
)
COMPLAINT = """To: the team of Jukebox
From: the Lisbon office

On Wednesday, 11 March, we asked you about track {track}, and you
gave it {chance:.0%} in BR. We have released it there, and it did not chart.

Why did you tell us BR? Which model said so, what was it trained on, what had
changed since the model before it, and why was it allowed to answer us?

The answer came with this request id:
{request}
"""
ANSWER_FILE = """version = {version}  # the model that answered
data_version = "{data}"  # what it was trained on; 8 characters are enough
track = "{track}"  # the row that had changed since the champion before it
cell = "{cell}"  # and its column
why = "{why}"
"""


@dataclass(frozen=True)
class RightAnswer:
    """What answer.toml has to hold, and the data version and the champion that it is not.

    before: the data version of the champion before. champion: the version that is it today.
    """

    version: int
    data_version: str
    before: str
    track: str
    cell: str
    why: str
    champion: int | None


def find_right_answer(folder: Path) -> RightAnswer:
    """Return the right answer, from the log, the registry and the store."""
    from jukebox.data.versions import changed_rows

    data, models = open_lab(folder)
    answered = models.trace_answer(REQUEST_ID)
    lineage = answered["lineage"]
    former = models.standing(answered["time"]).earlier[-1]
    before, after = (
        models.record(version).data_version for version in (former, lineage["version"])
    )
    changed = changed_rows(data.read(before), data.read(after)).iloc[0]
    decided = next(row for row in lineage["history"] if row["action"] == "promote")
    return RightAnswer(
        version=lineage["version"],
        data_version=after,
        before=before,
        track=changed["track_id"],
        cell=changed["cell"],
        why=decided["why"],
        champion=models.standing().champion,
    )


class TraceAPrediction(Lab):
    """A complaint, and the decision and the cell behind it."""

    title = "Trace a prediction"
    first = "cat complaint.txt"

    def start(self, folder: Path) -> None:
        """Three champions in three weeks, one corrected cell, and an answer of the second of them."""
        from jukebox.data.store import Store
        from jukebox.model.features import matrix
        from jukebox.model.training import Settings, predict, train
        from jukebox.problem import COUNTRIES
        from jukebox.registry.log import LoggedAnswer
        from jukebox.registry.models import Registry
        from jukebox.world.scene import release
        from jukebox.world.simulation import Catalogue

        world, home = Catalogue(8, tracks_a_week=100), folder / ".jukebox"
        now = {"time": FIRST_MONDAY}
        data = Store(home / "data")
        models = Registry(home / "registry", clock=lambda: now["time"])

        def arrive(weeks: Iterable[int]) -> None:
            for week in weeks:
                release(data, week, world.week(week)[0], world)

        def crown(number: int) -> "Model":
            model = train(*data.read(data.freeze()), Settings(epochs=10))
            models.promote(models.register(model), REASONS_TO_PROMOTE[number])
            return model

        arrive(range(16))
        crown(0)
        corrected = world.week(5)[0]
        halved = corrected.loc[[42], "tempo"]  # by whoever counted the beats
        corrected.loc[[42], "tempo"] = (halved * 2).round(6)
        data.arrive(5, corrected)
        now["time"] += SECONDS_A_WEEK
        second = crown(1)

        now["time"] += 2 * 24 * 3600 + 3 * 3600
        asked = world.week(15)[0]
        answers = predict(second.onnx, asked)[:, COUNTRIES.index("BR")]
        asked = asked.iloc[[int(answers.argmax())]]
        x = matrix(asked)
        given = now["time"], list(asked["track_id"]), x, predict(second.onnx, x)
        models.log.add(LoggedAnswer(REQUEST_ID, "champion", 2, *given))
        complaint = {
            "track": asked["track_id"].item(),
            "chance": answers.max(),
            "request": REQUEST_ID,
        }
        (folder / "complaint.txt").write_text(COMPLAINT.format(**complaint), "utf-8")

        arrive(range(16, 20))
        now["time"] = FIRST_MONDAY + 2 * SECONDS_A_WEEK
        crown(2)

    def check(self, folder: Path) -> Iterator[str]:
        """Compare answer.toml with what the log, the registry and the store say."""
        file, right = folder / "answer.toml", find_right_answer(folder)
        keys = ("version", "data_version", "track", "cell", "why")
        if not file.exists():
            yield f"There is no answer.toml yet: write it with {', '.join(keys)}."
            return
        try:
            given = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            yield f'answer.toml is no TOML ({error}): write a line as version = 2 or cell = "energy".'
            return
        if missing := [key for key in keys if key not in given]:
            yield f"answer.toml does not say {', '.join(missing)}."
            return
        if str(given["version"]) != str(right.version):
            now = str(given["version"]) == str(right.champion)
            yield (
                f"Version {given['version']} did not give this answer"
                + (": it is the champion of today, and the answer is older. " if now else ". ")
                + "The log knows who answered: jukebox lineage with the request id from complaint.txt."
            )
            return
        data = str(given["data_version"])
        if len(data) < 8 or not right.data_version.startswith(data):
            yield (
                f"Version {right.version} was not trained on data version {data}: "
                "the lineage of the request names it, and 8 characters of it are enough."
            )
        if (given["track"], given["cell"]) != (right.track, right.cell):
            yield (
                f"{given['cell']} of {given['track']} did not change before version {right.version} "
                "was trained: take its data version and that of the champion before it, and give both "
                "to jukebox lineage, the older first."
            )
        if str(given["why"]).strip(" .").casefold() != right.why.casefold():
            yield (
                f"“{given['why']}” is not the reason that was given when version {right.version} "
                "became the champion: it is at the end of the lineage, next to the date."
            )

    def conclude(self, folder: Path) -> str:
        """Say what the Lisbon office can be told."""
        right = find_right_answer(folder)
        return (
            f"Version {right.version} gave the answer. It was the champion because "
            f"{right.why}: that of {right.track}, and nothing else."
        )

    def solve(self, folder: Path, hands: Hands) -> None:
        """Follow the request id."""
        hands.type("cat complaint.txt")
        hands.type(f"jukebox lineage {REQUEST_ID}")
        hands.type("jukebox lineage 1")
        right = find_right_answer(folder)
        hands.type(f"jukebox lineage {right.before[:8]} {right.data_version[:8]}")
        hands.write("answer.toml", ANSWER_FILE.format(data=right.data_version[:8], **asdict(right)))
