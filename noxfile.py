"""The sessions that a contributor, Read the Docs and CI all run."""

import sys
from pathlib import Path

# Before anything that an old Python could choke on: one sentence instead of a traceback.
if sys.version_info < (3, 11):  # noqa: UP036, an older one can come here
    sys.exit(
        "The handbook needs Python 3.11 or newer, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Run nox from a newer one, "
        "for example: uvx --python 3.13 nox -s docs"
    )
if sys.version_info[:2] > (3, 13):  # the newest that has run here; it may be all that a reader has
    sys.stderr.write(
        "The handbook has run on Python 3.11, 3.12 and 3.13, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}: a try. If it fails, run nox from one of "
        "those, for example: uvx --python 3.13 nox -s docs\n"
    )

import nox

nox.needs_version = ">=2025.2.9"  # dependency groups
nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is there, pip where it is not
nox.options.sessions = ["docs"]
nox.options.download_python = "never"  # an interpreter comes from the machine
nox.options.error_on_missing_interpreters = True  # nothing is skipped in silence

HTML = Path("docs/_build/html")
DOCTREES = HTML.with_name("doctrees")  # not in what is published
# pytest sees a whole story as one wait, and on a slow machine it is longer than any test.
LONG = ("-o", "faulthandler_timeout=2400")


def install(session, lock, *options):
    """Install one hashed lock, then the project itself, which needs nothing more."""
    session.install(*options, "--require-hashes", "-r", f"locks/{lock}.txt")
    session.install(*options, "--no-deps", "--no-build-isolation", ".")
    # Python keeps its bytecode, even where your environment forbids it: tests start many processes.
    session.env["PYTHONDONTWRITEBYTECODE"] = None


def build(session, output=HTML, doctrees=DOCTREES):
    """Build the site: the one way, for every session that needs it."""
    session.run("python", "-m", "scripts.build", str(output), str(doctrees))


@nox.session
def docs(session):
    """Build the handbook and say where to open it."""
    install(session, "docs")
    output = session.posargs[0] if session.posargs else str(HTML)
    build(session, output)
    session.log(f"Open {Path(output).resolve().as_uri()}/index.html")


@nox.session
def live(session):
    """Build, serve, and rebuild while you write."""
    install(session, "live")
    session.run(
        *("python", "-m", "sphinx_autobuild", "-n", "-d", DOCTREES),
        *("--port", "0", "--open-browser", "docs", HTML),
    )


@nox.session
def tests(session):
    """Check the spine, every fence and the package."""
    # What is imported is compiled by the first test: 25 CPU seconds less, with pip.
    install(session, "tests", "--no-compile")
    # A file's tests stay together: the blocks of a page share one namespace.
    session.run("python", "-m", "pytest", "-n", "auto", "--dist", "loadfile", *session.posargs)


@nox.session
def northstar(session):
    """Show 23 weeks of one model's life, in about a minute; `-- --json` prints its events."""
    # What is imported is compiled by the first story: three seconds, and 100 MB less.
    install(session, "northstar", "--no-compile")
    command = ("jukebox", "northstar", "--report", "northstar.html", *session.posargs)
    session.run(*command, stderr=None)  # not mixed into the events, which a program may read


@nox.session
def systems(session):
    """Live through the labs, the story, the loop and builds of the site, and kill a loop anywhere."""
    if sys.platform != "linux":
        session.error("What lives here forks, kills and reads /proc: run it on Linux, or in WSL2.")
    install(session, "tests")
    where = session.posargs or ("tests", "docs/labs", "docs/capstones")
    options = ("-m", "whole", "-n", "auto", "--dist", "loadfile", *LONG)
    session.run("python", "-m", "pytest", *options, *where)


@nox.session
def levels(session):
    """Let one model live at three levels of MLOps, and print what each holds and costs."""
    if sys.platform != "linux":
        session.error("The hands of the three levels type as on Linux: run them there, or in WSL2.")
    install(session, "tests")
    session.run("python", "-m", "pytest", *LONG, "tests/levels", *session.posargs)


@nox.session
def own(session):
    """Make both example projects of the template for a model of your own, and try them."""
    # Without Jukebox: what the template makes has to live without it.
    session.install("--require-hashes", "-r", "locks/own.txt")
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    session.run("python", "-m", "pytest", "tests/own", *session.posargs)


@nox.session(name="language-model")
def language_model(session):
    """Run the pages about language models with a real one, without a network."""
    # The lock leaves out two packages that one of its own asks for: pyproject.toml says which.
    session.install("--require-hashes", "--no-deps", "-r", "locks/language-model.txt")
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    session.run("python", "-m", "scripts.pages", "language-model", *session.posargs)


@nox.session
def explanations(session):
    """Run the page about explanations with the library shap, without a network."""
    install(session, "explanations")
    session.run("python", "-m", "scripts.pages", "explanations", *session.posargs)


@nox.session
def proofs(session):
    """Break Jukebox in every way that a page tells of; `-- --record` at full size, for the pages.

    `-- --record kill swap` measures these alone.
    """
    if sys.platform != "linux":
        session.error("The proofs fork, mount and read /proc: run them on Linux, or in WSL2.")
    install(session, "proofs")
    files = {word: f"tests/proofs/test_{word}.py" for word in session.posargs}
    words = [files[word] if Path(files[word]).exists() else word for word in session.posargs]
    if not any(word.startswith("tests/") for word in words):
        # The score names tests of every session: those of whole systems among them.
        score = ("-p", "tests.proofs.score", "-m", "") if "--record" in words else ()
        words += ["tests/proofs", *score]
    session.run("python", "-m", "pytest", "-n", "auto", "--dist", "loadfile", *LONG, *words)


@nox.session
def sceptic(session):
    """Change one fact of a cited sentence at a time, and count what the build's check notices.

    `-- --record` writes the counts and what passed for the page.
    """
    install(session, "docs")
    build(session)  # it leaves the cited sentences
    cited = str(DOCTREES / "cited.jsonl")
    session.run("python", "-m", "scripts.sceptic", cited, *session.posargs)


@nox.session(python=False)
def tools(session):
    """Run the tools whose inputs changed, without a network; `-- --all` every one, `-- spark` one."""
    if sys.platform != "linux":
        session.error("The tools' examples need Linux: run them there, or in WSL2.")
    session.run(sys.executable, "-m", "scripts.tools", *session.posargs, external=True)


@nox.session
def new(session):
    """Write the skeleton of a page: `-- chapter modules/<part>/<page>`; of a tool, lab or command."""
    # It asks a new command for its help.
    session.install("-c", "locks/northstar.txt", "click", "lazy-loader")
    words = ("python", "-m", "scripts.new", *session.posargs)
    session.run(*words, env={"PYTHONPATH": "examples"})


@nox.session
def diagrams(session):
    """Draw the diagrams that are missing and remove those that are unused."""
    install(session, "diagrams")
    session.run("python", "-m", "scripts.diagrams")


@nox.session
def site(session):
    """Check the built site in Chromium, page by page."""
    install(session, "browser")
    build(session)
    # A fault is told in full: which page, which element. A core each; a page's tests follow one
    # another and seldom part, so that it is opened once.
    options = ("-o", "verbosity_assertions=2", "-n", "auto", "--dist", "worksteal")
    session.run("python", "-m", "pytest", *options, "tests/site", *session.posargs)


@nox.session
def packs(session):
    """Print chapters and modules as PDFs, and answers apart; `-- <part>/<page> …` as one handout."""
    install(session, "browser")
    build(session)
    session.run("python", "-m", "scripts.packs", *session.posargs)


@nox.session
def teach(session):
    """Make what a trainer needs of a plan: `-- three-days --start 2027-01-11 --zone Asia/Kolkata`.

    `-- moodle` writes all questions, `-- collect lines.txt --roster class.csv` reads what a class
    has handed in, `-- certificates three-days --roster class.csv` prints what it takes home.
    """
    install(session, "teach")
    if session.posargs[:1] not in (["moodle"], ["collect"], ["certificates"]):
        build(session)  # it prints pages of the site
    session.run("python", "-m", "scripts.teach", *session.posargs)


@nox.session
def kit(session):
    """Try the trainer's commands: a folder of a plan, its dates and its papers."""
    install(session, "teach")
    build(session)
    session.run("python", "-m", "pytest", "tests/teach", *session.posargs)


@nox.session
def bundle(session):
    """Pack a room without internet: `-- windows 3.12`; without a word, try one with no network."""
    install(session, "bundle")
    build(session)
    if session.posargs and session.posargs[0] != "--record":
        session.run("python", "-m", "scripts.bundle", *session.posargs)
        return
    if sys.platform != "linux":
        session.error("Name the laptops' system and Python: nox -s bundle -- windows 3.12")
    session.run("python", "-m", "pytest", *LONG, "tests/bundle", *session.posargs)


@nox.session
def lint(session):
    """Check style: code, rooms, spelling, prose, data files, commits, what the code host reads."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache", "--no-logo", env={"PYTHONPATH": "examples"})
    # Else it would look into a `.venv` of yours for what the code imports.
    session.run("basedpyright", "--pythonpath", f"{session.bin}/python")
    session.run("codespell")
    session.run("python", "-m", "scripts.prose")
    schemas = sorted(map(str, Path("docs/_data/schemas").glob("*.json")))
    session.run("check-jsonschema", "--check-metaschema", *schemas)
    session.run("python", "-m", "docs._ext.data")  # by our schemas; this tells the lines too
    session.run("python", "-m", "scripts.commits")
    session.run("zizmor", "--offline", "--quiet", "--persona", "pedantic", ".github")
    session.run("zizmor", "--offline", "--quiet", "examples/own/template/.github")
    for schema, *patterns in (
        (
            *("github-workflows", ".github/workflows/*.yml", "examples/levels/ci/*.yml"),
            "examples/own/template/.github/workflows/*.yml",
        ),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/report-*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("dependabot", ".github/dependabot.yml"),
        ("readthedocs", ".readthedocs.yaml"),
        ("citation-file-format", "CITATION.cff"),
    ):
        files = sorted(str(file) for pattern in patterns for file in Path().glob(pattern))
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


@nox.session(python=["3.12", "3.13", "3.14"])
def compatibility(session):
    """Build strictly and import every module on the other Pythons."""
    install(session, "tests")
    folder = Path(session.create_tmp())
    build(session, folder / "html", folder / "doctrees")  # another Python's own
    # What the next Python takes away, this one warns of.
    warned = ("python", "-W", "error", "-m")
    code = ("noxfile.py", "conftest.py", "docs", "examples", "scripts", "tests")
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    session.run(*warned, "compileall", "-q", "-f", *code, env=compiled)
    session.run(*warned, "scripts.imports")


@nox.session(python=False)
def readme(session):
    """Run the README's commands as an ordinary user on a clean copy, and measure them."""
    session.run("python3", "-m", "scripts.readme", external=True)


@nox.session
def rtd(session):
    """Run the lines of .readthedocs.yaml in a fresh clone with Read the Docs' variables."""
    install(session, "docs")
    session.run("python", "-m", "scripts.rtd")


@nox.session
def links(session):
    """Check the links to other sites; needs the network, so a schedule runs it."""
    install(session, "docs")
    session.run("python", "-m", "sphinx", "-b", "linkcheck", "docs", "docs/_build/linkcheck")


@nox.session
def bench(session):
    """Measure build, weight, Lighthouse and speed against their goals; `-- speed` the last alone.

    `-- spark` measures Spark beside one process instead.
    """
    if session.posargs == ["spark"]:
        session.run(sys.executable, "-m", "scripts.spark", external=True)
        return
    if session.posargs != ["speed"]:
        install(session, "browser")
        session.run("python", "-m", "scripts.bench", *session.posargs)
    install(session, "northstar")  # what Jukebox needs, MLflow's server among it
    session.run("python", "-m", "scripts.speed")


@nox.session
def lock(session):
    """Compile the dependency groups into hashed requirements; `-- --upgrade` takes the newest."""
    session.install("--require-hashes", "-r", "locks/nox.txt")
    groups = [
        *("nox", "docs", "live", "tests", "proofs", "diagrams", "browser", "lint"),
        *("own", "tools", "deep-learning", "language-model", "explanations", "bundle"),
    ]
    package = ("pyproject.toml", "--extra=parquet")  # what Jukebox needs
    compile_ = (
        *("uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
        *("--fork-strategy=fewest", "--custom-compile-command=nox -s lock"),
    )
    folder = Path(session.create_tmp()).absolute()
    together = folder / "together.txt"
    # What is pinned stays, unless it must move or `--upgrade` is given: uv starts from its output.
    locks = [Path("locks", f"{name}.txt") for name in (*groups, "northstar")]
    lines = {line for lock in locks if lock.exists() for line in lock.read_text().splitlines()}
    together.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line[1:]))
    # One resolution for all groups first, so that a package has one version everywhere.
    every = [f"--group={group}" for group in groups]
    session.run(*compile_, *package, *every, "-o", together, *session.posargs)
    sources = {group: [f"--group={group}"] for group in groups}
    sources["tests"] += (*package, "--group=own")  # a page makes a project of the template
    sources["proofs"] += (*package, "--group=own")
    sources["lint"] += package  # the types of what Jukebox imports
    sources["tools"] += package
    sources["deep-learning"] += package
    sources["explanations"] += package
    sources["northstar"] = ["--group=build", package[0]]  # Jukebox and no more
    # These two do not agree with the other groups, and are installed beside none.
    sources["platform"], sources["tfx"] = ["--group=platform"], ["--group=tfx"]
    # This one agrees with all but one package.
    sources["teach"] = ["--group=teach"]
    others = [line for line in together.read_text().splitlines() if "dateutil" not in line]
    apart = folder / "apart.txt"
    apart.write_text("\n".join(others))
    beside = {"platform": (), "tfx": (), "teach": ("-c", apart)}
    for name, source in sources.items():
        target = ("--generate-hashes", "--no-annotate", "-o", f"locks/{name}.txt")
        shared = (*beside[name], *session.posargs) if name in beside else ("-c", together)
        command = list(compile_)
        if name == "tfx":  # it runs on this kind of machine only
            command[command.index("--universal")] = "--python-platform=linux"
        session.run(*command, *source, *shared, *target)
    # The names of the pins' files: which would be installed by a Python that is not here?
    pins = {"shared": locks, "platform": ["locks/platform.txt"], "teach": ["locks/teach.txt"]}
    names = [folder / f"pylock.{name}.toml" for name in pins]
    for target, its in zip(names, pins.values(), strict=True):
        session.run(*compile_, "--no-deps", "--format=pylock.toml", *map(str, its), "-o", target)
    session.run("python", "-m", "scripts.wheels", *names)
