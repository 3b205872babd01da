"""What the handbook holds, counted by each build: `{measured}`handbook.pages`` and the like."""

import re
import tomllib
from collections import Counter
from pathlib import Path

from docs._ext import is_chapter, levels, load, markdown


def count_contents(srcdir: Path) -> dict[str, int]:
    """Return what a reader may want to count for themselves; nothing of it depends on a machine."""
    pages = [page for page in srcdir.rglob("*.md") if "_build" not in page.parts]
    texts = [page.read_text("utf-8") for page in pages]
    chapters = [front for front in map(markdown.front_matter, texts) if is_chapter(front)]
    verbs = levels.levels_of_verbs(load(srcdir, levels.FILE))
    goals = [
        text for chapter in chapters for text in getattr(chapter["objectives"], "values", list)()
    ]
    by_level = Counter(levels.level_of(text, verbs) for text in goals)
    blocks = Counter(fence.name for text in texts for fence in markdown.fences(text))
    entries = len(load(srcdir, "syllabus.toml").get("bullet", []))
    data = srcdir / "_data"
    quizzes = [tomllib.loads(p.read_text("utf-8")) for p in data.glob("quizzes/**/*.toml")]
    sources = [re.findall("^@", p.read_text("utf-8"), re.M) for p in data.glob("*.bib")]
    return {
        "pages": len(pages),
        "chapters": len(chapters),
        **{f"objectives_to_{level}": by_level[level] for level in levels.LEVELS},
        "syllabus_entries": entries,
        "blocks_that_run": blocks["python"] + blocks["console"],
        "diagrams": blocks["mermaid"],
        "quiz_questions": sum(len(quiz.get("question", [])) for quiz in quizzes),
        "claims_examined": len(load(srcdir, "claims.toml").get("claim", [])),
        "sources_opened_and_cited": sum(map(len, sources)),
        "glossary_terms": len(load(srcdir, "glossary.toml").get("term", [])),
    }
