"""Resistance exploration: what defeats a drug, through which feedback, and what would stop it."""
