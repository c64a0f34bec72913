"""``mtornet noise``: where chance matters, beside the differences in abundance."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.cli.options import Cells, Context, Jobs, Json, Out, Quiet, Seed, Variant, pairs

if TYPE_CHECKING:
    from mtornet.analysis.noise import Noise

NAME = "noise"
HELP = (
    "How much cells differ by chance and by their abundances, drug by drug, and in which molecules the "
    "chance is; with exact cells as witnesses on request."
)
EXAMPLE = "Example: mtornet noise everolimus --context BT474 --out noise"


def command(
    drugs: Annotated[
        list[str] | None, typer.Argument(help="Drugs or aliases [everolimus sapanisertib dactolisib].")
    ] = None,
    dose: Annotated[
        list[str] | None,
        typer.Option("--dose", help="Dose: everolimus='5 nM'. Repeatable.", show_default=False),
    ] = None,
    readout: Annotated[
        list[str] | None, typer.Option("--readout", help="Read-outs. Repeatable.", show_default=False)
    ] = None,
    variant: Variant = "wild_type",
    context: Context = None,
    extrinsic: Annotated[
        str, typer.Option("--extrinsic", help="How much abundances differ: table, or a CV such as 0.25.")
    ] = "table",
    cells: Cells = 200,
    switching: Annotated[
        int,
        typer.Option("--switching", help="Cells in which times of switching are looked for; minutes.", min=0),
    ] = 0,
    witness: Annotated[
        int, typer.Option("--witness", help="Exact cells held beside the approximation; minutes.", min=0)
    ] = 0,
    witness_scale: Annotated[
        float, typer.Option("--witness-scale", help="Copy scale of the exact cells.")
    ] = 1.0,
    seed: Seed = 0,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Print the table and write its files."""
    from mtornet.analysis.noise import DRUGS, READOUTS, noise
    from mtornet.cli.progress import CellProgress
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.seeds import drawn_seed

    folder = writable_folder(out) if out is not None else None
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = noise(
            drugs or DRUGS,
            doses=dict(pairs(dose, option="--dose")),
            variant=variant,
            context=context,
            readouts=readout or READOUTS,
            extrinsic=extrinsic,
            cells=cells,
            switching_cells=switching,
            witness_cells=witness,
            witness_scale=witness_scale,
            seed=drawn_seed() if seed is None else seed,
            jobs=jobs,
            progress=progress,
            stop=flag,
        )
    paths = _write(found, folder) if folder is not None else {}
    if as_json:
        names = ("table", "sources", "switching", "witness")
        shown = {name: getattr(found, name).to_dict(orient="records") for name in names}
        typer.echo(json.dumps(_finite({**shown, "settings": dict(found.settings), "paths": paths})))
        return 0
    typer.echo(_text(found))
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _finite(value: object) -> object:
    """Return the same with null for what JSON has no number for."""
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(found: Noise) -> str:
    import pandas as pd

    from mtornet.cli.tables import plain

    rows = []
    for row in found.table.to_dict(orient="records"):
        own = found.sources[
            (found.sources["condition"] == row["condition"]) & (found.sources["readout"] == row["readout"])
        ]
        known = math.isfinite(row["cv_intrinsic"])
        rows.append(
            {
                "condition": row["condition"],
                "read-out": row["readout"],
                "molecules": f"{row['mean']:.3g}",
                "CV by chance": f"{row['cv_intrinsic']:.3f}" if known else "-",
                "CV by abundances": f"{row['cv_extrinsic']:.3f}" if known else "-",
                "chance's part": f"{row['intrinsic_share']:.0%}" if known else "-",
                "chance is in": ", ".join(
                    f"{name} {share:.0%}"
                    for name, share in zip(own["molecule"][:3], own["share"][:3], strict=True)
                ),
            }
        )
    parts = [plain(pd.DataFrame(rows))]
    if len(found.switching):
        parts += ["\nfirst time above 1.2-fold (hours)", plain(found.switching.round(2))]
    if len(found.witness):
        parts += ["\nexact untreated cells beside the approximation", plain(found.witness.round(4))]
    parts.append("Chance: linear noise of cells of real size at rest. Research model, never clinical advice.")
    return "\n".join(parts)


def _write(found: Noise, folder: Path) -> dict[str, str]:
    from mtornet.plot.noise import noise_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv

    tables = {"noise": found.table, "sources": found.sources}
    tables |= {"switching": found.switching} if len(found.switching) else {}
    tables |= {"witness": found.witness} if len(found.witness) else {}
    paths = {name: str(write_csv(table, folder / f"{name}.csv")) for name, table in tables.items()}
    figure, data = noise_figure(found)
    svg, png, _ = save(figure, folder / "figures", "noise", data)
    return paths | {"figure": str(svg), "png": str(png)}
