"""Units of the tables and of what users type: ``"20 nM"``, ``"1 h"``, ``"1/(molecule*s)"``.

Internally amounts are molecules per cell and times are seconds; text with a unit is parsed once,
where it enters, and is a plain number afterwards.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from mtornet.errors import UnitError
from mtornet.names import did_you_mean

# name -> (factor to base units, dimension); base units are molecule, second, litre, mole and gram.
_KNOWN: dict[str, tuple[float, dict[str, int]]] = {
    "1": (1.0, {}),
    "dimensionless": (1.0, {}),
    "molecule": (1.0, {"molecule": 1}),
    "mol": (1.0, {"mol": 1}),
    "L": (1.0, {"L": 1}),
    "s": (1.0, {"s": 1}),
    "min": (60.0, {"s": 1}),
    "h": (3600.0, {"s": 1}),
    "d": (86400.0, {"s": 1}),
    "wk": (604800.0, {"s": 1}),
    "M": (1.0, {"mol": 1, "L": -1}),
    "mM": (1e-3, {"mol": 1, "L": -1}),
    "uM": (1e-6, {"mol": 1, "L": -1}),
    "nM": (1e-9, {"mol": 1, "L": -1}),
    "pM": (1e-12, {"mol": 1, "L": -1}),
    "g": (1.0, {"g": 1}),
    "mg": (1e-3, {"g": 1}),
    "ug": (1e-6, {"g": 1}),
    "ng": (1e-9, {"g": 1}),
}
MAX_POWER = 40
"""Beyond it a factor such as a week's would leave the range of floating-point numbers."""
_ALIASES = {
    "µM": "uM",
    "μM": "uM",
    "um": "uM",
    "µg": "ug",
    "μg": "ug",
    "nm": "nM",
    "sec": "s",
    "seconds": "s",
    "second": "s",
    "minutes": "min",
    "minute": "min",
    "mins": "min",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "molecules": "molecule",
    "copies": "molecule",
    "l": "L",
}
_TOKEN = re.compile(r"\s*([A-Za-zµμ]+|[0-9]+|[*/()^-])")
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*)?\Z")


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of base units, times a factor."""

    factor: float = 1.0
    dimension: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return _unit(self.factor * other.factor, _add(self.dimension, other.dimension, 1))

    def __truediv__(self, other: Unit) -> Unit:
        return _unit(self.factor / other.factor, _add(self.dimension, other.dimension, -1))

    def __pow__(self, exponent: int) -> Unit:
        if abs(exponent) > MAX_POWER:
            raise UnitError(f"{self} to the power {exponent}; at most {MAX_POWER} is read")
        return _unit(self.factor**exponent, {base: power * exponent for base, power in self.dimension})

    def same_as(self, other: Unit) -> bool:
        """Tell whether both mean the same, factor included (to rounding)."""
        return self.dimension == other.dimension and math.isclose(self.factor, other.factor, rel_tol=1e-9)

    def __str__(self) -> str:
        above = [f"{b}^{p}" if p != 1 else b for b, p in self.dimension if p > 0]
        below = [f"{b}^{-p}" if p != -1 else b for b, p in self.dimension if p < 0]
        text = "*".join(above) or "1"
        if below:
            text += "/" + (below[0] if len(below) == 1 else "(" + "*".join(below) + ")")
        return text if self.factor == 1.0 else f"{self.factor:g} {text}"


def _unit(factor: float, dimension: dict[str, int]) -> Unit:
    return Unit(factor, tuple(sorted((base, power) for base, power in dimension.items() if power)))


def _add(left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], sign: int) -> dict[str, int]:
    total = dict(left)
    for base, power in right:
        total[base] = total.get(base, 0) + sign * power
    return total


DIMENSIONLESS = Unit()


@lru_cache(maxsize=256)
def parse_unit(text: str) -> Unit:
    """Read a unit such as ``nM``, ``1/(molecule*s)`` or ``molecule/s``.

    Raises
    ------
    UnitError
        If the text is not a product, quotient or power of known units.
    """
    tokens: list[str] = []
    position = 0
    stripped = text.strip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None or len(tokens) > 64:
            raise UnitError(f"cannot read the unit {text!r}; write it like 'nM', '1/s' or '1/(molecule*s)'")
        tokens.append(match.group(1))
        position = match.end()
    unit, rest = _product(tokens, 0, text)
    if rest != len(tokens) or not tokens:
        raise UnitError(f"cannot read the unit {text!r}; write it like 'nM', '1/s' or '1/(molecule*s)'")
    return unit


def _product(tokens: list[str], i: int, text: str) -> tuple[Unit, int]:
    unit, i = _power(tokens, i, text)
    while i < len(tokens) and tokens[i] in "*/":
        operator = tokens[i]
        right, i = _power(tokens, i + 1, text)
        unit = unit * right if operator == "*" else unit / right
    return unit, i


def _power(tokens: list[str], i: int, text: str) -> tuple[Unit, int]:
    unit, i = _atom(tokens, i, text)
    if i < len(tokens) and tokens[i] == "^":
        sign = -1 if i + 1 < len(tokens) and tokens[i + 1] == "-" else 1
        i += 2 if sign < 0 else 1
        if i >= len(tokens) or not tokens[i].isdigit():
            raise UnitError(f"cannot read the unit {text!r}: a power must be a whole number")
        exponent = sign * int(tokens[i][:4])
        if abs(exponent) > MAX_POWER:
            raise UnitError(f"cannot read the unit {text!r}: a power beyond {MAX_POWER}")
        unit, i = unit**exponent, i + 1
    return unit, i


def _atom(tokens: list[str], i: int, text: str) -> tuple[Unit, int]:
    if i >= len(tokens):
        raise UnitError(f"the unit {text!r} ends too early")
    token = tokens[i]
    if token == "(":
        unit, i = _product(tokens, i + 1, text)
        if i >= len(tokens) or tokens[i] != ")":
            raise UnitError(f"the unit {text!r} lacks a closing bracket")
        return unit, i + 1
    known = _KNOWN.get(_ALIASES.get(token, token))
    if known is None:
        raise UnitError(f"unknown unit {token!r} in {text!r}{did_you_mean(token, _KNOWN)}")
    return _unit(known[0], known[1]), i + 1


def parse_quantity(text: str, *, like: str, what: str) -> float:
    """Read ``text`` as a number with a unit and return it in the unit ``like``.

    Parameters
    ----------
    text
        For example ``"20 nM"`` or ``"1.5 h"``.
    like
        The unit of the returned number; ``text`` must have the same dimension.
    what
        What the number is, for the message: "dose of everolimus".

    Raises
    ------
    UnitError
        If there is no number, no unit, or a unit of another dimension.
    """
    match = _QUANTITY.match(text)
    if match is None:
        raise UnitError(f"{what}: {text!r} is not a number with a unit; write it like '20 {like}'")
    value, unit_text = float(match.group(1)), match.group(2)
    if unit_text is None:
        if value == 0.0:
            return 0.0
        raise UnitError(f"{what}: {text!r} has no unit; write it like '{text.strip()} {like}'")
    unit, wanted = parse_unit(unit_text), parse_unit(like)
    if unit.dimension != wanted.dimension:
        raise UnitError(f"{what}: {text!r} has the unit {unit_text!r}; expected one like {like!r}")
    # Decimal prefixes divided first: 1e-6/1e-9 rounds to 1000.0000000000001, "1 uM" must be 1000 nM.
    ratio = unit.factor / wanted.factor
    nearest = float(f"{ratio:.12g}")
    return value * nearest


def time_in_seconds(time: float | str, *, what: str = "time") -> float:
    """Return a time in seconds; a number is seconds already, text must carry its unit (or be zero)."""
    seconds = _seconds_of(time, what) if isinstance(time, str) else float(time)
    if not math.isfinite(seconds):
        raise UnitError(f"{what}: expected a finite time, got {time!r}")
    return seconds


def _seconds_of(text: str, what: str) -> float:
    try:
        bare = float(text)
    except ValueError:
        return parse_quantity(text, like="s", what=what)
    if not math.isfinite(bare):
        return bare
    if bare != 0.0:
        # "--duration 72" would be 72 seconds to us and 72 hours to whoever typed it.
        raise UnitError(
            f"{what}: {text!r} has no unit; write it like '{text.strip()} h' or '{text.strip()} s'"
        )
    return 0.0


def concentration_in_nM(concentration: str, *, what: str = "concentration") -> float:
    """Return a concentration in nM; the unit must be written, so that it cannot be confused."""
    if not isinstance(concentration, str):
        raise UnitError(f"{what}: {concentration!r} has no unit; write it like '{concentration} nM'")
    return parse_quantity(concentration, like="nM", what=what)
