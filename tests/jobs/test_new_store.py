"""A store that knows nothing of an organisation refuses what could be done twice, until told once that it is new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.cli.console import Terminal
from reconcile.config import Choices, load
from reconcile.errors import DecisionNeeded
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen, unseen


def session_at(url: str, folder: Path) -> Session:
    environ = {"INTROW_BASE_URL": url, "RECONCILE_STATE": str(folder / "state.db")}
    return Session(load(Choices(), environ, folder), Terminal(), "ana")


def test_it_is_said_once_and_remembered(tmp_path: Path) -> None:
    session = session_at("https://api.introw.example", tmp_path)
    with session.store() as store:
        for by_export in (True, False):
            with pytest.raises(DecisionNeeded, match=r"has never seen default .* --new-store once"):
                refuse_unseen(session, store, by_export=by_export)

        refuse_unseen(replace(session, is_new_store=True), store)
        refuse_unseen(session, store)
        assert unseen(session, store) == ""


def test_a_sandbox_on_this_computer_is_not_asked_about(tmp_path: Path) -> None:
    session = session_at("http://127.0.0.1:8080", tmp_path)
    with session.store() as store:
        assert unseen(session, store) == ""
