"""Do two runs agree? Counts, weeks and yes or no must be equal, seconds alike."""

FACTOR = 4  # between two runs' seconds: another machine, or a busy one
LEAST = 2.0  # seconds below which a machine's mood counts for more than the work


def flat(outcomes, seconds):
    """Give the outcomes of the levels as one dict, as `docs/_data/measured` keeps figures."""
    figures = {"three_levels_s": seconds}
    for number, one in enumerate(outcomes):
        for name, held in one["holds"].items():
            figures[f"{name.replace('-', '_')}_{number}"] = "yes" if held else "no"
        figures[f"level_{number}_holds"] = sum(one["holds"].values())
        figures |= {f"level_{number}_{name}": value for name, value in one["figures"].items()}
    return dict(sorted(figures.items()))


def differences(before, now):
    """Say what differs between the figures of two runs by more than they may."""
    found = [f"{name} is in one of the two only" for name in sorted(before.keys() ^ now.keys())]
    for name in sorted(before.keys() & now.keys()):
        was, is_ = before[name], now[name]
        if name.endswith("_s"):
            low, high = sorted(max(LEAST, value) for value in (was, is_))
            if high > FACTOR * low:
                found.append(f"{name} is {is_}, and was {was}: more than {FACTOR} times as long")
        elif was != is_:
            found.append(f"{name} is {is_}, and was {was}")
    return found
