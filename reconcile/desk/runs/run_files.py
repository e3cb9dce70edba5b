"""What this computer keeps of a run that the desk started: its plan, its workbooks, and how it was started.

How far the run is stands in the state store alone. The folder can be read by its owner only.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from reconcile.atomic import write_text
from reconcile.desk.runs.run_process import is_alive
from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.run_options import RUN_ID
from reconcile.jobs.session import Session

_MOST_NOTES: Final = 100_000
"""Bytes of what a process said that are read."""


class AlreadyStarted(ConfigurationError):
    """Somebody started a run in this very moment, so it is not started once more."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a run's process. act: `apply`, `undo` or `resume`. by, at: who asked for it, and when.

    pid: its number; 0 where it was never started. stopped_by: who asked it to stop; empty for nobody.
    """

    act: str
    by: str
    at: str
    folder: Path
    pid: int = 0
    stopped_by: str = ""

    @property
    def output(self) -> Path:
        """What it printed: its result as JSON."""
        return self.folder / "output"

    @property
    def notes(self) -> Path:
        """What it said."""
        return self.folder / "notes"

    @property
    def is_alive(self) -> bool:
        """Whether it lives."""
        return is_alive(self.output)

    @property
    def said(self) -> str:
        """What it said, the newest at the end."""
        try:
            with self.notes.open("rb") as stream:
                size = stream.seek(0, 2)
                stream.seek(max(size - _MOST_NOTES, 0))
                return stream.read().decode("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""

    @property
    def problem(self) -> str:
        """The sentence with which it ended without success; empty for none."""
        _, found, text = self.said.rpartition("Error: ")
        return " ".join(text.split()) if found else ""


def desk_folder(session: Session) -> Path:
    """Where the desk keeps its files on this computer: beside the state, or beside its notes on a server."""
    state = session.settings.state.absolute()
    return state.with_name(f"{state.name}.desk")


def desk_key_file(session: Session) -> Path:
    """The private key with which the desk vouches for who is signed in."""
    return desk_folder(session) / "desk.key"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The folder of one run."""

    folder: Path

    @classmethod
    def of(cls, session: Session, run_id: str) -> RunFiles:
        """The folder of a run, there or not. Raises ConfigurationError for what is no id of a run."""
        if not re.fullmatch(RUN_ID, run_id):
            raise ConfigurationError("That is no id of a run.")
        return cls(desk_folder(session) / "runs" / run_id)

    @property
    def plan(self) -> Path:
        """The plan that is applied."""
        return self.folder / "plan.json"

    @property
    def workbooks(self) -> tuple[Path, ...]:
        """The edited workbooks that it was made of."""
        return tuple(sorted((self.folder / "workbooks").glob("*.xlsx")))

    @property
    def results(self) -> Path:
        """Where the result workbooks of the next start go: each start has a folder of its own."""
        return self.folder / "results" / f"{len(self.starts):04}"

    def result(self, name: str) -> Path | None:
        """The latest result workbook of a name; None for a name that none has, whatever it looks like."""
        return next((one for one in reversed(self._results) if one.name == name), None)

    @property
    def result_names(self) -> tuple[str, ...]:
        """The names of the result workbooks that were written."""
        return tuple(sorted({one.name for one in self._results}))

    @property
    def _results(self) -> list[Path]:
        return sorted((self.folder / "results").glob("*/*.xlsx"))

    @property
    def starts(self) -> tuple[Start, ...]:
        """How often its process was started, in order."""
        return tuple(_start_of(one) for one in sorted((self.folder / "starts").glob("*")))

    @property
    def last(self) -> Start | None:
        """The last start; None where this computer started none."""
        return self.starts[-1] if self.starts else None

    def new_start(self, act: str, by: str, at: str) -> Start:
        """A start that is about to be made. Of two at once, one gets it: raises AlreadyStarted."""
        place = self.folder / "starts" / f"{len(self.starts):04}"
        make_private(place.parent)
        try:
            place.mkdir(mode=0o700)
        except FileExistsError as error:
            raise AlreadyStarted("Somebody has started it this very moment.") from error
        start = Start(act, by, at, place)
        keep_start(start)
        return start


def make_private(folder: Path) -> None:
    """Makes a folder of the desk, and those above it that are missing; only their owner can read them."""
    if not folder.parent.exists():
        make_private(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)


def keep_start(start: Start) -> None:
    """Writes down a start."""
    text = json.dumps({**asdict(start), "folder": ""}, ensure_ascii=False)
    write_text(start.folder / "start.json", text, private=True)


def _start_of(folder: Path) -> Start:
    try:
        kept = json.loads((folder / "start.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # The desk was ended in the moment of writing it.
        kept = {"act": "", "by": "", "at": ""}
    stop = folder / "stop"
    stopped_by = stop.read_text(encoding="utf-8") if stop.is_file() else ""
    return Start(**{**kept, "folder": folder, "stopped_by": stopped_by})
