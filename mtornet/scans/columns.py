"""Blocks of a specification become columns of numbers or choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtornet.errors import ProtocolError
from mtornet.experiment.dose import AnyDose, Dose
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.names import unknown_name
from mtornet.network.contexts import contexts
from mtornet.network.variants import variants
from mtornet.scans.axes import Column
from mtornet.scans.spec import Scan, Vary
from mtornet.scans.targets import Target, parse_target
from mtornet.scans.vocabulary import Vocabulary

MOST_VALUES = 10_000_000
"""Values that one block may space."""

RELATIVE = ("parameter", "amount", "input", "drug")
"""Kinds that may be given as multiples."""


def columns_of(scan: Scan, words: Vocabulary) -> tuple[Column, ...]:
    """Return one column per block.

    Raises
    ------
    MtorNetError
        For the first block that makes no sense, by its number and target.
    """
    found: list[Column] = []
    for i, block in enumerate(scan.vary, start=1):
        where = f"{scan.where}: vary[{i}] {block.target!r}"
        target = parse_target(block.target, where=where)
        if target.text in (column.target.text for column in found):
            raise ProtocolError(f"{where}: varies in an earlier block already")
        found.append(_Block(block=block, target=target, scan=scan, words=words, where=where).column())
    _check_zips(found, scan)
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Block:
    block: Vary
    target: Target
    scan: Scan
    words: Vocabulary
    where: str

    def column(self) -> Column:
        block = self.block
        relative = block.factor is not None
        spread: Mapping[str, Any] = block.factor if block.factor is not None else block.as_dict()
        if relative and not {"values", "range", "log", "n"}.isdisjoint(block.as_dict()):
            raise ProtocolError(f"{self.where}: 'factor' holds values, range, log and n itself; move them in")
        kinds = [name for name in ("values", "range", "log") if spread.get(name) is not None]
        if len(kinds) != 1:
            raise ProtocolError(
                f"{self.where}: expected one of values, range and log, found {' and '.join(kinds) or 'none'}"
            )
        kind, n = kinds[0], spread.get("n")
        by_itself = self.scan.sample is not None and kind != "values" and n is None
        drawn = by_itself if block.sample is None else block.sample
        self._check_drawn(drawn, n, kind)
        read = self._factor if relative else self._reader()
        if kind == "values":
            return self._listed(
                [read(value) for value in spread["values"]], spread["values"], drawn, relative
            )
        low, high = (self._end(read(end), kind) for end in spread[kind])
        if not low < high:
            raise ProtocolError(f"{self.where}: {kind}: expected the lower end first, found {spread[kind]!r}")
        return Column(
            target=self._resolved(),
            relative=relative,
            ends=(low, high),
            log=kind == "log",
            n=None if drawn else n,
            zip=block.zip,
            unit="" if relative else self._unit(),
        )

    def _check_drawn(self, drawn: bool, n: int | None, kind: str) -> None:
        if drawn and self.scan.sample is None:
            raise ProtocolError(f"{self.where}: is to be drawn, but the scan has no 'sample' and 'n'")
        if drawn and self.block.zip is not None:
            raise ProtocolError(f"{self.where}: drawn blocks go together anyway; leave out 'zip'")
        if drawn and n is not None:
            raise ProtocolError(f"{self.where}: a drawn block has the scan's 'n'; leave out its own")
        if kind == "values" and n is not None:
            raise ProtocolError(f"{self.where}: 'n' belongs to range and log; values are as many as they are")
        if kind != "values" and not drawn and n is None:
            raise ProtocolError(f"{self.where}: {kind} needs 'n' values (or the scan a 'sample')")
        if n is not None and n > MOST_VALUES:
            raise ProtocolError(f"{self.where}: n: at most {MOST_VALUES}, found {n}")

    def _listed(self, values: list[Any], given: Sequence[Any], drawn: bool, relative: bool) -> Column:
        # A dose without a schedule is a number on an axis.
        if all(isinstance(value, Dose) and value.hold_s is None for value in values):
            values = [value.nM for value in values]
        common: dict[str, Any] = {
            "target": self._resolved(),
            "n": None if drawn else len(values),
            "zip": self.block.zip,
        }
        numbers = all(isinstance(value, float) for value in values)
        labels = values if numbers else [_label(value, raw) for value, raw in zip(values, given, strict=True)]
        # Zipped blocks may repeat a value beside different ones of the others.
        if self.block.zip is None and len(set(labels)) < len(labels):
            twice = next(raw for i, raw in enumerate(given) if labels[i] in labels[:i])
            raise ProtocolError(f"{self.where}: the value {twice!r} stands twice")
        if numbers:
            unit = "" if relative else self._unit()
            return Column(**common, relative=relative, numbers=tuple(values), unit=unit)
        return Column(**common, choices=tuple(values), labels=tuple(labels))

    def _end(self, value: Any, kind: str) -> float:
        if isinstance(value, Dose) and value.hold_s is None:
            value = value.nM
        if not isinstance(value, float):
            raise ProtocolError(f"{self.where}: has no {kind}; list its values")
        if kind == "log" and not value > 0:
            raise ProtocolError(f"{self.where}: log: expected ends > 0, found {value:g}")
        return value

    def _factor(self, value: Any) -> float:
        if self.target.kind not in RELATIVE:
            raise ProtocolError(f"{self.where}: cannot be a factor; only {', '.join(RELATIVE)} can")
        if isinstance(value, (str, bool)) or not (math.isfinite(value) and value >= 0):
            raise ProtocolError(f"{self.where}: factor: expected numbers >= 0, found {value!r}")
        if self.target.kind == "drug" and not isinstance(self._fixed_dose(), Dose):
            raise ProtocolError(
                f"{self.where}: a factor needs a concentration to multiply; add it to [condition] drugs"
            )
        # A wrong name shows here too.
        if self.target.kind != "drug":
            self._reader()(0.0 if self.target.kind == "input" else 1.0)
        return float(value)

    def _fixed_dose(self) -> AnyDose | None:
        where, wanted = f"{self.scan.where}: condition.drugs", self._resolved().name
        for name, dose in self.scan.condition.get("drugs", {}).items():
            if self.words.drug(name, where=where) == wanted:
                return self.words.dose(dose, where=where)
        return None

    def _reader(self) -> Callable[[Any], Any]:
        words, name, where = self.words, self.target.name, self.where
        if self.target.kind == "choice":
            return {"variant": self._variant, "context": self._context, "drug": self._drugs}[name]
        readers: dict[str, Callable[[Any], Any]] = {
            "drug": lambda value: words.dose(value, where=where),
            "parameter": lambda value: words.parameter(name, value, where=where),
            "amount": lambda value: words.amount(name, value, where=where),
            "input": lambda value: words.input(name, value, where=where),
            "schedule": self._time,
            "module": self._switch,
            "method": self._option,
        }
        return readers[self.target.kind]

    def _resolved(self) -> Target:
        target = self.target
        if target.kind in ("drug", "schedule"):
            return Target(
                target.text, target.kind, self.words.drug(target.name, where=self.where), target.part
            )
        return target

    def _unit(self) -> str:
        name, network = self.target.name, self.words.treated
        units = {"drug": "nM", "amount": "molecule", "schedule": "s"}
        if self.target.kind == "parameter":
            return network.parameters[name].unit
        if self.target.kind == "input":
            return network.inputs[name].unit
        return units.get(self.target.kind, "")

    def _variant(self, value: Any) -> str:
        known = ["wild_type", *(variants(self._shipped()) if self._shipped() else ())]
        if value not in known:
            raise ProtocolError(f"{self.where}: {unknown_name('variant', str(value), known)}")
        return str(value)

    def _context(self, value: Any) -> str:
        known = contexts(self._shipped()) if self._shipped() else ()
        if value not in known:
            raise ProtocolError(f"{self.where}: {unknown_name('context', str(value), known)}")
        return str(value)

    def _shipped(self) -> str | None:
        model = self.words.network.model
        return model if model in model_names() else None

    def _drugs(self, value: Any) -> dict[str, AnyDose]:
        if not isinstance(value, str):
            raise ProtocolError(f"{self.where}: expected text such as 'everolimus 20 nM', found {value!r}")
        return self.words.given(value, where=self.where)

    def _time(self, value: Any) -> float:
        time = self.words.time(value, where=self.where)
        if time < 0 or (self.target.part != "start" and not time > 0):
            raise ProtocolError(
                f"{self.where}: expected a time {'>= 0' if time < 0 else '> 0'}, found {value!r}"
            )
        return time

    def _switch(self, value: Any) -> bool:
        model = self._shipped()
        known = load_knowledge(model).modules if model else {}
        if self.target.name not in known:
            raise ProtocolError(f"{self.where}: {unknown_name('module', self.target.name, known)}")
        if not isinstance(value, bool):
            raise ProtocolError(f"{self.where}: expected true (on) or false (off), found {value!r}")
        return value

    def _option(self, value: Any) -> float | str:
        return value if isinstance(value, str) else float(value)


def _label(value: Any, raw: Any) -> str | bool:
    if isinstance(value, (bool, str)):
        return value
    return str(raw) if isinstance(value, dict) else str(value)


def _check_zips(columns: list[Column], scan: Scan) -> None:
    lengths: dict[str, tuple[str, int | None]] = {}
    for column in columns:
        if column.zip is None:
            continue
        first, n = lengths.setdefault(column.zip, (column.target.text, column.n))
        if n != column.n:
            raise ProtocolError(
                f"{scan.where}: zip {column.zip!r}: {first!r} has {n} values, "
                f"{column.target.text!r} has {column.n}"
            )
