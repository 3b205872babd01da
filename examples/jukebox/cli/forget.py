"""The command `forget`, and `lineage --track`: what holds a track, what saw it, and how it goes."""

from contextlib import closing

import click

from jukebox.cli.terminal import HOME, MLFLOW, WHY, pairs, say_json, table, when
from jukebox.loop.home import open_registry, open_store

PARTS = ("fitted", "tested", "neither")


def numbers(versions):
    """Give versions of models as people read them."""
    return ", ".join(map(str, sorted(versions))) or "none"


def followed(track_id, data, models, as_json):
    """Tell which data versions hold a track, and which models were fitted or only tested on it."""
    from jukebox.data.erasure import saw, strangers

    told, unknown = saw(track_id, data, models), strangers(data, models)
    log = models.predictions(tracks=[track_id])
    answers = log["request_id"].nunique()
    aside = int((data.quarantined()["track_id"] == track_id).sum())
    if as_json:
        figures = {"answers": answers, "quarantined": aside, "unknown": unknown}
        return say_json({"track_id": track_id, "versions": told} | figures)
    if not told and not answers and not aside:
        raise ValueError(f"No data version holds track {track_id!r}: is the id complete?")
    rows = [("track", track_id), ("answers", answers), ("in quarantine", aside)]
    rows += [("cannot tell", f"{numbers(unknown)}: their data is not here")] if unknown else []
    pairs(rows)
    if told:
        click.echo()
        lines = []
        for one in told:
            gone = one["forgotten"]
            holds = f"until {when(gone['time'])[:10]}" if gone else "yes"
            lines.append((one["data_version"][:8], holds, *(numbers(one[p]) for p in PARTS)))
        table(lines, ("data version", "holds it", *PARTS))


@click.command()
@click.argument("track", nargs=-1, required=True)
@WHY
@MLFLOW
@HOME
def forget(track, why, mlflow, home):
    """Delete tracks on request, from all data and its versions.

    TRACK is the id of a track. This is the one command that loses rows, and no other brings them
    back. It deletes no model, no answer in the prediction log and no copy outside the home's data.

    Exits with 1 if one of the tracks is nowhere; the others are deleted.
    """
    from jukebox.data import erasure
    from jukebox.loop.journal import alone

    data, models = open_store(home), open_registry(home, mlflow)
    with closing(alone(home)):  # a loop would train on what goes
        went = erasure.forget(data, track, why)
    seen = {name: erasure.saw(name, data, models) for name in track}
    known = {one for ids in went.values() for one in ids} | {one for one in track if seen[one]}
    before = data.manifest()["forgotten"]  # perhaps of this call, which was killed
    strange = [one for one in seen if one not in known and erasure.key(one) not in before]
    nowhere = f"No row of {', '.join(strange)} is here: is the id complete?"
    if len(strange) == len(seen):
        raise ValueError(nowhere)
    told = [one for versions in seen.values() for one in versions]
    lost = dict.fromkeys(one["data_version"][:8] for one in told)
    fitted, tested = ({v for one in told for v in one[part]} for part in PARTS[:2])
    deleted = (f"{len(ids)} of {kind}" for kind, ids in sorted(went.items()))
    rows = [
        ("rows deleted", ", ".join(deleted) or "none"),
        ("no longer whole", ", ".join(lost) or "none"),
        ("fitted on it", numbers(fitted)),
        ("only tested on it", numbers(tested - fitted)),
    ]
    unknown = erasure.strangers(data, models)
    rows += [("cannot tell", f"{numbers(unknown)}: their data is not here")] if unknown else []
    pairs(rows)
    refused = "refused ones in runs/, " if (home / "runs").exists() else ""
    click.echo(
        f"Still there: these models, {refused}the prediction log, and every copy elsewhere "
        "(DVC, backups).",
        err=True,
    )
    if strange:
        raise ValueError(nowhere)
