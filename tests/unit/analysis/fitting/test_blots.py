"""A user's table is read whole, or told what is wrong with each of its lines."""

import pytest

import mtornet as mt
from mtornet.analysis.fitting.blots import read_blots

HEADER = "condition,drug,dose,time,readout,fold_change,sd"


def table(tmp_path, *lines, header=HEADER):
    path = tmp_path / "blots.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_everything_of_a_row_arrives(mtor, tmp_path):
    path = table(
        tmp_path,
        "# a comment, with commas",
        "both,RAD001+BYL719,20 nM + 1 uM for 6 h,90 min,pAKT_S473,1.5,0.25,PTEN_loss,insulin=10 nM,own blot",
        "",
        "control,vehicle,,24 h,pS6,1.02,0.1,,,",
        header="Condition, Drug, Dose, Time, Read-out, Fold change, SD, Variant, Inputs, Source",
    )
    both, control = read_blots(path, mtor)
    assert both.where.endswith("blots.csv:3")
    assert both.label == "both"
    assert both.condition.variant == "PTEN_loss"
    assert {name: str(dose) for name, dose in both.condition.doses(mtor).items()} == {
        "everolimus": "20 nM",
        "alpelisib": "1000 nM for 6 h",
    }
    assert both.condition.inputs["insulin"] == "10 nM"
    assert (both.time_s, both.readout, both.fold, both.sd) == (5400.0, "pAKT_S473", 1.5, 0.25)
    assert control.where.endswith("blots.csv:5")
    assert not control.condition.drugs


def test_a_common_spread_fills_only_what_is_empty(mtor, tmp_path):
    path = table(tmp_path, "a,everolimus,20 nM,1 h,pS6,0.5,", "a,everolimus,20 nM,2 h,pS6,0.5,0.3")
    assert [blot.sd for blot in read_blots(path, mtor, sd=0.2)] == [0.1, 0.3]
    with pytest.raises(mt.TableError, match=r"blots\.csv:2: sd: found '', expected a finite number above 0"):
        read_blots(path, mtor)


GOOD = "a,everolimus,20 nM,1 h,pS6,0.5,0.1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,everolymus,20 nM,1 h,pS6,0.5,0.1", "unknown drug 'everolymus'; did you mean 'everolimus'?"),
        ("a,everolimus,20,1 h,pS6,0.5,0.1", "dose of everolimus: '20' has no unit; write it like '20 nM'"),
        ("a,everolimus,20 h,1 h,pS6,0.5,0.1", "dose of everolimus"),
        ("a,everolimus,20 nM,24,pS6,0.5,0.1", "time: '24' has no unit; write it like '24 h' or '24 s'"),
        ("a,everolimus,20 nM,,pS6,0.5,0.1", "time: found '', expected a time >= 0 with its unit"),
        ("a,everolimus,20 nM,-1 h,pS6,0.5,0.1", "time: found '-1 h', expected a time >= 0"),
        ("a,everolimus,20 nM,1 h,pS7,0.5,0.1", "unknown read-out 'pS7'; did you mean 'pS6'?"),
        (
            "a,everolimus,20 nM,1 h,pS6,0,0.1",
            "fold_change: found '0', expected a finite number above 0; a band",
        ),
        (
            "a,everolimus,20 nM,1 h,pS6,half,0.1",
            "fold_change: found 'half', expected a finite number above 0",
        ),
        ("a,everolimus,20 nM,1 h,pS6,0.5,nan", "sd: found 'nan', expected a finite number above 0"),
        ("a,everolimus,20 nM,1 h,pS6,0.5", "found 6 cells, expected 7, one per column"),
        ("a,everolimus+alpelisib,20 nM,1 h,pS6,0.5,0.1", "2 drug(s) 'everolimus+alpelisib' but 1 dose(s)"),
        ("a,vehicle,20 nM,1 h,pS6,0.5,0.1", "dose '20 nM' of no drug; name the drug"),
    ],
)
def test_each_mistake_has_its_line(mtor, tmp_path, line, message):
    with pytest.raises(mt.TableError) as caught:
        read_blots(table(tmp_path, GOOD, line), mtor)
    assert f"blots.csv:3: {message}" in str(caught.value)


def test_all_mistakes_are_told_at_once(mtor, tmp_path):
    path = table(tmp_path, "a,everolymus,20 nM,24,pS7,0.5,0.1", GOOD, "b,everolimus,20 nM,1 h,pS6,-1,0")
    with pytest.raises(mt.TableError) as caught:
        read_blots(path, mtor)
    assert len(caught.value.problems) == 5
    assert sum(":2: " in problem for problem in caught.value.problems) == 3


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "condition,drug,dose,time,readout,fold_chang,sd",
            "unknown column 'fold_chang'; did you mean 'fold_change'?",
        ),
        ("condition,drug,dose,time,readout,fold_change", "column 'sd' is missing"),
        (f"{HEADER},sd", "a column stands twice in the header"),
    ],
)
def test_wrong_headers(mtor, tmp_path, header, message):
    with pytest.raises(mt.TableError) as caught:
        read_blots(table(tmp_path, GOOD, header=header), mtor)
    assert "blots.csv:1: " in str(caught.value)
    assert message in str(caught.value)


def test_variants_and_inputs_are_looked_up(mtor, tmp_path):
    path = table(
        tmp_path,
        f"{GOOD},PTEN_los,",
        f"{GOOD},,insuln=1 nM",
        f"{GOOD},,insulin",
        header=f"{HEADER},variant,inputs",
    )
    with pytest.raises(mt.TableError) as caught:
        read_blots(path, mtor)
    told = str(caught.value)
    assert ":2: unknown variant 'PTEN_los'; did you mean 'PTEN_loss'?" in told
    assert ":3: unknown input 'insuln'; did you mean 'insulin'?" in told
    assert ":4: inputs: 'insulin': expected name=value" in told


def test_a_context_is_read_and_looked_up(mtor, tmp_path):
    header = f"{HEADER},context"
    (blot,) = read_blots(table(tmp_path, f"{GOOD},MCF7", header=header), mtor)
    assert blot.condition.context == "MCF7"
    with pytest.raises(mt.TableError, match=r"blots\.csv:2: .*'MCF8'"):
        read_blots(table(tmp_path, f"{GOOD},MCF8", header=header), mtor)


def test_files_that_hold_nothing(mtor, tmp_path):
    with pytest.raises(mt.TableError, match="no measurement below the header"):
        read_blots(table(tmp_path), mtor)
    with pytest.raises(mt.TableError, match="cannot be read as UTF-8 text"):
        read_blots(tmp_path / "absent.csv", mtor)
    (tmp_path / "empty.csv").write_text("\n", encoding="utf-8")
    with pytest.raises(mt.TableError, match="the table is empty; expected a header with condition, drug"):
        read_blots(tmp_path / "empty.csv", mtor)
