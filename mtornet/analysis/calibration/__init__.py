"""Estimate what was chosen by us from the facts, and keep the spread of what fits."""
