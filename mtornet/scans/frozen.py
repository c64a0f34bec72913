"""A plan as plain text, for another process that has the same mtornet."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from mtornet.graph.exchange import graph_of, node_link_text
from mtornet.graph.knowledge import model_names
from mtornet.network.build import from_graph
from mtornet.provenance import canonical_json
from mtornet.scans.plan import Plan
from mtornet.scans.spec import Scan, Vary


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What another process needs to make the same plan."""

    sha256: str
    spec: str
    """The specification as JSON."""
    network: str | None
    """The model as node-link JSON, if it does not come with mtornet."""

    @classmethod
    def of(cls, plan: Plan) -> Frozen:
        """Write a plan down."""
        shipped = isinstance(plan.scan.model, str) and plan.scan.model in model_names()
        return cls(
            sha256=plan.sha256,
            spec=canonical_json(plan.scan.as_dict()),
            network=None if shipped else node_link_text(plan.network.graph),
        )

    def plan(self) -> Plan:
        """Make the plan again."""
        data: dict[str, Any] = json.loads(self.spec)
        scan = Scan(**{**data, "vary": [Vary(**block) for block in data["vary"]]})
        if self.network is not None:
            scan = replace(scan, model=from_graph(graph_of(self.network, where="model of the scan")))
        return scan.plan()
