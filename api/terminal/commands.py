# SPDX-License-Identifier: Apache-2.0
"""The commands that ask the service, by themselves: they start in half the time that all commands together take."""

import typer

from api.terminal import access, claims, export, financing, obligations, reads, registry, signing, trace

WHO, LOOK, ORDER = "Who asks", "Look", "Order"
COMMANDS = {
    WHO: (access.login, access.logout, access.sessions, access.password, access.me),
    LOOK: (
        *(reads.todo, reads.holdings, reads.ladder, reads.exposure, trace.trace, reads.search, reads.participants),
        *(signing.proposals, signing.offers, signing.submission),
    ),
    ORDER: (signing.sign, obligations.fund, obligations.redeem),
}
GROUPS = {
    LOOK: {"export": export.app},
    ORDER: {
        "obligation": reads.obligation_app,
        "claim": claims.app,
        "offer": signing.offer_app,
        "financing": financing.app,
        "participant": registry.app,
    },
}
NAMES = {one.__name__ for commands in COMMANDS.values() for one in commands} | {
    name for groups in GROUPS.values() for name in groups
}
"""The first words of these commands."""


def install(app: typer.Typer) -> None:
    """Add them to a command line."""
    for panel, commands in COMMANDS.items():
        for command in commands:
            app.command(rich_help_panel=panel)(command)
        for name, group in GROUPS.get(panel, {}).items():
            app.add_typer(group, name=name, rich_help_panel=panel)


def run() -> None:
    """Do what the command line asks for; these commands tell their errors themselves."""
    app = typer.Typer(add_completion=False)
    install(app)
    app()
