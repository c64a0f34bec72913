"""Nothing lost, nothing twice, whatever happens to a scan and its folder."""

import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest

import mtornet as mt
from mtornet.scans.files import write_durably
from mtornet.scans.lock import is_locked, locked
from mtornet.scans.merging import write_merged
from mtornet.scans.run import resume, retry, scan
from mtornet.scans.store import open_store
from mtornet.simulation.interrupt import StopFlag


def merged(folder, form="csv"):
    path = folder.parent / f"{folder.name}.{form}"
    write_merged(open_store(folder), path, form=form)
    return path.read_bytes()


@pytest.mark.parametrize("method", ["ode", "ssa"])
def test_chunks_and_threads_change_no_byte(toy_scan, tmp_path, method):
    spec = toy_scan(method=method)
    found = set()
    for i, (chunk, jobs) in enumerate([(None, 1), (1, 2), (7, 5), (100, 2)]):
        folder = tmp_path / str(i)
        assert scan(spec, folder, chunk=chunk, jobs=jobs).complete
        found.add((merged(folder), merged(folder, "parquet")))
    assert len(found) == 1


def test_the_table_is_right(toy_scan, tmp_path):
    table = mt.scan(toy_scan(), tmp_path / "x", chunk=7).table
    assert len(table) == 30 * 2 * 2
    assert table["point"].is_monotonic_increasing
    assert table["point_id"].nunique() == 30
    expected = table["amount.A"] * np.exp(-table["parameter.k"] * table["time_s"])
    of_a = table["readout"] == "A"
    assert table["mean"][of_a].to_numpy() == pytest.approx(expected[of_a].to_numpy(), rel=1e-6)
    read = pd.read_csv(_csv(tmp_path / "x"))
    pd.testing.assert_frame_equal(read, table, check_dtype=False, check_exact=True)


def _csv(folder):
    merged(folder)
    return folder.parent / f"{folder.name}.csv"


def test_a_run_goes_on_where_another_stopped(toy_scan, tmp_path):
    whole = tmp_path / "whole"
    scan(toy_scan(method="ssa"), whole, chunk=3)
    part = tmp_path / "part"
    flag = StopFlag()

    def stop_after_some(state):
        if state.done >= 6:
            flag.set()

    stopped = scan(toy_scan(method="ssa"), part, chunk=1, jobs=1, progress=stop_after_some, stop=flag)
    assert stopped.interrupted
    # Chunks that are taken away come back, one by one.
    for chunk in open_store(part).chunks()[1:3]:
        chunk.path.unlink()
    assert resume(part).complete
    assert merged(part) == merged(whole)


def test_what_was_cut_or_changed_on_the_disk_is_computed_again(toy_scan, tmp_path):
    folder = tmp_path / "x"
    scan(toy_scan(), folder, chunk=5)
    before = merged(folder)
    first, second, *_ = (chunk.path for chunk in open_store(folder).chunks())
    first.write_bytes(first.read_bytes()[:-100])
    changed = bytearray(second.read_bytes())
    changed[len(changed) // 2] ^= 1
    second.write_bytes(bytes(changed))
    (folder / "chunks" / ".half.part").write_bytes(b"PAR1")
    again = resume(folder)
    assert len(again.damaged) == 2
    assert again.complete
    assert merged(folder) == before
    assert not list((folder / "chunks").glob(".*"))


def test_overlapping_chunks_give_each_point_once(toy_scan, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    scan(toy_scan(), one, chunk=4)
    scan(toy_scan(), other, chunk=7)
    before = merged(one)
    for chunk in open_store(other).chunks():
        shutil.copy(chunk.path, one / "chunks")
    assert merged(one) == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"duration": 11}, "duration_s: was 10.0, now 11.0"),
        ({"seed": 4}, "seed: was 3, now 4"),
        ({"times": [5]}, "times: was [5.0, 10.0], now [5.0]"),
        ({"vary": [mt.Vary("parameter.k", log=(0.01, 2.0), n=6)]}, "vary: was"),
    ],
    ids=str,
)
def test_another_specification_is_refused_with_the_difference(toy_scan, tmp_path, changed, message):
    scan(toy_scan(), tmp_path / "x")
    with pytest.raises(mt.ProtocolError, match="the specification is not the one") as told:
        scan(toy_scan(**changed), tmp_path / "x")
    assert message in str(told.value)


def test_another_model_is_refused_with_the_difference(toy, toy_scan, tmp_path):
    scan(toy_scan(), tmp_path / "x")
    with pytest.raises(mt.ProtocolError, match="the model is not the one") as told:
        scan(toy_scan(model=toy.with_amounts(B=1.0)), tmp_path / "x")
    assert "network.species[B][2]: was 0.0, now 1.0" in str(told.value)


def test_how_a_scan_is_run_may_change(toy_scan, tmp_path):
    scan(toy_scan(), tmp_path / "x", chunk=5, jobs=1)
    assert scan(toy_scan(), tmp_path / "x", chunk=1, jobs=2).state.begun_with == 30


def test_a_point_that_fails_is_set_aside_and_the_others_go_on(toy_scan, tmp_path):
    spec = toy_scan(vary=[mt.Vary("parameter.k", values=[0.1, -0.1, 0.2])])
    found = scan(spec, tmp_path / "x")
    assert found.complete
    (failed,) = found.store.failed().values()
    assert (failed.point, failed.status, dict(failed.coordinates)) == (
        1,
        "wrong_point",
        {"parameter.k": -0.1},
    )
    assert "the rate constant is -0.1" in failed.error
    assert sorted(set(found.table["point"])) == [0, 2]
    assert retry(tmp_path / "x") == (0, 1)
    (entry,) = json.loads(next((tmp_path / "x" / "failed").iterdir()).read_text(encoding="utf-8"))
    assert entry["error"] == failed.error


def test_a_point_that_uses_up_its_events_says_so(toy_scan, tmp_path):
    spec = toy_scan(method="ssa", budget={"max_events": 15})
    found = scan(spec, tmp_path / "x", chunk=4)
    failed = found.store.failed()
    assert {entry.status for entry in failed.values()} == {"event_limit"}
    table = found.table
    assert set(table["point"]) | set(failed) == set(range(30))
    # Where some cells completed their number is told, and so is that there are others.
    some = table[table["n"] < 8]
    assert len(some)
    assert some["status"].str.fullmatch(r"event_limit: \d of 8 cells").all()


def test_a_retried_point_takes_its_place(toy_scan, tmp_path, monkeypatch):
    good = tmp_path / "good"
    scan(toy_scan(), good)
    from mtornet.scans import deterministic

    solve = deterministic.solve

    def broken(evaluator, structure, coordinates, stop):
        if np.any(coordinates.index == 7):
            raise mt.SimulationError("bad luck")
        return solve(evaluator, structure, coordinates, stop)

    monkeypatch.setattr(deterministic, "solve", broken)
    found = scan(toy_scan(), tmp_path / "x", chunk=10)
    assert list(found.store.failed()) == [7]
    monkeypatch.setattr(deterministic, "solve", solve)
    assert retry(tmp_path / "x") == (1, 0)
    assert not open_store(tmp_path / "x").failed()
    assert merged(tmp_path / "x") == merged(good)


def test_one_run_at_a_time(toy_scan, tmp_path):
    scan(toy_scan(), tmp_path / "x")
    with locked(tmp_path / "x"):
        assert is_locked(tmp_path / "x")
        with pytest.raises(mt.OutputError, match=f"is in use — process {os.getpid()}"):
            resume(tmp_path / "x")
    assert not is_locked(tmp_path / "x")
    assert resume(tmp_path / "x").complete


def test_a_full_disk_loses_nothing_that_was_finished(toy_scan, tmp_path, monkeypatch):
    good = tmp_path / "good"
    scan(toy_scan(), good)
    written = []

    def full(path, content):
        if path.suffix == ".parquet":
            if len(written) >= 3:
                raise mt.OutputError(f"cannot write {str(path)!r} — the disk is full")
            written.append(path)
        write_durably(path, content)

    monkeypatch.setattr("mtornet.scans.files.write_durably", full)
    with pytest.raises(mt.OutputError, match="the disk is full"):
        scan(toy_scan(), tmp_path / "x", chunk=3, jobs=2)
    monkeypatch.undo()
    assert len(open_store(tmp_path / "x").chunks()) == 3
    assert resume(tmp_path / "x").complete
    assert merged(tmp_path / "x") == merged(good)


def test_the_disk_is_really_full(tmp_path):
    # /dev/full answers every write as a full disk does.
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    (tmp_path / "chunks").mkdir()
    path = tmp_path / "chunks" / "x.parquet"
    part = path.with_name(f".{path.name}.{os.getpid()}-{__import__('threading').get_ident()}.part")
    part.symlink_to("/dev/full")
    with pytest.raises(mt.OutputError, match="the disk is full; what is finished is safe"):
        write_durably(path, b"x" * 100_000)
    assert not path.exists()


def test_a_folder_of_something_else_is_left_alone(toy_scan, tmp_path):
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(mt.OutputError, match="is not empty and holds no scan"):
        scan(toy_scan(), tmp_path)
    with pytest.raises(mt.OutputError, match="holds no scan"):
        resume(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(toy_scan, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(mt.OutputError, match="cannot write to"):
        scan(toy_scan(), tmp_path / "x")
