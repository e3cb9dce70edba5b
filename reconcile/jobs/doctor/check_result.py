"""One thing that was checked, and whether it is in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. ok: None where it could not be found out. advice: what to do.

    code: the exit code when it is not in order.
    """

    name: str
    ok: bool | None
    found: str
    advice: str = ""
    code: int = 1


def as_json(checks: list[Check]) -> str:
    """The checks for a machine."""
    from pydantic import TypeAdapter

    return TypeAdapter(list[Check]).dump_json(checks, indent=2).decode()
