"""Damaged tables: each mistake is reported with file and line, all of them at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mtornet.errors import MtorNetError, TableError, UnknownNameError
from mtornet.expression import symbols
from mtornet.graph.knowledge import load_knowledge, model_names, models_folder
from mtornet.graph.tables import Columns, Problems, read_table
from mtornet.graph.wiring import model_graph
from mtornet.network.build import from_graph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped tables, to be damaged."""
    return Path(shutil.copytree(models_folder() / "mtor", tmp_path / "models" / "mtor"))


def line_of(path: Path, key: str) -> int:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.split("\t")[0] == key:
            return number
    raise AssertionError(f"no row {key} in {path}")


def change(path: Path, key: str, column: str, value: str) -> str:
    """Put ``value`` in the cell and return ``file:line`` as messages show it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#")).split("\t")
    number = line_of(path, key)
    cells = lines[number - 1].split("\t")
    cells[header.index(column)] = value
    lines[number - 1] = "\t".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = f"modules/{path.name}" if path.parent.name == "modules" else path.name
    return f"models/mtor/{shown}:{number}"


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(TableError) as caught:
        model_graph(load_knowledge("mtor", folder=folder))
    return caught.value.problems


CELLS = {
    "number": ("parameters.tsv", "k_tsc_akt", "value", "fast", "value: found 'fast', expected a number"),
    "infinite": ("parameters.tsv", "k_tsc_akt", "value", "inf", "value: found inf, expected a finite number"),
    "nan": ("parameters.tsv", "k_tsc_akt", "low", "nan", "low: found nan, expected a finite number"),
    "negative amount": (
        "species.tsv",
        "AKT",
        "initial",
        "-5",
        "initial: found -5, expected a finite number >= 0",
    ),
    "empty": ("species.tsv", "AKT", "compartment", "", "compartment is empty"),
    "unit": ("parameters.tsv", "k_tsc_akt", "unit", "1/sec^", "unit: cannot read the unit '1/sec^'"),
    "unit name": (
        "inputs.tsv",
        "insulin",
        "unit",
        "NM",
        "unit: unknown unit 'NM' in 'NM'; did you mean 'nM'?",
    ),
    "formula": (
        "derived.tsv",
        "f_mTORC1",
        "expression",
        "1/(1 + x",
        "expression: formula '1/(1 + x': found the end",
    ),
    "confidence": (
        "species.tsv",
        "AKT",
        "confidence",
        "pge",
        "unknown confidence 'pge'; did you mean 'page'?",
    ),
    "kind": ("variants.tsv", "PTEN_loss", "kind", "amuont", "unknown kind 'amuont'; did you mean 'amount'?"),
    "operation": (
        "variants.tsv",
        "PTEN_loss",
        "operation",
        "add",
        "unknown operation 'add'; expected one of set, multiply",
    ),
    "rate constant": ("modules/mtorc1.tsv", "R50", "rate_constant", "k_tsc_akt +", "rate_constant: formula"),
    "equation": (
        "modules/mtorc1.tsv",
        "R50",
        "equation",
        "TSC = pTSC",
        "equation 'TSC = pTSC': expected exactly one '->'",
    ),
    "species": (
        "modules/mtorc1.tsv",
        "R50",
        "equation",
        "TSCC -> pTSC",
        "unknown species 'TSCC' in 'R50'; did you mean 'TSC'?",
    ),
    "modifier role": (
        "modules/mtorc1.tsv",
        "R50",
        "modifiers",
        "catalysst:AKT_TS",
        "unknown role 'catalysst'; did you mean 'catalyst'?",
    ),
    "modifier": (
        "modules/mtorc1.tsv",
        "R50",
        "modifiers",
        "catalyst:AKT_TSS",
        "unknown species 'AKT_TSS' in 'R50'; did you mean 'AKT_TS'?",
    ),
    "name": ("species.tsv", "AKT", "id", "A-KT", "'A-KT' is not an identifier"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_wrong_cell(case: str, folder: Path) -> None:
    table, key, column, value, message = CELLS[case]
    where = change(folder / table, key, column, value)
    assert any(problem.startswith(where) and message in problem for problem in problems(folder)), problems(
        folder
    )


def test_all_wrong_cells_at_once(folder: Path) -> None:
    # The others concern names, which are looked up when all cells are right.
    in_cells = [
        case
        for case in CELLS
        if case not in ("equation", "species", "modifier role", "modifier", "name", "infinite")
    ]
    wanted = {}
    for case in in_cells:
        table, key, column, value, message = CELLS[case]
        wanted[change(folder / table, key, column, value)] = message
    with pytest.raises(TableError) as caught:
        load_knowledge("mtor", folder=folder)
    assert str(caught.value).startswith(f"{len(caught.value.problems)} problem(s) in the tables")
    for where in wanted:
        assert any(problem.startswith(where) for problem in caught.value.problems)
    assert len(caught.value.problems) >= len(in_cells)


def _append(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).open("a", encoding="utf-8").write(text) and None


def _header(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


WHOLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "short row": (
        _append("targets.tsv", "mTORC3\tx\n"),
        "found 2 cells, expected 6 (one per column, tabs between)",
    ),
    "duplicate": (
        _append("targets.tsv", "mTORC1\tx\tx\tx\tdesign\t\n"),
        "duplicate id 'mTORC1', first at models/mtor/targets.tsv:2",
    ),
    "misspelt column": (
        _header("targets.tsv", "occupancy", "ocupancy"),
        "unknown column 'ocupancy'; did you mean 'occupancy'?",
    ),
    "missing column": (
        _header("targets.tsv", "occupancy", "note"),
        "column 'occupancy' is missing; found id, note",
    ),
    "column twice": (_header("targets.tsv", "note", "name"), "a column stands twice in the header"),
    "empty file": (
        lambda f: (f / "targets.tsv").write_text("# only a comment\n", encoding="utf-8"),
        "the table is empty; expected a header with id, occupancy",
    ),
    "missing file": (lambda f: (f / "doses.tsv").unlink(), "models/mtor/doses.tsv: the file is missing"),
    "not text": (lambda f: (f / "doses.tsv").write_bytes(b"\xff\xfe\x00"), "cannot be read as UTF-8 text"),
    "no modules": (lambda f: shutil.rmtree(f / "modules"), "no module table (*.tsv) found"),
    "id in two tables": (
        _append("parameters.tsv", "AKT\t1\t1/s\t\t\t\ttest\tdesign\t\n"),
        "'AKT' is already used at models/mtor/species.tsv:",
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_a_damaged_table(case: str, folder: Path) -> None:
    damage, message = WHOLE[case]
    damage(folder)
    assert any(message in problem for problem in problems(folder)), problems(folder)


def test_bom_crlf_comments_and_blank_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_bytes("\ufeff# note\r\nid\tvalue\r\n\r\na\t1\r\n# more\r\nb\t2\r\n".encode())
    found = Problems()
    rows = read_table(path, Columns(required=("id",), optional=("value",), numbers=("value",)), found)
    assert found.found == []
    assert [(row["id"], row["value"], row.where.rsplit(":")[-1]) for row in rows] == [
        ("a", "1", "4"),
        ("b", "2", "6"),
    ]


def test_shipped_tables_load() -> None:
    knowledge = load_knowledge("mtor")
    assert "mtor" in model_names()
    assert {"species", "drugs", "variants", "readouts"} <= set(knowledge.tables)
    for table in (*knowledge.tables.values(), *knowledge.modules.values()):
        assert all(row.where.startswith("models/mtor/") for row in table)


def test_unknown_model() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown model 'mtorr'; did you mean 'mtor'\?"):
        load_knowledge("mtorr")


@pytest.mark.parametrize(
    "name", ["receptor_pi3k", "feedback", "rtk_foxo", "adaptation", "rapalog", "outputs", "mtorc2"]
)
def test_a_module_can_be_switched_off(name: str) -> None:
    knowledge = load_knowledge("mtor")
    others = [module for module in knowledge.modules if module != name]
    graph = model_graph(knowledge, others)
    assert not [node for node, given in graph.nodes(data=True) if given.get("module") == name]
    assert graph.graph["modules"] == tuple(others)
    network = from_graph(graph)
    assert len(network.reactions) > 0
    assert all(reaction.module != name for reaction in network.reactions.values())
    # Read-outs of its species go with it, others stay.
    whole = from_graph(model_graph(knowledge))
    for readout in whole.readouts.values():
        needs = set(symbols(readout.expression)) & set(whole.species)
        assert (readout.id in network.readouts) == (needs <= set(network.species))


def test_order_of_modules_does_not_matter() -> None:
    knowledge = load_knowledge("mtor")
    forth = model_graph(knowledge, list(knowledge.modules))
    back = model_graph(knowledge, list(reversed(knowledge.modules)))
    assert from_graph(forth) == from_graph(back)


def test_unknown_module() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown module 'feedbak'; did you mean 'feedback'\?"):
        model_graph(load_knowledge("mtor"), ["feedbak"])


def test_errors_are_the_users_to_read(folder: Path) -> None:
    change(folder / "species.tsv", "AKT", "initial", "lots")
    with pytest.raises(MtorNetError) as caught:
        load_knowledge("mtor", folder=folder)
    assert str(caught.value).count("\n") == 0
    assert "initial: found 'lots', expected a number" in str(caught.value)
