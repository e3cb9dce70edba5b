"""Keeps what a plan was made of, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconcile import __version__
from reconcile.evidence.plan_inputs import PlanInputs, to_json
from reconcile.jobs.evidence.keep_workbooks import kept_file
from reconcile.jobs.evidence.made_of import FileAsRead, MadeOf
from reconcile.jobs.session import Session
from reconcile.store.baselines import packed
from reconcile.store.evidence.kept_files import (
    APPLIED,
    INPUTS,
    Content,
    KeptFile,
    content_of,
    content_of_file,
    keep_files,
    packed_content,
)
from reconcile.store.store import Store

INPUTS_JSON, LIVE, ELSEWHERE = "inputs.json", "live.jsonl", "elsewhere.jsonl"


def keep_inputs(session: Session, store: Store, owner: str, made: MadeOf) -> None:
    """Keeps the workbooks of a plan and everything else that decided it. owner: the run or the plan."""
    keep_files(store, list(_inputs(session, owner, made)))


def _inputs(session: Session, owner: str, made: MadeOf) -> Iterator[KeptFile]:
    for one in made.files:
        yield kept_file(session, owner, APPLIED, one.name, _as_read(one))
    text = to_json(_plan_inputs(session, made))
    yield kept_file(session, owner, INPUTS, INPUTS_JSON, content_of(text.encode()))
    yield kept_file(session, owner, INPUTS, LIVE, packed_content(packed(made.live)))
    live = made.live
    if live.elsewhere or live.payouts_elsewhere:
        elsewhere = replace(live, payouts=live.payouts_elsewhere, partners={}, lines=live.elsewhere)
        yield kept_file(session, owner, INPUTS, ELSEWHERE, packed_content(packed(elsewhere)))


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
