"""Wait for what is about to be true: how long that takes is no test's verdict."""

import time
from collections.abc import Callable
from typing import TypeVar

HANGS = 600  # seconds after which a wait has no end; pyproject.toml gives a test as many
Found = TypeVar("Found")


def until(there: Callable[[], Found], what: str, pause: float = 0.01) -> Found:
    """Wait for something true and give it. Raises TimeoutError where it hangs.

    pause: seconds between two looks.
    """
    give_up = time.monotonic() + HANGS
    while not (found := there()):
        if time.monotonic() > give_up:
            raise TimeoutError(f"after {HANGS} seconds still not: {what}")
        time.sleep(pause)
    return found
