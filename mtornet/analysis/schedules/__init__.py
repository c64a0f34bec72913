"""Search for a schedule of drugs that meets a stated goal."""
