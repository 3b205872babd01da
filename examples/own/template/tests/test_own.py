"""The whole turn on made-up data, in an empty folder: what no change of yours should break."""

import os
from pathlib import Path

import make_data
import numpy as np
import pandas as pd
import pytest
from fastapi import HTTPException
from own import registry, store
from own.checks import Stop
from own.gate import judge
from own.monitor import monitor
from own.schema import DELAY, FEATURES, ID, LABEL, PERIOD, TEST, TIME
from own.serve import respond, score
from own.train import train

BEFORE = make_data.CHANGE - 1  # the last period of the old world
WORSE = tuple(FEATURES)[1:]  # to leave all but one feature out makes a worse model


def receive(until: pd.Period) -> None:
    """Take in all that has come by a period."""
    for file in make_data.deliver(until, Path("inbox")):
        store.receive(file)


@pytest.fixture(scope="module", autouse=True)
def champion(tmp_path_factory):
    """Work in an empty folder; receive the old world, and make the first champion."""
    os.chdir(tmp_path_factory.mktemp("own"))
    receive(BEFORE)
    model = train()
    registry.save(model)
    registry.decide("promote", model.version, "a test")
    return model


@pytest.fixture
def rows():
    """The newest file of rows, which a test may deliver again."""
    return Path("inbox", f"rows-{BEFORE}.csv")


def again(file: Path, change) -> Path:
    """Write a changed copy of a delivery, under the same name."""
    folder = Path("again")
    folder.mkdir(exist_ok=True)
    change(store.read(file)).to_csv(folder / file.name, index=False)
    return folder / file.name


def test_the_same_delivery_twice_changes_nothing(rows):
    """Deliveries are repeated every week."""
    before = store.digest()

    assert "" == store.receive(rows)
    assert before == store.digest()


def test_a_part_of_a_period_does_not_replace_the_whole(rows):
    """It stops, and says how to go on; the store is as it was."""
    before, part = store.digest(), again(rows, lambda table: table.head(100))
    with pytest.raises(Stop, match=r"would leave 100 rows where .* add --accept"):
        store.receive(part)

    assert before == store.digest()


def test_a_part_can_be_accepted(rows):
    """Somebody has looked; then the whole comes back."""
    store.receive(again(rows, lambda table: table.head(100)), accept=True)
    kept = len(store.rows_of(BEFORE))
    store.receive(rows)

    assert 100 == kept < len(store.rows_of(BEFORE))


def test_the_count_of_the_sender_is_compared(rows):
    """In a file that was cut off, each row that is left looks right."""
    with pytest.raises(Stop, match="ask for it again"):
        store.receive(rows, sent=len(store.read(rows)) + 1)


def test_a_row_of_another_period_is_named(rows):
    """It is set aside, and belongs into a delivery of its own period."""

    def move(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[0, TIME] = str((BEFORE - 1).start_time.date())
        return table

    said = store.receive(again(rows, move), accept=True)
    store.receive(rows)

    assert f"1 aside, in place of {len(store.rows_of(BEFORE))}" in said
    assert f"{TIME} is in {BEFORE - 1}, not in {BEFORE}" in said


def test_an_unknown_column_stops(rows):
    """A new column is news: somebody decides about it."""
    with pytest.raises(Stop, match="unknown column extra"):
        store.receive(again(rows, lambda table: table.assign(extra=1)))


def test_labels_that_nobody_can_know_yet_stop(rows):
    """A label that is not known yet is not a no."""
    file = Path("again", f"labels-{BEFORE}.csv")
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{ID},label\n", "utf-8")
    with pytest.raises(Stop, match="too early"):
        store.receive(file)


def test_one_table_is_cut_into_deliveries(rows):
    """An empty label is no label: it is not known yet."""
    table = store.read(rows).assign(**{LABEL: "1"})
    table.loc[0, LABEL] = np.nan
    table.to_csv("whole.csv", index=False)

    assert 2 == store.cut(Path("whole.csv"), Path("cut"))
    assert rows.read_bytes() == Path("cut", rows.name).read_bytes()
    assert len(table) - 1 == len(store.read(Path("cut", f"labels-{BEFORE}.csv")))


def test_the_record_names_what_made_the_model(champion):
    """And the same data and code give the same bytes."""
    assert champion.record["data"] == store.digest()
    assert champion.digest == train().digest


def test_between_learning_and_test_lies_the_delay(champion):
    """No label is learnt from that was not known when the test began."""
    fitted, tested = champion.record["fitted"][1], champion.record["tested"][0]

    assert pd.Period(fitted, PERIOD) + DELAY == pd.Period(tested, PERIOD)


def test_the_first_model_is_better_than_its_baseline(champion):
    """With no champion before it."""
    assert judge(champion, None).passed


def test_a_worse_model_is_refused(champion):
    """And so is an equal one: its lead is nothing."""
    assert not judge(train(without=WORSE), champion).passed
    assert not judge(champion, champion).passed


def test_changed_bytes_are_noticed(champion):
    """Each load compares them with their name."""
    file = registry.MODELS / champion.version / "model.onnx"
    right = file.read_bytes()
    file.write_bytes(right + b"\0")
    with pytest.raises(Stop, match="have changed"):
        registry.champion()
    file.write_bytes(right)

    assert champion.digest == registry.champion().digest


def test_a_request_is_answered_and_a_wrong_one_is_not(champion, rows):
    """The answer says which model gave it."""
    row = store.read(rows).iloc[0].to_dict()
    name = next(name for name in FEATURES if name in row)

    assert champion.version == respond(champion, row)["version"]
    with pytest.raises(HTTPException, match=f"{name} is -1"):
        respond(champion, row | {name: "-1"})


def test_the_monitor_notices_a_change_and_a_new_model_passes(champion):
    """Quiet in the old world; after the change it alarms, and a training that waits is admitted."""
    calm = [BEFORE - DELAY - 1 - n for n in range(3)]
    late = [make_data.CHANGE + n for n in range(2)]
    for period in calm:
        score(str(period))

    assert {"as tested"} == set(monitor().query("answers > 1")["verdict"])

    receive(make_data.CHANGE + 2 * DELAY + TEST + 3)
    for period in late:
        score(str(period))
    told = monitor().set_index("period")["verdict"]

    assert ["worse than tested"] * 2 == [told[str(period)] for period in late]

    challenger = train(since=str(make_data.CHANGE))
    assert judge(challenger, champion).passed
    assert np.less(challenger.record["loss"][0], challenger.record["loss_of_baseline"])
