"""Random numbers of one trajectory: xoshiro256++ (Blackman and Vigna 2021), seeded by splitmix64.

The four words of state are passed and returned, so that they stay in registers.
"""

from numba import njit, uint64

_GOLDEN = uint64(0x9E3779B97F4A7C15)
_MIX_1 = uint64(0xBF58476D1CE4E5B9)
_MIX_2 = uint64(0x94D049BB133111EB)
_2_TO_MINUS_53 = 1.0 / 9007199254740992.0


@njit(cache=True, inline="always")
def splitmix64(z):
    """Scramble one 64-bit word (Steele, Lea and Flood 2014)."""
    z = (z ^ (z >> uint64(30))) * _MIX_1
    z = (z ^ (z >> uint64(27))) * _MIX_2
    return z ^ (z >> uint64(31))


@njit(cache=True)
def seed_state(key, stream):
    """Return the four words of the stream ``stream`` of ``key``."""
    base = splitmix64(uint64(key) + _GOLDEN) ^ splitmix64(splitmix64(uint64(stream) + uint64(2) * _GOLDEN))
    s0 = splitmix64(base + _GOLDEN)
    s1 = splitmix64(base + uint64(2) * _GOLDEN)
    s2 = splitmix64(base + uint64(3) * _GOLDEN)
    s3 = splitmix64(base + uint64(4) * _GOLDEN)
    return s0, s1, s2, s3


@njit(cache=True, inline="always")
def rotate(x, k):
    """Rotate a 64-bit word left by ``k``."""
    return (x << uint64(k)) | (x >> uint64(64 - k))


@njit(cache=True, inline="always")
def next_word(s0, s1, s2, s3):
    """Return 64 random bits and the next state."""
    word = rotate(s0 + s3, 23) + s0
    t = s1 << uint64(17)
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotate(s3, 45)
    return word, s0, s1, s2, s3


@njit(cache=True, inline="always")
def uniform(word):
    """Map 64 random bits to [0, 1)."""
    return (word >> uint64(11)) * _2_TO_MINUS_53


@njit(cache=True, inline="always")
def uniform_positive(word):
    """Map 64 random bits to (0, 1], whose logarithm is finite."""
    return ((word >> uint64(11)) + uint64(1)) * _2_TO_MINUS_53
