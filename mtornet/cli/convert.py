"""``mtornet convert``: between SBML, Antimony and graph formats, chosen by suffix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.analysis import defaults
from mtornet.errors import ModelError

if TYPE_CHECKING:
    from mtornet.network.network import ReactionNetwork

NAME = "convert"
HELP = "Convert a model: SBML (.xml), Antimony (.ant), node-link graph (.json), GraphML (.graphml, out only)."
EXAMPLE = "Example: mtornet convert model.xml model.ant"


def command(
    source: Annotated[str, typer.Argument(help="Model file, or the name of a shipped model.")],
    target: Annotated[Path, typer.Argument(help="File to write; its suffix chooses the format.")],
    drug: Annotated[
        list[str] | None,
        typer.Option(
            "--drug",
            help="Add a drug, at concentration 0 or as dosed: everolimus='10 mg QD'. Repeatable.",
            show_default=False,
        ),
    ] = None,
    duration: Annotated[
        str, typer.Option("--duration", help="How long doses over time are written out.")
    ] = defaults.DURATION,
    variant: Annotated[str, typer.Option("--variant", help="Genotype.")] = "wild_type",
) -> int:
    """Read one format and write another."""
    from mtornet.analysis.model_file import load
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
    for text in drug or []:
        network = _with_drug(network, text, duration)
    write_atomically(target, lambda path: write(network, path))
    for note in network.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{network.describe()}; wrote {target}")
    return 0


def _with_drug(network: ReactionNetwork, text: str, duration: str) -> ReactionNetwork:
    """Return the network with a drug, or with a drug that follows its doses from time 0 on."""
    from mtornet.experiment.condition import Condition
    from mtornet.experiment.drug import find_drug
    from mtornet.experiment.mechanisms import with_drug
    from mtornet.experiment.pk.drive import following
    from mtornet.experiment.protocol import Protocol
    from mtornet.experiment.timeline import drug_pieces

    name, dosed, dose = text.partition("=")
    drug = find_drug(network.model, name).id
    network = with_drug(network, find_drug(network.model, name))
    if not dosed:
        return network
    protocol = Protocol().apply(Condition(drugs={drug: dose})).until(duration)
    assert protocol.end_s is not None
    pieces = drug_pieces(network.model, drug, protocol.given(network)[drug], end=protocol.end_s)
    if len(pieces) == 1 and not (pieces[0].slope or pieces[0].fading):
        return network.with_parameters(**{drug: pieces[0].level})
    return following(network, drug, pieces)


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
