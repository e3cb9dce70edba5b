"""Where workbooks arrive by themselves: the rules of `[pickup]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PickupPolicy:
    """The folder that is watched.

    folder: its path; empty where none is. still_seconds: how long a file must not have changed, so that one
    which still arrives is left alone. megabytes: a larger file is not read.
    """

    folder: str = ""
    still_seconds: float = 10
    megabytes: int = 100

    def __post_init__(self) -> None:
        """Raises ValueError for a bound that is none."""
        if not 0 <= self.still_seconds <= 3600:
            raise ValueError("still_seconds must be 0 to 3600")
        if self.megabytes <= 0:
            raise ValueError("megabytes must be more than 0")
