"""Arms of an experiment: each a protocol with the labels it carries through tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mtornet.errors import ProtocolError
from mtornet.experiment.condition import Condition
from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import VEHICLE, drugs
from mtornet.experiment.protocol import Protocol
from mtornet.network.network import ReactionNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One line of the experiment."""

    condition: str
    """Label, unique within the experiment."""
    drug: str
    drug_class: str
    dose_nM: float
    """Concentration of the only drug; NaN for a combination."""
    protocol: Protocol


def arm_of(network: ReactionNetwork, protocol: Protocol) -> Arm:
    """Name an arm after the drugs its protocol gives."""
    doses: dict[str, Dose] = {}
    for condition in protocol.conditions:
        doses.update(condition.doses(network))
    if not doses:
        return Arm(condition=VEHICLE, drug=VEHICLE, drug_class=VEHICLE, dose_nM=0.0, protocol=protocol)
    known = drugs(network.model)
    return Arm(
        condition=" + ".join(f"{name} {dose}" for name, dose in doses.items()),
        drug="+".join(doses),
        drug_class="+".join(dict.fromkeys(known[name].drug_class for name in doses)),
        dose_nM=next(iter(doses.values())).nM if len(doses) == 1 else float("nan"),
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


def constant_protocol(
    *,
    variant: str,
    inputs: Mapping[str, str],
    given: Mapping[str, str | Dose],
    duration: float | str,
    settle: bool = True,
) -> Protocol:
    """Return the protocol of settled cells that get drugs at time 0 and are watched until the end."""
    protocol = Protocol().settle() if settle else Protocol()
    return protocol.apply(Condition(variant=variant, drugs=given, inputs=inputs)).until(duration)


def check_distinct(arms: list[Arm]) -> None:
    """Refuse two arms of the same label, whose rows could not be told apart."""
    seen: set[str] = set()
    for arm in arms:
        if arm.condition in seen:
            raise ProtocolError(f"the condition {arm.condition!r} is asked for twice")
        seen.add(arm.condition)
