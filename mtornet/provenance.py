"""Where a number comes from, and what a result was made with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

CONFIDENCES = ("file", "page", "memory", "design", "fitted")
"""How sure we are of a value, from read in a data file to chosen or estimated by us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Source of a value and how sure we are of it."""

    source: str = ""
    confidence: str = "design"
    note: str = ""
    where: str = ""
    """``file:line`` of the table row, if there is one."""


def canonical_json(value: Any) -> str:
    """Return ``value`` as JSON text that is the same for equal content on every machine."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def content_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``, as hexadecimal text."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def package_version() -> str:
    """Return the version of the installed mtornet."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mtornet")
    except PackageNotFoundError:
        return "0+checkout"


def versions() -> dict[str, str]:
    """Return the versions of everything that can change a number."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    # Looking six packages up takes longer than many a simulation.
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"mtornet": package_version(), "python": platform.python_version()}
    for name in ("numpy", "scipy", "numba", "networkx", "pandas", "python-libsbml"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found
