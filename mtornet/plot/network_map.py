"""The network as a map, one panel per drug arm, each species coloured by its fold change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mtornet.experiment.drug import VEHICLE
from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH
from mtornet.layout.places import apart, positions
from mtornet.layout.processes import Placer, processes_of, reactions_reached_by
from mtornet.plot.map_key import draw_key
from mtornet.plot.map_parts import draw_process, draw_species
from mtornet.plot.save import new_figure
from mtornet.plot.theme import ArmStyle, arm_styles, class_order, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.compare import Comparison
    from mtornet.experiment.arms import Arm
    from mtornet.network.elements import Species

WIDTH_IN = 11.5
HEAD_IN = 1.42
_COMPARTMENTS = ("#E9D8A6", "#BFE3D5", "#D9CCEC", "#F3CFCF", "#CFE0F5", "#DDE5B6")


def network_map_figure(comparison: Comparison) -> tuple[Figure, pd.DataFrame]:
    """Draw the map, one panel for each arm but the vehicle, at ``settings.map_time_s``.

    A species that holds the drug of another arm is left out of a panel.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per condition and species shown.
    """
    import pandas as pd

    arms = [arm for arm in comparison.arms if arm.drug != VEHICLE] or list(comparison.arms)
    drugs = tuple(dict.fromkeys(name for arm in arms for name in arm.drug.split("+")))
    places = positions(comparison.network)
    styles = arm_styles(comparison.arms, comparison.class_labels, known=class_order(comparison.network.model))
    tints = _tints(comparison)
    maps = {arm.condition: apart(places, _shown(comparison, arm, drugs)) for arm in arms}
    xs, ys = zip(*(place for at in maps.values() for place in at.values()), strict=True)
    low_x, high_x = min(xs) - HALF_WIDTH - 1.2, max(xs) + HALF_WIDTH + 1.2
    low_y, high_y = min(ys) - HALF_HEIGHT - 3.2, max(ys) + HALF_HEIGHT + 5.2
    panel = WIDTH_IN * (high_y - low_y) / (high_x - low_x)
    rows = []
    with figure_style():
        height = panel * len(arms) + HEAD_IN
        figure = new_figure(WIDTH_IN, height)
        for i, arm in enumerate(arms):
            axes = figure.add_axes((0.0, (len(arms) - 1 - i) * panel / height, 1.0, panel / height))
            axes.set_axis_off()
            axes.set_xlim(low_x, high_x)
            axes.set_ylim(low_y, high_y)
            at = maps[arm.condition]
            folds = _folds(comparison, arm)
            _draw(axes, comparison, arm, at, folds, styles[arm.condition], tints)
            _title(axes, comparison, styles[arm.condition])
            rows += [_row(comparison.network.species[name], arm.condition, at[name], folds) for name in at]
        draw_key(figure, HEAD_IN, tints, comparison.network)
    return figure, pd.DataFrame(rows)


def _shown(comparison: Comparison, arm: Arm, drugs: Sequence[str]) -> list[str]:
    others = {name for name in drugs if name not in arm.drug.split("+")}
    return [s.id for s in comparison.network.species.values() if not others.intersection(s.components)]


def _folds(comparison: Comparison, arm: Arm) -> dict[str, float]:
    frame = comparison.state_folds
    own = frame[frame["condition"] == arm.condition]
    return dict(zip(own["species"], own["fold_change"].astype(float), strict=True))


def _row(
    species: Species, condition: str, at: tuple[float, float], folds: Mapping[str, float]
) -> dict[str, object]:
    return {
        "condition": condition,
        "species": species.id,
        "name": species.name,
        "glyph": species.glyph,
        "compartment": species.compartment,
        "x": at[0],
        "y": at[1],
        "fold_change": folds.get(species.id, float("nan")),
    }


def _tints(comparison: Comparison) -> dict[str, str]:
    """Return a background for each compartment; the one that holds most species has none (white)."""
    used = [species.compartment for species in comparison.network.species.values()]
    most = max(dict.fromkeys(used), key=used.count)
    others = [name for name in comparison.network.compartments if name in used and name != most]
    return {most: "#FFFFFF"} | {name: _COMPARTMENTS[i % len(_COMPARTMENTS)] for i, name in enumerate(others)}


def _draw(
    axes: Axes,
    comparison: Comparison,
    arm: Arm,
    at: Mapping[str, tuple[float, float]],
    folds: Mapping[str, float],
    style: ArmStyle,
    tints: Mapping[str, str],
) -> None:
    network = comparison.network
    drugs = arm.drug.split("+")
    touched = reactions_reached_by(network, drugs)
    placer = Placer(at, HALF_WIDTH, HALF_HEIGHT, [])
    for process in processes_of(network, at):
        colour = style.colour if touched.intersection(process.reactions) else None
        draw_process(axes, process, at, placer, colour)
    for name, place in at.items():
        draw_species(axes, network.species[name], place, folds.get(name), style, tints, drugs)


def _title(axes: Axes, comparison: Comparison, style: ArmStyle) -> None:
    x, _ = axes.get_xlim()
    _, y = axes.get_ylim()
    axes.scatter([x + 1.2], [y - 1.3], s=70, marker="s", color=style.colour, zorder=6)
    axes.text(
        x + 2.4,
        y - 1.3,
        f"{style.label}, {comparison.settings.map_time_s / 3600:g} h",
        fontsize=11.5,
        fontweight="bold",
        va="center",
    )
