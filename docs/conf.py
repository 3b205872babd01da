import os
from urllib.parse import urlsplit

project = "MLOps handbook"
author = "The MLOps handbook's contributors"
copyright = "The MLOps handbook's contributors. Text CC BY 4.0, code Apache-2.0"
language = "en"

# The site's address comes from the environment; without it, whatever needs one is left out.
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")

extensions = [
    "myst_parser",
    "sphinx_design",
    "docs._ext.diagrams",
    "sphinxcontrib.bibtex",
    "notfound.extension",
    "sphinx_reredirects",
    "sphinx_last_updated_by_git",
    "sphinx_llms_txt",
    # The contracts of the spine, which CONTRIBUTING lists: one small extension each.
    "docs._ext.chapter",
    "docs._ext.paths",
    "docs._ext.trust",
    "docs._ext.repository",
    "docs._ext.licence",
    "docs._ext.ways",
    "docs._ext.syllabus",
    "docs._ext.evidence",
    "docs._ext.owners",
    "docs._ext.numbers",
    "docs._ext.plots",
    "docs._ext.published",
    "docs._ext.rubric",
    "docs._ext.rehearsals",
    "docs._ext.survivors",
    "docs._ext.raci",
    "docs._ext.talk",
    "docs._ext.plan_tables",
    "docs._ext.expiry",
    "docs._ext.law",
    "docs._ext.managers",
    "docs._ext.tools",
    "docs._ext.resources",
    "docs._ext.quiz",
    "docs._ext.my_quizzes",
    "docs._ext.objectives",
    "docs._ext.search",
    "docs._ext.builder",
    "docs._ext.citations",
    "docs._ext.navigation",
    "docs._ext.unrun",
    "docs._ext.typed",
    "docs._ext.addresses",
    "docs._ext.accessible",  # after the extensions whose visitors it mends
    *(["sphinxext.opengraph", "sphinx_sitemap"] if html_baseurl else []),
]

exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates", "_static"]  # the logo is inlined from `_static`
suppress_warnings = [
    # A shallow clone or a ZIP has no history: the page then shows no date, and the build goes on.
    "git.too_shallow",
    "git.subprocess_error",
    "git.command_not_found",
]
git_untracked_show_sourcelink = True  # else a ZIP's pages are not copied, and llms.txt needs them

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "smartquotes"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
highlight_language = "none"

bibtex_bibfiles = ["_data/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"
ogp_site_url = html_baseurl
ogp_image = "_static/card.png"  # what a shared link shows: the first page's picture and sentence
ogp_image_alt = "A mountain at night under a star: MLOps keeps a machine-learning model useful."
ogp_custom_meta_tags = ['<meta name="twitter:card" content="summary_large_image">']
ogp_social_cards = {"enable": False}  # they need matplotlib, and draw text that nobody checks
notfound_template = "404.html"
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"  # not the default's `/en/latest/`
# Else it is the first page's first sentence, which is lost when that page is not read again.
llms_txt_summary = "Every snippet has run, every figure has a source, and a machine checks both."
sitemap_url_scheme = "{link}"
redirects = {}  # old address -> new one; `_data/addresses.txt` says which old ones exist

html_theme = "furo"
html_title = project
version = release = os.environ.get("READTHEDOCS_VERSION", "")  # in the footer, and nowhere else
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["handbook.css"]  # the look, and both palettes, in one place
html_js_files = [("handbook.js", {"defer": "defer"}), ("copy.js", {"defer": "defer"})]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {
    "commit": os.environ.get("READTHEDOCS_GIT_COMMIT_HASH", "")[:7],
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_last_updated_fmt = "%-d %B %Y"
git_last_updated_timezone = "UTC"  # else the date depends on where the site is built
html_show_sourcelink = False
html_permalinks_icon = "#"
