"""``mtornet cohort``: a virtual cohort of tumours under drugs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.cli.options import Extrinsic, Jobs, Json, Out, Quiet, Seed, pairs

if TYPE_CHECKING:
    from mtornet.analysis.cohort import Cohort

NAME = "cohort"
HELP = (
    "Treat a virtual cohort: tumours of different genotypes and abundances, each against its own vehicle; in "
    "which fraction AKT rises, and where the differences come from."
)
EXAMPLE = "Example: mtornet cohort everolimus --patients 200 --out cohort"


def command(
    drugs: Annotated[list[str] | None, typer.Argument(help="Drugs or aliases [everolimus].")] = None,
    dose: Annotated[
        list[str] | None,
        typer.Option(
            "--dose",
            help="Of the clinic, everolimus='5 mg QD', or free in the tumour: everolimus='0.1 nM'. Repeat.",
            show_default=False,
        ),
    ] = None,
    mix: Annotated[str, typer.Option("--mix", help="A cohort of cohorts.tsv.")] = "mixed",
    patients: Annotated[int, typer.Option("--patients", min=1, help="Tumours.")] = 200,
    extrinsic: Extrinsic = None,
    readout: Annotated[
        list[str] | None, typer.Option("--readout", help="Read-outs. Repeatable.", show_default=False)
    ] = None,
    at: Annotated[str, typer.Option("--at", help="When the steady state is read.")] = "28 d",
    seed: Seed = 0,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the cohort, print its table and write its files."""
    from mtornet.analysis.cohort import DRUGS, READOUTS, cohort
    from mtornet.cli.progress import CellProgress
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import stop_on_signals

    folder = writable_folder(out) if out is not None else None
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = cohort(
            drugs or DRUGS,
            doses=dict(pairs(dose, option="--dose")),
            mix=mix,
            patients=patients,
            extrinsic=extrinsic,
            readouts=readout or READOUTS,
            at=at,
            seed=seed,
            jobs=jobs,
            progress=progress,
            stop=flag,
        )
    paths = _write(found, folder) if folder is not None else {}
    if as_json:
        shown = {
            "contexts": found.contexts.to_dict(orient="records"),
            "shares": found.shares.to_dict(orient="records"),
            "exposures": {drug: met.words for drug, met in found.exposures.items()},
            "settings": dict(found.settings),
            "paths": paths,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return 0
    typer.echo(_text(found))
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _text(found: Cohort) -> str:
    import pandas as pd

    from mtornet.analysis.cohort_tables import ALL
    from mtornet.cli.tables import plain

    settings = found.settings
    lines = [f"{settings['patients']} tumours of cohort {settings['cohort']!r}, seed {settings['seed']}"]
    lines += [f"{drug}: {met.words}" for drug, met in found.exposures.items()]
    first = found.contexts["readout"].iloc[0]
    table = found.contexts[found.contexts["readout"] == first]
    rows = [
        {
            "drug": row["drug"],
            "tumours": row["context"],
            "n": row["n"],
            "above 1.2-fold": f"{row['fraction_up']:.0%}",
            "95 %": f"{row['low']:.0%} to {row['high']:.0%}",
            "median fold": f"{row['q50']:.2f}",
            "middle half": f"{row['q25']:.2f} to {row['q75']:.2f}",
        }
        for row in table.to_dict(orient="records")
    ]
    others = found.contexts[(found.contexts["readout"] != first) & (found.contexts["context"] == ALL)]
    lines += [
        "",
        f"{first} at the steady state, over the tumour's own vehicle",
        plain(pd.DataFrame(rows)),
        "",
    ]
    lines += [
        f"{row['readout']} under {row['drug']}: {row['fraction_up']:.0%} of tumours above 1.2-fold, "
        f"median {row['q50']:.2f}"
        for row in others.to_dict(orient="records")
    ]
    for (drug, readout), part in found.shares.groupby(["drug", "readout"], sort=False):
        shares = ", ".join(
            f"{row['level']} {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
            for row in part.to_dict(orient="records")
        )
        lines.append(f"variance of log2 fold, {readout} under {drug}: {shares}")
    lines.append("Research model, never clinical advice.")
    return "\n".join(lines)


def _write(found: Cohort, folder: Path) -> dict[str, str]:
    from mtornet.plot.cohort import cohort_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv, write_json

    paths = {
        "patients": str(write_csv(found.patients, folder / "patients.csv")),
        "contexts": str(write_csv(found.contexts, folder / "contexts.csv")),
        "shares": str(write_csv(found.shares, folder / "shares.csv")),
    }
    first = str(found.contexts["readout"].iloc[0])
    for drug in found.exposures:
        figure, data = cohort_figure(found, drug, first)
        svg, png, _ = save(figure, folder / "figures", f"cohort_{drug}", data)
        paths[f"{drug} figure"], paths[f"{drug} png"] = str(svg), str(png)
    record = {
        "spec": {
            "verb": "cohort",
            "drugs": {d: met.words for d, met in found.exposures.items()},
            **found.settings,
        },
        **found.provenance,
        "outputs": sorted(paths.values()),
    }
    paths["run"] = str(write_json(record, folder / "run.json"))
    return paths
