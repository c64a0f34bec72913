"""``exposure``: what a schedule of doses makes of a drug in blood, plasma and plasma water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ProtocolError
from mtornet.experiment.clinical import ClinicalDose, parse_clinical
from mtornet.experiment.drug import find_drug
from mtornet.experiment.pk.binding import free_nM, plasma, whole_blood
from mtornet.experiment.pk.course import spans
from mtornet.experiment.pk.free_course import memory_s
from mtornet.experiment.pk.library import pk_model, pk_models
from mtornet.experiment.pk.model import PkModel
from mtornet.units import time_in_seconds

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """Concentrations over time after doses to a typical patient."""

    drug: str
    dose: ClinicalDose
    pk: PkModel
    times: FloatArray
    """(n,) seconds since the first dose, ascending."""
    total_ng_mL: FloatArray
    """(n,) in what the PK model counts in, see ``pk.matrix``."""
    cycle_s: float
    """The last stretch of time that peak, trough and mean are taken over, in seconds."""

    @property
    def free_nM(self) -> FloatArray:
        """(n,) in plasma water: what cells meet."""
        return free_nM(self.pk, self.total_ng_mL * 1e-3)

    @property
    def plasma_nM(self) -> FloatArray:
        """(n,) total in plasma."""
        return plasma(self.pk, self.total_ng_mL * 1e-3) * (1e6 / self.pk["molar_mass"])

    @property
    def plasma_ng_mL(self) -> FloatArray:
        """(n,) total in plasma."""
        return plasma(self.pk, self.total_ng_mL * 1e-3) * 1e3

    @property
    def whole_blood_ng_mL(self) -> FloatArray | None:
        """(n,) total in whole blood; None if the PK model does not know erythrocytes."""
        blood = whole_blood(self.pk, self.total_ng_mL * 1e-3)
        return None if blood is None else blood * 1e3

    def peak(self, values: FloatArray) -> float:
        """Return the highest of ``values`` in the last cycle."""
        return float(values[self._last].max())

    def trough(self, values: FloatArray) -> float:
        """Return the last of ``values``."""
        return float(values[-1])

    def average(self, values: FloatArray) -> float:
        """Return the mean of ``values`` over the last cycle."""
        times = self.times[self._last]
        return float(np.trapezoid(values[self._last], times) / (times[-1] - times[0]))

    @property
    def _last(self) -> slice:
        begin = self.times[-1] - self.cycle_s * (1.0 + 1e-9)
        return slice(int(np.searchsorted(self.times, begin)), None)


def exposure(
    drug: str, dose: str | ClinicalDose, *, duration: float | str | None = None, model: str = "mtor"
) -> Exposure:
    """Return the concentrations that a dose in mg makes in a typical patient.

    Parameters
    ----------
    drug
        Id or alias; also a drug that has a PK model but acts on nothing in the network.
    dose
        For example ``"10 mg QD"``, ``"50 mg QW at steady state"``.
    duration
        How long to look, from the first dose. One cycle at steady state if not given, otherwise four weeks.

    Raises
    ------
    ProtocolError
        If the dose cannot be read, or the drug has no PK model.

    Examples
    --------
    >>> import mtornet as mt
    >>> daily = mt.exposure("everolimus", "10 mg QD at steady state")
    >>> round(daily.average(daily.free_nM), 2)
    1.28
    """
    given = parse_clinical(dose, what=f"dose of {drug}") if isinstance(dose, str) else dose
    name = drug if drug in pk_models(model) else find_drug(model, drug).id
    body = pk_model(model, name, given.pk)
    cycle = given.cycle_s
    if duration is not None:
        end = time_in_seconds(duration, what="duration")
    else:
        end = cycle if given.at_steady_state and cycle is not None else 28 * 86400.0
    if not end > 0:
        raise ProtocolError(f"duration: expected a time > 0, got {duration!r}")
    doses = given.administrations(0.0, end, memory_s=memory_s(body))
    found = spans(body, doses, start=0.0, end=end)
    return Exposure(
        drug=name,
        dose=given,
        pk=body,
        times=np.concatenate([span.times for span in found]),
        total_ng_mL=np.concatenate([span.concentration for span in found]) * 1e3,
        cycle_s=end if cycle is None else min(cycle, end),
    )
