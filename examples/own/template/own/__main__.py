"""The command line: `python -m own COMMAND`. It ends with 1 where a person has to look."""

import argparse
import sys
from pathlib import Path

from own.checks import Stop


def cut(given: argparse.Namespace) -> None:
    """Cut one table into deliveries, a file a period for rows and one for labels."""
    from own import store

    print(f"{store.cut(given.file, given.folder)} files in {given.folder}")


def receive(given: argparse.Namespace) -> None:
    """Take deliveries in: rows before labels, each with its own verdict."""
    from own import store

    if given.sent is not None and len(given.files) > 1:
        raise Stop("--sent is the count of one file: give one file")
    stopped, nothing_new = [], 0
    for file in sorted(given.files, key=lambda file: (file.name.startswith("labels"), file.name)):
        try:
            line = store.receive(file, given.sent, given.accept)
        except Stop as stop:
            stopped.append(str(stop))
            continue
        nothing_new += not line
        if line:
            print(line)
    if nothing_new:
        print(f"{nothing_new} files hold nothing new")
    if stopped:
        raise Stop("\n".join(stopped))


def train(given: argparse.Namespace) -> None:
    """Train a model on the data that is held, and keep it."""
    from own import registry
    from own.score import shown
    from own.train import train

    model = train(tuple(given.without), given.since)
    registry.save(model)
    record = model.record
    for name in ("fitted", "tested"):
        first, last, rows = record[name]
        print(f"{name:9} {first} to {last}, {rows} rows")
    mean, low, high = map(shown, record["loss"])
    print(f"loss      {mean} ({low} to {high})")
    simple, always = shown(record["loss_of_baseline"]), shown(record["baseline"])
    print(f"baseline  {simple}, by always answering {always}")
    print(f"version   {model.version}")


def judge(given: argparse.Namespace) -> None:
    """Judge a model, and with `register` make it the champion if it passes."""
    from own import registry
    from own.gate import judge

    model = registry.load(given.version or registry.newest())
    verdict = judge(model, registry.champion())
    print(f"{model.version}: {'passed' if verdict.passed else 'refused'}")
    print(*(f"  {line}" for line in verdict.lines), sep="\n")
    if given.command == "register":
        action = "promote" if verdict.passed else "refuse"
        registry.decide(action, model.version, "; ".join(verdict.lines))
        if verdict.passed:
            print(f"{model.version} is the champion.")
    if not verdict.passed:
        sys.exit(1)


def rollback(given: argparse.Namespace) -> None:
    """Go back to the champion before this one."""
    from own import registry

    print(f"{registry.rollback(given.why)} is the champion again.")


def history(given: argparse.Namespace) -> None:
    """Print all that was decided, the oldest first."""
    from own import registry

    for row in registry.history():
        print(f"{row['time']}  {row['action']:8}  {row['version']}  {row['why']}")


def score(given: argparse.Namespace) -> None:
    """Answer for all rows of some periods."""
    from own.serve import score

    for period in given.periods:
        print(score(period))


def serve(given: argparse.Namespace) -> None:
    """Answer requests until it is stopped. It listens to this machine alone."""
    import socket

    import uvicorn

    from own.serve import create_app, ready

    model = ready()
    server = uvicorn.Server(uvicorn.Config(create_app(model), log_level="warning"))
    place = socket.create_server(("127.0.0.1", given.port))
    print(f"{model.version} answers on http://127.0.0.1:{given.port}", flush=True)
    server.run(sockets=[place])


def monitor(given: argparse.Namespace) -> None:
    """Compare answers with the labels that have come; end with 1 if the newest fell."""
    from own.monitor import monitor
    from own.score import shown

    table = monitor()
    print(table.to_string(index=False, float_format=shown, na_rep=""))
    judged = table[table["verdict"] != "too few labels yet"]
    if len(judged) and judged["verdict"].iloc[-1] == "worse than tested":
        raise Stop("the newest labels say that the model got worse. Look at the labels first.")


def main(words: list[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m own", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(run, name: str | None = None, say: str | None = None) -> argparse.ArgumentParser:
        added = commands.add_parser(name or run.__name__, help=say or run.__doc__)
        added.set_defaults(run=run)
        return added

    its = command(cut)
    its.add_argument("file", type=Path)
    its.add_argument("--folder", type=Path, default=Path("inbox"))
    its = command(receive)
    its.add_argument("files", nargs="+", type=Path)
    its.add_argument("--sent", type=int, help="how many rows the sender says there are")
    its.add_argument(
        "--accept", action="store_true", help="take it although rows are lost or wrong"
    )
    its = command(train)
    its.add_argument("--without", nargs="*", default=[], help="features to leave out")
    its.add_argument("--since", help="the first period to learn from")
    command(judge, say="Judge a model; change nothing.").add_argument("version", nargs="?")
    its = command(judge, "register", "Judge a model, and make it the champion if it passes.")
    its.add_argument("version", nargs="?")
    command(rollback).add_argument("--why", required=True)
    command(history)
    command(score).add_argument("periods", nargs="+")
    command(serve).add_argument("--port", type=int, default=8000)
    command(monitor)
    given = parser.parse_args(words)
    try:
        given.run(given)
    except (Stop, OSError) as stop:
        print(*(f"Stopped: {line}" for line in str(stop).splitlines()), sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
