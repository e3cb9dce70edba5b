"""Whatever happens to a payments file on its way, reading it ends in payments or in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.erp.payments.model import PaymentFile
from reconcile.errors import ReconcileError
from reconcile.resources import sample

Reader = Callable[..., PaymentFile]
NAMES = (
    "bank.camt053.xml", "status.pain002.xml", "bank.ofx", "bank.mt940", "bank.bai2", "bank.csv", "xero.csv",
    "xero.json", "netsuite.csv", "quickbooks.csv",
)  # fmt: skip
FILES = {name: sample(f"2026-03/payments/{name}").read_bytes() for name in NAMES}
CONTROLLED = ("bank.camt053.xml", "bank.ofx", "bank.mt940", "bank.bai2", "xero.json")


def _told(read: Reader, content: bytes, name: str) -> str:
    """The file's name where it could be read, else the sentence that refuses it."""
    try:
        return read(content, name).name
    except ReconcileError as error:
        return str(error)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_never_ends_in_a_traceback(read: Reader, name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 12))
        content[place : place + length] = data.draw(st.binary(max_size=6))

    assert name in _told(read, bytes(content), name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(read: Reader, content: bytes) -> None:
    assert "payments.csv" in _told(read, content, "payments.csv")


@pytest.mark.parametrize("name", CONTROLLED)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_off_is_refused(read: Reader, name: str, share: float) -> None:
    content = FILES[name]
    with pytest.raises(ReconcileError, match=name):
        read(content[: int(len(content) * share)], name)
