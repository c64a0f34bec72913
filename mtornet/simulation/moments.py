"""Mean, spread and quantiles over cells, gathered cell by cell without keeping the cells."""

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
    on how the work was divided. Quantiles are exact up to ``EXACT_CELLS`` cells; beyond, values are
    counted in logarithmic bins 1 % wide, and a quantile is right to half of that.
    """

    def __init__(self, n_times: int, n_columns: int) -> None:
        self.n = 0
        self._mean = np.zeros((n_times, n_columns))
        self._squares = np.zeros((n_times, n_columns))
        self._kept: list[FloatArray] | None = []
        self._bins: np.ndarray | None = None

    def add(self, values: FloatArray) -> None:
        """Take in one cell; the values must not be changed afterwards."""
        self.n += 1
        if self.n == 1:
            # The rate equations add one "cell" and need no kernel for it.
            self._mean[...] = values
        else:
            from mtornet.compiled.kernels.moments import add_cell

            values = np.ascontiguousarray(values)
            add_cell(values.ravel(), float(self.n), self._mean.ravel(), self._squares.ravel())
        if self._kept is not None:
            self._kept.append(values)
            if len(self._kept) > EXACT_CELLS:
                self._spill()
        else:
            self._count(values)

    def _spill(self) -> None:
        kept, self._kept = self._kept or [], None
        self._bins = np.zeros((*self._mean.shape, _BINS), dtype=np.uint32)
        for values in kept:
            self._count(values)

    def _count(self, values: FloatArray) -> None:
        from mtornet.compiled.kernels.moments import count_cell

        assert self._bins is not None
        flat = np.ascontiguousarray(values).ravel()
        count_cell(flat, _SMALLEST, _LOG_WIDTH, self._bins.reshape(flat.size, _BINS))

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
            return np.asarray(np.quantile(np.stack(self._kept), q, axis=0))
        assert self._bins is not None
        reached = np.cumsum(self._bins, axis=-1) >= q * (self.n - 1) + 1e-9
        index = np.argmax(reached, axis=-1)
        middle = _SMALLEST * np.exp((index - 0.5) * _LOG_WIDTH)
        return np.where(index == 0, 0.0, middle)
