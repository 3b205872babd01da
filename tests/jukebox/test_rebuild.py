"""A model is made again from its record; where it is not the same, the answer says what is not."""

import hashlib
import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from click.testing import CliRunner
from jukebox import Model, Registry, Settings, Store, code_version, train
from jukebox.cli import rebuild
from jukebox.cli.main import main
from jukebox.cli.rebuild import Comparison, Distance
from jukebox.model import identity, job, training
from jukebox.model.identity import list_snapshots
from jukebox.model.record import read_record

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
CACHE = shutil.ignore_patterns("__pycache__")
CHOSEN = ("--hidden", 4, "--epochs", 2, "--penalty", 0.01, "--seed", 5)


def run(home, *words, code=0):
    """Run a command in a home, and give its result if it ends with the exit code."""
    environment = {"JUKEBOX_HOME": str(home), "COLUMNS": "120", "NO_COLOR": "1"}
    result = CliRunner().invoke(main, [str(word) for word in words], env=environment)
    assert code == result.exit_code, result.output + result.stderr
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with version 1, trained by settings of which none is the default."""
    home = tmp_path_factory.mktemp("made") / "home"
    run(home, "generate", "--weeks", 10, "--tracks", 40)
    run(home, "train", *CHOSEN)
    return home


@pytest.fixture
def home(made, tmp_path):
    """A copy of it, to change; the artefact stays where it is."""
    return shutil.copytree(made, tmp_path / "home")


@pytest.fixture
def quick(monkeypatch):
    """Train in this process, by the settings that a job is given; whoever asks gets the settings."""
    asked = []

    def learnt(code, store, data, out, newest, seed, settings=None):
        asked.append(settings)
        chosen = Settings(**settings | {"hidden": tuple(settings["hidden"]), "newest": newest})
        model = train(*Store(store).read(data), chosen, seed)
        job.write_file(Path(out, "model.onnx"), model.onnx)
        job.write_file(Path(out, "record.json"), json.dumps(model.record.as_dict()).encode())

    monkeypatch.setattr(job, "run_training", learnt)
    return asked


def files(home):
    """Give the hash of each file that is not a database."""
    found = [f for f in home.rglob("*") if f.is_file() and ".db" not in f.name]
    return {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in found}


def kept(home):
    """Give the package's folder in the one snapshot of a home."""
    [copy] = list_snapshots(home / "code")
    return copy


@pytest.fixture
def away(monkeypatch, tmp_path):
    """Let another package be installed, which makes other models."""
    other = shutil.copytree(job.INSTALLED, tmp_path / "other" / "jukebox", ignore=CACHE)
    text = (other / "model" / "training.py").read_text("utf-8")
    assert 1 == text.count("rate: float = 5e-3")
    text = text.replace("rate: float = 5e-3", "rate: float = 2e-2")
    (other / "model" / "training.py").write_text(text, "utf-8")
    monkeypatch.setattr(job, "INSTALLED", other)


def registered(home, record):
    """Register the model of version 1 with another record, and give its number."""
    models = Registry(home / "registry")
    model = models.load(1)
    changed = read_record(model.record.as_dict() | record)
    return models.register(Model(model.onnx, model.digest, changed))


def lose(home, number):
    """Remove the artefact of a version, which is one of its own."""
    source = Registry(home / "registry").client.get_model_version("jukebox", str(number)).source
    Path(url2pathname(urlsplit(source).path), "model.onnx").unlink()


# ---- the same ------------------------------------------------------------------------------------


@pytest.mark.whole
def test_a_model_is_rebuilt_in_a_process_of_its_own(home):
    """Settings and seed are honoured, and nothing in the home changes."""
    before = files(home)
    said = run(home, "rebuild", 1).stdout
    [digest] = {line.split()[-1] for line in said.splitlines() if "digest" in line}

    assert Registry(home / "registry").lineage(1)["digest"] == digest
    assert said.endswith("The bytes are the same.\n")
    assert before == files(home)


@pytest.mark.whole
def test_the_code_of_then_is_taken_from_the_home(home):
    """The installed package has moved on; the copy that the record names trains."""
    draft = shutil.copytree(kept(home), home.parent / "jukebox")
    text = (draft / "model" / "training.py").read_text("utf-8")
    assert 1 == text.count("rate: float = 5e-3")
    text = text.replace("rate: float = 5e-3", "rate: float = 1e-2")
    (draft / "model" / "training.py").write_text(text, "utf-8")
    other, data = job.take_snapshot(draft, home / "code"), Store(home / "data")
    code = home / "code" / other / "jukebox"
    job.run_training(code, data.folder, data.versions()[0], home / "o", 4, 0)
    number = Registry(home / "registry").register(job.read_model(home / "o"))

    before = files(home)

    assert code_version(code) != code_version()
    assert f"{code_version(code)}\n" in run(home, "rebuild", number).stdout
    assert before == files(home)


@pytest.mark.whole
def test_code_from_before_it_took_settings(home):
    """A loop of then trained by the defaults of its own code, and left a job without the option."""
    draft = shutil.copytree(kept(home), home.parent / "jukebox")
    text = (draft / "model" / "training.py").read_text("utf-8")
    text = text.replace("epochs: int = 20", "epochs: int = 2")
    (draft / "model" / "training.py").write_text(text, "utf-8")
    text = (draft / "model" / "job.py").read_text("utf-8")
    [option] = [line for line in text.splitlines() if '"--settings"' in line]
    then = text.replace(option, "").replace("given.settings |", "")
    (draft / "model" / "job.py").write_text(then.replace("--settings", "--others"))
    other, data = job.take_snapshot(draft, home / "code"), Store(home / "data")
    job.run_training(
        home / "code" / other / "jukebox", data.folder, data.versions()[0], home / "o", 4, 0
    )
    number = Registry(home / "registry").register(job.read_model(home / "o"))

    assert "The bytes are the same." in run(home, "rebuild", number).stdout


def test_bytes_that_python_left_beside_a_source_are_not_run(home, away):
    """What trains is a copy of the sources, and they are what was compared."""
    folder = kept(home) / "model"
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "training.pyc").touch()
    record = Registry(home / "registry").lineage(1)["record"]
    ran = rebuild.find_code(home, record, home.parent / "run")

    assert record["code_version"] == code_version(ran) != identity.code_version(job.INSTALLED)
    assert home.parent / "run" in ran.parents
    assert not (ran / "model" / "__pycache__").exists()


def test_the_bytes_that_were_lost_come_back(home, quick, tmp_path):
    """The record is enough: the artefact of the registry is not asked."""
    number = registered(home, {"trained_week": 99})
    digest = Registry(home / "registry").lineage(1)["digest"]
    lose(home, number)
    run(home, "rebuild", number, "--out", tmp_path / "back.onnx")

    assert digest == hashlib.sha256((tmp_path / "back.onnx").read_bytes()).hexdigest()


def test_a_training_keeps_its_code(made):
    """So that a home can rebuild its models when the package is renewed."""
    copy = kept(made)

    assert identity.name_snapshot(copy) == copy.parent.name
    assert code_version(copy) == code_version()
    assert (copy / "model" / "job.py").is_file()


# ---- not the same --------------------------------------------------------------------------------


def test_another_package_is_named(home, quick, monkeypatch):
    """By its name and both versions; a hash could not say that."""
    installed = identity.metadata.version

    def version(name):
        return "0.1" if name == "scipy" else installed(name)

    monkeypatch.setattr(identity.metadata, "version", version)
    said = run(home, "rebuild", 1, code=1).stdout

    assert "The bytes are not the same." in said
    assert f"  scipy: 0.1 here, {installed('scipy')} in the record\n" in said
    assert "Only the notes differ: without them, the bytes are the same.\n" in said
    assert "lock hash" not in said
    assert " here" not in said.partition("scipy")[0]  # the version of the code is told by scipy's


def test_another_environment_as_json(home, quick, monkeypatch):
    """The verdict, whole."""
    monkeypatch.setattr(identity.metadata, "version", lambda name: "9")
    verdict = json.loads(run(home, "rebuild", 1, "--json", code=1).stdout)

    assert not verdict["same"]
    assert verdict["recorded"] != verdict["rebuilt"]
    assert {*identity.PACKAGES} == {*verdict["differs"]}
    assert {"notes_only": True, "answers": 0} == verdict["distance"]


def test_a_record_that_names_no_packages_is_not_enough():
    """As ours was: its hash says that they differ, and not which."""
    found = rebuild.differences({"lock_hash": "a"}, {"lock_hash": "b"})
    verdict = Comparison(1, "a", "b", found, names_packages=False, distance="it is lost")

    assert [
        "lock hash: b here, a in the record",
        "The record has no more than a hash of the packages, so nobody can say which differ.",
        "The answers cannot be compared: it is lost",
    ] == list(rebuild.explain_difference(verdict))


def test_what_no_record_names(home, quick, monkeypatch):
    """The numbers themselves differ, as by another processor: the answers say how much."""
    fit = training.fit

    def other(*given):
        fitted = fit(*given)
        fitted[-1].coefs_[0][0, 0] += 0.5
        return fitted

    monkeypatch.setattr(training, "fit", other)
    said = run(home, "rebuild", 1, code=1).stdout

    assert "All that the record names is the same: look at the processor" in said
    assert "The answers differ by 0." in said


def test_a_difference_that_no_answer_shows():
    """Of the converter's own name in the file, say."""
    distance = Distance(notes_only=False, answers=0.0)
    verdict = Comparison(1, "a", "b", {"skl2onnx": ("2", "1")}, True, distance)

    assert [
        "skl2onnx: 1 here, 2 in the record",
        "More than the notes differs, and no answer does.",
    ] == list(rebuild.explain_difference(verdict))


def test_bytes_that_are_gone_cannot_be_compared(home, quick):
    """And that is said, beside what the record tells."""
    number = registered(home, {"seed": 6})
    lose(home, number)
    said = run(home, "rebuild", number, code=1).stdout

    assert "The answers cannot be compared: " in said


# ---- not to be rebuilt ---------------------------------------------------------------------------


def test_code_that_is_nowhere(home):
    """The sentence names it, both places, and the way to it."""
    number = registered(home, {"code_version": "c" * 64})
    said = run(home, "rebuild", number, code=1).stderr

    assert f"The code {'c' * 64} is neither installed nor in " in said
    assert "check out the commit" in said


def test_data_that_lost_a_track(home):
    """Before anything trains; the sentence says who took it and why."""
    track = Store(home / "data").read()[0]["track_id"].iloc[0]
    run(home, "forget", track, "--why", "the artist withdrew it")
    said = run(home, "rebuild", 1, code=1).stderr

    assert "lost 1 track on request (the artist withdrew it): it can no longer be read, " in said
    assert "nor a model of it built again." in said


@pytest.mark.parametrize("name", ["../elsewhere", "f" * 64])
def test_a_name_that_leads_elsewhere_or_to_half_a_copy(home, name):
    """Neither is read any further."""
    (home / "code" / name / "jukebox").mkdir(parents=True)
    number = registered(home, {"code_version": name})
    said = run(home, "rebuild", number, code=1).stderr

    assert ("is neither installed nor in" in said) == name.startswith("..")
    assert ("is not the code that it is named after" in said) == name.startswith("f")


@pytest.mark.parametrize("file", ["model/training.py", "model/job.py", "new.py"])
def test_code_that_was_changed(home, away, file):
    """A copy that is not what its name says trains nobody, whatever line it is."""
    with (kept(home) / file).open("a", encoding="utf-8") as source:
        source.write("# changed\n")

    assert "is not the code that it is named after" in run(home, "rebuild", 1, code=1).stderr


def test_code_that_was_brought_back_by_hand(home, away):
    """As the sentence says: into a folder of its version's name."""
    version = Registry(home / "registry").lineage(1)["record"]["code_version"]
    kept(home).parent.rename(home / "code" / version)

    assert "bytes are the same" in run(home, "rebuild", 1).stdout


def test_data_that_is_gone(home):
    """The store says which version it lacks."""
    for file in (home / "data" / "versions").glob("*.json"):
        file.unlink()

    assert "There is no data version" in run(home, "rebuild", 1, code=1).stderr


def test_data_under_another_name(home):
    """A list that was edited leads to other rows: they are not those of the record."""
    [file] = (home / "data" / "versions").glob("*.json")
    listed = json.loads(file.read_text())
    del listed["batches"]["tracks"]["0"]
    file.write_text(json.dumps(listed))

    assert "holds other rows under the name" in run(home, "rebuild", 1, code=1).stderr


def test_a_record_that_lacks_something(home):
    """Nobody guesses a setting."""
    number = registered(home, {"settings": {}, "data_version": None})

    said = run(home, "rebuild", number, code=1).stderr
    assert "The record lacks data_version, settings, so nobody can repeat it." in said


def test_a_training_that_fails(home, monkeypatch):
    """Its last line is what the command says."""

    def fails(*given):
        raise RuntimeError("MemoryError")

    monkeypatch.setattr(job, "run_training", fails)

    assert "The training failed: MemoryError" in run(home, "rebuild", 1, code=1).stderr
