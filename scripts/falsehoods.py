"""Make a sentence say something else, one fact at a time, in English that nobody stumbles over.

It knows English and what the handbook is about. Of what checks the handbook's facts it knows
nothing, on purpose: whoever looks for gaps must not start from what is known to be covered.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Edit(NamedTuple):
    """Other words for a part of a sentence: its kind, the part's first and last place, the words."""

    kind: str
    start: int
    end: int
    new: str

    def apply_to(self, said: str) -> str:
        """Return the sentence with the other words in it."""
        return said[: self.start] + self.new + said[self.end :]


# A word of the sentence, and not a part of a name, a path, a call or a word with a hyphen.
ALONE = r"(?<![\w./-])(?:{})(?![\w/(]|[-.]\w)"

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SEASONS = ("spring", "summer", "autumn", "winter")
SMALL = (
    *("two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    *("second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth"),
)
FRACTIONS = ("a quarter", "a third", "half", "two thirds", "three quarters")
MAGNITUDES = ("hundreds", "thousands", "millions", "billions")
MULTIPLES = ("thousand", "million", "billion")
TIMES = ("second", "minute", "hour", "day", "week", "month", "year", "decade")
RHYTHMS = ("hourly", "daily", "weekly", "monthly", "yearly")
SIZES = ("kilobyte", "megabyte", "gigabyte", "terabyte")
BYTES = ("KB", "MB", "GB", "TB")
COINS = ("dollars", "euros", "pounds")
SIGNS = "$€£"

# What may stand for one another: of the same sort, and never the same thing.
SORTS = (
    ("Google", "Microsoft", "Amazon", "Netflix", "Uber", "Spotify", "Databricks"),
    ("GitHub", "GitLab", "Bitbucket"),
    ("Gojek", "Grab", "Airbnb"),
    ("CoreWeave", "Nvidia", "Snowflake"),
    ("Knight", "Citadel", "Virtu"),
    ("RAND", "Gartner", "McKinsey"),
    ("Forrester", "Gartner", "Deloitte"),
    ("ACM", "IEEE"),
    ("NIST", "ISO"),
    ("Public Health England", "Public Health Wales", "Public Health Scotland"),
    ("Federal Trade Commission", "Securities and Exchange Commission", "Department of Justice"),
    ("Linux Foundation", "Apache Software Foundation", "Eclipse Foundation"),
    ("LF AI & Data", "NumFOCUS"),
    ("European Union", "United Kingdom", "United States"),
    ("American", "British", "Canadian"),
    ("Namibia", "Nigeria", "Norway"),
    ("Annex I", "Annex II", "Annex III", "Annex IV"),
    ("GDPR", "AI Act", "Data Act"),
    ("Lisanne Bainbridge", "Lucy Suchman", "Nancy Leveson"),
    ("Ron Westrum", "Edgar Schein", "James Reason"),
    ("Kreuzberger", "Sculley", "Breck"),
    ("Black", "Asian", "white"),
    ("MITRE ATLAS", "MITRE ATT&CK", "OWASP"),
    ("ImageNet", "COCO", "CIFAR-10"),
    ("COVID-19", "influenza", "measles"),
    ("Scrum", "Kanban", "SAFe"),
    ("MLOps", "DevOps", "DataOps"),
    ("data engineer", "ML engineer", "data scientist", "software engineer", "product owner"),
    ("DevOps engineer", "data engineer", "security engineer"),
    ("TensorFlow", "PyTorch", "JAX"),
    ("scikit-learn", "XGBoost", "statsmodels"),
    ("Keras", "Lightning"),
    ("ONNX Runtime", "TensorRT", "OpenVINO"),
    ("pandas", "Polars", "DuckDB"),
    ("Spark", "Dask", "Flink"),
    ("Flask", "FastAPI", "Django"),
    ("Kubeflow", "Airflow", "Dagster"),
    ("Argo CD", "Argo Rollouts", "Argo Events"),
    ("Argo", "Tekton", "Airflow"),
    ("TFX", "ZenML", "Metaflow"),
    ("MLflow", "Neptune", "ClearML"),
    ("Weights & Biases", "Comet", "Neptune"),
    ("Prometheus", "Graphite", "Zabbix"),
    ("Evidently", "NannyML", "Alibi Detect"),
    ("DVC", "Pachyderm", "Git LFS"),
    ("lakeFS", "Nessie", "Delta Lake"),
    ("Feast", "Hopsworks", "Tecton"),
    ("Docker Desktop", "Podman Desktop", "Rancher Desktop"),
    ("Docker", "Podman", "containerd"),
    ("Buildah", "kaniko", "Podman"),
    ("Kubernetes", "Nomad", "Docker Swarm"),
    ("kubectl", "helm", "kustomize"),
    ("Jenkins", "CircleCI", "Buildkite"),
    ("Groovy", "Kotlin", "Ruby"),
    ("Java", "Go", "Node.js"),
    ("Python", "Java", "Ruby"),
    ("Linux", "Windows", "macOS"),
    ("SQLite", "PostgreSQL", "MySQL"),
    ("YAML", "TOML", "XML"),
    ("JSON", "XML", "CSV"),
    ("HTTP", "SMTP", "FTP"),
    ("skops", "joblib", "cloudpickle"),
    ("ADWIN", "DDM", "CUSUM"),
)

# What may follow a word of the next table, so that it is a bound or joins two events.
COUNTED = rf"[$€£\d]|(?:{'|'.join((*SMALL, *TENS))})\b|an? (?:third|quarter|half|year|week|day)"
JOINED = r"(?:\d|[A-Z]|the|its?|their|they|you|we|an?|eval|every)\b"

# Either of the two says the opposite of the other, or at least something else. A pair of three
# goes one way only: the third is what must follow.
OPPOSITES = (
    *(("more than", "less than"), ("too high", "too low"), ("higher", "lower"), ("high", "low")),
    *(("highest", "lowest"), ("rose", "fell"), ("rise", "fall"), ("rises", "falls")),
    *(("rising", "falling"), ("raise", "reduce"), ("raising", "lowering"), ("grew", "shrank")),
    *(("improve", "worsen"), ("improved", "worsened"), ("better", "worse"), ("best", "worst")),
    *(("faster", "slower"), ("fast", "slow"), ("quick", "slow"), ("quickly", "slowly")),
    *(("cheap", "expensive"), ("cheaper", "dearer"), ("bigger", "smaller"), ("large", "small")),
    *(("larger", "smaller"), ("largest", "smallest"), ("late", "early"), ("later", "earlier")),
    *(("first", "last"), ("older", "newer"), ("old", "new"), ("stale", "fresh")),
    *(("rarely", "often"), ("always", "never"), ("online", "offline"), ("public", "private")),
    *(("automatically", "manually"), ("local", "remote"), ("enabled", "disabled")),
    *(("allowed", "forbidden"), ("simple", "complicated"), ("easy", "hard"), ("succeed", "fail")),
    *(("adding", "removing"), ("added", "removed"), ("opens", "closes"), ("inside", "outside")),
    *(("begins with", "ends with"), ("upgraded", "downgraded"), ("accepted", "rejected")),
    *(("scaling out", "scaling up"), ("repeatability", "reproducibility"), ("strictly", "loosely")),
    *(("started", "stopped"), ("moved to", "moved from"), ("sold to", "bought from")),
    *(("graduated in", "was archived by"), ("is on", "is off"), ("was on", "was off")),
    *(("off by default", "on by default"), ("in many", "in few"), ("in most", "in few")),
    *(("failed projects", "successful projects"), ("least", "most", "(?:basic|common|recent)")),
    *(("without", "with", ""), ("almost", "more than", ""), ("up to", "at least", "")),
    *(("automated", "manual", ""), ("succeeded", "failed", ""), ("fullest", "shortest", "")),
    *(("fewer than", "more than", ""), ("from version", "before version", "")),
    *(
        ("manual", "automatic", "(?:process|step|last|check|work|deploy)"),
        ("within", "after", COUNTED),
    ),
    *(
        ("at least", "at most", COUNTED),
        ("at most", "at least", COUNTED),
        ("over", "under", COUNTED),
    ),
    *(("lost", "kept", "(?:a|its|the|their|quality)\\b"), ("above", "below", "(?:the|its|\\d)")),
    *(("most", "least", "(?:basic|common|recent)"), ("below", "above", "(?:the|its|\\d)")),
    *(("before", "after", JOINED), ("after", "before", JOINED)),
)

# What follows a verb that can take "not": "has come", but not "has a key".
PARTICIPLE = r"(?:been|come|gone|kept|made|taken|given|set|got|built|left|lost|seen|had|\w{2,}ed)\b"
BASE = (
    r"(?!not\b|never\b|no\b|none\b|nothing\b|nobody\b|hardly\b|only\b|also\b|so\b|some\b)[a-z“*\d]"
)
STARTERS = r"(?:it|which|who|that|guide|manual|deck|book|paper|report|note|page|list|documentation|team|team's|authority|check|review|reader|user|users|interviewers|organisers|engineers|authors|makers|[A-Z]\w+)"
# Nouns that take no "a".
MASS = ("activity", "keep-alive", "repository", "machine learning", "personal", "quality", "code")
# A verb in the present or past, and what follows "does" or "did".
VERBS = {
    **{"asks": "ask", "brings": "bring", "calls": "call", "counts": "count", "covers": "cover"},
    **{"describes": "describe", "enters": "enter", "finds": "find", "gives": "give"},
    **{"holds": "hold", "keeps": "keep", "lists": "list", "locks": "lock", "means": "mean"},
    **{"needs": "need", "prefers": "prefer", "promises": "promise", "puts": "put", "reads": "read"},
    **{"records": "record", "refuses": "refuse", "requires": "require", "saves": "save"},
    **{"says": "say", "sends": "send", "starts": "start", "stops": "stop", "takes": "take"},
    **{"tells": "tell", "updates": "update", "uses": "use", "warns": "warn", "watches": "watch"},
    **{"shapes": "shape", "names": "name", "defines": "define", "writes": "write"},
}
PASTS = {
    **{"announced": "announce", "asked": "ask", "began": "begin", "broke": "break", "came": "come"},
    **{"counted": "count", "described": "describe", "found": "find", "gave": "give"},
    **{"kept": "keep", "lost": "lose", "named": "name", "planned": "plan", "postponed": "postpone"},
    **{"saw": "see", "said": "say", "sold": "sell", "took": "take", "wrote": "write"},
    **{"graduated": "graduate", "opened": "open", "copied": "copy", "noticed": "notice"},
    **{"ended": "end", "decided": "decide", "surveyed": "survey", "reported": "report"},
    **{"built": "build", "cost": "cost", "worsened": "worsen", "brought": "bring"},
}
PAST_OF = {base: past for past, base in PASTS.items()}


def find_edits(said: str) -> Iterator[Edit]:
    """Every way that is known here to make the sentence say something else, kind by kind."""
    for kind, find in FINDERS.items():
        for start, end, new in find(said):
            if said[start:end] != new:
                yield Edit(kind, start, end, new)


# Other words for parts of a sentence: where each part begins and ends, and the words.
Replacements = Iterable[tuple[int, int, str]]


def find_figures(said: str) -> Replacements:
    """Another value of the same shape, as near as a slip of memory: 17.7 for 16.7, 2.9 for 2.6."""
    for number in find_numbers(said):
        was = number[0]
        for place, digit in enumerate(was):
            for other in "0123456789" if digit.isdigit() else "":
                new = was[:place] + other + was[place + 1 :]
                if other != digit and can_replace(said, number, new):
                    yield *number.span(), new


def find_numbers(said: str) -> Iterator[re.Match[str]]:
    """The figures in digits that are no part of a name or a date."""
    pattern = r"(?<![\w.,/-])(?<!Annex )(?<!Article )\d+(?:[.,]\d+)*(?![\w/]|-[a-z]|[.,]\d)"
    dates = [range(*date.span()) for date in find_years(said)]
    dates += [range(*date.span()) for date in find_days(said)]
    for number in re.finditer(pattern, said):
        if not any(number.start() in date for date in dates):
            yield number


def can_replace(said: str, number: re.Match[str], new: str) -> bool:
    """Tell whether a figure is as plausible as that in the text, and not implied by it."""
    was = number[0]
    after, digits = said[number.end() :], new.replace(",", "")
    if (digits[0] == "0" and digits[:2] != "0.") or re.search(
        rf"(?<![\d.]){re.escape(new)}(?![\d.])", said
    ):
        return False
    if re.search(r"(?:^|\.)0\d", new):
        return False
    if was.count(".") > 1 or re.search(
        r"(?i)version |Python |Keras $", said[: number.start()][-8:]
    ):
        return True  # a version: any other is another
    old, value = float(was.replace(",", "")), float(digits)
    if not old / 2.5 <= value <= old * 2.5 or (after.lstrip()[:1] == "%" and value > 100):
        return False
    if whole := re.match(r" (?:of|out of) (\d+)\b", after):
        return value < float(whole[1]) and whole[1] != new
    if part := re.search(r"(\d+) (?:of|out of) $", said[: number.start()]):
        return value > float(part[1])
    if top := re.match(r"[%\w]* to (\d+(?:\.\d+)?)", after):
        return value < float(top[1])
    if bottom := re.search(r"(\d+(?:\.\d+)?)[%\w]* to $", said[: number.start()]):
        return value > float(bottom[1])
    return not is_implied(said, number.start(), value > old)


def is_implied(said: str, start: int, grows: bool) -> bool:
    """Tell whether a bound before a quantity already says that the other one holds too.

    Whoever says that more than five came has said that more than four did.
    """
    before = said[:start]
    if re.search(r"(?i)\b(?:over|more than|at least|from at least) [$€£]?$", before):
        return not grows
    pattern = r"(?i)\b(?:under|less than|fewer than|at most|up to|almost|within) (?:a |an )?[$€£]?$"
    return grows and bool(re.search(pattern, before))


def find_words(said: str) -> Replacements:
    """Another number in words, another ordinal, another fraction."""
    for group in (SMALL, TENS):
        for word in find_alone(said, group):
            if re.search(r"\b(?:one|once) or $", said[: word.start()]):
                continue  # about how many, and not how many
            was = group.index(word[0].lower())
            for place, other in enumerate(group):
                near = abs(place - was) <= 3 or group is TENS
                if near and other not in said and not is_implied(said, word.start(), place > was):
                    yield *word.span(), match_case(word[0], other)
    for word in re.finditer(
        rf"(?i)\b(?<=the |its |his ) ?({'|'.join(ORDINALS)})\b(?= [a-z])", said
    ):
        for other in ORDINALS:
            if other not in said.lower():
                yield *word.span(1), match_case(word[1], other)
    for word in re.finditer(rf"(?i)(?<!and )\b(?:{'|'.join(FRACTIONS)})(?= of\b)", said):
        for other in FRACTIONS:
            if other not in said.lower():
                yield *word.span(), match_case(word[0], other)


def find_units(said: str) -> Replacements:
    """Another unit of time, size or money; points for per cent; a count for a share."""
    yield from find_times(said)
    for group in (RHYTHMS, COINS):
        yield from find_others(said, group)
    yield from find_sizes(said)
    for sign in re.finditer(r"[$€£](?=\d)", said):
        for other in SIGNS:
            yield *sign.span(), other
    yield from find_shares(said)


def find_times(said: str) -> Replacements:
    """A length in another unit of time: two days for two hours."""
    count = rf"(?:\d[\d.,]*|\b(?:an?|each|per|every|one|{'|'.join((*SMALL, *TENS))}|few|several|for|those))"
    for unit in re.finditer(rf"({count})([ -])({'|'.join(TIMES)})(s?)\b(?!-)", said):
        article, gap, name, many = unit.groups()
        if name == "second" and not (many or article[0].isdigit() or article == "per"):
            continue  # the second, and no unit
        if article == "one":
            continue  # one day: a time, and no length
        was = TIMES.index(name)
        for place in range(max(0, was - 2), min(len(TIMES), was + 3)):
            other = TIMES[place]
            if other in said or is_implied(said, unit.start(), place > was):
                continue
            fitting = "an" if other == "hour" else "a"
            words = fitting if article in ("a", "an") else article
            yield *unit.span(), f"{words}{gap}{other}{many}"


def find_sizes(said: str) -> Replacements:
    """A size in the unit above or below: MB for GB."""
    for group in (SIZES, BYTES):
        for unit in re.finditer(rf"(?<=[\w ])\b({'|'.join(group)})(?=s?\b)", said):
            was = group.index(unit[1])
            number = said.rfind(" ", 0, unit.start() - 1) + 1
            for place, other in enumerate(group):
                if abs(place - was) == 1 and not is_implied(said, number, place > was):
                    yield *unit.span(), other


def find_shares(said: str) -> Replacements:
    """A count for a share, and percentage points for per cent."""
    for share in re.finditer(
        r"(?<=\d) ?(?:%|per cent) of (the |its |their |all )?(?=[a-z]+s\b)", said
    ):
        yield *share.span(), f" of {share[1]}" if share[1] else " "
    for share in re.finditer(r"(?<=\bby )(\d+)%( to \d+)%", said):
        yield *share.span(), f"{share[1]}{share[2]} percentage points"


def find_magnitudes(said: str) -> Replacements:
    """A thousand for a million, ten times as many, or a tenth."""
    for group in (MAGNITUDES, MULTIPLES):
        for word in find_alone(said, group):
            was = group.index(word[0].lower())
            number = said.rfind(" ", 0, word.start() - 1) + 1
            for place, other in enumerate(group):
                if abs(place - was) <= 1 and not is_implied(said, number, place > was):
                    yield *word.span(), match_case(word[0], other)
    for number in find_numbers(said):
        if has_magnitude(said, number):
            for new in shift_digits(said, number):
                yield *number.span(), new


def has_magnitude(said: str, number: re.Match[str]) -> bool:
    """Tell whether a figure is a whole number of two digits or more, and no part of a name."""
    if "." in number[0] or len(number[0]) < 2:
        return False
    if re.match(r",? ?(?:million|billion)", said[number.end() :]):
        return False
    named = r"(?:version|level|Python|Java|or|and|is an?) $"
    return not re.search(named, said[: number.start()])


def shift_digits(said: str, number: re.Match[str]) -> Iterator[str]:
    """Ten times a whole number, and a tenth of it, where the sentence does not rule these out."""
    before, after = said[: number.start()], said[number.end() :]
    whole = int(number[0].replace(",", ""))
    percent = after.lstrip()[:1] == "%"
    of_more = re.match(r" (?:of|out of) \d", after)  # not more than there are
    of_fewer = re.search(r"\d (?:of|out of) $", before)  # nor fewer than are meant
    values = []
    if not percent and not of_more:
        values.append((whole * 10, True))
    if whole % 10 == 0 and not of_fewer:
        values.append((whole // 10, False))
    for value, grows in values:
        if str(value) not in said and not is_implied(said, number.start(), grows):
            yield f"{value:,}" if "," in number[0] and value > 999 else str(value)


def find_months(said: str) -> Replacements:
    """Another month, or another season."""
    pattern = rf"\b({'|'.join(MONTHS)})\b(?=[ ,.;:)]|$)"
    for month in re.finditer(pattern, said):
        if month[0] == "May" and not re.search(r"(?:\d|[a-z],?) $", said[: month.start()]):
            continue  # the verb, at the head of a sentence
        for other in MONTHS:
            if other not in said:
                yield *month.span(), other
    for season in re.finditer(rf"(?<=the )({'|'.join(SEASONS)})(?= of \d)", said):
        for other in SEASONS:
            yield *season.span(), other


def find_day_numbers(said: str) -> Replacements:
    """Another day of the month."""
    for day in find_days(said):
        for other in range(1, 29):
            if str(other) != day[0]:
                yield *day.span(), str(other)


def find_days(said: str) -> Iterator[re.Match[str]]:
    """The days of the month, on either side of its name."""
    months = "|".join(MONTHS)
    yield from re.finditer(rf"\b\d{{1,2}}(?= (?:{months})\b)", said)
    for month in re.finditer(rf"\b(?:{months}) (?=\d{{1,2}}\b)", said):
        if day := re.compile(r"\d{1,2}").match(said, month.end()):
            yield day


def find_year_numbers(said: str) -> Replacements:
    """A year that is one to four away."""
    for year in find_years(said):
        for shift in (-4, -3, -2, -1, 1, 2, 3, 4):
            other = str(int(year[0]) + shift)
            if other not in said:
                yield *year.span(), other


def find_years(said: str) -> Iterator[re.Match[str]]:
    """The years, and not each number of four digits."""
    for year in re.finditer(r"(?<![\w.,$€£-])(?:19|20)\d\d(?![\w]|[.,]\d|-\d)", said):
        words = rf"(?:{'|'.join(MONTHS)}|in|of|since|until|from|by|before|after|and|to|early|late|spring|the),? \(?$"
        if re.search(f"(?i){words}", said[: year.start()]):
            yield year


def find_parties(said: str) -> Replacements:
    """Another company, person, product, place, law or trade of the same sort."""
    taken: set[int] = set()  # where a longer name stands: Docker Desktop is not Docker
    names = [(name, sort) for sort in SORTS for name in sort]
    for name, sort in sorted(names, key=lambda one: -len(one[0])):
        words = re.finditer(rf"(?<![\w./@-]){re.escape(name)}(?![\w/]|-\w|\.\w|\()", said)
        for word in [word for word in words if word.start() not in taken]:
            for other in sort:
                if other.lower() not in said.lower():
                    yield from keep_article(said, word, other)
            taken |= set(range(*word.span()))


def find_directions(said: str) -> Replacements:
    """The opposite: fell for rose, before for after, at most for at least."""
    for one, other, *follows in OPPOSITES:
        ways = ((one, other),) if follows else ((one, other), (other, one))
        ahead = rf"(?= {follows[0]})" if follows else ""
        for was, new in ways:
            for word in re.finditer(rf"(?i){ALONE.format(re.escape(was))}{ahead}", said):
                if not is_fixed(said, word):
                    yield from keep_article(said, word, new)
    turned = r"\bfrom ([\da-z][^,;:()]{0,40}?) to ((?:the |an? )?[\da-z](?:[\w.-]*\w)?%?)"
    for turn in re.finditer(turned, said):
        if not re.search(r"\b(?:from|on|that|which|end)$|^version", turn[1]):
            yield *turn.span(), f"from {turn[2]} to {turn[1]}"


def is_fixed(said: str, word: re.Match[str]) -> bool:
    """Tell whether a word is a part of an idiom, whose opposite is no English."""
    before, after = said[: word.start()], said[word.end() :]
    idioms = (
        (r"(?i)\b(?:at|for|of|very|in)( the)? $", r"first|last|late|most|least|best|worst"),
        (
            r"(?i)\b(?:so|as|how|too|just as|had|knows? no|no|any|the) $",
            r"more|less|late|early|often",
        ),
        (r"(?i)\b(?:with or) $", r"without"),
        (rf"\b(?:{'|'.join(TIMES)})s? $", r"old"),
        (r"(?i)\b(?:is|are|was|were|if|well|one) $", r"best|better"),
    )
    if any(
        re.fullmatch(words, word[0], re.I) and re.search(left, before) for left, words in idioms
    ):
        return True
    if re.match(
        r"(?i)(?:first (?:deck|camp)|best effort|added (?:it )?up|public health)\b", word[0] + after
    ):
        return True
    return word[0].lower() == "after" and bool(re.search(r"\b(?:name[ds]?|called) \w+ $", before))


def keep_article(said: str, word: re.Match[str], new: str) -> Replacements:
    """Other words in the place of a word, with "a" and "an" before them as they need."""
    new = match_case(word[0], new)
    if article := re.search(r"\b([Aa])n? $", said[: word.start()]):
        n = "n" if new[0].lower() in "aeio" else ""
        yield article.start(), word.end(), f"{article[1]}{n} {new}"
    else:
        yield *word.span(), new


def find_negations(said: str) -> Replacements:
    """A "not" where there was none, or the one that was there taken out."""
    yield from put_not(said)
    yield from take_not(said)


def put_not(said: str) -> Replacements:
    """Deny what the sentence affirms."""
    be = rf"\b(is|are|was|were)(?= (?!to\b){BASE})"
    modal = rf"\b(can|could|may|must|should|will|would)(?= {BASE})"
    have = rf"\b(has|have|had)(?= {PARTICIPLE})"
    for pattern in (be, modal, have):
        for verb in re.finditer(pattern, said):
            clause = re.split(r"[;:.“]", said[: verb.start()])[-1]
            if re.search(r"(?i)\b(?:whether|nobody|nothing|none|no|never|how|hardly)\b", clause):
                continue
            if verb[0] == "is" and re.search(r"(?i)\b(?:that|than|as) $", clause):
                continue  # that is, as is
            if re.match(r" (?:because|why|what|how|where|when)\b", said[verb.end() :]):
                continue
            yield *verb.span(), "cannot" if verb[0] == "can" else f"{verb[0]} not"
    for verbs, do in ((VERBS, "does"), (PASTS, "did")):
        for verb in re.finditer(
            rf"\b{STARTERS} ({'|'.join(verbs)})\b(?! (?:no|none|nothing|not|nobody)\b|[,.;:]| for\b| by\b)",
            said,
        ):
            clause = re.split(r"[,;:.“]", said[: verb.start()])[-1]
            if not re.search(
                r"(?i)\b(?:has|have|had|is|are|was|were|no|what|than|as|such)\b",
                f"{clause} {verb[0]}",
            ):
                yield *verb.span(1), f"{do} not {verbs[verb[1]]}"


def take_not(said: str) -> Replacements:
    """Affirm what the sentence denies."""
    for word in re.finditer(
        r"\b(is|are|was|were|has|have|had|could|may|must|should|will|would|can|for|but) not (?!only\b|merely\b|alone\b|so\b|least\b|to\b)",
        said,
    ):
        yield *word.span(), f"{word[1]} "
    for word in re.finditer(r"\bcannot\b", said):
        yield *word.span(), "can"
    for word in re.finditer(
        r"\b(do|does|did) not ((?!yet\b|even\b|only\b|be\b)[a-z]+)\b(?! or\b)", said
    ):
        verb = {"do": word[2], "does": add_s(word[2]), "did": put_in_past(word[2])}[word[1]]
        yield *word.span(), verb
    for word in re.finditer(r"\bno longer\b(?![^,;:.]* but )", said):
        yield *word.span(), "still"
    counted = r"\b(no) (?!one\b|more\b|matter\b|less\b|longer\b|for\b|of\b|to\b|the\b|by\b)"
    for word in re.finditer(rf"{counted}([a-z][\w-]*)(?: ([a-z]+))?(?![^,;:.]* ever\b)", said):
        if word[2] == "other":
            yield word.start(), word.end(2), "another"
        elif (
            word[2].endswith("s")
            or word[2] in MASS
            or (word[2] in ("equal", "new") and word[3].endswith("s"))
        ):
            yield word.start(), word.start(2), ""
        else:
            yield *word.span(1), "an" if word[2][0] in "aeio" else "a"
    words = {
        **{
            "nobody": "everybody",
            "nothing": "everything",
            "none of": "all of",
            "neither": "either",
        },
        **{"unless": "if", "irreversible": "reversible", "independent": "dependent"},
        **{
            "unset": "set",
            "unnoticed": "noticed",
            "hesitant": "eager",
            "hardly anybody": "almost everybody",
        },
        **{"not shared": "shared", "misunderstood": "well understood", "impossible": "possible"},
        "in spite of": "because of",
    }
    for was, new in words.items():
        for word in re.finditer(rf"(?i){ALONE.format(was)}", said):
            yield from keep_article(said, word, new)


def add_s(verb: str) -> str:
    """The verb as "it" has it: know, knows; go, goes; try, tries."""
    if verb == "have":
        return "has"
    if re.search(r"(?:s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", verb) + "s"


def put_in_past(verb: str) -> str:
    """The verb in the past: notice, noticed; copy, copied; write, wrote."""
    known = PAST_OF | {"know": "knew", "go": "went", "have": "had", "do": "did", "run": "ran"}
    if verb in known:
        return known[verb]
    return re.sub(r"(?<=[^aeiou])y$", "i", verb).removesuffix("e") + "ed"


def find_alone(said: str, words: Iterable[str]) -> Iterator[re.Match[str]]:
    """Where one of the words stands by itself, in either case."""
    return re.finditer(rf"(?i){ALONE.format('|'.join(words))}", said)


def find_others(said: str, group: tuple[str, ...]) -> Replacements:
    """Each other word of a group for the one that is there."""
    for word in find_alone(said, group):
        for other in group:
            if other not in said.lower():
                yield *word.span(), match_case(word[0], other)


def match_case(was: str, new: str) -> str:
    """The new word with a capital where the old one had one."""
    return new[0].upper() + new[1:] if was[0].isupper() else new


FINDERS: dict[str, Callable[[str], Replacements]] = {
    "figure": find_figures,
    "number word": find_words,
    "unit": find_units,
    "magnitude": find_magnitudes,
    "month": find_months,
    "day": find_day_numbers,
    "year": find_year_numbers,
    "party": find_parties,
    "direction": find_directions,
    "negation": find_negations,
}
