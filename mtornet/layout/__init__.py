"""Where species and reactions stand on a map of the network, for figures and for files."""
