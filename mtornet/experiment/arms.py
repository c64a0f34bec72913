"""Arms of an experiment: each a protocol with the labels it carries through tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mtornet.errors import ProtocolError
from mtornet.experiment.condition import Condition
from mtornet.experiment.dose import AnyDose, Dose
from mtornet.experiment.drug import VEHICLE, drugs, find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.pk.drive import driven
from mtornet.experiment.pk.pieces import Piece
from mtornet.experiment.protocol import Protocol
from mtornet.experiment.timeline import drug_pieces
from mtornet.network.network import ReactionNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One line of the experiment."""

    condition: str
    """Label, unique within the experiment."""
    drug: str
    drug_class: str
    dose_nM: float
    """Concentration of the only drug, of doses in mg the highest free one; NaN for a combination."""
    protocol: Protocol


def arm_of(network: ReactionNetwork, protocol: Protocol) -> Arm:
    """Name an arm after the drugs its protocol gives."""
    doses: dict[str, list[AnyDose]] = {}
    for condition in protocol.conditions:
        for name, dose in condition.doses(network).items():
            given = doses.setdefault(name, [])
            given += [dose] if dose not in given[-1:] else []
    if not doses:
        return Arm(condition=VEHICLE, drug=VEHICLE, drug_class=VEHICLE, dose_nM=0.0, protocol=protocol)
    known = drugs(network.model)
    return Arm(
        condition=" + ".join(f"{name} {' then '.join(map(str, given))}" for name, given in doses.items()),
        drug="+".join(doses),
        drug_class="+".join(dict.fromkeys(known[name].drug_class for name in doses)),
        dose_nM=_highest(network, protocol, doses) if len(doses) == 1 else float("nan"),
        protocol=protocol,
    )


def vehicle_arm(treated: Arm) -> Arm:
    """Return the same arm without its drugs."""
    return replace(
        treated,
        condition=VEHICLE,
        drug=VEHICLE,
        drug_class=VEHICLE,
        dose_nM=0.0,
        protocol=treated.protocol.vehicle(),
    )


def _highest(network: ReactionNetwork, protocol: Protocol, doses: Mapping[str, Sequence[AnyDose]]) -> float:
    ((name, given),) = doses.items()
    constant = [dose.nM for dose in given if isinstance(dose, Dose)]
    if len(constant) == len(given):
        return max(constant)
    return max((piece.highest(until) for piece, until in drug_courses(network, protocol)[name]), default=0.0)


def drug_courses(network: ReactionNetwork, protocol: Protocol) -> dict[str, list[tuple[Piece, float]]]:
    """Return the free concentration of each drug over time: pieces and when each ends, in s."""
    if protocol.end_s is None:
        raise ProtocolError("the protocol has no end; add .until('72 h')")
    found = {}
    for name, given in protocol.given(network).items():
        pieces = drug_pieces(network.model, name, given, end=protocol.end_s)
        ends = [*(piece.start for piece in pieces[1:]), protocol.end_s]
        found[name] = list(zip(pieces, ends, strict=True))
    return found


def whole_network(network: ReactionNetwork, arms: Sequence[Arm]) -> ReactionNetwork:
    """Return the cells of arms of one genotype with the drugs of all of them."""
    whole = arms[0].protocol.cells_of(network)
    for arm in arms:
        for name in arm.protocol.drug_names(network):
            whole = with_drug(whole, find_drug(network.model, name))
        for name in arm.protocol.courses(network):
            whole = driven(whole, name)
    return whole


def constant_protocol(
    *,
    variant: str,
    inputs: Mapping[str, str],
    given: Mapping[str, str | AnyDose],
    duration: float | str,
    settle: bool = True,
    context: str | None = None,
) -> Protocol:
    """Return the protocol of settled cells that get drugs at time 0 and are watched until the end."""
    protocol = Protocol().settle() if settle else Protocol()
    return protocol.apply(Condition(variant=variant, drugs=given, inputs=inputs, context=context)).until(
        duration
    )


def check_distinct(arms: list[Arm]) -> None:
    """Refuse two arms of the same label, whose rows could not be told apart."""
    seen: set[str] = set()
    for arm in arms:
        if arm.condition in seen:
            raise ProtocolError(f"the condition {arm.condition!r} is asked for twice")
        seen.add(arm.condition)
