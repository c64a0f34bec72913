"""A specification that has been checked against its model and can be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.model_file import load
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.graph.knowledge import model_names
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import canonical_json, content_hash
from mtornet.scans.axes import Axes, Column, Coordinates
from mtornet.scans.columns import columns_of
from mtornet.scans.settings import Settings, settings_of
from mtornet.scans.spec import Scan
from mtornet.scans.vocabulary import Vocabulary, drugs_named

if TYPE_CHECKING:
    from mtornet.scans.outcome import Outcome
    from mtornet.simulation.interrupt import StopFlag

FORMAT = 1
"""Of what a scan writes; it is part of a scan's identity."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What will be done."""

    scan: Scan
    network: ReactionNetwork
    words: Vocabulary
    axes: Axes
    settings: Settings

    @property
    def n_points(self) -> int:
        """Number of points."""
        return self.axes.n_points

    @property
    def columns(self) -> tuple[Column, ...]:
        """What varies."""
        return self.axes.columns

    def evaluate(self, first: int = 0, end: int | None = None, *, stop: StopFlag | None = None) -> Outcome:
        """Compute points in this thread and return their numbers as arrays.

        A point's numbers depend on no other point.
        """
        from mtornet.scans.evaluation import Evaluator

        coordinates = self.axes.at(first, self.n_points if end is None else end)
        return Evaluator(self)(coordinates, stop=stop)

    def point_ids(self, coordinates: Coordinates) -> list[str]:
        """Return 16 hexadecimal digits per point: a hash of everything that decides its numbers."""
        prefix = blake2b(self._common.encode(), digest_size=16).digest()
        rows = np.empty((len(coordinates), len(self.columns)), dtype="<f8")
        for k, column in enumerate(self.columns):
            values = coordinates.values[column.name]
            if column.is_choice:
                values = np.array([_code_of(label) for label in column.labels])[values.astype(np.int64)]
            rows[:, k] = values
        return [blake2b(prefix + row.tobytes(), digest_size=8).hexdigest() for row in rows]

    @cached_property
    def _common(self) -> str:
        names = [[c.target.text, c.relative, c.is_choice] for c in self.columns]
        return canonical_json([FORMAT, names, self.settings.given, self.model_sha256])

    @cached_property
    def model_content(self) -> dict[str, object]:
        """What decides the model's behaviour: the network, and with each genotype and drug in use."""
        found: dict[str, object] = {"network": self.network.content()}
        for name in self._chosen("variant", self.settings.variant):
            if name != "wild_type":
                found[f"variant {name}"] = self.network.with_variant(name).content()
        for name in self._chosen("context", self.settings.context or ""):
            if name:
                found[f"context {name}"] = self.network.with_context(name).content()
        for name in self.words.drugs:
            drug = find_drug(self.network.model, name)
            found[f"drug {name}"] = with_drug(self.network, drug).content()
        return found

    def _chosen(self, target: str, fixed: str) -> list[str]:
        labels = [str(label) for c in self.columns if c.target.text == target for label in c.labels]
        return list(dict.fromkeys(labels or [fixed]))

    @cached_property
    def model_sha256(self) -> str:
        """Hash of the model's content."""
        return content_hash(self.model_content)

    def content(self) -> dict[str, object]:
        """Return what decides the scan's numbers, except for the model, as plain data."""
        return {"format": FORMAT, "model": self.network.model, **self.settings.given, **self.axes.content()}

    @cached_property
    def sha256(self) -> str:
        """Hash of the specification's content and of the model's."""
        return content_hash([self.content(), self.model_sha256])


def _code_of(label: str | bool) -> float:
    digest = blake2b(canonical_json(label).encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "little"))


def plan(scan: Scan) -> Plan:
    """Check a specification against its model; see :meth:`Scan.plan`."""
    network = _network(scan)
    words = Vocabulary(network=network, drugs=drugs_named(network, _drugs(scan)))
    columns = columns_of(scan, words)
    chosen = [name for c in columns if c.target.text == "drug" for given in c.choices for name in given]
    words = Vocabulary(network=network, drugs=tuple(dict.fromkeys((*words.drugs, *chosen))))
    settings = settings_of(scan, words, columns)
    axes = Axes(columns=columns, seed=scan.seed, sample=scan.sample, n_drawn=scan.n or 1)
    return Plan(scan=scan, network=network, words=words, axes=axes, settings=settings)


def _network(scan: Scan) -> ReactionNetwork:
    if not isinstance(scan.model, str):
        return scan.model
    modules = scan.condition.get("modules")
    if scan.model in model_names():
        return load_model(scan.model, modules)
    return load(scan.model)


def _drugs(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield ``(where, name)`` of the drugs that the specification names."""
    for name in scan.condition.get("drugs", {}):
        yield f"{scan.where}: condition.drugs", name
    for i, block in enumerate(scan.vary, start=1):
        parts = block.target.split(".")
        if parts[0] in ("drug", "schedule") and len(parts) > 1:
            yield f"{scan.where}: vary[{i}] {block.target!r}", parts[1]
