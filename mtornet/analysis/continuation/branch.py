"""One branch of steady states, followed by its arc length through folds (pseudo-arclength; Keller 1977).

A state moves only in the directions that reactions can take it, so that conserved totals stay what they
are: neither the corrector nor the eigenvalues know of others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.simulation.problem import FloatArray
from mtornet.simulation.rate_equations import Function
from mtornet.simulation.steady_state import step_to_rest

Equations = Callable[[float], tuple[Function, Function]]
"""Place of the parameter, from 0 to 1, to dx/dt and its Jacobian."""

FIRST_STEP, LONGEST_STEP, SHORTEST_STEP = 0.01, 0.04, 1e-7
"""Of the arc, in which the whole range of the parameter is 1."""

NEWTON_STEPS = 8
CONVERGED = 1e-9
"""Last Newton step, in parts of the state's scale."""

STEP = 1e-6
"""Of the difference for the derivative by the parameter."""

REFINEMENTS = 40
"""Halvings that place a fold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """A steady state on a branch."""

    place: float
    """Of the parameter, from 0 to 1."""
    amounts: FloatArray
    tangent: FloatArray
    """Unit direction of the branch: changes of the state along the basis, then of the place."""
    growth: float
    """Largest real part of the eigenvalues, 1/s: negative where the state is stable."""
    oscillates: bool
    """Whether that eigenvalue is one of a complex pair."""

    @property
    def stable(self) -> bool:
        """Whether small deviations vanish."""
        return self.growth < 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracer:
    """Follows branches of one family of rate equations.

    Parameters
    ----------
    equations
        Rate equations by place of the parameter.
    basis
        (n_species, rank) orthonormal basis of the changes that reactions can make.
    """

    equations: Equations
    basis: FloatArray
    size: FloatArray
    """(n_species,) above 0: how large a change of each species counts as one."""

    @property
    def _weights(self) -> FloatArray:
        """The weight of a squared change of each species."""
        return np.asarray(1.0 / (self.size**2 * self.size.size))

    def point(self, amounts: FloatArray, place: float, forward: FloatArray | float) -> Point:
        """Return the point of a steady state; ``forward`` is a direction, or the sign of the first one."""
        matrix, by_place = self._derivatives(amounts, place)
        scale = self._weights
        reference = np.zeros(matrix.shape[1] + 1)
        if isinstance(forward, float):
            reference[-1] = forward
        else:
            reference = forward
        bordered = np.block([[matrix, by_place[:, None]], [self._dual(reference, scale)[None, :]]])
        tangent = np.linalg.solve(bordered, np.append(np.zeros(len(matrix)), 1.0))
        tangent /= np.sqrt(tangent @ self._dual(tangent, scale))
        values = np.linalg.eigvals(matrix)
        leading = values[np.argmax(values.real)]
        return Point(
            place=place,
            amounts=amounts,
            tangent=tangent,
            growth=float(leading.real),
            oscillates=bool(abs(leading.imag) > 1e-9 * abs(leading)),
        )

    def follow(self, start: Point, *, most: int) -> list[Point]:
        """Return the branch from a point until its value leaves the range, at most ``most`` points."""
        found, step = [start], FIRST_STEP
        while len(found) < most:
            here, further = found[-1], None
            while further is None and step > SHORTEST_STEP:
                ahead = here.place + step * here.tangent[-1]
                if ahead <= 0.0 or ahead >= 1.0:
                    last = self.at_bound(here, 0.0 if ahead <= 0.0 else 1.0)
                    if last is not None:
                        return [*found, last]
                else:
                    further = self.corrected(here, step)
                step = step if further is not None else step / 2.0
            if further is None:
                break
            found.append(further)
            step = min(step * 1.4, LONGEST_STEP)
        return found

    def corrected(self, here: Point, step: float) -> Point | None:
        """Return the steady state a step further along the branch; None if Newton's method fails."""
        scale = self._weights
        dual = self._dual(here.tangent, scale)
        moved = step * here.tangent
        for _ in range(NEWTON_STEPS):
            amounts, place = here.amounts + self.basis @ moved[:-1], here.place + moved[-1]
            if not 0.0 <= place <= 1.0:
                return None
            matrix, by_place = self._derivatives(amounts, place)
            slope = self.basis.T @ self.equations(place)[0](0.0, amounts)
            bordered = np.block([[matrix, by_place[:, None]], [dual[None, :]]])
            try:
                change = np.linalg.solve(bordered, -np.append(slope, dual @ moved - step))
            except np.linalg.LinAlgError:
                return None
            if not np.all(np.isfinite(change)):
                return None
            moved = moved + change
            if np.sqrt(change @ self._dual(change, scale)) < CONVERGED:
                break
        else:
            return None
        amounts, place = here.amounts + self.basis @ moved[:-1], float(here.place + moved[-1])
        if np.any(amounts < -1e-9 * (1.0 + np.abs(here.amounts))) or not 0.0 <= place <= 1.0:
            return None
        return self.point(np.maximum(amounts, 0.0), place, here.tangent)

    def at_bound(self, here: Point, place: float) -> Point | None:
        """Return the steady state at an end of the range, near a point; None if Newton's method fails."""
        if here.tangent[-1] == 0.0 or place == here.place:
            return None
        part = (place - here.place) / here.tangent[-1]
        if part > LONGEST_STEP:
            return None
        amounts = here.amounts + self.basis @ (part * here.tangent[:-1])
        right_side, jacobian = self.equations(place)
        for _ in range(NEWTON_STEPS):
            try:
                change = step_to_rest(jacobian(0.0, amounts), self.basis, right_side(0.0, amounts))
            except np.linalg.LinAlgError:
                return None
            amounts = amounts + change
            if np.sqrt(np.sum(self._weights * change**2)) < CONVERGED:
                break
        else:
            return None
        if np.any(amounts < -1e-9 * (1.0 + np.abs(here.amounts))):
            return None
        return self.point(np.maximum(amounts, 0.0), place, here.tangent)

    def fold_between(self, here: Point, further: Point) -> Point | None:
        """Return the point at which the branch turns back, by halving the step at which it does."""
        low, high, best = 0.0, self._distance(here, further), None
        for _ in range(REFINEMENTS):
            middle = (low + high) / 2.0
            best = self.corrected(here, middle)
            if best is None:
                return None
            turned = best.tangent[-1] * here.tangent[-1] < 0
            low, high = (low, middle) if turned else (middle, high)
            if high - low < 1e-9:
                break
        return best

    def _distance(self, here: Point, further: Point) -> float:
        moved = np.append(self.basis.T @ (further.amounts - here.amounts), further.place - here.place)
        return float(self._dual(here.tangent, self._weights) @ moved)

    def _derivatives(self, amounts: FloatArray, place: float) -> tuple[FloatArray, FloatArray]:
        """Return derivatives of dx/dt along the basis: by the state (rank, rank), by the place (rank,)."""
        low, high = max(place - STEP, 0.0), min(place + STEP, 1.0)
        rise = self.equations(high)[0](0.0, amounts) - self.equations(low)[0](0.0, amounts)
        jacobian = self.equations(place)[1](0.0, amounts)
        return self.basis.T @ jacobian @ self.basis, self.basis.T @ rise / (high - low)

    def _dual(self, direction: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the vector whose product with another direction is their inner product."""
        along = self.basis.T @ (weights * (self.basis @ direction[:-1]))
        return np.append(along, direction[-1])
