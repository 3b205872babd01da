"""Print the built handbook: a PDF for each chapter, one for each module, and a page listing them.

A pack is what a reader takes along on paper: everything open, links that still lead somewhere,
and the answers of the quizzes on pages of their own at the end.
"""

import html
import io
import os
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from pypdf import PdfReader

from scripts import chromium

BASE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")
STYLE = Path(__file__).with_suffix(".css")
REFERENCES = ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"]
A4 = (595, 842)  # points
PALETTE = [
    f"--color-{name}"
    for name in (
        "background-primary",
        "background-secondary",
        "background-border",
        "foreground-primary",
        "foreground-secondary",
        "brand-content",
    )
]


@dataclass
class Page:
    """A page of the site: its path, its parsed document, its title."""

    path: str
    soup: BeautifulSoup

    @property
    def title(self):
        """The heading, without the theme's permalink."""
        heading = self.soup.select_one("[role=main] h1")
        return "".join(t for t in heading.strings if "headerlink" not in t.parent.get("class", []))

    @property
    def minutes(self):
        """Reading minutes, as the page itself says them."""
        line = self.soup.select_one(".chapter-line")
        found = re.search(r"(\d+)\s*min", line.get_text()) if line else None
        return int(found[1]) if found else 0


def read(root):
    """Yield the pages of a built site in the order of its table of contents."""
    path = "index.html"
    while path:
        page = Page(path, BeautifulSoup((Path(root) / path).read_text("utf-8"), "html.parser"))
        yield page
        following = page.soup.select_one("link[rel=next]")
        path = urljoin(f"/{path}", following["href"]).lstrip("/") if following else None


def modules(pages):
    """Return the parts under modules/: for each its index page and its chapters, in order."""
    found = {}
    for page in pages:
        top, _, rest = page.path.partition("/")
        module = rest.rpartition("/")[0]
        if top != "modules" or not module:
            continue
        if page.path.endswith("/index.html"):
            found[module] = [page]
        elif page.soup.select_one(".objectives"):
            found[module].append(page)
    return {module: chapters for module, chapters in found.items() if chapters[1:]}


def article(page, prefix, inside, base):
    """Return a copy of a page's article, made ready to stand beside others on paper."""
    copy = BeautifulSoup(str(page.soup.select_one("[role=main]")), "html.parser").article
    for element in copy.select("script, .headerlink, .sd-tab-set > input"):
        element.decompose()
    for details in copy.select("details"):
        details["open"] = ""
    for image in copy.select("img[src]"):
        image["src"] = urljoin(f"/{page.path}", image["src"])
    prefix_ids(copy, prefix)
    copy["id"] = prefix
    told = set()
    for link in copy.select("a"):
        target = urljoin(f"/{page.path}", link.get("href") or link.get("xlink:href", ""))
        if urlsplit(target).scheme:
            continue
        path, _, fragment = target.lstrip("/").partition("#")
        if path in inside:
            link["href"] = f"#{inside[path]}-{fragment}" if fragment else f"#{inside[path]}"
        elif base:
            link["href"] = f"{base.rstrip('/')}{target}"
        else:
            # No address to lead to: say which page it is, once, and never inside a drawing.
            name = path.removesuffix(".html")
            if not link.find_parent("svg") and name not in told:
                link.insert_after(f" ({name})")
                told.add(name)
            link.unwrap()
            continue
        del link["xlink:href"]
    return copy


def prefix_ids(copy, prefix):
    """Prefix every id, and whatever refers to one, so that articles can share a document."""
    ids = {element["id"] for element in copy.select("[id]")}

    def renamed(match):
        return f"#{prefix}-{match[1]}" if match[1] in ids else match[0]

    for element in copy.find_all(True):
        if "id" in element.attrs:
            element["id"] = f"{prefix}-{element['id']}"
        for name in REFERENCES:
            if name in element.attrs:
                value = element[name]
                names = value if isinstance(value, list) else value.split()
                element[name] = " ".join(f"{prefix}-{n}" if n in ids else n for n in names)
        if element.name == "style":
            element.string = re.sub(r"#([\w-]+)", renamed, element.string or "")
        elif element.find_parent("svg"):
            for name, value in element.attrs.items():
                if element.name == "use" and name.endswith("href"):
                    element[name] = re.sub(r"^#(.+)$", renamed, value)
                elif isinstance(value, str) and "url(#" in value:
                    element[name] = re.sub(r"#([\w-]+)", renamed, value)


def take_answers(copy, title):
    """Move the quiz's answers out of an article; return them, below their questions."""
    answers = []
    for details in copy.select(".quiz details"):
        question = details.find_parent("fieldset").legend.get_text(" ", strip=True)
        details.summary.decompose()
        details.name, details["class"] = "div", "answer"  # not the quiz's, which paper hides
        answers.append(f"<h3>{html.escape(question)}</h3>{details.extract()}")
    return f"<section><h2>{html.escape(title)}</h2>{''.join(answers)}</section>" if answers else ""


def assemble(pages, base=BASE):
    """Return one HTML document that holds the given pages: a chapter, or an index and chapters."""
    inside = {page.path: f"part{number}" for number, page in enumerate(pages)}
    styles = dict.fromkeys(
        urljoin(f"/{page.path}", link["href"])
        for page in reversed(pages)  # a chapter's sheets, in a chapter's order; an index has fewer
        for link in page.soup.select("link[rel=stylesheet]")
        if link.get("media") != "screen"
    )
    parts, answers = [], []
    for page in pages:
        copy = article(page, inside[page.path], inside, base)
        if page is pages[0] and pages[1:]:
            for toctree in copy.select(".toctree-wrapper"):
                toctree.decompose()
            # A part's index mostly lists its chapters itself; where it does not, list them here.
            entries = [
                f'<li><a href="#{inside[p.path]}">{html.escape(p.title)}</a></li>'
                for p in pages[1:]
                if not copy.select_one(f'a[href="#{inside[p.path]}"]')
            ]
            if entries:
                contents = (
                    f'<nav class="pack-contents"><h2>Contents</h2><ol>{"".join(entries)}</ol></nav>'
                )
                copy.append(BeautifulSoup(contents, "html.parser"))
        answers.append(take_answers(copy, page.title))
        parts.append(str(copy))
    if any(answers):
        parts.append(f'<article id="answers"><h1>Answers</h1>{"".join(answers)}</article>')
    licence = " ".join(pages[0].soup.select_one(".copyright").get_text().split())
    document = f"""<!DOCTYPE html>
<html lang="{pages[0].soup.html["lang"]}"><head><meta charset="utf-8">
<title>{html.escape(pages[0].title)}</title>
<meta name="copyright" content="{html.escape(licence)}">
{"".join(f'<link rel="stylesheet" href="{style}">' for style in styles)}
<style>{STYLE.read_text("utf-8")}</style></head>
<body class="pack" data-theme="light"><main>{"".join(parts)}</main></body></html>"""
    soup = BeautifulSoup(document, "html.parser")
    ids = [element["id"] for element in soup.select("[id]")]
    wanted = {a["href"][1:] for a in soup.select('a[href^="#"]')}
    faults = [f"id {i} twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    faults += [f"no id {i}" for i in sorted(wanted - set(ids))]
    if faults:
        sys.exit(f"{pages[0].path}: {', '.join(faults)}")
    return document


def print_pdf(page, origin, document, name):
    """Print a document in a tab of Chromium; `name` is what the head of each page says."""
    page.goto(f"{origin}/404.html")  # only its origin matters: addresses begin at the root
    page.set_content(document, wait_until="load")
    soup = BeautifulSoup(document, "html.parser")
    frame = (
        '<div style="font: 8pt system-ui, sans-serif; color: #555; width: 100%; '
        'margin: 0 18mm; display: flex; justify-content: space-between">{}</div>'
    )
    licence = soup.select_one("meta[name=copyright]")["content"]
    number = '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span>'
    return page.pdf(
        format="A4",
        margin={"top": "20mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        print_background=True,
        display_header_footer=True,
        header_template=frame.format(
            f"<span>{html.escape(name)}</span><span>{soup.title.decode_contents()}</span>"
        ),
        footer_template=frame.format(f"<span>{html.escape(licence)}</span>{number}"),
        tagged=True,
        outline=True,
    )


def squeeze(text):
    """Return text without what a line break or a ligature changes."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))


def check(pdf, document):
    """Return what a printed document promises and does not keep."""
    soup = BeautifulSoup(document, "html.parser")
    reader = PdfReader(io.BytesIO(pdf))
    root, pages = reader.trailer["/Root"], [squeeze(p.extract_text()) for p in reader.pages]
    faults = [f"no {key}" for key in ("/StructTreeRoot", "/Outlines", "/Lang") if key not in root]
    if not pages:
        faults.append("no pages")
    if (reader.metadata or {}).get("/Title") != soup.title.get_text():
        faults.append("another title")
    outline = {
        squeeze(item.title): reader.get_destination_page_number(item)
        for item in reversed(list(flat(reader.outline)))
    }
    for heading in soup.select("h1"):
        title = squeeze(heading.get_text())
        if title not in outline:
            faults.append(f"no bookmark: {heading.get_text()}")
        if not any(title in page for page in pages):
            faults.append(f"no title in the text: {heading.get_text()}")
    for number, (page, text) in enumerate(zip(reader.pages, pages, strict=True), 1):
        # Chromium rounds a sheet up to whole pixels.
        if any(abs(side - a4) > 2 for side, a4 in zip(page.mediabox[2:], A4, strict=True)):
            faults.append(f"page {number} is not A4")
        if squeeze(f"{number}{len(pages)}") not in text:
            faults.append(f"no page number on page {number}")
        for note in page.get("/Annots", []):
            address = note.get_object().get("/A", {}).get("/URI", "")
            if urlsplit(address).hostname == "127.0.0.1":
                faults.append(f"a link to the printing server on page {number}: {address}")
    first = outline.get("Answers", len(pages))
    for answer in soup.select("#answers :is(p, li:not(:has(p)))"):
        text = squeeze(answer.get_text())
        if any(text in page for page in pages[:first]):
            faults.append(f"an answer before the answers: {answer.get_text()}")
        if text not in "".join(pages[first:]):
            faults.append(f"an answer is missing: {answer.get_text()}")
    return faults


def flat(outline):
    """Yield the bookmarks of every level."""
    for item in outline:
        yield from flat(item) if isinstance(item, list) else [item]


def listing(name, palette, rows, licence):
    """Return the page that lists the packs."""
    colours = "".join(f"{key}: light-dark({light}, {dark}); " for key, (light, dark) in palette)
    sections = []
    for module, packs in rows.items():
        lines = "".join(
            f'<tr><th scope="row"><a href="{path}">{title if number else "The whole module"}</a></th>'
            f"<td>{pages}</td><td>{minutes or ''}</td><td>{round(size / 1024)} KB</td></tr>\n"
            for number, (path, title, pages, minutes, size) in enumerate(packs)
        )
        sections.append(
            f'<h2 id="{module}">{packs[0][1]}</h2>\n<div class="wide" tabindex="0" role="region" '
            f'aria-labelledby="{module}"><table><thead><tr><th scope="col">Pack</th>'
            f'<th scope="col">Pages</th><th scope="col">Minutes</th><th scope="col">Size</th></tr>'
            f"</thead><tbody>\n{lines}</tbody></table></div>\n"
        )
    style = STYLE.with_name("packs_index.css").read_text("utf-8")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Packs - {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="The chapters of the {name}, to print or take along.">
<link rel="icon" href="data:,">
<style>:root {{ {colours}}}
{style}</style></head>
<body><main><h1>{name}: packs</h1>
<p>Each chapter and each module as a PDF: everything open, answers on the last pages.</p>
{"".join(sections)}</main><footer>{licence}</footer></body></html>
"""


def build(browser, root, output, base=BASE):
    """Print all packs of a built site, check each, list them; return how many there are."""
    root, output = Path(root), Path(output)
    pages = list(read(root))
    name = pages[0].title
    found = modules(pages)
    if not found:
        sys.exit(f"{root}: no page under modules/ has objectives, so there is nothing to print")
    rows, faults = {}, []
    with chromium.serve(root) as origin, chromium.tab(browser) as page:
        for module, (index, *chapters) in found.items():
            rows[module] = []
            packs = [(f"{module}.pdf", [index, *chapters])]
            packs += [
                (Path(c.path).relative_to("modules").with_suffix(".pdf").as_posix(), [c])
                for c in chapters
            ]
            for path, parts in packs:
                document = assemble(parts, base)
                pdf = print_pdf(page, origin, document, name)
                faults += [f"{path}: {fault}" for fault in check(pdf, document)]
                (output / path).parent.mkdir(parents=True, exist_ok=True)
                (output / path).write_bytes(pdf)
                rows[module].append(
                    (
                        path,
                        html.escape(parts[0].title),
                        len(PdfReader(io.BytesIO(pdf)).pages),
                        sum(part.minutes for part in parts),
                        len(pdf),
                    )
                )
        palette = read_palette(page, origin)
    licence = html.escape(" ".join(pages[0].soup.select_one(".copyright").get_text().split()))
    (output / "index.html").write_text(listing(name, palette, rows, licence), "utf-8")
    if faults:
        sys.exit("\n".join(faults))
    return sum(map(len, rows.values()))


def read_palette(page, origin):
    """Return the site's own colours, in light and in dark, as the browser computes them."""
    page.goto(f"{origin}/index.html")
    themes = []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.body.dataset.theme = theme }", theme)
        values = "names => names.map(n => getComputedStyle(document.body).getPropertyValue(n))"
        themes.append(page.evaluate(values, PALETTE))
    return list(zip(PALETTE, zip(*themes, strict=True), strict=True))


if __name__ == "__main__":
    with chromium.launch() as browser:
        count = build(browser, "docs/_build/html", "docs/_build/packs")
    print(f"{count} packs. Open {Path('docs/_build/packs/index.html').resolve().as_uri()}")
