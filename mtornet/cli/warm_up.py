"""``mtornet warm-up``: compile every simulation kernel now, so that no later run has to."""

from __future__ import annotations

import typer

from mtornet.cli.options import Quiet

NAME = "warm-up"
HELP = (
    "Compile every simulation kernel now, so that later runs start at once. Machine code is kept in a "
    "cache folder of yours, once per version and type of computer; running it again takes a moment."
)
EXAMPLE = "Example: mtornet warm-up"


def command(quiet: Quiet = False) -> int:
    """Compile, say what was compiled, and where it is kept."""
    from mtornet.cli.progress import CellProgress
    from mtornet.simulation.warm_up import warm_up

    with CellProgress(quiet=quiet) as progress:

        def tell(label: str, kernels: tuple[str, ...], seconds: float) -> None:
            if kernels:
                progress.say(f"{label}: compiled {', '.join(kernels)} in {seconds:.1f} s")

        found = warm_up(tell)
    n = len(found.compiled)
    done = f"compiled {n} kernel{'s' * (n != 1)}" if n else "every kernel was compiled before"
    typer.echo(f"{done}, {found.seconds:.1f} s; {found.size_mb:.1f} MB in {found.folder}")
    return 0
