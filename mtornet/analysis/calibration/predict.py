"""``predict``: what the whole ensemble says of a quantity, as a band and as a share of agreeing sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.calibration.sets import ParameterSets
from mtornet.analysis.calibration.sets import ensemble as shipped
from mtornet.analysis.facts.fact import FloatArray
from mtornet.analysis.facts.panel import Panel
from mtornet.analysis.facts.statement import statement
from mtornet.errors import ProtocolError
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """One quantity over the ensemble."""

    quantity: str
    times_s: tuple[float, ...]
    """Times of the values, if the quantity is one look-up; empty otherwise."""
    best: FloatArray
    """(n_values,) with the tables' own values."""
    values: FloatArray
    """(n_sets, n_values)."""

    def quantile(self, q: float) -> FloatArray:
        """Return a quantile over the sets, shape (n_values,)."""
        return np.asarray(np.nanquantile(self.values, q, axis=0))

    def share(self, *, above: float = -np.inf, below: float = np.inf) -> float:
        """Return the share of sets in which every value lies above and below the given numbers.

        Raises
        ------
        ProtocolError
            If neither is given.
        """
        if above == -np.inf and below == np.inf:
            raise ProtocolError("share: give above, below or both")
        return float(np.mean(np.all((self.values > above) & (self.values < below), axis=1)))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per value: the tables' own, quantiles over the sets, and their number."""
        import pandas as pd

        columns: dict[str, object] = {"best": self.best, "n": len(self.values)}
        columns |= {f"q{round(100 * q):02d}": self.quantile(q) for q in QUANTILES}
        frame = pd.DataFrame(columns)
        if self.times_s:
            frame.insert(0, "time_s", list(self.times_s))
        frame.insert(0, "quantity", self.quantity)
        return frame


def predict(
    quantities: str | Sequence[str],
    *,
    arms: str,
    cells: str = "",
    ensemble: ParameterSets | None = None,
    network: ReactionNetwork | None = None,
    jobs: int = 1,
) -> tuple[Prediction, ...]:
    """Compute quantities with every parameter set that fits, by the rate equations.

    Parameters
    ----------
    quantities
        In the words of ``facts.tsv``: ``"fold(pAKT_S473, rapa, 1 h, 24 h)"``.
    arms
        Treatments by name: ``"rapa = sirolimus 20 nM"``.
    cells
        Variants, contexts and single edits, separated by commas: ``"MCF7, RICTOR x 0.2"``.
    ensemble
        The sets that come with the model if not given.
    network
        Without drugs; the shipped network of the ensemble's model if not given.

    Raises
    ------
    MtorNetError
        If a quantity or arm cannot be read, or names what the network does not hold.
    """
    sets = shipped() if ensemble is None else ensemble
    network = load_model(sets.model) if network is None else network
    texts = (quantities,) if isinstance(quantities, str) else tuple(quantities)
    asked = [statement(text, arms=arms, cells=cells, name=f"quantity {i}") for i, text in enumerate(texts)]
    panel = Panel(network, asked)
    if panel.missing:
        raise ProtocolError(next(iter(panel.missing.values())))
    best, values = panel.values(), panel.values(sets.by_name(), jobs=jobs)
    return tuple(
        Prediction(
            quantity=text,
            times_s=tuple(getattr(each.quantity, "times", ())) if best[each.id].shape[1] > 1 else (),
            best=best[each.id][0],
            values=values[each.id],
        )
        for text, each in zip(texts, asked, strict=True)
    )
