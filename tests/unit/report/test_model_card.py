"""The model card: every row is counted, the page is up to date, and it says what it must."""

import re
from pathlib import Path

import pytest

from mtornet.analysis.elasticities import elasticities
from mtornet.analysis.table_provenance import rows_to_confirm, table_provenance
from mtornet.graph.knowledge import load_knowledge, models_folder
from mtornet.report.model_card import markdown, model_card_blocks

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "model_card.md"


def test_every_row_of_every_table_is_counted():
    known = {*load_knowledge("mtor").tables, *load_knowledge("mtor").modules}
    folder = models_folder() / "mtor"
    tables = {path.stem for path in folder.rglob("*.tsv")}
    counted = table_provenance("mtor").set_index("table")
    # What the knowledge does not load (facts, for example) is counted where it is loaded.
    raw = [
        confidence
        for path in sorted(folder.rglob("*.tsv"))
        if path.stem in known
        for confidence in rows_of(path)
    ]
    assert tables >= set(known) - {"reactions"}
    assert counted.loc["all", "rows"] == len(raw)
    for confidence in ("file", "page", "memory", "design", "fitted"):
        assert counted.loc["all", confidence] == raw.count(confidence), confidence


def rows_of(path: Path) -> list[str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    header = lines[0].split("\t")
    if "confidence" not in header:
        return []
    return [line.split("\t")[header.index("confidence")] for line in lines[1:]]


def test_rows_that_stand_on_memory_are_listed_one_by_one():
    rows = rows_to_confirm("mtor")
    assert len(rows) == table_provenance("mtor").set_index("table").loc["all", "memory"]
    assert len({where for where, _ in rows}) == len(rows)
    for where, what in rows:
        path, line = where.split(":")
        text = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert "\tmemory\t" in f"{text}\t"
        assert what


def test_the_page_is_generated_from_the_tables(mtor):
    examined = {"drug": "everolimus", "dose": "20 nM", "readout": "pAKT_S473"}
    text = PAGE.read_text(encoding="utf-8")
    for name, block in model_card_blocks(mtor, rebound=examined).items():
        begin, end = f"<!-- begin generated: {name} -->", f"<!-- end generated: {name} -->"
        shown = text.split(begin)[1].split(end)[0].strip()
        assert shown == block.strip(), f"{name}: run scripts/generate"


def test_the_page_says_what_a_card_must():
    text = PAGE.read_text(encoding="utf-8")
    assert "no clinical tool" in text
    for heading in ("Scope", "Known failures", "How to cite", "What the rebound depends on"):
        assert re.search(rf"^## {heading}$", text, re.M), heading
    assert "CITATION.cff" in text


def test_elasticities_are_slopes_of_the_outcome(mtor):
    table = elasticities(mtor, "pS6K_T389 at 2 h", drugs={"sapanisertib": "3 nM"}, duration="2 h").set_index(
        "parameter"
    )
    from mtornet.analysis.probe import probe
    from mtornet.experiment.points import Points

    asked = probe(mtor, "pS6K_T389 at 2 h", drugs={"sapanisertib": "3 nM"}, duration="2 h")
    value = mtor.parameters["k_s6k_dephos"].value
    found, _ = asked(Points(parameters={"k_s6k_dephos": [value * 1.01, value / 1.01]}))
    slope = (found[0, 0] - found[1, 0]) / (2 * 0.00995033)
    assert table.loc["k_s6k_dephos", "elasticity"] == pytest.approx(slope, rel=0.02)
    assert list(table["elasticity"].abs()) == sorted(table["elasticity"].abs(), reverse=True)


def test_markdown_escapes_bars():
    import pandas as pd

    assert markdown(pd.DataFrame({"a": ["x|y"]})) == "| a |\n| --- |\n| x\\|y |"
