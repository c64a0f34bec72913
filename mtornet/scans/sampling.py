"""Points of a sample by index: any stretch of a Sobol, Latin hypercube or random sample, without the rest.

Every number depends on the seed, the sample's kind and size, the target's name and the point's index.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtornet.simulation.seeds import stream_key

FloatArray = NDArray[np.float64]
_Words = NDArray[np.uint64]

SOBOL_BITS = 30
_ROUNDS = 6


def sample_rows(kind: str, *, n: int, names: tuple[str, ...], seed: int, first: int, end: int) -> FloatArray:
    """Return points ``first`` to ``end`` of a sample of ``n``, shape (end - first, n_names), in (0, 1).

    Parameters
    ----------
    kind
        ``"sobol"`` (with a random digital shift), ``"lhs"`` (Latin hypercube) or ``"random"``.
    names
        Of the dimensions; a dimension's random numbers are its own.
    """
    keys = [stream_key(seed, f"sample\x1f{kind}\x1f{n}\x1f{name}") for name in names]
    if kind == "sobol":
        return _sobol(keys, first, end)
    if kind == "lhs":
        index = np.arange(first, end, dtype=np.uint64)
        columns = [(_shuffled(index, n, key) + _uniform(key, first, end)) / n for key in keys]
    else:
        columns = [_uniform(key, first, end) for key in keys]
    return np.stack(columns, axis=1)


def _uniform(key: int, first: int, end: int) -> FloatArray:
    # Philox counts in blocks of four numbers, so that any stretch of its stream can be had at once.
    block = first // 4
    bits = np.random.Philox(key=key, counter=block)
    return np.random.Generator(bits).random(end - 4 * block)[first - 4 * block :]


def _sobol(keys: list[int], first: int, end: int) -> FloatArray:
    from scipy.stats.qmc import Sobol

    engine = Sobol(len(keys), scramble=False, bits=SOBOL_BITS)
    # It warns of a beginning that is no power of two, which here is a part of a sample.
    n_wanted = end - first if first else 1 << (end - 1).bit_length()
    if first:
        engine.fast_forward(first)
    whole = np.rint(engine.random(n_wanted)[: end - first] * 2.0**SOBOL_BITS).astype(np.uint64)
    # A shift in binary digits keeps every property of the sequence, and takes the origin out of the corner.
    shift = np.array(keys, dtype=np.uint64) & np.uint64(2**SOBOL_BITS - 1)
    return np.asarray(((whole ^ shift).astype(np.float64) + 0.5) / 2.0**SOBOL_BITS)


def _shuffled(index: _Words, n: int, key: int) -> FloatArray:
    """Return where a random permutation of 0..n-1 puts the indices, without making the permutation.

    A Feistel network permutes the numbers below a power of four; those that leave the range are walked
    on until they come back into it.
    """
    half = max(1, ((n - 1).bit_length() + 1) // 2)
    place = _feistel(index, half, key)
    while np.any(outside := place >= n):
        place[outside] = _feistel(place[outside], half, key)
    return place.astype(np.float64)


def _feistel(words: _Words, half: int, key: int) -> _Words:
    mask, width = np.uint64(2**half - 1), np.uint64(half)
    left, right = words >> width, words & mask
    for i in range(_ROUNDS):
        left, right = right, left ^ (_mixed(right + np.uint64((key + i * 0x9E3779B97F4A7C15) % 2**64)) & mask)
    return (left << width) | right


def _mixed(words: _Words) -> _Words:
    """Return well-mixed words (the finaliser of SplitMix64, Steele et al. 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
