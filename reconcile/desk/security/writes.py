"""Every write carries the token of its session: in the form, or in a header."""

from __future__ import annotations

from typing import Final

from fastapi import HTTPException, Request

from reconcile.desk.security.tokens import is_same

FIELD: Final = "token"
HEADER: Final = "x-desk-token"
_MOST_FILES: Final = 20
_MOST_FIELDS: Final = 50_000
_LONGEST_FIELD: Final = 1 << 20


async def check_write(request: Request) -> None:
    """A dependency of all routes: refuses a write that does not carry the token."""
    if request.method in ("GET", "HEAD"):
        return
    given = request.headers.get(HEADER)
    if given is None:
        # Parsed with limits once; the page gets the same form.
        form = await request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
        )
        given = str(form.get(FIELD, ""))
    if not is_same(given, request.state.token):
        raise HTTPException(403, "This page is too old, or was not made by this desk. Load it again.")
