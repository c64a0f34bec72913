"""What libSBML may see: text from a file that a streaming pass found harmless.

libSBML recurses over nested elements and dies of a stack overflow that Python cannot catch, and XML
entities can swell or read other files. So expat looks at the text first, element by element.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from mtornet.errors import SBMLError, UnsupportedFeatureError

MAX_BYTES = 50_000_000
MAX_NESTING = 200
MAX_FORMULA = 5_000
"""Elements in one ``<math>``: libSBML turns a sum of n terms into a tree n deep."""
MAX_NAME = 1_000
"""Characters of one identifier."""

SBML_NAMESPACE = "http://www.sbml.org/sbml/level"
_NAMESPACES = {
    ("2", "1"): f"{SBML_NAMESPACE}2",
    **{("2", version): f"{SBML_NAMESPACE}2/version{version}" for version in "2345"},
    **{("3", version): f"{SBML_NAMESPACE}3/version{version}/core" for version in "12"},
}
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Source:
    """Checked text, what to call it in messages, and the packages it cannot be read without."""

    name: str
    text: str
    required_packages: tuple[str, ...] = ()


def read_source(path_or_text: str | os.PathLike[str], *, language: str = "SBML") -> tuple[str, str]:
    """Return a name for messages, and the text.

    Text is told from a path by its beginning: XML starts with ``<``, Antimony has line breaks or ``;``.

    Raises
    ------
    SBMLError
        If there is no such file, it is too large, or it is not UTF-8.
    """
    if isinstance(path_or_text, str) and _is_text(path_or_text, language):
        if len(path_or_text) > MAX_BYTES:
            raise SBMLError(f"<text>: {len(path_or_text)} characters; at most {MAX_BYTES} are read")
        return "<text>", path_or_text.removeprefix("\ufeff")
    name = str(path_or_text)
    if not name.strip():
        raise SBMLError(f"the text is empty; expected {language}, or the path of a file")
    data = _bytes_of(name, path_or_text, language)
    if len(data) > MAX_BYTES:
        raise SBMLError(f"{name}: more than {MAX_BYTES // 1_000_000} MB; larger files are not read")
    if not data.strip():
        raise SBMLError(f"{name}: the file is empty; expected {language}")
    try:
        return name, data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SBMLError(
            f"{name}:{line}: found byte 0x{data[error.start]:02x}, which is not UTF-8; "
            f"expected {language} as UTF-8 text"
        ) from None


def _bytes_of(name: str, given: str | os.PathLike[str], language: str) -> bytes:
    try:
        path = Path(given)
        if path.is_dir():
            raise SBMLError(f"{name}: is a folder; expected an {language} file")
        if path.exists() and not path.is_file():
            raise SBMLError(f"{name}: is not a regular file; expected an {language} file")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SBMLError(f"{name}: no such file; expected an {language} file") from None
    except (OSError, ValueError) as error:
        raise SBMLError(f"{name!r}: cannot be opened: {error}") from None


def _is_text(given: str, language: str) -> bool:
    if language == "SBML":
        return given.lstrip("\ufeff \t\r\n").startswith("<")
    return "\n" in given or ";" in given


def checked_sbml(path_or_text: str | os.PathLike[str]) -> Source:
    """Return SBML text that is safe to give to libSBML.

    Raises
    ------
    SBMLError
        With ``file:line``, what was found and what was expected.
    """
    name, text = read_source(path_or_text)
    pass_ = _Pass(name)
    pass_.run(text)
    return Source(name, text, tuple(pass_.required))


class _Pass:
    """One streaming look at an XML text; refuses at the first thing that could do harm."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.depth = 0
        self.formula_depth = 0
        self.formula_size = 0
        self.required: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.entity
        self.parser.ExternalEntityRefHandler = self.entity
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def run(self, text: str) -> None:
        try:
            self.parser.Parse(text.encode("utf-8"), True)
        except UnicodeEncodeError:
            raise SBMLError(f"{self.name}: the text holds half a character (a lone surrogate)") from None
        except expat.ExpatError as error:
            raise SBMLError(
                f"{self.name}:{error.lineno}: is not well-formed XML: {expat.ErrorString(error.code)}; "
                "expected SBML"
            ) from None

    def refuse(self, problem: str) -> NoReturn:
        raise SBMLError(f"{self.name}:{self.parser.CurrentLineNumber}: {problem}")

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            self.refuse(f"found the encoding {encoding!r}; SBML is always UTF-8")

    def doctype(self, *_: object) -> None:
        self.refuse("found a DOCTYPE, which SBML does not have; it is refused because entities can harm")

    def entity(self, *_: object) -> int:
        self.refuse("found an ENTITY, which SBML does not have; it is refused because entities can harm")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, local = tag.rpartition(_SEPARATOR)
        if self.depth == 0:
            self.root(namespace, local, attributes)
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.refuse(f"elements nested deeper than {MAX_NESTING} levels; expected SBML")
        if any(len(attributes.get(key, "")) > MAX_NAME for key in ("id", "metaid", "variable", "species")):
            self.refuse(f"an identifier of more than {MAX_NAME} characters")
        if local == "math" or self.formula_depth:
            self.formula_depth += 1
            self.formula_size += 1
            if self.formula_size > MAX_FORMULA:
                self.refuse(f"a formula of more than {MAX_FORMULA} elements; split it")

    def end(self, _tag: str) -> None:
        self.depth -= 1
        if self.formula_depth:
            self.formula_depth -= 1
            if self.formula_depth == 0:
                self.formula_size = 0

    def root(self, namespace: str, local: str, attributes: dict[str, str]) -> None:
        if local != "sbml" or not namespace.startswith(SBML_NAMESPACE):
            self.refuse(
                f"found the element <{local}> of {namespace or 'no namespace'!r}; expected SBML, <sbml>"
            )
        level, version = attributes.get("level", ""), attributes.get("version", "")
        if level == "1":
            raise UnsupportedFeatureError(
                f"{self.name}:{self.parser.CurrentLineNumber}: SBML Level 1 is not read; "
                "convert the file to Level 3"
            )
        # libSBML ends the whole process over some combinations that do not exist.
        if _NAMESPACES.get((level, version)) != namespace:
            self.refuse(
                f"found level {level!r}, version {version!r} in the namespace {namespace!r}; "
                "expected Level 2 Version 1-5 or Level 3 Version 1-2 with the namespace of that version"
            )
        for key, value in attributes.items():
            package, _, attribute = key.rpartition(_SEPARATOR)
            if package and attribute == "required" and value.strip() in ("true", "1"):
                self.required.append(package)
