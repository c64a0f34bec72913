"""Figures of an exploration of resistance."""
