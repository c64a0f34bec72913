"""A network as a tellurium simulator, to run or to be checked against."""

from __future__ import annotations

from typing import Any

from mtornet.errors import SBMLError
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.write import sbml_text


def to_tellurium(network: ReactionNetwork) -> Any:
    """Return a tellurium ``ExtendedRoadRunner`` loaded with the network.

    Amounts are molecules per cell and times are seconds; inputs and parameters are set by name:
    ``runner["insulin"] = 10``.

    Raises
    ------
    SBMLError
        If tellurium is not installed.
    """
    try:
        import tellurium
    except ImportError as error:
        raise SBMLError(
            f"to_tellurium needs the extra 'tellurium' ({error}): pip install 'mtornet[tellurium]'"
        ) from None
    return tellurium.loadSBMLModel(sbml_text(network))
