"""libSBML, loaded on first use and in an order in which it stays whole."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from typing import Any

from mtornet.errors import SBMLError


def load_libsbml() -> Any:
    """Return the module ``libsbml``.

    libSEDML, which tellurium imports, registers types of the same names. Whoever of the two is
    imported later wins: after ``import libsbml, libsedml`` libSBML's enumerations are opaque objects
    that equal no number. So libSEDML goes first where it is installed.

    Raises
    ------
    SBMLError
        If the two were imported in the wrong order before.
    """
    if "libsbml" not in sys.modules and find_spec("libsedml") is not None:
        importlib.import_module("libsedml")
    libsbml = importlib.import_module("libsbml")
    if not isinstance(libsbml.ASTNode(libsbml.AST_PLUS).getType(), int):
        raise SBMLError(
            "libSBML does not work in this process: libsedml (part of tellurium) was imported after "
            "libsbml — import tellurium before libsbml, or let mtornet load both"
        )
    return libsbml
