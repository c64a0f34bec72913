"""What each figure shows and how to read it, for a reader who runs blots rather than simulations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtornet.plot.population import FEW_MOLECULES, readout_label, vehicle_molecules
from mtornet.report.parts import duration

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """Title and text under a figure, and what stands for it when it cannot be seen."""

    title: str
    text: str
    alt: str


def caption_of(name: str, comparison: Comparison) -> Caption:
    """Return the caption of a figure by its name; a figure nobody described gets its name."""
    writers = {
        "courses": _courses,
        "courses_more": _courses_more,
        "concentration": _concentration,
        "distribution": _distribution,
        "network_map": _network_map,
    }
    if name in writers:
        return writers[name](comparison)
    title = name.replace("_", " ")
    return Caption(title=title, text="", alt=f"Figure: {title}")


def _concentration(comparison: Comparison) -> Caption:
    return Caption(
        title="What the cells meet: free drug over time",
        text=(
            "Doses in mg become a concentration in the plasma of a typical patient by a published PK model; "
            "cells meet the free part of it (left axis), the clinic measures all of it (right axis). Between "
            "patients both differ by a factor of two and more. Culture doses are often far above: compare "
            "this axis with the doses of an experiment before comparing effects. The drawn curve is what the "
            "simulation used; it is within 1 % of the PK model."
        ),
        alt=f"Free concentration of each drug over {duration(comparison.settings.duration_s)}.",
    )


def _arms(comparison: Comparison) -> str:
    return ", ".join(arm.condition for arm in comparison.arms)


def _courses(comparison: Comparison) -> Caption:
    cells = (
        "The thick line is the median cell; the bands hold the middle 50 % and 90 % of the cells and show "
        "how far single cells differ; thin lines are single cells, each followed from start to end. The "
        "dashed line is the average that a model without chance predicts. "
        if comparison.population
        else "Each line is the rate equations, a population average without chance. "
    )
    return Caption(
        title="Time courses, one panel per read-out",
        text=(
            "Read each panel like a strip of a blot quantified against the vehicle lane of the same time: "
            "1 is no change, 1/4 is a quarter of the vehicle's signal, 4 is four times as much. "
            f"{cells}Early hours are stretched (square-root axis). The range of the vertical axis differs "
            "from panel to panel; what lies below 1/64 or above 64 is drawn at that value. Coloured bars "
            f"under an axis show when each drug is present. {_few(comparison)}"
        ),
        alt=(
            f"Time courses over {duration(comparison.settings.duration_s)} of the main read-outs as "
            f"fold change over vehicle, for {_arms(comparison)}. The numbers are in courses.csv."
        ),
    )


def _few(comparison: Comparison) -> str:
    """Return a warning where single cells hold so few molecules that their folds are chance."""
    few = []
    for readout in comparison.readouts:
        count = vehicle_molecules(comparison, readout)
        if count is not None and count < FEW_MOLECULES:
            few.append(f"{readout_label(comparison, readout)} ({count:.2g})")
    if not few:
        return ""
    return (
        f"Few molecules per simulated cell in the vehicle: {', '.join(few)}. There the bands and single "
        "cells are mostly chance, with gaps where the vehicle has none: read the dashed line, or simulate "
        "larger cells (a larger copy scale)."
    )


def _courses_more(comparison: Comparison) -> Caption:
    return Caption(
        title="Further read-outs",
        text="As the first figure, for the read-outs that did not fit there.",
        alt=(
            f"Time courses over {duration(comparison.settings.duration_s)} of further read-outs as fold "
            f"change over vehicle, for {_arms(comparison)}. The numbers are in courses_more.csv."
        ),
    )


def _distribution(comparison: Comparison) -> Caption:
    text = (
        "A blot averages over the dish; this is what hides behind the band. Each point (or outline, with "
        "many cells) is the signal of single cells over the vehicle's mean at the same time, the thick "
        "line the median cell, the thin line the middle half. Points that spread from low to high mean "
        "that the cells do not answer alike. At 0 h the arms are the same cells before the drug."
        if comparison.population
        else "Rate equations have no single cells; each arm is one value. Simulate cells to see them differ."
    )
    return Caption(
        title="Single cells at chosen times",
        text=text,
        alt=(
            "Fold change over vehicle of AKT phosphorylation in single cells before the drug, early, at "
            f"one day and at the end, side by side for {_arms(comparison)}. The numbers are in "
            "distribution.csv."
        ),
    )


def _network_map(comparison: Comparison) -> Caption:
    at = duration(comparison.settings.map_time_s)
    return Caption(
        title=f"The network at {at}, one map per drug",
        text=(
            "Every protein state of the model and every step between them. The fill is the amount of that "
            "state over vehicle: red more, blue less, white unchanged. Dark arrows turn one state into "
            "another through a small square; lilac lines lead from an enzyme to the step it drives. A "
            "square in the colour of the drug's class is a step whose speed the dose sets; a thick "
            "outline in that colour is a species that holds the drug. Follow a colour change upstream to "
            "see where it comes from. Values are those of the rate equations."
        ),
        alt=(
            "Map of the reaction network, one panel for each drug, with the colour of each species giving "
            f"its fold change over vehicle at {at}. The numbers are in network_map.csv."
        ),
    )
