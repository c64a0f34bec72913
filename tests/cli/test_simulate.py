import json

import numpy as np
import pandas as pd
import pytest

from tests.file_contract import RUN_KEYS


def read(folder):
    return tuple(pd.read_csv(folder / f"{name}.csv") for name in ("mean", "sd"))


def test_toy_by_rate_equations(mtornet, toy_xml, tmp_path):
    done = mtornet("simulate", toy_xml, "--times", "0:10:11", "--out", "y")
    assert done.code == 0
    mean, sd = read(tmp_path / "y")
    assert list(mean.columns) == list(sd.columns) == ["time", "A", "B"]
    assert list(mean["time"]) == list(range(11))
    assert np.allclose(mean["A"], 100 * np.exp(-0.1 * mean["time"]), rtol=1e-5)
    assert (sd[["A", "B"]] == 0).all(axis=None)


def test_toy_exactly(mtornet, toy_xml, tmp_path):
    # Binomial with 100 molecules and survival exp(-kt); 1000 cells, bounds at 5 standard errors.
    done = mtornet(
        "simulate",
        toy_xml,
        "--times",
        "0:10:3",
        "--method",
        "ssa",
        "--cells",
        "1000",
        "--seed",
        "1",
        "--out",
        "y",
    )
    assert done.code == 0
    assert "seed 1" in done.out
    mean, sd = read(tmp_path / "y")
    alive = np.exp(-0.1 * mean["time"].to_numpy())
    width = np.sqrt(100 * alive * (1 - alive))
    assert np.all(np.abs(mean["A"] - 100 * alive) <= 5 * width / np.sqrt(1000))
    assert np.all(np.abs(sd["A"] - width) <= 5 * width / np.sqrt(2000))
    assert np.array_equal(mean["A"] + mean["B"], np.full(3, 100.0))


def test_run_json(mtornet, toy_xml, tmp_path):
    mtornet("simulate", toy_xml, "--method", "ssa", "--cells", "5", "--seed", "3", "--out", "y")
    run = json.loads((tmp_path / "y" / "run.json").read_text(encoding="utf-8"))
    for key in RUN_KEYS:
        assert key in run
    assert (run["method"], run["seed"], run["n_cells"]) == ("ssa", 3, 5)
    assert run["cell_status"] == {"complete": 5}
    assert run["outputs"] == ["mean.csv", "sd.csv", "run.json"]


def test_seed_decides(mtornet, toy_xml, tmp_path):
    texts = {}
    for folder, seed, jobs in (("a", 1, 1), ("b", 1, 2), ("c", 2, 1)):
        mtornet(
            "simulate",
            toy_xml,
            "--method",
            "ssa",
            "--cells",
            "8",
            "--seed",
            seed,
            "--jobs",
            jobs,
            "--out",
            folder,
        )
        texts[folder] = (tmp_path / folder / "mean.csv").read_bytes()
    assert texts["a"] == texts["b"] != texts["c"]


def test_a_drawn_seed_is_told_and_repeats(mtornet, toy_xml, tmp_path):
    mtornet("simulate", toy_xml, "--method", "ssa", "--cells", "4", "--out", "a")
    seed = json.loads((tmp_path / "a" / "run.json").read_text(encoding="utf-8"))["seed"]
    mtornet("simulate", toy_xml, "--method", "ssa", "--cells", "4", "--seed", seed, "--out", "b")
    assert (tmp_path / "a" / "mean.csv").read_bytes() == (tmp_path / "b" / "mean.csv").read_bytes()


@pytest.mark.parametrize("method", ["ode", "ssa"])
def test_shipped_model(method, mtornet, mtor, tmp_path):
    more = ("--cells", "2", "--copy-scale", "0.002", "--seed", "1") if method == "ssa" else ()
    done = mtornet("simulate", "mtor", "--times", "0,10 min,1 h", "--method", method, *more, "--out", "y")
    assert done.code == 0
    mean, sd = read(tmp_path / "y")
    assert next(iter(mean.columns)) == "time"
    assert list(mean.columns)[1 : 1 + len(mtor.species)] == list(mtor.species)
    assert list(mean["time"]) == [0.0, 600.0, 3600.0]
    assert np.isfinite(mean.to_numpy()).all()
    # Cells of 0.002 of a real one are shown per whole cell: the total of AKT is that of the table.
    assert np.allclose(mean[["AKT", "AKTm", "AKT_T", "AKT_S", "AKT_TS"]].sum(axis=1), 100_000)
    assert (sd.drop(columns="time").to_numpy() >= 0).all()


def test_written_model_gives_the_same_course(mtornet, tmp_path):
    assert mtornet("convert", "mtor", "m.xml").code == 0
    for source, folder in (("mtor", "a"), ("m.xml", "b")):
        assert mtornet("simulate", source, "--times", "0,1 h", "--out", folder).code == 0
    own, read_back = read(tmp_path / "a")[0], read(tmp_path / "b")[0]
    shared = [name for name in own if name in read_back]
    assert len(shared) > 70
    assert np.allclose(own[shared], read_back[shared], rtol=1e-5, atol=1e-6)


def test_an_unsupported_construct_is_refused_by_name(mtornet, delayed_xml, tmp_path):
    done = mtornet("simulate", delayed_xml, "--out", "y")
    assert done.code == 2
    assert "delay" in done.err
    assert "'J'" in done.err, "the element that holds it"
    assert not (tmp_path / "y").exists()


def test_antimony(mtornet, tmp_path):
    pytest.importorskip("antimony")
    from tests.cli.conftest import TOY_ANTIMONY

    (tmp_path / "decay.ant").write_text(TOY_ANTIMONY, encoding="utf-8")
    assert mtornet("simulate", "decay.ant", "--times", "0:10:11", "--out", "y").code == 0
    mean = read(tmp_path / "y")[0]
    assert np.allclose(mean["A"], 100 * np.exp(-0.1 * mean["time"]), rtol=1e-5)
