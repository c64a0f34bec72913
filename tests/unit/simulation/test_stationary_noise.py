"""Noise by reaction: closed forms, and the sum is what the linear noise approximation says."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.compiled.bind import row_of_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.simulation.stationary_noise import noise_sources

GENE = """
model burst
  compartment cell = 1;
  species M in cell, P in cell, A in cell, B in cell;
  substanceOnly species M, P, A, B;
  M = 5; P = 500; A = 60; B = 40;
  make: -> M; 0.5;
  lose: M -> ; 0.1*M;
  translate: -> P; 1.0*M;
  degrade: P -> ; 0.01*P;
  there: A -> B; 0.2*A;
  back: B -> A; 0.3*B;
end
"""


@pytest.fixture
def gene(tmp_path):
    path = tmp_path / "gene.ant"
    path.write_text(GENE, encoding="utf-8")
    return mt.read_antimony(path)


def sources(network, amounts, slopes):
    compiled = compile_network(network)
    return noise_sources(
        compiled, row_of_constants(compiled, values_of(network, compiled, {})), amounts, slopes
    )


def test_closed_forms_of_a_gene_and_a_switch(gene):
    found = sources(gene, np.array([5.0, 500.0, 60.0, 40.0]), np.eye(4))
    # Messenger: Poisson. Protein: own Poisson noise plus k^2 times that of the messenger, filtered.
    assert found.variance[0] == pytest.approx(5.0)
    assert found.variance[1] == pytest.approx(500.0 + 1.0 * 5.0 / (0.01 * (0.1 + 0.01)))
    # A switch of 100 molecules at 60 %: binomial, in both states.
    assert found.variance[2:] == pytest.approx([24.0, 24.0])
    ids = list(gene.reactions)
    of_protein = dict(zip(ids, found.by_reaction[1], strict=True))
    assert of_protein["translate"] == pytest.approx(of_protein["degrade"]) == pytest.approx(250.0)
    assert of_protein["there"] == pytest.approx(0.0, abs=1e-9)
    assert np.allclose(found.by_reaction.sum(axis=1), found.variance)


def test_a_readout_is_a_direction(gene):
    both = sources(gene, np.array([5.0, 500.0, 60.0, 40.0]), np.array([[0.0, 0.0, 1.0, 1.0]]))
    assert both.variance[0] == pytest.approx(0.0, abs=1e-9), "their sum is conserved"
