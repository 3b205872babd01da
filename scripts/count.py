"""Count what the handbook holds, into `docs/_data/measured/handbook.json`.

Nothing here depends on the machine, so `tests/test_count.py` counts again and compares.
"""

import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path("docs")
TARGET = DOCS / "_data" / "measured" / "handbook.json"


def count() -> dict[str, int]:
    """What a reader may want to count for themselves."""
    pages = [path for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in pages]
    data = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in (DOCS / "_data").glob("*.toml")}
    blocks = Counter()
    for counts in tomllib.loads(Path("tests/fences.toml").read_text("utf-8")).values():
        blocks.update(counts)
    unwritten = sum(len(page["entries"]) for page in data["unwritten"]["page"])
    entries = len(data["syllabus"]["bullet"])
    return {
        "pages": len(pages),
        "chapters": sum("\nobjectives:\n" in text for text in texts),
        "syllabus_entries": entries,
        "syllabus_entries_expanded": entries - unwritten,
        "blocks_that_run": blocks["python"] + blocks["console"],
        "diagrams": blocks["mermaid"],
        "quiz_questions": sum(
            len(tomllib.loads(path.read_text("utf-8"))["question"])
            for path in (DOCS / "_data" / "quizzes").rglob("*.toml")
        ),
        "claims_examined": len(data["claims"]["claim"]),
        "sources_opened_and_cited": len(
            re.findall(r"^@", (DOCS / "_data" / "references.bib").read_text("utf-8"), re.MULTILINE)
        ),
        "glossary_terms": len(data["glossary"]["term"]),
    }


if __name__ == "__main__":
    counted = {
        "command": "python -m scripts.count",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": "any: it only counts",
        "figures": count(),
    }
    TARGET.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {TARGET}")
