"""Does a run at the small size agree with the record? No figure that tells of time is asked."""

from scipy.stats import fisher_exact

LEVEL = 0.001  # two runs of one rate differ by as much once in a thousand times


def differences(before, now, sizes, same=(), parts=(), rates=()):
    """Say which figures of a run at the small size are not as the record has them.

    before, now: the figures of the record and of this run. sizes: {name: (small, full)}. same:
    those that are equal at any size. parts, rates: {a count, or its percentage: the figure or the
    size that says of how many}. Of parts, the small run did some of what the record's did, with
    the same seeds; of rates, it did as many others.
    """
    parts, rates = dict(parts), dict(rates)
    for name in sorted({*same, *parts, *rates}):
        if name not in before or name not in now:
            yield f"{name} is not in {'the record' if name in now else 'this run'}"
            continue
        if name in same:
            if before[name] != now[name]:
                yield f"{name} is {now[name]}, and in the record {before[name]}"
            continue
        of = (parts | rates)[name]
        small, full = sizes.get(of, (None, None))
        found, rest = counted(now, name, now.get(of, small))
        last, others = counted(before, name, before.get(of, full))
        said = f"{name} is {found} of {found + rest}, and in the record {last} of {last + others}"
        if name in parts and (found > last or rest > others):
            yield f"{said}, of which these are some"
        if name in rates and fisher_exact([[found, rest], [last, others]]).pvalue < LEVEL:
            yield f"{said}, which is no chance"


def counted(figures, name, many):
    """Give a count of a run, and what is left of so many."""
    count = round(figures[name] * many / 100) if name.endswith("_percent") else figures[name]
    return count, many - count
