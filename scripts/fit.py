"""Fit the chosen values of the mTOR network to the facts of the role ``fit``, and keep the sets that fit.

    python scripts/fit.py                 # all stages; what is done already is taken from --state
    python scripts/fit.py --write         # and put the result into models/mtor

1. Draws from the prior (Latin hypercube of the logarithms, centred on the tables' values).
2. Descents from the tables' values and from the best draws (damped least squares within the bounds).
3. Draws around the ends of the descents; those that meet the same facts are the ensemble.

Only rows of confidence ``design`` or ``fitted`` with bounds move, in ``parameters.tsv`` and
``contexts.tsv``. The loss is in ``mtornet/analysis/calibration/target.py``. Facts of the role
``validation`` are neither solved nor read here.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy.stats import norm, qmc

import mtornet as mt
from mtornet.analysis.calibration.place import Place
from mtornet.analysis.calibration.refine import descend
from mtornet.analysis.calibration.sample import as_good, draws_around
from mtornet.analysis.calibration.space import Space, free_space
from mtornet.analysis.calibration.target import ROOM, Target
from mtornet.analysis.calibration.write import write_result
from mtornet.analysis.facts.fact import FIT, FloatArray
from mtornet.analysis.facts.panel import Panel
from mtornet.analysis.facts.table import load_facts
from mtornet.graph.knowledge import models_folder
from mtornet.provenance import content_hash

MODEL = "mtor"
BATCH = 16
MAX_ATTEMPTS = 15
"""Rounds of draws for the ensemble."""
FIRST_SCALE = 0.5
"""Of the draws around the best set: the linear picture behind them is wider than what holds."""
TOO_FEW = 0.15
"""Share of good draws below which the next round draws closer to the best set."""
PLACE_FIELDS = ("point", "margins", "slopes", "wanted")


@cache
def target() -> Target:
    """Return facts and space, once per process."""
    from mtornet.analysis.calibration.record import stored_priors

    network = mt.load_model(MODEL)
    facts = [fact for fact in load_facts(MODEL) if fact.layer == "mean" and fact.role == FIT]
    return Target(Panel(network, facts), free_space(network, stored_priors(MODEL)))


@cache
def felt_target(names: tuple[str, ...]) -> Target:
    """Return the same with the values that matter only."""
    return Target(target().panel, target().space.only(names))


def say(text: str) -> None:
    """Print one line of progress at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def prior_draws(space: Space, n: int, seed: int) -> FloatArray:
    """Return points of a Latin hypercube of the prior, cut at the bounds."""
    unit = qmc.LatinHypercube(len(space.free), seed=seed).random(n)
    return np.clip(space.prior + space.width * norm.ppf(unit), space.low, space.high)


def margins_of(points: FloatArray, names: tuple[str, ...]) -> FloatArray:
    """Return the margins of some points; a job of a worker."""
    return felt_target(names).margins(points)


def descent_from(start: FloatArray, names: tuple[str, ...], steps: int, path: Path) -> Place:
    """Descend, going on from what is stored; a job of a worker."""
    if path.exists():
        stored = np.load(path)
        if bool(stored["ended"]):
            return Place(**{name: stored[name] for name in PLACE_FIELDS}, loss=float(stored["loss"]))
        start, steps = stored["point"], steps - int(stored["step"])
    place: Place | None = None
    for step, place in enumerate(descend(felt_target(names), start, steps=max(steps, 1))):
        met = int(np.sum(place.margins >= 0))
        say(f"{path.stem}: step {step}, loss {place.loss:.4f}, {met} of {place.margins.size} rows met")
        _store(path, place, step=step, ended=False)
    assert place is not None
    _store(path, place, step=steps, ended=True)
    return place


def _store(path: Path, place: Place, *, step: int, ended: bool) -> None:
    temporary = path.with_suffix(".tmp.npz")
    arrays = {name: getattr(place, name) for name in PLACE_FIELDS}
    np.savez(temporary, loss=place.loss, step=step, ended=ended, **arrays)
    temporary.replace(path)


def in_batches(
    pool: ProcessPoolExecutor, points: FloatArray, names: tuple[str, ...], what: str
) -> FloatArray:
    """Return margins of many points, with a time to go."""
    began, parts = time.monotonic(), [points[i : i + BATCH] for i in range(0, len(points), BATCH)]
    jobs = {pool.submit(margins_of, part, names): i for i, part in enumerate(parts)}
    found: dict[int, FloatArray] = {}
    for job in as_completed(jobs):
        found[jobs[job]] = job.result()
        left = (time.monotonic() - began) / len(found) * (len(parts) - len(found))
        say(f"{what}: {len(found)} of {len(parts)} batches, {left:.0f} s to go")
    return np.concatenate([found[i] for i in range(len(parts))])


def main() -> int:
    """Run what is not yet done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--state", type=Path, default=Path("fit_state"), help="folder of intermediate results"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=192, help="draws from the prior")
    parser.add_argument("--starts", type=int, default=4, help="descents, the first from the tables' values")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="states of other fits to go on from")
    parser.add_argument("--steps", type=int, default=15, help="steps of each descent")
    parser.add_argument("--sets", type=int, default=60, help="sets to keep")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--write", action="store_true", help="write the result into models/mtor")
    chosen = parser.parse_args()
    space = target().space
    rows = target().panel.facts
    key = content_hash(
        [mt.load_model(MODEL).sha256, list(space.names), [[f.id, f.text, str((f.low, f.high))] for f in rows]]
    )
    state = chosen.state / key[:12]
    state.mkdir(parents=True, exist_ok=True)
    say(f"{len(space.free)} values, {len(rows)} rows, {target().panel.n_courses} courses; state in {state}")
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn")) as pool:
        names = _felt(pool, state, space)
        fitted = felt_target(names)
        say(f"{len(names)} values matter; the others keep their priors")
        starts = _starts(pool, state, chosen, fitted)
        jobs = [
            pool.submit(descent_from, start, names, chosen.steps, state / f"descent_{chosen.seed}_{i}.npz")
            for i, start in enumerate(starts)
        ]
        places = [job.result() for job in jobs]
        best = min(places, key=lambda place: place.loss)
        say(f"best loss {best.loss:.4f} of {', '.join(f'{place.loss:.4f}' for place in places)}")
        points, margins, seeds = _accepted(pool, state, chosen, fitted, best)
    if chosen.write:
        losses = fitted.loss(points, margins, best.wanted)
        write_result(fitted, best, points, seeds, losses, models_folder() / MODEL)
        say("wrote models/mtor; run scripts/generate.py")
    return 0


def _felt(pool: ProcessPoolExecutor, state: Path, space: Space) -> tuple[str, ...]:
    path = state / "felt.npz"
    if not path.exists():
        points, moves = target().neighbours(space.prior)
        margins = in_batches(pool, points, space.names, "slopes")
        np.savez(path, names=target().felt(((margins[1:] - margins[0]) / moves[:, None]).T))
    return tuple(str(name) for name in np.load(path)["names"])


def _starts(
    pool: ProcessPoolExecutor, state: Path, chosen: argparse.Namespace, fitted: Target
) -> list[FloatArray]:
    path = state / f"draws_{chosen.seed}_{chosen.draws}.npz"
    if not path.exists():
        points = prior_draws(fitted.space, chosen.draws, chosen.seed)
        margins = in_batches(pool, points, fitted.space.names, "draws")
        np.savez(path, points=points, margins=margins)
    stored = np.load(path)
    losses = fitted.loss(stored["points"], stored["margins"], np.full(stored["margins"].shape[1], ROOM))
    order = np.argsort(losses)[: chosen.starts - 1]
    say(f"draws: losses {', '.join(f'{losses[i]:.3f}' for i in order)} of the best")
    return [
        *(_carried(folder, fitted.space) for folder in chosen.also),
        fitted.space.prior,
        *(stored["points"][i] for i in order),
    ][: chosen.starts]


def _carried(folder: Path, space: Space) -> FloatArray:
    """Return the best end of another fit; values that it did not move stand at their priors."""
    names = [str(name) for name in np.load(folder / "felt.npz")["names"]]
    ends = [np.load(path) for path in sorted(folder.glob("descent_*.npz"))]
    best = min(ends, key=lambda end: float(end["loss"]))
    known = dict(zip(names, best["point"], strict=True))
    point = [known.get(name, prior) for name, prior in zip(space.names, space.prior, strict=True)]
    return np.clip(point, space.low, space.high)


def _accepted(
    pool: ProcessPoolExecutor, state: Path, chosen: argparse.Namespace, fitted: Target, best: Place
) -> tuple[FloatArray, FloatArray, list[int]]:
    kept: list[tuple[FloatArray, FloatArray, int]] = []
    scale, each = FIRST_SCALE, 4 * BATCH
    for attempt in range(MAX_ATTEMPTS):
        seed = chosen.seed * 1000 + attempt
        path = state / f"around_{seed}.npz"
        if not path.exists():
            points = draws_around(fitted, best, n=each, seed=seed, scale=scale)
            margins = in_batches(pool, points, fitted.space.names, f"ensemble {attempt}")
            np.savez(path, points=points, margins=margins, scale=scale)
        stored = np.load(path)
        scale = float(stored["scale"])
        good = as_good(fitted, best, stored["margins"])
        kept += [(stored["points"][i], stored["margins"][i], seed) for i in np.flatnonzero(good)]
        say(f"ensemble: {good.sum()} of {each} draws at scale {scale:.2g} are as good; {len(kept)} kept")
        if len(kept) >= chosen.sets:
            break
        if good.mean() < TOO_FEW:
            scale *= 0.7
    # Mixed, so that the first few stand for all: later rounds draw closer to the best set.
    order = np.random.default_rng(chosen.seed).permutation(len(kept))[: chosen.sets]
    points, margins, seeds = zip(*(kept[i] for i in order), strict=True)
    return np.array(points), np.array(margins), list(seeds)


if __name__ == "__main__":
    sys.exit(main())
