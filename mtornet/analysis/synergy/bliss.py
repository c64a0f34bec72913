"""Bliss independence: the fractions left by each drug multiply."""

from __future__ import annotations

from mtornet.analysis.synergy.reference import FloatArray, Reference

SOURCE = "Bliss 1939, Ann Appl Biol 26:585"


def surfaces(
    _doses_a: FloatArray, _doses_b: FloatArray, responses: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what independence expects and what was seen, each (n_matrices, n_a, n_b)."""
    return responses[:, :, :1] * responses[:, :1, :], responses


REFERENCE = Reference(name="bliss", label="Bliss", source=SOURCE, surfaces=surfaces)
