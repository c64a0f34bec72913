"""The folder of a scan: what was asked for, frozen, and what is finished, one immutable file per chunk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtornet.errors import OutputError, ProtocolError
from mtornet.graph.exchange import write_node_link
from mtornet.provenance import canonical_json, versions
from mtornet.scans.differences import differences
from mtornet.scans.files import Stretch, remove_parts, stretches, write_durably, write_stretch
from mtornet.scans.plan import Plan
from mtornet.scans.reading import read_scan, write_scan
from mtornet.scans.spec import Scan

CHUNKS, RETRIED, FAILED, DAMAGED = "chunks", "retried", "failed", "damaged"
SPEC, MANIFEST, MODEL = "scan.toml", "manifest.json", "model.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A point that was set aside."""

    point: int
    point_id: str
    status: str
    error: str
    coordinates: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Store:
    """The folder of one scan."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def n_points(self) -> int:
        """Number of points of the scan."""
        return int(self.manifest["n_points"])

    def chunks(self) -> list[Stretch]:
        """Return the finished chunks, unread."""
        return list(stretches(self.folder / CHUNKS))

    def missing(self) -> list[tuple[int, int]]:
        """Return the stretches of points that no chunk holds."""
        found, reached = [], 0
        for chunk in self.chunks():
            if chunk.first > reached:
                found.append((reached, chunk.first))
            reached = max(reached, chunk.end)
        if reached < self.n_points:
            found.append((reached, self.n_points))
        return found

    def check(self) -> list[Path]:
        """Move files out of the way whose bytes are not those that were written; return where they are."""
        damaged = []
        for name in (CHUNKS, RETRIED, FAILED):
            for stretch in stretches(self.folder / name):
                if not stretch.is_whole():
                    place = self.folder / DAMAGED
                    place.mkdir(exist_ok=True)
                    damaged.append(stretch.path.rename(place / f"{name}-{stretch.path.name}"))
        return damaged

    def tidy(self) -> None:
        """Remove what killed processes left half written."""
        for name in ("", CHUNKS, RETRIED, FAILED):
            remove_parts(self.folder / name)

    def write_chunk(
        self, first: int, end: int, rows: bytes, failed: list[Failed], *, retry: bool = False
    ) -> int:
        """Write the rows of some points and what failed among them; return the bytes written."""
        if failed:
            # First, so that a chunk that is there has its failures beside it.
            entries = [{name: getattr(entry, name) for name in Failed.__slots__} for entry in failed]
            text = json.dumps(entries, indent=1) + "\n"
            write_stretch(self.folder / FAILED, first, end, text.encode(), suffix="json")
        if retry and len(failed) == end - first:
            return 0
        write_stretch(self.folder / (RETRIED if retry else CHUNKS), first, end, rows, suffix="parquet")
        return len(rows)

    def failed(self) -> dict[int, Failed]:
        """Return the points that are set aside, by index; those that a retry finished are not."""
        found: dict[int, Failed] = {}
        for stretch in stretches(self.folder / FAILED):
            for entry in _entries(stretch):
                found[entry.point] = entry
        for stretch in stretches(self.folder / RETRIED):
            for point in range(stretch.first, stretch.end):
                found.pop(point, None)
        return found

    def bytes_used(self) -> int:
        """Return the size of everything finished."""
        return sum(chunk.path.stat().st_size for chunk in self.chunks())

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add to the list of runs."""
        path = self.folder / "runs.json"
        runs = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        write_durably(path, (json.dumps([*runs, dict(entry)], indent=1) + "\n").encode())

    def units(self) -> dict[str, str]:
        """Return the units of what varies, by the names of the table's columns."""
        blocks = self.manifest["content"]["vary"]
        return {str(block["target"]): str(block["unit"]) for block in blocks}

    def scan(self) -> Scan:
        """Return the specification as it was frozen."""
        return read_scan(self.folder / SPEC)


def _entries(stretch: Stretch) -> Iterator[Failed]:
    try:
        for entry in json.loads(stretch.path.read_text(encoding="utf-8")):
            yield Failed(**entry)
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{stretch.path}: cannot be read — {error}; remove it and resume") from None


def create_or_open(plan: Plan, folder: Path) -> Store:
    """Make the folder of a scan, or open it if it is the same scan's.

    Raises
    ------
    ProtocolError
        If the folder holds a scan of another specification or model; the difference is shown.
    OutputError
        If it cannot be written, or holds something else.
    """
    if (folder / MANIFEST).exists():
        store = open_store(folder)
        check_same(store, plan)
        return store
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(path.name not in ("lock",) and not path.name.startswith(".") for path in folder.iterdir()):
            raise OutputError(
                f"{str(folder)!r} is not empty and holds no scan; choose another folder with --out"
            )
        for name in (CHUNKS, RETRIED, FAILED):
            (folder / name).mkdir(exist_ok=True)
        scan = _frozen_model(plan, folder)
    except OSError as error:
        raise OutputError(
            f"cannot write to {str(folder)!r} — {error.strerror or error}; choose another folder with --out"
        ) from None
    manifest = {
        "n_points": plan.n_points,
        "sha256": plan.sha256,
        "model_sha256": plan.model_sha256,
        "content": json.loads(canonical_json(plan.content())),
        "versions": versions(),
    }
    write_durably(folder / MODEL, (canonical_json(plan.model_content) + "\n").encode())
    write_durably(folder / SPEC, write_scan(scan).encode())
    # Last: a folder with a manifest has everything else.
    write_durably(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    return Store(folder=folder, manifest=manifest)


def open_store(folder: Path) -> Store:
    """Open the folder of a scan.

    Raises
    ------
    OutputError
        If it holds none.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        int(manifest["n_points"])
    except FileNotFoundError:
        raise OutputError(
            f"{str(folder)!r} holds no scan — no {MANIFEST} is there; begin one: mtornet scan SPEC --out DIR"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{folder / MANIFEST}: cannot be read — {error}") from None
    return Store(folder=folder, manifest=manifest)


def check_same(store: Store, plan: Plan) -> None:
    """Refuse to go on with another specification or model than the folder was begun with."""
    if store.manifest["sha256"] == plan.sha256:
        return
    content = json.loads(canonical_json(plan.content()))
    found = differences(store.manifest["content"], content)
    what = "specification"
    if not found:
        what = "model"
        frozen = json.loads((store.folder / MODEL).read_text(encoding="utf-8"))
        found = differences(frozen, json.loads(canonical_json(plan.model_content)))
    raise ProtocolError(
        f"the {what} is not the one that {str(store.folder)!r} was begun with — "
        + "; ".join(found)
        + " — undo the change, or choose another folder with --out"
    )


def _frozen_model(plan: Plan, folder: Path) -> Scan:
    """Keep a model that came from a file or from Python in the folder; shipped ones come with mtornet."""
    from dataclasses import replace

    from mtornet.graph.knowledge import model_names

    if isinstance(plan.scan.model, str) and plan.scan.model in model_names():
        return plan.scan
    write_node_link(plan.network.graph, folder / "network.json")
    return replace(plan.scan, model="network.json")
