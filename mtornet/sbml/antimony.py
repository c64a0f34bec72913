"""Read Antimony, and hand a network to tellurium, both by way of SBML."""

from __future__ import annotations

import os
import re
from threading import Lock
from typing import Any

from mtornet.errors import SBMLError
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.read import read_sbml
from mtornet.sbml.source import MAX_NESTING, read_source
from mtornet.sbml.write import sbml_text

MAX_CHARACTERS = 5_000_000
# The parser is recursive, and a file that imports others would read what the user did not name.
_SPACE = r"(?:\s|\\|/\*.*?\*/|//[^\n]*\n|#[^\n]*\n)*"
_IMPORT = re.compile(rf"\bimport\b{_SPACE}[\"'`]", re.DOTALL)

_LOCK = Lock()
"""libAntimony keeps the files it has loaded in one global place."""


def read_antimony(path_or_text: str | os.PathLike[str]) -> ReactionNetwork:
    """Read an Antimony file, or text (which has a line break or a ``;``), as a reaction network.

    What Antimony means is SBML, so the same is read and refused as by :func:`mtornet.read_sbml`.

    Raises
    ------
    UnsupportedFeatureError
        Naming every construct that is not read.
    SBMLError
        If the file cannot be read, imports other files, or the extra ``antimony`` is not installed.
    """
    name, text = read_source(path_or_text, language="Antimony")
    _check(name, text)
    antimony = _antimony()
    with _LOCK:
        antimony.clearPreviousLoads()
        try:
            if antimony.loadAntimonyString(text) < 0:
                raise SBMLError(f"{name}: is not Antimony: {' '.join(str(antimony.getLastError()).split())}")
            sbml = antimony.getSBMLString(antimony.getMainModuleName())
            if not sbml:
                raise SBMLError(
                    f"{name}: Antimony gives no SBML: {' '.join(str(antimony.getLastError()).split())}"
                )
        finally:
            antimony.clearPreviousLoads()
    return read_sbml(sbml)


def _check(name: str, text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise SBMLError(f"{name}: {len(text)} characters of Antimony; at most {MAX_CHARACTERS} are read")
    found = _IMPORT.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise SBMLError(f"{name}:{line}: found an import of another file; paste its text in here instead")
    if "\0" in text:
        raise SBMLError(f"{name}: found a NUL character; expected Antimony text")
    depth = deepest = 0
    for sign in re.findall(r"[()]", text):
        depth += 1 if sign == "(" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        raise SBMLError(f"{name}: brackets nested {deepest} deep; at most {MAX_NESTING} are read")


def _antimony() -> Any:
    try:
        import antimony
    except ImportError as error:
        raise SBMLError(
            f"Antimony needs the extra 'antimony' ({error}): pip install 'mtornet[antimony]'"
        ) from None
    return antimony


def to_tellurium(network: ReactionNetwork) -> Any:
    """Return a tellurium ``ExtendedRoadRunner`` loaded with the network.

    Amounts are molecules per cell and times are seconds; inputs and parameters are set by name:
    ``runner["insulin"] = 10``.

    Raises
    ------
    SBMLError
        If the extra ``tellurium`` is not installed.
    """
    try:
        import tellurium
    except ImportError as error:
        raise SBMLError(
            f"to_tellurium needs the extra 'tellurium' ({error}): pip install 'mtornet[tellurium]'"
        ) from None
    return tellurium.loadSBMLModel(sbml_text(network))
