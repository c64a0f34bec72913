"""What is refused, by name: every construct of SBML that a reaction network of ours cannot hold."""

from __future__ import annotations

from typing import Any

from mtornet.errors import SBMLError, UnsupportedFeatureError
from mtornet.sbml.chains import refuse_long_chains
from mtornet.sbml.library import load_libsbml
from mtornet.sbml.source import Source

ADVICE = (
    "a file is read as a whole or not at all; rewrite or remove these, or use a simulator that knows them"
)
MAX_SHOWN = 200


class Refusals:
    """Collects every construct of one file that is not read, so that one error names them all."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.found: list[str] = []

    def add(self, element: Any, what: str) -> None:
        """Note a construct; ``element`` is the libSBML object it stands in."""
        line = element.getLine() if element is not None else 0
        place = f"{self._name}:{line}" if line else self._name
        self.found.append(f"{place}: {what}")

    def raise_if_any(self) -> None:
        """Raise one error that lists all."""
        if not self.found:
            return
        count = "1 construct is" if len(self.found) == 1 else f"{len(self.found)} constructs are"
        shown = [*self.found[:MAX_SHOWN]]
        if len(self.found) > MAX_SHOWN:
            shown.append(f"and {len(self.found) - MAX_SHOWN} more")
        raise UnsupportedFeatureError(
            f"{self._name}: {count} not supported\n  " + "\n  ".join(shown) + f"\n{ADVICE}"
        )


def label(kind: str, element: Any) -> str:
    """Return ``event 'e1'``, or ``event without an id`` with what it is about."""
    name = element.getIdAttribute() if hasattr(element, "getIdAttribute") else element.getId()
    return f"{kind} {name!r}" if name else f"{kind} (without an id)"


def parse_document(source: Source) -> Any:
    """Let libSBML read checked text.

    Raises
    ------
    SBMLError
        Listing what libSBML found wrong, with lines.
    UnsupportedFeatureError
        If the file needs an SBML package.
    """
    libsbml = load_libsbml()

    refusals = Refusals(source.name)
    for package in source.required_packages:
        refusals.add(None, f"the package {_package(package)!r} is marked as required ({package})")
    refusals.raise_if_any()
    document = libsbml.readSBMLFromString(source.text)
    _raise_errors(document, source.name)
    model = document.getModel()
    if model is None:
        raise SBMLError(f"{source.name}: there is no <model> in the file")
    refuse_long_chains(model, source.name)
    for category in (
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    ):
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    _raise_errors(document, source.name)
    return document


def _package(namespace: str) -> str:
    parts = namespace.rstrip("/").split("/")
    return parts[-2] if len(parts) > 2 and parts[-1].startswith("version") else parts[-1]


def _raise_errors(document: Any, name: str) -> None:
    libsbml = load_libsbml()

    errors = [document.getError(i) for i in range(document.getNumErrors())]
    serious = [e for e in errors if e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if not serious:
        return
    lines = [
        f"{name}:{e.getLine()}: {' '.join(e.getMessage().split())} [{e.getErrorId()}]" for e in serious[:20]
    ]
    if len(serious) > 20:
        lines.append(f"and {len(serious) - 20} more")
    raise SBMLError(f"{name}: is not valid SBML, libSBML says\n  " + "\n  ".join(lines))


def scan(model: Any, refusals: Refusals) -> list[str]:
    """Note every construct that no formula needs to be looked at for; return what is left out instead."""
    left_out = []
    for constraint in model.getListOfConstraints():
        if constraint.isSetMath():
            refusals.add(constraint, f"{label('constraint', constraint)}: constraints are not read")
        else:
            left_out.append(f"{label('constraint', constraint)} has no formula and is left out")
    for rule in model.getListOfRules():
        if rule.isAlgebraic() and rule.isSetMath():
            refusals.add(rule, f"{label('algebraic rule', rule)}: algebraic rules are not read")
        elif rule.isAlgebraic():
            left_out.append(f"{label('algebraic rule', rule)} has no formula and is left out")
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            refusals.add(reaction, f"{label('reaction', reaction)} is fast: fast reactions are not read")
        if not reaction.isSetKineticLaw() or not reaction.getKineticLaw().isSetMath():
            refusals.add(reaction, f"{label('reaction', reaction)} has no kinetic law")
    return left_out
