"""What a newcomer reads when something is wrong: one line, what and where, what to do; exit code 2."""

import subprocess

import pytest

from mtornet.errors import TableError
from mtornet.graph.knowledge import load_knowledge, models_folder
from tests.cli.conftest import PROGRAM

COMPARE = [
    (["everolimos"], "unknown drug 'everolimos'; did you mean 'everolimus'?"),
    (["rad01"], "unknown drug 'rad01'; did you mean"),
    (["aspirin"], "unknown drug 'aspirin'; known: abemaciclib, alpelisib,"),
    (
        ["everolimus", "--dose", "everolimus=-5 nM"],
        "dose of everolimus: expected a concentration >= 0 nM, got '-5 nM'",
    ),
    (["everolimus", "--dose", "everolimus=5"], "dose of everolimus: '5' has no unit; write it like '5 nM'"),
    (
        ["everolimus", "--dose", "everolimus=5 h"],
        "dose of everolimus: '5 h' has the unit 'h'; expected one like 'nM'",
    ),
    (
        ["everolimus", "--dose", "everolimus=five nM"],
        "dose of everolimus: 'five nM' is not a number with a unit",
    ),
    (
        ["everolimus", "--dose", "everolimus=nan nM"],
        "dose of everolimus: 'nan nM' is not a number with a unit",
    ),
    (["everolimus", "--dose", "everolimus=5 nX"], "unknown unit 'nX'"),
    (
        ["everolimus", "--dose", "everolimus"],
        "--dose 'everolimus': expected name=value, for example --dose everolimus='20 nM'",
    ),
    (
        ["everolimus", "--dose", "everolimus=1 nM", "--dose", "everolimus=2 nM"],
        "--dose: 'everolimus' is given twice",
    ),
    (
        ["everolimus", "--dose", "everolimus=1 nM", "--dose", "RAD001=2 nM"],
        "drug 'everolimus' is given two doses",
    ),
    (
        ["everolimus", "--dose", "torin1=5 nM"],
        "a dose is given for 'torin1', which is not among the drugs compared",
    ),
    (
        ["everolimus", "--dose", "everolimus=20 nM every 24 h"],
        "'every' needs 'for': write '20 nM for 6 h every 24 h'",
    ),
    (["everolimus", "--dose", "everolimus=20 nM for 30 h every 24 h"], "hold it for less"),
    (["everolimus", "--variant", "PTEN_los"], "unknown variant 'PTEN_los'; did you mean 'PTEN_loss'?"),
    (["everolimus", "--variant", "zzz"], "unknown variant 'zzz'; known: 4EBP1_loss, ABCB1_high,"),
    (["everolimus", "--input", "insuln=1 nM"], "unknown input 'insuln'; did you mean 'insulin'?"),
    (["everolimus", "--input", "insulin=-1 nM"], "input insulin: expected a concentration >= 0, got '-1 nM'"),
    (["everolimus", "--input", "insulin=1"], "input insulin: '1' has no unit; write it like '1 nM'"),
    (
        ["everolimus", "--input", "insulin"],
        "--input 'insulin': expected name=value, for example --input insulin='1 nM'",
    ),
    (["everolimus", "--method", "sssa"], "unknown method 'sssa'; did you mean 'ssa'?"),
    (["everolimus", "--method", "exactly"], "unknown method 'exactly'; known: "),
    (["everolimus", "--duration", "-4 h"], "duration: expected a time > 0, got '-4 h'"),
    (["everolimus", "--duration", "4 nM"], "duration: '4 nM' has the unit 'nM'; expected one like 's'"),
    (["everolimus", "--duration", "72"], "duration: '72' has no unit; write it like '72 h'"),
    (["everolimus", "--settle", "-4 h"], "settle: expected a time >= 0"),
    (["everolimus", "--copy-scale", "0"], "expected a number > 0, got 0.0"),
    (["everolimus", "--cells", "0"], "Invalid value for '--cells'"),
    (["everolimus", "--cells", "many"], "Invalid value for '--cells'"),
    (["everolimus", "--jobs", "0"], "Invalid value for '--jobs'"),
    (["everolimus", "--keep", "all"], "--keep 'all': expected summary or trajectories"),
    (
        ["everolimus", "--combine", "everolimus+dactolisib"],
        "the combination names 'dactolisib', which is not among",
    ),
    (["everolimus", "--celz", "3"], "No such option: --celz (Possible options: --cells"),
]


def check(done, message):
    assert done.code == 2
    assert message in done.err
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1, "one line"
    assert done.out == ""
    assert "Traceback" not in done.err
    # Parts of the implementation that would not help a newcomer.
    for jargon in ("object has no attribute", "NoneType", "KeyError", "mtornet.analysis"):
        assert jargon not in done.err


@pytest.mark.parametrize(("arguments", "message"), COMPARE, ids=[" ".join(a) for a, _ in COMPARE])
@pytest.mark.parametrize("more", [["--dry-run"], []], ids=["dry", "real"])
def test_compare(arguments, message, more, mtornet, tmp_path):
    check(mtornet("compare", *arguments, *more), message)
    assert list(tmp_path.iterdir()) == [], "nothing was started, nothing is left behind"


OTHERS = [
    (["compre"], "No such command 'compre'. Did you mean 'compare'? — 'mtornet --help' shows what there is"),
    (["zzz"], "No such command 'zzz'"),
    (["--zzz"], "No such option: --zzz"),
    (["dose"], "Missing argument 'drugs'. — 'mtornet dose --help' shows what there is"),
    (["dose", "everolimos"], "unknown drug 'everolimos'; did you mean 'everolimus'?"),
    (
        ["dose", "everolimus", "--readout", "pS6K_T398"],
        "unknown read-out 'pS6K_T398'; did you mean 'pS6K_T389'?",
    ),
    (["dose", "everolimus", "--from", "10 nM", "--to", "1 nM"], "expected 0 < low <= high"),
    (["dose", "everolimus", "--from", "0 nM"], "expected 0 < low <= high"),
    (["dose", "everolimus", "--from", "1"], "lowest dose: '1' has no unit; write it like '1 nM'"),
    (["dose", "everolimus", "--doses", "3"], "needs at least four different doses above 0"),
    (["dose", "everolimus", "--at", "0 h"], "at: expected a time > 0, got '0 h'"),
    (["dose", "everolimus", "--readout", "DEPTOR"], "read-out 'DEPTOR' is 0 without drug in wild_type cells"),
    (["simulate"], "Missing argument 'model'."),
    (
        ["simulate", "nowhere.xml"],
        "no model 'nowhere.xml' — neither a file nor one of the shipped models (mtor)",
    ),
    (["simulate", "mtor", "--method", "exactly"], "unknown method 'exactly'; known: "),
    (["simulate", "mtor", "--times", "1:0:3"], "--times '1:0:3': expected start < end and at least 2 points"),
    (
        ["simulate", "mtor", "--times", "0:10"],
        "--times '0:10': expected start:end:points, for example 0:100:101",
    ),
    (["simulate", "mtor", "--times", "0,5 nM"], "times: '5 nM' has the unit 'nM'; expected one like 's'"),
    (["simulate", "mtor", "--times", "5 s,1 s"], "times: expected ascending times"),
    (["show", "mtr"], "unknown name 'mtr'; did you mean 'mtor'?"),
    (["show", "mtr.xml"], "no model 'mtr.xml' — neither a file nor one of the shipped models (mtor)"),
    (["show", "mtor", "--drgs"], "No such option: --drgs"),
    (["check", "nowhere.xml"], "no model 'nowhere.xml'"),
    (["convert", "mtor", "x.foo"], "x.foo: unknown suffix '.foo'; expected one of .xml, .sbml, .ant,"),
    (["convert", "nowhere.xml", "x.ant"], "no model 'nowhere.xml'"),
    (
        ["convert", "mtor", "x.xml", "--drug", "everolimos"],
        "unknown drug 'everolimos'; did you mean 'everolimus'?",
    ),
    (
        ["convert", "mtor", "x.xml", "--variant", "PTEN_los"],
        "unknown variant 'PTEN_los'; did you mean 'PTEN_loss'?",
    ),
    (
        ["convert", "mtor", "no/such/folder/x.xml"],
        "cannot write 'no/such/folder/x.xml' — there is no folder 'no/such/folder'",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), OTHERS, ids=[" ".join(a) for a, _ in OTHERS])
def test_other_verbs(arguments, message, mtornet):
    check(mtornet(*arguments), message)


def test_a_wrong_file_name_leaves_no_folder(mtornet, tmp_path):
    mtornet("simulate", "nowhere.xml")
    assert list(tmp_path.iterdir()) == []


BROKEN = [
    ("cut.xml", "<sbml", "cut.xml:1: is not well-formed XML"),
    ("page.xml", "<html><body/></html>", "expected SBML"),
    ("cut.json", "{", "cut.json: not a node-link graph in JSON"),
    ("cut.ant", "model x\n A -> B; k*A^^\nend", "cut.ant: is not Antimony: Error in model string, line 2"),
    (
        "model.foo",
        "x",
        "model.foo: unknown suffix '.foo'; expected .xml, .sbml (SBML), .ant, .txt (Antimony) or .json",
    ),
    ("empty.xml", "", "empty.xml"),
]


@pytest.mark.parametrize(("name", "text", "message"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_broken_model_files(name, text, message, mtornet, tmp_path):
    if name.endswith(".ant"):
        pytest.importorskip("antimony")
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = mtornet("simulate", name)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("verb", [["compare", "everolimus"], ["dose", "everolimus"], ["simulate", "mtor"]])
@pytest.mark.parametrize("place", ["file", "file/deeper"])
def test_a_folder_that_cannot_be_written(verb, place, mtornet, tmp_path):
    # Root ignores permissions, so a regular file stands in the way.
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = mtornet(*verb, "--out", place)
    check(done, f"cannot write to '{place}' — ")
    assert "choose another folder with --out" in done.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_debug_shows_the_traceback_wherever_it_stands(mtornet):
    from mtornet.errors import UnknownNameError

    for arguments in (("--debug", "compare", "everolimos"), ("compare", "everolimos", "--debug")):
        with pytest.raises(UnknownNameError):
            mtornet(*arguments)


def test_errors_in_a_process_of_its_own(shell):
    done = shell("compare", "everolimos")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: unknown drug 'everolimos'; did you mean 'everolimus'?\n"


def test_a_reader_who_leaves_is_no_error(environment):
    # mtornet show --reactions | head -1
    process = subprocess.Popen(
        [*PROGRAM, "show", "mtor", "--reactions"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    with process:
        err = process.stderr.read()
    assert b"Traceback" not in err
    assert process.returncode == 0, err


@pytest.fixture
def tables(tmp_path):
    """A private copy of the shipped tables, to be damaged."""
    import shutil

    folder = tmp_path / "models" / "mtor"
    shutil.copytree(models_folder() / "mtor", folder)
    return folder


def damage(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder):
    with pytest.raises(TableError) as caught:
        load_knowledge("mtor", folder=folder)
    return caught.value


def test_intact_copy_loads(tables):
    assert load_knowledge("mtor", folder=tables)["drugs"]


def test_every_damage_is_listed_with_file_and_line(tables):
    damage(tables / "drugs.tsv", "\tK\t3\tnM", "\tK\tthree\tnM")
    damage(tables / "parameters.tsv", "\tfile\t", "\tfiel\t")
    damage(tables / "variants.tsv", "\tmultiply\t", "\tmultply\t")
    error = refusal(tables)
    assert len(error.problems) == 3
    text = str(error)
    assert text.startswith("3 problem(s) in the tables")
    assert "models/mtor/drugs.tsv:5: value: found 'three', expected a number" in text
    assert "unknown confidence 'fiel'; did you mean 'file'?" in text
    assert "unknown operation 'multply'; did you mean 'multiply'?" in text
    for problem in error.problems:
        assert problem.startswith("models/mtor/")


def test_a_missing_table(tables):
    (tables / "doses.tsv").unlink()
    assert "models/mtor/doses.tsv: the file is missing" in str(refusal(tables))


def test_a_missing_column(tables):
    damage(tables / "readouts.tsv", "id\tname\texpression\t", "id\tname\texpresion\t")
    text = str(refusal(tables))
    assert "unknown column 'expresion'; did you mean 'expression'?" in text
    assert "column 'expression' is missing" in text


def test_a_cut_line(tables):
    path = tables / "species.tsv"
    path.write_text(
        path.read_text(encoding="utf-8").rstrip("\n")[:-40].rsplit("\t", 3)[0] + "\n", encoding="utf-8"
    )
    assert "expected" in str(refusal(tables))
    assert "(one per column, tabs between)" in str(refusal(tables))


def test_a_repeated_row(tables):
    path = tables / "readouts.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1]]) + "\n", encoding="utf-8")
    assert f"models/mtor/readouts.tsv:{len(lines) + 1}: duplicate id" in str(refusal(tables))


def test_not_text(tables):
    (tables / "species.tsv").write_bytes(b"\xff\xfe\x00\x01")
    assert "models/mtor/species.tsv: cannot be read as UTF-8 text" in str(refusal(tables))


def test_a_wrong_formula(tables):
    damage(tables / "readouts.tsv", "AKT_S + AKT_TS", "AKT_S + + * AKT_TS")
    assert "models/mtor/readouts.tsv:" in str(refusal(tables))
    assert "expression: " in str(refusal(tables))
