"""Print packs: `python -m scripts.packs`, or some chapters as one handout."""

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts import chromium
from scripts.packs.catalogue import count_packs, print_all
from scripts.packs.printing import print_handout
from scripts.workspace import record


def main(arguments: Sequence[str]) -> None:
    """Print all packs of the built site, or some chapters as one handout; say what came of it."""
    parser = argparse.ArgumentParser(prog="nox -s packs --", description=main.__doc__)
    parser.add_argument("chapters", nargs="*", help="such as introduction/what-is-mlops; none: all")
    parser.add_argument("--title", default="Handout", help="what the first page of it says")
    parser.add_argument("--record", action="store_true", help="write the figures of all for a page")
    asked = parser.parse_args(arguments)
    site, output = Path("docs/_build/html"), Path("docs/_build/packs")
    if asked.chapters:
        names = [f"modules/{name.removeprefix('modules/')}" for name in asked.chapters]
        files = output / "handout.pdf", output / "handout-answers.pdf"
        with chromium.launch() as browser:
            print_handout(browser, site, names, files[0], asked.title, answers=files[1])
        print(f"Open {files[0].resolve().as_uri()}")
        return
    with chromium.launch() as browser:
        rows, blanks = print_all(browser, site, output)
    figures = count_packs(rows, blanks, output)
    print(
        f"{figures['chapters']} chapters and {figures['modules']} modules, each with its answers."
    )
    print(f"{figures['pages_a_third_blank']} of {len(blanks)} pages are more than a third blank.")
    print(f"Open {(output / 'index.html').resolve().as_uri()}")
    if asked.record:
        record("packs", platform.python_version(), figures, "nox -s packs -- --record")


if __name__ == "__main__":
    main(sys.argv[1:])
