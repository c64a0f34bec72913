"""What an exploration of resistance is asked for, every default filled in and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis import defaults
from mtornet.analysis.findings import AKT_SITES, SUBSTRATES
from mtornet.analysis.resistance.readouts import GROWTH
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm, arm_of, constant_protocol
from mtornet.experiment.dose import Dose, parse_dose
from mtornet.experiment.drug import VEHICLE, drugs, find_drug
from mtornet.graph.knowledge import load_knowledge
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds

HOURS = (0, 1 / 12, 0.25, 0.5, 1, 2, 4, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72)
"""When cells are looked at; a longer run goes on in steps of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistanceRequest:
    """What was asked for; see :func:`mtornet.resistance` for the meaning of each field."""

    drug: str = defaults.DRUGS[0]
    dose: str | Dose | None = None
    network: ReactionNetwork | None = None
    against: Sequence[str] = ()
    variant: str = "wild_type"
    context: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    duration: float | str = defaults.DURATION
    draws: int = 512
    sets: int = 12
    seed: int | None = defaults.SEED
    jobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """What will be done."""

    base: ReactionNetwork
    """As given, before its context and genotype."""
    network: ReactionNetwork
    """In its context and genotype, without drugs."""
    variant: str
    context: str | None
    drug: str
    drug_class: str
    class_label: str
    doses: Mapping[str, str]
    """By drug; the first is the drug explored, the others stand for the other classes."""
    inputs: Mapping[str, str]
    duration_s: float
    times: NDArray[np.float64]
    readouts: tuple[str, ...]
    draws: int
    sets: int
    seed: int
    jobs: int | None

    def concentration(self, drug: str) -> float:
        """Return the dose of a drug in nM."""
        return constant_nM(self.doses[drug], drug)

    @property
    def vehicle(self) -> Arm:
        """Cells without drug."""
        return self.arm({})

    @property
    def main(self) -> Arm:
        """Cells under the drug explored."""
        return self.arm({self.drug: self.doses[self.drug]})

    def arm(
        self, given: Mapping[str, str | Dose], *, inputs: Mapping[str, str] | None = None, hours: float = 0.0
    ) -> Arm:
        """Return settled cells that get drugs, and other ligands if given, at time 0."""
        protocol = constant_protocol(
            variant="wild_type",
            inputs={**self.inputs, **(inputs or {})},
            given=given,
            duration=hours * 3600.0 if hours else self.duration_s,
        )
        return arm_of(self.network, protocol)


def settings_of(request: ResistanceRequest) -> Settings:
    """Check what was asked for and fill in the defaults.

    Raises
    ------
    MtorNetError
        For the first name, unit, dose or time that makes no sense.
    """
    base = network = request.network if request.network is not None else load_model()
    if request.context is not None:
        network = network.with_context(request.context)
    network = network.with_variant(request.variant)
    duration_s = time_in_seconds(request.duration, what="duration")
    if not duration_s >= 86400.0:
        raise ProtocolError(
            f"duration: a rebound needs at least 24 h to show, got {request.duration!r}; for example '72 h'"
        )
    for name, number, least in (("draws", request.draws, 32), ("sets", request.sets, 2)):
        if number < least:
            raise ProtocolError(f"{name}: expected at least {least}, got {number}")
    drug = find_drug(network.model, request.drug)
    chosen = [drug.id, *_representatives(network.model, drug.id, request.against)]
    doses = {name: _dose(network.model, name, request.dose if name == drug.id else None) for name in chosen}
    resting = {i.id: f"{i.value:g} {i.unit}" for i in network.inputs.values() if i.role != "drug"}
    hours = np.array([*HOURS, *np.arange(96.0, duration_s / 3600.0, 24.0)])
    times = np.append(hours[hours < duration_s / 3600.0] * 3600.0, duration_s)
    readouts = tuple(
        name for name in (*SUBSTRATES, *AKT_SITES, "AKT_output", GROWTH) if name in network.readouts
    )
    return Settings(
        base=base,
        network=network,
        variant=request.variant,
        context=request.context,
        drug=drug.id,
        drug_class=drug.drug_class,
        class_label=drug.class_label,
        doses=doses,
        inputs=resting | dict(request.inputs),
        duration_s=duration_s,
        times=times,
        readouts=readouts,
        draws=request.draws,
        sets=request.sets,
        seed=drawn_seed() if request.seed is None else int(request.seed),
        jobs=request.jobs,
    )


def _representatives(model: str, drug: str, against: Sequence[str]) -> list[str]:
    """Return the drugs that stand for the other classes: those asked for, or one of each class."""
    known = drugs(model)
    if against:
        return [name for name in dict.fromkeys(find_drug(model, n).id for n in against) if name != drug]
    order = {row["id"]: float(row["order"]) for row in load_knowledge(model)["classes"]}
    by_class: dict[str, str] = {}
    for name in (*(n for n in defaults.DRUGS if n in known), *known):
        if known[name].default_dose is not None:
            by_class.setdefault(known[name].drug_class, name)
    taken = {VEHICLE, known[drug].drug_class}
    return [by_class[name] for name in sorted(by_class, key=lambda c: order.get(c, 0.0)) if name not in taken]


def _dose(model: str, drug: str, given: str | Dose | None) -> str:
    if given is not None:
        return f"{constant_nM(given, drug)!r} nM"
    default = drugs(model)[drug].default_dose
    if default is None:
        raise ProtocolError(f"drug {drug!r} has no default dose; give one, for example --dose '20 nM'")
    return f"{default.nM:g} nM"


def constant_nM(given: str | Dose, drug: str) -> float:
    """Return a concentration that stays; a schedule is an error."""
    dose = parse_dose(given, what=f"dose of {drug}")
    if not isinstance(dose, Dose) or dose.hold_s is not None or not dose.nM > 0:
        raise ProtocolError(
            f"dose of {drug}: expected a concentration > 0 that stays, such as '20 nM', got {str(given)!r}; "
            "schedules are for 'compare'"
        )
    return dose.nM
