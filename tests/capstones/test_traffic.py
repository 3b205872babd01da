"""Traffic: a counter that fails as zero, in the heavy rain."""

from capstones import traffic

from tests.capstones.briefs import both, data_of, figures_of


def readings(seed):
    """The readings of the road, each once, with what was really there and the rain."""
    data = data_of("traffic", seed)
    rows = data.tables["readings"].drop_duplicates("reading")
    return rows.merge(data.truth["occupancy"], on="reading").merge(data.tables["weather"])


@both
def test_the_jams_that_are_counted_are_those_that_are_easy(seed):
    """Of the jams that the counters show, many more were foretold than of all."""
    counted, real, unseen = figures_of("traffic", seed)

    assert counted > 0.65
    assert real < counted - 0.2
    assert unseen > 0.3


@both
def test_the_model_keeps_to_four_false_warnings_a_day(seed):
    """As the brief demands, by the counters and in truth: there are about three."""
    rows = traffic.warnings_of_two_weeks(data_of("traffic", seed))
    for column in ("occupancy", "occupancy_really"):
        assert 2 < (rows["warned"] & (rows[column] < 35)).sum() / 14 < 3.5


@both
def test_a_counter_fails_as_zero_in_the_heavy_rain(seed):
    """There it nearly always means a full road; at three in the morning it means an empty one."""
    rows = readings(seed)
    zero = rows[rows["occupancy"] == 0]
    heavy, night = zero[zero["rain_mm"] > 12], zero[zero["hour"].dt.hour == 3]

    assert heavy["occupancy_really"].median() >= 35
    assert night["occupancy_really"].max() <= 1


@both
def test_a_reading_that_is_not_zero_is_the_truth(seed):
    """And a failed one keeps nothing of it: no vehicle, no speed."""
    rows = readings(seed)
    failed = rows["occupancy"] != rows["occupancy_really"]

    assert {0} == {*rows.loc[failed, "vehicles"], *rows.loc[failed, "occupancy"]}
    assert rows.loc[failed, "speed"].isna().all()
