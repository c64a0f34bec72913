"""Figures from results; the only home of matplotlib, which is loaded when the first figure is drawn."""

from mtornet.plot.figures import figures_for

__all__ = ["figures_for"]
