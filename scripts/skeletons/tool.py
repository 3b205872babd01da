"""(yours: the smallest real use of NEW_name)."""

import sys
from importlib.metadata import version


def main(asked: str) -> None:
    """(yours: do it)."""
    if asked != "NEW_name":
        sys.exit("(yours: what it says when it fails)")
    print("NEW_name is here:", bool(version(asked)))


if __name__ == "__main__":
    main(sys.argv[1])
