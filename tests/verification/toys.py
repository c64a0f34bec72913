"""Small networks with known solutions, described once and built through the typed graph.

The description is plain data, so that the master equation and the twins do not depend on how the
product reads a network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import networkx as nx

from mtornet.graph.equation import parse_equation
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork


@dataclass(frozen=True, kw_only=True)
class ToyReaction:
    """``equation`` with its rate constant (an id or a formula); modifiers are catalysts.

    ``own`` computes the propensity of any other law from counts and constants, in plain Python.
    """

    equation: str
    k: str
    law: str = "mass_action"
    catalysts: tuple[str, ...] = ()
    inhibitor: str = ""
    activator: str = ""
    law_parameters: str = ""
    own: Callable[[Mapping[str, float], Mapping[str, float]], float] | None = None

    @property
    def reactants(self) -> dict[str, int]:
        return dict(parse_equation(self.equation)[0])

    @property
    def products(self) -> dict[str, int]:
        return dict(parse_equation(self.equation)[1])

    @property
    def modifiers(self) -> list[tuple[str, str]]:
        roles = [(name, "catalyst") for name in self.catalysts]
        roles += [(self.inhibitor, "inhibitor")] if self.inhibitor else []
        return roles + ([(self.activator, "stimulator")] if self.activator else [])

    @property
    def change(self) -> dict[str, int]:
        change = dict(self.products)
        for name, count in self.reactants.items():
            change[name] = change.get(name, 0) - count
        return {name: count for name, count in change.items() if count}

    def propensity(self, x: Mapping[str, float], constants: Mapping[str, float]) -> float:
        """Events per second: ``k x (x-1) ...`` by Gillespie's counting of ordered draws."""
        if self.own is not None:
            missing = any(x[name] < count for name, count in self.reactants.items())
            return 0.0 if missing else self.own(x, constants)
        drawn = dict.fromkeys(self.catalysts, 1)
        if self.law == "mass_action":
            for name, count in self.reactants.items():
                drawn[name] = drawn.get(name, 0) + count
        elif any(x[name] < count for name, count in self.reactants.items()):
            return 0.0
        return constants[self.k] * math.prod(
            x[name] - i for name, count in drawn.items() for i in range(count)
        )


@dataclass(frozen=True, kw_only=True)
class Toy:
    """Initial amounts, rate constants and reactions of a small network."""

    initial: Mapping[str, int]
    constants: Mapping[str, float]
    reactions: Mapping[str, ToyReaction] = field(default_factory=dict)

    def graph(self) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph(parameters={name: {"value": value} for name, value in self.constants.items()})
        for name, amount in self.initial.items():
            graph.add_node(name, kind="species", initial=amount)
        for name, reaction in self.reactions.items():
            graph.add_node(
                name,
                kind="process",
                law=reaction.law,
                rate_constant=reaction.k,
                law_parameters=reaction.law_parameters,
                n_modifiers=len(reaction.modifiers),
            )
            for species, count in reaction.reactants.items():
                graph.add_edge(species, name, role="reactant", stoichiometry=count)
            for species, role in reaction.modifiers:
                graph.add_edge(species, name, role=role, stoichiometry=1)
            for species, count in reaction.products.items():
                graph.add_edge(name, species, role="product", stoichiometry=count)
        return graph

    def network(self) -> ReactionNetwork:
        return from_graph(self.graph())


def toy(initial: Mapping[str, int], constants: Mapping[str, float], **reactions: ToyReaction) -> Toy:
    return Toy(initial=initial, constants=constants, reactions=reactions)


def r(equation: str, k: str, **more: object) -> ToyReaction:
    return ToyReaction(equation=equation, k=k, **more)  # type: ignore[arg-type]


IMMIGRATION_DEATH = toy({"X": 0}, {"k": 10.0, "g": 0.1}, birth=r("-> X", "k"), death=r("X ->", "g"))
PURE_DEATH = toy({"X": 200}, {"g": 0.3}, death=r("X ->", "g"))
ISOMERISATION = toy({"A": 80, "B": 10}, {"f": 0.5, "b": 0.2}, forth=r("A -> B", "f"), back=r("B -> A", "b"))
DIMERISATION = toy(
    {"A": 41, "B": 0}, {"f": 0.01, "b": 0.1}, bind=r("2 A -> B", "f"), split=r("B -> 2 A", "b")
)
ENZYME = toy(
    {"S": 25, "E": 4, "ES": 0, "P": 0},
    {"on": 0.05, "off": 0.2, "cat": 0.4},
    bind=r("S + E -> ES", "on"),
    release=r("ES -> S + E", "off"),
    turnover=r("ES -> E + P", "cat"),
)
TELEGRAPH = toy(
    {"OFF": 1, "ON": 0, "M": 0},
    {"on": 0.3, "off": 0.7, "make": 20.0, "decay": 1.0},
    switch_on=r("OFF -> ON", "on"),
    switch_off=r("ON -> OFF", "off"),
    transcription=r("-> M", "make", catalysts=("ON",)),
    fade=r("M ->", "decay"),
)
CONSTANT_CONSUMPTION = toy(
    {"X": 5}, {"use": 2.0, "make": 1.0}, leave=r("X ->", "use", law="constant_rate"), come=r("-> X", "make")
)
PAIR_CONSUMPTION = toy(
    {"X": 7}, {"use": 1.5, "make": 1.0}, leave=r("2 X ->", "use", law="constant_rate"), come=r("-> X", "make")
)
TRIMERISATION = toy(
    {"A": 30, "C": 0}, {"f": 3e-4, "b": 0.2}, bind=r("3 A -> C", "f"), split=r("C -> 3 A", "b")
)
CATALYSED_PAIR = toy(
    {"A": 20, "B": 0, "E": 3},
    {"f": 0.01, "b": 0.3},
    bind=r("2 A -> B", "f", catalysts=("E",)),
    split=r("B -> 2 A", "b"),
)
AUTOCATALYSIS = toy(
    {"A": 3, "W": 40}, {"f": 0.02, "d": 0.05}, copy=r("W + A -> 2 A", "f"), fade=r("A -> W", "d")
)

# Bistable (Schlögl 1972); chosen here so that the rate equation rests at about 15 and 75 counts.
SCHLOEGL = toy(
    {"X": 38},
    {"k1": 0.13, "k2": 1e-3, "k3": 45.0, "k4": 4.725},
    up=r("2 X -> 3 X", "k1"),
    down=r("3 X -> 2 X", "k2"),
    come=r("-> X", "k3"),
    leave=r("X ->", "k4"),
)
SATURATED_ENZYME = toy(
    {"S": 30, "E": 3, "P": 0},
    {"k": 2.0, "K": 8.0, "b": 0.2},
    turnover=r(
        "S -> P",
        "k",
        law="michaelis_menten",
        law_parameters="K=K",
        catalysts=("E",),
        own=lambda x, c: c["k"] * x["E"] * x["S"] / (c["K"] + x["S"]),
    ),
    back=r("P -> S", "b"),
)
SELF_ACTIVATION = toy(
    {"X": 3},
    {"k": 12.0, "K": 9.0, "n": 2.5, "leak": 1.0, "g": 0.6},
    make=r(
        "-> X",
        "k",
        law="hill_activation",
        law_parameters="K=K; n=n",
        activator="X",
        own=lambda x, c: c["k"] * x["X"] ** c["n"] / (c["K"] ** c["n"] + x["X"] ** c["n"]),
    ),
    drip=r("-> X", "leak"),
    decay=r("X ->", "g"),
)
SELF_REPRESSION = toy(
    {"X": 0},
    {"k": 15.0, "K": 6.0, "n": 2.0, "g": 0.5},
    make=r(
        "-> X",
        "k",
        law="hill_repression",
        law_parameters="K=K; n=n",
        inhibitor="X",
        own=lambda x, c: c["k"] / (1.0 + (x["X"] / c["K"]) ** c["n"]),
    ),
    decay=r("X ->", "g"),
)


def _inhibited(
    law: str, parameters: str, own: Callable[[Mapping[str, float], Mapping[str, float]], float]
) -> Toy:
    """Return an enzyme that its own product inhibits."""
    return toy(
        {"S": 40, "P": 1},
        {"k": 6.0, "K": 5.0, "Ki": 4.0, "Ku": 11.0, "g": 0.1},
        turnover=r("S -> P", "k", law=law, law_parameters=parameters, inhibitor="P", own=own),
        clear=r("P ->", "g"),
    )


COMPETITIVE = _inhibited(
    "competitive_inhibition",
    "K=K; Ki=Ki",
    lambda x, c: c["k"] * x["S"] / (c["K"] * (1 + x["P"] / c["Ki"]) + x["S"]),
)
UNCOMPETITIVE = _inhibited(
    "uncompetitive_inhibition",
    "K=K; Ki=Ki",
    lambda x, c: c["k"] * x["S"] / (c["K"] + x["S"] * (1 + x["P"] / c["Ki"])),
)
MIXED = _inhibited(
    "mixed_inhibition",
    "K=K; Ki=Ki; Ku=Ku",
    lambda x, c: c["k"] * x["S"] / (c["K"] * (1 + x["P"] / c["Ki"]) + x["S"] * (1 + x["P"] / c["Ku"])),
)
ANY_LAW = toy(
    {"A": 14, "B": 2},
    {"k": 3.0, "m": 0.4},
    forth=r(
        "A -> B",
        "k*(1 - exp(-A/4))/(1 + B/A)",
        law="expression",
        own=lambda x, c: c["k"] * (1 - math.exp(-x["A"] / 4)) / (1 + x["B"] / x["A"]),
    ),
    # A pair is consumed, whatever the law says of a single one.
    back=r(
        "2 B -> 2 A",
        "m*max(B, 3)",
        law="expression",
        own=lambda x, c: c["m"] * max(x["B"], 3),
    ),
)
