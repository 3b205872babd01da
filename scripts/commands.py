"""Write what `--help` says into `docs/reference/command-line.md`: `python -m scripts.commands`.

Each command of `CONTENTS` has its listing there, under its heading and in its order. It asks the
Jukebox of this folder, not a copy that is installed, and needs what `nox -s tests` has:
`.nox/tests/bin/python -m scripts.commands`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from scripts import rooms

if __name__ == "__main__":
    rooms.search_here()

from jukebox.cli.main import CONTENTS, main

PAGE = Path("docs/reference/command-line.md")
SECTION = re.compile(
    r"^## (?P<heading>.+)\n(?P<words>(?s:.*?))(?=^###? |\Z)(?s:.*?)(?=^## |\Z)", re.M
)
LISTING = re.compile(r"^### `jukebox (?P<words>.+)`\n(?s:.*?)(?=^###? |\Z)", re.M)
EMPTY = "### `jukebox {0}`\n\n```console\n$ jukebox {0} --help\n```\n\n"
FENCE = re.compile(r"(?<=^```console\n)\$ jukebox(?P<words>.*) --help\n(?s:.*?)(?=^```$)", re.M)


def command_paths(
    command: click.Command = main, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Every command by its words, the groups as well: (), ("generate",), …"""
    yield words
    for name, one in getattr(command, "commands", {}).items():
        yield from command_paths(one, (*words, name))


def read_help(words: tuple[str, ...]) -> str:
    """What a command says of itself, on a terminal of 80 columns."""
    result = CliRunner().invoke(
        main, [*words, "--help"], prog_name="jukebox", env={"COLUMNS": "80"}
    )
    assert result.exit_code == 0, f"jukebox {' '.join(words)} --help: {result.output}"
    return result.output


def place_listings(text: str) -> str:
    """A page with a listing of each command, empty where it is new, and of no other."""
    listing_of = {one["words"]: one[0] for one in LISTING.finditer(text)}

    def listings(heading: str) -> str:
        names = (
            words for one in CONTENTS[heading] for words in command_paths(one, (one.name or "",))
        )
        return "".join(listing_of.get(name, EMPTY.format(name)) for name in map(" ".join, names))

    sections = {one["heading"]: one for one in SECTION.finditer(text)}
    for heading, section in sections.items():
        if heading in CONTENTS:
            whole = f"## {heading}\n{section['words']}{listings(heading)}"
            text = text.replace(section[0], whole)
    new = "".join(f"## {one}\n\n{listings(one)}" for one in CONTENTS if one not in sections)
    return text.replace("\n## Next\n", f"\n{new}## Next\n")


def update_page(text: str) -> str:
    """A page with the output of each `jukebox … --help` as it is now."""
    return FENCE.sub(
        lambda fence: (
            f"$ jukebox{fence['words']} --help\n{read_help(tuple(fence['words'].split()))}"
        ),
        place_listings(text),
    )


def find_commands(text: str) -> list[tuple[str, ...]]:
    """The commands whose help a page shows, in its order."""
    return [tuple(fence["words"].split()) for fence in FENCE.finditer(text)]


if __name__ == "__main__":
    PAGE.write_text(update_page(PAGE.read_text("utf-8")), "utf-8")
    print(f"wrote   {PAGE}: {len(find_commands(PAGE.read_text('utf-8')))} commands")
