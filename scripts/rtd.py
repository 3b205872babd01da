"""Run the lines of `.readthedocs.yaml` as Read the Docs would: `python -m scripts.rtd`."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml

from scripts.workspace import clone, git, network

ADDRESS = "https://handbook.example/en/latest/"  # .example is reserved: nobody can own it


def make_environment(folder: Path, output: Path) -> dict[str, str]:
    """Return the variables that Read the Docs sets for a build in a folder."""
    return network() | {
        "PATH": f"{folder / 'venv/bin'}:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "READTHEDOCS": "True",
        "READTHEDOCS_CANONICAL_URL": ADDRESS,
        "READTHEDOCS_GIT_COMMIT_HASH": git("rev-parse", "HEAD").strip(),
        "READTHEDOCS_LANGUAGE": "en",
        "READTHEDOCS_OUTPUT": str(output),
        "READTHEDOCS_PROJECT": "handbook",
        "READTHEDOCS_VERSION": "latest",
        "READTHEDOCS_VERSION_TYPE": "branch",
        "READTHEDOCS_VIRTUALENV_PATH": str(folder / "venv"),
    }


def run_lines(checkout: Path, environment: dict[str, str]) -> None:
    """Run each line of the file, or end with the one that failed."""
    jobs = yaml.safe_load((checkout / ".readthedocs.yaml").read_text("utf-8"))["build"]["jobs"]
    for line in [*jobs.get("post_checkout", ()), *jobs["install"], *jobs["build"]["html"]]:
        print(f"$ {line}", flush=True)
        # Through a shell, as there: the line names a variable.
        if subprocess.run(line, shell=True, cwd=checkout, env=environment).returncode:  # noqa: S602
            sys.exit(f".readthedocs.yaml's line failed: {line}")


def check_addresses(html: Path) -> None:
    """End with a sentence unless each chapter has its address, and nothing else is published."""
    notes = sorted(file.name for file in html.glob(".*"))
    if notes:
        sys.exit(f"{html} would publish the build's own notes: {', '.join(notes)}")
    sitemap = (html / "sitemap.xml").read_text("utf-8")
    pages = sorted(page.relative_to(html).as_posix() for page in html.glob("modules/**/*.html"))
    if not pages:
        sys.exit(f"{html} holds no chapters")
    for page in pages:
        if f"<loc>{ADDRESS}{page}</loc>" not in sitemap:
            sys.exit(f"sitemap.xml does not list {ADDRESS}{page}")
        if f'<link rel="canonical" href="{ADDRESS}{page}"' not in (html / page).read_text("utf-8"):
            sys.exit(f"{page} has no canonical link to {ADDRESS}{page}")
    print(f"{len(pages)} pages of the modules, each in sitemap.xml and with its canonical link")


def check_pages(html: Path, docs: Path, commit: str) -> None:
    """End with a sentence unless each page has its date, its version and its picture."""
    version = f"Version: latest ({commit[:7]})"
    if not (html / "_static" / "card.png").exists():
        sys.exit("_static/card.png is missing, which a shared link shows")
    sources = sorted(docs.rglob("*.md"))
    for source in sources:
        page = source.relative_to(docs).with_suffix(".html")
        text = (html / page).read_text("utf-8")
        for what in ("Last changed on", version, f'content="{ADDRESS}_static/card.png"'):
            if what not in text:
                sys.exit(f"{page} does not say {what!r}")
    print(f"{len(sources)} pages, each with its date, {version!r} and the picture of a shared link")


def main(folder: Path) -> None:
    """Clone, make the virtual environment, run each line, look at what came out."""
    checkout, output = folder / "checkout", folder / "output"
    clone(checkout)
    venv.create(folder / "venv", with_pip=True)
    environment = make_environment(folder, output)
    run_lines(checkout, environment)
    check_addresses(output / "html")
    commit = environment["READTHEDOCS_GIT_COMMIT_HASH"]
    check_pages(output / "html", checkout / "docs", commit)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rtd-") as temporary:
        main(Path(temporary))
