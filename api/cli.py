# SPDX-License-Identifier: Apache-2.0
"""The `deeptier` command, from the first moment on ready to be interrupted."""

import sys

from api.interrupts import Interrupted, interruptible

FAREWELL = "\n已停止，没有留下任何进程。 Stopped; nothing is left running.\n"


def main() -> None:
    """Run the command; an error of ours is told in a sentence, with the next step."""
    try:
        with interruptible():
            _run()  # loading what it needs takes a while, during which somebody may change their mind
    except Interrupted as stop:
        sys.stderr.write(FAREWELL)
        sys.exit(stop.exit_code)


def _run() -> None:
    from api.terminal import commands as terminal

    if sys.argv[1:2] and sys.argv[1] in terminal.NAMES:
        terminal.run()
        return
    from api.commands import run

    run()
