"""A desk for the tests of a file, and a browser in which its operator is signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk_process import Browser, DeskProcess, desk_running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """One desk for a whole file: to start one takes seconds."""
    with desk_running(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(desk: DeskProcess) -> Browser:
    """The operator's browser."""
    browser = desk.browser()
    browser.sign_in(desk.link)
    return browser
