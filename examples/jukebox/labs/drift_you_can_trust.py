"""Lab 6: four alarms or none, and only one of them is a reason to train."""

import shutil
import tomllib

TITLE = "Drift you can trust"
FIRST = "jukebox monitor --home east"
SINCE, NOW = 14, 17  # weeks: since when the offices differ, and the newest
OFFICES = {  # what happens there: drifts of the world, and whether the newest batch is spoilt
    "east": ((), False),
    "north": (("covariate",), False),
    "south": ((), True),
    "west": (("concept",), False),
}
WORDS = ("leave", "return", "update")


def start(folder):
    """Give four offices the same model, and then four weeks in which their worlds go apart."""
    from jukebox.loop.home import open_registry, open_store
    from jukebox.model.training import train
    from jukebox.world.scene import answer, release
    from jukebox.world.simulation import Catalogue, Drift

    first, world = folder / "east", Catalogue(0)
    data, models = open_store(first, needed=False), open_registry(first, None)
    for week in range(SINCE):
        release(data, week, world.week(week)[0], world)
    models.promote(models.register(train(*data.read())), "better than chance, in all four offices")
    for office in OFFICES:
        if office != "east":
            shutil.copytree(first, folder / office)
    for office, (kinds, spoilt) in OFFICES.items():
        world = Catalogue(0, [Drift(kind, start=SINCE) for kind in kinds])
        data, models = open_store(folder / office), open_registry(folder / office, None)
        for week in range(SINCE, NOW + 1):
            tracks, _ = world.week(week)
            if spoilt and week == NOW:
                tracks["tempo"] /= 2
            kept, _ = release(data, week, tracks, world)
            answer(models, kept)


def look(home):
    """Give what `jukebox monitor` sees in an office, and the columns that moved there."""
    from jukebox.loop.home import open_registry, open_store
    from jukebox.watch.observation import observe

    seen = observe(open_store(home), open_registry(home, None))
    if seen["performance"] is None:
        raise ValueError(
            f"In {home.name} nothing is known of the newest labelled week any more: jukebox lab "
            "reset 6."
        )
    return seen, [c for c, row in (seen["drift"] or {}).items() if row["verdict"] == "drift"]


def right(seen, moved):
    """Say what is to be done about what was seen."""
    if seen["performance"]["fell"]:
        return "update"
    return "return" if len(moved) == 1 else "leave"


def why(home, said, seen, moved):
    """Explain an answer that is not right, by the figures."""
    from jukebox.loop.home import open_store

    performance, names = seen["performance"], " and ".join([", ".join(moved[:-1]), *moved[-1:]])
    names, week = names.removeprefix(" and ") or "no column", performance["week"]
    now, then = (
        "{slope:.3f} ({slope_low:.3f} to {slope_high:.3f})".format(**performance[which])
        for which in ("now", "promised")
    )
    score = f"has a calibration slope of {now} in week {week}, and had {then} in its test"
    wanted = right(seen, moved)
    if wanted == "update":
        moves = f"{names} moved there, and yet" if not moved else f"{names} moved, and"
        return (
            f'{home.name} says "{said}": {moves} the model {score}. It is surely a worse judge '
            "than before, so tastes have changed and not the tracks. Only new labels teach it "
            "that: update."
        )
    if wanted == "return":
        tracks, _ = open_store(home).read()
        (column,) = moved
        middles = tracks.groupby("released")[column].median()
        return (
            f'{home.name} says "{said}": {names} moved and nothing else. Its median was '
            f"{middles.iloc[-2]:.0f} in week {middles.index[-2]} and is {middles.iloc[-1]:.0f} in week "
            f"{middles.index[-1]}. Music does not change so much in a week, so the numbers are wrong. "
            "A model that learns from them learns the fault: return the batch."
        )
    reason = (
        f"{names} moved together, as they do when another kind of music comes. The model {score}"
    )
    if not moved:
        reason = f"{names} moved, and the model {score}"
    end = {
        "update": "It is as good as before, so a training would gain nothing",
        "return": "The batch has no fault that its sender could repair",
    }[said]
    return f'{home.name} says "{said}": {reason}. {end}: leave it.'


def check(folder):
    """Hold the reader's answers against what the offices' own figures say."""
    try:
        answers = tomllib.loads((folder / "answers.toml").read_text("utf-8"))
    except FileNotFoundError:
        yield (
            "There is no answers.toml: look at each office with jukebox monitor --home east, and "
            f'write a line for each into it, as east = "leave" ({", ".join(WORDS)}).'
        )
        return
    except ValueError as error:
        yield f'answers.toml cannot be read ({error}): write lines as east = "leave".'
        return
    for office in OFFICES:
        if (said := answers.get(office)) not in WORDS:
            has = f"says {said!r}" if office in answers else "is missing"
            yield f"{office} {has} in answers.toml: give it one of {', '.join(WORDS)}."
            continue
        seen, moved = look(folder / office)
        if said != right(seen, moved):
            yield why(folder / office, said, seen, moved)


def done(folder):
    """Say what the four had in common."""
    moved = {office: bool(look(folder / office)[1]) for office in OFFICES}
    return (
        f"Inputs moved in {sum(moved.values())} of {len(moved)} offices, and none of those needs a "
        "new model; the one that needs it has inputs that did not move."
    )


def solve(folder, hands):
    """Look at each, then decide."""
    for office in OFFICES:
        hands.type(f"jukebox monitor --home {office}", code=0 if office == "east" else 1)
    hands.write(
        "answers.toml", 'east = "leave"\nnorth = "leave"\nsouth = "return"\nwest = "update"\n'
    )
