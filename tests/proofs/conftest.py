"""What the proofs share: their two sizes, and the record of what each measured.

Each proof has SIZES, {name: (small, full)}. At the small size it compares itself with its record:
SAME, PARTS and RATES are what `agree` asks for.
"""

import json
import platform
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.records import digest
from scripts.workspace import record
from tests.forks import Forked
from tests.jukebox.conftest import constant, empty, registry, stock, stocked  # noqa: F401

from .agree import differences

RECORD = "docs/_data/measured/{}.json"


def pytest_addoption(parser):
    """Add the option that runs the full size, and keeps its figures."""
    parser.addoption("--record", action="store_true", help="write the figures of the pages anew")


@pytest.fixture(scope="session")
def recording(request):
    """Whether this run is the new record: of the full size, and it may differ from the last."""
    return request.config.getoption("record")


@pytest.fixture(scope="session", autouse=True)
def quick(recording):
    """Let commands of ours be forks at the small size."""
    with pytest.MonkeyPatch.context() as patch:
        if not recording:
            patch.setattr(subprocess, "Popen", Forked)
        yield


@pytest.fixture(scope="module")
def sizes(request, recording):
    """The sizes of this run, by their names in SIZES."""
    return SimpleNamespace(**{name: of[recording] for name, of in request.module.SIZES.items()})


@pytest.fixture(scope="module")
def figures(request, recording):
    """A dict for what a proof measures; at the end of its file, it is recorded or compared.

    `test_swap.py` writes `docs/_data/measured/swap.json`, unless a test of it has failed, or some
    were chosen.
    """
    measured, failed = {}, request.session.testsfailed
    yield measured
    config, module = request.config, request.module
    proof = module.__name__.rpartition("test_")[2]
    every = {"tests/proofs", f"tests/proofs/test_{proof}.py"}  # the score names more
    chosen = config.getoption("keyword") or not every & set(config.args)
    if not measured or chosen or request.session.testsfailed != failed:
        return
    if recording:
        command = f"nox -s proofs -- --record {proof}"
        record(proof, platform.python_version(), measured, command, code=digest(proof))
    else:
        before = json.loads(Path(RECORD.format(proof)).read_text("utf-8"))["figures"]
        how = {name: getattr(module, name.upper(), ()) for name in ("same", "parts", "rates")}
        said = "\n".join(differences(before, measured, module.SIZES, **how))
        assert not said, (
            f"{said}\nIf that is meant, measure again: nox -s proofs -- --record {proof}"
        )
