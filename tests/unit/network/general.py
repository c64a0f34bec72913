"""A network with everything that mass action lacks: formulas, typed laws, variables, events."""

from __future__ import annotations

from mtornet.expression import parse
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import (
    Compartment,
    Derived,
    Event,
    Parameter,
    Reaction,
    Readout,
    Species,
    Variable,
)
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance


def reactions() -> list[Reaction]:
    a_to_b = {"reactants": (("A", 1),), "products": (("B", 1),), "rate_constant": parse("k1")}
    inhibited = {**a_to_b, "modifiers": (("E", "catalyst"), ("I", "inhibitor"))}
    K, Ki, Ku, n = (("K", parse("Km")), ("Ki", parse("2*Km")), ("Ku", parse("Km")), ("n", parse("h")))
    return [
        Reaction(
            id="mm",
            law="michaelis_menten",
            law_parameters=(K,),
            modifiers=(("E", "catalyst"),),
            provenance=Provenance(source="a book", confidence="page"),
            **a_to_b,  # type: ignore[arg-type]
        ),
        Reaction(id="comp", law="competitive_inhibition", law_parameters=(K, Ki), **inhibited),  # type: ignore[arg-type]
        Reaction(id="uncomp", law="uncompetitive_inhibition", law_parameters=(K, Ki), **inhibited),  # type: ignore[arg-type]
        Reaction(id="mixed", law="mixed_inhibition", law_parameters=(K, Ki, Ku), **inhibited),  # type: ignore[arg-type]
        Reaction(
            id="on",
            reactants=(),
            products=(("B", 1),),
            modifiers=(("A", "stimulator"),),
            rate_constant=parse("k0"),
            law="hill_activation",
            law_parameters=(K, n),
        ),
        Reaction(
            id="steep",
            law="hill_activation",
            law_parameters=(K, n),
            **{**a_to_b, "rate_constant": parse("k0")},
        ),  # type: ignore[arg-type]
        Reaction(
            id="off",
            reactants=(),
            products=(("B", 1),),
            modifiers=(("E", "catalyst"), ("A", "inhibitor")),
            rate_constant=parse("k1"),
            law="hill_repression",
            law_parameters=(K, n),
        ),
        Reaction(
            id="any",
            reactants=(("B", 2),),
            products=(("A", 1.5),),
            modifiers=(("E", "catalyst"),),
            rate_constant=parse("if(time > start and v > 1/2, k1*B*E/(Km + B), 0)"),
            law="expression",
        ),
        Reaction(
            id="net",
            reactants=(("A", 1),),
            products=(("B", 1),),
            rate_constant=parse("k1*A - k1*B/cell*cell0"),
            law="expression",
            signed=True,
        ),
        Reaction(id="plain", reactants=(("E", 1),), products=(), rate_constant=parse("k1*fading")),
    ]


def network() -> ReactionNetwork:
    return ReactionNetwork(
        model="general",
        compartments=Catalogue("compartment", [Compartment(id="cell", size=2e-12)]),
        species=Catalogue(
            "species",
            [
                Species(id=name, initial=x, compartment="cell")
                for name, x in zip("ABEI", (100.0, 0.0, 10.0, 5.0), strict=True)
            ],
        ),
        inputs=Catalogue("input", ()),
        parameters=Catalogue(
            "parameter",
            [
                Parameter(id="k1", value=0.1, unit="1/s"),
                Parameter(id="k0", value=3.0, unit="molecule/s"),
                Parameter(id="Km", value=20.0, unit="molecule"),
                Parameter(id="h", value=2.0, unit="1"),
                Parameter(id="start", value=3.0, unit="s"),
                Parameter(id="cell0", value=2e-12, unit="L"),
            ],
        ),
        derived=Catalogue(
            "derived quantity", [Derived(id="fading", expression=parse("exp(-time*k1)"), unit="1")]
        ),
        reactions=Catalogue("reaction", reactions()),
        readouts=Catalogue("read-out", [Readout(id="level", expression=parse("A*v + time*k0"))]),
        variables=Catalogue(
            "variable",
            [
                Variable(id="v", initial=-1.0, unit="1", name="a switch", provenance=Provenance(note="n")),
                Variable(id="cell", initial=2e-12, unit="L", rate=parse("0.01*cell*k1")),
            ],
        ),
        events=Catalogue(
            "event",
            [
                Event(
                    id="dose",
                    trigger=parse("time >= start"),
                    assignments=(("I", parse("I + Km")), ("v", parse("v + 2"))),
                ),
                Event(
                    id="late",
                    trigger=parse("A < Km or not v > 0"),
                    assignments=(("v", parse("0")),),
                    delay=parse("2*start"),
                    priority=parse("A/Km"),
                    persistent=False,
                    initial_value=False,
                    use_values_from_trigger_time=False,
                    name="too late",
                    provenance=Provenance(source="us"),
                ),
            ],
        ),
    )
