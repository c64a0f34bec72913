"""xoshiro256++ and splitmix64 in whole numbers of Python."""

from __future__ import annotations

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15

State = tuple[int, int, int, int]


def splitmix64(z: int) -> int:
    """Scramble one word (Steele, Lea and Flood 2014)."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def seed_state(key: int, stream: int) -> State:
    """State of the stream of one cell."""
    base = splitmix64((key + GOLDEN) & MASK) ^ splitmix64(splitmix64((stream + 2 * GOLDEN) & MASK))
    s0, s1, s2, s3 = (splitmix64((base + i * GOLDEN) & MASK) for i in range(1, 5))
    return s0, s1, s2, s3


def rotate(x: int, k: int) -> int:
    return ((x << k) | (x >> (64 - k))) & MASK


def next_word(state: State) -> tuple[int, State]:
    """64 random bits and the next state (Blackman and Vigna 2021)."""
    s0, s1, s2, s3 = state
    word = (rotate((s0 + s3) & MASK, 23) + s0) & MASK
    t = (s1 << 17) & MASK
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotate(s3, 45)
    return word, (s0, s1, s2, s3)


class Stream:
    """The random numbers of one cell."""

    def __init__(self, key: int, stream: int) -> None:
        self.state = seed_state(key, stream)

    def word(self) -> int:
        word, self.state = next_word(self.state)
        return word

    def uniform(self) -> float:
        """In [0, 1)."""
        return (self.word() >> 11) * 2.0**-53
