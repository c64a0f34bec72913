"""Counter-strategies: what, given with the drug, keeps AKT from coming back, and with which synergy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.features import RESPONDER_FOLD, features
from mtornet.analysis.findings import AKT_SITES
from mtornet.analysis.resistance.batch import Batch
from mtornet.analysis.resistance.cells import Cell, free_parameters, unedited
from mtornet.analysis.resistance.nodes import DOSE, Node, with_inhibitors, without_a_drug
from mtornet.analysis.resistance.readouts import COME_BACK, GROWTH
from mtornet.analysis.resistance.settings import Settings, constant_nM
from mtornet.analysis.synergy import Synergy, synergy
from mtornet.analysis.synergy.matrix import dose_matrix
from mtornet.experiment.arms import Arm, arm_of
from mtornet.experiment.condition import Condition
from mtornet.experiment.drug import drugs
from mtornet.experiment.mechanisms import occupancy
from mtornet.experiment.protocol import Protocol
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

OUTPUT = "AKT_output"
JITTER = 0.2
"""Log-normal spread of every parameter between the sets that tell how sure a ranking is (design)."""

FLOOR = 1e-3
"""A fold below this counts as this."""

LADDER = (0.0, 1e-3, 1e-2, 1e-1, 1.0)
"""Doses of a matrix, in parts of the drug's usual dose."""

MATRICES = 5
"""So many of the best second drugs get a dose matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A second drug, or an inhibitor of a node that has none."""

    name: str
    label: str
    drug_class: str
    dose: str
    node: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counter:
    """Second drugs, ranked, and the synergy of the best."""

    table: pd.DataFrame
    synergies: Mapping[tuple[str, str], Synergy]
    """By agent and read-out (``viability`` or ``AKT_output``)."""
    synergy_table: pd.DataFrame


def counter_strategies(settings: Settings, *, progress: Progress, stop: StopFlag) -> Counter:
    """Rank what abolishes the rebound of the drug explored.

    Every second drug of another class is added at its usual dose, and every enzyme without a drug is
    inhibited to a tenth, in the cell as it is and in sets of jittered parameters.
    """
    agents = _agents(settings)
    cells = [unedited(), *jittered(settings.network, settings.sets, settings.seed)]
    rows = []
    progress.begin("second drugs", float(len(agents)))
    done = 0
    for network, group in _by_network(settings, agents):
        batch = Batch(
            network=network, readouts=settings.readouts, times=settings.times, jobs=settings.jobs, stop=stop
        )
        alone = [arm_with(settings, {}, agent) for agent in group]
        both = [arm_with(settings, {settings.drug: settings.doses[settings.drug]}, agent) for agent in group]
        found = batch.solve(cells, [settings.vehicle, settings.main, *alone, *both])
        folds = found.folds(found.values[0])
        for k, agent in enumerate(group):
            rows.append(
                _row(settings, agent, found.readouts, folds[1], folds[2 + k], folds[2 + len(group) + k])
            )
        done += len(group)
        progress.at(float(done))
    progress.end()
    table = _ranked(rows)
    synergies = _synergies(settings, table, {agent.name: agent for agent in agents}, progress, stop)
    return Counter(table=table, synergies=synergies, synergy_table=_synergy_table(synergies))


def _agents(settings: Settings) -> list[Agent]:
    known = drugs(settings.network.model)
    found = [
        Agent(
            name=drug.id,
            label=drug.id,
            drug_class=drug.class_label,
            dose=f"{drug.default_dose.nM:g} nM",
        )
        for drug in known.values()
        if drug.default_dose is not None and drug.drug_class != settings.drug_class
    ]
    return found + [
        Agent(
            name=node.input,
            label=f"{node.name} inhibited to a tenth",
            drug_class="node without a drug",
            dose=DOSE,
            node=node,
        )
        for node in without_a_drug(settings.network)
    ]


def jittered(network: ReactionNetwork, sets: int, seed: int) -> list[Cell]:
    """Return cells in which every free parameter is off by a log-normal factor, 0 stays 0."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    names = free_parameters(network)
    return [
        Cell(
            id=f"set {i + 1}",
            kind="draw",
            factors=tuple(
                zip(names, map(float, np.exp(JITTER * rng.standard_normal(len(names)))), strict=True)
            ),
        )
        for i in range(sets)
    ]


def _by_network(settings: Settings, agents: Sequence[Agent]) -> list[tuple[ReactionNetwork, list[Agent]]]:
    """Solve together what adds no species; a drug that binds gets a network of its own."""
    known = drugs(settings.network.model)
    fast = [
        agent
        for agent in agents
        if agent.node is None and all(t.mechanism == occupancy.NAME for t in known[agent.name].targets)
    ]
    nodes = [agent for agent in agents if agent.node is not None]
    inhibited = with_inhibitors(settings.network, tuple(agent.node for agent in nodes if agent.node))
    groups = [(settings.network, fast), (inhibited, nodes)]
    groups += [(settings.network, [agent]) for agent in agents if agent.node is None and agent not in fast]
    return [(network, group) for network, group in groups if group]


def arm_with(settings: Settings, given: Mapping[str, str], agent: Agent, dose: str | None = None) -> Arm:
    """Return the arm of an agent with other drugs; cells settle without any of them."""
    inputs = dict(settings.inputs)
    doses = dict(given)
    if agent.node is None:
        doses[agent.name] = dose or agent.dose
    else:
        inputs[agent.node.input] = dose or agent.dose
    protocol = (
        Protocol()
        .settle(inputs=settings.inputs)
        .apply(Condition(drugs=doses, inputs=inputs))
        .until(settings.duration_s)
    )
    return replace(arm_of(settings.network, protocol), condition=f"{agent.label} with {', '.join(given)}")


def _row(
    settings: Settings,
    agent: Agent,
    readouts: tuple[str, ...],
    drug: FloatArray,
    alone: FloatArray,
    both: FloatArray,
) -> dict[str, object]:
    """Return what one agent does; folds are (n_cells, n_times, n_readouts), the first cell is as it is."""
    row: dict[str, object] = {
        "agent": agent.name,
        "label": agent.label,
        "class": agent.drug_class,
        "dose": agent.dose,
    }
    removed, gone, left = [], [], []
    for site in AKT_SITES:
        if site not in readouts:
            continue
        i = readouts.index(site)
        share, none = removed_rebound(settings.times, drug[:, :, i], both[:, :, i])
        peak = 2.0 ** _log_peak(settings.times, both[:, :, i])[0]
        row[f"peak_{site}"] = float(peak[0])
        row[f"peak_{site}_alone"] = float(2.0 ** _log_peak(settings.times, alone[:, :, i])[0][0])
        removed.append(share)
        gone.append(none)
        left.append(peak)
    if OUTPUT in readouts:
        i = readouts.index(OUTPUT)
        row[f"end_{OUTPUT}"], row[f"end_{OUTPUT}_drug"] = float(both[0, -1, i]), float(drug[0, -1, i])
        left.append(np.maximum(both[:, -1, i], FLOOR))
    if GROWTH in readouts:
        i = readouts.index(GROWTH)
        for name, folds in (("drug", drug), ("alone", alone), ("both", both)):
            row[f"{GROWTH}_{name}"] = float(folds[0, -1, i])
    share = np.nanmean(removed, axis=0) if removed else np.full(len(drug), np.nan)
    all_gone = np.all(gone, axis=0) & (share >= 0.5)
    row["rebound_removed"] = float(share[0])
    row["abolished"] = bool(all_gone[0])
    known = np.isfinite(share[1:])
    row["agree"] = float(np.mean(all_gone[1:][known] == all_gone[0])) if known.any() else float("nan")
    row["signal_left"] = float(np.exp(np.mean([np.log(each[0]) for each in left])))
    return row


def removed_rebound(
    times: FloatArray, drug: FloatArray, both: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the part of a drug's rebound that a second drug removes, and whether none is left.

    Courses of shape (n_cells, n_times). A rebound is what the read-out climbs from its nadir, or from
    1 if it never fell, in log2; the part is measured at the peak with both drugs. None is left below
    the level that made it a rebound: 1.2 where the drug alone never lowered it, else 0.8.
    """
    peak, nadir = _log_peak(times, drug)
    bottom = np.minimum(nadir, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1.0 - (_log_peak(times, both)[0] - bottom) / (peak - bottom)
    share = np.where(peak - bottom > 0.1, np.minimum(share, 1.0), np.nan)
    bar = np.where(nadir < np.log2(COME_BACK), COME_BACK, RESPONDER_FOLD)
    return share, _log_peak(times, both)[0] <= np.log2(bar)


def _log_peak(times: FloatArray, folds: FloatArray) -> tuple[FloatArray, FloatArray]:
    found = features(times, np.maximum(folds, FLOOR))
    return np.log2(found.peak), np.log2(found.nadir)


def _ranked(rows: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows)
    table = table.sort_values(["abolished", "signal_left", "agent"], ascending=[False, True, True])
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)


def _synergies(
    settings: Settings, table: pd.DataFrame, agents: dict[str, Agent], progress: Progress, stop: StopFlag
) -> dict[tuple[str, str], Synergy]:
    # The best of each class: five drugs of one class would say one thing five times.
    leaders = table.drop_duplicates("class")["agent"]
    best = [agents[name] for name in leaders if agents[name].node is None][:MATRICES]
    cells = [unedited(), *jittered(settings.network, settings.sets, settings.seed)]
    first = settings.concentration(settings.drug)
    found: dict[tuple[str, str], Synergy] = {}
    progress.begin("dose matrices", float(len(best)))
    for k, agent in enumerate(best):
        second = constant_nM(agent.dose, agent.name)
        arms = [
            settings.arm(
                {
                    name: f"{dose!r} nM"
                    for name, dose in ((settings.drug, a * first), (agent.name, b * second))
                    if dose > 0
                }
            )
            for a in LADDER
            for b in LADDER
        ]
        batch = Batch(
            network=settings.network,
            readouts=settings.readouts,
            times=settings.times,
            jobs=settings.jobs,
            stop=stop,
        )
        values = batch.solve(cells, arms).values
        shape = (len(LADDER), len(LADDER), len(cells))
        for name, responses in _responses(settings, values).items():
            table_of_cells = np.moveaxis(responses.reshape(shape), -1, 0)
            whole = table_of_cells[np.all(np.isfinite(table_of_cells), axis=(1, 2))]
            if len(whole):
                found[agent.name, name] = synergy(
                    dose_matrix(
                        settings.drug,
                        agent.name,
                        doses_a=np.array(LADDER) * first,
                        doses_b=np.array(LADDER) * second,
                        responses=whole,
                    ),
                    seed=settings.seed,
                )
        progress.at(float(k + 1))
    progress.end()
    return found


def _responses(settings: Settings, values: FloatArray) -> dict[str, FloatArray]:
    """Return responses (n_arms, n_cells), 1 without drug: relative cell number, AKT output at the end."""
    responses = {}
    if GROWTH in settings.readouts:
        growth = values[..., settings.readouts.index(GROWTH)]
        responses["viability"] = relative_cell_number(settings.times, growth, growth[:1])
    if OUTPUT in settings.readouts:
        output = values[:, :, -1, settings.readouts.index(OUTPUT)]
        with np.errstate(divide="ignore", invalid="ignore"):
            responses[OUTPUT] = output / output[:1]
    return responses


def relative_cell_number(times: FloatArray, growth: FloatArray, vehicle: FloatArray) -> FloatArray:
    """Return cells at the end over vehicle cells, from net growth per hour, shapes (..., n_times)."""
    return np.asarray(np.exp(np.trapezoid(growth - vehicle, times / 3600.0, axis=-1)))


def _synergy_table(synergies: Mapping[tuple[str, str], Synergy]) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for (agent, readout), found in synergies.items():
        frame = found.to_frame()
        frame.insert(0, "readout", readout)
        frame.insert(0, "agent", agent)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
