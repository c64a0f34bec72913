"""Random streams by meaning: the same seed, condition and cell give the same numbers, always.

Order, threads, chunks and other conditions do not matter, so a result can be repeated, resumed
and extended.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def stream_key(seed: int, content: str) -> int:
    """Return the 64-bit key that all cells of one condition share.

    Parameters
    ----------
    seed
        The user's seed.
    content
        What the condition is, as text that is equal for equal conditions.
    """
    text = f"mtornet-stream-1\x1f{seed}\x1f{content}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def drawn_seed() -> int:
    """Return a fresh seed for a run that was given none; it is reported with the result."""
    return secrets.randbelow(2**31)


def uniforms(seed: int, content: str, indices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one number in (0, 1) for each index, which no other index changes.

    Notes
    -----
    SplitMix64 (Steele, Lea and Flood 2014, OOPSLA) jumps to any place of its sequence at no cost.
    """
    import numpy as np

    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        z = np.uint64(stream_key(seed, content)) + (indices.astype(np.uint64) + np.uint64(1)) * step
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    # 53 bits, at the middle of their interval: neither 0 nor 1.
    return ((z >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(seed: int, content: str, indices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one standard normal number for each index, which no other index changes."""
    import numpy as np
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, content, indices)))
