"""Write the skeleton of a chapter, a tool, a lab or a command: `python -m scripts.new KIND NAME`.

What it writes builds, and passes the tests and `lint`, as it is. Each place that is to be filled in
reads `(yours: …)`; once git knows the file, `scripts/prose.py` tells each that is left, so that
no skeleton is merged.
"""

import re
import string
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from typing import Any

SKELETONS = Path(__file__).with_name("skeletons")
DOCS, JUKEBOX = Path("docs"), Path("examples", "jukebox")
ENVIRONMENTS = ("tools", "deep-learning", "platform", "tfx")  # of tools, each with its lock


class Skeleton(string.Template):
    """A template whose places are names, so that those in Python are checked as any code is."""

    delimiter = "NEW_"


def fill_places(skeleton: str, places: dict[str, str]) -> str:
    """Return the text of a skeleton with its places filled."""
    return Skeleton((SKELETONS / skeleton).read_text("utf-8")).safe_substitute(places)


def write(files: dict[Path, str], places: dict[str, str]) -> None:
    """Write {path: skeleton}; nothing, if one of the files is there already."""
    if there := [path for path in files if path.exists()]:
        sys.exit(f"{there[0]} is there already: take another name, or edit it.")
    for path, skeleton in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill_places(skeleton, places), "utf-8")
        print(f"wrote   {path}")


def edit(path: Path, pattern: str, new: str) -> None:
    """Replace the last match of a pattern in a file."""
    text = path.read_text("utf-8")
    found = list(re.finditer(pattern, text, re.M))
    if not found:
        sys.exit(f"{path}: nothing matches {pattern!r}, where the new one would be put.")
    made = text[: found[-1].start()] + found[-1].expand(new) + text[found[-1].end() :]
    path.write_text(made, "utf-8")
    print(f"edited  {path}")


def add_import(path: Path, line: str) -> None:
    """Add an import to those of a module's room, in the order of the modules."""
    text = path.read_text("utf-8")
    [block] = re.findall(r"(?:^from jukebox\..+\n)+", text, re.M)
    lines = sorted([*block.splitlines(), line], key=lambda one: one.split()[1])
    path.write_text(text.replace(block, "".join(f"{one}\n" for one in lines)), "utf-8")


def append(path: Path, skeleton: str, places: dict[str, str]) -> None:
    """Put a filled skeleton at the end of a file."""
    path.write_text(path.read_text("utf-8") + fill_places(skeleton, places), "utf-8")
    print(f"edited  {path}")


def title(name: str) -> str:
    """Return a name as a heading: `a-new-page` as "A new page"."""
    return name.replace("-", " ").capitalize()


def data(name: str) -> dict[str, Any]:  # its schema knows what is in it
    """Read a file of `docs/_data`."""
    return tomllib.loads((DOCS / "_data" / name).read_text("utf-8"))


def chapter(name: str) -> str:
    """Write a chapter and its quiz, and give it a place in its part; `name` is its path."""
    name = name.removeprefix("docs/").removesuffix(".md")
    if not re.fullmatch(r"modules/[a-z0-9-]+/[a-z0-9-]+", name):
        sys.exit(f"{name!r} is no modules/<part>/<page> in small letters, figures and hyphens.")
    _, part, page = name.split("/")
    index, folder = DOCS / "modules" / part / "index.md", f"modules/{part}/"
    places = {
        "page": page,
        "title": title(page),
    }
    write(
        {
            DOCS / f"{name}.md": "chapter.md",
            DOCS / "_data" / "quizzes" / part / f"{page}.toml": "quiz.toml",
        },
        places,
    )
    if not index.exists():
        write({index: "part.md"}, {"page": page})
        edit(DOCS / "index.md", r"^(?:.+ <)?modules/[\w-]+/index>?\n", rf"\g<0>{folder}index\n")
    elif page not in re.findall(r"^(?:.+ <)?([\w-]+)>?$", index.read_text("utf-8"), re.M):
        edit(index, r"^```\{toctree\}\n(?:.+\n)*\n?(?:.+\n)*?(?=```$)", rf"\g<0>{page}\n")
    return f"Fill in docs/{name}.md and its quiz. A new term goes into docs/_data/glossary.toml."


def tool(name: str) -> str:
    """Write a tool's example, its test, its page and its data; `name` is its package."""
    kebab(name)
    locks = {lock: Path("locks", f"{lock}.txt").read_text("utf-8") for lock in ENVIRONMENTS}
    lock = next((one for one in ENVIRONMENTS if re.search(rf"^{name}==", locks[one], re.M)), None)
    if not lock:
        sys.exit(
            f"No lock of {', '.join(ENVIRONMENTS)} has {name!r}: add it to a group of "
            "pyproject.toml, with its lower bound and its reason, and run nox -s lock."
        )
    if name.lower() in map(str.lower, data("tools.toml")["tool"]):
        sys.exit(f"docs/_data/tools.toml has {name!r} already: edit its entry there.")
    module, today = name.replace("-", "_"), datetime.now(UTC).date()
    year = str(today.year)
    source = f"{name.replace('-', '')}{year}"
    places = {"name": name, "module": module, "lock": lock, "year": year, "source": source}
    places["today"] = str(today)
    example = Path("examples", "tools", name)
    write(
        {
            DOCS / "tools" / f"{name}.md": "tool.md",
            example / "smallest.py": "tool.py",
            example / f"test_{module}.py": "test_tool.py",
            example / "works.console": "works.console",
            example / "fails.console": "fails.console",
        },
        places,
    )
    append(DOCS / "_data" / "tools.toml", "tool.toml", places)
    append(DOCS / "_data" / "expiring.toml", "expiring.toml", places)
    append(DOCS / "_data" / "references.bib", "source.bib", places)
    edit(DOCS / "tools" / "index.md", r"^(?=```\n\Z)", f"{name}\n")
    return f"Fill in docs/tools/{name}.md and {example}, then run nox -s tools -- {name}."


def lab(name: str) -> str:
    """Write a lab and its page, and put it behind the others."""
    module = name_module(name)
    listing = JUKEBOX / "labs" / "listing.py"
    kind = "".join(part.capitalize() for part in name.split("-"))
    instances = re.findall(r"^    \w+\(\),$", listing.read_text("utf-8"), re.M)
    write(
        {
            JUKEBOX / "labs" / f"{module}.py": "lab.py",
            DOCS / "labs" / f"{name}.md": "lab.md",
        },
        {"title": title(name), "number": str(len(instances) + 1), "class": kind},
    )
    edit(listing, r"^(?:    \w+\(\),\n)+", rf"\g<0>    {kind}(),\n")
    add_import(listing, f"from jukebox.labs.{module} import {kind}")
    edit(DOCS / "labs" / "index.md", r"^(?=```\n\Z)", f"{name}\n")
    return f"Fill in docs/labs/{name}.md and {JUKEBOX}/labs/{module}.py."


def command(name: str) -> str:
    """Write a command with its test, and list it; its help goes onto the page of all commands."""
    module = name_module(name)
    write(
        {
            JUKEBOX / "cli" / f"{module}.py": "command.py",
            Path("tests", "jukebox", f"test_{module}.py"): "test_command.py",
        },
        {"name": name, "function": f"{module}_command"},
    )
    edit(
        JUKEBOX / "cli" / "main.py",
        r'^    "Afterwards": \(\n(?:        "[\w.]+",\n)+',
        rf'\g<0>        "jukebox.cli.{module}",\n',
    )
    subprocess.run([sys.executable, "-m", "scripts.commands"], check=True)
    return (
        f"Fill in {JUKEBOX}/cli/{module}.py and its test. The command stands last under the "
        f"heading Afterwards: if another fits better, move its line in COMMANDS of "
        f"{JUKEBOX}/cli/main.py, and run .nox/tests/bin/python -m scripts.commands. "
        f"Then: nox -s tests -- tests/jukebox/test_{module}.py."
    )


def kebab(name: str) -> None:
    """End with a sentence where a name is not in small letters, figures and hyphens."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        sys.exit(f"{name!r} is not in small letters, figures and hyphens, as `a-new-name`.")


def name_module(name: str) -> str:
    """Return the module of a lab or a command; end with a sentence if Python needs its name."""
    kebab(name)
    module = name.replace("-", "_")
    if iskeyword(module) or find_spec(module):
        sys.exit(f"{name!r} is a word or a module of Python already: take another name.")
    return module


KINDS = {"chapter": chapter, "tool": tool, "lab": lab, "command": command}


def main(words: list[str]) -> None:
    """Write what is asked for, and say what to do next."""
    if len(words) != 2 or words[0] not in KINDS:
        sys.exit(
            "Say what to write: nox -s new -- chapter modules/<part>/<page>, or tool, lab or "
            "command and its name."
        )
    then = KINDS[words[0]](words[1])
    print(f"\n{then}\nEach place to fill in reads (yours: ...). Then: nox -s lint tests docs")


if __name__ == "__main__":
    main(sys.argv[1:])
