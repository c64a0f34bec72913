"""When a point has enough cells: the interval of one mean is tight.

Looking at batches of fixed cells keeps the outcome independent of chunks and threads. Stopping when an
interval happens to look tight makes it a little too short; a batch should have a dozen cells or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mtornet.scans.outcome import Outcome
    from mtornet.scans.settings import Replicates


def enough(rule: Replicates, found: Outcome) -> bool:
    """Tell whether the mean that the rule watches is known well enough."""
    from scipy.stats import t

    n = int(found.n[0])
    if n < 2:
        return False
    if rule.feature is None:
        mean, sd = found.levels[0, rule.time, rule.readout, :2]
    else:
        mean, sd = found.feature_values[0, found.features.index(rule.feature), rule.readout, :2]
    half_width = t.ppf(0.5 + rule.confidence / 2, n - 1) * sd / np.sqrt(n)
    return bool(half_width <= rule.relative * abs(mean))
