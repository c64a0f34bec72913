"""What a specification means, every default filled in and every value in molecules, seconds and nM."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis import defaults
from mtornet.analysis.times import default_times, time_grid
from mtornet.errors import MtorNetError, ProtocolError
from mtornet.experiment.dose import AnyDose
from mtornet.experiment.execute import check_readouts
from mtornet.graph.knowledge import model_names
from mtornet.names import unknown_name
from mtornet.scans.axes import Column
from mtornet.scans.spec import Scan
from mtornet.scans.vocabulary import Vocabulary
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.run import method_options_for

FloatArray = NDArray[np.float64]

CONFIDENCE = 0.95
MOST_CELLS = 10_000
"""Of a point with adaptive replicates, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """When a point has enough cells."""

    readout: int
    """Index of the read-out whose mean decides."""
    feature: str | None
    time: int
    """Index of the time, if it is no feature."""
    relative: float
    confidence: float
    batch: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """What will be done at every point."""

    method: str
    options: dict[str, Any]
    """Of the method, those of the budget among them."""
    cells: int
    copy_scale: float
    settle_s: float
    settles: bool
    """Whether cells start at rest, or from the model's initial amounts."""
    duration_s: float
    seed: int
    readouts: tuple[str, ...]
    units: tuple[str, ...]
    times: FloatArray
    """When rows of the table are wanted."""
    features: tuple[str, ...]
    grid: FloatArray
    """When states are sampled: ``times`` and what features need."""
    vehicle: bool
    point_time_s: float | None
    replicates: Replicates | None
    variant: str
    context: str | None
    drugs: dict[str, AnyDose]
    inputs: dict[str, float]
    parameters: dict[str, float]
    amounts: dict[str, float]
    modules: tuple[str, ...]
    given: dict[str, object] = field(default_factory=dict)
    """The above as plain data, which decides the scan's identity."""


def settings_of(scan: Scan, words: Vocabulary, columns: tuple[Column, ...]) -> Settings:
    """Fill in and check everything that is the same at every point.

    Raises
    ------
    MtorNetError
        For the first key that makes no sense.
    """
    where = scan.where
    duration_s = words.time(scan.duration, where=f"{where}: duration")
    if not duration_s > 0:
        raise ProtocolError(f"{where}: duration: expected a time > 0, found {scan.duration!r}")
    readouts, units = _readouts(scan, words)
    features = tuple(dict.fromkeys(scan.features))
    times = _times(scan, duration_s, wanted=not features)
    grid = np.union1d(times, default_times(duration_s)) if features else times
    shipped = words.network.model in model_names()
    settles = shipped if scan.settle is None or scan.settle is True else scan.settle is not False
    cells_settle = defaults.SETTLE if scan.settle is None or isinstance(scan.settle, bool) else scan.settle
    condition = scan.condition
    gives_drugs = bool(words.drugs)
    copy_scale = defaults.copy_scale(scan.method, scan.copy_scale)
    if not copy_scale > 0:
        raise ProtocolError(f"{where}: copy_scale: expected a number > 0, found {scan.copy_scale!r}")
    settings = {
        "method": scan.method,
        "options": _options(scan, columns),
        "cells": scan.cells if scan.method in STOCHASTIC else 1,
        "copy_scale": copy_scale,
        "settles": settles,
        "settle_s": words.time(cells_settle, where=f"{where}: settle"),
        "duration_s": duration_s,
        "seed": scan.seed,
        "readouts": readouts,
        "units": units,
        "features": features,
        "vehicle": gives_drugs if scan.vehicle is None else scan.vehicle,
        "variant": condition.get("variant", "wild_type"),
        "context": condition.get("context"),
        "drugs": {
            words.drug(name, where=f"{where}: condition.drugs"): words.dose(
                dose, where=f"{where}: condition.drugs.{name}"
            )
            for name, dose in condition.get("drugs", {}).items()
        },
        "inputs": {
            name: words.input(name, value, where=f"{where}: condition.inputs.{name}")
            for name, value in condition.get("inputs", {}).items()
        },
        "parameters": {
            name: words.parameter(name, value, where=f"{where}: condition.parameters.{name}")
            for name, value in condition.get("parameters", {}).items()
        },
        "amounts": {
            name: words.amount(name, value, where=f"{where}: condition.amounts.{name}")
            for name, value in condition.get("amounts", {}).items()
        },
        "modules": tuple(words.network.modules),
        "replicates": _replicates(scan, readouts, features, times, words),
    }
    _check_not_twice(settings, columns, where)
    if features and not settings["vehicle"] and gives_drugs:
        raise ProtocolError(f"{where}: vehicle: features compare with the vehicle, so it must be true")
    given = {
        **{name: value for name, value in settings.items() if name not in ("drugs", "replicates")},
        "drugs": {name: str(dose) for name, dose in settings["drugs"].items()},
        "times": times.tolist(),
        "replicates": dict(scan.replicates),
    }
    budget_time = scan.budget.get("point_time")
    return Settings(
        **settings,
        times=times,
        grid=grid,
        point_time_s=None
        if budget_time is None
        else words.time(budget_time, where=f"{where}: budget.point_time"),
        given=given,
    )


def _readouts(scan: Scan, words: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    network = words.treated
    try:
        names = check_readouts(network, scan.readouts)
    except MtorNetError as error:
        raise type(error)(f"{scan.where}: readouts: {error}") from None
    if not names:
        names = tuple(network.species)
    known = network.readouts
    return names, tuple(known[name].unit if name in known else "molecule" for name in names)


def _times(scan: Scan, duration_s: float, *, wanted: bool) -> FloatArray:
    if scan.times is None:
        return np.array([duration_s] if wanted else [])
    try:
        return time_grid(scan.times, duration_s)
    except MtorNetError as error:
        raise type(error)(f"{scan.where}: {error}") from None


def _options(scan: Scan, columns: tuple[Column, ...]) -> dict[str, Any]:
    kind = OdeOptions if scan.method == "ode" else STOCHASTIC[scan.method].options
    budget = {name: value for name, value in scan.budget.items() if name != "point_time"}
    varied = {
        c.target.name: c.numbers[0] if c.numbers else c.choices[0]
        for c in columns
        if c.target.kind == "method"
    }
    for place, given in (("options", dict(scan.options)), ("budget", budget), ("vary", varied)):
        try:
            method_options_for(kind, given)
        except (MtorNetError, TypeError) as error:
            raise ProtocolError(f"{scan.where}: {place}: method {scan.method!r}: {error}") from None
    return {**scan.options, **budget}


def _replicates(
    scan: Scan,
    readouts: tuple[str, ...],
    features: tuple[str, ...],
    times: FloatArray,
    words: Vocabulary,
) -> Replicates | None:
    given, where = scan.replicates, f"{scan.where}: replicates"
    if not given:
        return None
    if scan.method not in STOCHASTIC:
        raise ProtocolError(f"{where}: method {scan.method!r} has no cells; leave this out")
    if given["readout"] not in readouts:
        raise ProtocolError(f"{where}: {unknown_name('read-out', given['readout'], readouts)}")
    feature = given.get("feature")
    if feature is not None and feature not in features:
        raise ProtocolError(f"{where}: feature {feature!r} is not among the scan's features; add it there")
    time = times.size - 1
    if feature is None:
        wanted = words.time(given["time"], where=f"{where}.time") if "time" in given else times[-1:]
        found = np.flatnonzero(times == wanted)
        if not found.size:
            raise ProtocolError(f"{where}: time {given.get('time')!r} is not among the scan's times")
        time = int(found[0])
    relative, confidence = given["relative"], given.get("confidence", CONFIDENCE)
    if not relative > 0:
        raise ProtocolError(f"{where}: relative: expected a number > 0, found {relative!r}")
    if not 0 < confidence < 1:
        raise ProtocolError(f"{where}: confidence: expected a number between 0 and 1, found {confidence!r}")
    batch = given.get("batch", scan.cells)
    if batch < 2:
        raise ProtocolError(f"{where}: batch: an interval needs at least 2 cells, found {batch}")
    return Replicates(
        readout=readouts.index(given["readout"]),
        feature=feature,
        time=time,
        relative=relative,
        confidence=confidence,
        batch=batch,
        most=given.get("most", MOST_CELLS),
    )


def _check_not_twice(settings: dict[str, Any], columns: tuple[Column, ...], where: str) -> None:
    """Refuse what is fixed and varies; a dose may be both if it varies as a factor."""
    fixed = {f"input.{name}" for name in settings["inputs"]}
    fixed |= {f"parameter.{name}" for name in settings["parameters"]}
    fixed |= {f"amount.{name}" for name in settings["amounts"]}
    fixed |= {f"drug.{name}" for name in settings["drugs"]}
    for column in columns:
        target = column.target
        if f"{target.kind}.{target.name}" in fixed and not column.relative:
            raise ProtocolError(f"{where}: {target.text!r} varies, and is fixed in [condition] as well")
        if target.kind == "schedule" and target.name not in settings["drugs"]:
            given = [c for c in columns if c.target.kind == "drug" and c.target.name == target.name]
            if not given:
                raise ProtocolError(
                    f"{where}: {target.text!r} varies, but no dose of {target.name!r} is given; add one to "
                    "[condition] drugs"
                )
        ends = column.ends[1] if column.ends else max(column.numbers, default=0.0)
        if target.kind == "schedule" and target.part == "start" and ends >= settings["duration_s"]:
            raise ProtocolError(f"{where}: {target.text!r}: a start at {ends:g} s lies at or after the end")
