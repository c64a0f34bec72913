"""The reaction network: immutable, complete at birth, built from the typed graph."""
