"""A drug in the body: the constants of a compartment model, as the tables give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mtornet.errors import ModelError
from mtornet.provenance import Provenance

UNITS: dict[str, str] = {
    "molar_mass": "g/mol",
    "fraction_unbound": "1",
    "haematocrit": "1",
    "blood_to_plasma": "1",
    "erythrocyte_capacity": "mg/L",
    "erythrocyte_constant": "mg/L",
    "erythrocyte_partition": "1",
    "clearance": "L/s",
    "intrinsic_clearance": "L/s",
    "hepatic_flow": "L/s",
    "inhibition": "1",
    "inhibition_reference_dose": "mg",
    "inhibition_dose_slope": "1/mg",
    "inhibition_half_time": "s",
    "inhibition_hill": "1",
    "central_volume": "L",
    "peripheral_volume": "L",
    "peripheral_flow": "L/s",
    "second_peripheral_volume": "L",
    "second_peripheral_flow": "L/s",
    "absorption_rate": "1/s",
    "absorption_lag": "s",
    "absorption_maximum": "mg/s",
    "absorption_constant": "mg",
    "transit_time": "s",
    "transit_compartments": "1",
    "first_order_fraction": "1",
    "zero_order_duration": "s",
}
"""Parameters that a PK model may have, in the units they are counted in here: seconds, litres, milligrams."""

_TOGETHER = (
    ("intrinsic_clearance", "hepatic_flow", "fraction_unbound", "haematocrit"),
    ("inhibition", "inhibition_reference_dose", "inhibition_dose_slope"),
    ("inhibition", "inhibition_half_time", "inhibition_hill"),
    ("peripheral_volume", "peripheral_flow"),
    ("second_peripheral_volume", "second_peripheral_flow", "peripheral_volume"),
    ("absorption_maximum", "absorption_constant"),
    ("transit_time", "transit_compartments"),
    ("first_order_fraction", "zero_order_duration", "absorption_rate"),
    ("erythrocyte_capacity", "erythrocyte_constant", "erythrocyte_partition", "haematocrit"),
)
"""The first of these needs the others."""

_ABSORPTION = ("absorption_rate", "absorption_maximum", "transit_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class PkModel:
    """Parameters of one model of one drug, in seconds, litres and milligrams.

    Raises
    ------
    ModelError
        If what stands there is no complete model.
    """

    drug: str
    name: str
    matrix: str
    """What its concentration is one of: ``plasma`` or ``whole_blood``."""
    values: Mapping[str, float]
    variation: Mapping[str, float]
    """Coefficient of variation between patients by parameter, where it was published."""
    population: str
    provenance: Mapping[str, Provenance]

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ModelError(f"{self.where}: PK model {self.name!r} of {self.drug!r}: {problem}")

    def _problems(self) -> list[str]:
        has, problems = self.values, []
        if self.matrix not in ("plasma", "whole_blood"):
            problems.append("matrix is empty; expected plasma or whole_blood")
        problems += [f"{name} is missing" for name in ("molar_mass", "central_volume") if name not in has]
        if ("clearance" in has) == ("intrinsic_clearance" in has):
            problems.append("expected either clearance or intrinsic_clearance")
        for first, *others in _TOGETHER:
            problems += [f"{first} needs {name}" for name in others if first in has and name not in has]
        if sum(name in has for name in _ABSORPTION) > 1:
            problems.append(f"expected one of {', '.join(_ABSORPTION)}, or none for an infusion")
        if self.matrix == "whole_blood" and not {"blood_to_plasma", "erythrocyte_capacity"} & set(has):
            problems.append("whole blood needs blood_to_plasma or erythrocyte_capacity")
        for name, value in has.items():
            if name != "inhibition_dose_slope" and not value > 0:
                problems.append(f"{name} must be > 0, found {value:g}")
            elif UNITS[name] == "1" and name in _FRACTIONS and value > 1:
                problems.append(f"{name} must be at most 1, found {value:g}")
        return problems

    @property
    def where(self) -> str:
        """``file:line`` of its first row."""
        return next((p.where for p in self.provenance.values() if p.where), "pk")

    @property
    def is_oral(self) -> bool:
        """Whether doses are swallowed; otherwise they go into a vein."""
        return any(name in self.values for name in _ABSORPTION)

    @property
    def is_linear(self) -> bool:
        """Whether twice the dose gives twice the amount in the body at every time."""
        return "absorption_maximum" not in self.values and "inhibition" not in self.values

    def __getitem__(self, name: str) -> float:
        return self.values[name]


_FRACTIONS = ("fraction_unbound", "haematocrit", "first_order_fraction", "inhibition")
