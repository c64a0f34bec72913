"""Files that are whole or not there: checked folders, atomic writes, one spelling per format."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd


def writable_folder(folder: Path) -> Path:
    """Make a folder and check that it can be written, before anything long starts.

    Raises
    ------
    OutputError
        Saying what stands in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".mtornet-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"cannot write to {str(folder)!r} — {error.strerror or error}; choose another folder with --out"
        ) from None
    return folder


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file under a temporary name and move it into place, so that no half file remains.

    Raises
    ------
    OutputError
        If the disk is full or the folder is gone.
    """
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {str(path)!r} — there is no folder {str(path.parent)!r}")
    temporary = path.with_name(f".{path.name}.part")
    try:
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r} — {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV; numbers keep every digit they need to be read back exactly."""
    return write_atomically(path, lambda p: table.to_csv(p, index=False, lineterminator="\n"))


def write_text(text: str, path: Path) -> Path:
    """Write text as UTF-8."""
    return write_atomically(path, lambda p: p.write_text(text, encoding="utf-8"))


def write_json(content: object, path: Path) -> Path:
    """Write JSON for people: indented, in the given order."""
    return write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)
