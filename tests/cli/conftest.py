"""Run the command line in this process, or as a user's shell would."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mtornet.cli.main import run

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from mtornet.cli.main import main; main()"]
TINY = ["--cells", "3", "--copy-scale", "0.002", "--duration", "4 h", "--settle", "1 h", "--seed", "7"]


@dataclass(frozen=True)
class Outcome:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def mtornet(capsys, tmp_path, monkeypatch):
    """``mtornet("show", "mtor")`` from an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def environment():
    """Variables of a fresh process that finds this checkout and nothing of the user's settings."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONWARNDEFAULTENCODING"}
    return {**own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}


@pytest.fixture(scope="session")
def shell(environment, tmp_path_factory):
    """The same in a process of its own."""
    folder = tmp_path_factory.mktemp("shell")

    def call(*arguments: object, timeout: float = 120) -> Outcome:
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def compared(tmp_path_factory, shell):
    """One small stochastic comparison with everything on, written by a process of its own."""
    folder = tmp_path_factory.mktemp("compared") / "out"
    arms = ("everolimus", "sapanisertib", "--combine", "everolimus+sapanisertib", "--variant", "PTEN_loss")
    more = ("--dose", "everolimus=5 nM for 2 h every 3 h", "--keep", "trajectories", "--quiet")
    done = shell("compare", *arms, *more, *TINY, "--out", folder)
    assert done.code == 0, done.err
    return folder, done


@pytest.fixture
def no_drawing(monkeypatch):
    """Leave out the figures where only numbers are looked at."""
    monkeypatch.setattr("mtornet.plot.figures_for", lambda *_, **__: {})


TOY_ANTIMONY = """
model decay
  compartment cell = 1;
  species A in cell, B in cell;
  substanceOnly species A, B;
  A = 100; B = 0; k = 0.1;
  J: A -> B; k*A;
end
"""


@pytest.fixture
def toy_xml(tmp_path):
    """A -> B with constant 0.1/s and 100 molecules, as SBML."""
    path = tmp_path / "decay.xml"
    path.write_text(TOY_SBML, encoding="utf-8")
    return path


def sbml_species(name: str, amount: int) -> str:
    return (
        f'<species id="{name}" compartment="cell" initialAmount="{amount}" hasOnlySubstanceUnits="true" '
        'boundaryCondition="false" constant="false"/>'
    )


def sbml_side(name: str) -> str:
    return f'<speciesReference species="{name}" stoichiometry="1" constant="true"/>'


TOY_SBML = f"""<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="decay" substanceUnits="item" timeUnits="second" volumeUnits="litre" extentUnits="item">
<listOfCompartments>
<compartment id="cell" spatialDimensions="3" size="1" constant="true"/>
</listOfCompartments>
<listOfSpecies>{sbml_species("A", 100)}{sbml_species("B", 0)}</listOfSpecies>
<listOfParameters><parameter id="k" value="0.1" constant="true"/></listOfParameters>
<listOfReactions><reaction id="J" reversible="false">
<listOfReactants>{sbml_side("A")}</listOfReactants>
<listOfProducts>{sbml_side("B")}</listOfProducts>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>A</ci></apply></math></kineticLaw>
</reaction></listOfReactions>
</model></sbml>
"""


@pytest.fixture
def delayed_xml(tmp_path):
    """The same with a rate that looks back in time, which no engine here supports."""
    delay = (
        '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">delay</csymbol>'
        "<ci>A</ci><cn>1</cn></apply>"
    )
    path = tmp_path / "delayed.xml"
    path.write_text(
        TOY_SBML.replace("<ci>A</ci></apply></math>", f"{delay}</apply></math>"), encoding="utf-8"
    )
    return path
