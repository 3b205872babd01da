"""The terminal: settings, tables and errors, the same for every command.

Everything heavy is imported inside a function, so that help is there at once.
"""

import json
import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

FOLDER = click.Path(file_okay=False, path_type=Path)
HOME = click.option(
    "--home",
    type=FOLDER,
    default=".jukebox",
    envvar="JUKEBOX_HOME",
    show_envvar=True,
    show_default=True,
    help="The folder that holds everything.",
)
MLFLOW = click.option(
    "--mlflow",
    metavar="ADDRESS",
    envvar="JUKEBOX_MLFLOW",
    show_envvar=True,
    help="An MLflow server, or a database by its SQLAlchemy address.  [default: SQLite in the home]",
)
DVC = click.option(
    "--dvc-remote",
    metavar="ADDRESS",
    envvar="JUKEBOX_DVC_REMOTE",
    show_envvar=True,
    help="Where DVC keeps a copy of the data: a folder, a bucket, an SSH address.",
)
WHY = click.option("--why", required=True, help="The reason, for those who ask later.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


class Contents(click.Group):
    """Commands under the headings of `contents`, in that order; errors as one sentence."""

    contents: Mapping[str, Sequence[click.Command]] = {}

    def add_contents(self, contents: Mapping[str, Sequence[click.Command]]) -> None:
        """Take the commands by heading: {heading: (command, …)}."""
        self.contents = contents
        for command in (one for commands in contents.values() for one in commands):
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of contents."""
        width = max(map(len, self.commands))
        for heading, commands in self.contents.items():
            with formatter.section(click.style(heading, bold=True)):
                formatter.write_dl(
                    [((c.name or "").ljust(width), c.get_short_help_str(90)) for c in commands]
                )

    def invoke(self, ctx: click.Context) -> object:  # what a command returns, which nobody reads
        """Run a command; what went wrong is said on stderr, without a traceback."""
        import sqlite3

        from jukebox.registry.sqlite import is_disk_full, remedy

        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            raise  # whoever read has seen enough: click ends in silence
        except ModuleNotFoundError as error:
            raise click.ClickException(f"{error}: jukebox doctor says what is missing.") from error
        except sqlite3.Error as error:
            raise click.ClickException(
                f"A database of the home, {error}; {remedy(error)}."
            ) from error
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            advice = f"; {remedy(error)}" if is_disk_full(error) and error.strerror else ""
            said = f"{where}{error.strerror or error}{advice}."
            raise click.ClickException(hide_passwords(said)) from error
        except (ValueError, ImportError) as error:
            raise click.ClickException(hide_passwords(str(error))) from error
        except Exception as error:  # of MLflow, which is imported only by those who need it
            if type(error).__module__.partition(".")[0] not in ("mlflow", "sqlalchemy"):
                raise
            from jukebox.loop.home import explain_unusable

            raise click.ClickException(hide_passwords(explain_unusable(error))) from error


def hide_passwords(text: str) -> str:
    """Return a text without the users and passwords of the addresses in it."""
    return re.sub(r"//[^/@\s]*@", "//", text)


def format_time(seconds: float) -> str:
    """Return a time, in seconds since 1970, as people write it, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def format_value(value: object) -> str:  # a figure of any kind, as it was recorded
    """Return a figure as people read it; of three, the last two are its interval."""
    if isinstance(value, list | tuple):
        if len(value) == 3 and isinstance(value[0], float):
            return "{:.3f} ({:.3f} to {:.3f})".format(*value)
        return (" to " if len(value) == 2 else ", ").join(map(format_value, value))
    if isinstance(value, float):
        return "unknown" if math.isnan(value) else f"{value:.4f}".rstrip("0").rstrip(".")
    return "none" if value is None else str(value)


def to_json(value: object) -> object:  # of whatever kind
    """Return a value as JSON has it: no NaN, no NumPy."""
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    if callable(item := getattr(value, "item", None)):
        value = item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_json(value: object) -> None:  # whatever JSON can say
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(to_json(value), indent=1, allow_nan=False))


def make_console(stderr: bool = False) -> "Console":
    """Return rich's console: no colours where NO_COLOR is set or nobody looks."""
    from rich.console import Console

    return Console(highlight=False, stderr=stderr)


def print_pairs(rows: Iterable[tuple[str, object]]) -> None:  # values as `format_value` takes them
    """Print names and values, a line each; a hash stays whole, to be copied."""
    from rich.text import Text

    lines = [(name, format_value(value)) for name, value in rows]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        make_console().print(Text.assemble((name.ljust(width + 2), "dim"), value), soft_wrap=True)


def print_table(
    rows: Iterable[Iterable[object]],  # cells as `format_value` takes them, or rich's Text
    columns: Sequence[str] = (),
    styles: Sequence[str] = ("bold",),
) -> None:
    """Print rows below the names of their columns, if there are any. `styles`: one a column."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=box.SIMPLE_HEAD if columns else None,
        show_edge=False,
        show_header=bool(columns),
        header_style="dim",
        border_style="dim",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    lines = [tuple(row) for row in rows]
    for i in range(max(map(len, [columns, *lines]))):
        style = styles[i] if i < len(styles) else ""
        grid.add_column(columns[i] if columns else "", style=style)
    for row in lines:
        # As Text: rich would take a "[bold]" in somebody's data for its own.
        grid.add_row(
            *(cell if isinstance(cell, Text) else Text(format_value(cell)) for cell in row)
        )
    make_console().print(grid)
