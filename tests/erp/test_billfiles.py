"""Bills are laid out as the finance system wants them: columns, splits, limits, encodings, safe texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.domain.records import CommissionLine, Payout
from reconcile.erp.bills.import_files import ImportFile, as_csv, lay_out
from reconcile.erp.bills.layout import Column, FileLayout, Layout
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.manifest import seal
from reconcile.erp.bills.model import Billing
from reconcile.erp.bills.vendors import Vendor
from reconcile.errors import ConfigurationError

NAME = "{kind}-{entity}-{currency}-{number}.csv"


def _files(
    *records: Payout | CommissionLine, columns: tuple[Column, ...], vendor: str = "Acme", **given: object
) -> tuple[Billing, tuple[ImportFile, ...]]:
    file = FileLayout(**{"name": NAME, "columns": columns, **given})  # type: ignore[arg-type]
    layout = Layout("test", "Test", (file,))
    vendors = {
        "ptn_1": Vendor("ptn_1", vendor, entity="North"),
        "ptn_2": Vendor("ptn_2", "Bolt", entity="South/East"),
    }
    snapshot = make_snapshot(*_with_lines(records))
    return lay_out(make_bills(snapshot, layout, Circumstances(vendors, (), date(2026, 4, 8))), layout)


def _with_lines(records: Sequence[Payout | CommissionLine]) -> Iterator[Payout | CommissionLine]:
    """The records, and a line of the whole amount for each payout that has none: without, it is no bill."""
    held = {one.payout_id for one in records if isinstance(one, CommissionLine)}
    for one in records:
        yield one
        if isinstance(one, Payout) and one.id not in held:
            total = f"{one.amount.amount} {one.amount.currency}"
            yield make_line(f"cln_{one.id}", total, one.id, partner_id=one.partner_id)


def _rows(file: ImportFile) -> list[list[str]]:
    text = as_csv(file).decode(file.layout.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=file.layout.delimiter))


def test_an_amount_has_a_dot_and_the_decimals_of_its_currency() -> None:
    columns = (Column("Amount", "{amount}"), Column("Currency", "{currency}"))
    records = [
        make_payout(f"pay_{n}", total) for n, total in enumerate(["1234.5 USD", "1200 JPY", "1.5 KWD"])
    ]
    _, files = _files(*records, columns=columns)

    assert [_rows(file)[1] for file in files] == [["1200", "JPY"], ["1.500", "KWD"], ["1234.50", "USD"]]


def test_the_files_are_split_by_currency_and_entity() -> None:
    payouts = [
        make_payout("pay_1"),
        make_payout("pay_2", "5 EUR"),
        make_payout("pay_3", "7 USD", partner_id="ptn_2", partner_name="Bolt"),
    ]
    _, files = _files(*payouts, columns=(Column("No", "{number}"),), split_by=("currency", "entity"))

    assert [file.name for file in files] == [
        "bill-North-EUR-1.csv",
        "bill-North-USD-1.csv",
        "bill-South-East-USD-1.csv",
    ]


@pytest.mark.parametrize(
    ("limits", "sizes"), [({"max_bills": 2}, [2, 1]), ({"max_rows": 3}, [1, 1, 1]), ({}, [3])]
)
def test_a_file_holds_no_more_than_the_system_takes_and_no_bill_is_cut(
    limits: dict[str, int], sizes: list[int]
) -> None:
    records: list[Payout | CommissionLine] = []
    for number in range(3):
        records.append(make_payout(f"pay_{number}"))
        records += [make_line(f"cln_{number}_{half}", "500 USD", f"pay_{number}") for half in "ab"]
    _, files = _files(*records, columns=(Column("No", "{number}"),), **limits)

    assert [len(file.bills) for file in files] == sizes
    assert sum(len(file.rows) for file in files) == 6


def test_a_bill_with_more_lines_than_a_file_may_have_is_held_back() -> None:
    lines = [make_line(f"cln_{number}", "500 USD") for number in range(2)]
    billing, files = _files(make_payout(), *lines, columns=(Column("No", "{number}"),), max_rows=1)

    assert files == ()
    assert "has 2 lines and Test takes 1" in billing.left_out[0].reason


@pytest.mark.parametrize(
    ("column", "given", "reason"),
    [
        (Column("Account", "{account}", required=True), {}, "the column Account would be empty"),
        (Column("Vendor", "{vendor}", limit=5), {"vendor": "Acme Ltd"}, "longer than 5 characters"),
        (Column("Vendor", "{vendor}"), {"vendor": "Łódź", "encoding": "cp1252"}, "cp1252 cannot say"),
    ],
)
def test_a_bill_that_the_file_cannot_say_is_held_back_whole(
    column: Column, given: dict[str, str], reason: str
) -> None:
    billing, files = _files(make_payout(), columns=(column,), **given)  # type: ignore[arg-type]

    assert files == ()
    assert billing.bills == ()
    assert reason in billing.left_out[0].reason
    assert billing.left_out[0].fix


def test_a_negative_amount_is_never_guarded() -> None:
    columns = (Column("Amount", "{amount}"), Column("Note", "{description}"))
    lines = [make_line("cln_1", "1050 USD", description="=HYPERLINK(1)"), make_line("cln_2", "-50 USD")]
    _, (file,) = _files(make_payout(), *lines, columns=columns)

    assert _rows(file)[1:] == [["1050.00", "'=HYPERLINK(1)"], ["-50.00", "Referral"]]


def test_a_file_of_credits_has_positive_amounts_and_a_file_of_both_keeps_the_sign() -> None:
    columns = (Column("Kind", "{kind}"), Column("Amount", "{total}"))
    _, (credit,) = _files(make_payout(total="-5 USD"), columns=columns, kinds=("credit",))
    _, (both,) = _files(make_payout(total="-5 USD"), columns=columns, kinds=("bill", "credit"))

    assert _rows(credit)[1] == ["credit", "5.00"]
    assert _rows(both)[1] == ["credit", "-5.00"]


def test_texts_stay_on_one_line_and_leading_zeros_stay() -> None:
    columns = (Column("Note", "{description}"), Column("PO", "{po_number}"), Column("Words", "{po_note}"))
    line = make_line(total="1000 USD", description="two\nlines")
    _, (file,) = _files(make_payout(po_number="000123"), line, columns=columns)

    assert _rows(file)[1] == ["two lines", "000123", "PO 000123"]


def test_a_text_that_may_be_cut_is_cut() -> None:
    line = make_line(total="1000 USD", description="a long description")
    _, (file,) = _files(make_payout(), line, columns=(Column("Note", "{description}", limit=7, cut=True),))

    assert _rows(file)[1] == ["a long…"]


def test_two_files_of_one_name_are_refused() -> None:
    file = FileLayout("bills.csv", (Column("No", "{number}"),))
    layout = Layout("test", "Test", (file,))
    snapshot = make_snapshot(*_with_lines([make_payout("pay_1"), make_payout("pay_2", "5 EUR")]))
    _, files = lay_out(make_bills(snapshot, layout, Circumstances({}, (), date(2026, 4, 8))), layout)

    with pytest.raises(ConfigurationError, match=r"Two files would be called bills\.csv"):
        seal(files, as_csv)
