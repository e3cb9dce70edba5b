"""Several closes of one period at once: one is kept, and the others leave no journal behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.jobs.closes.close_files import removing_refused
from reconcile.store.closes import KeptClose, kept_closes, save_close
from reconcile.store.store import Store

HERE = Environment("https://api.introw.io")


def _close(close_id: str, month: int = 3) -> KeptClose:
    first, last = date(2026, month, 1), date(2026, month, 28)
    return KeptClose(
        close_id, str(HERE), f"2026-{month:02}", first, last, "2026-05-01T08:00:00+00:00", "ana", "{}", {}
    )


def _counting(path: Path) -> list[str]:
    with Store(path) as store:
        return [one.close_id for one in kept_closes(store, HERE) if not one.superseded]


def _try(path: Path, close_id: str, replaces: str = "") -> str:
    with Store(path) as store:
        try:
            save_close(store, _close(close_id), replaces)
        except DecisionNeeded as error:
            return str(error)
    return close_id


@pytest.mark.parametrize("replaces", ["", "close-0"])
def test_of_three_closes_at_once_one_passes(tmp_path: Path, replaces: str) -> None:
    path = tmp_path / "state.db"
    with Store(path) as store:
        if replaces:
            save_close(store, _close(replaces))
    names = ["close-1", "close-2", "close-3"]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda name: _try(path, name, replaces), names))

    (kept,) = _counting(path)
    assert [one for one in answers if one in names] == [kept]
    refused = [one for one in answers if one not in names]
    assert len(refused) == 2
    assert all(f"2026-03 by ana ({kept})" in one for one in refused)


def test_a_close_of_an_earlier_period_is_refused_when_a_later_one_came_in_between(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        save_close(store, _close("close-4", month=4))
        with pytest.raises(DecisionNeeded, match=r"2026-04 by ana \(close-4\)"):
            save_close(store, _close("close-3"))


def test_a_close_that_was_to_be_made_again_and_is_gone_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store, pytest.raises(DecisionNeeded, match="nothing"):
        save_close(store, _close("close-2"), replaces="close-1")


def test_what_was_refused_at_last_leaves_none_of_its_files(tmp_path: Path) -> None:
    made, folder = tmp_path / "made", tmp_path / "pack"
    for place in (made, folder):
        place.mkdir()
        (place / "journal-USD.csv").write_text("1", encoding="utf-8")
        (place / "numbers.json").write_text("1", encoding="utf-8")
    (folder / "numbers.json").write_text("of a person", encoding="utf-8")
    files = {name: made / name for name in ("journal-USD.csv", "numbers.json")}
    with pytest.raises(DecisionNeeded), removing_refused(folder, files):
        raise DecisionNeeded("somebody else closed it")

    assert [one.name for one in folder.iterdir()] == ["numbers.json"]
