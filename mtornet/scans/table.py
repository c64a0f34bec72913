"""The tidy table of a scan: one row per point, read-out and time, and one per point, read-out and feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.scans.axes import Column
from mtornet.scans.outcome import STATISTICS, Outcome
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    import pyarrow as pa

    from mtornet.scans.plan import Plan

FIRST = ("point_id", "point")
AFTER_COORDINATES = ("condition", "drug", "drug_class", "dose_nM", "variant", "context")
ROW = ("readout", "unit", "feature", "time_s")
LAST = ("n", *STATISTICS, "fold_change", "status", "n_events")


def column_names(plan: Plan) -> tuple[str, ...]:
    """Return the names of the table's columns, in order."""
    return (*FIRST, *_coordinate_names(plan), *AFTER_COORDINATES, *ROW, *LAST)


def _coordinate_names(plan: Plan) -> tuple[str, ...]:
    """Return what varies; a multiple stands beside the value that it makes."""
    names: list[str] = []
    for column in plan.columns:
        # The genotype has a column of its own in every table.
        if column.target.text in AFTER_COORDINATES:
            continue
        names += [column.name, column.target.text] if column.relative else [column.name]
    return tuple(names)


def table_of(plan: Plan, outcome: Outcome) -> pa.Table:
    """Return the rows of the points that have numbers, in order of point, read-out and time.

    Texts are dictionaries of what occurs; numbers that do not exist are null.
    """
    import pyarrow as pa

    kept = np.flatnonzero(outcome.worked)
    n_times, n_features = outcome.times.size, len(outcome.features)
    n_readouts = len(outcome.readouts)
    per_readout = n_times + n_features
    per_point = n_readouts * per_readout
    columns: dict[str, Any] = {}

    def by_point(values: Any) -> Any:
        return _repeated(np.asarray(values)[kept], per_point)

    columns["point_id"] = by_point(np.array(plan.point_ids(outcome.coordinates), dtype=object))
    columns["point"] = by_point(outcome.coordinates.index)
    for column in plan.columns:
        if column.target.text in AFTER_COORDINATES:
            continue
        columns[column.name] = by_point(_shown(column, outcome.coordinates.values[column.name]))
        if column.relative:
            columns[column.target.text] = by_point(outcome.labels[column.target.text])
    for name in AFTER_COORDINATES:
        columns[name] = by_point(outcome.labels[name])
    features = [None] * n_times + list(outcome.features)
    times = np.append(outcome.times, np.full(n_features, np.nan))
    columns["readout"] = _tiled(list(outcome.readouts), per_readout, kept.size)
    columns["unit"] = _tiled(list(plan.settings.units), per_readout, kept.size)
    columns["feature"] = _dictionary(features, np.tile(np.arange(per_readout), n_readouts * kept.size))
    columns["time_s"] = _null_for_nan(np.tile(times, n_readouts * kept.size))
    columns["n"] = by_point(outcome.n)
    # Times and features side by side, within each read-out.
    values = np.concatenate([outcome.levels[kept], outcome.feature_values[kept]], axis=1).swapaxes(1, 2)
    for i, name in enumerate(STATISTICS):
        single = values.shape[-1] == 1
        columns[name] = _null_for_nan(
            np.zeros(kept.size * per_point)
            if single and name == "sd"
            else values[..., 0 if single else i].ravel()
        )
    fold = np.full(values.shape[:-1], np.nan)
    fold[:, :, :n_times] = outcome.fold_change[kept].swapaxes(1, 2)
    columns["fold_change"] = _null_for_nan(fold.ravel())
    columns["status"] = by_point(outcome.status)
    columns["n_events"] = by_point(outcome.n_events)
    return pa.table({name: columns[name] for name in column_names(plan)})


def _statistic(values: FloatArray, i: int) -> FloatArray:
    """Return one statistic; rate equations have one value, which is its own mean and quantiles."""
    if values.shape[-1] > 1:
        return values[..., i]
    return np.zeros(values.shape[:-1]) if STATISTICS[i] == "sd" else values[..., 0]


def _shown(column: Column, values: Any) -> Any:
    if not column.is_choice:
        return values
    labels = np.array(column.labels, dtype=bool if isinstance(column.labels[0], bool) else object)
    return labels[values.astype(np.int64)]


def _repeated(values: Any, times: int) -> Any:
    import pyarrow as pa

    if values.dtype != object:
        repeated = np.repeat(values, times)
        return _null_for_nan(repeated) if values.dtype == np.float64 else pa.array(repeated)
    names = list(dict.fromkeys(values.tolist()))
    code = {name: i for i, name in enumerate(names)}
    codes = np.fromiter((code[value] for value in values), dtype=np.int32, count=len(values))
    return _dictionary(names, np.repeat(codes, times))


def _tiled(names: list[str], each: int, n_points: int) -> Any:
    return _dictionary(names, np.tile(np.repeat(np.arange(len(names)), each), n_points))


def _dictionary(names: list[Any], codes: Any) -> Any:
    import pyarrow as pa

    known = [name for name in names if name is not None]
    place = {name: i for i, name in enumerate(known)}
    codes = np.array([-1 if name is None else place[name] for name in names], dtype=np.int32)[codes]
    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, type=pa.string()))


def _null_for_nan(values: Any) -> Any:
    import pyarrow as pa

    return pa.array(values, from_pandas=True)
