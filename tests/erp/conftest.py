"""What the tests of the readers share: a way to read a text as a payments file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.erp.payments.formats.layout import built_in, load_table_layout
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import PaymentFile, Source

BUILT_IN = built_in(None)
Reader = Callable[..., PaymentFile]


@pytest.fixture
def read() -> Reader:
    """Reads a text (or bytes) as a file; `hints` are what a person may say of it."""

    def reading(
        content: str | bytes, name: str = "payments.csv", layout: str | Path | None = None, **hints: str
    ) -> PaymentFile:
        layouts = (load_table_layout(str(layout), None),) if layout else BUILT_IN
        content = content.encode() if isinstance(content, str) else content
        return read_payments(Source(name, content), Reading(Hints(**hints), layouts))

    return reading
