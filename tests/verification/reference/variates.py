"""Exponential, Poisson, normal, gamma and order-statistic variates, draw for draw as in the kernels."""

from __future__ import annotations

import math

from tests.verification.reference.generator import Stream


def uniform_positive(rng: Stream) -> float:
    """In (0, 1]."""
    return ((rng.word() >> 11) + 1) * 2.0**-53


def _exponential_layers() -> list[float]:
    """Edges of 256 layers of equal area under exp(-x), widest first (Marsaglia and Tsang 2000)."""
    edge, area = 7.69711747013104972, 3.9496598225815571993e-3
    edges = [area / math.exp(-edge), edge]
    while len(edges) < 256:
        edges.append(-math.log(area / edges[-1] + math.exp(-edges[-1])))
    return [*edges, 0.0]


EXPONENTIAL_EDGES = _exponential_layers()


def exponential(rng: Stream) -> float:
    """Ziggurat; beyond the last edge the law starts anew."""
    edges, passed = EXPONENTIAL_EDGES, 0.0
    while True:
        word = rng.word()
        i, u = word & 255, (word >> 11) * 2.0**-53
        if u < edges[i + 1] / edges[i]:
            return passed + u * edges[i]
        if i == 0:
            passed += edges[1]
            continue
        x = u * edges[i]
        below, above = math.exp(-edges[i]), math.exp(-edges[i + 1])
        if below + rng.uniform() * (above - below) < math.exp(-x):
            return passed + x


def poisson(mean: float, rng: Stream) -> int:
    """Products of uniforms below a mean of 10, PTRS (Hörmann 1993) above."""
    if mean < 10.0:
        limit, k, product = math.exp(-mean), -1, 1.0
        while product > limit or k < 0:
            product *= uniform_positive(rng)
            k += 1
            if mean == 0.0:
                return 0
        return k
    root = math.sqrt(mean)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = rng.uniform() - 0.5
        v = uniform_positive(rng)
        us = 0.5 - abs(u)
        if us <= 0.0:
            continue
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
        if left <= k * math.log(mean) - mean - math.lgamma(k + 1.0):
            return k


def _layers() -> list[float]:
    """Edges of 128 layers of equal area under the normal density, widest first (Marsaglia and Tsang 2000)."""
    edge, area = 3.442619855899, 9.91256303526217e-3
    density = math.exp(-0.5 * edge * edge)
    edges = [area / density, edge]
    while len(edges) < 128:
        edges.append(math.sqrt(-2.0 * math.log(area / edges[-1] + density)))
        density = math.exp(-0.5 * edges[-1] * edges[-1])
    return [*edges, 0.0]


EDGES = _layers()


def normal(rng: Stream) -> float:
    """Ziggurat; layer and place come from different bits of one word (Doornik 2005)."""
    while True:
        word = rng.word()
        i, u = word & 127, 2.0 * ((word >> 11) * 2.0**-53) - 1.0
        if abs(u) < EDGES[i + 1] / EDGES[i]:
            return u * EDGES[i]
        if i == 0:
            while True:
                x = -math.log(uniform_positive(rng)) / EDGES[1]
                y = -math.log(uniform_positive(rng))
                if y + y >= x * x:
                    return math.copysign(EDGES[1] + x, u)
        x = u * EDGES[i]
        above = math.exp(-0.5 * (EDGES[i] * EDGES[i] - x * x))
        below = math.exp(-0.5 * (EDGES[i + 1] * EDGES[i + 1] - x * x))
        if below + rng.uniform() * (above - below) < 1.0:
            return x


def gamma(shape: float, rng: Stream) -> float:
    """Marsaglia and Tsang 2000, for a shape of at least 1."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        z = normal(rng)
        v = 1.0 + c * z
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(uniform_positive(rng)) < 0.5 * z * z + d - d * v + d * math.log(v):
            return d * v


def order_statistic(k: int, n: int, rng: Stream) -> float:
    """The k-th smallest of n uniforms."""
    first = gamma(float(k), rng)
    second = gamma(float(n - k + 1), rng)
    return first / (first + second)


def binomial(n: int, p: float, rng: Stream) -> int:
    """How many of n uniforms are below p, by their medians (Relles 1972)."""
    count = 0
    while n > 12:
        middle = (n + 1) // 2
        median = order_statistic(middle, n, rng)
        if median < p:
            count, n, p = count + middle, n - middle, (p - median) / (1.0 - median)
        else:
            n, p = middle - 1, p / median
    return count + sum(rng.uniform() < p for _ in range(n))
