"""Files that are broken or mean harm: one clear error each, and the process lives."""

# ruff: noqa: E501 - XML reads worse when its lines are broken
from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest

from mtornet.errors import SBMLError, UnsupportedFeatureError
from mtornet.sbml import source
from mtornet.sbml.read import read_sbml
from tests.unit.sbml.foreign import MATHML, model, reaction

GOOD = model(reaction("R", "k*A", "A"))
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="&b;"/></sbml>'
)
SECRET = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><sbml/>'


def formula(body: str) -> str:
    return GOOD.replace(
        GOOD[GOOD.index("<kineticLaw>") : GOOD.index("</kineticLaw>")],
        f"<kineticLaw><math {MATHML}>{body}</math>",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BILLION_LAUGHS, "<text>:1: found a DOCTYPE"),
        (SECRET, "found a DOCTYPE"),
        ("<", "is not well-formed XML"),
        (GOOD[:-20], "is not well-formed XML"),
        (GOOD.replace("<model", "<model \x00"), "is not well-formed XML"),
        (GOOD.replace("<model", "<model name='&nosuch;'"), "is not well-formed XML"),
        ("<html><body/></html>", "found the element <html>"),
        ('<sbml level="3" version="2"/>', "found the element <sbml> of 'no namespace'"),
        (GOOD.replace('version="2"', 'version="9"'), "found level '3', version '9'"),
        (GOOD.replace('level="3"', 'level="2"'), "found level '2', version '2' in the namespace"),
        (GOOD.replace("UTF-8", "ISO-8859-1"), "found the encoding 'ISO-8859-1'"),
        ("<a>" * 300 + "</a>" * 300, "found the element <a>"),
        (GOOD.replace("<listOfSpecies>", "<notes>" * 250 + "</notes>" * 250 + "<listOfSpecies>"), "deeper than 200"),
        (formula("<apply><minus/>" * 5000 + "<ci>A</ci>" + "</apply>" * 5000), "deeper than 200"),
        (formula("<apply><plus/>" + "<ci>A</ci>" * 6000 + "</apply>"), "a formula of more than 5000 elements"),
        (formula("<apply><plus/>" + "<ci>A</ci>" * 4000 + "</apply>"), "more than 300 terms or levels"),
        (formula("<apply><minus/>" * 150 + "<ci>A</ci>" + "</apply>" * 150), "brackets nested deeper than 120"),
        (formula("<infinity/>"), "law of reaction 'R' has no finite value: inf"),
        (GOOD.replace('id="k"', f'id="{"k" * 2000}"'), "an identifier of more than 1000 characters"),
        (GOOD.replace('value="0.5"', 'value="much"'), "is not valid SBML"),
        (GOOD.replace('value="0.5"', 'value="NaN"'), "nan"),
        (GOOD.replace('initialAmount="10"', 'initialAmount="-1"'), "'A' starts at -1.0; expected an amount >= 0"),
        (GOOD.replace('size="2"', 'size="0"'), "size must be > 0"),
        ("", "the text is empty"),
        ("no such file", "no such file: no such file; expected an SBML file"),
        ("a\0b", "cannot be opened"),
        ("x" * 5000, "cannot be opened"),
    ],
    ids=lambda value: value[:40].encode("unicode_escape").decode() if isinstance(value, str) else None,
)  # fmt: skip
def test_hostile_text(text: str, expected: str) -> None:
    with pytest.raises(SBMLError, match=expected):
        read_sbml(text)


def test_hostile_files(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    with pytest.raises(SBMLError, match="is a folder; expected an SBML file"):
        read_sbml(tmp_path)
    path.write_bytes(b" \n")
    with pytest.raises(SBMLError, match="the file is empty"):
        read_sbml(path)
    path.write_bytes(GOOD.encode().replace(b"<model", b"\n<model name='\xff'"))
    with pytest.raises(SBMLError, match=r"model.xml:4: found byte 0xff, which is not UTF-8"):
        read_sbml(path)
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(SBMLError, match="is not UTF-8"):
        read_sbml(path)
    path.write_bytes(os.urandom(2000))
    with pytest.raises(SBMLError):
        read_sbml(path)
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert list(read_sbml(path).reactions) == ["R"]


def test_too_large_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.xml"
    path.write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(source, "MAX_BYTES", 100)
    with pytest.raises(SBMLError, match="larger files are not read"):
        read_sbml(path)
    with pytest.raises(SBMLError, match="at most 100 are read"):
        read_sbml(GOOD)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "model.xml"
    os.mkfifo(pipe)
    with pytest.raises(SBMLError, match="is not a regular file"):
        read_sbml(pipe)


def function(name: str, body: str) -> str:
    return f'<functionDefinition id="{name}"><math {MATHML}><lambda><bvar><ci>x</ci></bvar>{body}</lambda></math></functionDefinition>'


def test_functions_that_double_each_time_do_not_explode() -> None:
    def call(name: str) -> str:
        return f"<apply><ci>{name}</ci><ci>x</ci></apply>"

    functions = function("f0", "<apply><plus/><ci>x</ci><ci>x</ci></apply>")
    for i in range(1, 28):
        functions += function(f"f{i}", f"<apply><plus/>{call(f'f{i - 1}')}{call(f'f{i - 1}')}</apply>")
    law = formula("<apply><times/><ci>A</ci><apply><ci>f27</ci><ci>k</ci></apply></apply>")
    text = law.replace(
        "<listOfCompartments>",
        f"<listOfFunctionDefinitions>{functions}</listOfFunctionDefinitions><listOfCompartments>",
        1,
    )
    with pytest.raises(UnsupportedFeatureError, match="a formula of more than 20000 nodes"):
        read_sbml(text)


def chain(n: int) -> str:
    """A file in which each of n parameters is the one before."""
    quantities = "".join(f'<parameter id="p{i}" value="1" constant="false"/>' for i in range(n))
    rules = "".join(
        f'<assignmentRule variable="{b}"><math {MATHML}><ci>{a}</ci></math></assignmentRule>'
        for a, b in pairwise(f"p{i}" for i in reversed(range(n)))
    )
    return GOOD.replace(
        "</listOfParameters>", f"{quantities}</listOfParameters><listOfRules>{rules}</listOfRules>"
    )


def test_chains_are_read_or_refused_before_they_take_long() -> None:
    start = perf_counter()
    with pytest.raises(UnsupportedFeatureError, match="depend on each other in more than 60000 ways"):
        read_sbml(chain(5000))
    assert len(read_sbml(chain(100)).derived) == 99
    assert perf_counter() - start < 30


def test_many_events_take_no_long_time() -> None:
    n = 1000
    events = "".join(
        f'<event useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true"><math {MATHML}><true/></math></trigger>'
        f'<listOfEventAssignments><eventAssignment variable="p0"><math {MATHML}><ci>p{i}</ci></math></eventAssignment></listOfEventAssignments></event>'
        for i in range(n)
    )
    quantities = "".join(f'<parameter id="p{i}" value="1" constant="false"/>' for i in range(n))
    text = GOOD.replace("</listOfParameters>", f"{quantities}</listOfParameters>")
    text = text.replace("</listOfReactions>", f"</listOfReactions><listOfEvents>{events}</listOfEvents>")
    start = perf_counter()
    assert len(read_sbml(text).events) == n
    assert perf_counter() - start < 30


@pytest.mark.parametrize("count", ["1e300", "INF", "NaN"])
def test_counts_that_are_no_counts(count: str) -> None:
    text = GOOD.replace('species="A" stoichiometry="1"', f'species="A" stoichiometry="{count}"')
    assert text != GOOD
    with pytest.raises(SBMLError, match=r"stoichiometry of 'A' is not given as a number up to 1e\+15"):
        read_sbml(text)


def test_annotations_of_ours_that_lie_are_not_believed() -> None:
    lies = (
        '<annotation><mtornet:reaction xmlns:mtornet="https://mtornet.org/ns/1" law="no_law" rate_constant="((" '
        'low="x"/></annotation>'
    )
    text = GOOD.replace(
        '<reaction id="R" reversible="false" >', f'<reaction id="R" reversible="false">{lies}'
    )
    assert lies in text
    found = read_sbml(text).reactions["R"]
    assert (found.law, str(found.rate_constant)) == ("mass_action", "k")
