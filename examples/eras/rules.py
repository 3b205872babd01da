"""First era: rules that a person wrote. Nothing is learned, so the examples are not looked at."""

from collections.abc import Callable

from examples.eras.task import Example, words

# They were written from the index page of each part, before the first run. The first that fires is
# taken. A word ends in a star where any ending will do.
RULES = (
    ("tools", "argo docker dvc evidently fastapi feast flask github jenkins kubeflow kubernetes"),
    ("tools", "mlflow pandas prometheus pytorch spark tensorflow tfx tool* framework* licence"),
    ("tools", "install* card* foundation product service* cluster*"),
    ("mlops", "pipeline* devops level* automat* registry reproduc* version* laptop money budget*"),
    ("mlops", "store system* mlops weeks"),
    ("lifecycle", "data problem* label* train* valid* monitor* retrain* stage* row* question*"),
    ("lifecycle", "gate loop hand person people feature* code"),
)
OTHERWISE = "lifecycle"  # where no rule fires


def fires(pattern: str, found: list[str]) -> bool:
    """Tell whether a sentence has a word of a rule."""
    if pattern.endswith("*"):
        return any(word.startswith(pattern[:-1]) for word in found)
    return pattern in found


def first_rule(sentence: str) -> str | None:
    """Return the part that the first rule to fire names, or None."""
    found = words(sentence)
    for part, patterns in RULES:
        if any(fires(pattern, found) for pattern in patterns.split()):
            return part
    return None


def learn(examples: list[Example]) -> Callable[[str], str]:
    """Return a function from a sentence to its part."""
    return lambda sentence: first_rule(sentence) or OTHERWISE
