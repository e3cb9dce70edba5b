"""Somebody who acts in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cli_session import (
    CliSession,
)
from meddling import Meddler, meddling


@pytest.fixture
def meddler(cli: CliSession) -> Iterator[Meddler]:
    """Somebody who acts in the middle of a run of `cli`."""
    with meddling(cli.url) as between:
        cli.setenv("INTROW_BASE_URL", between.url)
        yield between
