"""One figure from the results: time per event, scaling, ensembles, work and precision, start-up, memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.results import Row, read_rows
from mtornet.plot.save import DPI, new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, INK, figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "overview"
OWN = CLASS_COLOURS[0]
MARKERS = "os^vDPX*<>hp"
PEER_COLOURS = (*CLASS_COLOURS[1:], "#999933", "#6E6E6E", "#44AA99", "#AA4499")


def draw(folder: Path) -> None:
    """Write ``overview.svg`` and ``overview.png`` from the tables of numbers that a folder has."""
    parts = {name: read_rows(name, folder) for name in ("ssa", "ensemble", "ode", "startup", "memory")}
    styles = _styles([*parts["ssa"], *parts["ensemble"]])

    def one(ax: Axes) -> None:
        _dots(ax, parts["ssa"], "ns_per_event", styles, leave_out="random")
        ax.set_title("Exact simulation, one trajectory")
        ax.set_xlabel("CPU time per reaction event (ns)")

    def many(ax: Axes) -> None:
        _dots(ax, parts["ensemble"], "cpu_s", styles, leave_out="random")
        ax.set_title("1 000 runs of about 1 000 events, results in numpy")
        ax.set_xlabel("CPU time (s)")

    panels: list[tuple[str, Callable[[Axes], None]]] = [
        ("ssa", one),
        ("ssa", lambda ax: _scaling(ax, parts["ssa"], styles)),
        ("ensemble", many),
        ("ode", lambda ax: _work_precision(ax, parts["ode"])),
        ("startup", lambda ax: _startup(ax, parts["startup"])),
        ("memory", lambda ax: _memory(ax, parts["memory"])),
    ]
    panels = [(name, panel) for name, panel in panels if parts[name]]
    if not panels:
        return
    n_rows = -(-len(panels) // 2)
    with figure_style():
        figure = new_figure(12.0, 1.0 + 3.5 * n_rows)
        axes = figure.subplots(n_rows, 2, squeeze=False).ravel()
        for ax, (_, panel) in zip(axes, panels, strict=False):
            panel(ax)
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        with_names = [ax for ax, (name, _) in zip(axes, panels, strict=False) if name in ("ssa", "ensemble")]
        handles, labels = _legend_of(*with_names)
        figure.legend(handles, labels, loc="lower center", ncols=5, bbox_to_anchor=(0.5, 0.0))
        figure.tight_layout(rect=(0, 0.63 / (1.0 + 3.5 * n_rows), 1, 1), h_pad=2.0, w_pad=2.0)
        figure.savefig(folder / f"{NAME}.svg", format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / f"{NAME}.png", format="png", dpi=DPI, metadata={"Software": None})


def _styles(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Return marker and colour by engine: ours blue, each peer its own."""
    names = list(dict.fromkeys(row["engine"] for row in rows))
    peers = [name for name in names if not name.startswith("mtornet")]
    styles = {
        name: {"color": PEER_COLOURS[i % len(PEER_COLOURS)], "marker": MARKERS[1 + i % (len(MARKERS) - 1)]}
        for i, name in enumerate(peers)
    }
    return {"mtornet": {"color": OWN, "marker": MARKERS[0]}, **styles}


def _dots(ax: Axes, rows: list[Row], key: str, styles: dict[str, dict[str, Any]], *, leave_out: str) -> None:
    networks = [n for n in dict.fromkeys(r["network"] for r in rows) if not n.startswith(leave_out)]
    for name, style in styles.items():
        found = [
            (row[key], networks.index(row["network"]))
            for row in rows
            if row["engine"] == name and row.get(key) is not None and row["network"] in networks
        ]
        if not found:
            continue
        x, y = zip(*found, strict=True)
        size, front = (9, 4) if name == "mtornet" else (6, 3)
        ax.plot(x, y, ls="none", ms=size, zorder=front, label=name, clip_on=False, **style)
    ax.set_xscale("log")
    ax.set_yticks(range(len(networks)), networks)
    ax.set_ylim(len(networks) - 0.5, -0.5)
    _grid(ax, "x")
    for i in range(len(networks)):
        ax.axhline(i, color=FAINT, lw=0.5, zorder=0)


def _scaling(ax: Axes, rows: list[Row], styles: dict[str, dict[str, Any]]) -> None:
    for name, style in styles.items():
        found = sorted(
            (row["reactions"], row["ns_per_event"])
            for row in rows
            if row["engine"] == name and row["network"].startswith("random") and "ns_per_event" in row
        )
        if not found:
            continue
        x, y = zip(*found, strict=True)
        width, front = (2.2, 4) if name == "mtornet" else (1.0, 3)
        ax.plot(x, y, lw=width, ms=6, zorder=front, label=name, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_title("Random networks")
    ax.set_xlabel("reactions")
    ax.set_ylabel("CPU time per reaction event (ns)")
    _grid(ax, "both")


def _work_precision(ax: Axes, rows: list[Row]) -> None:
    drug = rows[0]["drug"] if rows else ""
    here = [row for row in rows if row["drug"] == drug]
    lines: list[tuple[str, str, str]] = []
    for name in dict.fromkeys(row["engine"] for row in here):
        if name != "mtornet simulate_many":
            lines.append((name, "single_ms", name))
        if name in ("mtornet simulate_many", "libRoadRunner CVODE"):
            lines.append((name, "scan_ms", f"{name}, scan"))
    colours = iter(PEER_COLOURS)
    ends = []
    for name, key, label in lines:
        found = sorted((row["error_rms"], row[key]) for row in here if row["engine"] == name)
        x, y = zip(*found, strict=True)
        own = name.startswith("mtornet")
        colour = OWN if own else next(colours)
        dashed = "--" if key == "scan_ms" else "-"
        ax.plot(
            x, y, ls=dashed, lw=2.2 if own else 1.0, marker="o", ms=4, color=colour, zorder=4 if own else 3
        )
        ends.append((x[0], y[0], label, colour))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.invert_xaxis()
    ax.set_title(f"Rate equations, 72 h under {drug}")
    ax.set_xlabel("achieved error, root mean square (better to the right)")
    ax.set_ylabel("CPU time per solve (ms)")
    _grid(ax, "both")
    _labels_beside(ax, ends)


def _labels_beside(ax: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write each line's name outside the frame, at its height but clear of the others."""
    import numpy as np

    if not ends:
        return
    low, high = ax.get_ylim()
    span = np.log(high / low)
    places = sorted((np.log(y / low) / span, label, colour) for _, y, label, colour in ends)
    heights: list[float] = []
    for at, _, _ in places:
        heights.append(max(at, heights[-1] + 0.062) if heights else at)
    for height, (_, label, colour) in zip(heights, places, strict=True):
        ax.text(1.02, height, label, color=colour, fontsize=8, va="center", transform=ax.transAxes)


def _startup(ax: Axes, rows: list[Row]) -> None:
    warm = [row for row in rows if row["state"] == "compiled before" and "first" in row["what"]]
    warm.sort(key=lambda row: row["cpu_s"])
    names = [_process(row["what"]) for row in warm]
    colours = [OWN if "mtornet" in row["what"] else FAINT for row in warm]
    ax.barh(range(len(warm)), [row["cpu_s"] for row in warm], color=colours, height=0.7)
    for i, row in enumerate(warm):
        ax.text(row["cpu_s"], i, f" {row['cpu_s']:.2g}", va="center", fontsize=8, color=INK)
    ax.set_yticks(range(len(warm)), names)
    ax.invert_yaxis()
    ax.set_title("Fresh process: import, load mTOR, first result")
    ax.set_xlabel("CPU time (s), kernels compiled before")


def _process(what: str) -> str:
    """Return ``mtornet ssa`` or ``rebop`` for the words of a row."""
    method = what.rpartition("first `")[2].rstrip("`")
    return f"mtornet, {method}" if "mtornet" in what else what.partition(":")[0]


def _memory(ax: Axes, rows: list[Row]) -> None:
    for keep, dashed in (("summary", "-"), ("trajectories", "--")):
        found = [row for row in rows if keep in row["what"] and "cells" in row]
        ax.plot(
            [row["cells"] for row in found],
            [row["peak_mb"] for row in found],
            ls=dashed,
            marker="o",
            color=OWN,
            label=f"keep={keep!r}",
        )
        if keep == "trajectories":
            arrays = [row["array_mb"] for row in found]
            ax.plot([row["cells"] for row in found], arrays, color=FAINT, label="the array of results alone")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_title("Memory of an exact run, mTOR, 101 times")
    ax.set_xlabel("cells")
    ax.set_ylabel("resident at most (MB)")
    ax.legend(loc="upper left")
    _grid(ax, "both")


def _grid(ax: Axes, axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for part in (ax.xaxis, ax.yaxis):
        if part.get_scale() == "log":
            part.set_major_locator(LogLocator(numticks=8))
            # Plain text: the figures' style takes a dollar sign for a dollar sign.
            part.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
            part.set_minor_formatter(NullFormatter())
    ax.grid(visible=True, axis=axis, color=FAINT, lw=0.4, alpha=0.6)
    ax.set_axisbelow(True)


def _power(value: float) -> str:
    """Return a power of ten as a reader writes it."""
    if 1e-3 <= value < 1e6:
        return f"{value:,.12g}".replace(",", " ")
    return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")


def _legend_of(*axes: Axes) -> tuple[list[Any], list[str]]:
    found: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)
