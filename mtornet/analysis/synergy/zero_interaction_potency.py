"""ZIP: neither drug changes the other's potency (EC50) or slope."""

from __future__ import annotations

import numpy as np

from mtornet.analysis.synergy.curves import fit_curves
from mtornet.analysis.synergy.reference import FloatArray, Reference

SOURCE = "Yadav 2015, Comput Struct Biotechnol J 13:504"


def surfaces(
    doses_a: FloatArray, doses_b: FloatArray, responses: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the product of the fitted single curves and the surface fitted to the combinations.

    Each row of the matrix gets a curve of drug b that starts where drug a alone stands, each column
    one of drug a that starts where b stands; the fitted surface is the mean of both.
    """
    n, n_a, n_b = responses.shape
    start = responses[:, 0, 0]
    alone_a = fit_curves(doses_a, responses[:, :, 0], start).at(doses_a)
    alone_b = fit_curves(doses_b, responses[:, 0, :], start).at(doses_b)
    along_b = fit_curves(doses_b, responses.reshape(n * n_a, n_b), alone_a.ravel()).at(doses_b)
    columns = responses.transpose(0, 2, 1).reshape(n * n_b, n_a)
    along_a = fit_curves(doses_a, columns, alone_b.ravel()).at(doses_a)
    fitted = 0.5 * (along_b.reshape(n, n_a, n_b) + along_a.reshape(n, n_b, n_a).transpose(0, 2, 1))
    expected = alone_a[:, :, None] * alone_b[:, None, :] / start[:, None, None]
    return np.asarray(expected), np.asarray(fitted)


REFERENCE = Reference(name="zip", label="ZIP", source=SOURCE, surfaces=surfaces)
