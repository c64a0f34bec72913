"""``continuation``: steady states over a range of one value, with stability, folds and Hopf points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.continuation.branch import Point, Tracer
from mtornet.analysis.times import DAY_S
from mtornet.compiled.bind import initial_amounts, row_of_constants, values_of
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import Experiment, check_readouts
from mtornet.experiment.protocol import Protocol
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.observe import Observer
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.rate_equations import Function, functions
from mtornet.simulation.steady_state import find_steady_state, possible_changes

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-3
"""Difference of states, in parts of their size, below which two ends are one branch."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Continuation:
    """Branches of steady states."""

    target: str
    unit: str
    low: float
    high: float
    logarithmic: bool
    readouts: tuple[str, ...]
    units: tuple[str, ...]
    """Of the read-outs."""
    table: pd.DataFrame
    """``branch, point, <target>, stable, growth_per_s, special``, then read-outs; in the order of the arc."""

    @property
    def special(self) -> pd.DataFrame:
        """Folds and Hopf points."""
        return self.table[self.table["special"] != ""].reset_index(drop=True)


def continuation(
    network: ReactionNetwork,
    target: str,
    low: float,
    high: float,
    *,
    readouts: Sequence[str] | None = None,
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    drugs: Mapping[str, str] | None = None,
    logarithmic: bool | None = None,
    most: int = 600,
) -> Continuation:
    """Follow the steady states of a network while one value moves.

    Starts from the state that cells at rest have at the lower end; if cells at rest at the upper end are
    elsewhere than where that branch ends, the branch through them is followed too. Conserved totals are
    those of the network.

    Parameters
    ----------
    target
        ``parameter.NAME``, ``input.NAME`` or ``drug.NAME`` (nM); a bare name if only one thing has it.
    low, high
        In the unit of the target; the arc is even on a logarithmic scale if both are above 0, unless
        ``logarithmic`` is False.
    drugs
        Concentrations that stay: ``{"everolimus": "20 nM"}``.
    most
        Points of a branch.

    Raises
    ------
    ProtocolError
        If the question makes no sense.
    IntegrationError
        If the cells never come to rest at the lower end of the range.
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ProtocolError(f"{target}: expected finite ends with low < high, got {low:g} to {high:g}")
    protocol = constant_protocol(
        variant=variant, context=context, inputs=inputs or {}, given=drugs or {}, duration=DAY_S
    )
    network, name, unit, fixed = _prepared(network, target, protocol, low)
    by_log = low > 0 if logarithmic is None else logarithmic
    if by_log and not low > 0:
        raise ProtocolError(f"{target}: a logarithmic scale needs a lower end above 0, got {low:g}")
    names = check_readouts(network, readouts)
    compiled = compile_network(network)
    if compiled.events is not None or network.variables:
        raise ProtocolError("a network with events or variables has no branches of steady states to follow")

    def value_at(place: float) -> float:
        if by_log:
            return float(np.exp(np.log(low) + place * (np.log(high) - np.log(low))))
        return float(low + place * (high - low))

    def constants_at(place: float) -> FloatArray:
        return row_of_constants(compiled, values_of(network, compiled, {**fixed, name: value_at(place)}))

    @lru_cache(maxsize=64)
    def equations(place: float) -> tuple[Function, Function]:
        return functions(compiled, constants_at(place))

    options, start = OdeOptions(), initial_amounts(network)
    at_low = find_steady_state(compiled, constants_at(0.0), start, options).amounts
    at_high = _rest_or_none(compiled, constants_at(1.0), start, options)
    size = np.maximum.reduce([start, at_low, at_low if at_high is None else at_high])
    # What is nearly empty everywhere counts in parts of the whole, not of itself.
    size = np.maximum(size, 1e-3 * float(size.max(initial=0.0))) + 1e-30
    tracer = Tracer(equations=equations, basis=possible_changes(compiled), size=size)
    branches = [tracer.follow(tracer.point(at_low, 0.0, 1.0), most=most)]
    ends = [point.amounts for point in branches[0] if point.place > 1.0 - 1e-6]
    if at_high is not None and not any(np.max(np.abs(end - at_high) / size) < SAME for end in ends):
        branches.append(tracer.follow(tracer.point(at_high, 1.0, -1.0), most=most))
    frames = []
    for number, branch in enumerate(branches):
        points, special = _with_special(tracer, branch)
        frames.append(_table(network, points, special, number, fixed, name, target, value_at, names))
    import pandas as pd

    return Continuation(
        target=target,
        unit=unit,
        low=low,
        high=high,
        logarithmic=by_log,
        readouts=names,
        units=tuple(network.readouts[n].unit if n in network.readouts else "molecule" for n in names),
        table=pd.concat(frames, ignore_index=True),
    )


def _prepared(
    network: ReactionNetwork, target: str, protocol: Protocol, low: float
) -> tuple[ReactionNetwork, str, str, dict[str, float]]:
    """Return the network with all drugs, the name that moves, its unit, and the inputs that stay."""
    kind, _, name = target.rpartition(".")
    if kind not in ("", "parameter", "input", "drug"):
        raise ProtocolError(f"{target!r}: expected parameter., input. or drug. before the name")
    if kind == "drug":
        name = find_drug(network.model, name).id
        condition = protocol.conditions[0]
        given = {**condition.drugs, name: Dose(nM=low)}
        protocol = replace(protocol, steps=()).apply(replace(condition, drugs=given))
    experiment = Experiment(network=network, readouts=(), times=np.zeros(1))
    treated = experiment.check(arm_of(network, protocol))[1]
    stretches = protocol.stretches(treated)
    if len(stretches) > 1 or any(i.role == "course" for i in treated.inputs.values()):
        raise ProtocolError("a steady state needs drugs at constant concentrations, not a schedule")
    if kind in ("", "parameter") and name in treated.parameters:
        return treated, name, treated.parameters[name].unit, stretches[0][1]
    if name in treated.inputs:
        return treated, name, treated.inputs[name].unit, stretches[0][1]
    raise unknown_name("parameter, input or drug", name, [*treated.parameters, *treated.inputs])


def _rest_or_none(
    compiled: CompiledNetwork, constants: FloatArray, start: FloatArray, options: OdeOptions
) -> FloatArray | None:
    try:
        return find_steady_state(compiled, constants, start, options).amounts
    except IntegrationError:
        # They oscillate there, for example; the branch from the other end says what it can.
        return None


def _with_special(tracer: Tracer, branch: list[Point]) -> tuple[list[Point], list[str]]:
    """Return the branch with its folds put in, and the word for each point."""
    points, words = [branch[0]], [""]
    for here, further in pairwise(branch):
        if here.tangent[-1] * further.tangent[-1] < 0:
            fold = tracer.fold_between(here, further)
            if fold is not None:
                points.append(fold)
                words.append("fold")
        elif here.stable != further.stable and (here.oscillates or further.oscillates):
            # Between two points; the closer of them carries the word.
            closer = here if abs(here.growth) < abs(further.growth) else further
            if closer is here:
                words[-1] = "Hopf"
            else:
                points.append(further)
                words.append("Hopf")
                continue
        points.append(further)
        words.append("")
    return points, words


def _table(
    network: ReactionNetwork,
    points: list[Point],
    special: list[str],
    branch: int,
    fixed: Mapping[str, float],
    name: str,
    target: str,
    value_at: Callable[[float], float],
    readouts: Sequence[str],
) -> pd.DataFrame:
    import pandas as pd

    compiled = compile_network(network)
    rows = []
    for i, (point, word) in enumerate(zip(points, special, strict=True)):
        value = value_at(float(np.clip(point.place, 0.0, 1.0)))
        seen = Observer(
            network,
            compiled,
            readouts=readouts,
            times=np.zeros(1),
            stretches=[(-1.0, {**fixed, name: value})],
        )(point.amounts[None])[0]
        row: dict[str, object] = {"branch": branch, "point": i, target: value, "stable": point.stable}
        row |= {"growth_per_s": point.growth, "special": word}
        rows.append(row | dict(zip(readouts, map(float, seen), strict=True)))
    return pd.DataFrame(rows)
