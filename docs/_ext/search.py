"""Keep the search's index entries, which hold the glossary's terms, from build to build.

Before it writes the pages that changed, Sphinx reads back what the last search index knew of the
others, but not their index entries: after a second build, no term would be found.
"""

from pathlib import Path

from sphinx.search import js_index


def restore(app, env):
    """Take the index entries of the last build; a page that is written again replaces its own."""
    index = Path(app.outdir, "searchindex.js")
    if app.builder.name != "html" or not index.is_file():
        return
    known = {docname: [] for docname in env.all_docs}
    last = js_index.loads(index.read_text("utf-8"))
    for entry, places in last.get("indexentries", {}).items():
        for number, anchor, main in places:
            known.get(last["docnames"][number], []).append((entry, anchor, "main" if main else ""))
    env._search_index_index_entries = known


def setup(app):
    """Restore before the indexer is made."""
    app.connect("env-updated", restore)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
