"""Pharmacokinetics: from doses in mg to the free concentration that cells meet, over time."""
