"""Scans: many points of one specification, computed anywhere, kept in a store that survives everything."""
