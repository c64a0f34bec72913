"""Tests; a regular package, so that helpers are imported from here and from nowhere else."""
