"""The rule is tested first; then its alert is delivered.

A wrong rule fires no alert at all.
"""


def test_one_failed_request_is_scraped_fires_and_is_delivered(typed, here):
    """Jukebox has written down what Alertmanager sent,
    and all three processes ended in order."""
    assert typed("works.console") == [0, 0, 0]

    logs = (here / "logs.txt").read_text("utf-8")
    assert "Stopped; every answer is in the log." in logs  # Jukebox
    assert "See you next time!" in logs  # Prometheus
    assert not (here / "run/alertmanager.yml").read_text("utf-8").count("Bearer")


def test_a_rule_that_is_sound_to_promtool_misses_the_first_error(typed):
    """promtool checks the syntax;
    only a test of the rule shows that the alert would not fire."""
    assert typed("fails.console") == [0, 0, 1]
