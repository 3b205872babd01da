"""Bad input: whatever comes in over HTTP or in a file, it is answered, and nobody is harmed."""

import csv
import gzip
import json
import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import requests
import schemathesis
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jukebox import COLUMNS, DIRT, FEATURES, Catalogue, Registry, Store, dirty, validate
from jukebox.cli.main import main
from jukebox.data.files import read_table
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.jukebox.serving import TRACK
from tests.waiting import HANGS, until

from .running import TOKENS, Service

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]

WEEK = 12
SIZES = {  # (small, full)
    "cases": (400, 10_000),
    "rounds": ((2, 3), (20, 50)),  # of a hundred right requests: before a look at memory, and after
    "rows": (1_000, 10_000),
}
SAME = (
    *("operations", "server_errors", "crashes", "by_hand"),
    *("without_a_reason", "lost", "altered"),
)
RATES = {"kept": "dirty_rows"}
GROWTH = 3.0  # MB in the second half of the cases: 600 bytes a request
# Of a hundred cases; what is left goes to /predict. Calls that take nothing have little to vary.
SHARES = {
    "GET /health/live": 1,
    "GET /health/ready": 1,
    "GET /metrics": 1,
    "GET /admin/history": 3,
    "GET /admin/alerts": 3,
    "POST /admin/alerts": 16,
    "GET /admin/lineage/{version}": 18,
    "GET /admin/requests/{request_id}": 15,
    "POST /admin/{action}": 22,
}
CONFORM = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
FORM = [checks.positive_data_acceptance, checks.negative_data_rejection]


@pytest.fixture(scope="module")
def service(stock, tmp_path_factory):
    """A service whose champion is version 1 of 3."""
    running = Service(stock, tmp_path_factory.mktemp("input") / "home")
    registry = Registry(running.home / "registry")
    registry.promote(1, "the first")
    ready = f"{running.url}/health/ready"
    until(lambda: requests.get(ready, timeout=HANGS).ok, "the service is ready")
    yield running
    running.process.kill()
    running.process.communicate()


def cases_of(schema, of):
    """Give (operation, how it is generated, how many cases), `of` cases in all."""
    operations = [found.ok() for found in schema.get_all_operations()]
    plan = {op.label: round(of * SHARES.get(op.label, 0) / 100) for op in operations}
    plan["POST /predict"] = of - sum(plan.values())
    assert 0 not in plan.values(), f"an operation without a share: {plan}"
    for operation in operations:
        nothing = "GET" in operation.label and "{" not in operation.label
        modes = [GenerationMode.POSITIVE] if nothing else list(GenerationMode)
        if operation.label.endswith("{request_id}"):  # any text is one
            modes = [GenerationMode.POSITIVE]
        for mode in modes:
            yield operation, mode, plan[operation.label] // len(modes)


def attack(operation, mode, examples, ask, number):
    """Call `ask` with so many generated cases of an operation, each with a token and a query."""

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        token=st.sampled_from(["", "Bearer wrong", *(f"Bearer {t}" for t in TOKENS.values())]),
        query=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=2),
    )
    def once(case, token, query):
        ask(case, {"Authorization": token} if token else {}, query)

    once()


def test_ten_thousand_generated_cases(service, sizes, recording, figures):
    """None leads to a server error, each answer is as the OpenAPI has it, and memory stays flat."""
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    schema.config.generation.update(with_security_parameters=False)  # the tokens are ours
    codes, memory, session = Counter(), [], requests.Session()

    def ask(case, headers, query):
        answer = case.call(session=session, headers=headers, params=query, timeout=HANGS)
        codes[case.operation.label, answer.status_code] += 1
        # Where only the form decides, what is right must be taken, and what is not must be refused.
        decided = FORM if case.operation.label == "POST /predict" else []
        case.validate_response(answer, checks=CONFORM + decided)

    # Twice half of them: the first time each kind of call takes the memory that it goes on with.
    for number in range(2):
        for operation, mode, examples in cases_of(schema, sizes.cases // 2):
            attack(operation, mode, examples, ask, number)
        memory.append(service.memory())
    growth = memory[1] - memory[0]
    answered = requests.post(f"{service.url}/predict", json={"tracks": [TRACK]}, timeout=HANGS)
    figures |= {
        "cases": codes.total(),
        "operations": len({label for label, _ in codes}),
        "server_errors": sum(n for (_, code), n in codes.items() if code >= 500),
        "crashes": int(service.process.poll() is not None),
        "memory_growth_mb": round(growth, 1),
    }

    assert codes.total() == sizes.cases
    assert 0 == figures["server_errors"] == figures["crashes"]
    assert {200, 401, 403, 409, 422} <= {code for _, code in codes}  # and others as declared
    assert not recording or growth < GROWTH, f"{growth:.1f} MB more: {memory}"
    assert 200 == answered.status_code


def test_memory_under_right_requests(service, sizes, recording, figures):
    """Ten thousand generated cases are few right ones, and a leak for each of these is small."""
    memory = []
    for rounds in sizes.rounds:
        for _ in range(rounds):
            assert [200] * 100 == service.raw(post(RIGHT) * 100, answers=100)
        memory.append(service.memory())
    figures["right_requests"] = 100 * sizes.rounds[1]
    figures["right_growth_mb"] = round(memory[1] - memory[0], 1)

    assert not recording or memory[1] - memory[0] < GROWTH, f"from {memory[0]} to {memory[1]} MB"


# What no generator thinks of: each is sent as bytes, and has its one right answer.
RIGHT = json.dumps({"tracks": [TRACK]}).encode()
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\n"


def post(body, head=b"", length=None):
    """Give the bytes of a POST /predict, its length told truly or not."""
    length = len(body) if length is None else length
    return HEAD + head + b"Content-Length: %d\r\n\r\n" % length + body


def with_tempo(text):
    """Give a right body but for its tempo, which is this text."""
    return RIGHT.replace(b"121.0", text)


NASTY = {
    "nested 100,000 deep": (post(b'{"tracks":' + b"[" * 100_000), [422]),
    "a number beyond a float": (post(with_tempo(b"1e309")), [422]),
    "no number": (post(with_tempo(b"NaN")), [422]),
    "a number of 100,000 digits": (post(with_tempo(b"9" * 100_000)), [422]),
    "half a character": (post(RIGHT[:-3] + b',"track_id":"\\ud800"}]}'), [422]),
    "no UTF-8": (post(RIGHT[:-3] + b',"track_id":"\xff"}]}'), [422]),
    "a name twice": (post(b'{"tracks":[],' + RIGHT[1:]), [200]),
    "nothing": (post(b""), [422]),
    "a zipped bomb": (post(gzip.compress(bytes(10**8)), b"Content-Encoding: gzip\r\n"), [422]),
    "10,000 tracks": (post(json.dumps({"tracks": [TRACK] * 10_000}).encode()), [413]),
    "257 tracks": (post(json.dumps({"tracks": [TRACK] * 257}).encode()), [413]),
    "a chunk that never ends": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", [408]),
    "chunks beyond the limit": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"fff\r\n" + b" " * 4095 + b"\r\n" * 70,
        [400],
    ),
    "a length too long": (post(RIGHT, length=len(RIGHT) + 9), [408]),
    "a length too short": (post(RIGHT, length=9), [400]),
    "a length below zero": (post(RIGHT, length=-1), [400]),
    "two lengths": (post(RIGHT, b"Content-Length: 5\r\n"), [400]),
    "a length and chunks": (post(RIGHT, b"Transfer-Encoding: chunked\r\n"), [400]),
    "a hundred at once": (post(RIGHT) * 100, [200] * 100),
    "a header of a megabyte": (post(RIGHT, b"X: " + b"a" * 2**20 + b"\r\n"), [200]),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9 + b"\r\n", [400]),
    "another method": (HEAD.replace(b"POST", b"TRACE") + b"\r\n", [405]),
}


@pytest.mark.parametrize("name", NASTY)
def test_made_by_hand(service, figures, name):
    """Each gets its own answer, and the next caller his."""
    sent, wanted = NASTY[name]
    codes = service.raw(sent, answers=len(wanted))
    figures["by_hand"] = figures.get("by_hand", 0) + 1
    after = requests.post(f"{service.url}/predict", json={"tracks": [TRACK]}, timeout=HANGS)

    assert wanted == codes
    assert 200 == after.status_code
    assert service.process.poll() is None


# Cells as they come from people, spreadsheets and other programs. Text alone can stand in a file.
TEXTS = [
    *("", " ", "NaN", "inf", "-inf", "1,5", "0.5 ", "+0.5", "1e309", "1e-400", "1_000", "0x1A"),
    *(
        "\u0660",
        "½",
        "-0",
        "--1",
        "true",
        "FALSE",
        "null",
        "None",
        "N/A",
        "#REF!",
        "=1+1",
        "'; DROP",
    ),
    *("2024-01-31", "12:30", "🎵", "🎵" * 500, "\u200b0.5", "\ufeff0.5", "0.5\n", "a\tb", "0.5\0"),
    *('"', '0."5', "\r", "9" * 400, "<script>", "../../etc/passwd", "Türkü", "x" * 10_000),
]
OBJECTS = [
    *(None, True, False, math.nan, math.inf, -math.inf, pd.NA, pd.NaT, -0.0, 5e-324, 0.1 + 0.2),
    *(10**30, 10**400, -(10**400), 2**63, [], [0.5], {}, (1,), b"0.5", b"\xff", 1j, object()),
    *(pd.Timestamp("2024-01-31"), pd.Timedelta(1), np.datetime64("2024"), np.float32(0.5)),
]


def filth(cells, rows, seed):
    """Give so many rows, most of them dirty: each kind of `DIRT`, then odd cells anywhere."""
    rng = np.random.default_rng(seed)
    clean, _ = Catalogue(5, tracks_a_week=rows).week(WEEK)
    frame, ledger = dirty(clean, rng, dict.fromkeys(DIRT, 0.06))
    frame = frame.iloc[:rows].reset_index(drop=True).astype(object)
    for row in rng.choice(rows, rows // 2, replace=False):
        frame.iat[row, rng.integers(len(COLUMNS))] = cells[rng.integers(len(cells))]
    return frame, ledger


def equal(kept, sent):
    """Say whether a kept cell is the one that was sent, or the number that was written there."""
    return kept == sent if isinstance(kept, str) else kept == float(sent)


def lost_and_altered(sent, kept, quarantined):
    """Count the sent rows that are neither kept nor quarantined, and kept cells that differ."""
    stayed = sent.drop(index=quarantined.index)
    pairs = zip(stayed[COLUMNS].to_numpy(object), kept[COLUMNS].to_numpy(object), strict=False)
    differ = sum(not equal(k, s) for of in pairs for s, k in zip(*of, strict=True))
    return abs(len(stayed) - len(kept)), differ


def outside(kept):
    """Count the kept numbers beyond the bounds of their feature; NaN is beyond all."""
    return sum(
        int((~kept[name].between(f.lowest, f.highest)).sum()) for name, f in FEATURES.items()
    )


@pytest.mark.parametrize("seed", range(2))
def test_ten_thousand_dirty_rows(sizes, figures, seed):
    """Each is kept as it was sent, within all bounds, or quarantined with a reason."""
    sent, ledger = filth(TEXTS + OBJECTS, sizes.rows, seed)
    kept, quarantined = validate(sent, WEEK)
    lost, altered = lost_and_altered(sent, kept, quarantined)
    unexplained = int((quarantined["reason"].str.strip() == "").sum())
    if seed == 0:
        figures |= {"dirty_rows": len(sent), "kept": len(kept), "quarantined": len(quarantined)}
        figures |= {"without_a_reason": unexplained, "lost": lost, "altered": altered}

    assert len(sent) == sizes.rows == len(kept) + len(quarantined)
    assert set(DIRT) == set(ledger["kind"])
    assert min(len(kept), len(quarantined)) > sizes.rows / 5
    assert 0 == lost == altered == unexplained == outside(kept)
    assert set(quarantined.index) <= set(sent.index)
    assert quarantined.index.is_unique


def test_ten_thousand_dirty_rows_in_a_file(sizes, tmp_path):
    """The command says of each row of a CSV what became of it, and writes the bad ones down."""
    sent, _ = filth(TEXTS, sizes.rows, 2)
    sent = sent.map(lambda cell: "" if pd.isna(cell) else str(cell))
    file, bad = tmp_path / "dirty.csv", tmp_path / "bad.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *sent[COLUMNS].to_numpy()])
    answer = CliRunner().invoke(main, ["validate", str(file), "--quarantine", str(bad)])
    counts = re.match(r"(\d+) rows: (\d+) kept, (\d+) quarantined", answer.output)
    kept, quarantined, _ = read_table(file)
    written = pd.read_csv(bad, dtype=str, keep_default_na=False)

    assert 1 == answer.exit_code
    assert [sizes.rows, len(kept), len(quarantined)] == [int(count) for count in counts.groups()]
    assert (0, 0) == lost_and_altered(sent, kept, quarantined)
    assert 0 == outside(kept)
    assert len(written) == len(quarantined) == (written["reason"].str.strip() != "").sum()


def test_the_same_tracks_week_after_week(sizes, tmp_path):
    """A track that comes again in another week, dirty or not, is quarantined; the first stays."""
    store, (sent, _) = Store(tmp_path), filth([*TEXTS, *OBJECTS, "\ud800"], sizes.rows, 3)
    first, _ = store.arrive(WEEK, sent)
    again = sent.assign(released=WEEK + 1)
    kept, quarantined = store.arrive(WEEK + 1, again)

    assert len(quarantined) == len(store.quarantined_rows(WEEK + 1))
    assert not set(kept["track_id"]) & set(first["track_id"])
    assert sizes.rows == len(kept) + len(quarantined)
    assert (quarantined["reason"].str.strip() != "").all()
    assert first["track_id"].isin(quarantined["track_id"]).all()
