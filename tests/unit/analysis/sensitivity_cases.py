"""Test functions with known indices, on the unit cube."""

import numpy as np

ISHIGAMI_A, ISHIGAMI_B = 7.0, 0.1


def ishigami(places):
    x = np.pi * (2.0 * places - 1.0)
    return np.sin(x[:, 0]) * (1.0 + ISHIGAMI_B * x[:, 2] ** 4) + ISHIGAMI_A * np.sin(x[:, 1]) ** 2


def ishigami_indices():
    """Ishigami and Homma 1990: first-order and total indices from the partial variances."""
    a, b = ISHIGAMI_A, ISHIGAMI_B
    first = np.array([0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2, a**2 / 8.0, 0.0])
    together = 8.0 * b**2 * np.pi**8 / 225.0
    total = first + np.array([together, 0.0, together])
    variance = first.sum() + together
    return first / variance, total / variance


G = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def g_function(places):
    return np.prod((np.abs(4.0 * places - 2.0) + G) / (1.0 + G), axis=1)


def g_indices():
    """Saltelli and Sobol 1995: a factor's partial variance is 1/(3 (1 + a)^2), others multiply 1 + it."""
    part = 1.0 / (3.0 * (1.0 + G) ** 2)
    variance = np.prod(1.0 + part) - 1.0
    return part / variance, part * np.prod(1.0 + part) / (1.0 + part) / variance
