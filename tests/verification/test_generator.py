"""Random numbers: published vectors, and the kernel against its twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mtornet.simulation.seeds import stream_key
from tests.verification.reference.generator import GOLDEN, MASK, Stream, next_word, seed_state, splitmix64

# Output from the state 1, 2, 3, 4, as published with rand_xoshiro (made with Blackman and Vigna's C code).
XOSHIRO256PP = [
    41943041,
    58720359,
    3588806011781223,
    3591011842654386,
    9228616714210784205,
    9973669472204895162,
    14011001112246962877,
    12406186145184390807,
    15849039046786891736,
    10450023813501588000,
]
# Steele, Lea and Flood's generator from the state 1234567.
SPLITMIX64 = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_twin_gives_the_published_words() -> None:
    state, words = (1, 2, 3, 4), []
    for _ in XOSHIRO256PP:
        word, state = next_word(state)
        words.append(word)
    assert words == XOSHIRO256PP
    assert [splitmix64((1234567 + i * GOLDEN) & MASK) for i in range(1, 6)] == SPLITMIX64


def test_kernel_gives_the_published_words() -> None:
    from numba import njit

    from mtornet.compiled.kernels import random as kernel

    step = njit(lambda a, b, c, d: kernel.next_word(a, b, c, d))
    mix = njit(lambda z: kernel.splitmix64(z))
    state, words = tuple(np.uint64(i) for i in (1, 2, 3, 4)), []
    for _ in XOSHIRO256PP:
        word, *state = (np.uint64(value) for value in step(*state))
        words.append(int(word))
    assert words == XOSHIRO256PP
    assert [int(mix(np.uint64((1234567 + i * GOLDEN) & MASK))) for i in range(1, 6)] == SPLITMIX64


@pytest.mark.parametrize("key", [0, 1, 12345, (1 << 64) - 1, stream_key(7, "everolimus")])
@pytest.mark.parametrize("stream", [0, 1, 99_999])
def test_kernel_seeds_like_its_twin(key: int, stream: int) -> None:
    from mtornet.compiled.kernels.random import seed_state as kernel_seed

    assert tuple(int(word) for word in kernel_seed(np.uint64(key), stream)) == seed_state(key, stream)


def test_streams_differ_and_look_random() -> None:
    firsts = {Stream(key, cell).word() for key in range(20) for cell in range(50)}
    assert len(firsts) == 1000
    # Neighbouring cells share no bits beyond chance: mean Hamming distance 32 of 64, sd 4/sqrt(n).
    words = [Stream(5, cell).word() for cell in range(2000)]
    distance = [(a ^ b).bit_count() for a, b in pairwise(words)]
    assert abs(np.mean(distance) - 32) < 6 * 4 / np.sqrt(len(distance))


def test_uniforms_keep_their_bounds() -> None:
    from numba import njit

    from mtornet.compiled.kernels import random as kernel

    uniform = njit(lambda w: kernel.uniform(w))
    positive = njit(lambda w: kernel.uniform_positive(w))
    lowest, highest = np.uint64(0), np.uint64(MASK)
    assert uniform(lowest) == 0.0
    assert uniform(highest) == 1.0 - 2.0**-53
    assert positive(lowest) == 2.0**-53
    assert positive(highest) == 1.0


def test_stream_key_depends_on_seed_and_content() -> None:
    keys = {stream_key(seed, content) for seed in range(30) for content in ("", "a", "b", "ab", "1\x1fa")}
    assert len(keys) == 150
    # "1" + "2a" and "12" + "a" are different requests.
    assert stream_key(1, "2a") != stream_key(12, "a")
    assert stream_key(7, "x") == stream_key(7, "x")
