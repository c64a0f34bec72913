"""Published observations as executable assertions: read, simulated together, scored."""
