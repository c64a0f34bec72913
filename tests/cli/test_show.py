import json

import pytest

OPTIONS = ["drugs", "variants", "readouts", "reactions", "species", "moieties"]


@pytest.mark.parametrize("option", OPTIONS)
def test_each_table_and_its_json(mtornet, option):
    done = mtornet("show", "mtor", f"--{option}")
    assert done.code == 0
    lines = done.out.splitlines()
    assert set(lines[1]) <= {"-", " "}, "a ruled table"
    found = json.loads(mtornet("show", "mtor", f"--{option}", "--json").out)
    assert set(found) == {"model", option}
    assert len(found[option]) == len(lines) - 2


def test_contents(mtornet, mtor):
    found = json.loads(mtornet("show", "mtor", *(f"--{name}" for name in OPTIONS), "--json").out)
    assert len(found["species"]) == len(mtor.species)
    assert len(found["reactions"]) == len(mtor.reactions)
    assert len(found["moieties"]) == 23
    assert {row["variant"] for row in found["variants"]} >= {"PTEN_loss", "TSC2_loss", "MTOR_F2108L"}
    assert {row["id"] for row in found["readouts"]} >= {"pS6K_T389", "pAKT_S473", "pAKT_T308"}
    everolimus = next(row for row in found["drugs"] if row["drug"] == "everolimus")
    assert everolimus["class"] == "rapalog"
    assert everolimus["default dose"] == "20 nM"
    assert "RAD001" in everolimus["aliases"]
    for kind in ("drugs", "variants", "reactions", "species"):
        assert all(row["source"] and row["confidence"] for row in found[kind]), kind


def test_overview(mtornet):
    done = mtornet("show")
    assert done.code == 0
    assert "mtor: 71 species, 147 reactions, 122 parameters" in done.out
    assert "1 nM = 1806.6 molecules" in done.out
    assert done.out.splitlines()[-1] == "more: " + " ".join(f"--{name}" for name in OPTIONS)
    assert json.loads(mtornet("show", "--json").out)["model"]["model"].startswith("mtor: ")


def test_a_file(mtornet, toy_xml):
    done = mtornet("show", toy_xml, "--reactions")
    assert done.code == 0
    assert "A -> B" in done.out


@pytest.mark.parametrize("option", ["drugs", "variants"])
def test_a_file_without_drugs(mtornet, toy_xml, option):
    done = mtornet("show", toy_xml, f"--{option}")
    assert "Traceback" not in done.err
    assert done.code in (0, 2)
