"""An experiment written down: a TOML file with the cells, what is done to them and how they are simulated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtornet.analysis import defaults
from mtornet.errors import MtorNetError, ProtocolError
from mtornet.experiment.condition import Condition
from mtornet.experiment.protocol import Protocol
from mtornet.names import did_you_mean

MAX_BYTES = 1_000_000

EXAMPLE = """variant = "PTEN_loss"
duration = "14 d"
readouts = ["pAKT_S473", "pS6K_T389"]

[[step]]
at = "0 h"
inputs = { insulin = "1 nM" }
drugs = { everolimus = "10 mg QD" }

[[step]]
at = "7 d"
wash = ["everolimus"]
"""
"""A file that can be run."""

_TEXT, _NUMBER, _LIST, _TABLE = "text", "number", "list of text", "table"
_KEYS: dict[str, tuple[str, ...]] = {
    "model": (_TEXT,),
    "context": (_TEXT,),
    "variant": (_TEXT,),
    "duration": (_TEXT,),
    "method": (_TEXT,),
    "cells": (_NUMBER,),
    "copy_scale": (_NUMBER,),
    "seed": (_NUMBER,),
    "settle": (_TEXT,),
    "start": (_TEXT,),
    "readouts": (_LIST,),
    "times": (_LIST,),
    "parameters": (_TABLE,),
    "amounts": (_TABLE,),
    "rest": (_TABLE,),
    "step": ("tables",),
}
_STEP_KEYS: dict[str, tuple[str, ...]] = {
    "at": (_TEXT,),
    "inputs": (_TABLE,),
    "drugs": (_TABLE,),
    "wash": (_TEXT, _LIST),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFile:
    """What a file asks for, each value checked for its kind."""

    where: str
    protocol: Protocol
    model: str = "mtor"
    parameters: Mapping[str, float] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    method: str = "ode"
    cells: int = defaults.CELLS
    copy_scale: float | None = None
    seed: int = defaults.SEED
    settle: str = defaults.SETTLE
    readouts: Sequence[str] | None = None
    times: Sequence[str] | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the file."""


def read_experiment(path: str | Path) -> ExperimentFile:
    """Read the file of an experiment.

    Raises
    ------
    ProtocolError
        With the file and the key of what is wrong.
    """
    path = Path(path)
    data = _toml(path)
    where = str(path)
    _check(data, _KEYS, where)
    if "duration" not in data:
        raise ProtocolError(f"{where}: duration is missing; write how long, for example duration = '72 h'")
    steps = data.get("step", [])
    for i, step in enumerate(steps, start=1):
        if not isinstance(step, dict):
            raise ProtocolError(f"{where}: step: expected tables, each under [[step]], found {step!r}")
        _check(step, _STEP_KEYS, f"{where}: step {i}")
    protocol = _protocol(data, steps, where)
    for name in ("parameters", "amounts"):
        for key, value in data.get(name, {}).items():
            if not _is(value, _NUMBER):
                raise ProtocolError(f"{where}: {name}.{key}: expected a number, found {value!r}")
    names = (
        "model",
        "parameters",
        "amounts",
        "method",
        "cells",
        "copy_scale",
        "seed",
        "settle",
        "readouts",
        "times",
    )
    return ExperimentFile(
        where=where, protocol=protocol, content=data, **{name: data[name] for name in names if name in data}
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProtocolError(f"{path}: larger than {MAX_BYTES} bytes; not the file of an experiment")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProtocolError(
            f"{path}: there is no such file; expected the TOML file of an experiment"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(f"{path}: not TOML: {error}") from None


def _check(data: Mapping[str, Any], known: Mapping[str, tuple[str, ...]], where: str) -> None:
    for key, value in data.items():
        if key not in known:
            hint = did_you_mean(key, known) or f"; known: {', '.join(known)}"
            raise ProtocolError(f"{where}: unknown key {key!r}{hint}")
        if not any(_is(value, kind) for kind in known[key]):
            raise ProtocolError(f"{where}: {key}: expected {' or '.join(known[key])}, found {value!r}")
    for key in ("cells", "seed"):
        if key in data and not isinstance(data[key], int):
            raise ProtocolError(f"{where}: {key}: expected a whole number, found {data[key]!r}")


def _is(value: Any, kind: str) -> bool:
    if kind == _NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == _LIST:
        return isinstance(value, list) and bool(value) and all(isinstance(entry, str) for entry in value)
    if kind == "tables":
        return isinstance(value, list)
    return isinstance(value, str if kind == _TEXT else dict)


def _protocol(data: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], where: str) -> Protocol:
    start = data.get("start", "settled")
    if start not in ("settled", "initial"):
        raise ProtocolError(
            f"{where}: start: expected 'settled' (cells at rest) or 'initial' (the amounts of the tables), "
            f"found {start!r}"
        )
    protocol = Protocol()
    if start == "settled":
        protocol = protocol.settle(inputs=data.get("rest"))
    elif "rest" in data:
        raise ProtocolError(f"{where}: rest: the ligands of cells at rest, but start = 'initial'")
    if not steps:
        raise ProtocolError(f"{where}: there is no step; write what is done to the cells under [[step]]")
    for i, step in enumerate(steps, start=1):
        try:
            protocol = _with_step(protocol, step, data)
        except MtorNetError as error:
            raise ProtocolError(f"{where}: step {i}: {error}") from None
    try:
        return protocol.until(data["duration"])
    except MtorNetError as error:
        raise ProtocolError(f"{where}: duration: {error}") from None


def _with_step(protocol: Protocol, step: Mapping[str, Any], data: Mapping[str, Any]) -> Protocol:
    at, washed = step.get("at", "0 h"), step.get("wash", [])
    if not {"inputs", "drugs", "wash"} & set(step):
        raise ProtocolError("nothing is done; expected inputs, drugs or wash")
    if "inputs" in step or "drugs" in step:
        cells = {name: data[name] for name in ("context", "variant") if name in data}
        condition = Condition(**cells, drugs=step.get("drugs", {}), inputs=step.get("inputs", {}))
        protocol = protocol.apply(condition, at=at)
    for drug in [washed] if isinstance(washed, str) else washed:
        protocol = protocol.wash(drug, at=at)
    return protocol
