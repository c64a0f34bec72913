"""Steady states over a range of one value."""
