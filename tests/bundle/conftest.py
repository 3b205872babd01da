"""The option that measures the bundles of every machine, and writes what they take."""


def pytest_addoption(parser):
    """Add the option that keeps the figures of a run."""
    parser.addoption("--record", action="store_true", help="write the figures of the page anew")
