"""Every fence of every page is a test; `tests/fences.py` says what checks which language."""

from sybil import Sybil

from tests.fences import clean, regions

pages = Sybil(parsers=[regions], patterns=["*.md"], teardown=clean)
pytest_collect_file = pages.pytest()
collect_ignore = ["_build", "_ext", "conf.py"]
