"""The command `rebuild`: a model made again from its record, and held against what was registered.

The record names the code, the data, the packages, the settings and the seed. Code and data are
taken from the home by those names; the packages are those of this environment, which is the one
thing that a record can name and a command cannot bring.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jukebox.cli.terminal import (
    HOME,
    JSON,
    MLFLOW,
    format_value,
    make_console,
    print_json,
    print_pairs,
)
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    import pandas as pd

    from jukebox.data.store import Store
    from jukebox.model.training import Model
    from jukebox.registry.models import Registry

JsonRecord = Mapping[str, Any]  # as JSON has it, with what older and newer code wrote
Differences = dict[str, tuple[object, object]]  # {name: (then, now)}, values of any kind

NEEDED = ("code_version", "data_version", "seed", "settings")
# They follow from the others, or are measured on the finished bytes.
FOLLOWS = ("metrics", "features", "countries", "fitted_weeks", "tested_weeks", "trained_week")


def find_code(home: Path, record: JsonRecord, folder: Path) -> Path:
    """Return the package's folder with the sources of a record: installed, or a snapshot of the home.

    folder: where the snapshot is copied to, sources alone, so that what is compared is what runs.
    Raises ValueError if the code is in neither, or if its snapshot has been changed.
    """
    from jukebox.model import job
    from jukebox.model.identity import code_version, find_snapshot, is_intact, list_snapshots
    from jukebox.model.job import INSTALLED

    # Counted with the packages of then: what those of now change is for the comparison to say.
    version, packages, kept = record["code_version"], record.get("packages"), home / "code"
    if code_version(INSTALLED, packages) == version:
        return INSTALLED
    if copy := find_snapshot(kept, version, packages):
        return Path(folder, job.take_snapshot(copy, folder), "jukebox")
    if damaged := [copy for copy in list_snapshots(kept) if not is_intact(copy, packages)]:
        raise ValueError(
            f"The code {version} is not installed, and {damaged[0]} is not the code that it is "
            "named after: restore it from a copy."
        )
    raise ValueError(
        f"The code {version} is neither installed nor in {kept}: check out the commit that it was "
        f"trained with, and copy its examples/jukebox to {kept / version / 'jukebox'}."
    )


def train_again(home: Path, data: "Store", record: JsonRecord) -> "Model":
    """Return the `Model` that a record leads to, trained in a process of its own.

    data: the `Store`. Raises ValueError if the record, the code or the data is not enough.
    """
    from jukebox.data.versions import data_version
    from jukebox.model import job
    from jukebox.model.identity import is_flat

    lacks = [name for name in NEEDED if not record.get(name) and record.get(name) != 0]
    if lacks:
        raise ValueError(f"The record lacks {', '.join(lacks)}, so nobody can repeat it.")
    name, settings = record["data_version"], record["settings"]
    if data_version(*data.read(name)) != name:
        raise ValueError(f"{data.folder} holds other rows under the name {name}: restore them.")
    with tempfile.TemporaryDirectory() as out:
        code = find_code(home, record, Path(out))
        # Code from before that option took its own defaults only: else the record will differ.
        source = code / "job.py" if is_flat(code) else code / "model" / "job.py"
        given = settings if "--settings" in source.read_text("utf-8") else None
        try:
            job.run_training(
                code, data.folder, name, out, settings["newest"], record["seed"], given
            )
        except RuntimeError as error:
            raise ValueError(f"The training failed: {error}") from None
        return job.read_model(out)


def differences(then: JsonRecord, now: JsonRecord) -> Differences:
    """Return what two records name differently, as {name: (then, now)}; each package on its own."""
    found: Differences = {}
    packages = [record.get("packages", {}) for record in (then, now)]
    for name in sorted({*packages[0], *packages[1]}):
        before, after = (which.get(name) for which in packages)
        found |= {name: (before, after)} if before != after else {}
    # Where packages differ, these say no more: they are counted with them.
    counted = {"packages", "lock_hash", "code_version"} if found else {"packages"}
    for name in sorted({*then, *now} - counted - {*FOLLOWS}):
        before, after = then.get(name), now.get(name)
        found |= {name: (before, after)} if before != after else {}
    return found


def strip_notes(onnx: bytes) -> bytes:
    """Return the bytes of an artefact without its notes: the numbers, and what is done with them."""
    from onnx import load_model_from_string

    graph = load_model_from_string(onnx)
    graph.ClearField("metadata_props")
    return graph.SerializeToString(deterministic=True)


@dataclass(frozen=True)
class Distance:
    """How two artefacts differ: in their notes only, and by how much in their answers at most."""

    notes_only: bool
    answers: float


@dataclass(frozen=True)
class Comparison:
    """A rebuilt model and the one that was registered: `rebuilt` and `recorded` are their digests.

    differs: see `differences`. names_packages: whether the record names each package. distance: None
    for the same bytes, and a sentence where it could not be measured.
    """

    version: int
    recorded: str
    rebuilt: str
    differs: Differences
    names_packages: bool
    distance: Distance | str | None

    @property
    def same(self) -> bool:
        """Whether the bytes are the same."""
        return self.recorded == self.rebuilt

    def to_json(self) -> dict[str, object]:  # as `print_json` takes it
        """Return it as `--json` prints it."""
        distance = self.distance
        return {
            "version": self.version,
            "same": self.same,
            "recorded": self.recorded,
            "rebuilt": self.rebuilt,
            "differs": self.differs,
            "names_packages": self.names_packages,
            "distance": {"unknown": distance}
            if isinstance(distance, str)
            else distance and asdict(distance),
        }


def measure_distance(before: bytes, after: bytes, tracks: "pd.DataFrame") -> Distance:
    """Return how two artefacts differ. tracks: those on which both are asked."""
    import numpy as np

    from jukebox.model.training import predict

    then, now = (predict(onnx, tracks).astype(float) for onnx in (before, after))
    same = strip_notes(before) == strip_notes(after)
    return Distance(same, float(np.abs(then - now).max()))


def compare_with_record(
    models: "Registry", version: int, model: "Model", tracks: "pd.DataFrame"
) -> Comparison:
    """Return how a rebuilt `Model` differs from what was registered as a version."""
    from mlflow.exceptions import MlflowException

    from jukebox.registry.models import Tampered

    lineage, distance = models.lineage(version), None
    if model.digest != lineage["digest"]:
        try:  # the record is enough to rebuild it; only this comparison needs its bytes
            distance = measure_distance(models.load(version).onnx, model.onnx, tracks)
        except (Tampered, OSError, MlflowException) as error:
            distance = str(error)
    return Comparison(
        version=version,
        recorded=lineage["digest"],
        rebuilt=model.digest,
        differs=differences(lineage["record"], model.record.as_dict()),
        names_packages="packages" in lineage["record"],
        distance=distance,
    )


def explain_difference(verdict: Comparison) -> Iterator[str]:
    """Yield the sentences that follow two different digests."""
    for name, (then, now) in verdict.differs.items():
        yield f"{name.replace('_', ' ')}: {format_value(now)} here, {format_value(then)} in the record"
    if "lock_hash" in verdict.differs and not verdict.names_packages:
        yield "The record has no more than a hash of the packages, so nobody can say which differ."
    if not verdict.differs:
        yield "All that the record names is the same: look at the processor, or at other packages."
    match verdict.distance:
        case str(reason):
            yield f"The answers cannot be compared: {reason}"
        case Distance(notes_only=True):
            yield "Only the notes differ: without them, the bytes are the same."
        case Distance(answers=0):
            yield "More than the notes differs, and no answer does."
        case Distance(answers=answers):
            yield f"The answers differ by {answers:.1g} at most."


@click.command()
@click.argument("version", type=click.IntRange(1))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rebuilt artefact here.",
)
@JSON
@MLFLOW
@HOME
def rebuild_command(
    version: int, out: Path | None, as_json: bool, mlflow: str | None, home: Path
) -> None:
    """Make a version again from its record, and compare the digests.

    Code and data are those of the record; the packages are those of this environment. Nothing in
    the home changes.

    Exits with 1 if the digest is another, and says which part of the record is not what is here.
    """
    from jukebox.data.files import write_file

    models, data = open_registry(home, mlflow), open_store(home)
    record = models.lineage(version)["record"]
    model = train_again(home, data, record)
    if out:
        write_file(out, model.onnx)
    verdict = compare_with_record(models, version, model, data.read(record["data_version"])[0])
    if as_json:
        print_json(verdict.to_json())
    else:
        print_pairs(
            [
                ("version", str(version)),
                ("code version", record["code_version"]),
                ("data version", record["data_version"]),
                ("recorded digest", verdict.recorded),
                ("rebuilt digest", verdict.rebuilt),
            ]
        )
        colour, word = ("green", "the same") if verdict.same else ("red", "not the same")
        make_console().print(f"[bold {colour}]The bytes are {word}.[/]")
        for sentence in () if verdict.same else explain_difference(verdict):
            make_console().print(f"  {sentence}", markup=False, soft_wrap=True)
    sys.exit(0 if verdict.same else 1)
