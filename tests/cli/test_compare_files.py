"""``mtornet compare`` writes what DESIGN section 11 promises, and other programs can read it."""

import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from tests.file_contract import CELL_COLUMNS, RUN_KEYS, SUMMARY_COLUMNS

COMBINED = "everolimus 5 nM for 2 h every 3 h + sapanisertib 224 nM"
CONDITIONS = ["vehicle", "everolimus 5 nM for 2 h every 3 h", "sapanisertib 224 nM", COMBINED]


def test_every_promised_file_is_there(compared):
    folder, _ = compared
    for name in (
        "summary.csv",
        "cells.parquet",
        "trajectories.parquet",
        "report.html",
        "model.xml",
        "model.ant",
        "run.json",
        "protocol/experiments.tsv",
        "protocol/conditions.tsv",
    ):
        assert (folder / name).stat().st_size > 0, name
    assert not list(folder.rglob("*.part")), "nothing half written is left"
    figures = folder / "figures"
    stems = {path.stem for path in figures.iterdir()}
    assert {"courses", "network_map"} <= stems
    for stem in stems:
        for suffix in (".svg", ".png", ".csv"):
            assert (figures / f"{stem}{suffix}").stat().st_size > 0


def test_outputs_lists_exactly_the_files(compared):
    folder, _ = compared
    listed = json.loads((folder / "run.json").read_text(encoding="utf-8"))["outputs"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed.values()) == there


def test_summary_is_tidy(compared):
    table = pd.read_csv(compared[0] / "summary.csv")
    assert list(table.columns) == list(SUMMARY_COLUMNS)
    assert list(table["condition"].unique()) == CONDITIONS
    assert (table["n"] == 3).all()
    assert set(table["variant"]) == {"PTEN_loss"}
    assert table["time_s"].min() == 0
    assert table["time_s"].max() == 4 * 3600
    vehicle = table[table["drug"] == "vehicle"]
    assert set(vehicle["drug_class"]) == {"vehicle"}
    assert np.allclose(vehicle["fold_change"].dropna(), 1.0)
    means = vehicle.set_index(["readout", "time_s"])["mean"]
    ratio = table["mean"] / means.loc[pd.MultiIndex.from_frame(table[["readout", "time_s"]])].to_numpy()
    known = table["fold_change"].notna()
    assert np.array_equal(table.loc[known, "fold_change"], ratio[known])
    assert set(table[table["drug"] == "everolimus+sapanisertib"]["drug_class"]) == {"rapalog+atp_competitive"}
    assert table[table["drug"] == "everolimus+sapanisertib"]["dose_nM"].isna().all()


def test_numbers_read_back_exactly(compared, tmp_path):
    text = (compared[0] / "summary.csv").read_bytes()
    table = pd.read_csv(compared[0] / "summary.csv")
    table.to_csv(tmp_path / "again.csv", index=False, lineterminator="\n")
    assert (tmp_path / "again.csv").read_bytes() == text


def test_cells(compared):
    table = pd.read_parquet(compared[0] / "cells.parquet")
    assert set(CELL_COLUMNS) | {"readout"} <= set(table.columns)
    assert sorted(table["cell"].unique()) == [0, 1, 2]
    assert set(table["seed"]) == {7}
    assert set(table["status"]) == {"complete"}
    assert set(table["condition"]) == set(CONDITIONS)
    assert not table.duplicated(["condition", "readout", "cell"]).any()
    assert table["responder"].dtype == bool
    climbed = table.dropna(subset="peak")
    assert (climbed["peak"] >= climbed["nadir"]).all()
    assert (climbed["t_peak_s"] >= climbed["t_nadir_s"]).all()
    finite = climbed[climbed["peak"] > 0]
    assert np.allclose(finite["rebound_index"], np.log2(finite["peak"]))


def test_trajectories(compared):
    table = pd.read_parquet(compared[0] / "trajectories.parquet")
    summary = pd.read_csv(compared[0] / "summary.csv")
    assert set(table["condition"]) == set(CONDITIONS)
    means = table.groupby(["condition", "readout", "time_s"])["value"].mean()
    wanted = summary.set_index(["condition", "readout", "time_s"])["mean"]
    assert np.allclose(means.sort_index(), wanted.sort_index(), rtol=1e-9)


def test_run_json(compared):
    run = json.loads(
        (compared[0] / "run.json").read_text(encoding="utf-8"), parse_constant=lambda text: pytest.fail(text)
    )
    assert [key for key in RUN_KEYS if key not in run] == []
    assert (run["method"], run["seed"], run["copy_scale"], run["n_cells"]) == ("ssa", 7, 0.002, 3)
    assert re.fullmatch(r"KISAO:\d{7}", run["kisao"])
    assert re.fullmatch(r"[0-9a-f]{64}", run["model_sha256"])
    assert run["started"] <= run["finished"]
    assert run["spec"]["drugs"] == {"everolimus": "5 nM for 2 h every 3 h", "sapanisertib": "224 nM"}
    assert run["spec"]["variant"] == "PTEN_loss"
    assert run["cell_status"] == {"complete": 12}
    assert run["interrupted"] is False
    assert set(run["versions"]) >= {"mtornet", "python", "numpy", "scipy", "numba"}


def test_model_xml_is_valid_and_reads_back(compared):
    import libsbml

    import mtornet as mt

    path = compared[0] / "model.xml"
    document = libsbml.readSBMLFromFile(str(path))
    document.checkConsistency()
    errors = [
        document.getError(i).getMessage()
        for i in range(document.getNumErrors())
        if document.getError(i).getSeverity() >= libsbml.LIBSBML_SEV_ERROR
    ]
    assert errors == []
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    network = mt.read_sbml(path)
    assert {"everolimus", "sapanisertib"} <= set(network.inputs) | set(network.parameters)
    assert "mTORC1_everolimus" in network.species
    assert network.species["PTEN"].initial == 0, "the genotype is in the file"


def test_model_ant_names_the_same_network(compared):
    import mtornet as mt

    text = (compared[0] / "model.ant").read_text(encoding="utf-8")
    assert "mTORC1_everolimus" in text
    network = mt.read_antimony(compared[0] / "model.ant")
    assert set(network.species) == set(mt.read_sbml(compared[0] / "model.xml").species)


def test_protocol_tables(compared):
    folder = compared[0] / "protocol"
    experiments = pd.read_csv(folder / "experiments.tsv", sep="\t", dtype=str)
    conditions = pd.read_csv(folder / "conditions.tsv", sep="\t")
    assert list(experiments.columns) == ["experimentId", "time", "conditionId"]
    assert list(conditions.columns) == ["conditionId", "targetId", "targetValue"]
    assert experiments["experimentId"].nunique() == 4
    assert set(experiments["conditionId"]) == set(conditions["conditionId"])
    for name, rows in experiments.groupby("experimentId"):
        assert re.fullmatch(r"[A-Za-z_]\w*", name), "a PEtab id"
        times = [float(t) for t in rows["time"]]
        assert times[0] == -math.inf
        assert times[1] == 0
        assert times == sorted(times)
    pulse = experiments[experiments["experimentId"].str.startswith("everolimus")]
    pulse = pulse[~pulse["experimentId"].str.contains("sapanisertib")].merge(conditions, on="conditionId")
    doses = pulse[pulse["targetId"] == "everolimus"].set_index("time")["targetValue"]
    assert dict(doses) == {"-inf": 0.0, "0": 5.0, "7200": 0.0, "10800": 5.0}


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster", "xlink:href") or (name == "href" and tag != "a"):
                self.loads.append(value or "")

    def handle_data(self, data):
        self.words += data


def test_report_stands_alone(compared):
    text = (compared[0] / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert [value for value in page.loads if not value.startswith(("data:", "#"))] == []
    assert not re.search(r"@import|url\(\s*['\"]?https?:", text)
    assert "<script" not in text
    for words in ("Research model, not clinical advice", "seed 7", *CONDITIONS, "pS6K T389", "PTEN_loss"):
        assert words in page.words, words
    assert "<table" in text
    assert "mtornet compare" in page.words, "how to repeat it"


def test_figures_have_their_numbers_beside_them(compared):
    figures = compared[0] / "figures"
    assert (figures / "courses.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "<svg" in (figures / "courses.svg").read_text(encoding="utf-8")[:1000]
    courses = pd.read_csv(figures / "courses.csv")
    assert len(courses) > 50


def test_what_is_printed(compared):
    _, done = compared
    assert "pS6K T389" in done.out
    for condition in CONDITIONS[1:]:
        assert condition in done.out
    assert "Seed 7" in done.out
    assert "Research model, never clinical advice." in done.out
    assert "wrote " in done.out
    assert "report.html" in done.out
    assert done.err == "", "--quiet"
