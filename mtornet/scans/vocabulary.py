"""The names and units of a model that a specification may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mtornet.errors import MtorNetError, ProtocolError
from mtornet.experiment.dose import AnyDose, Dose, parse_dose
from mtornet.experiment.drug import VEHICLE, find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.graph.knowledge import model_names
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.units import parse_quantity, time_in_seconds


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """A model's names; every reader takes ``where``, which stands before what is wrong."""

    network: ReactionNetwork
    drugs: tuple[str, ...]
    """Ids of the drugs that the specification gives anywhere."""

    @cached_property
    def treated(self) -> ReactionNetwork:
        """The network with all drugs in it, whose constants can vary too."""
        network = self.network
        for name in self.drugs:
            network = with_drug(network, find_drug(network.model, name))
        return network

    def parameter(self, name: str, value: Any, *, where: str) -> float:
        """Return the value of a parameter in its own unit."""
        if name not in self.treated.parameters:
            raise _named(where, unknown_name("parameter", name, self.treated.parameters))
        return self._number(value, unit=self.treated.parameters[name].unit, what=where)

    def amount(self, name: str, value: Any, *, where: str) -> float:
        """Return an amount in molecules per cell."""
        if name not in self.treated.species:
            raise _named(where, unknown_name("species", name, self.treated.species))
        amount = self._number(value, unit="molecule", what=where)
        if amount < 0:
            raise ProtocolError(f"{where}: expected molecules >= 0, found {value!r}")
        return amount

    def input(self, name: str, value: Any, *, where: str) -> float:
        """Return the value of a ligand in its own unit."""
        ligands = [i.id for i in self.network.inputs.values() if i.role != "drug"]
        if name not in ligands:
            raise _named(where, unknown_name("input", name, ligands))
        number = self._concentration(value, unit=self.network.inputs[name].unit, where=where)
        if number < 0:
            raise ProtocolError(f"{where}: expected a concentration >= 0, found {value!r}")
        return number

    def drug(self, name: str, *, where: str) -> str:
        """Return the id of a drug, aliases resolved."""
        return drug_id(self.network, name, where=where)

    def dose(self, value: Any, *, where: str) -> AnyDose:
        """Return a dose; its unit must be written."""
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0:
            return Dose(nM=0.0)
        return parse_dose(value, what=where)

    def given(self, value: str, *, where: str) -> dict[str, AnyDose]:
        """Return the drugs of one choice: ``"vehicle"``, ``"everolimus"`` or ``"everolimus 20 nM"``."""
        doses: dict[str, AnyDose] = {}
        for part in value.split("+"):
            name, _, dose = part.strip().partition(" ")
            if name == VEHICLE and not dose:
                continue
            drug = find_drug(self.network.model, self.drug(name, where=where))
            if dose:
                doses[drug.id] = self.dose(dose.strip(), where=where)
            elif drug.default_dose is not None:
                doses[drug.id] = Dose(nM=drug.default_dose.nM)
            else:
                raise ProtocolError(f"{where}: {name!r} has no default dose; write '{name} 20 nM'")
        return doses

    def time(self, value: Any, *, where: str) -> float:
        """Return a time in seconds."""
        return time_in_seconds(value, what=where)

    def _number(self, value: Any, *, unit: str, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ProtocolError(f"{what}: expected a number, found {value!r}")
        if not isinstance(value, str):
            return float(value)
        try:
            return float(value)
        except ValueError:
            return parse_quantity(value, like=unit, what=what)

    def _concentration(self, value: Any, *, unit: str, where: str) -> float:
        if isinstance(value, str):
            return parse_quantity(value, like=unit, what=where)
        if value == 0:
            return 0.0
        raise ProtocolError(f"{where}: {value!r} has no unit; write it like '{value} {unit}'")


def drug_id(network: ReactionNetwork, name: str, *, where: str) -> str:
    """Return the id of a drug of a network's model, aliases resolved."""
    if network.model not in model_names():
        raise ProtocolError(
            f"{where}: drug {name!r}: the model {network.model!r} has no drugs; vary its parameters or inputs"
        )
    try:
        return find_drug(network.model, name).id
    except MtorNetError as error:
        raise _named(where, error) from None


def drugs_named(network: ReactionNetwork, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the ids of drugs, each once, from ``(where, name)`` pairs."""
    return tuple(dict.fromkeys(drug_id(network, name, where=where) for where, name in names))


def _named(where: str, error: MtorNetError) -> MtorNetError:
    return type(error)(f"{where}: {error}")
