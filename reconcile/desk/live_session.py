"""The settings of the desk as they are now: people, roles and limits hold as soon as they are written."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconcile.config import FILE_NAME, Choices, Settings, load, user_configuration
from reconcile.errors import ReconcileError
from reconcile.jobs.session import Session

Seen = tuple[tuple[str, int, int, int], ...]


@dataclass
class LiveSession:
    """The session in which the desk was opened; its settings are read again when a file of them changed.

    problem: why they cannot be read now; nothing is decided until they can. Which organisation and which
    state store the desk serves was settled when it was opened.
    """

    opened: Session
    problem: str = ""
    _seen: Seen = field(init=False)

    def __post_init__(self) -> None:
        self._seen = _seen(self.opened.settings)

    @property
    def now(self) -> Session:
        """The session with the settings of this moment; those before, while they cannot be read."""
        seen = _seen(self.opened.settings)
        if seen != self._seen:
            self._read_again()
            self._seen = seen
        return self.opened

    def _read_again(self) -> None:
        old = self.opened.settings
        try:
            new = load(_choices(old), os.environ, Path.cwd())
        except ReconcileError as error:
            self.problem = str(error)
            return
        self.problem = ""
        settings = replace(
            new,
            profile_name=old.profile_name,
            profile=replace(new.profile, base_url=old.profile.base_url, state=old.profile.state),
            state=old.state,
            server=old.server,
            templates=old.templates,
            file=old.file,
            sources=old.sources,
        )
        self.opened = replace(self.opened, settings=settings)


def named_file(settings: Settings) -> Path | None:
    """The file to name with `--config`; None where it is found by itself, and must be trusted."""
    usual = (Path.cwd() / FILE_NAME, user_configuration() / FILE_NAME)
    return settings.file if settings.file and settings.file not in usual else None


def _choices(settings: Settings) -> Choices:
    return Choices(named_file(settings), settings.profile_name, settings.state, settings.templates)


def _seen(settings: Settings) -> Seen:
    """What changes when somebody writes a file of the settings."""
    found, people = [], settings.team.policy.people_file
    paths = [settings.file] if settings.file else []
    if settings.file and people:
        named = Path(people).expanduser()
        paths.append(settings.file.parent / named)
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            found.append((str(path), 0, 0, 0))
        else:
            found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
