"""The command `jukebox`: one word for each step of the lifecycle.

Exit codes: 0 for done, 1 for an error or a no, 2 for a command that was typed wrongly, 130 for
Ctrl-C. Answers go to standard output, everything else to standard error.
"""

from importlib import import_module

import click

from jukebox.cli.terminal import Contents

# The one place where a command is listed: a module, and in it a function, as `train_command` in train.
COMMANDS = {
    "Data": ("jukebox.cli.generate", "jukebox.cli.validate", "jukebox.cli.forget"),
    "Model": ("jukebox.cli.train", "jukebox.cli.evaluate"),
    "Production": (
        "jukebox.cli.promote",
        "jukebox.cli.rollback",
        "jukebox.cli.retire",
        "jukebox.cli.serve",
        "jukebox.cli.monitor",
        "jukebox.cli.update",
    ),
    "Afterwards": (
        "jukebox.cli.lineage",
        "jukebox.cli.rebuild",
        "jukebox.cli.status",
        "jukebox.cli.card",
    ),
    "Learn": ("jukebox.cli.northstar", "jukebox.cli.lab"),
    "Machine": ("jukebox.cli.doctor",),
}


def find_command(module: str) -> click.Command:
    """Return the command of a module, whose function is named as the module is: `<name>_command`."""
    name = module.rpartition(".")[2]
    return getattr(import_module(module), f"{name}_command")


CONTENTS = {heading: tuple(map(find_command, modules)) for heading, modules in COMMANDS.items()}


@click.group("jukebox", cls=Contents, context_settings={"max_content_width": 100})
@click.version_option(package_name="krap-jukebox", message="%(version)s")
def main() -> None:
    """In which of 72 countries will a track chart?

    Begin with jukebox generate, then jukebox train, then jukebox evaluate 1.
    """


main.add_contents(CONTENTS)
