"""Chooses the way with the fewest requests: each costs a credit and half a second (introw-api.md 0.2)."""

from __future__ import annotations

from typing import Literal

Way = Literal["all", "separate"]


def fewest_line_requests(separate: int | None, pages: int, page_size: int, total: int | None) -> Way:
    """Whether to go on with the one listing of all lines, or to ask separately instead.

    separate: requests that the separate way takes; None where it cannot bring everything. pages: of the full
    listing that are here already. page_size, total: its records per page and in all; 0 and None before the
    first page or where the server does not say. To be asked again after every page.
    """
    if separate is None:
        return "all"
    if total is not None and page_size:
        left = -(-total // page_size) - pages
        return "all" if left <= separate else "separate"
    # Without a total nobody knows how long the full listing is. Giving up once it has cost as much as the
    # separate way never costs more than twice the better way; one or two requests are not worth the look.
    return "all" if separate > 2 and pages < separate else "separate"
