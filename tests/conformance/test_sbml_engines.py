"""Our SBML in other simulators: the same numbers as an independent solution of the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mtornet.expression import parse
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Compartment, Derived, Input, Parameter, Reaction, Readout, Species
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.write import sbml_text
from tests.conformance.sbml_reference import observed, solve
from tests.unit.network.general import network as general
from tests.verification.reference.continuous import solve_with_events

pytestmark = pytest.mark.conformance

FloatArray = NDArray[np.float64]
LIMIT = 1e-6


def toy() -> ReactionNetwork:
    """A receptor cycle with every kind of term: order 0 to 2, a square, catalysts, an input."""
    reactions = [
        ("synthesis", (), (("A", 1),), "k0", (), "mass_action"),
        ("binding", (("A", 1), ("B", 1)), (("C", 1),), "k_on*f", (), "mass_action"),
        ("unbinding", (("C", 1),), (("A", 1), ("B", 1)), "k1/2", (), "mass_action"),
        ("pairing", (("C", 2),), (("D", 1),), "k_on/4", (), "mass_action"),
        ("falling_apart", (("D", 1),), (("C", 2),), "k1", (), "mass_action"),
        (
            "activation",
            (("B", 1),),
            (("P", 1),),
            "k_on",
            (("D", "catalyst"), ("D", "stimulator")),
            "constant_rate",
        ),
        ("deactivation", (("P", 1),), (("B", 1),), "k_dose*insulin", (), "mass_action"),
        ("decay", (("A", 1),), (), "k1", (), "mass_action"),
    ]
    return ReactionNetwork(
        model="toy",
        compartments=Catalogue("compartment", [Compartment(id="cell", size=3e-12)]),
        species=Catalogue(
            "species",
            [
                Species(id=name, initial=x, compartment="cell")
                for name, x in zip("ABCDP", (300, 500, 0, 40, 10), strict=True)
            ],
        ),
        inputs=Catalogue("input", [Input(id="insulin", value=1.0)]),
        parameters=Catalogue(
            "parameter",
            [
                Parameter(id="k0", value=2.0, unit="molecule/s"),
                Parameter(id="k1", value=0.01, unit="1/s"),
                Parameter(id="k_on", value=1e-5, unit="1/(molecule*s)"),
                Parameter(id="k_dose", value=0.003, unit="1/(nM*s)"),
                Parameter(id="K", value=0.7, unit="nM"),
            ],
        ),
        derived=Catalogue(
            "derived quantity",
            [
                Derived(id="x", expression=parse("insulin/K"), unit="1"),
                Derived(id="f", expression=parse("max(0.5, 1/(1 + x^2)) + exp(-x)*sqrt(x)"), unit="1"),
            ],
        ),
        reactions=Catalogue(
            "reaction",
            [
                Reaction(id=i, reactants=r, products=p, rate_constant=parse(k), modifiers=m, law=law)
                for i, r, p, k, m, law in reactions
            ],
        ),
        readouts=Catalogue("read-out", [Readout(id="bound", expression=parse("C + 2*D"))]),
    )


def mtor() -> ReactionNetwork:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    return from_graph(default_graph("mtor"))


def two_phases(
    network: ReactionNetwork, duration: float, dose: dict[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Times and amounts with the inputs changed half-way, by scipy."""
    first = np.linspace(0.0, duration / 2, 26)
    tight = {"rtol": 1e-11, "atol": 1e-9}
    before = solve(network, first, **tight)  # type: ignore[arg-type]
    after = solve(network, first, start=before[-1], changed=dose, **tight)  # type: ignore[arg-type]
    return np.concatenate([first, first[1:] + duration / 2]), np.concatenate([before, after[1:]])


def roadrunner_run(text: str, names: list[str], duration: float, dose: dict[str, float]) -> FloatArray:
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(text)
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", 1e-12)
    integrator.setValue("absolute_tolerance", 1e-12)
    integrator.setValue("maximum_num_steps", 1_000_000)
    runner.timeCourseSelections = ["time", *names]
    before = np.array(runner.simulate(0, duration / 2, 26))
    for name, value in dose.items():
        runner[name] = value
    after = np.array(runner.simulate(duration / 2, duration, 26))
    return np.concatenate([before, after[1:]])[:, 1:]


def with_event(text: str, time: float, dose: dict[str, float]) -> str:
    """The model with an SBML event that sets the inputs, which others may do: they are not constant."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    event = document.getModel().createEvent()
    event.setId("dose_given")
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setInitialValue(True)
    trigger.setPersistent(True)
    trigger.setMath(libsbml.parseL3Formula(f"time >= {time!r}"))
    for name, value in dose.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(name)
        assignment.setMath(libsbml.parseL3Formula(repr(value)))
    assert document.checkConsistency() == 0 or document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0
    return str(libsbml.writeSBMLToString(document))


def copasi_run(text: str, names: list[str], duration: float, dose: dict[str, float]) -> FloatArray:
    basico = pytest.importorskip("basico")
    model = basico.load_model_from_string(with_event(text, duration / 2, dose))
    try:
        found = basico.run_time_course(
            0,
            duration,
            50,
            model=model,
            use_numbers=True,
            use_sbml_id=True,
            r_tol=1e-11,
            a_tol=1e-12,
            max_steps=10**6,
        )
        return np.asarray(found.reindex(columns=names).to_numpy())
    finally:
        basico.remove_datamodel(model)


ENGINES = {"roadrunner": roadrunner_run, "copasi": copasi_run}


def worst(expected: FloatArray, got: FloatArray) -> float:
    """Largest difference relative to the value, with a floor of one thousandth of a molecule."""
    return float(np.max(np.abs(expected - got) / np.maximum(np.abs(expected), 1e-3)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("build", "duration", "dose"), [(toy, 600.0, {"insulin": 5.0}), (mtor, 172_800.0, {"insulin": 10.0})]
)
def test_the_same_numbers(
    engine: str,
    build: Callable[[], ReactionNetwork],
    duration: float,
    dose: dict[str, float],
    record_property: Callable[[str, object], None],
) -> None:
    network = build()
    names = list(network.species)
    _, expected = two_phases(network, duration, dose)
    got = ENGINES[engine](sbml_text(network), names, duration, dose)
    # COPASI gives no time course of a species that no reaction changes.
    moving = network.stoichiometry.any(axis=1)
    assert not np.isnan(got[:, moving]).any()
    expected, got = expected[:, moving], got[:, moving]
    difference = worst(expected, got)
    record_property(f"{engine} {build.__name__}", difference)
    assert difference < LIMIT


@pytest.mark.parametrize("engine", ENGINES)
def test_formulas_events_and_a_growing_compartment(engine: str) -> None:
    network = general()
    names = [*network.species, *network.variables]
    times = np.linspace(0.0, 40.0, 41)
    expected = solve_with_events(network, times)
    got = GENERAL_ENGINES[engine](sbml_text(network), names)
    scale = np.max(np.abs(expected), axis=0)
    assert float(np.max(np.abs(expected - got) / scale)) < LIMIT


def roadrunner_events(text: str, names: list[str]) -> FloatArray:
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(text)
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", 1e-11)
    integrator.setValue("absolute_tolerance", 1e-11)
    runner.timeCourseSelections = ["time", *names]
    return np.array(runner.simulate(0, 40, 41))[:, 1:]


def copasi_events(text: str, names: list[str]) -> FloatArray:
    basico = pytest.importorskip("basico")
    model = basico.load_model_from_string(text)
    try:
        found = basico.run_time_course(
            0, 40, 40, model=model, use_numbers=True, use_sbml_id=True, r_tol=1e-11, a_tol=1e-12
        )
        return np.asarray(found[names].to_numpy())
    finally:
        basico.remove_datamodel(model)


GENERAL_ENGINES = {"roadrunner": roadrunner_events, "copasi": copasi_events}


def test_read_outs_are_computed_by_the_other_engine() -> None:
    network = toy()
    times, amounts = two_phases(network, 600.0, {"insulin": 5.0})
    got = roadrunner_run(sbml_text(network), ["bound", "A"], 600.0, {"insulin": 5.0})
    assert times.size == len(got)
    assert worst(observed(network, amounts, "bound"), got[:, 0]) < LIMIT


def test_the_comparison_can_fail() -> None:
    network = toy()
    _, expected = two_phases(network, 600.0, {"insulin": 5.0})
    text = sbml_text(network.with_parameters(k1=0.010001))
    assert worst(expected, roadrunner_run(text, list(network.species), 600.0, {"insulin": 5.0})) > LIMIT


def test_tellurium_simulates_the_network() -> None:
    pytest.importorskip("tellurium")
    from mtornet.sbml.antimony import to_tellurium

    network = toy()
    runner = to_tellurium(network)
    runner.getIntegrator().setValue("relative_tolerance", 1e-12)
    runner.timeCourseSelections = list(network.species)
    got = np.array(runner.simulate(0, 600, 26))
    assert worst(solve(network, np.linspace(0, 600, 26)), got) < LIMIT
