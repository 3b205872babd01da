"""Who answers for what: `_data/raci.toml`, which `{raci}` shows as a table and `{role}` by role.

One role is accountable in each stage, and each alert of Jukebox's `rules.yml` wakes one role.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_data
from docs._ext.classes import FROM_DATA
from docs._ext.shapes import Row, find_first, parse_table

logger = logging.getLogger(__name__)

LETTERS = {"A": "answers for it", "R": "does it", "C": "is asked before", "I": "is told after"}
RULES = Path("..", "examples", "jukebox", "watch", "rules.yml")


def alerts(srcdir: str | Path) -> dict[str, tuple[str, str]]:
    """Return {alert: (page or ticket, the label of its runbook)}."""
    groups = yaml.safe_load(Path(srcdir, RULES).read_text("utf-8"))["groups"]
    return {
        rule["alert"]: (
            rule["labels"]["severity"],
            rule["annotations"]["runbook_url"].rpartition("#")[2],
        )
        for group in groups
        for rule in group["rules"]
    }


def faults(data: Row, rules: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the file, each with words that stand at its place."""
    yield from stage_faults(data)
    woken = [alert for role in data["role"] for alert in role["alerts"]]
    for alert in sorted(set(woken) - rules.keys()):
        yield f'"{alert}"', f"{alert} is no alert of {RULES.name}"
    for alert in rules:
        if woken.count(alert) != 1:
            yield f'"{alert}"', f"{alert} wakes {woken.count(alert)} roles, and should wake one"


def stage_faults(data: Row) -> Iterator[tuple[str, str]]:
    """Yield each stage for which not one role is accountable, or an unknown one."""
    roles = {role["id"] for role in data["role"]}
    for stage in data["stage"]:
        here = f'name = "{stage["name"]}"'
        for role in stage["who"].keys() - roles:
            yield here, f"{stage['name']}: {role!r} is no role of this file"
        answer = sorted(role for role, letter in stage["who"].items() if letter == "A")
        if len(answer) != 1:
            names = ", ".join(answer) or "nobody"
            yield here, f"{stage['name']}: exactly one role is accountable, here {names}"


class Raci(SphinxDirective):
    """Show the table: a row for each role, a column for each stage."""

    def run(self) -> list[nodes.Node]:
        """Return the table, or a warning for each fault of the file."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/raci.toml")
        self.env.note_dependency(str(Path(self.env.srcdir, RULES)))
        data = load(self.env.srcdir, "raci.toml")
        for words, fault in faults(data, alerts(self.env.srcdir)):
            logger.warning("%s", fault, location=place_in_data(self.env.srcdir, "raci.toml", words))
        stages = list(enumerate(data["stage"], 1))
        heads = [f"{number} [{stage['name']}]{{.stage}}" for number, stage in stages]
        lines = [f"| role | {' | '.join(heads)} |", "|---" * (len(stages) + 1) + "|"]
        for role in data["role"]:
            letters = [stage["who"].get(role["id"]) for _, stage in stages]
            cells = [f"[{x}]{{.raci-{x.lower()}}}" if x else "" for x in letters]
            lines.append(f"| {{ref}}`{role['name']} <{role['label']}>` | {' | '.join(cells)} |")
        table = parse_table(self, lines)
        means = ", ".join(f"{letter} {words}" for letter, words in LETTERS.items())
        names = ", ".join(f"{number} {stage['name'].lower()}" for number, stage in stages)
        table["classes"] += ["raci", FROM_DATA]
        table.insert(0, nodes.title("", f"{means}. The stages: {names}."))
        find_first(table, nodes.colspec)["stub"] = 1  # a role heads its row
        return [table]


class Role(SphinxDirective):
    """Show what one role owns, hands over, and is woken by."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list, with a link to the runbook of each alert."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/raci.toml")
        self.env.note_dependency(str(Path(self.env.srcdir, RULES)))
        roles = {role["id"]: role for role in load(self.env.srcdir, "raci.toml").get("role", [])}
        role = roles.get(self.arguments[0])
        if role is None:
            words = "raci.toml has no role %r"
            logger.warning(words, self.arguments[0], location=self.get_location())
            return []
        rules = alerts(self.env.srcdir)
        by: dict[str, list[str]] = {"page": [], "ticket": []}
        for alert in filter(rules.get, role["alerts"]):
            severity, runbook = rules[alert]
            words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", alert).lower()
            by[severity].append(f"{{ref}}`{words} <{runbook}>`")
        facts = {
            "Owns": role["owns"],
            "Hands over": role["hands_over"],
            "Is paged for": ", ".join(by["page"]) or "nothing",
            "Gets a ticket for": ", ".join(by["ticket"]) or "nothing",
        }
        box = nodes.container(classes=["role", FROM_DATA])
        box += self.parse_text_to_nodes("\n".join(f"{k}\n: {v}\n" for k, v in facts.items()))
        return [box]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.setup_extension("docs._ext")
    app.add_directive("raci", Raci)
    app.add_directive("role", Role)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
