"""Random streams by meaning: the same seed, condition and cell give the same numbers, always.

Order, threads, chunks and other conditions do not matter, so a result can be repeated, resumed
and extended.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b


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
