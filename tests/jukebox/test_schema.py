"""One shape: a track that one door takes is a track for all, and so is its id.

What a row is: an id, a week of release, and a cell for each of 13 features. A file has them in its
columns, a request in its JSON. The two differ in this alone:

- A file may say a number as text, as all of a CSV does, and is_explicit as True or False. JSON has
  numbers of its own, so a request sends that number, and text in its place is refused.
- A row of a file needs an id. A request may come without one: its answer is then joined to nothing.
- A file has the week of release, `released`, which the model is not told. A request has no such
  field, and none but its own; a file's other columns are left aside.
- Of rows of a file with one id the first right one is kept. A request may ask twice.

In Parquet an id may be a number, and is then the text of it, as it would be in a CSV.
"""

import csv
import json
import re
from math import inf, nan, nextafter

import numpy as np
import pandas as pd
import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from click.testing import CliRunner
from jukebox import FEATURES, LABEL_DELAY, WHOLE, Catalogue, Forgotten, Registry, Store, validate
from jukebox.cli import forget as follow
from jukebox.cli.main import main
from jukebox.data.erasure import find_holders, forget
from jukebox.data.files import read_table
from jukebox.schema import BOUNDS, COLUMNS, ID_RULE, is_id
from jukebox.serving.bounds import Batch
from jukebox.watch.monitoring import data_quality, score_newest_week
from pydantic import ValidationError

from .serving import TRACK, served

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]

PRINTABLE = "".join(map(chr, range(33, 127)))
RIGHT_IDS = [  # what suppliers use, and what somebody's program might take for its own
    *("T0000001", "spotify:track:0123456789abcdefABCDEF", "krap://label/a/42?x=1&y=2#z"),
    *("QZ-KRP-26-00001", "QZKRP.2600001", "QZ_KRP_26_00001", "urn:isrc:QZKRP2600001"),
    *("0", "7", "-1", "+1", "007", "1e3", "0x10", "1_000", "4.50", "NA", "nan", "None", "null"),
    *("True", "N/A", "<NA>", "Infinity", "--", "-x", "--home", "=1+1", "@SUM(A1)", "+cmd|'/C'!A0"),
    *('"', '""', "'", '"T1"', 'a"b', "a,b", ",", ";", "a\\", "\\n", "\\ud800", "a|b", "#", "%"),
    *("[bold]", "[/]", "[red]x[/red]", "\\[b]", ":smile:", "<b>x</b>", "&amp;", "{{x}}", "${HOME}"),
    *(
        "%00",
        "%s",
        "../../etc/passwd",
        "~",
        "*",
        "T1';DROP/**/TABLE/**/predictions;--",
        "'OR'1'='1",
    ),
    *("x" * 128, '"' * 128, "[" * 128),
]
WRONG_IDS = [
    *("", " ", "T 1", " T1", "T1 ", "\t", "T\t1", "T1\n", "\nT1", "T1\r", "a\r\nb", "\0", "T1\0x"),
    *("\x7f", "\x1b[31m", "T\x0b1", "T1\u2028", "T\xa01", "T\u200b1", "\ufeffT1", "Türkü", "тест"),
    *("曲", "e\u0301", "e\u0301" * 64, "🎵", "👩\u200d🎤", "\ud800", "T\uff11", "\u0661", "\ue000"),
    *("x" * 129, "x" * 10_000, "ü" * 128, "1" * 129),
    *(0, 1, 7, -1, 4.5, 7.0, nan, True, False, 10**40, None, [1], np.int64(7)),
]
NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.A | re.I)
JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-]?[0-9]+)?", re.I)
WORDS = {"True": "1", "False": "0"}  # of is_explicit


def any_id(rng):
    """Draw an id of any kind."""
    kind = rng.integers(8)
    if kind < 2:
        ids = (RIGHT_IDS, WRONG_IDS)[kind]
        return ids[rng.integers(len(ids))]
    if kind == 2:  # any character of ASCII, alone or among others
        return rng.choice(["", "T", "T1"]) + chr(rng.integers(128)) + rng.choice(["", "1"])
    if kind == 3:  # any character at all
        return f"T{chr(rng.integers(0x11_0000))}{rng.integers(1000)}"
    if kind == 4:  # at the longest
        return "".join(rng.choice([*PRINTABLE], rng.integers(126, 131)))
    if kind == 5:
        return f"krap:track:{rng.integers(10**9):09}"
    return "".join(rng.choice([*PRINTABLE], rng.integers(1, 30)))


def right_cell(rng, name):
    """Draw a number that a column may hold, on its bounds often, as itself or as text."""
    lowest, highest = BOUNDS[name]
    inside = float(rng.uniform(lowest, highest))
    value = [inside, lowest, highest, nextafter(lowest, inf), nextafter(highest, -inf)]
    value = value[rng.integers(5)]
    if name in WHOLE:
        value = int(rng.integers(lowest, highest + 1))
        value = [value, float(value), lowest, highest][rng.integers(4)]
    if value == 0 and rng.random() < 0.2:
        value = -0.0
    forms = (value, value, np.float64(value), repr(value), f" {value!r} ", f"{value:+.20f}")
    return forms[rng.integers(len(forms))]


def odd_cell(rng, name):
    """Draw a cell that a column may not hold, or only just."""
    lowest, highest = BOUNDS[name]
    beyond = [nextafter(lowest, -inf), nextafter(highest, inf), lowest - 1, highest + 1]
    text = [*map(repr, beyond), f"{highest}.0000000000000001", f"{highest}.0000000000000003"]
    text += ["0,5", "1_0", "\u0660", "\uff11", "0x1", "1e400", "-1e400", "1" * 400, "inf", "nan"]
    text += ["-Infinity", "NaN", "NA", "null", "", " ", "True", "False", "true", "yes", "1 0", "+"]
    text += ["--1", "1e", "e1", ".", ".5", "5.", "+1", "007", "1e-400", "-0", "0.5\0", "0.5\n", "½"]
    other = [nan, inf, -inf, None, True, False, 0.5, 1e-300, [1], [], 2**63, 10**400, -(10**400)]
    other += [np.bool_(True), np.float32(0.1), np.int8(1), np.float64(nan)]
    cells = (beyond, text, other)[rng.integers(3)]
    return cells[rng.integers(len(cells))]


def any_row(rng):
    """Draw a row, of which none, one or two cells are odd, as {column: cell}."""
    row = {name: right_cell(rng, name) for name in BOUNDS}
    for name in rng.choice(list(FEATURES), rng.choice(3, p=[0.5, 0.4, 0.1]), replace=False):
        row[name] = odd_cell(rng, name)
    return {"track_id": any_id(rng)} | row


def is_missing(cell):
    """Say whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, float) and cell != cell)


def in_json(name, cell):
    """Give the JSON of a cell: the number, to the digit, where it holds one."""
    if hasattr(cell, "item"):  # of NumPy
        cell = cell.item()
    if name == "is_explicit" and str(cell) in WORDS:
        return WORDS[str(cell)]
    if name != "track_id" and isinstance(cell, str) and NUMBER.fullmatch(cell):
        return cell.strip() if JSON_NUMBER.fullmatch(cell.strip()) else json.dumps(float(cell))
    return json.dumps(cell)


def request(row):
    """Give the body of POST /predict that asks for a row; what is missing is left out."""
    cells = {name: cell for name, cell in row.items() if name != "released"}
    fields = (
        f"{json.dumps(name)}: {in_json(name, cell)}"
        for name, cell in cells.items()
        if not is_missing(cell)
    )
    return f'{{"tracks": [{{{", ".join(fields)}}}]}}'


def is_taken(body):
    """Say whether the service takes a body: it parses it with this very call."""
    try:
        Batch.model_validate_json(body)
    except ValidationError:
        return False
    return True


def wanted(rows):
    """Give the places of the rows that the service takes with their ids, of each id the first."""
    taken = [
        i
        for i, row in enumerate(rows)
        if not is_missing(row["track_id"]) and is_taken(request(row))
    ]
    first = {}
    for i in taken:
        first.setdefault(rows[i]["track_id"], i)
    return [*first.values()]


@pytest.fixture(scope="module")
def rows():
    """Ten thousand rows, the same each time."""
    rng = np.random.default_rng(21)
    return [any_row(rng) for _ in range(10_000)]


def as_text(row):
    """Give a row as a CSV has it: text in each cell, and none where one is missing."""
    return {
        name: None if is_missing(cell) or cell == "" else str(cell) for name, cell in row.items()
    }


def csv_of(rows, path):
    """Write rows as CSV, each cell in quotes; half a character goes out as it came."""
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows(["" if cell is None else cell for cell in row.values()] for row in rows)
    return path


def parquet_of(rows, path):
    """Write rows as Parquet, whose text has no half character."""
    columns = {name: Array([row[name] for row in rows], DataType.utf8()) for name in COLUMNS}
    write_parquet(Table.from_pydict(columns), path)
    return path


# A row is kept exactly when it may be asked for


def test_a_row_is_kept_exactly_when_the_service_takes_it(rows):
    """For what a row is, and where a cell and a value of JSON differ, see the top of this file."""
    frame = pd.DataFrame(
        {name: pd.Series([r[name] for r in rows], dtype=object) for name in COLUMNS}
    )
    kept, quarantined = validate(frame)
    expected = wanted(rows)

    assert sorted(set(range(len(rows))) - set(quarantined.index)) == expected
    assert [rows[i]["track_id"] for i in expected] == list(kept["track_id"])
    assert 2_000 < len(expected) < 8_000  # both answers were asked for
    assert set(RIGHT_IDS) <= set(kept["track_id"])
    assert set(PRINTABLE) == set("".join(kept["track_id"]))


@pytest.mark.parametrize("write", [csv_of, parquet_of])
def test_a_row_of_a_file_is_kept_exactly_when_the_service_takes_it(rows, write, tmp_path):
    """Each cell is text, an id as well; a file that cannot hold half a character does not."""
    rows = [as_text(row) for row in rows]
    if write is parquet_of:
        rows = [row for row in rows if not re.search("[\ud800-\udfff]", row["track_id"] or "")]
    kept, quarantined, _ = read_table(write(rows, tmp_path / f"tracks.{write.__name__[:-3]}"))
    expected = wanted(rows)

    assert sorted(set(range(len(rows))) - set(quarantined.index)) == expected
    assert [rows[i]["track_id"] for i in expected] == list(kept["track_id"])
    assert 2_000 < len(expected)


def test_http_answers_as_the_checks_say(rows, shared):
    """Three hundred of the rows, over a socket; whatever is sent, it is answered."""
    with served(shared) as client:
        client.ready()
        for row in rows[:300]:
            body = request(row)
            answer = client.post("/predict", data=body.encode())

            assert (200 if is_taken(body) else 422) == answer.status_code, body
            if answer.ok:
                (said,) = answer.json()["predictions"]
                assert said["track_id"] == (
                    None if is_missing(row["track_id"]) else row["track_id"]
                )


@pytest.mark.parametrize("name", FEATURES)
def test_a_bound_is_the_same_to_the_last_bit(name):
    """In a file and in a request."""
    lowest, highest = BOUNDS[name]
    beyond = (nextafter(lowest, -inf), nextafter(highest, inf))
    rows = [TRACK | {"track_id": f"T{i}", "released": 3} for i in range(4)]
    for row, value in zip(rows, (lowest, highest, *beyond), strict=True):
        row[name] = value
    kept, _ = validate(pd.DataFrame(rows))

    assert ["T0", "T1"] == list(kept["track_id"])
    assert [True, True, False, False] == [is_taken(request(row)) for row in rows]


def test_each_whole_column_is_whole_everywhere():
    """And no other: a share that had to be whole would be a yes or no."""
    for name, (lowest, _) in list(BOUNDS.items())[1:]:
        row = {"track_id": "T1", "released": 3} | TRACK | {name: lowest + 0.5}
        kept, _ = validate(pd.DataFrame([row]))

        assert [name not in ("is_explicit", "key", "mode")] * 2 == [
            len(kept) == 1,
            is_taken(request(row)),
        ]


# The ids


def test_each_character_is_in_an_id_or_is_not():
    """Those of ASCII that print, and no other of the first sixty thousand."""
    taken = [c for c in map(chr, range(0xD7FF)) if is_id(c)]
    body = json.dumps({"tracks": [TRACK | {"track_id": "%s"}]})

    assert PRINTABLE == "".join(taken)
    for code in range(0x180):
        assert is_id(chr(code)) == is_taken(body.replace('"%s"', json.dumps(chr(code))))


def test_an_id_that_is_none_is_told_what_one_is(tmp_path, shared):
    """In the same words by a file's report and by the service, whatever was wrong with it."""
    ids = [one for one in WRONG_IDS if not is_missing(one)]
    frame = pd.DataFrame([{"track_id": one, "released": 3} | TRACK for one in ids])
    _, quarantined = validate(frame)
    with served(shared) as client:
        client.ready()
        answers = [
            client.post("/predict", data=json.dumps({"tracks": [TRACK | {"track_id": one}]}))
            for one in ids
            if isinstance(one, str) and "\ud800" not in one
        ]

    assert "1 to 128 printable ASCII characters without spaces" == ID_RULE
    assert len(ids) == len(quarantined)
    for reason in quarantined["reason"]:
        assert re.fullmatch(rf"track_id is .{{1,40}}, not {ID_RULE}", reason)
    for answer in answers:
        (fault,) = answer.json()["detail"]
        assert fault["fix"].startswith("tracks.0.track_id: ")
        assert fault["fix"].endswith(f" was sent; send {ID_RULE}.")


def test_an_id_in_the_wrong_place_is_to_be_removed():
    """No id is asked for there."""
    from jukebox.serving.bounds import complaint

    with pytest.raises(ValidationError) as error:
        Batch.model_validate_json(json.dumps({"tracks": [TRACK], "track_id": "T1", "key": 1}))

    assert [
        "track_id: 'T1' was sent; remove it.",
        "key: 1 was sent; remove it.",
    ] == [fault["fix"] for fault in complaint(error.value)]


def test_the_openapi_says_what_an_id_is(shared):
    """Pattern, length and words."""
    with served(shared) as client:
        said = client.get("/openapi.json").json()["components"]["schemas"]["Track"]
    one, none = said["properties"]["track_id"]["anyOf"]

    assert {"type": "null"} == none
    assert ("^[!-~]+$", 1, 128) == (one["pattern"], one["minLength"], one["maxLength"])
    assert ID_RULE == one["description"]
    assert all(map(is_id, one["examples"]))


def test_whole_numbers_of_parquet_are_ids_to_the_digit(tmp_path):
    """Also where one is missing, and beyond what a float can tell apart."""
    tracks = Catalogue(5, tracks_a_week=3).week(2)[0]
    columns = {name: Array(tracks[name].tolist(), DataType.float64()) for name in BOUNDS}
    ids = Array([9_007_199_254_740_993, None, 7], DataType.int64())
    write_parquet(Table.from_pydict({"track_id": ids} | columns), tmp_path / "tracks.parquet")
    kept, quarantined, _ = read_table(tmp_path / "tracks.parquet")

    assert ["9007199254740993", "7"] == list(kept["track_id"])
    assert ["track_id is missing"] == list(quarantined["reason"])


def test_charts_know_a_track_by_the_same_ids():
    """One that is missing is no track of the name None."""
    from jukebox.data.checks import validate_charts

    ids = [*RIGHT_IDS, *WRONG_IDS]
    kept, quarantined = validate_charts(pd.DataFrame({"track_id": ids, "country": "SE"}), 6)

    assert [*RIGHT_IDS, "1", "4.5", "7.0", "False", str(10**40), "[1]"] == list(kept["track_id"])
    assert len(ids) == len(kept) + len(quarantined)


def test_quality_counts_what_the_checks_refuse():
    """An id that the checks keep is at no fault, and one that they refuse is."""
    ids = [*RIGHT_IDS, *(one for one in WRONG_IDS if isinstance(one, str))]
    frame = pd.DataFrame([{"track_id": one, "released": 3} | TRACK for one in ids])
    wrong = len(ids) - len(RIGHT_IDS)

    assert wrong / len(ids) == data_quality(frame, 3)["wrong_encoding"]


@pytest.mark.filterwarnings("ignore:The behavior of DataFrame concatenation")  # pandera, of pandas
def test_quality_finds_a_fault_exactly_where_the_checks_refuse(rows):
    """In each of 300 rows alone: or half a batch could wait, and no alert would say so."""
    halves = [{"track_id": "T1", "released": 3} | TRACK | {name: 0.5} for name in WHOLE]
    for row in [*halves, *rows[:300]]:
        frame = pd.DataFrame({name: pd.Series([row[name]], dtype=object) for name in COLUMNS})
        frame.at[0, "released"] = week = 3 if row["released"] in (0, 5200) else row["released"]
        week = week if isinstance(week, int) else 3
        shares = data_quality(frame, week)
        faults = [name for name, share in shares.items() if name != "rows" and share]

        assert bool(faults) == bool(len(validate(frame, week)[1])), (row, faults)


def test_an_id_that_is_none_waits_under_its_own_name(tmp_path):
    """In the quarantine, also where it holds the end of a line, of a cell, or half a character.

    So who asks for the track T1, or has it forgotten, does not get that of "T1" and a null byte.
    """
    ids = [one for one in WRONG_IDS if isinstance(one, str)]
    store = Store(tmp_path)
    store.arrive(3, pd.DataFrame([{"track_id": one, "released": 3} | TRACK for one in ids]))
    kept = [one.replace("\0", "\\x00").replace("\ud800", "\\ud800") for one in ids if one]

    assert ["", *kept] == store.quarantined_rows(3)["track_id"].fillna("").tolist()


# The way of an id, from a file to an answer that is joined to its charts


@pytest.fixture(scope="module")
def walked(stock, tmp_path_factory):
    """A home whose tracks of week 0 have the RIGHT_IDS: (home, their ids); no test may change it.

    They came in a CSV, each a second time with a cell that is wrong, were asked for over HTTP, and
    their charts are known. The next weeks are ordinary.
    """
    import shutil

    home = tmp_path_factory.mktemp("walked") / "home"
    shutil.copytree(stock, home / "registry")
    store, world = Store(home / "data"), Catalogue(5, tracks_a_week=len(RIGHT_IDS))
    names = {}
    for week in range(LABEL_DELAY + 1):
        tracks, _ = world.week(week)
        if week == 0:
            names = dict(zip(tracks["track_id"], RIGHT_IDS, strict=True))
            tracks["track_id"] = RIGHT_IDS
        wrong = tracks.assign(tempo="a \"quoted,\nbroken\r\n' cell")
        rows = pd.concat([tracks.astype(object), wrong.astype(object)])
        file = csv_of(map(as_text, rows.to_dict("records")), home / "tracks.csv")
        kept, quarantined, _ = read_table(file)
        assert tracks.equals(kept)
        store.arrive(week, pd.concat([kept, quarantined[COLUMNS]]))
    charts = world.week(0)[1]
    store.chart(LABEL_DELAY, charts.assign(track_id=charts["track_id"].map(names)))
    version = store.freeze()
    registry = Registry(home / "registry")
    from .conftest import made

    weeks = {"data_version": version, "fitted_weeks": (0, 0), "tested_weeks": (1, 1)}
    registry.promote(registry.register(made(0.4, **weeks)), "the first")
    asked = tracks_of(store, 0)
    with served(registry, tokens={}) as client:
        bodies = [request(row) for row in asked.to_dict("records")]
        answers = [client.ready().post("/predict", data=body).json() for body in bodies]
    assert RIGHT_IDS == [answer["predictions"][0]["track_id"] for answer in answers]
    return home, {one: answer["request_id"] for one, answer in zip(RIGHT_IDS, answers, strict=True)}


def tracks_of(store, week):
    """Give the tracks of a week."""
    tracks = store.read()[0]
    return tracks[tracks["released"] == week]


def run(home, *words, code=0):
    """Run a command in a home, and give what it printed, its lines joined."""
    environment = {"JUKEBOX_HOME": str(home), "COLUMNS": "1000", "NO_COLOR": "1"}
    result = CliRunner().invoke(main, [str(word) for word in words], env=environment)
    assert code == result.exit_code, result.output + result.stderr
    return result.stdout


def test_an_answer_is_joined_to_its_charts_by_any_id(walked):
    """Each counts in the performance of the model, and none is left over."""
    home, _ = walked
    registry, (tracks, charts) = Registry(home / "registry"), Store(home / "data").read()
    week, scored = score_newest_week(
        registry.predictions(), tracks, charts, registry.standing().champion
    )

    assert (0, len(RIGHT_IDS)) == (week, scored["tracks"])
    assert 20 < charts["track_id"].nunique()


def test_the_store_gives_each_id_back(walked):
    """Kept, in quarantine, and in the version that was frozen."""
    store = Store(walked[0] / "data")
    (version,) = store.versions()

    assert RIGHT_IDS == list(tracks_of(store, 0)["track_id"])
    assert RIGHT_IDS == list(store.quarantined_rows(0)["track_id"])
    assert store.read()[0].equals(store.read(version)[0])
    assert all({version: {"released": 0}} == find_holders(store, one) for one in RIGHT_IDS)


def test_the_log_finds_each_id(walked):
    """Alone and among others, as it was sent."""
    home, requests = walked
    registry = Registry(home / "registry")

    for one, request_id in requests.items():
        assert [request_id] == list(registry.predictions(tracks=[one])["request_id"])
        assert [one] == [track["track_id"] for track in registry.trace_answer(request_id)["tracks"]]
    assert RIGHT_IDS == list(registry.predictions(tracks=RIGHT_IDS)["track_id"])


def test_the_terminal_shows_each_id_as_it_is(walked, capsys, monkeypatch):
    """What holds it and who saw it, as people and as programs read it."""
    home, _ = walked
    store, registry = Store(home / "data"), Registry(home / "registry")
    monkeypatch.setenv("COLUMNS", "1000")
    for one in RIGHT_IDS:
        follow.print_sightings(one, store, registry, as_json=False)
        lines = capsys.readouterr().out.splitlines()
        follow.print_sightings(one, store, registry, as_json=True)
        said = json.loads(capsys.readouterr().out)

        assert ["track", one] == lines[0].split()
        assert (one, 1, 1) == tuple(said[name] for name in ("track_id", "answers", "quarantined"))
        assert [registry.standing().champion] == said["versions"][0]["fitted"]


@pytest.mark.parametrize("one", ["-x", "--home", '"', "[bold]", "NA", "x" * 128])
def test_the_commands_take_each_id(walked, one):
    """Behind two hyphens, as with each command, also one that begins with a hyphen."""
    home, requests = walked

    assert one in run(home, "lineage", "--track", "--", one).splitlines()[0]
    assert one in run(home, "lineage", requests[one]).splitlines()[2]


def test_a_report_of_bad_rows_shows_each_id(walked, tmp_path):
    """As text, not as a mark of somebody's language; the file that it writes can be read."""
    bad = Store(walked[0] / "data").quarantined_rows(0)[COLUMNS].to_dict("records")
    for first in range(0, len(bad), 10):  # as many are shown
        file = csv_of(map(as_text, bad[first : first + 10]), tmp_path / "bad.csv")
        shown = run(tmp_path, "validate", file, "--quarantine", tmp_path / "out.csv", code=1)
        with (tmp_path / "out.csv").open(newline="") as out:
            written = [row["track_id"] for row in csv.DictReader(out)]

        assert RIGHT_IDS[first : first + 10] == written
        assert all(f" {one} " in shown for one in written)


def test_changed_rows_of_any_id_are_shown(walked, tmp_path):
    """By the command that compares two versions."""
    import shutil

    home = shutil.copytree(walked[0], tmp_path / "home")
    store = Store(home / "data")
    before = store.freeze()
    tracks = tracks_of(store, 0)
    store.arrive(0, tracks.assign(energy=1 - tracks["energy"]))
    shown = run(home, "lineage", "--json", before, store.freeze())

    assert RIGHT_IDS == sorted((r["track_id"] for r in json.loads(shown)["changed"]), key=place)


def place(one):
    """Give the place of an id among the RIGHT_IDS."""
    return RIGHT_IDS.index(one)


def test_each_id_can_be_forgotten(walked, tmp_path):
    """Every other one first: nothing of it is left, and the others are as they were."""
    import shutil

    home = shutil.copytree(walked[0], tmp_path / "home")
    store = Store(home / "data")
    (version,) = store.versions()
    for gone in (RIGHT_IDS[::2], RIGHT_IDS[1::2]):
        left = [
            frame[~frame["track_id"].isin(gone)]
            for frame in (*store.read(), store.quarantined_rows())
        ]
        went = forget(store, gone, "the artists withdrew them")

        assert (gone, gone) == (went["tracks"], went["quarantine"])
        for before, after in zip(left, (*store.read(), store.quarantined_rows()), strict=True):
            pd.testing.assert_frame_equal(before.reset_index(drop=True), after)
        assert all("why" in find_holders(store, one)[version] for one in gone)
    with pytest.raises(Forgotten, match=f"lost {len(RIGHT_IDS)} tracks on request"):
        store.read(version)
    assert tracks_of(store, 0).empty
