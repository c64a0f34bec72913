"""``kill -9`` at random moments: the table is that of an undisturbed run, byte by byte."""

import numpy as np
import pytest

from tests.verification.scan_processes import (
    check_once_each,
    finish,
    killed_again_and_again,
    merged,
    write_spec,
)


@pytest.fixture(params=[pytest.param(3, id="quick"), pytest.param(20, id="twenty", marks=pytest.mark.slow)])
def kills(request):
    return request.param


def test_killed_at_random_moments(tmp_path, kills):
    # About 100 points per second and thread, so that the work outlasts the kills.
    n_k, n_a = (20, 20) if kills == 3 else (40, 50)
    spec = write_spec(tmp_path, n_k=n_k, n_a=n_a, cells=50)
    calm = finish("scan", spec, "--out", tmp_path / "calm")
    assert calm.returncode == 0, calm.stderr
    rng = np.random.default_rng(kills)
    out = tmp_path / "killed"
    done = killed_again_and_again(
        spec, out, kills=kills, rng=rng, longest_s=0.7, options=("--chunk", "7", "--jobs", "2")
    )
    assert done == kills, "the scan was done before it was killed often enough"
    last = finish("scan", "resume", out)
    assert last.returncode == 0, last.stderr
    table = merged(out)
    check_once_each(table, n_k * n_a, 2)
    assert table == merged(tmp_path / "calm")
    assert not list((out / "chunks").glob(".*"))


@pytest.mark.slow
def test_threads_and_chunks_of_two_thousand_points_change_no_byte(tmp_path):
    spec = write_spec(tmp_path, n_k=40, n_a=50, cells=4)
    found = {}
    for jobs, chunk in ((1, None), (2, 1), (5, 7), (2, 100)):
        out = tmp_path / f"{jobs}-{chunk}"
        done = finish("scan", spec, "--out", out, "--jobs", jobs, *(("--chunk", chunk) if chunk else ()))
        assert done.returncode == 0, done.stderr
        found[jobs, chunk] = merged(out)
    check_once_each(found[1, None], 2000, 2)
    assert len(set(found.values())) == 1
