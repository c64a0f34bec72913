"""Units between our text (``1/(molecule*s)``) and SBML's unit definitions."""

from __future__ import annotations

import math
import re
from typing import Any

from mtornet.errors import UnitError
from mtornet.sbml.annotation import Details, details_of
from mtornet.sbml.library import load_libsbml
from mtornet.units import Unit, parse_unit

_KINDS = {"molecule": "item", "s": "second", "L": "litre", "mol": "mole"}
_BASES = {kind: base for base, kind in _KINDS.items()}
_BUILT_IN: dict[tuple[tuple[str, int], ...], str] = {
    (): "dimensionless",
    **{((base, 1),): kind for base, kind in _KINDS.items()},
}
# Texts tried for a unit that some other tool wrote, simplest first.
_NAMES = ("nM", "uM", "mM", "pM", "M", "min", "h", "d")
_SPELLINGS = (
    *(
        form.format(name)
        for name in _NAMES
        for form in ("{}", "1/{}", "1/({}*s)", "{}/s", "molecule/({}*L)", "molecule/{}")
    ),
    *(f"molecule/({name}*s)" for name in _NAMES[:4]),
)


class UnitDefinitions:
    """Writes unit definitions into a model, each once, in the order of first use."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._ids: dict[Unit, str] = {}

    def id_of(self, text: str) -> str:
        """Return the id that stands for a unit, or an empty string for no unit."""
        return self.id_of_unit(parse_unit(text), text) if text else ""

    def id_of_unit(self, unit: Unit, text: str = "") -> str:
        """Return the id that stands for a unit; ``text`` is how it is spelled if it is new."""
        if unit.factor == 1.0 and unit.dimension in _BUILT_IN:
            return _BUILT_IN[unit.dimension]
        if unit not in self._ids:
            self._ids[unit] = self._define(unit, text or str(unit))
        return self._ids[unit]

    def _define(self, unit: Unit, text: str) -> str:
        libsbml = load_libsbml()

        definition = self._model.createUnitDefinition()
        unit_id = base = _identifier(text)
        number = 2
        while unit_id in self._ids.values():
            unit_id, number = f"{base}_{number}", number + 1
        definition.setId(unit_id)
        definition.setName(text)
        factor = unit.factor
        # The factor goes where it reads best: nM is nano-mole per litre, not 1e-9 of mole per litre.
        carrier = next(
            (b for b, p in unit.dimension if p == 1), next((b for b, p in unit.dimension if p == -1), "")
        )
        for base_name, power in unit.dimension:
            multiplier = (factor if power > 0 else 1.0 / factor) if base_name == carrier else 1.0
            _add(definition, libsbml.UnitKind_forName(_KINDS[base_name]), power, multiplier)
        if not carrier and factor != 1.0:
            _add(definition, libsbml.UNIT_KIND_DIMENSIONLESS, 1, factor)
        return unit_id


def _add(definition: Any, kind: int, power: int, multiplier: float) -> None:
    unit = definition.createUnit()
    unit.setKind(kind)
    unit.setExponent(power)
    multiplier = float(f"{multiplier:.12g}")
    scale = round(math.log10(multiplier))
    whole = multiplier == float(f"1e{scale}")
    unit.setScale(scale if whole else 0)
    unit.setMultiplier(1.0 if whole else multiplier)


def _identifier(text: str) -> str:
    words = text.replace("1/", "per_", 1) if text.startswith("1/") else text.replace("/", "_per_", 1)
    words = re.sub(r"[^A-Za-z0-9_]+", "_", words.replace("^", "").replace("(", "").replace(")", ""))
    return words.strip("_") if words[:1].isalpha() else f"unit_{words.strip('_')}"


def unit_of_definition(definition: Any) -> Unit | None:
    """Return the unit that a libSBML unit definition means, ``None`` for one we have no word for."""
    libsbml = load_libsbml()

    total = Unit()
    for part in definition.getListOfUnits():
        kind = libsbml.UnitKind_toString(part.getKind())
        exponent = part.getExponentAsDouble()
        if (
            not exponent.is_integer()
            or abs(exponent) > 20
            or (kind not in _BASES and kind != "dimensionless")
        ):
            return None
        base = Unit() if kind == "dimensionless" else Unit(1.0, ((_BASES[kind], 1),))
        factor = part.getMultiplier() * 10.0 ** part.getScale()
        if not (math.isfinite(factor) and factor > 0):
            return None
        total = total * (Unit(factor) * base) ** int(exponent)
    return total


def text_of_unit(unit: Unit | None) -> str:
    """Return a text that :func:`parse_unit` reads as this unit, or an empty string."""
    if unit is None:
        return ""
    if unit.factor == 1.0:
        return str(unit)
    return next((text for text in _SPELLINGS if parse_unit(text).same_as(unit)), "")


def same_unit(text: str, unit: Unit | None) -> bool:
    """Tell whether a unit's text means ``unit``."""
    try:
        return unit is not None and parse_unit(text).same_as(unit)
    except UnitError:
        return False


class UnitReader:
    """The units of one model, as our text; none of them if the file does not count molecules and seconds."""

    def __init__(self, model: Any, *, wanted: bool) -> None:
        self._wanted = wanted and counts_items_per_second(model)
        self._ours = details_of(model).kind == "model"
        self._units = {d.getId(): unit_of_definition(d) for d in model.getListOfUnitDefinitions()}

    @property
    def stated(self) -> bool:
        """Whether units are read at all."""
        return self._wanted

    @property
    def volume(self) -> str:
        """The unit of a size that says nothing else."""
        return "L" if self._wanted else ""

    @property
    def amount(self) -> str:
        """The unit of an amount."""
        return "molecule" if self._wanted else ""

    def text(self, element: Any, details: Details) -> str:
        """Return the unit's text, in our own spelling where that means the same."""
        if not hasattr(element, "getUnits") or not (self._wanted or self._ours):
            return ""
        name = element.getUnits()
        unit = self._units[name] if name in self._units else _built_in(name)
        ours = details.text("unit")
        return ours if ours and same_unit(ours, unit) else text_of_unit(unit)


def _built_in(name: str) -> Unit | None:
    if name == "dimensionless":
        return Unit()
    return Unit(1.0, ((_BASES[name], 1),)) if name in _BASES else None


def counts_items_per_second(model: Any) -> bool:
    """Tell whether amounts are molecules and times are seconds."""
    units = {d.getId(): unit_of_definition(d) for d in model.getListOfUnitDefinitions()}
    if model.getLevel() > 2:
        substance, time = model.getExtentUnits() or model.getSubstanceUnits(), model.getTimeUnits()
    else:
        # Level 2 has predefined ids that a file may define anew; the defaults are mole and second.
        substance, time = "substance", "time"
        units = {"substance": _built_in("mole"), "time": _built_in("second"), **units}
    found = [units[name] if name in units else _built_in(name) for name in (substance, time)]
    return found == [_built_in("item"), _built_in("second")]
