"""The cost of one more model: as a version beside the others, and as a home with its own service."""

import statistics
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from jukebox import Catalogue, Registry, train

from scripts.workspace import megabytes

from .running import Service

SIZES = {"versions": (8, 100), "some": (4, 10), "homes": (1, 3)}  # (small, full)

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


@pytest.fixture(scope="module")
def model():
    """A model as the story trains it."""
    return train(*Catalogue(0).weeks(range(12)))


@pytest.fixture(scope="module")
def homes(model, sizes, figures, tmp_path_factory):
    """Folders of a registry with one version, and with a hundred; what each version took."""
    every = (1, sizes.versions)
    folders = {n: tmp_path_factory.mktemp(f"versions-{n}") / "registry" for n in every}
    for wanted, folder in folders.items():
        registry, took, disk = Registry(folder), [], []
        for n in range(wanted):
            record = replace(model.record, seed=n)
            made = replace(model, record=record)  # the same bytes, another run
            start = time.process_time()
            registry.register(made)
            took.append(time.process_time() - start)
            if n in (0, wanted - 1):
                disk.append(megabytes(folder))
        registry.promote(wanted, "the newest")
    figures["versions"] = sizes.versions
    figures["home_mb"] = disk[0]
    figures["version_mb"] = round((disk[1] - disk[0]) / (sizes.versions - 1), 3)
    figures["register_first_cpu_s"] = round(statistics.median(took[1 : sizes.some + 1]), 3)
    figures["register_last_cpu_s"] = round(statistics.median(took[-sizes.some :]), 3)
    return folders


@pytest.fixture(scope="module")
def services(homes, sizes, recording, figures, tmp_path_factory):
    """Serve the champion of one, of a hundred, and of several homes at once; note the memory."""
    for versions, folder in homes.items():
        with ExitStack() as stack:
            alone = Service(folder, tmp_path_factory.mktemp("alone"))
            stack.callback(alone.stop)
            # A fork begins with all that is imported: what it adds is its own.
            figures[f"service_of_{versions}_mb"] = round(
                (alone.memory if recording else alone.own)()
            )
    with ExitStack() as stack:
        several = []
        for _ in range(sizes.homes):
            several.append(Service(homes[1], tmp_path_factory.mktemp("several")))
            stack.callback(several[-1].stop)
        figures["service_more_mb"] = round(statistics.median(s.own() for s in several))
    return figures


def test_one_more_version_costs_little_disk(homes, figures):
    """A version is its artefact, a record and a few rows."""
    assert 0 < figures["version_mb"] < 1


def test_the_hundredth_version_takes_about_as_long_as_the_first(homes, recording, figures):
    """It is compared with all before it, which must not turn into the main cost."""
    assert not recording or figures["register_last_cpu_s"] < 3 * figures["register_first_cpu_s"]


def test_versions_that_nobody_serves_take_no_memory(services, sizes):
    """The service holds the champion, whatever else is registered."""
    more = services[f"service_of_{sizes.versions}_mb"] - services["service_of_1_mb"]

    assert abs(more) < 0.1 * services["service_of_1_mb"]


def test_versions_that_nobody_serves_are_not_read(homes, sizes, tmp_path):
    """A service starts without their artefacts: what it does not read takes no memory."""
    models = Registry(homes[sizes.versions])
    others = [v for v in models.client.search_model_versions() if int(v.version) != sizes.versions]
    files = [Path(v.source.removeprefix("file://"), "model.onnx") for v in others]
    for file in files:
        file.rename(file.with_suffix(".away"))
    try:
        code = Service(models.folder, tmp_path).stop()
    finally:
        for file in files:
            file.with_suffix(".away").rename(file)

    assert (0, sizes.versions - 1) == (code, len(files))


def test_most_of_a_service_is_its_own(services, recording):
    """The code of the libraries is shared among processes, and what they load is not."""
    assert services["service_more_mb"] > 0
    assert not recording or 0.5 < services["service_more_mb"] / services["service_of_1_mb"] < 1
