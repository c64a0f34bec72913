"""Names become indices: a network as arrays that number-only kernels can run."""
