"""Both services give the model's answers, and differ where a value is not valid."""

import json


def test_both_services_answer_as_the_model_does_and_bear_the_same_load(
    typed, here, figures
):
    """What the load took is a figure of this machine:
    it goes into the record, unjudged."""
    assert typed("works.console") == [0, 0]

    took = json.loads((here / "figures.json").read_text("utf-8"))
    for service in ("flask", "fastapi"):
        assert 0 < took[f"{service}_p50_ms"] <= took[f"{service}_p99_ms"]
        assert took[f"{service}_cpu_ms"] > 0
    figures |= took


def test_a_wrong_value_passes_one_service_and_breaks_the_other(typed, here):
    """Where the status is 500, the log of the service has the reason,
    and the caller has none."""
    assert typed("fails.console") == [0]

    log = (here / "services.log").read_text("utf-8")
    assert "'<=' not supported between instances of 'int' and 'str'" in log
    assert "Out of range float values are not JSON compliant" in log
