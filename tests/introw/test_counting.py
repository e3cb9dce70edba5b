"""The way with the fewest requests, as a table."""

from __future__ import annotations

import pytest

from reconcile.introw.counting import fewest_line_requests


@pytest.mark.parametrize(
    ("separate", "pages", "page_size", "total", "way"),
    [
        # Only the full listing brings everything.
        (None, 0, 0, None, "all"),
        (None, 7, 50, 10_000, "all"),
        # With a total it is arithmetic: what is left of the full listing against the separate way.
        (3, 1, 100, 400, "all"),
        (3, 1, 100, 401, "separate"),
        (3, 1, 100, 100, "all"),
        (40, 1, 200, 8_200, "all"),
        (40, 1, 200, 8_201, "separate"),
        (1, 1, 100, 200, "all"),
        (0, 1, 100, 200, "separate"),
        # Before the first page, and without a total, until as much is spent as the separate way costs.
        (1, 0, 0, None, "separate"),
        (2, 0, 0, None, "separate"),
        (3, 0, 0, None, "all"),
        (3, 2, 50, None, "all"),
        (3, 3, 50, None, "separate"),
    ],
)
def test_the_way_with_the_fewest_requests_is_chosen(
    separate: int | None, pages: int, page_size: int, total: int | None, way: str
) -> None:
    assert way == fewest_line_requests(separate, pages, page_size, total)
