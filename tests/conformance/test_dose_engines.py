"""The model that ``compare`` writes: the same numbers elsewhere before, during and after a dose."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

import mtornet as mt
from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.rest import at_rest
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.write import sbml_text
from mtornet.simulation.methods import ode
from mtornet.simulation.problem import Problem
from tests.conformance.test_sbml_engines import worst

FloatArray = NDArray[np.float64]

HOUR = 3600.0
BREAKS = (0.0, 6 * HOUR, 30 * HOUR, 54 * HOUR)
"""Vehicle until 6 h, drug until 30 h, washed out until 54 h."""
POINTS = 13
LIMIT = 1e-6
DOSES = {"everolimus": 20.0, "sapanisertib": 224.0, "dactolisib": 500.0}

pytestmark = pytest.mark.conformance


@cache
def network() -> ReactionNetwork:
    """Return the settled cell with the three drugs of ``compare`` in it, none of them given."""
    found = at_rest(mt.load_model("mtor"))
    for name in DOSES:
        found = with_drug(found, find_drug("mtor", name))
    return found


def grid() -> list[FloatArray]:
    """Return the times of each phase."""
    return [np.linspace(start, end, POINTS) for start, end in pairwise(BREAKS)]


@cache
def ours(drug: str) -> FloatArray:
    """Return our own amounts at all times of all phases."""
    compiled = compile_network(network())
    dose = {drug: DOSES[drug]}
    stretches = [(BREAKS[0], {}, {}), (BREAKS[1], dose, {}), (BREAKS[2], {}, {})]
    times = np.concatenate(grid())
    problem = Problem(
        compiled=compiled,
        segments=bind(network(), compiled, stretches, BREAKS[-1]),
        times=times,
        x0=initial_amounts(network()),
        content="",
    )
    amounts, _ = ode.solve(problem, ode.OdeOptions(rtol=1e-12, atol=1e-13))
    return amounts


def by_roadrunner(drug: str) -> FloatArray:
    """Return libRoadRunner's amounts."""
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(sbml_text(network()))
    integrator = runner.getIntegrator()
    for name, value in (("relative_tolerance", 1e-12), ("absolute_tolerance", 1e-13)):
        integrator.setValue(name, value)
    integrator.setValue("maximum_num_steps", 1_000_000)
    runner.timeCourseSelections = list(network().species)
    parts = []
    for times, dose in zip(grid(), (0.0, DOSES[drug], 0.0), strict=True):
        runner[drug] = dose
        # Each phase starts its clock anew: far from 0 steps of 1e-12 s after a dose vanish in rounding.
        parts.append(np.array(runner.simulate(0.0, float(times[-1] - times[0]), POINTS)))
    return np.concatenate(parts)


def by_copasi(drug: str) -> FloatArray:
    """Return COPASI's amounts; each phase is the written model at its start."""
    basico = pytest.importorskip("basico")
    state = {s.id: s.initial for s in network().species.values()}
    parts = []
    for times, dose in zip(grid(), (0.0, DOSES[drug], 0.0), strict=True):
        phase = network().with_amounts(state).with_parameters(**{drug: dose})
        model = basico.load_model_from_string(sbml_text(phase))
        try:
            found = basico.run_time_course(
                0,
                float(times[-1] - times[0]),
                POINTS - 1,
                model=model,
                use_numbers=True,
                use_sbml_id=True,
                r_tol=1e-12,
                a_tol=1e-13,
                max_steps=10**6,
            )
        finally:
            basico.remove_datamodel(model)
        # COPASI gives no time course of a species that no reaction changes.
        values = found.reindex(columns=list(network().species))
        parts.append(values.fillna(state).to_numpy())
        state = dict(zip(network().species, map(float, np.maximum(parts[-1][-1], 0.0)), strict=True))
    return np.concatenate(parts)


@pytest.mark.parametrize("engine", [by_roadrunner, by_copasi])
@pytest.mark.parametrize("drug", DOSES)
def test_vehicle_dose_and_washout_agree(engine: Callable[[str], FloatArray], drug: str) -> None:
    expected, got = ours(drug), engine(drug)
    assert not np.isnan(got).any()
    assert worst(expected, got) < LIMIT
    # The dose did something, so that agreement means something.
    assert np.max(np.abs(expected[2 * POINTS - 1] - expected[0])) > 1000


def test_a_dose_that_comes_late_is_noticed() -> None:
    expected = ours("sapanisertib")
    late = expected.copy()
    late[POINTS:] = np.roll(expected[POINTS:], 1, axis=0)
    assert worst(expected, late) > LIMIT
