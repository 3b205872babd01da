"""*Quiz and objective*: what people can do after a chapter or a lab, and what shows it.

The first verb of an objective decides its level: `_data/levels.toml` lists the verbs. A lab whose
front matter names an objective in `evidence` shows it, and so does an activity of
`_data/activities.toml`. The build tells of a verb that is not listed, of an objective to *do* that
nothing shows, of evidence for what no page states, and of an activity that no page shows.

- `{objectives} modules/lifecycle` lists what labs and activities show of the pages below a folder.
- `{activities} modules/lifecycle` shows the activities that belong to a folder, each as a section;
  `{activities} any` those that belong to none.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import is_chapter, load, place_in_data, place_in_file
from docs._ext.chapter import reference
from docs._ext.classes import FROM_DATA
from docs._ext.handbook import handbook
from docs._ext.levels import FILE, LEVELS, level_of, levels_of_verbs, verb_of
from docs._ext.shapes import Context, Row

logger = logging.getLogger(__name__)

ACTIVITIES = "activities.toml"
ANY = "any"  # the folder of an activity that belongs to no page
Activity = Row


@dataclass(frozen=True)
class Objective:
    """What people can do after a page: the page, the id there, and the words."""

    page: str
    name: str
    text: str

    @property
    def key(self) -> str:
        """Return how evidence names it."""
        return f"{self.page}#{self.name}"


@dataclass(frozen=True)
class Evidence:
    """What shows that people reach an objective: a lab, whose page is named, or an activity."""

    objective: str  # its key
    place: str  # where it is named, as path:line
    lab: str = ""
    activity: str = ""


# ---- what the pages and the data say -------------------------------------------------------------


def values(env: BuildEnvironment, page: str, key: str) -> object:  # as its writer has it
    """Return a list or a mapping of a page's front matter, which MyST keeps as a JSON text."""
    with suppress(ValueError):
        return json.loads(env.metadata[page].get(key, "null"))
    return None  # `front_matter` tells the fault


def all_objectives(env: BuildEnvironment) -> list[Objective]:
    """Return all objectives in the order in which the pages are read."""
    goals = []
    for page in in_reading_order(env, env.config.root_doc):
        of_page = values(env, page, "objectives")
        if isinstance(of_page, dict):
            goals += [Objective(page, name, str(text)) for name, text in of_page.items()]
    return goals


def in_reading_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    """Yield a page and all below it, as the tables of contents have them."""
    yield page
    for below in env.toctree_includes.get(page, []):
        yield from in_reading_order(env, below)


def is_lab(env: BuildEnvironment, page: str) -> bool:
    """Tell whether a page is a lab."""
    return "lab" in env.metadata[page]


def activities(env: BuildEnvironment) -> list[Activity]:
    """Return all activities in the order of their file."""
    return load(env.srcdir, ACTIVITIES).get("activity", [])


def all_evidence(env: BuildEnvironment) -> list[Evidence]:
    """Return the evidence of the labs, in their order, and then that of the activities."""
    found = []
    labs = [page for page in env.found_docs if is_lab(env, page)]
    for lab in sorted(labs, key=lambda page: int(env.metadata[page]["lab"])):
        keys = values(env, lab, "evidence")
        for key in keys if isinstance(keys, list) else []:
            place = place_in_file(Path(env.doc2path(lab)), re.escape(key))
            found.append(Evidence(key, place, lab=lab))
    for activity in activities(env):
        for key in activity.get("evidence", []):
            place = place_in_data(env.srcdir, ACTIVITIES, f'"{key}"')
            found.append(Evidence(key, place, activity=activity["id"]))
    return found


def home(activity: Activity) -> str:
    """Return the page to which an activity belongs; ANY if to none."""
    return (activity.get("page") or activity.get("evidence", [ANY])[0]).partition("#")[0]


def is_below(folder: str, page: str) -> bool:
    """Tell whether a page stands below a folder, or is what the folder names."""
    return page == folder or page.startswith(f"{folder}/")


# ---- what is wrong -------------------------------------------------------------------------------


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Say what is wrong with the objectives and with what should show them."""
    if verbs := levels_of_verbs(load(env.srcdir, FILE)):
        for place, fault in (*verb_faults(env, verbs), *evidence_faults(env, verbs)):
            logger.warning("%s", fault, location=place)


def verb_faults(env: BuildEnvironment, verbs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield objectives whose verb is not listed, and verbs that no objective uses."""
    used = set()
    for goal in all_objectives(env):
        used.add(verb := verb_of(goal.text, verbs))
        if verb is None:
            yield (
                place_of(env, goal),
                f"the objective `{goal.name}` begins with {goal.text.split()[0]!r}, which "
                f"{FILE} does not list: begin with a verb of it, or add this one under say, decide "
                "or do",
            )
    data = load(env.srcdir, FILE)
    for verb in verbs:
        place = place_in_data(env.srcdir, FILE, f'"{verb}"')
        if sum(verb in data.get(level, []) for level in LEVELS) > 1:
            yield place, f"{verb!r} has two levels: drop one"
        if verb not in used:
            yield place, f"no objective begins with {verb!r}: drop it"


def evidence_faults(env: BuildEnvironment, verbs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield objectives that nothing shows, evidence for no objective, and what nobody can find."""
    goals = {goal.key: goal for goal in all_objectives(env)}
    evidence = all_evidence(env)
    for given in evidence:
        if given.objective not in goals:
            page = given.objective.partition("#")[0]
            ids = [goal.name for goal in goals.values() if goal.page == page]
            has = f"its objectives are {', '.join(ids)}" if ids else "no page of this name has any"
            yield given.place, f"there is no objective `{given.objective}`: {has}"
    shown = {given.objective for given in evidence}
    for goal in goals.values():
        chapter = is_chapter(env.metadata[goal.page])
        if chapter and level_of(goal.text, verbs) == "do" and goal.key not in shown:
            yield (
                place_of(env, goal),
                f"nothing shows that people can {verb_of(goal.text, verbs)} (`{goal.name}`): name "
                f"{goal.key} in the `evidence` of a lab or of an activity of {ACTIVITIES}",
            )
    for lab in sorted(page for page in env.found_docs if is_lab(env, page)):
        if not values(env, lab, "objectives"):
            place = place_in_file(Path(env.doc2path(lab)), "^lab:")
            yield place, "the lab has no objectives: write what the reader can do after it"
    yield from visibility_faults(env, goals)


def visibility_faults(
    env: BuildEnvironment, goals: dict[str, Objective]
) -> Iterator[tuple[str, str]]:
    """Yield activities that no page shows or that stand nowhere, and objectives in no table."""
    with_activities, with_objectives = (
        [folder for folders in of_pages.values() for folder in folders]
        for of_pages in (handbook(env).activity_folders, handbook(env).objective_folders)
    )
    for activity in activities(env):
        here = place_in_data(env.srcdir, ACTIVITIES, f'id = "{activity["id"]}"')
        times = sum(is_below(folder, home(activity)) for folder in with_activities)
        if times != 1:
            yield (
                here,
                f"{times} pages show the activity {activity['id']!r}, and one should: write "
                f"{{activities}} with a folder that holds {home(activity)}",
            )
        page, _, label = activity.get("page", "").partition("#")
        stands_on = env.domaindata["std"]["anonlabels"].get(label, ("",))[0]
        if page and (page not in env.found_docs or (label and stands_on != page)):
            here = place_in_data(env.srcdir, ACTIVITIES, f'"{activity["page"]}"')
            yield here, f"the activity {activity['id']!r} stands at no {activity['page']}"
    for given in all_evidence(env):
        page = given.objective.partition("#")[0]
        if given.objective in goals and not any(is_below(f, page) for f in with_objectives):
            yield given.place, f"no table shows {page}: write {{objectives}} with its folder"


def place_of(env: BuildEnvironment, goal: Objective) -> str:
    """Return where an objective is stated, as path:line."""
    return place_in_file(Path(env.doc2path(goal.page)), rf"^\s+{re.escape(goal.name)}\s*:")


# ---- the table -----------------------------------------------------------------------------------


class objective_table(nodes.General, nodes.Element):
    """A table that can be made only when every page has been read."""


class objective_words(nodes.Inline, nodes.Element):
    """An objective with its chapter, in the place where its words are put once they are known."""


class Objectives(SphinxDirective):
    """List what labs and activities show of the pages below a folder."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a marker; the table is made when all pages are known."""
        for name in (ACTIVITIES, FILE):
            self.env.note_dependency(f"{self.env.srcdir}/_data/{name}")
        handbook(self.env).objective_folders.setdefault(self.env.docname, []).append(
            self.arguments[0]
        )
        return [objective_table(folder=self.arguments[0])]


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the tables and the words of objectives into their places."""
    tables = list(doctree.findall(objective_table))
    words = list(doctree.findall(objective_words))
    if not tables and not words:
        return
    goals = {goal.key: goal for goal in all_objectives(app.env)}
    for marker in tables:
        marker.replace_self(table(app, docname, marker["folder"], goals))
    for marker in words:
        if goal := goals.get(marker["key"]):
            link = reference(app, docname, goal.page)
            marker.replace_self([nodes.Text(f"{goal.text} ("), link, nodes.Text(")")])
        else:
            marker.replace_self(nodes.Text(marker["key"]))  # `check` tells it


def table(
    app: Sphinx, docname: str, folder: str, goals: dict[str, Objective]
) -> list[nodes.Node] | nodes.table:
    """Return a row for each objective below a folder that has evidence; a lab shows its own."""
    shown: dict[str, list[Evidence]] = {}
    for given in all_evidence(app.env):
        shown.setdefault(given.objective, []).append(given)
    verbs = levels_of_verbs(load(app.srcdir, FILE))
    rows = []
    for goal in [goal for goal in goals.values() if is_below(folder, goal.page)]:
        if is_lab(app.env, goal.page):
            shown[goal.key] = [Evidence(goal.key, "", lab=goal.page), *shown.get(goal.key, [])]
        if goal.key in shown:
            level = nodes.Text(f"{level_of(goal.text, verbs)} · ")
            page = reference(app, docname, goal.page)
            link = nodes.paragraph("", "", level, page, classes=["of-page"])
            seen = [paragraph_of(app, docname, given) for given in shown[goal.key]]
            rows.append(
                nodes.row(
                    "",
                    nodes.entry("", nodes.paragraph("", goal.text), link),
                    nodes.entry("", *seen),
                )
            )
    if not rows:
        return []
    heads = [nodes.entry("", nodes.paragraph("", words)) for words in ("people can", "seen in")]
    group = nodes.tgroup("", nodes.colspec(colwidth=58), nodes.colspec(colwidth=42), cols=2)
    group += [nodes.thead("", nodes.row("", *heads)), nodes.tbody("", *rows)]
    return nodes.table("", group, classes=["objectives-table", FROM_DATA])


def paragraph_of(app: Sphinx, docname: str, given: Evidence) -> nodes.paragraph:
    """Return the name of a lab or an activity as a link, with its minutes."""
    if given.lab:
        number, taken = app.env.metadata[given.lab]["lab"], handbook(app.env).minutes[given.lab]
        link = reference(app, docname, given.lab)
        return nodes.paragraph(
            "", "", nodes.Text(f"Lab {number}: "), link, nodes.Text(f", {taken} minutes")
        )
    activity = next(one for one in activities(app.env) if one["id"] == given.activity)
    folders = handbook(app.env).activity_folders
    pages = [page for page, of in folders.items() if any(is_below(f, home(activity)) for f in of)]
    words: nodes.Node = nodes.Text(activity["title"])
    if pages:
        uri = app.builder.get_relative_uri(docname, pages[0])
        words = nodes.reference(
            "", activity["title"], internal=True, refuri=f"{uri}#{anchor(activity)}"
        )
    return nodes.paragraph("", "", words, nodes.Text(f", {activity['minutes']} minutes"))


# ---- the activities ------------------------------------------------------------------------------


def anchor(activity: Activity) -> str:
    """Return the label and the id of an activity's section."""
    return f"activity-{activity['id']}"


class Activities(SphinxDirective):
    """Show the activities that belong to a folder, each as a section with an address."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each activity."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/{ACTIVITIES}")
        folder = self.arguments[0]
        handbook(self.env).activity_folders.setdefault(self.env.docname, []).append(folder)
        shown = [one for one in activities(self.env) if is_below(folder, home(one))]
        if not shown:
            words = "no activity belongs to %r: name a folder that has one"
            logger.warning(words, folder, location=self.get_location())
        return [self.section(activity) for activity in shown]

    def section(self, activity: Activity) -> nodes.section:
        """Return the section of one activity: its facts, its steps, what to watch and to drop."""
        section = nodes.section(names=[anchor(activity)], classes=["activity", FROM_DATA])
        section += nodes.title("", activity["title"])
        self.state.document.note_explicit_target(section, section)
        section += self.parse_text_to_nodes(markdown(activity))
        if goals := activity.get("evidence"):
            section += nodes.paragraph("", "", nodes.strong("", "It shows that people can"))
            items = [nodes.paragraph("", "", objective_words(key=key)) for key in goals]
            section += nodes.bullet_list("", *(nodes.list_item("", item) for item in items))
        return section


def markdown(activity: Activity) -> str:
    """Write what the trainer reads of one activity."""
    facts = [f"about {activity['minutes']} minutes", activity["people"]]
    lines = [f"[{' · '.join(facts)}]{{.chapter-line}}"]
    if activity["needs"]:
        lines.append(f"**Needs:** {'; '.join(activity['needs'])}.")
    if "page" in activity:
        page, _, label = activity["page"].partition("#")
        lines.append(f"**Open:** {f'{{ref}}`{label}`' if label else f'{{page}}`{page}`'}")
    lines.append("\n".join(f"{n}. {step}" for n, step in enumerate(activity["steps"], 1)))
    lines += [f"**Watch for:** {activity['watch']}", f"**Leave out first:** {activity['drop']}"]
    return "\n\n".join(lines)


def pages_to_read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> Iterable[str]:
    """Read the pages with a table again whenever another page changed: it may be old."""
    pages = handbook(env).objective_folders.keys() | handbook(env).activity_folders.keys()
    return pages - removed if added | changed | removed else ()


def add_files(
    app: Sphinx, name: str, template: str, context: Context, doctree: nodes.document | None
) -> None:
    """Load the look of the activities and of the table where there are some, and nowhere else."""
    pages = handbook(app.env).objective_folders.keys() | handbook(app.env).activity_folders.keys()
    if name in pages and app.builder.name != "epub":
        app.add_css_file("activities.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives, the check and the handlers."""
    app.setup_extension("docs._ext.chapter")
    app.add_node(objective_table)
    app.add_node(objective_words)
    app.add_directive("objectives", Objectives)
    app.add_directive("activities", Activities)
    app.connect("env-check-consistency", check)
    app.connect("env-get-outdated", pages_to_read_again)
    app.connect("doctree-resolved", resolve)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
