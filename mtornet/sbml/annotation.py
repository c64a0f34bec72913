"""What SBML core has no place for, kept beside each element in a namespace of our own; MIRIAM links.

Core SBML always wins: an attribute of ours only adds what core cannot say, or says with fewer digits,
and one that contradicts core (another tool edited the file) is not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtornet.provenance import Provenance
from mtornet.sbml.library import load_libsbml

NAMESPACE = "https://mtornet.org/ns/1"
"""A name, never fetched."""
PREFIX = "mtornet"

_IDENTIFIERS = "https://identifiers.org/"
_NO_PROVENANCE = Provenance()
# Not allowed in XML 1.0, changed by attribute normalisation, or our own marks.
_UNSAFE = re.compile("[\\\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|&(?=#|amp;|apos;|lt;|gt;|quot;)")
_EMPTY = "\\empty"
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def escape(text: str) -> str:
    """Return text that survives an XML attribute and libSBML, which leaves ``&lt;`` as it finds it."""
    # libSBML drops an attribute that is empty.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text) or _EMPTY


def unescape(text: str) -> str:
    """Undo :func:`escape`."""
    return "" if text == _EMPTY else _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)


def is_plain(text: str) -> bool:
    """Tell whether text survives in an attribute of SBML core as it is."""
    return escape(text) == text


@dataclass(frozen=True, slots=True)
class Details:
    """Our annotation of one element: its kind (``parameter``, ``input`` ...) and text by attribute."""

    kind: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Details, ...] = ()

    def text(self, key: str, default: str = "") -> str:
        """Return an attribute, or what stands in for it."""
        return self.values.get(key, default)

    def number(self, key: str) -> float | None:
        """Return an attribute as a number; ``None`` if absent or not a number."""
        try:
            return float(self.values[key]) if key in self.values else None
        except ValueError:
            return None

    def exact(self, key: str, core: float) -> float:
        """Return a number with all its digits if core holds the same with the 15 that libSBML writes."""
        exact = self.number(key)
        return exact if exact is not None and f"{exact:.15g}" == f"{core:.15g}" else core

    def items(self, key: str) -> tuple[str, ...]:
        """Return an attribute that is a list."""
        return items_of(self.values[key]) if key in self.values else ()

    @property
    def provenance(self) -> Provenance:
        """The source of the element."""
        return Provenance(
            source=self.text("source"),
            confidence=self.text("confidence", _NO_PROVENANCE.confidence),
            note=self.text("note"),
            where=self.text("where"),
        )


def text_of_items(items: Sequence[str]) -> str:
    """Return a list as one text."""
    return ";".join(item.replace("\\", "\\\\").replace(";", "\\;") for item in items)


def items_of(text: str) -> tuple[str, ...]:
    """Undo :func:`text_of_items`."""
    parts, current, characters = [], "", iter(text)
    for character in characters:
        if character == "\\":
            current += next(characters, "")
        elif character == ";":
            parts.append(current)
            current = ""
        else:
            current += character
    return (*parts, current)


def provenance_values(provenance: Provenance) -> dict[str, str]:
    """Return the attributes of a provenance that are not the default."""
    names = ("source", "confidence", "note", "where")
    return {n: getattr(provenance, n) for n in names if getattr(provenance, n) != getattr(_NO_PROVENANCE, n)}


def annotate(element: Any, details: Details) -> None:
    """Put our annotation on a libSBML element."""
    element.setAnnotation(_xml(details, root=True))


def _xml(details: Details, *, root: bool) -> str:
    attributes = [f'xmlns:{PREFIX}="{NAMESPACE}"'] if root else []
    attributes += [f'{key}="{_quoted(escape(value))}"' for key, value in details.values.items()]
    inside = "".join(_xml(child, root=False) for child in details.children)
    tag = f"{PREFIX}:{details.kind}"
    opening = " ".join([tag, *attributes])
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def details_of(element: Any) -> Details:
    """Return our annotation of a libSBML element, empty if it has none."""
    if not element.isSetAnnotation():
        return Details()
    annotation = element.getAnnotation()
    children = (annotation.getChild(i) for i in range(annotation.getNumChildren()))
    return next((_details(child) for child in children if child.getURI() == NAMESPACE), Details())


def _details(node: Any) -> Details:
    values = {node.getAttrName(i): unescape(node.getAttrValue(i)) for i in range(node.getAttributesLength())}
    children = (node.getChild(i) for i in range(node.getNumChildren()))
    inner = tuple(_details(child) for child in children if child.getURI() == NAMESPACE)
    return Details(node.getName(), values, inner)


def add_links(element: Any, compact_ids: Sequence[str]) -> None:
    """Link an element to database entries; several entries are the parts of a complex."""
    libsbml = load_libsbml()

    if not compact_ids:
        return
    term = libsbml.CVTerm()
    term.setQualifierType(libsbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(libsbml.BQB_IS if len(compact_ids) == 1 else libsbml.BQB_HAS_PART)
    for compact_id in compact_ids:
        term.addResource(_IDENTIFIERS + compact_id)
    element.addCVTerm(term)


def compact_ids_of(annotation: str) -> tuple[str, ...]:
    """Split ``"uniprot:P31749; CHEBI:9168"``; what is no compact id is left out."""
    parts = (part.strip() for part in annotation.split(";"))
    return tuple(dict.fromkeys(part for part in parts if re.fullmatch(r"[A-Za-z0-9._]+:[^\s<>\"&;]+", part)))


def links_of(element: Any) -> str:
    """Return the database entries an element is, or consists of, as ``"uniprot:P31749;CHEBI:9168"``."""
    libsbml = load_libsbml()

    found: list[str] = []
    for i in range(element.getNumCVTerms()):
        term = element.getCVTerm(i)
        wanted = (libsbml.BQB_IS, libsbml.BQB_HAS_PART)
        if term.getQualifierType() != libsbml.BIOLOGICAL_QUALIFIER or (
            term.getBiologicalQualifierType() not in wanted
        ):
            continue
        found.extend(_compact(term.getResourceURI(j)) for j in range(term.getNumResources()))
    return ";".join(dict.fromkeys(filter(None, found)))


def _compact(uri: str) -> str:
    match = re.match(r"https?://identifiers\.org/(?:([A-Za-z0-9._-]+)/)?(.+)\Z", uri)
    if match is None:
        match = re.match(r"urn:miriam:([A-Za-z0-9._-]+):(.+)\Z", uri)
    if match is None:
        return ""
    collection, accession = match.group(1), match.group(2).replace("%3A", ":")
    # Some accessions carry their collection: GO:0031931, CHEBI:9168.
    return accession if not collection or ":" in accession else f"{collection}:{accession}"


def annotation_text(element: Any, details: Details) -> str:
    """Return the links of an element as text, in our own spelling where that says the same."""
    links = links_of(element)
    ours = details.values.get("annotation")
    return ours if ours is not None and ";".join(compact_ids_of(ours)) == links else links
