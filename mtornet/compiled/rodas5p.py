"""Coefficients of Rodas5P, a Rosenbrock method of order 5 with an interpolant of order 4.

Steinebach 2023, BIT Numerical Mathematics 63:27, doi:10.1007/s10543-023-00967-x. Eight stages, stiffly
accurate, L-stable. The numbers are those that Steinebach contributed to OrdinaryDiffEq.jl; the tests
do not trust them but check all 17 order conditions, those of the embedded method and those of the
interpolant.

The method is written in the form that needs no product with the Jacobian (Hairer and Wanner 1996,
section IV.7): with ``W = 1/(h gamma) - J``,

    W k_s = f(y + sum_j A[s, j] k_j) + 1/h sum_j C[s, j] k_j,     y1 = y + sum_j B[j] k_j.

The last stage ``k_8`` is the difference to the embedded solution of order 4: the error estimate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STAGES = 8
ORDER = 5
GAMMA = 0.21193756319429014

_A6 = (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946)

_A: tuple[tuple[float, ...], ...] = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    _A6,
    # Stiffly accurate: each of the last stages starts where the one before ended.
    (*_A6, 1.0),
    (*_A6, 1.0, 1.0),
)

_C: tuple[tuple[float, ...], ...] = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ),
    (
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ),
)

_H: tuple[tuple[float, ...], ...] = (
    (
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ),
    (
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ),
    (
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ),
)


def _square(rows: tuple[tuple[float, ...], ...]) -> FloatArray:
    matrix = np.zeros((len(rows), STAGES))
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    matrix.setflags(write=False)
    return matrix


A: FloatArray = _square(_A)
"""(8, 8) weights of earlier stages in the argument of a stage."""

C: FloatArray = _square(_C)
"""(8, 8) weights of earlier stages, over the step, in the right-hand side of a stage."""

B: FloatArray = _square(((*_A6, 1.0, 1.0, 1.0),))[0]
"""(8,) weights of the solution."""

_GAMMAS = np.linalg.inv(np.eye(STAGES) / GAMMA - C)

# The last stages look at the end of the step; what differs from that is rounding.
NODES: FloatArray = np.append((A @ _GAMMAS)[:5].sum(axis=1), np.ones(3))
"""(8,) parts of the step at which stages look at the time."""

SLOPES: FloatArray = np.append(_GAMMAS[:5].sum(axis=1), np.zeros(3))
"""(8,) weights, times the step, of df/dt in the right-hand side of a stage."""

H: FloatArray = _square(_H)
"""(3, 8) weights of the interpolant.

``y(q) = (1 - q) y0 + q (y1 + (1 - q) (D0 + q (D1 + q D2)))`` with ``D = H k`` and ``q`` from 0 to 1.
"""
