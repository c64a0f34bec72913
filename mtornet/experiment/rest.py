"""A shipped network at its drug-free steady state, drugs put in: what ``simulate`` can start from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mtornet.compiled.bind import initial_amounts
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.dose import AnyDose
from mtornet.experiment.execute import Experiment, carried
from mtornet.network.network import ReactionNetwork


def at_rest(
    network: ReactionNetwork,
    *,
    variant: str = "wild_type",
    given: Mapping[str, str | AnyDose] | None = None,
    context: str | None = None,
) -> ReactionNetwork:
    """Return a network that starts from its drug-free steady state, with drugs put in at time 0.

    The drugs' inputs stand at their doses, so that simulating the network simulates treated cells.

    Raises
    ------
    ProtocolError
        For doses in mg, which are no constant concentration.
    """
    protocol = constant_protocol(variant=variant, inputs={}, given=given or {}, duration=1.0, context=context)
    for name in protocol.courses(network):
        raise ProtocolError(
            f"dose of {name}: a dose in mg changes over time, and here a constant concentration is needed; "
            "write one such as '20 nM'"
        )
    arm = arm_of(network, protocol)
    setup = Experiment(network=network, readouts=(), times=np.zeros(1)).prepare(arm)
    assert setup.steady is not None
    start = initial_amounts(setup.network)
    amounts = carried(setup.steady.amounts, setup.before, start, setup.network)
    # The integrator may leave -1e-88 molecules of what is not there.
    found = map(float, np.maximum(amounts, 0.0))
    settled = setup.network.with_amounts(dict(zip(setup.network.species, found, strict=True)))
    return settled.with_parameters(**setup.stretches[0][1])
