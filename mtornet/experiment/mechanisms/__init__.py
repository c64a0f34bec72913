"""How drugs act, one file per mechanism: each turns a network and a drug into a network."""

from __future__ import annotations

from mtornet.experiment.drug import Drug
from mtornet.experiment.mechanisms import binding, efflux, occupancy
from mtornet.network.network import ReactionNetwork


def with_drug(network: ReactionNetwork, drug: Drug) -> ReactionNetwork:
    """Return the network with a drug in it at concentration 0; its dose is the input of its name."""
    if drug.id in network.inputs or drug.id in network.derived:
        return network
    mechanisms = dict.fromkeys(target.mechanism for target in drug.targets)
    if drug.transporters or any(mechanism != occupancy.NAME for mechanism in mechanisms):
        # First, so that every mechanism can refer to the drug's exit.
        network = efflux.add(network, drug)
    for mechanism in mechanisms:
        targets = tuple(target for target in drug.targets if target.mechanism == mechanism)
        if mechanism == occupancy.NAME:
            network = occupancy.add(network, drug, targets)
        else:
            network = binding.add(network, drug, targets, template=mechanism)
    return network
