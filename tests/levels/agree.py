"""Do two runs agree? Counts, weeks and yes or no must be equal, seconds alike.

Seconds are compared as shares of their run's whole time: a machine that is slower, or busier, has
other seconds and nearly the same shares.
"""

WHOLE = "three_levels_s"
FACTOR = 4  # between two runs' shares
LEAST = 0.02  # the share below which a machine's mood counts for more than the work


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
        was, is_ = before[name], now[name]
        if name.endswith("_s"):
            shares = (max(LEAST, was / before[WHOLE]), max(LEAST, is_ / now[WHOLE]))
            if max(shares) > FACTOR * min(shares):
                found.append(f"{name} is {is_} of {now[WHOLE]}, and was {was} of {before[WHOLE]}")
        elif was != is_:
            found.append(f"{name} is {is_}, and was {was}")
    return found
