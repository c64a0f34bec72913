"""``mtornet resist`` on a small model, so that the whole verb takes seconds."""

import json

import pandas as pd
import pytest

FEW = ("--draws", "32", "--sets", "2", "--duration", "24 h")


@pytest.mark.slow
def test_everything_is_written_and_said(mtornet, tmp_path):
    done = mtornet("resist", "--drug", "RAD001", "--against", "sapanisertib", "--out", "r", *FEW)
    assert done.code == 0
    assert done.out.startswith("Resistance to everolimus 20 nM (rapalog)\n")
    for words in ("Edits that cost the response", "Second drugs", "S6K ⊣ IRS", "The rebound is abolished by"):
        assert words in done.out
    folder = tmp_path / "r"
    written = {path.name for path in folder.iterdir()}
    assert {
        "scan.csv",
        "loops.csv",
        "counter.csv",
        "synergy.csv",
        "clouds.csv",
        "clones.csv",
        "reversible.csv",
        "report.html",
        "run.json",
        "figures",
    } <= written
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["spec"]["verb"] == "resist"
    for path in run["outputs"].values():
        assert (folder / path).is_file(), path
    assert {"heatmap.png", "heatmap.svg", "heatmap.csv"} <= {p.name for p in (folder / "figures").iterdir()}
    scan = pd.read_csv(folder / "scan.csv")
    assert set(scan["drug"]) == {"everolimus", "sapanisertib"}
    shift = scan.set_index(["cell", "drug"])["IC50_shift"]
    assert shift["MTOR_F2108L", "everolimus"] == float("inf")
    assert shift["MTOR_F2108L", "sapanisertib"] == pytest.approx(1.0, abs=0.1)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Resistance to everolimus" in page
    assert "http" not in page.split("<main>")[1].split("How to repeat it")[0].replace("http-equiv", "")


def test_dry_run_predicts(mtornet, tmp_path):
    done = mtornet("resist", "--drug", "everolimus", "--dry-run", "--json")
    found = json.loads(done.out)
    assert found["cells"] > 500
    assert found["solves"] > found["cells"]
    assert found["minutes"] > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--drug", "everolimuss"), "did you mean 'everolimus'"),
        (("--dose", "10 mg QD"), "expected a concentration > 0 that stays"),
        (("--context", "MCF-7"), "unknown context"),
    ],
)
def test_mistakes_are_told_before_anything_runs(mtornet, tmp_path, arguments, message):
    done = mtornet("resist", *arguments)
    assert done.code == 2
    assert message in done.err
    assert list(tmp_path.iterdir()) == []
