"""Plain-Python twins of the kernels: the specification, of which the kernels are fast copies."""
