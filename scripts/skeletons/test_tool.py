"""(yours: what holds, and what fails)."""


def test_it_works(typed):
    """(yours: what the page shows as a success)."""

    assert typed("works.console") == [0]


def test_it_fails(typed):
    """(yours: what the page shows as a failure)."""

    assert typed("fails.console") == [1]
