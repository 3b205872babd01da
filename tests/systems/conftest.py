"""What whole systems share with the tests of their parts: an empty registry, and homes."""

from tests.jukebox.conftest import begun, empty, reigned  # noqa: F401 - fixtures
