"""Networks that the benchmarks run: the shipped one, classics and random ones, built as typed graphs."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np

import mtornet as mt
from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.experiment.rest import at_rest


def build(
    name: str,
    amounts: dict[str, float],
    reactions: list[tuple[list[str], list[str], float]],
    *,
    parameters: bool = False,
) -> mt.ReactionNetwork:
    """Build a mass-action network from ``(reactants, products, constant)`` rows.

    With ``parameters`` the constant of row ``j`` is the parameter ``k<j>``, so that it can be varied.
    """
    graph = nx.MultiDiGraph(model=name, compartments={"cell": {"size": 1.0}})
    if parameters:
        values = {f"k{j}": {"value": constant} for j, (_, _, constant) in enumerate(reactions)}
        graph.graph["parameters"] = values
    for species, amount in amounts.items():
        graph.add_node(species, kind="species", initial=amount, compartment="cell")
    for j, (reactants, products, constant) in enumerate(reactions):
        node = f"r{j}"
        graph.add_node(node, kind="process", rate_constant=f"k{j}" if parameters else repr(constant))
        for species in sorted(set(reactants)):
            graph.add_edge(species, node, role="reactant", stoichiometry=reactants.count(species))
        for species in sorted(set(products)):
            graph.add_edge(node, species, role="product", stoichiometry=products.count(species))
    return mt.from_graph(graph)


def settled_mtor(copy_scale: float = 1.0) -> mt.ReactionNetwork:
    """Return the shipped network at its drug-free steady state, in whole molecules of a part of a cell."""
    return reduced(at_rest(mt.load_model("mtor")), copy_scale=copy_scale, whole=True)


def dosed_mtor(drug: str, dose: str) -> mt.ReactionNetwork:
    """Return the settled network under a drug, every rate constant a parameter."""
    treated = at_rest(mt.load_model("mtor"), given={drug: dose})
    return reduced(treated, parameters=True)


def reduced(
    network: mt.ReactionNetwork, *, copy_scale: float = 1.0, whole: bool = False, parameters: bool = False
) -> mt.ReactionNetwork:
    """Return a mass-action network with plain numbers as rate constants, which every simulator takes."""
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}), copy_scale=copy_scale)
    amounts = {s.id: s.initial * copy_scale for s in network.species.values()}
    if whole:
        amounts = {name: float(np.rint(amount)) for name, amount in amounts.items()}
    rows = []
    for reaction, constant in zip(network.reactions.values(), constants, strict=True):
        modifiers = [name for name, _ in reaction.modifiers]
        reactants = [name for name, count in reaction.reactants for _ in range(count)] + modifiers
        products = [name for name, count in reaction.products for _ in range(count)] + modifiers
        rows.append((reactants, products, float(constant)))
    name = f"{network.model}_{copy_scale:g}".replace(".", "_")
    return build(name, amounts, rows, parameters=parameters)


def vilar() -> mt.ReactionNetwork:
    """Return the genetic oscillator of Vilar et al. 2002 (PNAS 99:5988)."""
    amounts = {"Da": 1, "Dr": 1, "Dap": 0, "Drp": 0, "Ma": 0, "Mr": 0, "A": 0, "R": 0, "C": 0}
    rows = [
        (["Da", "A"], ["Dap"], 1.0),
        (["Dap"], ["Da", "A"], 50.0),
        (["Dr", "A"], ["Drp"], 1.0),
        (["Drp"], ["Dr", "A"], 100.0),
        (["Dap"], ["Dap", "Ma"], 500.0),
        (["Da"], ["Da", "Ma"], 50.0),
        (["Drp"], ["Drp", "Mr"], 50.0),
        (["Dr"], ["Dr", "Mr"], 0.01),
        (["Ma"], ["Ma", "A"], 50.0),
        (["Mr"], ["Mr", "R"], 5.0),
        (["A", "R"], ["C"], 2.0),
        (["C"], ["R"], 1.0),
        (["A"], [], 1.0),
        (["R"], [], 0.2),
        (["Ma"], [], 10.0),
        (["Mr"], [], 0.5),
    ]
    return build("vilar", {name: float(count) for name, count in amounts.items()}, rows)


def cascade(stages: int) -> mt.ReactionNetwork:
    """Return a chain in which each stage makes the next: ``S(i) -> S(i) + S(i+1)``, all degraded."""
    names = [f"S{i}" for i in range(stages)]
    rows: list[tuple[list[str], list[str], float]] = [([], [names[0]], 100.0)]
    rows += [([a], [a, b], 1.0) for a, b in pairwise(names)]
    rows += [([name], [], 1.0) for name in names]
    return build(f"cascade_{stages}", dict.fromkeys(names, 100.0), rows)


def random_network(
    n_reactions: int, *, fewest: float = 30.0, most: float = 3000.0, seed: int = 1
) -> mt.ReactionNetwork:
    """Return a random network of reversible steps that starts at its detailed balance.

    Half as many species as reactions, ``fewest`` to ``most`` molecules each, in at most eight reactions;
    seven steps in ten bind two species, two convert one into another, one exchanges with the outside. An
    event changes about eight propensities. Both directions of a step have the same log-normal frequency at
    the start, so that independent Poisson counts with these means stay so for ever.
    """
    rng = np.random.default_rng([seed, n_reactions])
    n_species = n_reactions // 2
    amounts = np.rint(np.exp(rng.uniform(np.log(fewest), np.log(most), n_species)))
    names = [f"S{i}" for i in range(n_species)]
    degree = np.zeros(n_species, dtype=np.int64)
    rows: list[tuple[list[str], list[str], float]] = []
    for kind in rng.choice(3, n_reactions // 2, p=(0.1, 0.2, 0.7)):
        free = rng.integers(n_species, size=64)
        chosen = list(dict.fromkeys(free[degree[free] < 8].tolist()))[: kind + 1]
        degree[chosen] += 1
        left, right = (chosen[:-1], chosen[-1:])
        frequency = np.exp(rng.standard_normal())
        for here, there in ((left, right), (right, left)):
            constant = float(frequency / np.prod(amounts[here]))
            rows.append(([names[i] for i in here], [names[i] for i in there], constant))
    return build(f"random_{n_reactions}", dict(zip(names, amounts.tolist(), strict=True)), rows)
