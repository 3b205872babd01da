"""An alias moves from one version to another on the server;
an unknown alias is an error."""

import hashlib
import sqlite3
from contextlib import closing


def held(folder, query):
    """What the server wrote into its database."""
    with closing(sqlite3.connect(folder / "mlflow.db")) as db:
        return db.execute(query).fetchall()


def test_the_alias_moves_and_a_stage_is_a_name_that_nobody_gave(typed, here):
    """The server stored files with the digests of the runs, and no pickle;
    it knows no stage."""
    assert typed("works.console") == [0]
    assert typed("fails.console") == [1]

    aliases = "SELECT alias, version FROM registered_model_aliases WHERE name = 'hits'"
    assert set(held(here, aliases)) == {("champion", 2), ("challenger", 2)}
    kept = [file for file in (here / "files").rglob("*") if file.is_file()]
    assert {file.suffix for file in kept} <= {"", ".json", ".onnx", ".txt", ".yaml"}
    digests = {
        hashlib.sha256(f.read_bytes()).hexdigest() for f in kept if f.suffix == ".onnx"
    }
    assert digests == {
        value for (value,) in held(here, "SELECT value FROM tags WHERE key='digest'")
    }
