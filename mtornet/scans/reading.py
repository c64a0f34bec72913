"""Read a specification from TOML, and write one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mtornet.errors import ProtocolError
from mtornet.scans.checking import check
from mtornet.scans.schema import SPEC
from mtornet.scans.spec import Scan, Vary

MAX_BYTES = 20_000_000


def read_scan(path: str | Path) -> Scan:
    """Read a specification.

    Raises
    ------
    ProtocolError
        With the file and the line or key of what is wrong.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProtocolError(f"{path}: larger than {MAX_BYTES} bytes; not a specification of a scan")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProtocolError(f"{path}: there is no such file; expected the specification of a scan") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(f"{path}: not TOML: {error}") from None
    check(data, SPEC, where=str(path))
    blocks = [Vary(**block) for block in data.pop("vary")]
    scan = Scan(**data, vary=blocks, where=str(path))
    model = path.parent / str(scan.model)
    # A model beside the specification is meant before one in the folder the user happens to stand in.
    return replace(scan, model=str(model)) if model.is_file() else scan


def write_scan(scan: Scan) -> str:
    """Return a specification as TOML text that :func:`read_scan` reads back."""
    data = scan.as_dict()
    tables = {name: data.pop(name) for name in list(data) if isinstance(data[name], dict)}
    blocks = data.pop("vary")
    lines = [f"{name} = {_value(value)}" for name, value in data.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    for block in blocks:
        lines += ["", "[[vary]]", *(f"{_key(key)} = {_value(value)}" for key, value in block.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, except for the one of a lone surrogate, which no text file can hold.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return repr(value)
