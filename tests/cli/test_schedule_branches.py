import json

import pandas as pd


def test_schedule_tables_and_figure(mtornet, tmp_path):
    done = mtornet(
        *("schedule", "sapanisertib", "--minimise", "mean of pS6K_T389", "--subject-to", "exposure <= 5"),
        *("--family", "constant", "--family", "daily", "--duration", "1 d", "--trials", "5", "--out", "x"),
    )
    assert done.code == 0, done.err
    assert " schedules tried, " in done.out
    assert "never clinical advice" in done.out
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"tried.csv", "schedule.svg", "schedule.png", "schedule.csv"}
    assert set(pd.read_csv(tmp_path / "x" / "tried.csv")["family"]) == {"constant", "daily"}


def test_schedule_needs_one_goal(mtornet):
    for goals in ((), ("--minimise", "pS6", "--maximise", "pS6")):
        done = mtornet("schedule", "sapanisertib", *goals)
        assert done.code == 2
        assert "say what to --minimise or to --maximise" in done.err


def test_branches_table_and_figure(mtornet, tmp_path):
    asked = ("branches", "input.insulin", "--from", "0.1", "--to", "10", "--readout", "pAKT_S473")
    done = mtornet(*asked, "--out", "x")
    assert done.code == 0, done.err
    assert done.out.startswith("branch 0: ")
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"branches.svg", "branches.png", "branches.csv"}
    table = pd.read_csv(tmp_path / "x" / "branches.csv")
    assert table["input.insulin"].min() >= 0.1 - 1e-9
    found = json.loads(mtornet(*asked, "--json").out)
    assert len(found["points"]) == len(table)
