"""Scans on Dask: the same bytes as on one thread, whoever dies in between."""

import time

import numpy as np
import pytest

import mtornet as mt
from mtornet.scans.store import open_store
from tests.verification.dask_processes import Cluster
from tests.verification.scan_processes import check_once_each, finish, merged, start, write_spec

pytest.importorskip("distributed")


def n_chunks(out):
    return len(list((out / "chunks").glob("*.parquet"))) if out.is_dir() else 0


def wait_for_chunks(out, n, process):
    before = time.monotonic()
    while n_chunks(out) < n and process.poll() is None:
        assert time.monotonic() - before < 200, "no chunk came back"
        time.sleep(0.02)


def test_worker_processes_give_the_bytes_of_one_thread(tmp_path):
    spec = write_spec(tmp_path, n_k=6, n_a=5, cells=5)
    calm = finish("scan", spec, "--out", tmp_path / "calm", "--jobs", 1)
    assert calm.returncode == 0, calm.stderr
    done = finish("scan", spec, "--out", tmp_path / "x", "--cluster", "local:2", "--chunk", 4)
    assert done.returncode == 0, done.stderr
    assert "30 of 30 points" in done.stdout
    assert merged(tmp_path / "x") == merged(tmp_path / "calm")


def test_nobody_answers(tmp_path, monkeypatch):
    monkeypatch.setattr("mtornet.scans.cluster.CONNECT_S", 1.0)
    spec = write_spec(tmp_path, n_k=2, n_a=2, cells=2)
    with pytest.raises(mt.ProtocolError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        mt.scan(spec, tmp_path / "x", cluster="tcp://127.0.0.1:9")
    with pytest.raises(mt.ProtocolError, match="expected 'local:' and a number of processes"):
        mt.scan(spec, tmp_path / "x", cluster="local:many")


@pytest.mark.slow
def test_a_worker_that_is_killed_again_and_again_and_a_scheduler_once(tmp_path):
    n_k, n_a = 40, 50
    spec = write_spec(tmp_path, n_k=n_k, n_a=n_a, cells=50)
    calm = finish("scan", spec, "--out", tmp_path / "calm")
    assert calm.returncode == 0, calm.stderr
    out, rng = tmp_path / "x", np.random.default_rng(8)
    with Cluster(n_workers=2) as cluster:
        arguments = ("--cluster", cluster.address, "--chunk", 10, "--quiet")
        process = start("scan", spec, "--out", out, *arguments)
        for _ in range(5):
            wait_for_chunks(out, n_chunks(out) + 2, process)
            time.sleep(rng.uniform(0.0, 0.5))
            assert process.poll() is None, process.communicate()
            cluster.kill_worker()
        wait_for_chunks(out, n_chunks(out) + 2, process)
        cluster.kill_scheduler()
        _, err = process.communicate(timeout=120)
        assert process.returncode == 2, err
        assert "the Dask scheduler is lost" in err
        assert "Traceback" not in err
        finished = n_chunks(out)
        assert 0 < finished < 200, "killed too late"
    with Cluster(n_workers=2) as cluster:
        done = finish("scan", "resume", out, "--cluster", cluster.address)
        assert done.returncode == 0, done.stderr
    assert len(open_store(out).chunks()) > finished
    table = merged(out)
    check_once_each(table, n_k * n_a, 2)
    assert table == merged(tmp_path / "calm")
