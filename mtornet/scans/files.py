"""Files of a store: whole or not there, on the disk and not only in its cache, named by their content."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from mtornet.errors import OutputError

_NAME = re.compile(r"(\d{12,})-(\d{12,})-([0-9a-f]{16})\.(?:parquet|json)\Z")


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Points ``first`` to ``end`` (not included), and the file that holds them."""

    first: int
    end: int
    sha: str
    path: Path

    def is_whole(self) -> bool:
        """Whether the file's bytes are those that were written."""
        try:
            return _sha(self.path.read_bytes()) == self.sha
        except OSError:
            return False


def stretches(folder: Path) -> Iterator[Stretch]:
    """Yield the files of a folder in order of their points, unread."""
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{folder}: cannot be read: {error.strerror or error}") from None
    for name in names:
        match = _NAME.match(name)
        if match is not None:
            yield Stretch(int(match[1]), int(match[2]), match[3], folder / name)


def write_stretch(folder: Path, first: int, end: int, content: bytes, *, suffix: str) -> Path:
    """Write the file of some points; it appears under its name when it is on the disk, or never."""
    path = folder / f"{first:012d}-{end:012d}-{_sha(content)}.{suffix}"
    write_durably(path, content)
    return path


def write_durably(path: Path, content: bytes) -> None:
    """Write a file beside its place, bring it to the disk and move it there.

    Raises
    ------
    OutputError
        If the disk is full, the folder is read-only or gone.
    """
    # Each writer has a name of its own, so that two never write into one file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _explained(path, error) from None
    finally:
        # Where the folder cannot be written it remains, and is removed when it can.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for path in folder.glob(".*.part"):
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # A name is on the disk when its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(path: Path, error: OSError) -> OutputError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            f"cannot write {str(path)!r} — the disk is full; what is finished is safe: make room, then go on "
            f"with 'mtornet scan resume {path.parent.parent}'"
        )
    return OutputError(f"cannot write {str(path)!r} — {error.strerror or error}; what is finished is safe")


def _sha(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()
