"""Write what `--help` says into `docs/reference/command-line.md`: `python -m scripts.commands`.

It needs Jukebox and what it needs, as `nox -s tests` has them: run it with that session's Python.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner
from jukebox.command import main

PAGE = Path("docs/reference/command-line.md")
FENCE = re.compile(r"(?<=^```console\n)\$ jukebox(?P<words>.*) --help\n(?s:.*?)(?=^```$)", re.M)


def paths(command: click.Command = main, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command by its words, the groups as well: (), ("generate",), …"""
    yield words
    for name, one in getattr(command, "commands", {}).items():
        yield from paths(one, (*words, name))


def helped(words: tuple[str, ...]) -> str:
    """What a command says of itself, on a terminal of 80 columns."""
    result = CliRunner().invoke(
        main, [*words, "--help"], prog_name="jukebox", env={"COLUMNS": "80"}
    )
    assert result.exit_code == 0, f"jukebox {' '.join(words)} --help: {result.output}"
    return result.output


def written(text: str) -> str:
    """A page with the output of each `jukebox … --help` as it is now."""
    return FENCE.sub(
        lambda fence: f"$ jukebox{fence['words']} --help\n{helped(tuple(fence['words'].split()))}",
        text,
    )


def shown(text: str) -> list[tuple[str, ...]]:
    """The commands whose help a page shows, in its order."""
    return [tuple(fence["words"].split()) for fence in FENCE.finditer(text)]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
    print(f"Wrote {PAGE}: {len(shown(PAGE.read_text('utf-8')))} commands")
