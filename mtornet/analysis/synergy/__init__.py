"""Synergy of two drugs: a dose matrix in, scores of several reference models with their confidence out."""

from mtornet.analysis.synergy.matrix import DoseMatrix
from mtornet.analysis.synergy.score import ModelScore, Synergy, synergy

__all__ = ["DoseMatrix", "ModelScore", "Synergy", "synergy"]
