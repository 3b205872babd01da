"""A plan with dates: which days it is held on, and its timetable as CSV, iCalendar and HTML."""

import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from docs._ext.markdown import PARSER
from docs._ext.plans import KINDS, Block, Part, Plan, end_after_midnight, hours, minutes_of, ordinal

if TYPE_CHECKING:  # whoever only fills a template does without
    from icalendar import Timezone

TEMPLATES = Path(__file__).with_name("teach_kit")
COLUMNS = (
    *("date", "begins", "ends", "minutes", "kind", "what", "part"),
    *("leave out", "shorter without", "note", "page"),
)
WEEKEND = frozenset({5, 6})  # Saturday and Sunday, as date.weekday() counts
FARTHEST = 400  # days that are looked at for a free one


@dataclass(frozen=True)
class Timetable:
    """A plan and the days on which its parts are held.

    begins: minutes since midnight. skipped: each day that was left out, and why.
    """

    plan: Plan
    dates: tuple[date, ...]
    begins: int
    zone: str
    skipped: tuple[tuple[date, str], ...] = ()
    place: str = ""

    def __post_init__(self) -> None:
        """Refuse a part that ends on another day than its date. Raises ValueError."""
        if late := end_after_midnight(self.plan, self.begins):
            raise ValueError(late)

    @property
    def days_held(self) -> Iterator[tuple[date, Part]]:
        """Each part with its day."""
        return zip(self.dates, self.plan.parts, strict=True)

    def rows(self, part: Part) -> Iterator[tuple[str, str, Block]]:
        """Yield the blocks of a part, each with the clock at its beginning and at its end."""
        for start, block in zip(part.ends, part.blocks, strict=False):
            begin = self.begins + start
            yield hours(begin), hours(begin + block.minutes), block


def read_date(words: str, option: str) -> date:
    """Return the date of an option. Raises ValueError with how to write it."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise ValueError(f"{option} {words} is no date. Write it as 2027-01-11.") from None


def read_zone(name: str) -> str:
    """Return the name of a time zone. Raises ValueError where there is none of that name."""
    if name in zones():
        return name
    near = near_zones(name) or ["Asia/Kolkata", "Europe/Berlin"]
    *first, last = near
    names = f"{', '.join(first)} or {last}" if first else last
    raise ValueError(f"--zone {name} does not exist. Write a name such as {names}.")


@cache
def zones() -> set[str]:
    """Return the names of all time zones; on some systems two of them are no place."""
    return available_timezones() - {"Factory", "localtime"}


@cache
def places() -> dict[str, tuple[str, ...]]:
    """Return the zones that have a place, each with the short names of its winter and summer."""
    text = (resources.files("tzdata") / "zoneinfo" / "zone1970.tab").read_text("utf-8")
    found = [line.split("\t")[2] for line in text.splitlines() if not line.startswith("#")]
    days = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC))
    return {
        name: tuple(day.astimezone(ZoneInfo(name)).tzname() or "" for day in days) for name in found
    }


def near_zones(name: str) -> list[str]:
    """Return at most three zones that a wrong name may mean: its place, or its short name."""
    short = [zone for zone, names in places().items() if name.upper() in names]
    if short:
        return short[:3]
    known = {zone.rpartition("/")[2].lower(): zone for zone in (*sorted(zones()), *places())}
    wanted = name.rpartition("/")[2].lower().replace(" ", "_")
    return [known[word] for word in get_close_matches(wanted, known, 1, 0.8)]


def read_clock(words: str) -> int:
    """Return the minutes since midnight of an option. Raises ValueError with how to write it."""
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", words):
        raise ValueError(f"--begins {words} is no time of day. Write it as 9:30.")
    return minutes_of(words)


def public_holidays(country: str, start: date) -> dict[date, str]:
    """Return the public holidays of a country, such as IN or DE-BY, from a year on.

    Raises ValueError where the library does not know the country.
    """
    import holidays  # pyright: ignore[reportMissingImports] - only the lock `teach` has it

    code, _, region = country.upper().partition("-")
    try:
        years = range(start.year, start.year + 2)
        found = holidays.country_holidays(
            code, subdiv=region or None, years=years, language="en_US"
        )
    except NotImplementedError:
        raise ValueError(
            f"--country {country} is not known. Write two letters, such as IN or DE, and perhaps "
            "a region, as DE-BY; or name each day with --holiday."
        ) from None
    return dict(found.items())


def weekend_of(country: str) -> Collection[int]:
    """Return the days of a country's weekend, as date.weekday() counts: in some, Friday is one."""
    import holidays  # pyright: ignore[reportMissingImports] - as above

    return holidays.country_holidays(country.upper().partition("-")[0]).weekend


def choose_days(
    plan: Plan, start: date, free: Mapping[date, str], weekend: Collection[int] = WEEKEND
) -> tuple[list[date], list[tuple[date, str]]]:
    """Return the days of a plan's parts, and the days that were left out with the reason.

    free: holidays with their names. A plan of days leaves out weekends and holidays, one of weeks
    the weeks whose day is a holiday; a single meeting is held on its day.
    """
    dates: list[date] = []
    skipped: list[tuple[date, str]] = []
    step = timedelta(days=7 if plan.every == "week" else 1)
    day = start
    while len(dates) < len(plan.parts):
        if (day - start).days > FARTHEST:
            raise ValueError(
                f"From {start} on there are not enough free days. Name fewer holidays."
            )
        if plan.every != "once" and day in free:
            skipped.append((day, free[day]))
        elif plan.every == "day" and day.weekday() in weekend:
            skipped.append((day, "weekend"))
        else:
            dates.append(day)
        day += step
    return dates, skipped


def long_date(day: date) -> str:
    """Write a day as Monday 11 January 2027, whatever the machine's language."""
    return format_date(day, "EEEE d MMMM y", locale="en")


def as_table(table: Timetable) -> Iterator[Sequence[str]]:
    """Yield a row for each block, after one with the names of the columns."""
    yield COLUMNS
    for day, part in table.days_held:
        for begin, end, block in table.rows(part):
            yield (
                *(day.isoformat(), begin, end, str(block.minutes), KINDS[block.kind]),
                *(name_of(block), part.name, ordinal(block.drop) if block.drop else ""),
                *(block.leave_out, block.note, f"{block.page}#{block.anchor}".rstrip("#")),
            )


def name_of(block: Block) -> str:
    """Return what a block is called: of a lab with its number."""
    return f"Lab {block.number}: {block.title}" if block.kind == "lab" else block.title


def as_calendar(table: Timetable, now: datetime) -> bytes:
    """Return the calendar: an event for each part, whose description has the blocks.

    A trainer invites people to a day and not to seventeen meetings, so a day is one event. The same
    plan with the same start has the same UIDs, so it replaces what was imported before. The zone is
    written into the file, for calendars that do not know its name; where what is written would give
    another hour (as in Morocco, whose clock changes for Ramadan), the times are in UTC. now: when
    it is written.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//MLOps handbook//teach//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", table.plan.printed_title)
    zone = zone_of(table)
    if zone is not None:
        calendar.add_component(zone)
    for number, (day, part) in enumerate(table.days_held, 1):
        event = Event()
        key = f"{table.plan.name}/{table.dates[0]}/{number}"
        event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"mlops-handbook/{key}")))
        event.add("dtstamp", now.astimezone(UTC))
        # By the clock on the wall: a day with a change to summer time has the same hours.
        for name, moment in zip(("dtstart", "dtend"), wall_times(table, day, part), strict=True):
            event.add(name, moment if zone is not None else moment.astimezone(UTC))
        event.add("summary", f"{table.plan.printed_title}: {part.name}")
        event.add("description", describe_part(table, part))
        if table.place:
            event.add("location", table.place)
        calendar.add_component(event)
    return calendar.to_ical()


def wall_times(table: Timetable, day: date, part: Part) -> tuple[datetime, datetime]:
    """Return when a part begins and ends in its zone; midnight belongs to the next day."""
    midnight = datetime.combine(day, time(), ZoneInfo(table.zone))
    # The sum is one of clocks on the wall, whatever happens to them in between.
    begin = midnight + timedelta(minutes=table.begins)
    return begin, begin + timedelta(minutes=part.minutes)


def zone_of(table: Timetable) -> "Timezone | None":
    """Return the zone as a calendar has it, or None where its times would be wrong, or need none."""
    from icalendar import Timezone

    if table.zone == "UTC":
        return None
    last = table.dates[-1] + timedelta(days=2)
    written = Timezone.from_tzid(table.zone, first_date=table.dates[0], last_date=last)
    read = written.to_tz(lookup_tzid=False)
    for day, part in table.days_held:
        for moment in wall_times(table, day, part):
            if moment.utcoffset() != moment.replace(tzinfo=read).utcoffset():
                return None
    return written


def describe_part(table: Timetable, part: Part) -> str:
    """Return the blocks of a part as lines of text."""
    lines = [
        f"{begin} {name_of(block)} ({block.minutes} min)" for begin, _, block in table.rows(part)
    ]
    return "\n".join([*lines, "", f"To show: {part.shows}"])


def make_environment() -> Environment:
    """Return what fills the templates; in HTML all text is escaped."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {
        "on": long_date,
        "ordinal": ordinal,
        "in_code": code_markup,
        "name_of": name_of,
    }
    templates.filters |= {"spoken": spoken_markup, "in_css": css_string, "by_rank": group_by_rank}
    templates.filters["answers_in"] = answers_file
    style = (TEMPLATES / "style.css").read_text("utf-8")
    templates.globals |= {"KINDS": KINDS, "style": Markup(style)}  # noqa: S704, our own file
    return templates


def group_by_rank(dropped: Sequence[tuple[Part, Block]]) -> list[list[tuple[Part, Block]]]:
    """Return the blocks that are left out, those of one rank together."""
    return [list(group) for _, group in groupby(dropped, key=lambda pair: pair[1].drop)]


def answers_file(page: str, plan: Plan) -> str:
    """Return the file of the folder that has the answers of a chapter's quiz."""
    return f"trainer/answers{'' if page in plan.taught_chapters else '-pre-reading'}.pdf"


def css_string(words: str) -> Markup:
    """Return words as a text of CSS: whatever is no letter and no digit of ASCII is escaped."""
    safe = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in words)
    return Markup('"{}"').format(Markup(safe))  # noqa: S704, nothing is left that HTML reads


def spoken_markup(words: str) -> Markup:
    """Return Markdown for somebody who reads it aloud: code and stress stay, a link is its words."""
    marks = {"em_open": "<em>", "em_close": "</em>"}
    shown = Markup("")
    for token in PARSER.parseInline(words)[0].children or []:
        if token.type in marks:
            shown += Markup(marks[token.type])  # noqa: S704, our own two
        elif token.type == "code_inline":
            shown += code_markup(f"`{token.content}`")
        elif token.type == "myst_role":  # `text <target>` shows its text
            shown += re.sub(r"\s*<[^<>]*>$", "", token.content)
        else:
            shown += " " if token.type == "softbreak" else token.content
    return shown


def code_markup(words: str) -> Markup:
    """Return escaped words in which what stands between backticks is code; `long` may be broken."""
    code, long = Markup("<code>{}</code>"), Markup('<code class="long">{}</code>')
    parts = [escape(part) for part in words.split("`")]  # every other one was between two of them
    parts[1::2] = [(code if len(part) < 30 else long).format(part) for part in parts[1::2]]
    return Markup("").join(parts)
