import json

import pytest

OPTIONS = [
    "modules",
    "species",
    "reactions",
    "parameters",
    "inputs",
    "readouts",
    "drugs",
    "variants",
    "contexts",
    "moieties",
]


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
    assert len(found["moieties"]) == 35
    assert {row["variant"] for row in found["variants"]} >= {"PTEN_loss", "TSC2_loss", "MTOR_F2108L"}
    assert {row["id"] for row in found["readouts"]} >= {"pS6K_T389", "pAKT_S473", "pAKT_T308"}
    everolimus = next(row for row in found["drugs"] if row["drug"] == "everolimus")
    assert everolimus["class"] == "rapalog"
    assert everolimus["default dose"] == "20 nM"
    assert "RAD001" in everolimus["aliases"]
    for kind in ("drugs", "variants", "contexts", "reactions", "species", "parameters", "inputs"):
        assert all(row["source"] and row["confidence"] for row in found[kind]), kind


def test_overview(mtornet, mtor):
    done = mtornet("show")
    assert done.code == 0
    assert mtor.describe() in done.out
    assert "lists: " + " ".join(f"--{name}" for name in OPTIONS) in done.out.splitlines()
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


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("pS6K", "species", "S6K pT389"),
        ("R13", "reaction", "IRS -> IRSs"),
        ("k_irs_s6k", "parameter", "1/(molecule*s)"),
        ("feedback", "module", "pS6K"),
        ("insulin", "input", "1 nM"),
        ("f_S6K", "derived quantity", "formula"),
        ("pAKT_S473", "read-out", "AKT_S + AKT_TS"),
        ("cytoplasm", "compartment", "L"),
        ("RAD001", "drug", "rapalog"),
        ("PTEN_loss", "variant", "multiply PTEN"),
    ],
)
def test_anything_by_name_with_its_source(mtornet, name, kind, said):
    done = mtornet("show", name)
    assert done.code == 0, done.err
    head = done.out.splitlines()[0]
    assert head.endswith(f" — {kind}")
    assert said in done.out
    card = json.loads(mtornet("show", "mtor", name, "--json").out)["elements"][0]
    assert card["kind"] == kind
    if kind not in ("module", "drug", "variant"):
        assert card["source"]
        assert card["confidence"]
        assert card["row"].startswith("models/mtor/")


def test_a_species_lists_what_it_takes_part_in(mtornet, mtor):
    card = json.loads(mtornet("show", "pS6K", "--json").out)["elements"][0]
    assert card["reactions"] == [r.id for r in mtor.reactions.values() if "pS6K" in r.involved]
    assert "R13" in card["reactions"]


def test_one_name_of_two_things_gives_two_cards(mtornet):
    found = json.loads(mtornet("show", "PIP3", "--json").out)["elements"]
    assert [card["kind"] for card in found] == ["species", "read-out"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["k_irs_s6"], "did you mean 'k_irs_s6k'?"),
        (["everolimu"], "did you mean 'everolimus'?"),
        (["mtr"], "did you mean 'mtor'?"),
        (["--feedback", "pAKT_S437"], "did you mean 'pAKT_S473'?"),
        (["--drug", "everolims"], "did you mean 'everolimus'?"),
        (["--drug", "everolimus", "--dose", "20 lightyears"], "lightyears"),
        (["--feedback", "pS6K", "--variant", "PTEN_los"], "did you mean 'PTEN_loss'?"),
    ],
)
def test_a_wrong_name_is_one_message(mtornet, arguments, hint):
    done = mtornet("show", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert hint in done.err
    assert len(done.err.splitlines()) == 1


def test_feedback_in_words_and_numbers(mtornet):
    done = mtornet("show", "--feedback", "pS6K")
    assert done.code == 0
    assert "feedback loops through pS6K" in done.out.splitlines()[0]
    rows = json.loads(mtornet("show", "--feedback", "pS6K", "--json").out)["feedback"]
    assert all(row["loop"].startswith("pS6K ") for row in rows)
    assert rows[0]["sign"] == "negative"
    assert abs(rows[0]["gain"]) == max(abs(row["gain"]) for row in rows)


def test_feedback_of_a_cell_without_the_arm_is_gone(mtornet):
    whole = json.loads(mtornet("show", "--feedback", "pS6K", "--json").out)["feedback"]
    cut = json.loads(mtornet("show", "--feedback", "pS6K", "--variant", "IRS_feedback_off", "--json").out)
    assert any("pS6K ⊣ PI3Ka" in row["loop"] for row in whole)
    assert not any("pS6K ⊣ PI3Ka" in row["loop"] for row in cut["feedback"])


def test_a_drug_on_the_wiring(mtornet):
    done = mtornet("show", "--drug", "RAD001")
    assert done.code == 0
    for heading in ("binds", "blocks", "cuts or releases", "shortest ways to the read-outs"):
        assert heading in done.out
    found = json.loads(mtornet("show", "--drug", "everolimus", "--json").out)["drug"]
    assert found["targets"][0]["source"]
    assert any(row["effect"] == "releases IRS" for row in found["loops"])
    pushed = {row["read-out"]: row["pushed"] for row in found["paths"]}
    assert pushed["pS6K_T389"] == "down"
    assert pushed["pAKT_S473"] == "up"
