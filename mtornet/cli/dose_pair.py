"""What ``mtornet dose`` shows and writes of a pair of drugs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mtornet.analysis.pair_response import PairResponse


def show_pair(found: PairResponse, folder: Path | None, *, as_json: bool) -> int:
    """Print the scores of a dose matrix, and write its tables and figure."""
    from mtornet.cli.dose import finite
    from mtornet.cli.tables import plain

    paths = _write(found, folder) if folder is not None else {}
    scores = found.synergy.to_frame()
    if as_json:
        shown = {
            "drugs": [found.matrix.drug_a, found.matrix.drug_b],
            "readout": found.readout,
            "doses_nM": [found.matrix.doses_a.tolist(), found.matrix.doses_b.tolist()],
            "response": found.nominal.tolist(),
            "synergy": scores.to_dict(orient="records"),
            "seed": found.seed,
            "paths": paths,
        }
        typer.echo(json.dumps(finite(shown), allow_nan=False))
        return 0
    typer.echo(
        f"{found.matrix.drug_a} with {found.matrix.drug_b} on {found.readout} after {found.at_s / 3600:g} h "
        f"({found.response})"
    )
    for nM, row in zip(found.matrix.doses_a, found.nominal, strict=True):
        typer.echo(f"  {nM:>12.6g} nM  " + "  ".join(f"{value:7.4f}" for value in row))
    typer.echo(
        " " * 18 + "  ".join(f"{nM:7.4g}" for nM in found.matrix.doses_b) + f"  nM {found.matrix.drug_b}"
    )
    columns = {"model": "model", "mean_excess": "mean excess", "low": "low", "high": "high"}
    table = scores[[*columns, "p_value", "verdict"]].rename(columns=columns)
    typer.echo("\n" + plain(table.map(lambda v: f"{v:.3g}" if isinstance(v, float) else v)))
    typer.echo(f"intervals: {found.synergy.confidence}; seed {found.seed}")
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _write(found: PairResponse, folder: Path) -> dict[str, str]:
    from mtornet.plot.pair import pair_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv

    paths = {"synergy": str(write_csv(found.synergy.to_frame(), folder / "synergy.csv"))}
    figure, data = pair_figure(found)
    return paths | {f"figure_{p.suffix[1:]}": str(p) for p in save(figure, folder, "dose_matrix", data)}
