"""``mtornet convert``: between SBML, Antimony and graph formats, chosen by suffix."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mtornet.errors import ModelError

NAME = "convert"
HELP = "Convert a model: SBML (.xml), Antimony (.ant), node-link graph (.json), GraphML (.graphml, out only)."
EXAMPLE = "Example: mtornet convert model.xml model.ant"


def command(
    source: Annotated[str, typer.Argument(help="Model file, or the name of a shipped model.")],
    target: Annotated[Path, typer.Argument(help="File to write; its suffix chooses the format.")],
    drug: Annotated[
        list[str] | None,
        typer.Option("--drug", help="Add this drug at concentration 0. Repeatable.", show_default=False),
    ] = None,
    variant: Annotated[str, typer.Option("--variant", help="Genotype.")] = "wild_type",
) -> int:
    """Read one format and write another."""
    from mtornet.analysis.model_file import load
    from mtornet.experiment.drug import find_drug
    from mtornet.experiment.mechanisms import with_drug
    from mtornet.report.files import write_atomically

    writers = {
        ".xml": _sbml,
        ".sbml": _sbml,
        ".ant": _antimony,
        ".txt": _antimony,
        ".json": _json,
        ".graphml": _graphml,
    }
    write = writers.get(target.suffix.lower())
    if write is None:
        raise ModelError(f"{target}: unknown suffix {target.suffix!r}; expected one of {', '.join(writers)}")
    network = load(source)
    if variant != "wild_type":
        network = network.with_variant(variant)
    for name in drug or []:
        network = with_drug(network, find_drug(network.model, name))
    write_atomically(target, lambda path: write(network, path))
    for note in network.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{network.describe()}; wrote {target}")
    return 0


def _sbml(network: object, path: Path) -> None:
    from mtornet.sbml.write import write_sbml

    write_sbml(network, path)  # type: ignore[arg-type]


def _antimony(network: object, path: Path) -> None:
    from mtornet.sbml.antimony_write import write_antimony

    write_antimony(network, path)  # type: ignore[arg-type]


def _json(network: object, path: Path) -> None:
    from mtornet.graph.exchange import write_node_link

    write_node_link(network.graph, path)  # type: ignore[attr-defined]


def _graphml(network: object, path: Path) -> None:
    from mtornet.graph.exchange import write_graphml

    write_graphml(network.graph, path)  # type: ignore[attr-defined]
