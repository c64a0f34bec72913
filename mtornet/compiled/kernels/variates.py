"""Exponential, Poisson, normal, gamma and beta variates from the trajectory's own stream."""

import math

import numpy as np
from numba import njit, uint64

from mtornet.compiled.kernels.random import next_word, uniform, uniform_positive


def _exponential_layers():
    """Edges of 256 layers of equal area under exp(-x), ratios of neighbours, and exp(-x) at the edges."""
    n, edge, area = 256, 7.69711747013104972, 3.9496598225815571993e-3
    edges = np.empty(n + 1)
    edges[0], edges[1], edges[n] = area / math.exp(-edge), edge, 0.0
    for i in range(2, n):
        edges[i] = -math.log(area / edges[i - 1] + math.exp(-edges[i - 1]))
    return edges, edges[1:] / edges[:-1], np.array([math.exp(-edge) for edge in edges])


_EXP_EDGES, _EXP_RATIOS, _EXP_DENSITIES = _exponential_layers()
_EXP_TAIL = _EXP_EDGES[1]


@njit(cache=True, inline="always")
def exponential(s0, s1, s2, s3):
    """Draw an exponential variate of mean 1 (ziggurat of Marsaglia and Tsang 2000)."""
    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    # The layer and the place within it come from different bits.
    layer = np.uint64(word & uint64(255))
    u = uniform(word)
    if u < _EXP_RATIOS[layer]:
        return u * _EXP_EDGES[layer], s0, s1, s2, s3
    return _exponential_beyond(layer, u, s0, s1, s2, s3)


@njit(cache=True)
def _exponential_beyond(layer, u, s0, s1, s2, s3):
    passed = 0.0
    while not (u < _EXP_RATIOS[layer]):
        if layer == 0:
            # Beyond the last edge the law starts anew.
            passed += _EXP_TAIL
        else:
            x = u * _EXP_EDGES[layer]
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            below, above = _EXP_DENSITIES[layer], _EXP_DENSITIES[layer + np.uint64(1)]
            if below + uniform(word) * (above - below) < math.exp(-x):
                return passed + x, s0, s1, s2, s3
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        layer = np.uint64(word & uint64(255))
        u = uniform(word)
    return passed + u * _EXP_EDGES[layer], s0, s1, s2, s3


@njit(cache=True)
def poisson(mean, s0, s1, s2, s3):
    """Draw a Poisson variate: products of uniforms below 10, PTRS (Hörmann 1993) above."""
    if mean < 10.0:
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        product = uniform_positive(word)
        # Not above exp(-mean) either, which is then not needed.
        if product <= 1.0 - mean:
            return 0, s0, s1, s2, s3
        limit = math.exp(-mean)
        k = 0
        while product > limit:
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            product *= uniform_positive(word)
            k += 1
        return k, s0, s1, s2, s3
    root = math.sqrt(mean)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    log_mean = math.log(mean)
    while True:
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        u = uniform(word) - 0.5
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        v = uniform_positive(word)
        us = 0.5 - abs(u)
        if us <= 0.0:
            continue
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= v_r:
            return int(k), s0, s1, s2, s3
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if left <= k * log_mean - mean - math.lgamma(k + 1.0):
            return int(k), s0, s1, s2, s3


def _normal_layers():
    """Edges of 128 layers of equal area under the normal density, and ratios of neighbours."""
    n, edge, area = 128, 3.442619855899, 9.91256303526217e-3
    edges = np.empty(n + 1)
    density = math.exp(-0.5 * edge * edge)
    edges[0], edges[1], edges[n] = area / density, edge, 0.0
    for i in range(2, n):
        edges[i] = math.sqrt(-2.0 * math.log(area / edges[i - 1] + density))
        density = math.exp(-0.5 * edges[i] * edges[i])
    return edges, edges[1:] / edges[:-1]


_EDGES, _RATIOS = _normal_layers()
_TAIL = _EDGES[1]


@njit(cache=True)
def normal(s0, s1, s2, s3):
    """Draw a normal variate (ziggurat of Marsaglia and Tsang 2000, as corrected by Doornik 2005)."""
    while True:
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        # The layer and the place within it come from different bits.
        i = int(word & uint64(127))
        u = 2.0 * uniform(word) - 1.0
        if abs(u) < _RATIOS[i]:
            return u * _EDGES[i], s0, s1, s2, s3
        if i == 0:
            while True:
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                x = -math.log(uniform_positive(word)) / _TAIL
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                y = -math.log(uniform_positive(word))
                if y + y >= x * x:
                    return math.copysign(_TAIL + x, u), s0, s1, s2, s3
        x = u * _EDGES[i]
        above = math.exp(-0.5 * (_EDGES[i] * _EDGES[i] - x * x))
        below = math.exp(-0.5 * (_EDGES[i + 1] * _EDGES[i + 1] - x * x))
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if below + uniform(word) * (above - below) < 1.0:
            return x, s0, s1, s2, s3


@njit(cache=True)
def gamma(shape, s0, s1, s2, s3):
    """Draw a gamma variate of unit scale for a shape >= 1 (Marsaglia and Tsang 2000)."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        z, s0, s1, s2, s3 = normal(s0, s1, s2, s3)
        v = 1.0 + c * z
        if v <= 0.0:
            continue
        v = v * v * v
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if math.log(uniform_positive(word)) < 0.5 * z * z + d - d * v + d * math.log(v):
            return d * v, s0, s1, s2, s3


@njit(cache=True)
def order_statistic(k, n, s0, s1, s2, s3):
    """Draw the ``k``-th smallest of ``n`` uniforms on [0, 1): a Beta(k, n - k + 1) variate."""
    first, s0, s1, s2, s3 = gamma(float(k), s0, s1, s2, s3)
    second, s0, s1, s2, s3 = gamma(float(n - k + 1), s0, s1, s2, s3)
    return first / (first + second), s0, s1, s2, s3


# Up to so many trials one by one cost less than a beta variate.
_FEW_TRIALS = 12


@njit(cache=True)
def binomial(n, p, s0, s1, s2, s3):
    """Draw how many of ``n`` uniforms on [0, 1) are below ``p``, by their medians (Relles 1972)."""
    count = 0
    while n > _FEW_TRIALS:
        middle = (n + 1) // 2
        median, s0, s1, s2, s3 = order_statistic(middle, n, s0, s1, s2, s3)
        if median < p:
            count += middle
            n -= middle
            p = (p - median) / (1.0 - median)
        else:
            n = middle - 1
            p = p / median
    for _ in range(n):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if uniform(word) < p:
            count += 1
    return count, s0, s1, s2, s3
