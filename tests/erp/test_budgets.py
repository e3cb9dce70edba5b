"""Every reader of payments keeps to the limits on size, rows, texts, digits and time, and names the setting."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from reconcile.domain.policy.file_rules import BankFileLimits, FileRules
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import PaymentFile, Source
from reconcile.errors import ConfigurationError, PaymentFileError
from reconcile.jobs.user_tables import source_of
from reconcile.resources import sample
from tests.erp.conftest import BUILT_IN

FILES: Final = sorted(sample("2026-03/payments/bank.bai2").parent.iterdir())
Reader = Callable[..., PaymentFile]
by_name = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def _read(content: bytes, limits: BankFileLimits, name: str = "f") -> PaymentFile:
    return read_payments(Source(name, content, limits=limits), Reading(Hints(), BUILT_IN))


@by_name
@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (BankFileLimits(megabytes=0), "bank_megabytes"), (BankFileLimits(rows=0), "bank_rows"),
        (BankFileLimits(digits=2), "bank_digits"), (BankFileLimits(field=3), "bank_field"),
        (BankFileLimits(seconds=-1), "bank_seconds"),
    ],
)  # fmt: skip
def test_a_file_beyond_a_limit_is_refused_with_the_setting(
    file: Path, limits: BankFileLimits, setting: str
) -> None:
    with pytest.raises(PaymentFileError, match=rf"raise {setting} in \[files\] of reconcile.toml") as refused:
        _read(file.read_bytes(), limits, file.name)
    assert len(str(refused.value)) < 250


@by_name
def test_a_file_at_its_limits_is_read(file: Path) -> None:
    whole = _read(file.read_bytes(), BankFileLimits())
    just = BankFileLimits(megabytes=1, rows=100, digits=10, field=300, seconds=60)

    assert _read(file.read_bytes(), just).payments == whole.payments


def test_a_text_longer_than_the_reader_of_tables_takes_names_its_line_and_the_setting() -> None:
    text = f"Date,Payee,Amount,Currency\n2026-04-15,{'x' * 140_000},5,USD\n"
    with pytest.raises(PaymentFileError, match=r"f, line 2, has a text of .* bank_field"):
        _read(text.encode(), BankFileLimits())


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bank.csv"
    with file.open("wb") as out:
        out.truncate(3_000_000)

    with pytest.raises(PaymentFileError, match=r"bank.csv has 3.0 MB, and at most 2 are read"):
        source_of(file, FileRules(bank_megabytes=2))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "bank.csv"
    os.mkfifo(pipe)

    with pytest.raises(ConfigurationError, match="is not a file"):
        source_of(pipe)


@pytest.mark.parametrize("given", [{"bank_digits": 29}, {"bank_digits": 0}, {"bank_field": 200_000}])
def test_a_limit_that_cannot_be_kept_is_no_setting(given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="bank_"):
        FileRules(**given)  # type: ignore[arg-type]


def test_an_amount_of_as_many_digits_as_are_read_ends_in_no_traceback() -> None:
    text = f"Date,Payee,Amount,Currency\n2026-04-15,A,{'9' * 28},USD\n"

    assert _read(text.encode(), BankFileLimits()).payments[0].amount.amount == int("9" * 28)


def test_a_type_code_of_other_digits_is_money_received() -> None:
    for code in ("\u00b2" * 3, "4" * 5000):
        text = f"01,A,B,260430/\n02,A,B,1,260430/\n03,1,USD/\n16,{code},5,Z,1/\n49,,/\n98,,,/\n99,,,/"
        assert _read(text.encode(), BankFileLimits()).payments[0].amount.amount < 0


def test_a_table_of_too_many_columns_is_refused_with_the_setting() -> None:
    with pytest.raises(PaymentFileError, match=r"has 501 columns, and at most 500 are read.*bank_columns"):
        _read(f"Date,Amount\n{',' * 500}\n".encode(), BankFileLimits())
