"""``mtornet verify``: whether an approximate method is good enough on this model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.cli.options import Jobs, Json, Out, Quiet, Variant, pairs
from mtornet.errors import ProtocolError

if TYPE_CHECKING:
    from mtornet.analysis.verify import Verification

NAME = "verify"
HELP = (
    "Compare the moments of approximate methods with exact simulation on your model, at a stated budget, and "
    "say which are safe. Exit code 1 if all of them are bad."
)
EXAMPLE = (
    "Example: mtornet verify mtor --method all --drug everolimus='20 nM' --times '0,30 min' --minutes 10"
)


def command(
    model: Annotated[str, typer.Argument(help="A shipped model, or an SBML or Antimony file.")] = "mtor",
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            help="tau, hybrid, cle, lna, or all [hybrid]. Repeatable; the exact cells are shared.",
            show_default=False,
        ),
    ] = None,
    times: Annotated[
        str, typer.Option("--times", help="Start, then when to compare: '0,1 h,2 h'.")
    ] = "0,30 min,1 h",
    cells: Annotated[
        int,
        typer.Option("--cells", min=20, help="Exact cells; tau gets as many, Langevin methods four times."),
    ] = 100,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes", help="As many cells as fit this time, instead of --cells.", show_default=False
        ),
    ] = None,
    drug: Annotated[
        list[str] | None,
        typer.Option(
            "--drug", help="A drug from time 0: everolimus='20 nM'. Repeatable.", show_default=False
        ),
    ] = None,
    variant: Variant = "wild_type",
    copy_scale: Annotated[float, typer.Option("--copy-scale", help="Fraction of a real cell.")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random streams.")] = 1,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run all methods, print what each is worth by read-out, and say which may be used."""
    import pandas as pd

    from mtornet.analysis.model_file import load
    from mtornet.analysis.verify import APPROXIMATE, Candidate, cells_within, safest, verify_candidates
    from mtornet.cli.progress import CellProgress
    from mtornet.cli.simulate import read_times
    from mtornet.experiment.rest import at_rest
    from mtornet.graph.knowledge import model_names
    from mtornet.report.files import writable_folder, write_csv
    from mtornet.simulation.interrupt import stop_on_signals

    names = dict.fromkeys(method or ["hybrid"])
    candidates = [Candidate(method=name) for name in (APPROXIMATE if "all" in names else names)]
    network, grid = load(model), read_times(times)
    if network.model in model_names():
        network = at_rest(network, variant=variant, given=pairs(drug, option="--drug"))
    elif drug:
        raise ProtocolError("--drug works on shipped models, whose tables know the drugs")
    folder = writable_folder(out) if out is not None else None
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        if minutes is not None:
            cells = cells_within(network, grid, candidates, minutes=minutes, jobs=jobs, copy_scale=copy_scale)
        found = verify_candidates(
            network,
            grid,
            candidates,
            cells=cells,
            seed=seed,
            jobs=jobs,
            copy_scale=copy_scale,
            progress=progress,
            stop=flag,
        )
    table = pd.concat([each.table.assign(method=each.method) for each in found], ignore_index=True)
    if folder is not None:
        write_csv(table, folder / "verify.csv")
    if as_json:
        verdicts = {each.method: each.verdict for each in found}
        # JSON knows no infinity; pandas writes null.
        rows = json.loads(table.to_json(orient="records", double_precision=15))
        shown = {"verdicts": verdicts, "sentence": safest(found), "rows": rows}
        typer.echo(json.dumps(shown))
    else:
        for each in found:
            typer.echo(_report(each, copy_scale) + "\n")
        typer.echo(safest(found))
    return 1 if all(each.verdict == "bad" for each in found) else 0


def _report(found: Verification, copy_scale: float) -> str:
    from mtornet.analysis.equivalence import BIAS_ALLOWED, FALSE_BAD, FALSE_GOOD, SPREAD_ALLOWED
    from mtornet.cli.tables import plain

    rows = found.by_readout
    order = {"bad": 0, "undecided": 1, "good": 2, "too few molecules": 3}
    rows = rows.sort_values(["verdict", "readout"], key=lambda column: column.map(lambda v: order.get(v, v)))
    shown = rows.map(lambda value: f"{value:.3g}" if isinstance(value, float) else value)
    cells = f"{found.cells} cells" if found.cells else "no cells"
    more = f"; about {found.exact_cells_needed} would tell" if found.verdict == "undecided" else ""
    return "\n".join(
        [
            plain(shown),
            f"{found.method}: {cells} beside {found.exact_cells} exact ones{more}, copy scale "
            f"{copy_scale:g}, seed {found.seed}",
            f"{found.method} is {found.verdict} here (allowed: bias {BIAS_ALLOWED:g} sd, spread "
            f"{SPREAD_ALLOWED:.0%}; wrongly good at most {FALSE_GOOD:.0%}, wrongly bad {FALSE_BAD:.0%})",
        ]
    )
