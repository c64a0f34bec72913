"""Results in, tables and findings out."""
