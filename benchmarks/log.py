"""What goes on, on standard error."""

import sys


def say(text: str) -> None:
    """Print one line."""
    print(text, file=sys.stderr, flush=True)
