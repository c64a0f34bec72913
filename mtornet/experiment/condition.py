"""A condition: which cell, which drugs, which ligands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mtornet.errors import ProtocolError
from mtornet.experiment.dose import AnyDose, parse_dose
from mtornet.experiment.drug import find_drug
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.units import parse_quantity


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What is done to the cell.

    Parameters
    ----------
    variant
        Genotype, an id of ``variants.tsv``.
    drugs
        Dose by drug, for example ``{"everolimus": "20 nM"}`` or ``"20 nM for 6 h every 24 h"``, or a
        patient's: ``"10 mg QD"``.
    inputs
        Concentration by ligand, for example ``{"insulin": "1 nM"}``; what is not named stands as the
        context has it.
    context
        Kind of cell, an id of ``contexts.tsv``; the network's own cells if not given.
    """

    variant: str = "wild_type"
    drugs: Mapping[str, str | AnyDose] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    context: str | None = None

    def __post_init__(self) -> None:
        doses = {name: parse_dose(dose, what=f"dose of {name}") for name, dose in self.drugs.items()}
        object.__setattr__(self, "drugs", MappingProxyType(doses))
        object.__setattr__(self, "inputs", MappingProxyType(dict(self.inputs)))

    def doses(self, network: ReactionNetwork) -> dict[str, AnyDose]:
        """Return the doses by drug id, aliases resolved."""
        resolved: dict[str, AnyDose] = {}
        for name, dose in self.drugs.items():
            drug = find_drug(network.model, name)
            if drug.id in resolved:
                raise ProtocolError(
                    f"drug {drug.id!r} is dosed twice in one condition ({name!r} is the same drug)"
                )
            resolved[drug.id] = parse_dose(dose)
        return resolved

    def input_values(self, network: ReactionNetwork) -> dict[str, float]:
        """Return ligand concentrations in the units of the network's inputs."""
        values = {}
        for name, text in self.inputs.items():
            ligands = [i.id for i in network.inputs.values() if i.role == "ligand"]
            if name not in ligands:
                raise unknown_name("input", name, ligands)
            value = parse_quantity(text, like=network.inputs[name].unit, what=f"input {name}")
            if value < 0:
                raise ProtocolError(f"input {name}: expected a concentration >= 0, got {text!r}")
            values[name] = value
        return values


def without_drugs(condition: Condition) -> Condition:
    """Return the vehicle's condition: the same cell and ligands, no drug."""
    return Condition(variant=condition.variant, inputs=dict(condition.inputs), context=condition.context)
