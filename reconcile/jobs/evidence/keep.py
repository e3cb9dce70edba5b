"""Keeps what evidence needs: the workbooks as sent and as applied, and what a plan was made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile import __version__
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.evidence.plan_inputs import PlanInputs, to_json
from reconcile.jobs.session import Session
from reconcile.plan.build import Circumstances
from reconcile.plan.sources import OwnWork
from reconcile.store.baselines import packed
from reconcile.store.evidence.kept_files import (
    APPLIED,
    INPUTS,
    SENT,
    Content,
    KeptFile,
    content_of,
    content_of_file,
    keep_files,
    packed_content,
)
from reconcile.store.store import Store

INPUTS_JSON, LIVE, ELSEWHERE = "inputs.json", "live.jsonl", "elsewhere.jsonl"


@dataclass(frozen=True, slots=True)
class FileAsRead:
    """A workbook when it was read. name: in the plan. sha256, size: of its bytes then."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class MadeOf:
    """What a plan was made of. undoes: the run that it sets back; empty for a plan of workbooks."""

    live: Snapshot
    given: Circumstances
    files: tuple[FileAsRead, ...] = ()
    own: tuple[OwnWork, ...] = ()
    kept: tuple[bool, ...] = ()
    undoes: str = ""


def file_as_read(path: Path) -> FileAsRead:
    """The hash of a workbook before it is read. One that cannot be read has none: reading says why."""
    with suppress(OSError):
        # A pipe would be waited for.
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return FileAsRead(path, path.name, digest, path.stat().st_size)
    return FileAsRead(path, path.name, "", 0)


def keep_sent(session: Session, store: Store, workbooks: Iterable[tuple[str, Path]]) -> None:
    """Keeps exported workbooks as they were written: id and file of each."""
    keep_files(store, [_file(session, one, SENT, path.name, _content(path)) for one, path in workbooks])


def keep_inputs(session: Session, store: Store, owner: str, made: MadeOf) -> None:
    """Keeps the workbooks of a plan and everything else that decided it. owner: the run or the plan."""
    keep_files(store, list(_inputs(session, owner, made)))


def keep_applied(session: Session, store: Store, owner: str, files: Sequence[Path]) -> None:
    """Keeps the edited workbooks that a person named beside a saved plan."""
    keep_files(store, [_file(session, owner, APPLIED, path.name, _content(path)) for path in files])


def _inputs(session: Session, owner: str, made: MadeOf) -> Iterator[KeptFile]:
    for one in made.files:
        yield _file(session, owner, APPLIED, one.name, _as_read(one))
    text = to_json(_plan_inputs(session, made))
    yield _file(session, owner, INPUTS, INPUTS_JSON, content_of(text.encode()))
    yield _file(session, owner, INPUTS, LIVE, packed_content(packed(made.live)))
    live = made.live
    if live.elsewhere or live.payouts_elsewhere:
        elsewhere = replace(live, payouts=live.payouts_elsewhere, partners={}, lines=live.elsewhere)
        yield _file(session, owner, INPUTS, ELSEWHERE, packed_content(packed(elsewhere)))


def _plan_inputs(session: Session, made: MadeOf) -> PlanInputs:
    settings, profile = session.settings, session.settings.profile
    told = {
        "profile": settings.profile_name,
        "base_url": session.environment.origin,
        **{name: str(getattr(profile, name)) for name in ("rate", "window", "page_size", "writes")},
        **{name: str(getattr(settings.conduct, name)) for name in type(settings.conduct).__slots__},
    }
    names = tuple(one.name for one in made.files)
    own_templates = settings.templates is not None
    return PlanInputs(
        __version__, settings.policy, made.given, names, made.own, made.kept, told, own_templates, made.undoes
    )


def _as_read(one: FileAsRead) -> Content:
    """The content of a workbook; its hash alone where the file is another one by now, or is gone."""
    try:
        found = content_of_file(one.path)
    except OSError:
        found = Content("", 0, b"")
    return found if found.sha256 == one.sha256 else Content(one.sha256, one.size, b"")


def _content(path: Path) -> Content:
    try:
        return content_of_file(path)
    except OSError as error:
        raise ConfigurationError(f"The file {path} cannot be read: {error.strerror}.") from error


def _file(session: Session, owner: str, role: str, name: str, content: Content) -> KeptFile:
    at = session.clock().isoformat(timespec="seconds")
    return KeptFile(
        str(session.environment),
        owner,
        role,
        name,
        content.sha256,
        content.size,
        at,
        session.user,
        content.packed,
    )
