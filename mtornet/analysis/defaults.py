"""Defaults of experiments, in a module of their own so that ``--help`` can show them at once."""

DRUGS = ("everolimus", "sapanisertib", "dactolisib")
CELLS = 24
COPY_SCALE = 0.02
DURATION = "72 h"
SETTLE = "48 h"
SEED = 1
