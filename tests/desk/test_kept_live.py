"""Workbooks that are brought within minutes share one reading of live, and the page says how old it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_session import APPROVED_LINE
from desk_process import FAST, Browser, DeskProcess, desk_running

from reconcile.workbook.copy.cell_editor import Keystroke, type_into

SET_TEXT = Keystroke("Lines", APPROVED_LINE, "Description", "Corrected by finance")
AGE = "Live as of"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("desk"), settings=f"{FAST}live_minutes = 10\n") as running:
        yield running


def test_the_second_one_takes_the_reading_of_the_first_and_planning_again_reads_anew(
    desk: DeskProcess, signed_in: Browser, tmp_path: Path
) -> None:
    signed_in.get("/take")
    taken = signed_in.work("/take", {})
    book, edited = tmp_path / "march.xlsx", tmp_path / "march-edited.xlsx"
    book.write_bytes(signed_in.client.get(f"{taken.url.path}/file").content)
    type_into(book, edited, [SET_TEXT])
    first, second = signed_in.bring(edited), signed_in.bring(edited)
    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"description": "Corrected in Introw"})
    third = signed_in.bring(edited)
    anew = signed_in.work(f"{third.url.path}/again", {})

    assert [AGE in page.text for page in (first, second, third, anew)] == [False, True, True, False]
    assert "Corrected in Introw" not in third.text
    assert "Corrected in Introw" in anew.text
