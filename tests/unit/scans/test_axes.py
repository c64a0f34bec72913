"""What each point's coordinates are, and what may be asked for."""

import numpy as np
import pytest

import mtornet as mt


def test_blocks_are_crossed_and_the_last_changes_fastest(toy_scan):
    plan = toy_scan().plan()
    assert plan.n_points == 30
    found = plan.axes.at(0, 30).values
    assert found["parameter.k"][:6] == pytest.approx([0.01] * 5 + [0.01 * 100 ** (1 / 5)])
    assert list(found["amount.A"][:6]) == [10, 20, 50, 100, 200, 10]
    for first, end in ((0, 1), (7, 13), (29, 30)):
        part = plan.axes.at(first, end).values
        assert all(np.array_equal(part[name], found[name][first:end]) for name in found)


def test_zipped_blocks_are_walked_side_by_side(toy_scan):
    plan = toy_scan(
        vary=[
            mt.Vary("parameter.k", values=[0.1, 0.2, 0.3], zip="pair"),
            mt.Vary("amount.B", range=(0, 10), n=2),
            mt.Vary("amount.A", values=[10, 20, 30], zip="pair"),
        ]
    ).plan()
    assert plan.n_points == 6
    found = plan.axes.at(0, 6).values
    assert list(found["parameter.k"]) == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]
    assert list(found["amount.A"]) == [10, 10, 20, 20, 30, 30]
    assert list(found["amount.B"]) == [0, 10, 0, 10, 0, 10]


def test_drawn_blocks_are_drawn_together_and_crossed_with_the_others(toy_scan):
    plan = toy_scan(
        sample="lhs",
        n=7,
        vary=[
            mt.Vary("amount.B", values=[0, 5]),
            mt.Vary("parameter.k", log=(0.01, 1.0)),
            mt.Vary("amount.A", range=(10, 200)),
        ],
    ).plan()
    assert plan.n_points == 14
    found = plan.axes.at(0, 14).values
    assert np.array_equal(found["parameter.k"][:7], found["parameter.k"][7:])
    assert np.unique(found["parameter.k"]).size == 7
    assert np.all((found["amount.A"] >= 10) & (found["amount.A"] <= 200))
    strata = np.floor(7 * np.log(found["parameter.k"][:7] / 0.01) / np.log(100))
    assert sorted(strata) == list(range(7))


def test_multiples_are_of_what_the_model_has(toy_scan):
    outcome = toy_scan(vary=[mt.Vary("parameter.k", factor={"values": [0.0, 2.0]})]).plan().evaluate()
    assert list(outcome.labels["parameter.k"]) == [0.0, 0.2]
    assert outcome.mean[0, :, 0] == pytest.approx([100.0, 100.0])
    assert outcome.mean[1, :, 0] == pytest.approx(100 * np.exp([-1.0, -2.0]), rel=1e-6)


def test_identities_depend_on_everything_that_decides_a_point_and_on_nothing_else(toy_scan):
    def ids(**changed):
        plan = toy_scan(**changed).plan()
        return plan.point_ids(plan.axes.at(0, plan.n_points))

    all_of_them = ids()
    assert len(set(all_of_them)) == 30
    fewer = ids(vary=[mt.Vary("parameter.k", values=[0.01]), mt.Vary("amount.A", values=[20])])
    assert fewer == [all_of_them[1]]
    assert not set(ids(duration=11)) & set(all_of_them)
    assert not set(ids(method="ssa")) & set(all_of_them)


def test_a_million_points_have_no_list(toy_scan):
    plan = toy_scan(
        vary=[
            mt.Vary("parameter.k", log=(0.01, 1.0), n=1000),
            mt.Vary("amount.A", range=(1, 1000), n=1_000_000),
        ]
    ).plan()
    assert plan.n_points == 10**9
    last = plan.axes.at(10**9 - 1, 10**9)
    assert (last.values["parameter.k"][0], last.values["amount.A"][0]) == (1.0, 1000.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vary": [{"target": "parmeter.k", "values": [1]}]}, "did you mean 'parameter'"),
        ({"vary": [{"target": "parameter.kk", "values": [1]}]}, "unknown parameter 'kk'; did you mean 'k'"),
        ({"vary": [{"target": "parameter", "values": [1]}]}, "write 'parameter.<name>'"),
        ({"vary": [{"target": "amount.C", "values": [1]}]}, "unknown species 'C'"),
        ({"vary": [{"target": "amount.A", "values": [-1]}]}, "expected molecules >= 0"),
        ({"vary": [{"target": "parameter.k", "values": [1, 1]}]}, "the value 1 stands twice"),
        ({"vary": [{"target": "parameter.k"}]}, "expected one of values, range and log, found none"),
        ({"vary": [{"target": "parameter.k", "log": [1, 2], "values": [1]}]}, "found values and log"),
        ({"vary": [{"target": "parameter.k", "log": [1, 2]}]}, "log needs 'n'"),
        ({"vary": [{"target": "parameter.k", "log": [0, 2], "n": 2}]}, "expected ends > 0"),
        ({"vary": [{"target": "parameter.k", "range": [3, 2], "n": 2}]}, "the lower end first"),
        ({"vary": [{"target": "parameter.k", "values": ["x"]}]}, "is not a number with a unit"),
        ({"vary": [{"target": "drug.everolimus", "values": ["1 nM"]}]}, "has no drugs"),
        ({"vary": [{"target": "method.rtoll", "values": [1]}]}, "did you mean 'rtol'"),
        ({"times": [11]}, "expected times between 0 and the end"),
        ({"readouts": ["AA"]}, "readouts: unknown read-out 'AA'; did you mean 'A'"),
        ({"features": ["nadirr"]}, "did you mean 'nadir'"),
        ({"n": 5}, "n is given without sample"),
        ({"condition": {"parameters": {"k": 1}}}, "varies, and is fixed in [condition]"),
        ({"condition": {"parmeters": {"k": 1}}}, "did you mean 'parameters'"),
        ({"options": {"rtol": 1, "max_event": 3}}, "unknown option 'max_event'"),
        ({"duration": "10"}, "has no unit"),
        ({"replicates": {"readout": "A", "relative": 0.1}}, "method 'ode' has no cells"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_mistakes_are_told_with_their_key(toy_scan, changed, message):
    if "vary" in changed:
        changed = {"vary": [mt.Vary(**block) for block in changed["vary"]]}
    with pytest.raises(mt.MtorNetError) as told:
        toy_scan(**changed).plan()
    assert message in str(told.value)
    assert str(told.value).startswith("scan: ")
