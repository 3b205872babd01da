"""House prices: a mean over the districts hides one."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_a_mean_over_the_districts_hides_one(seed):
    """The linear model leads by far, and not where it is worst."""
    everywhere, hills = figures_of("house_prices", seed)

    assert everywhere > 8
    assert hills < -8


@both
def test_a_price_that_is_to_come_is_in_no_table(seed):
    """Neither under its listing nor as a column."""
    data = data_of("house_prices", seed)
    sold, to_come = data.tables["sales"]["listing"], data.truth["sales"]["listing"]

    assert set() == set(sold) & set(to_come)
    assert not any("price" in column for column in data.tables["listings"])
