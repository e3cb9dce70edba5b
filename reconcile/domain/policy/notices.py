"""Who is told of what: the rules of `[notify]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "waiting": "a plan waits for an approval",
    "approved": "a plan was approved",
    "refused": "a plan was rejected, or its approval no longer holds",
    "arrived": "a workbook arrived and waits for a person",
    "broken": "a workbook arrived with errors, or cannot be read",
    "run-ended": "a run ended",
    "run-stopped": "a run stopped part-way",
    "stale": "a closed month no longer agrees with what is known",
}
"""What can be told, by the name that `tell` uses."""


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """What is told, and how much of it.

    targets_file: a file with the addresses, one a line, that only its owner can read; RECONCILE_NOTIFY wins.
    tell: names of KINDS. amounts: whether a notice may say amounts, and repeat the words of a finding.
    seconds: how long all targets together may take.
    """

    targets_file: str = ""
    tell: tuple[str, ...] = tuple(KINDS)
    amounts: bool = False
    seconds: float = 15

    def __post_init__(self) -> None:
        """Raises ValueError for a kind that is none, and for a time that is none."""
        if unknown := sorted(set(self.tell) - set(KINDS)):
            raise ValueError(f"tell has no {unknown[0]!r}; there are: {', '.join(KINDS)}")
        if not 0 < self.seconds <= 600:
            raise ValueError("seconds must be more than 0 and at most 600")
