"""One number over two things that vary: the rows of a scan's table that a map shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtornet.errors import ProtocolError
from mtornet.names import unknown_name
from mtornet.scans.merging import read_table
from mtornet.scans.store import Store
from mtornet.units import time_in_seconds

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanMap:
    """What a map shows."""

    x: str
    y: str
    readout: str
    quantity: str
    """``rebound_index``, or ``fold_change`` at a time."""
    time_s: float | None
    data: pd.DataFrame
    """Columns ``x``, ``y`` (named after what varies) and ``quantity``; one row per point."""


def map_of(
    store: Store,
    *,
    x: str | None = None,
    y: str | None = None,
    readout: str | None = None,
    feature: str | None = None,
    at: str | None = None,
    where: Mapping[str, str] | None = None,
) -> ScanMap:
    """Take a map out of a scan.

    Parameters
    ----------
    x, y
        What varies along the axes; the last and the first block if not given.
    readout
        The first one if not given.
    feature, at
        A feature, or the fold change at a time; the first feature, or the last time, if not given.
    where
        Which value of what else varies: ``{"variant": "PTEN_loss"}``.

    Raises
    ------
    ProtocolError
        If something else varies and is not fixed, or nothing is left.
    """
    table = read_table(store)
    if not len(table):
        raise ProtocolError(f"{str(store.folder)!r} holds no finished points yet")
    varied = varied_columns(store)
    table, left = _fixed(table, varied, where or {})
    x, y = _axes(left, x, y)
    readout = _chosen("read-out", readout, table["readout"])
    table = table[table["readout"] == readout]
    features = table["feature"].dropna().unique().tolist()
    if feature is None and at is None and features:
        feature = features[0]
    if feature is not None:
        feature = _chosen("feature", feature, table["feature"].dropna())
        table, quantity, value, time_s = table[table["feature"] == feature], feature, "mean", None
    else:
        time_s = _time(table["time_s"].dropna(), at)
        table = table[table["time_s"] == time_s]
        value = quantity = "fold_change" if table["fold_change"].notna().any() else "mean"
    data = table[[x, y, value]].rename(columns={value: quantity}).reset_index(drop=True)
    return ScanMap(x=x, y=y, readout=readout, quantity=quantity, time_s=time_s, data=data)


def varied_columns(store: Store) -> list[str]:
    """Return the columns of what varies, in the order of the specification."""
    blocks = store.manifest["content"]["vary"]
    return [f"{b['target']}.factor" if b["relative"] else str(b["target"]) for b in blocks]


def _fixed(
    table: pd.DataFrame, varied: list[str], where: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the rows at the given values; numbers are compared as numbers."""
    for name, value in where.items():
        if name not in varied:
            raise unknown_name("column", name, varied)
        column = table[name]
        known = column.unique().tolist()
        match = [each for each in known if str(each) == value or _number(value) == each]
        if not match:
            shown = ", ".join(str(each) for each in known[:10])
            raise ProtocolError(f"--where {name}={value}: no point is there; there are {shown}")
        table = table[column == match[0]]
    return table, [name for name in varied if name not in where]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _axes(left: list[str], x: str | None, y: str | None) -> tuple[str, str]:
    for name in (x, y):
        if name is not None and name not in left:
            raise unknown_name("column", name, left)
    others = [name for name in left if name not in (x, y)]
    y = y or (others.pop(0) if others else None)
    x = x or (others.pop() if others else None)
    if x is None or y is None or x == y:
        raise ProtocolError(f"a map needs two things that vary; found {', '.join(left) or 'none'}")
    if others:
        raise ProtocolError(f"{', '.join(others)} varies too; choose a value of it: --where {others[0]}=…")
    return x, y


def _chosen(kind: str, name: str | None, known: Any) -> str:
    names = known.unique().tolist()
    if name is not None and name not in names:
        raise unknown_name(kind, name, names)
    return str(name if name is not None else names[0])


def _time(times: Any, at: str | None) -> float:
    known = sorted(times.unique().tolist())
    if not known:
        raise ProtocolError("the scan has features only; choose one of them with --feature")
    if at is None:
        return float(known[-1])
    wanted = time_in_seconds(at, what="--at")
    if wanted not in known:
        shown = ", ".join(f"{t / 3600:g} h" for t in known)
        raise ProtocolError(f"--at {at!r}: the scan looked at {shown}")
    return wanted
