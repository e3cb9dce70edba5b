"""One thing that `doctor` looked at, and whether it is in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ok: None where it could not be found out. advice: what to do.

    code: the exit code when it is not in order.
    """

    name: str
    ok: bool | None
    found: str
    advice: str = ""
    code: int = 1
