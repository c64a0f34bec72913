"""A network small enough that a thousand points take a moment."""

import pytest

import mtornet as mt

TOY = """
model decay
  compartment cell = 1;
  species A in cell, B in cell;
  substanceOnly species A, B;
  A = 100; B = 0; k = 0.1;
  J: A -> B; k*A;
end
"""


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """A -> B with constant 0.1/s and 100 molecules."""
    path = tmp_path_factory.mktemp("toy") / "decay.ant"
    path.write_text(TOY, encoding="utf-8")
    return mt.read_antimony(path)


@pytest.fixture
def toy_scan(toy):
    """``toy_scan(method="ssa")``: 6 constants times 5 amounts, seen at two times."""

    def make(**changed):
        given = {
            "model": toy,
            "vary": [
                mt.Vary("parameter.k", log=(0.01, 1.0), n=6),
                mt.Vary("amount.A", values=[10, 20, 50, 100, 200]),
            ],
            "readouts": ["A", "B"],
            "duration": 10,
            "times": [5, 10],
            "cells": 8,
            "copy_scale": 1.0,
            "seed": 3,
        }
        return mt.Scan(**(given | changed))

    return make
