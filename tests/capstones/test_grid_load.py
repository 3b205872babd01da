"""Grid load: hours have neighbours, and Diwali moves."""

from capstones import grid_load

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_the_hidden_load_is_in_no_table(seed):
    """And the fixed holidays do not tell when Diwali is."""
    data = data_of("grid_load", seed)

    assert ["hour", "forecast_c"] == list(data.tables["to_forecast"])
    assert set() == set(data.tables["load"]["hour"]) & set(data.truth["load"]["hour"])
    assert {"10-02"} == set(data.tables["holidays"]["day"].str[5:])


@both
def test_a_forecast_is_worse_in_a_new_autumn_and_worst_at_diwali(seed):
    """Random hours have their neighbours in the training."""
    random, autumn, diwali = figures_of("grid_load", seed)

    assert random <= 0.025
    assert autumn >= 2.5 * random
    assert diwali >= autumn + 0.02


@both
def test_a_forecast_that_knows_diwali_is_better(seed):
    """So the fault can be repaired with a calendar."""
    data = data_of("grid_load", seed)
    past = data.tables["load"].dropna()
    new = data.tables["to_forecast"].merge(data.truth["load"], on="hour")

    better = grid_load.error(past, new, diwali=True).mean()
    assert better <= figures_of("grid_load", seed)[1] - 0.015
    assert better < 0.08  # what the brief calls good
