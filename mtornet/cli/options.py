"""Options that several verbs share, and how their text is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mtornet.errors import ProtocolError

Out = Annotated[Path | None, typer.Option("--out", help="Folder for the results.", show_default=False)]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Seed of the random streams; drawn and reported if not given.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Threads; all cores if not given. Changes no number.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only predict cells, events, minutes and megabytes.")]
Cells = Annotated[int, typer.Option("--cells", min=1, help="Cells per condition of a stochastic run.")]
CopyScale = Annotated[
    float | None,
    typer.Option(
        "--copy-scale", help="Fraction of a real cell, noisier by 1/sqrt of it; ssa 0.02, others 1."
    ),
]
Extrinsic = Annotated[
    str | None,
    typer.Option(
        "--extrinsic",
        help="Cells differ in their abundances: table (population.tsv), or a CV such as 0.25.",
        show_default=False,
    ),
]
Variant = Annotated[str, typer.Option("--variant", help="Genotype, for example PTEN_loss.")]
Context = Annotated[
    str | None, typer.Option("--context", help="Kind of cell, for example MCF7.", show_default=False)
]
Inputs = Annotated[
    list[str] | None,
    typer.Option("--input", help="Ligand, for example insulin='1 nM'. Repeatable.", show_default=False),
]


EXAMPLES = {
    "--dose": "everolimus='20 nM'",
    "--drug": "everolimus='20 nM'",
    "--input": "insulin='1 nM'",
    "--where": "variant=PTEN_loss",
}


def pairs(given: list[str] | None, *, option: str) -> dict[str, str]:
    """Read ``name=value`` texts."""
    found: dict[str, str] = {}
    for text in given or []:
        name, separator, value = text.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise ProtocolError(
                f"{option} {text!r}: expected name=value, for example {option} {EXAMPLES[option]}"
            )
        if name.strip() in found:
            raise ProtocolError(f"{option}: {name.strip()!r} is given twice")
        found[name.strip()] = value.strip()
    return found


def ranges(given: list[str] | None, *, option: str) -> list[str] | dict[str, tuple[float, float]] | None:
    """Read names, or ``name=LOW:HIGH`` texts; nothing given is None.

    Raises
    ------
    ProtocolError
        If a text is neither, or only some have bounds.
    """
    if not given:
        return None
    bounds: dict[str, tuple[float, float]] = {}
    for text in given:
        name, equals, ends = text.partition("=")
        if name.strip() in bounds:
            raise ProtocolError(f"{option}: {name.strip()!r} is given twice")
        if equals:
            low, _, high = ends.partition(":")
            try:
                bounds[name.strip()] = (float(low), float(high))
            except ValueError:
                raise ProtocolError(
                    f"{option} {text!r}: expected name=LOW:HIGH, for example {option} k=0.001:0.1"
                ) from None
    if bounds and len(bounds) < len(given):
        raise ProtocolError(f"{option}: give bounds (name=LOW:HIGH) for all or for none")
    return bounds or [text.strip() for text in given]
