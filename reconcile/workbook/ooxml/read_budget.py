"""The time and the size that one workbook may take to be read; kept to while reading, not afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.errors import WorkbookError


@dataclass(frozen=True)
class Budget:
    """What is left to spend on a file. The clock runs from the moment it is made."""

    path: Path
    limits: ReadLimits
    started: float = field(default_factory=time.monotonic)

    def check_time(self) -> None:
        """Raise WorkbookError where the time is up; asked for once per chunk, so that it costs nothing."""
        if time.monotonic() - self.started > self.limits.seconds:
            raise self.spent(
                f"takes longer than {self.limits.seconds:g} seconds to read",
                "Remove what is not needed from it (other sheets, blank rows below the tables), or give it "
                "more time in the setting seconds",
            )

    def too_large(self, sheet: str) -> WorkbookError:
        """The error for a sheet with more rows, columns or cells than are read."""
        limits = self.limits
        return WorkbookError(
            f"The sheet {sheet} of {self.path.name} is larger than the {limits.rows:,} rows, "
            f"{limits.columns:,} columns and {limits.cells:,} cells that are read. "
            "Delete what is not needed below and to the right of the table."
        )

    def spent(self, what: str, fix: str) -> WorkbookError:
        """The error for a file beyond one of its limits."""
        return WorkbookError(f"{self.path.name} {what}. {fix} of [workbook] in reconcile.toml.")
