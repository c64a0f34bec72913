"""How figures look: one colour per drug class, sizes that can be read, no global settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtornet.experiment.drug import VEHICLE
from mtornet.graph.knowledge import load_knowledge, model_names

if TYPE_CHECKING:
    from mtornet.experiment.arms import Arm

VEHICLE_COLOUR = "#6E6E6E"
INK = "#222222"
FAINT = "#B9B9B9"

# Okabe and Ito 2008 (told apart with any colour vision), strong ones first, yellow left out because
# it cannot be seen as a line on white; then those of Tol's muted scheme that differ from them most, and
# a few dark ones: a figure with more than eight classes needs its labels.
CLASS_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#332288",
    "#882255",
    "#44AA99",
    "#999933",
    "#AA4499",
    "#117733",
    "#661100",
    "#6699CC",
    "#7F6000",
    "#B22222",
    "#1B1B6B",
    "#5B8A00",
)

FOLD_COLOURS = "RdBu_r"
"""Diverging and colour-blind safe: blue below the vehicle, white at 1, red above."""

_LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1.2, 1.2)))
_SHADES = (0.0, -0.35, 0.35, -0.6)

_SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica", "sans-serif"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # A label comes from the user's tables: a dollar sign in it is a dollar sign.
    "text.parse_math": False,
    "text.usetex": False,
    # Text stays text: it can be selected, searched and read aloud.
    "svg.fonttype": "none",
    # Equal data give equal bytes.
    "svg.hashsalt": "mtornet",
    "path.simplify": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """How one arm is drawn in every figure."""

    colour: str
    line: Any
    label: str


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw and save in the style of the figures, whatever the user's matplotlib settings are."""
    from matplotlib import rc_context, rcParamsDefault

    # A user's matplotlibrc must not change a figure, so the defaults come first; the back end is
    # left alone, because naming it would choose one.
    settings: Any = {key: value for key, value in rcParamsDefault.items() if key != "backend"} | _SETTINGS
    with rc_context(settings):
        yield


def class_order(model: str) -> tuple[str, ...]:
    """Return the drug classes of a model in the order of its table; empty for a model without one."""
    if model not in model_names():
        return ()
    rows = sorted(load_knowledge(model)["classes"], key=lambda row: float(row["order"]))
    return tuple(row["id"] for row in rows)


def class_colours(classes: Sequence[str], *, known: Sequence[str] = ()) -> dict[str, str]:
    """Give each class its colour.

    Parameters
    ----------
    classes
        Classes of the arms; combinations such as ``rapalog+pi3k`` are classes of their own.
    known
        All classes of the model in a fixed order, so that a class keeps its colour whatever it is
        compared with. Others get the colours that are left, in the order of appearance.
    """
    ordered = [name for name in dict.fromkeys((*known, *classes)) if name != VEHICLE]
    colours = {name: CLASS_COLOURS[i % len(CLASS_COLOURS)] for i, name in enumerate(ordered)}
    return {VEHICLE: VEHICLE_COLOUR, **colours}


def arm_styles(
    arms: Sequence[Arm], labels: Mapping[str, str], *, known: Sequence[str] = ()
) -> dict[str, ArmStyle]:
    """Return the style of each arm by condition; arms of one class differ in shade and line."""
    colours = class_colours([arm.drug_class for arm in arms], known=known)
    seen: dict[str, int] = {}
    styles: dict[str, ArmStyle] = {}
    for arm in arms:
        i = seen.get(arm.drug_class, 0)
        seen[arm.drug_class] = i + 1
        label = arm.condition
        if arm.drug_class != VEHICLE:
            unknown = "combination" if "+" in arm.drug_class else arm.drug_class
            label = f"{arm.condition} ({labels.get(arm.drug_class, unknown)})"
        styles[arm.condition] = ArmStyle(
            colour=shade(colours[arm.drug_class], _SHADES[i % len(_SHADES)]),
            line=_LINE_STYLES[i % len(_LINE_STYLES)],
            label=label,
        )
    return styles


def shade(colour: str, amount: float) -> str:
    """Mix a colour with black (``amount`` < 0) or white (> 0)."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    target = 255 if amount > 0 else 0
    return "#" + "".join(f"{round(part + abs(amount) * (target - part)):02X}" for part in parts)


def legend_columns(labels: Sequence[str], width_in: float) -> int:
    """Return how many legend entries fit side by side into a width in inches."""
    widths = [0.068 * len(label) + 0.6 for label in labels]
    if sum(widths) <= width_in:
        return max(1, len(labels))
    return max(1, min(len(labels), int(width_in / max(widths))))
