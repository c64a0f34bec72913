"""Cell-to-cell variability of abundances: log-normal factors from the model's ``population.tsv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ModelError, ProtocolError
from mtornet.experiment.points import Points
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.names import did_you_mean
from mtornet.network.network import ReactionNetwork
from mtornet.network.stoichiometry import Moiety
from mtornet.provenance import Provenance
from mtornet.simulation.seeds import normals

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TABLE = "table"
"""Asks for the coefficients of variation of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variability:
    """One row: how much a total or a synthesis rate varies from cell to cell."""

    kind: str
    """``total``: a conserved total, by its molecule; ``parameter``: a rate that sets a total."""
    target: str
    cv: float
    group: str
    correlation: float
    """Of the logarithms, with the factor that the group shares: two members correlate by its product."""
    provenance: Provenance


@cache
def variabilities(model: str) -> tuple[Variability, ...]:
    """Return the rows of a model's ``population.tsv``; none for a model without that table."""
    if model not in model_names():
        return ()
    found = []
    for row in load_knowledge(model)["population"]:
        correlation = float(row["correlation"] or 0.0)
        if not 0.0 <= correlation <= 1.0:
            raise ModelError(f"{row.where}: correlation: found {correlation:g}, expected 0 to 1")
        found.append(
            Variability(
                kind=row["kind"],
                target=row["target"],
                cv=float(row["cv"]),
                group=row["group"],
                correlation=correlation,
                provenance=Provenance(
                    source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
                ),
            )
        )
    return tuple(found)


def parse_extrinsic(given: float | str | None) -> float | str | None:
    """Return ``None``, ``"table"`` or a coefficient of variation >= 0.

    Raises
    ------
    ProtocolError
        If it is none of these.
    """
    if given is None or given == TABLE:
        return given
    try:
        cv = float(given)
    except (TypeError, ValueError):
        cv = float("nan")
    if not (np.isfinite(cv) and cv >= 0):
        raise ProtocolError(
            f"extrinsic: found {given!r}, expected 'table' (the model's population.tsv) or a coefficient of "
            "variation such as 0.25"
        )
    return cv


def factors(
    network: ReactionNetwork, indices: IntArray, *, seed: int, extrinsic: float | str = TABLE
) -> dict[tuple[str, str], FloatArray]:
    """Return by kind and target the factors of some cells, (n_cells,) of mean 1.

    A cell's factor depends on the seed, on what it belongs to and on the cell's index, and on nothing
    else: more cells, other rows and another order change none.

    Parameters
    ----------
    indices
        Which cells.
    extrinsic
        ``"table"``, or one coefficient of variation for every row.
    """
    found: dict[tuple[str, str], FloatArray] = {}
    for row in _rows(network):
        cv = row.cv if extrinsic == TABLE else float(extrinsic)
        sigma = np.sqrt(np.log1p(cv * cv))
        shared = row.correlation if row.group else 0.0
        z = np.sqrt(1.0 - shared) * normals(seed, f"abundance\x1f{row.kind}\x1f{row.target}", indices)
        if shared:
            z = z + np.sqrt(shared) * normals(seed, f"abundance group\x1f{row.group}", indices)
        # The tables hold averages over cells, so the mean of a factor is 1, not its median.
        found[row.kind, row.target] = np.exp(sigma * z - 0.5 * sigma * sigma)
    return found


def drawn_points(
    network: ReactionNetwork, indices: IntArray, *, seed: int, extrinsic: float | str = TABLE
) -> Points:
    """Return cells with drawn abundances, as versions of the network.

    A total keeps its share in complexes as far as its scarcest partner allows; the rest is free.

    Raises
    ------
    ModelError
        If the model has no ``population.tsv``.
    """
    drawn = factors(network, indices, seed=seed, extrinsic=extrinsic)
    if not drawn:
        raise ModelError(
            f"model {network.model!r} has no population.tsv, so the variability of its cells is not known"
        )
    parameters = {
        target: network.parameters[target].value * values
        for (kind, target), values in drawn.items()
        if kind == "parameter"
    }
    by_molecule = {target: values for (kind, target), values in drawn.items() if kind == "total"}
    return Points(parameters=parameters, amounts=_amounts(network, by_molecule, indices.size))


def _rows(network: ReactionNetwork) -> list[Variability]:
    """Return the rows that this network has something for; a module that is off takes its rows along."""
    totals = {moiety.name for moiety in network.conserved_moieties()}
    everywhere = _molecules_of_model(network.model) | totals
    kept = []
    for row in variabilities(network.model):
        known = network.parameters if row.kind == "parameter" else totals
        if row.target in known:
            kept.append(row)
        elif row.kind == "total" and row.target not in everywhere:
            where = row.provenance.where
            raise ModelError(
                f"{where}: {row.target!r} is no molecule of this model{did_you_mean(row.target, everywhere)}"
            )
    return kept


@cache
def _molecules_of_model(model: str) -> frozenset[str]:
    rows = load_knowledge(model)["species"] if model in model_names() else []
    return frozenset(part.strip() for row in rows for part in row["components"].split(";") if part.strip())


def _amounts(
    network: ReactionNetwork, by_molecule: Mapping[str, FloatArray], n: int
) -> dict[str, FloatArray]:
    amounts = {s.id: np.full(n, s.initial) for s in network.species.values()}
    constant = np.ones(n)
    for s in network.species.values():
        if len(s.components) > 1:
            partners = [by_molecule.get(part, constant) for part in s.components]
            amounts[s.id] = s.initial * np.min(partners, axis=0)
    for moiety in network.conserved_moieties():
        if moiety.name in by_molecule:
            _fill(network, moiety, by_molecule[moiety.name], amounts)
    return amounts


def _fill(
    network: ReactionNetwork, moiety: Moiety, factor: FloatArray, amounts: dict[str, FloatArray]
) -> None:
    """Scale what is free of a molecule so that its total is the drawn one."""
    alone = [(name, w) for name, w in moiety.species if len(network.species[name].components) <= 1]
    bound = sum((w * amounts[name] for name, w in moiety.species if (name, w) not in alone), 0.0)
    free = sum(w * network.species[name].initial for name, w in alone)
    rest = np.maximum(factor * moiety.total - bound, 0.0)
    if not alone:
        return
    if free > 0:
        for name, _ in alone:
            amounts[name] = network.species[name].initial * rest / free
    else:
        name, weight = alone[0]
        amounts[name] = rest / weight
