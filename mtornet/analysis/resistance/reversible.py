"""Reversible resistance: a dose that climbs for months, a holiday, and cells that switch and forget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.resistance.cells import unedited
from mtornet.analysis.resistance.dish import WeekRates, dishes, mean_course
from mtornet.analysis.resistance.rates import HOURS_PER_WEEK, GrowthRates, growth_rates
from mtornet.analysis.resistance.scan import half_dose
from mtornet.analysis.resistance.settings import Settings
from mtornet.analysis.resistance.states import SlowState
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RAMP_WEEKS = 22
"""Vandamme 2016 (PMC4800296): weeks of rising dose until the lines grew in it."""
HOLIDAY_WEEKS = 12
"""The same: 10 to 12 weeks without drug until they were sensitive again."""
FIRST_nM, LAST_nM = 1.0, 1000.0
"""From the first IC50 of the lines to the highest dose of the study."""
DOSES_nM = tuple(float(f"{10.0**k:.6g}") for k in np.arange(-4.0, 4.51, 0.5))
ASSAY_HOURS = 72.0
N_DISHES = 48
CELLS_PER_DISH = 400
_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reversal:
    """A ramp and a holiday of cells with one slow state."""

    state: SlowState
    drug: str
    weeks: FloatArray
    doses_nM: FloatArray
    """(n_weeks,) in force during the week that ends then; 0 at the start."""
    fraction_on: FloatArray
    """(n_weeks,) without chance."""
    dishes: FloatArray
    """(n_weeks, n_dishes) fraction on in dishes of cells simulated exactly."""
    ic50_nM: FloatArray
    """(n_weeks,) of growth over three days, of the mix of cells at that time."""
    table: pd.DataFrame
    """One row per week."""
    potency: pd.DataFrame
    """IC50 of growth of both states under each drug."""

    @property
    def shift_after_ramp(self) -> float:
        """IC50 at the end of the ramp over that at the start; at least this if it lies beyond the doses."""
        return float(min(self.ic50_nM[RAMP_WEEKS], DOSES_nM[-1]) / self.ic50_nM[0])

    @property
    def shift_after_holiday(self) -> float:
        """IC50 at the end of the holiday over that at the start."""
        return float(min(self.ic50_nM[-1], DOSES_nM[-1]) / self.ic50_nM[0])


def reversible_resistance(
    settings: Settings, state: SlowState, *, progress: Progress, stop: StopFlag
) -> Reversal:
    """Grow cells with a slow state under a rising dose, then without drug."""
    import pandas as pd

    growth = {
        name: _both_states(settings, state, name, progress=progress, stop=stop) for name in settings.doses
    }
    own = growth[settings.drug]
    ramp = np.exp(np.linspace(np.log(FIRST_nM), np.log(LAST_nM), RAMP_WEEKS))
    doses = np.concatenate([ramp, np.zeros(HOLIDAY_WEEKS)])
    schedule = [_week(own, state, dose) for dose in doses]
    start = state.on_rate_per_week / (state.on_rate_per_week + state.off_rate_per_week)
    on_at_start = round(CELLS_PER_DISH * start)
    fraction = mean_course((1.0 - start, start), schedule)
    counts = dishes(
        (CELLS_PER_DISH - on_at_start, on_at_start),
        schedule,
        n_dishes=N_DISHES,
        seed=settings.seed,
        jobs=settings.jobs,
        stop=stop,
    )
    total = counts.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        in_dishes = np.where(total > 0, counts[..., 1] / total, np.nan)
    ic50 = np.array([growth_ic50(own.net, share) for share in fraction])
    weeks = np.arange(doses.size + 1.0)
    in_force = np.concatenate([[0.0], doses])
    table = pd.DataFrame(
        {
            "state": state.id,
            "drug": settings.drug,
            "week": weeks,
            "dose_nM": in_force,
            "fraction_on": fraction,
            **{
                f"dishes_q{int(100 * q):02d}": np.nanquantile(in_dishes, q, axis=1) for q in (0.05, 0.5, 0.95)
            },
            "dishes_alive": np.mean(total > 0, axis=1),
            "IC50_nM": ic50,
            "IC50_shift": ic50 / ic50[0],
        }
    )
    rows = []
    for name, rates in growth.items():
        off, on = growth_ic50(rates.net, 0.0), growth_ic50(rates.net, 1.0)
        rows.append(
            {"state": state.id, "drug": name, "IC50_off_nM": off, "IC50_on_nM": on, "shift": on / off}
        )
    return Reversal(
        state=state,
        drug=settings.drug,
        weeks=weeks,
        doses_nM=in_force,
        fraction_on=fraction,
        dishes=in_dishes,
        ic50_nM=ic50,
        table=table,
        potency=pd.DataFrame(rows),
    )


def _both_states(
    settings: Settings, state: SlowState, drug: str, *, progress: Progress, stop: StopFlag
) -> GrowthRates:
    """Return rates without drug and at every dose, (1 + n_doses, 2): off and on."""
    arms = [settings.arm({}), *(settings.arm({drug: f"{dose!r} nM"}) for dose in DOSES_nM)]
    found = [
        growth_rates(
            settings, cell, [unedited()], arms, progress=progress, stop=stop, label=f"{state.id} under {drug}"
        )
        for cell in state.cells(settings.base)
    ]
    return GrowthRates(
        division=np.hstack([rates.division for rates in found]),
        death=np.hstack([rates.death for rates in found]),
    )


def _week(rates: GrowthRates, state: SlowState, dose_nM: float) -> WeekRates:
    divide, die = (_at_dose(values, dose_nM) / _S for values in (rates.division, rates.death))
    week_s = HOURS_PER_WEEK * _S
    return WeekRates(
        divide=(float(divide[0]), float(divide[1])),
        die=(float(die[0]), float(die[1])),
        switch=(state.on_rate_per_week / week_s, state.off_rate_per_week / week_s),
    )


def _at_dose(rates: FloatArray, dose_nM: float) -> FloatArray:
    """Return rates of both states at a dose, between those computed on a logarithmic axis."""
    if dose_nM == 0.0:
        return np.asarray(rates[0])
    at = np.log(dose_nM)
    return np.array([np.interp(at, np.log(DOSES_nM), rates[1:, i]) for i in range(rates.shape[1])])


def growth_ic50(net: FloatArray, fraction_on: float) -> float:
    """Return the dose that halves the growth of a mix of cells over three days, in nM.

    ``net`` holds growth per hour without drug and at every dose, (1 + n_doses, 2). Growth is the
    number of doublings of the whole dish; infinity where no dose halves it.
    """
    mix = np.array([1.0 - fraction_on, fraction_on])
    doublings = np.log2(np.exp(net * ASSAY_HOURS) @ mix)
    return float(half_dose(np.array(DOSES_nM), (doublings[1:] / doublings[0])[None])[0])
