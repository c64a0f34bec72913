"""``mtornet verify``: whether an approximate method is good enough on this model."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Jobs, Json, Out, Quiet, Variant, pairs
from mtornet.errors import ProtocolError

NAME = "verify"
HELP = (
    "Compare the moments of an approximate method with exact simulation on your model, at a stated budget. "
    "Exit code 1 if it is not good enough."
)
EXAMPLE = (
    "Example: mtornet verify mtor --method hybrid --drug everolimus='20 nM' --times '0,1 h,2 h' --cells 100"
)


def command(
    model: Annotated[str, typer.Argument(help="A shipped model, or an SBML or Antimony file.")] = "mtor",
    method: Annotated[str, typer.Option("--method", help="hybrid or cle.")] = "hybrid",
    times: Annotated[
        str, typer.Option("--times", help="Start, then when to compare: '0,1 h,2 h'.")
    ] = "0,30 min,1 h",
    cells: Annotated[
        int, typer.Option("--cells", min=20, help="Exact cells; the method gets four times as many.")
    ] = 100,
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
    """Run both, print the rows that matter, and say whether the approximation holds."""
    from mtornet.analysis.verify import verify
    from mtornet.cli.model_file import load
    from mtornet.cli.progress import CellProgress
    from mtornet.cli.simulate import read_times
    from mtornet.cli.tables import plain
    from mtornet.experiment.rest import at_rest
    from mtornet.graph.knowledge import model_names
    from mtornet.report.files import writable_folder, write_csv

    network = load(model)
    if network.model in model_names():
        network = at_rest(network, variant=variant, given=pairs(drug, option="--drug"))
    elif drug:
        raise ProtocolError("--drug works on shipped models, whose tables know the drugs")
    folder = writable_folder(out) if out is not None else None
    with CellProgress(quiet=quiet or as_json) as progress:
        found = verify(
            network,
            read_times(times),
            method=method,
            cells=cells,
            seed=seed,
            jobs=jobs,
            copy_scale=copy_scale,
            progress=progress,
        )
    if folder is not None:
        write_csv(found.table, folder / "verify.csv")
    counts = found.table["verdict"].value_counts().to_dict()
    if as_json:
        typer.echo(json.dumps({"verdict": found.verdict, "rows": found.table.to_dict(orient="records")}))
    else:
        worst = found.table.reindex(found.table["bias_sd"].abs().sort_values(ascending=False).index).head(12)
        shown = worst[
            [
                "readout",
                "time_s",
                "exact_mean",
                "mean",
                "bias_sd",
                "bias_error",
                "sd_ratio",
                "sd_ratio_error",
                "verdict",
            ]
        ]
        typer.echo(plain(shown.map(lambda v: f"{v:.4g}" if isinstance(v, float) else v)))
        rows = ", ".join(f"{n} rows {name}" for name, n in counts.items())
        typer.echo(
            f"{found.exact_cells} exact and {found.cells} {method} cells, copy scale {copy_scale:g}, "
            f"seed {seed}: {rows}"
        )
        more = "; more --cells would tell" if found.verdict == "undecided" else ""
        typer.echo(f"{method} is {found.verdict} here (allowed: bias 0.1 sd, spread 5 %){more}")
    return 1 if found.verdict == "bad" else 0
