"""Drawn abundances: their moments, their correlation, and that a cell is a pure function of its index."""

import numpy as np
import pytest

from mtornet.errors import ModelError, ProtocolError, UnknownNameError
from mtornet.experiment.abundances import drawn_points, factors, parse_extrinsic, variabilities
from mtornet.experiment.cohorts import assigned, cohorts, find_cohort
from mtornet.simulation.seeds import normals, uniforms

MANY = np.arange(40_000)


def test_numbers_are_uniform_and_normal_and_belong_to_their_index():
    u = uniforms(3, "x", MANY)
    assert 0.0 < u.min() < u.max() < 1.0
    # Kolmogorov-Smirnov: P(D > 2.6/sqrt(n)) is below 3e-6.
    assert np.max(np.abs(np.sort(u) - (MANY + 0.5) / MANY.size)) < 2.6 / np.sqrt(MANY.size)
    assert np.corrcoef(u[:-1], u[1:])[0, 1] == pytest.approx(0.0, abs=5 / np.sqrt(MANY.size))
    assert np.corrcoef(u, uniforms(3, "y", MANY))[0, 1] == pytest.approx(0.0, abs=5 / np.sqrt(MANY.size))
    assert normals(3, "x", np.array([17]))[0] == normals(3, "x", MANY)[17]
    assert not np.array_equal(u[:9], uniforms(4, "x", MANY[:9]))


def test_factors_have_mean_one_and_the_cv_of_their_row(mtor):
    found = factors(mtor, MANY, seed=1)
    rows = {(row.kind, row.target): row for row in variabilities("mtor")}
    assert set(found) <= set(rows)
    assert len(found) > 20
    for key, values in found.items():
        cv = rows[key].cv
        assert values.mean() == pytest.approx(1.0, abs=5 * cv / np.sqrt(MANY.size))
        assert values.std() / values.mean() == pytest.approx(cv, rel=0.06)


def test_groups_correlate_by_the_product_of_their_loadings(mtor):
    found = factors(mtor, MANY, seed=1)
    rows = [row for row in variabilities("mtor") if row.group and (row.kind, row.target) in found]
    pairs = [(a, b) for i, a in enumerate(rows) for b in rows[:i] if a.group == b.group]
    assert pairs
    for a, b in pairs:
        logs = [np.log(found[row.kind, row.target]) for row in (a, b)]
        expected = np.sqrt(a.correlation * b.correlation)
        assert np.corrcoef(*logs)[0, 1] == pytest.approx(expected, abs=0.03)
    loners = [
        key for key in found if not next(r for r in variabilities("mtor") if (r.kind, r.target) == key).group
    ]
    assert np.corrcoef(np.log(found[loners[0]]), np.log(found[loners[1]]))[0, 1] == pytest.approx(
        0.0, abs=0.03
    )


def test_drawn_totals_are_exact_and_nothing_is_negative(mtor):
    cells = np.arange(300)
    points = drawn_points(mtor, cells, seed=2, extrinsic=0.8)
    drawn = factors(mtor, cells, seed=2, extrinsic=0.8)
    checked = 0
    for moiety in mtor.conserved_moieties():
        if ("total", moiety.name) in drawn and moiety.total > 0:
            total = sum(w * points.amounts[name] for name, w in moiety.species)
            assert total == pytest.approx(moiety.total * drawn["total", moiety.name], rel=1e-9), moiety.name
            checked += 1
    assert checked > 15
    assert all(np.all(values >= 0) for values in points.amounts.values())


def test_a_cell_depends_on_seed_and_index_alone(mtor):
    whole = drawn_points(mtor, np.arange(50), seed=5)
    one = drawn_points(mtor, np.array([33]), seed=5)
    for name, values in {**whole.amounts, **whole.parameters}.items():
        assert {**one.amounts, **one.parameters}[name][0] == values[33], name


def test_no_variability_is_the_network_itself(mtor):
    points = drawn_points(mtor, np.arange(3), seed=5, extrinsic=0.0)
    for name, values in points.amounts.items():
        assert values == pytest.approx(mtor.species[name].initial)


def test_a_model_without_the_table_says_so(mtor):
    from dataclasses import replace

    with pytest.raises(ModelError, match=r"no population\.tsv"):
        drawn_points(replace(mtor, model="mine"), np.arange(3), seed=0)


@pytest.mark.parametrize("given", ["tabel", "-1", float("nan")])
def test_wrong_extrinsic_is_one_message(given):
    with pytest.raises(ProtocolError, match="expected 'table'"):
        parse_extrinsic(given)


def test_patients_are_assigned_in_proportion_and_stay_where_they_are():
    parts = find_cohort("mtor", "mixed")
    few, many = assigned(parts, 55, seed=3), assigned(parts, 1100, seed=3)
    assert np.array_equal(few, many[:55])
    counts = np.bincount(many, minlength=len(parts))
    assert np.all(np.abs(counts - 100) <= 3)
    assert sum(part.weight for part in parts) == pytest.approx(1.0)
    assert all(part.provenance.source for part in cohorts("mtor")["mixed"])
    with pytest.raises(UnknownNameError, match="did you mean 'mixed'"):
        find_cohort("mtor", "mixd")
