"""How good predictions were: what was predicted and what it took, in the user's cache folder."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One prediction, and the truth once it is known."""

    sha256: str
    """Of the scan."""
    seconds: float
    """Predicted time on one thread."""
    megabytes: float
    took_s: float | None = None
    """Time on one thread that the scan took."""
    took_megabytes: float | None = None


def _path() -> Path | None:
    for root in (os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME") and f"{os.environ['HOME']}/.cache"):
        if root:
            return Path(root) / "mtornet" / "forecasts.json"
    return None


def records() -> list[Record]:
    """Return what is known, the oldest first; a file that cannot be read is none."""
    path = _path()
    try:
        return [Record(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))] if path else []
    except (OSError, ValueError, TypeError):
        return []


def predicted(record: Record) -> None:
    """Remember a prediction."""
    others = [r for r in records() if r.sha256 != record.sha256 or r.took_s is not None]
    _write([*others, record])


def took(sha256: str, *, seconds: float, megabytes: float) -> None:
    """Put the truth beside the prediction of a scan, if there was one."""
    known = records()
    for i, record in enumerate(known):
        if record.sha256 == sha256 and record.took_s is None:
            known[i] = Record(
                sha256=sha256,
                seconds=record.seconds,
                megabytes=record.megabytes,
                took_s=seconds,
                took_megabytes=megabytes,
            )
            _write(known)


def _write(known: list[Record]) -> None:
    path = _path()
    # Where there is no place for it, predictions go unjudged.
    with contextlib.suppress(OSError):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            temporary.write_text(json.dumps([asdict(r) for r in known[-MOST:]], indent=1), encoding="utf-8")
            os.replace(temporary, path)
