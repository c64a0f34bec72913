"""Drugs, doses, conditions and protocols: what is done to the cell, and when."""
