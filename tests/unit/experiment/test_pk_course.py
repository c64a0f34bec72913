"""Drug in the body: closed forms, published numbers, and pieces that stay within their tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.errors import ModelError, ProtocolError
from mtornet.experiment.pk.binding import free_nM, plasma, whole_blood
from mtornet.experiment.pk.course import Administration, spans
from mtornet.experiment.pk.free_course import free_pieces
from mtornet.experiment.pk.model import PkModel
from mtornet.experiment.pk.pieces import FLOOR, TOLERANCE, Piece, pieces_of

H = 3600.0


def body(matrix: str = "plasma", **values: float) -> PkModel:
    """Return a PK model; clearances in L/h and rates in 1/h are given in seconds by the caller."""
    basic = {"molar_mass": 500.0, "central_volume": 50.0, "clearance": 5.0 / H, "fraction_unbound": 0.2}
    return PkModel(
        drug="x",
        name="test",
        matrix=matrix,
        values={**basic, **values},
        variation={},
        population="",
        provenance={},
    )


def concentrations(
    model: PkModel, doses: list[Administration], end: float, start: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    found = spans(model, doses, start=start, end=end)
    return np.concatenate([s.times for s in found]), np.concatenate([s.concentration for s in found])


def one_compartment(times: np.ndarray, at: float, mg: float) -> np.ndarray:
    """Oral dose, ka = 1.2/h, ke = 0.1/h, 50 L, lag half an hour (Bateman)."""
    u = np.maximum(times - at - 0.5 * H, 0.0) / H
    return mg / 50.0 * 1.2 / (1.2 - 0.1) * (np.exp(-0.1 * u) - np.exp(-1.2 * u))


def test_doses_swallowed_in_one_compartment_add_up() -> None:
    model = body(absorption_rate=1.2 / H, absorption_lag=0.5 * H)
    doses = [Administration(time=i * 12 * H, mg=10.0 + i) for i in range(4)]
    times, found = concentrations(model, doses, 60 * H)
    expected = sum(one_compartment(times, d.time, d.mg) for d in doses)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


def test_a_bolus_into_two_compartments_decays_with_two_exponents() -> None:
    model = body(peripheral_volume=200.0, peripheral_flow=20.0 / H)
    times, found = concentrations(model, [Administration(time=0.0, mg=100.0)], 48 * H)
    k10, k12, k21 = 5 / 50, 20 / 50, 20 / 200
    total, product = k10 + k12 + k21, k10 * k21
    fast = 0.5 * (total + np.sqrt(total**2 - 4 * product))
    slow = product / fast
    u = times / H
    expected = 2.0 / (fast - slow) * ((fast - k21) * np.exp(-fast * u) + (k21 - slow) * np.exp(-slow * u))
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_an_infusion_rises_to_its_plateau_and_falls() -> None:
    model = body()
    times, found = concentrations(model, [Administration(time=2 * H, mg=30.0, over_s=3 * H)], 40 * H)
    during = np.clip(times / H - 2.0, 0.0, 3.0)
    after = np.maximum(times / H - 5.0, 0.0)
    expected = 10.0 / 5.0 * (1.0 - np.exp(-0.1 * during)) * np.exp(-0.1 * after)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


def test_a_transit_chain_is_a_gamma_distribution_of_delays() -> None:
    from scipy.stats import gamma

    # Clearance so small that nothing leaves: what has arrived is the distribution function.
    model = body(transit_time=2.0 * H, transit_compartments=4.0, clearance=1e-12)
    times, found = concentrations(model, [Administration(time=0.0, mg=100.0)], 12 * H)
    np.testing.assert_allclose(found, 2.0 * gamma.cdf(times / H, 5, scale=2.0 / 5), rtol=1e-6, atol=1e-9)


def test_saturable_absorption_takes_in_the_whole_dose_at_a_bounded_rate() -> None:
    model = body(absorption_maximum=4.0 / H, absorption_constant=1.0, clearance=1e-12)
    times, found = concentrations(model, [Administration(time=0.0, mg=40.0)], 60 * H)
    assert found[-1] * 50.0 == pytest.approx(40.0, rel=1e-4)
    # A + Km ln(A/A0) falls by Vmax t.
    left = 40.0 - found[1:-1] * 50.0
    keep = left > 0.01
    shrunk = left[keep] - 40.0 + np.log(left[keep] / 40.0)
    np.testing.assert_allclose(shrunk, -4.0 * times[1:-1][keep] / H, rtol=1e-4, atol=1e-4)


def test_a_drug_that_slows_its_own_clearance() -> None:
    inhibited = dict(
        inhibition=0.5,
        inhibition_reference_dose=100.0,
        inhibition_dose_slope=0.0,
        inhibition_half_time=20 * H,
        inhibition_hill=5.0,
    )
    doses = [Administration(time=0.0, mg=100.0), Administration(time=400 * H, mg=100.0)]
    plain = concentrations(body(), doses, 500 * H)
    slowed = concentrations(body(**inhibited), doses, 500 * H)
    # Of the two samples at the second dose the one after it.
    last = np.flatnonzero(slowed[0] >= 400 * H)[1:]
    u = (slowed[0][last] - 400 * H) / H
    np.testing.assert_allclose(slowed[1][last], 2.0 * np.exp(-0.05 * u), rtol=2e-5)
    early = plain[0] < 2 * H
    np.testing.assert_allclose(slowed[1][early], plain[1][early], rtol=1e-4)


def test_what_was_given_before_the_start_is_still_there() -> None:
    model = body()
    times, found = concentrations(model, [Administration(time=-10 * H, mg=50.0)], 5 * H)
    np.testing.assert_allclose(found, np.exp(-0.1 * (times / H + 10.0)), rtol=1e-8)


def test_erythrocytes_bind_forth_and_back() -> None:
    model = body(
        "whole_blood",
        haematocrit=0.4,
        erythrocyte_capacity=1.0,
        erythrocyte_constant=0.1,
        erythrocyte_partition=0.2,
    )
    in_plasma = np.array([0.0, 1e-6, 0.01, 0.3, 5.0])
    blood = 0.4 * (in_plasma / (0.1 + in_plasma) + 0.2 * in_plasma) + 0.6 * in_plasma
    np.testing.assert_allclose(plasma(model, blood), in_plasma, rtol=1e-12, atol=1e-18)
    as_plasma = body(
        haematocrit=0.4, erythrocyte_capacity=1.0, erythrocyte_constant=0.1, erythrocyte_partition=0.2
    )
    np.testing.assert_allclose(whole_blood(as_plasma, in_plasma), blood, rtol=1e-12)
    np.testing.assert_allclose(free_nM(as_plasma, np.array([1.0])), [0.2 * 1e6 / 500.0])
    assert whole_blood(body(), in_plasma) is None


@pytest.mark.parametrize(
    ("model", "doses", "end"),
    [
        (body(absorption_rate=1.2 / H, absorption_lag=0.5 * H), [0, 24, 48], 96),
        (body(transit_time=0.4 * H, transit_compartments=4.0), [0, 12, 24], 400),
        (body(peripheral_volume=500.0, peripheral_flow=30.0 / H), [0], 300),
        (body(), [], 10),
    ],
)
def test_pieces_follow_the_course_within_their_tolerance(model: PkModel, doses: list[int], end: int) -> None:
    given = [Administration(time=i * H, mg=10.0) for i in doses]
    pieces = free_pieces(model, given, start=0.0, end=end * H)
    starts = np.array([piece.start for piece in pieces])
    assert starts[0] == 0.0
    assert np.all(np.diff(starts) > 0)
    times, total = concentrations(model, given, end * H)
    # Also between the samples that pieces were fitted to.
    for part in (0.0, 0.37, 0.71):
        at = times[:-1] + part * np.diff(times)
        exact = np.array(
            [
                free_nM(model, spans(model, given, start=0.0, end=t)[-1].concentration[-1:])[0]
                for t in at[1::9]
            ]
        )
        of = np.searchsorted(starts, at[1::9], side="left") - 1
        found = np.array([pieces[i].at(np.array([t]))[0] for i, t in zip(of, at[1::9], strict=True)])
        peak = free_nM(model, total).max()
        assert np.all(np.abs(found - exact) <= 1.05 * (TOLERANCE * exact + FLOOR * peak) + 1e-12)
        assert np.all(found >= 0.0)
    # One piece per smooth part would not do, and many are not needed.
    assert len(pieces) <= 16 * max(len(doses), 1)


def test_a_plain_decay_and_a_constant_need_one_piece() -> None:
    times = np.linspace(0.0, 10.0, 200)
    (piece,) = pieces_of([(times, 5.0 * np.exp(-0.3 * times))])
    assert (piece.level, piece.slope, piece.fading) == pytest.approx((5.0, 0.0, 0.3))
    (piece,) = pieces_of([(times, np.full(200, 2.0))])
    assert (piece.level, piece.slope, piece.fading) == (2.0, 0.0, 0.0)


def test_the_highest_of_a_piece() -> None:
    piece = Piece(start=10.0, level=1.0, slope=2.0, fading=0.5)
    times = np.linspace(10.0, 30.0, 100_001)
    assert piece.highest(30.0) == pytest.approx(piece.at(times).max(), rel=1e-8)
    assert piece.highest(10.5) == pytest.approx(piece.at(np.array([10.5]))[0])


@pytest.mark.parametrize(
    ("matrix", "values", "message"),
    [
        ("", {}, "matrix is empty"),
        ("plasma", {"intrinsic_clearance": 1.0}, "expected either clearance or intrinsic_clearance"),
        ("plasma", {"peripheral_volume": 1.0}, "peripheral_volume needs peripheral_flow"),
        (
            "plasma",
            {"absorption_rate": 1.0, "transit_time": 1.0, "transit_compartments": 2.0},
            "expected one of",
        ),
        ("plasma", {"central_volume": -1.0}, "central_volume must be > 0"),
        ("plasma", {"fraction_unbound": 1.5}, "fraction_unbound must be at most 1"),
        ("whole_blood", {}, "whole blood needs blood_to_plasma or erythrocyte_capacity"),
    ],
)
def test_models_that_are_none_are_refused(matrix: str, values: dict[str, float], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        body(matrix, **values)


def test_without_a_free_fraction_cells_cannot_be_dosed() -> None:
    model = PkModel(
        drug="x",
        name="m",
        matrix="plasma",
        values={"molar_mass": 500.0, "central_volume": 50.0, "clearance": 1.0},
        variation={},
        population="",
        provenance={},
    )
    with pytest.raises(ProtocolError, match="gives no fraction_unbound"):
        free_pieces(model, [Administration(time=0.0, mg=1.0)], start=0.0, end=10.0)
