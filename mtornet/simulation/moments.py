"""Mean, spread and quantiles over cells, gathered some cells at a time without keeping the cells."""

from __future__ import annotations

import numpy as np

from mtornet.simulation.problem import FloatArray

EXACT_CELLS = 1000
"""Up to so many cells quantiles are those of the values themselves."""

RELATIVE_WIDTH = 0.01
_LOG_WIDTH = float(np.log1p(RELATIVE_WIDTH))
_SMALLEST = 1e-3
_BINS = int(np.ceil(np.log(1e12 / _SMALLEST) / _LOG_WIDTH)) + 2


class StreamingMoments:
    """Streams values of shape (n_times, n_columns), one cell after the other.

    Mean and variance follow Welford, in the order of the cells, so that the result does not depend
    on how the work was divided. Quantiles are exact up to ``exact_cells`` cells; beyond, values are
    counted in logarithmic bins 1 % wide, and a quantile is right to half of that.

    Parameters
    ----------
    exact_cells
        Of who keeps all cells anyway: infinite.
    """

    def __init__(self, n_times: int, n_columns: int, *, exact_cells: float = EXACT_CELLS) -> None:
        self.n = 0
        self._exact_cells = exact_cells
        self._mean = np.zeros((n_times, n_columns))
        self._squares = np.zeros((n_times, n_columns))
        self._kept: list[FloatArray] | None = []
        self._bins: np.ndarray | None = None

    def add(self, values: FloatArray) -> None:
        """Take in one cell; the values must not be changed afterwards."""
        self.add_cells(values[None])

    def add_cells(self, values: FloatArray) -> None:
        """Take in cells, shape (n_cells, n_times, n_columns); the values must not be changed afterwards."""
        if not len(values):
            return
        if not self.n:
            # The rate equations add one "cell" and need no kernel for it.
            self._mean[...] = values[0]
        rest = values[1 - min(self.n, 1) :]
        if len(rest):
            from mtornet.compiled.kernels.moments import add_cells

            before = self.n + len(values) - len(rest)
            add_cells(_rows(rest), before, self._mean.ravel(), self._squares.ravel())
        self.n += len(values)
        if self._kept is not None:
            self._kept.append(values)
            if self.n > self._exact_cells:
                self._spill()
        else:
            self._count(values)

    def _spill(self) -> None:
        kept, self._kept = self._kept or [], None
        self._bins = np.zeros((*self._mean.shape, _BINS), dtype=np.uint32)
        for values in kept:
            self._count(values)

    def _count(self, values: FloatArray) -> None:
        from mtornet.compiled.kernels.moments import count_cells

        assert self._bins is not None
        count_cells(_rows(values), _SMALLEST, _LOG_WIDTH, self._bins.reshape(self._mean.size, _BINS))

    @property
    def mean(self) -> FloatArray:
        """Mean over cells, shape (n_times, n_columns); NaN without cells."""
        return self._mean.copy() if self.n else np.full_like(self._mean, np.nan)

    @property
    def sd(self) -> FloatArray:
        """Standard deviation over cells (n - 1); 0 for one cell."""
        if self.n < 2:
            return np.zeros_like(self._mean) if self.n else np.full_like(self._mean, np.nan)
        return np.sqrt(self._squares / (self.n - 1))

    def quantile(self, q: float) -> FloatArray:
        """Quantile over cells, shape (n_times, n_columns)."""
        if not self.n:
            return np.full_like(self._mean, np.nan)
        if self._kept is not None:
            return np.asarray(np.quantile(np.concatenate(self._kept), q, axis=0))
        assert self._bins is not None
        reached = np.cumsum(self._bins, axis=-1) >= q * (self.n - 1) + 1e-9
        index = np.argmax(reached, axis=-1)
        middle = _SMALLEST * np.exp((index - 0.5) * _LOG_WIDTH)
        return np.where(index == 0, 0.0, middle)


def _rows(values: FloatArray) -> FloatArray:
    return np.ascontiguousarray(values).reshape(len(values), -1)
