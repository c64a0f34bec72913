"""Many versions of a cell solved side by side give what each gives alone."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.experiment.arms import arm_of
from mtornet.experiment.execute import Experiment
from mtornet.experiment.points import BLOCK, NOT_AT_REST, PointRunner, Points, status_name

TIMES = np.array([0.0, 3600.0, 86400.0])
READOUTS = ("pAKT_S473", "mTORC2_active", "pS6K")


def protocol(**drugs):
    treated = mt.Condition(variant="PIK3CA_H1047R", drugs=drugs, inputs={"insulin": "1 nM"})
    return mt.Protocol().settle().apply(treated).until("24 h")


def values_at(network, points, arm, **options):
    experiment = Experiment(network=network, readouts=READOUTS, times=TIMES)
    return PointRunner(experiment=experiment, points=points, **options)(arm)


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(3)
    return Points(
        parameters={
            "k_irs_s6k": 1e-8 * rng.uniform(0.2, 3.0, 5),
            "kt_mut": rng.uniform(0.5, 2.0, 5),
            "insulin": rng.uniform(0.5, 3.0, 5),
        },
        amounts={"PTEN": rng.uniform(1e4, 1e5, 5)},
    )


@pytest.mark.parametrize(
    "drugs", [{}, {"everolimus": "20 nM"}, {"sapanisertib": "50 nM for 6 h every 8 h"}], ids=str
)
def test_each_point_is_the_experiment_on_its_own_network(mtor, points, drugs):
    arm = arm_of(mtor, protocol(**drugs))
    values, status = values_at(mtor, points, arm)
    assert np.all(status == 0)
    for i in range(len(points)):
        network = mtor.with_parameters(
            k_irs_s6k=points.parameters["k_irs_s6k"][i], kt_mut=points.parameters["kt_mut"][i]
        ).with_amounts(PTEN=points.amounts["PTEN"][i])
        insulin = f"{points.parameters['insulin'][i]!r} nM".replace("np.float64(", "").replace(")", "")
        given = mt.Condition(variant="PIK3CA_H1047R", drugs=drugs, inputs={"insulin": insulin})
        alone = Experiment(network=network, readouts=READOUTS, times=TIMES).deterministic(
            arm_of(network, mt.Protocol().settle().apply(given).until("24 h"))
        )
        np.testing.assert_allclose(values[i], alone.moments.mean, rtol=2e-5, atol=1e-5)


def test_sabotage_a_point_of_another_value_is_seen(mtor, points):
    arm = arm_of(mtor, protocol(everolimus="20 nM"))
    values, _ = values_at(mtor, points, arm)
    shifted = Points(
        parameters={**points.parameters, "k_irs_s6k": points.parameters["k_irs_s6k"] * 1.01},
        amounts=points.amounts,
    )
    assert not np.allclose(values, values_at(mtor, shifted, arm)[0], rtol=2e-5, atol=1e-5)


def test_neither_threads_nor_blocks_nor_neighbours_change_a_point(mtor, points, monkeypatch):
    arm = arm_of(mtor, protocol(everolimus="20 nM"))
    values, _ = values_at(mtor, points, arm, jobs=1)
    monkeypatch.setattr("mtornet.experiment.points.BLOCK", 2)
    assert np.array_equal(values, values_at(mtor, points, arm, jobs=3)[0])
    last = Points(
        parameters={k: v[-1:] for k, v in points.parameters.items()},
        amounts={k: v[-1:] for k, v in points.amounts.items()},
    )
    assert np.array_equal(values[-1:], values_at(mtor, last, arm)[0])
    assert BLOCK > 2


def test_a_point_that_never_rests_says_so(loop_without_rest):
    network, arm = loop_without_rest
    experiment = Experiment(network=network, readouts=("A",), times=np.array([10.0]))
    values, status = PointRunner(
        experiment=experiment, points=Points(parameters={"k_made": np.array([0.0, 1e3])})
    )(arm)
    assert [status_name(code) for code in status] == ["complete", "not_at_rest"]
    assert status[1] == NOT_AT_REST
    assert np.isfinite(values[0, 0, 0])
    assert np.isnan(values[1, 0, 0])


@pytest.fixture
def loop_without_rest():
    # With k_made > 0 the species grows for ever.
    network = mt.read_antimony(
        "model grows\n compartment c = 1; species A in c = 5;\n k_made = 0; -> A; k_made;\nend"
    )
    return network, arm_of(network, mt.Protocol().settle().apply(mt.Condition()).until("1 min"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"parameters": {}}, "points: expected one-dimensional arrays of one length, got none"),
        ({"parameters": {"a": np.ones(2), "b": np.ones(3)}}, r"got a \(2,\), b \(3,\)"),
    ],
)
def test_arrays_of_different_lengths(wrong, message):
    with pytest.raises(mt.ProtocolError, match=message):
        Points(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"parameters": {"k_irs_s6q": np.ones(2)}}, "unknown input or parameter 'k_irs_s6q'; did you mean"),
        ({"amounts": {"PTAN": np.ones(2)}}, "unknown species 'PTAN'; did you mean 'PTEN'"),
        ({"parameters": {"k_irs_s6k": np.array([1.0, -1.0])}}, "the rate constant is -.* at point 1"),
    ],
)
def test_what_a_network_does_not_hold(mtor, wrong, message):
    with pytest.raises(mt.ModelError, match=message):
        values_at(mtor, Points(**wrong), arm_of(mtor, protocol()))
