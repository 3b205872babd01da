"""Credit scoring: an outcome is known of the granted alone."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_the_refused_default_three_times_as_often_as_the_model_says(seed):
    """For what the officers saw is in no table."""
    granted, said, real = figures_of("credit_scoring", seed)

    assert abs(said - granted) < 0.05
    assert real > 3 * said


@both
def test_an_outcome_is_known_of_the_granted_alone(seed):
    """And there it is the truth."""
    data = data_of("credit_scoring", seed)
    rows = data.tables["applications"].merge(data.truth["outcomes"], on="application")
    granted = rows["granted"] == 1

    assert rows.loc[~granted, "repaid"].isna().all()
    assert (rows.loc[granted, "repaid"] == rows.loc[granted, "would_repay"]).all()


@both
def test_women_get_fewer_loans_and_pay_back_as_often(seed):
    """The gap that the chapter on fairness looks at is of the officers, not of the applicants."""
    data = data_of("credit_scoring", seed)
    rows = data.tables["applications"].merge(data.truth["outcomes"], on="application")
    women, men = (rows[rows["gender"] == gender] for gender in "fm")

    assert women["granted"].mean() < men["granted"].mean() - 0.05
    assert abs(women["would_repay"].mean() - men["would_repay"].mean()) < 0.05
