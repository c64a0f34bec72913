"""Every error mtornet raises on purpose.

::

    MtorNetError
    ├── ModelError              the network does not make sense
    │   ├── UnknownNameError    a name that nothing carries
    │   ├── UnitError           a unit that cannot be read, or the wrong one
    │   ├── ExpressionError     a formula that cannot be read
    │   └── TableError          a knowledge table with problems, all listed
    ├── SBMLError               a file that is not SBML we can trust
    │   └── UnsupportedFeatureError   a construct we refuse by name
    ├── ProtocolError           an experiment that cannot be carried out
    ├── OutputError             a folder or file that cannot be written
    └── SimulationError         numbers went wrong
        ├── IntegrationError    the ODE solver gave up
        └── EventLimitError     a trajectory used up its event budget

Each one is the user's to read: what, where, found and expected, what to do.
"""

from __future__ import annotations

from collections.abc import Sequence


class MtorNetError(Exception):
    """Root of all errors raised on purpose."""


class ModelError(MtorNetError):
    """The network does not make sense; ``problems`` lists every reason found."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)


class UnknownNameError(ModelError):
    """A name that nothing in this model carries."""


class UnitError(ModelError):
    """A unit that cannot be read, or a quantity of the wrong dimension."""


class ExpressionError(ModelError):
    """A formula that cannot be read or evaluated."""


class TableError(ModelError):
    """One or more rows of the knowledge tables are wrong; all are listed."""


class SBMLError(MtorNetError):
    """A file that is not SBML, or not safe to read."""


class UnsupportedFeatureError(SBMLError):
    """A construct that mtornet does not read; names the construct and the element's id."""


class ProtocolError(MtorNetError):
    """An experiment that cannot be carried out as written."""


class OutputError(MtorNetError):
    """A result that cannot be written where it was asked for."""


class SimulationError(MtorNetError):
    """The numbers of a simulation went wrong."""


class IntegrationError(SimulationError):
    """The ODE solver could not reach the requested accuracy."""


class EventLimitError(SimulationError):
    """A trajectory used up its event budget."""
