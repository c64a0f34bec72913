"""Stoichiometry and conserved moieties of networks small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.network.network import ReactionNetwork
from mtornet.network.stoichiometry import semipositive_conservation_laws
from tests.verification import toys
from tests.verification.toys import r, toy


def test_matrix_has_species_in_rows() -> None:
    matrix = toys.ENZYME.network().stoichiometry
    np.testing.assert_array_equal(matrix, [[-1, 1, 0], [-1, 1, 1], [1, -1, -1], [0, 0, 1]])
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 5


def test_catalysts_do_not_count() -> None:
    np.testing.assert_array_equal(toys.TELEGRAPH.network().stoichiometry[1], [1, -1, 0, 0])
    both_sides = toy({"A": 1, "E": 1}, {"k": 1.0}, step=r("A + E -> 2 E", "k")).network()
    np.testing.assert_array_equal(both_sides.stoichiometry, [[-1], [1]])


def laws(network: ReactionNetwork) -> set[tuple[tuple[str, int], ...]]:
    return {moiety.species for moiety in network.conserved_moieties()}


def test_enzyme() -> None:
    network = toys.ENZYME.network()
    assert laws(network) == {(("S", 1), ("ES", 1), ("P", 1)), (("E", 1), ("ES", 1))}
    assert {m.name: m.total for m in network.conserved_moieties()} == {"S": 25.0, "E": 4.0}


def test_weights_of_a_dimer() -> None:
    network = toys.DIMERISATION.network()
    (moiety,) = network.conserved_moieties()
    assert moiety.species == (("A", 1), ("B", 2))
    assert moiety.total == 41.0


@pytest.mark.parametrize("case", [toys.IMMIGRATION_DEATH, toys.PURE_DEATH, toys.CONSTANT_CONSUMPTION])
def test_open_networks_conserve_nothing(case: toys.Toy) -> None:
    assert case.network().conserved_moieties() == ()


def test_a_species_that_nothing_changes_is_a_moiety_of_its_own() -> None:
    network = toy({"A": 4, "E": 7}, {"k": 1.0}, step=r("A ->", "k", catalysts=("E",))).network()
    assert laws(network) == {(("E", 1),)}
    assert network.conserved_moieties()[0].name == "E"


def test_laws_are_minimal_and_semipositive() -> None:
    # A + B <-> C, C + D <-> E: three pools. Any one is not the sum of others.
    matrix = np.array([[-1, 0], [-1, 0], [1, -1], [0, -1], [0, 1]])
    found = {tuple(law.tolist()) for law in semipositive_conservation_laws(matrix)}
    assert found == {(1, 0, 1, 0, 1), (0, 1, 1, 0, 1), (0, 0, 0, 1, 1)}


def test_random_networks_against_the_null_space() -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        matrix = rng.integers(-1, 2, size=(6, 4))
        found = semipositive_conservation_laws(matrix)
        for law in found:
            assert law.min() >= 0
            assert law.max() > 0
            np.testing.assert_array_equal(law @ matrix, 0)
        supports = [frozenset(np.flatnonzero(law)) for law in found]
        assert all(not a < b for a in supports for b in supports)
        assert len(set(supports)) == len(supports)


def test_mtor_names_its_pools(mtor: ReactionNetwork, mtor_with_everolimus: ReactionNetwork) -> None:
    names = [moiety.name for moiety in mtor.conserved_moieties()]
    assert len(names) == 35
    assert len(set(names)) == 35
    assert {
        "mTOR",
        "RPTOR",
        "RICTOR",
        "AKT",
        "PTEN",
        "S6K",
        "4E-BP1",
        "eIF4E",
        "Rheb",
        "PRAS40",
        "FKBP12",
    } <= set(names)
    # Dosed cells take drug up, which is not conserved, and keep the same pools.
    assert [m.name for m in mtor_with_everolimus.conserved_moieties()] == names
    totals = {m.name: m.total for m in mtor_with_everolimus.conserved_moieties()}
    assert totals == {m.name: m.total for m in mtor.conserved_moieties()}
    matrix = mtor.stoichiometry
    left = matrix.shape[0] - np.linalg.matrix_rank(matrix)
    assert left == 35
    for moiety in mtor.conserved_moieties():
        weights = np.zeros(matrix.shape[0])
        weights[[list(mtor.species).index(name) for name, _ in moiety.species]] = [
            w for _, w in moiety.species
        ]
        np.testing.assert_array_equal(weights @ matrix, 0)
