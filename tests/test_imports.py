"""What the next Python no longer has is found in the code while this one warns of it."""

import pytest

from scripts.imports import faults, sources


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import sre_constants", "sre_constants"),
        ("from sre_constants import MAXREPEAT", "sre_constants.MAXREPEAT"),
        ("import os\n\n\ndef late():\n    os.no_such_name()", "os.no_such_name"),
        ("import os.path as p\np.no_such_name", "os.path.no_such_name"),
        ("from os import path\npath.no_such_name.at_all", "os.path.no_such_name"),
    ],
)
def test_a_name_that_goes_is_found(source, name):
    """At its line, wherever it stands; the first has warned since Python 3.11."""
    found = faults("it.py", source)

    assert found, source
    assert found[-1].startswith(f"it.py:{source.count(chr(10)) + 1}: {name}")


@pytest.mark.parametrize(
    "source",
    ["import os.path\nos.path.join('a')", "from . import os\nos.x", "import numpy\nnumpy.x"],
)
def test_other_names_are_left_alone(source):
    """What is there, what is ours, and what other packages have."""

    assert [] == faults("it.py", source)


def test_every_folder_is_read():
    """None is forgotten when it moves."""
    folders = {file.parts[0] for file in sources()}

    ours = {"conftest.py", "noxfile.py", "docs", "examples", "scripts", "tests"}

    assert ours == folders
