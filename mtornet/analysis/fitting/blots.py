"""Read a table of measured fold changes; every mistake is told with its line, nothing is dropped."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from mtornet.errors import MtorNetError, TableError
from mtornet.experiment.condition import Condition
from mtornet.experiment.drug import VEHICLE
from mtornet.graph.tables import MAX_BYTES, Problems
from mtornet.names import did_you_mean, unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.units import time_in_seconds

REQUIRED = ("condition", "drug", "dose", "time", "readout", "fold_change", "sd")
OPTIONAL = ("variant", "context", "inputs", "source", "note")
_SPELLINGS = {"read_out": "readout", "read-out": "readout", "fold": "fold_change", "genotype": "variant"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blot:
    """One measured fold change over vehicle at the same time."""

    where: str
    label: str
    """What the user calls the condition."""
    condition: Condition
    time_s: float
    readout: str
    fold: float
    sd: float
    """Standard deviation of the fold change."""


def read_blots(path: Path | str, network: ReactionNetwork, *, sd: float | None = None) -> tuple[Blot, ...]:
    """Read a CSV of measured fold changes.

    Columns are ``condition`` (a label), ``drug`` (``a+b`` for two, ``vehicle`` for none), ``dose``
    (``20 nM``, ``20 nM for 6 h``, ``20 nM + 5 nM``), ``time`` (``24 h``), ``readout``, ``fold_change`` and
    ``sd``; there may be ``variant``, ``context``, ``inputs`` (``ligand=1 nM; ...``), ``source``, ``note``.
    Lines that begin with ``#`` are comments.

    Parameters
    ----------
    sd
        Standard deviation, as a part of the fold change, where the column is empty.

    Raises
    ------
    TableError
        Listing everything that is wrong, each with ``file:line``.
    """
    path, problems = Path(path), Problems()
    blots: list[Blot] = []
    for where, cells in _rows(path, problems):
        before = len(problems.found)
        blot = _blot(where, cells, network, sd, problems)
        if blot is not None and len(problems.found) == before:
            blots.append(blot)
    if not blots and not problems.found:
        problems.add(str(path), "no measurement below the header")
    problems.raise_if_any()
    return tuple(blots)


def _rows(path: Path, problems: Problems) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"{path}: larger than {MAX_BYTES} bytes; not a table of measurements")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    header: list[str] = []
    reader = csv.reader(io.StringIO(text))
    for cells in reader:
        where = f"{path}:{reader.line_num}"
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if not header:
            header = [_column(cell) for cell in cells]
            if not _header_is_good(header, where, problems):
                return
        elif len(cells) != len(header):
            problems.add(where, f"found {len(cells)} cells, expected {len(header)}, one per column")
        else:
            yield where, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    if not header:
        problems.add(str(path), f"the table is empty; expected a header with {', '.join(REQUIRED)}")


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return _SPELLINGS.get(name, name)


def _header_is_good(header: Sequence[str], where: str, problems: Problems) -> bool:
    before = len(problems.found)
    for column in header:
        if column not in (*REQUIRED, *OPTIONAL):
            hint = did_you_mean(column, (*REQUIRED, *OPTIONAL))
            problems.add(where, f"unknown column {column!r}{hint or '; expected ' + ', '.join(REQUIRED)}")
    for column in REQUIRED:
        if column not in header:
            problems.add(where, f"column {column!r} is missing; found {', '.join(header)}")
    if len(set(header)) != len(header):
        problems.add(where, "a column stands twice in the header")
    return len(problems.found) == before


def _blot(
    where: str, cells: Mapping[str, str], network: ReactionNetwork, sd: float | None, problems: Problems
) -> Blot | None:
    def told(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except MtorNetError as error:
            problems.add(where, str(error))
            return None

    condition = told(lambda: _condition(cells, network))
    time_s = told(lambda: _time(cells["time"]))
    fold = told(lambda: _number("fold_change", cells["fold_change"]))
    if cells["sd"] or sd is None:
        spread = told(lambda: _number("sd", cells["sd"]))
    else:
        spread = None if fold is None else sd * fold
    known = [*network.readouts, *network.species]
    if cells["readout"] not in known:
        problems.add(where, str(unknown_name("read-out", cells["readout"], known)))
    if condition is None or time_s is None or fold is None or spread is None:
        return None
    return Blot(
        where=where,
        label=cells["condition"] or f"{cells['drug']} {cells['dose']}".strip(),
        condition=condition,
        time_s=time_s,
        readout=cells["readout"],
        fold=fold,
        sd=spread,
    )


def _condition(cells: Mapping[str, str], network: ReactionNetwork) -> Condition:
    names = [name.strip() for name in cells["drug"].split("+") if name.strip()]
    if [name.lower() for name in names] == [VEHICLE]:
        names = []
    doses = [dose.strip() for dose in cells["dose"].split("+") if dose.strip()]
    if not names and doses and any(not dose.startswith("0") for dose in doses):
        raise TableError(f"dose {cells['dose']!r} of no drug; name the drug, or leave the dose empty")
    if names and len(names) != len(doses):
        raise TableError(
            f"{len(names)} drug(s) {cells['drug']!r} but {len(doses)} dose(s) {cells['dose']!r}; "
            "write a dose for each, joined by +"
        )
    inputs = {}
    for text in (part.strip() for part in cells.get("inputs", "").split(";")):
        name, equals, value = text.partition("=")
        if text and not equals:
            raise TableError(f"inputs: {text!r}: expected name=value, for example ligand=1 nM")
        if text:
            inputs[name.strip()] = value.strip()
    condition = Condition(
        variant=cells.get("variant", "") or "wild_type",
        context=cells.get("context", "") or None,
        drugs=MappingProxyType(dict(zip(names, doses, strict=True)) if names else {}),
        inputs=inputs,
    )
    # Names are looked up now, so that a wrong one is told with its line.
    condition.doses(network)
    condition.input_values(network)
    known = network if condition.context is None else network.with_context(condition.context)
    known.with_variant(condition.variant)
    return condition


def _time(text: str) -> float:
    time_s = time_in_seconds(text, what="time") if text else math.nan
    if not time_s >= 0:
        raise TableError(f"time: found {text!r}, expected a time >= 0 with its unit, such as '24 h'")
    return time_s


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        # A fold change of 0 has no logarithm, and what is below detection is not 0.
        hint = "; a band below detection is not 0: give its upper limit" if column == "fold_change" else ""
        raise TableError(f"{column}: found {text!r}, expected a finite number above 0{hint}")
    return value
