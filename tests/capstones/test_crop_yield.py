"""Crop yield: districts in both parts, and a drought."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_a_new_district_is_harder_and_a_drought_much_harder(seed):
    """The error in t/ha grows with each step away from what was trained on."""
    at_random, districts, drought = figures_of("crop_yield", seed)

    assert districts > 1.6 * at_random
    assert drought > 4 * at_random


@both
def test_the_drought_can_be_seen_before_the_harvest(seed):
    """No season before it had so little rain; but of its yields the team has none."""
    plots = data_of("crop_yield", seed).tables["plots"]
    rain = plots.filter(like="rain_").sum(axis=1).groupby(plots["season"]).mean()
    last = plots["season"] == 2026

    assert rain[2026] < 0.8 * rain.drop(2026).min()
    assert plots.loc[last, "yield"].isna().all()
    assert plots.loc[~last, "yield"].notna().all()
