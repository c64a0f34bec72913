"""How a scan is run; nothing here changes a number."""

from __future__ import annotations

from dataclasses import dataclass

from mtornet.errors import ProtocolError
from mtornet.units import time_in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Where and how long."""

    jobs: int | None = None
    """Threads; all cores if not given."""
    chunk: int | None = None
    """Points per chunk; about a minute of work if not given."""
    max_time_s: float | None = None
    """When to stop; what is finished by then is kept."""
    cluster: str | None = None
    """Address of a Dask scheduler, or ``local:N`` for N worker processes."""

    @classmethod
    def of(
        cls, *, jobs: int | None, chunk: int | None, max_time: float | str | None, cluster: str | None
    ) -> RunSettings:
        """Check what a user gives.

        Raises
        ------
        ProtocolError
            If a number is below 1.
        """
        for name, value in (("jobs", jobs), ("chunk", chunk)):
            if value is not None and value < 1:
                raise ProtocolError(f"{name}: expected a whole number >= 1, got {value!r}")
        max_time_s = None if max_time is None else time_in_seconds(max_time, what="max_time")
        if max_time_s is not None and not max_time_s > 0:
            raise ProtocolError(f"max_time: expected a time > 0, got {max_time!r}")
        return cls(jobs=jobs, chunk=chunk, max_time_s=max_time_s, cluster=cluster)
