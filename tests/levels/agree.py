"""Do two runs agree? Counts, weeks and yes or no must be equal; seconds are the machine's."""

WHOLE = "three_levels_s"


def flat(outcomes, seconds):
    """Give the outcomes of the levels as one dict, as `docs/_data/measured` keeps figures."""
    figures = {WHOLE: seconds}
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
        if before[name] != now[name] and not name.endswith("_s"):
            found.append(f"{name} is {now[name]}, and was {before[name]}")
    return found
