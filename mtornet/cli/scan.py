"""``mtornet scan``: begin a scan, look at it, go on with it, take its table out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtornet.cli.options import Jobs, Json, Quiet, pairs
from mtornet.errors import ProtocolError

if TYPE_CHECKING:
    from mtornet.scans.run import ScanRun

NAME = "scan"
HELP = (
    "Scan parameters, doses, schedules, genotypes: 'scan SPEC.toml --out DIR' begins or goes on; "
    "'scan status|resume|retry|merge|map DIR' looks at a scan, goes on with it, computes failed points "
    "again, writes its table, draws two things that vary."
)
EXAMPLE = (
    "Example: mtornet scan spec.toml --out feedback; mtornet scan merge feedback --format csv --out table.csv"
)

ACTIONS = ("status", "resume", "retry", "merge", "map")
FORMS = ("csv", "parquet")


def command(
    what: Annotated[str, typer.Argument(help="A specification, or status, resume, retry, merge, map.")],
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of the scan, for all but a specification.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the scan; with merge, the file.", show_default=False),
    ] = None,
    jobs: Jobs = None,
    chunk: Annotated[
        int | None,
        typer.Option(
            "--chunk", min=1, help="Points per file; a minute of work if not given.", show_default=False
        ),
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option("--max-time", help="Stop after this time, '8 h'; a re-run goes on.", show_default=False),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Dask scheduler tcp://…, or local:N processes.", show_default=False),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Of merge: csv or parquet.")] = "csv",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only predict points, cells, events, minutes, megabytes.")
    ] = False,
    readout: Annotated[
        str | None, typer.Option("--readout", help="Of a map; the first.", show_default=False)
    ] = None,
    feature: Annotated[
        str | None, typer.Option("--feature", help="Of a map: rebound_index, nadir, …", show_default=False)
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Time of a map without a feature.", show_default=False)
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="Value of a third thing: variant=PTEN_loss.", show_default=False),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Carry out one action."""
    running = {"jobs": jobs, "chunk": chunk, "max_time": max_time, "cluster": cluster}
    if what not in ACTIONS:
        if folder is not None:
            raise ProtocolError(f"unexpected {str(folder)!r}; write 'mtornet scan {what} --out {folder}'")
        if dry_run:
            return _predict(Path(what), jobs, as_json)
        return _begin(Path(what), out, running, as_json, quiet)
    if folder is None:
        raise ProtocolError(f"'scan {what}' needs the folder of a scan: mtornet scan {what} DIR")
    if what == "status":
        return _status(folder, as_json)
    if what == "merge":
        return _merge(folder, out, form, as_json)
    if what == "map":
        chosen = {"readout": readout, "feature": feature, "at": at}
        return _map(folder, out, chosen, pairs(where, option="--where"), as_json)
    if what == "retry":
        return _retry(folder, as_json, quiet)
    return _resume(folder, running, as_json, quiet)


def _begin(spec: Path, out: Path | None, running: dict[str, Any], as_json: bool, quiet: bool) -> int:
    from mtornet.cli.scan_progress import ScanLine
    from mtornet.scans.run import scan
    from mtornet.simulation.interrupt import stop_on_signals

    with ScanLine(quiet=quiet or as_json) as line, stop_on_signals() as flag:
        found = scan(spec, out or Path(spec.stem), **running, progress=line, stop=flag)
    return _tell(found, as_json)


def _predict(spec: Path, jobs: int | None, as_json: bool) -> int:
    from mtornet.scans.forecast import forecast
    from mtornet.scans.reading import read_scan

    found = forecast(read_scan(spec).plan(), jobs=jobs)
    if as_json:
        typer.echo(json.dumps(found.as_dict()))
    else:
        for sentence in found.sentences():
            typer.echo(sentence)
    return 0


def _resume(folder: Path, running: dict[str, Any], as_json: bool, quiet: bool) -> int:
    from mtornet.cli.scan_progress import ScanLine
    from mtornet.scans.run import resume
    from mtornet.simulation.interrupt import stop_on_signals

    with ScanLine(quiet=quiet or as_json) as line, stop_on_signals() as flag:
        found = resume(folder, **running, progress=line, stop=flag)
    return _tell(found, as_json)


def _tell(found: ScanRun, as_json: bool) -> int:
    """Say what the run did, and what can be done next."""
    from mtornet.cli.main import EXIT_INTERRUPTED, EXIT_OK

    state, folder = found.state, found.store.folder
    failed = found.store.failed()
    code = EXIT_INTERRUPTED if found.interrupted and not found.complete else EXIT_OK
    if as_json:
        shown = {
            "folder": str(folder),
            "points": state.n_points,
            "done": state.done,
            "failed": len(failed),
            "damaged": [str(path) for path in found.damaged],
            "complete": found.complete,
            "seconds": state.seconds,
            "megabytes": found.store.bytes_used() / 1e6,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return code
    for path in found.damaged:
        typer.echo(f"damaged, computed again: {path}")
    new = state.done - state.begun_with
    typer.echo(
        f"{folder}: {state.done} of {state.n_points} points, {new} of them now in {state.seconds:.1f} s "
        f"({state.rate:.3g} points/s), {found.store.bytes_used() / 1e6:.2f} MB"
    )
    if failed:
        typer.echo(_failures(failed))
        typer.echo(f"failed points can be computed again: mtornet scan retry {folder}")
    if found.complete:
        typer.echo(f"table: mtornet scan merge {folder} --format csv --out FILE")
    else:
        typer.echo(f"go on with: mtornet scan resume {folder}")
    return code


def _failures(failed: dict[int, Any]) -> str:
    """Return one line per kind of failure, with an example."""
    kinds: dict[str, list[Any]] = {}
    for entry in failed.values():
        kinds.setdefault(entry.status, []).append(entry)
    lines = [f"{len(failed)} points failed:"]
    for status, entries in kinds.items():
        first = entries[0]
        where = ", ".join(f"{name} = {value}" for name, value in first.coordinates.items())
        lines.append(f"  {status}: {len(entries)}, first point {first.point} ({where}): {first.error}")
    return "\n".join(lines)


def _status(folder: Path, as_json: bool) -> int:
    from mtornet.scans.lock import is_locked
    from mtornet.scans.store import open_store

    store = open_store(folder)
    missing, failed = store.missing(), store.failed()
    left = sum(end - first for first, end in missing)
    running = is_locked(folder)
    numbers = {
        "folder": str(folder),
        "points": store.n_points,
        "done": store.n_points - left,
        "failed": len(failed),
        "chunks": len(store.chunks()),
        "megabytes": store.bytes_used() / 1e6,
        "running": running,
    }
    if as_json:
        typer.echo(json.dumps(numbers, ensure_ascii=False))
        return 0
    done = store.n_points - left
    typer.echo(
        f"{folder}: {done} of {store.n_points} points ({100 * done / store.n_points:.1f} %) in "
        f"{numbers['chunks']} chunks, {numbers['megabytes']:.2f} MB, {'' if running else 'not '}running"
    )
    if failed:
        typer.echo(_failures(failed))
    if left and not running:
        typer.echo(f"go on with: mtornet scan resume {folder}")
    return 0


def _merge(folder: Path, out: Path | None, form: str, as_json: bool) -> int:
    from mtornet.scans.merging import write_merged
    from mtornet.scans.store import open_store

    if form not in FORMS:
        raise ProtocolError(f"--format {form!r}: expected {' or '.join(FORMS)}")
    store = open_store(folder)
    path = out if out is not None else folder / f"table.{form}"
    n_rows = write_merged(store, path, form=form)
    left = sum(end - first for first, end in store.missing())
    if as_json:
        typer.echo(json.dumps({"path": str(path), "rows": n_rows, "points_missing": left}))
        return 0
    note = f"; {left} points are not finished yet" if left else ""
    typer.echo(f"wrote {path} ({n_rows} rows{note})")
    return 0


def _map(folder: Path, out: Path | None, chosen: dict[str, Any], where: dict[str, str], as_json: bool) -> int:
    from mtornet.plot.save import save
    from mtornet.plot.scan_map import scan_map_figure
    from mtornet.scans.maps import map_of
    from mtornet.scans.store import open_store

    store = open_store(folder)
    found = map_of(store, where=where, **chosen)
    when = "" if found.time_s is None else f" at {found.time_s / 3600:g} h"
    fixed = "".join(f", {name} = {value}" for name, value in where.items())
    figure, data = scan_map_figure(
        found.data,
        x=found.x,
        y=found.y,
        quantity=found.quantity,
        label=found.quantity.replace("_", " ") + when,
        title=f"{found.readout}{fixed}",
        units=store.units(),
    )
    name = f"map_{found.readout}_{found.quantity}"
    paths = save(figure, out if out is not None else folder / "figures", name, data)
    if as_json:
        typer.echo(json.dumps({path.suffix[1:]: str(path) for path in paths}))
    else:
        typer.echo("wrote " + "  ".join(map(str, paths)))
    return 0


def _retry(folder: Path, as_json: bool, quiet: bool) -> int:
    from mtornet.cli.scan_progress import ScanLine
    from mtornet.scans.run import retry
    from mtornet.simulation.interrupt import stop_on_signals

    with ScanLine(quiet=quiet or as_json) as line, stop_on_signals() as flag:
        finished, left = retry(folder, progress=line, stop=flag)
    if as_json:
        typer.echo(json.dumps({"finished": finished, "failed": left}))
    else:
        typer.echo(f"{finished} points have numbers now, {left} have not")
    return 130 if flag.is_set else 0
