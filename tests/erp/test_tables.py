"""Payments in tables: what is found in the file, and what is refused because it can only be guessed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.erp.payments.formats.layout import load_table_layout
from reconcile.erp.payments.model import PaymentFile, PaymentStatus
from reconcile.errors import ConfigurationError, PaymentFileError

Reader = Callable[..., PaymentFile]
HEADER = "Date,Payee,Amount,Currency,Reference\n"


def _amounts(file: PaymentFile) -> list[Decimal]:
    return [payment.amount.amount for payment in file.payments]


def _rules(file: PaymentFile) -> list[str]:
    return [finding.rule for finding in file.findings]


def test_a_plain_table_is_read_with_place_and_values(read: Reader) -> None:
    file = read(HEADER + "2026-04-15,Acme,1000.50,USD,BILL-1\n")
    (payment,) = file.payments

    assert str(payment.place) == "payments.csv, line 2"
    assert str(payment.amount) == "1,000.50 USD"
    assert (str(payment.booked), payment.payee, payment.references) == ("2026-04-15", "Acme", ("BILL-1",))
    assert payment.status is PaymentStatus.PAID


def test_title_rows_and_an_agreeing_total_are_no_payments(read: Reader) -> None:
    text = (
        "Bill Payments\nVendor Inc.\nFor April 2026\n\n"
        "Payment Date,Contact,Invoice Number,Reference,Payment,Currency\n"
        "15 Apr 2026,Acme,BILL-1,r1,10.00,USD\n16 Apr 2026,Bolt,BILL-2,r2,5.50,USD\n"
        "Total,,,,15.50,\n"
    )
    file = read(text)

    assert _amounts(file) == [Decimal("10.00"), Decimal("5.50")]
    assert file.format.startswith("Xero")
    assert "total in line 8 agrees: 15.5" in file.how
    assert any("header in line 5" in words for words in file.how)


def test_a_total_that_differs_is_an_error_with_line_and_value(read: Reader) -> None:
    (finding,) = read(HEADER + "2026-04-15,Acme,10.00,USD,a\nTotal,,15.50,USD,\n").findings

    assert (finding.rule, finding.severity, finding.cell, finding.value) == (
        "control-total", "error", "line 3", "15.5",
    )  # fmt: skip


@pytest.mark.parametrize(
    "footer",
    ["Thursday, Apr 16, 2026 05:32:10 AM GMT-7 - Accrual Basis", "Accrual Basis Thursday, April 16, 2026"],
)
def test_the_time_under_a_quickbooks_report_is_no_row(read: Reader, footer: str) -> None:
    table = HEADER + "2026-04-15,Acme,10.00,USD,a\nTOTAL,,10.00,USD,\n"
    file = read(f'{table}\n"{footer}"\n')

    assert file.payments == read(table).payments
    assert file.findings == ()


def test_a_row_that_is_cut_in_its_date_and_time_is_no_footer(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match="cut off"):
        read(HEADER + "2026-04-15,Acme,10.00,USD,a\n2026-04-15 10:3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_the_encoding_is_found_and_shown(read: Reader, encoding: str) -> None:
    file = read((HEADER + "2026-04-15,Müller & Söhne,10.00,EUR,a\n").encode(encoding))

    assert file.payments[0].payee == "Müller & Söhne"
    assert "encoding" in file.how[0]


def test_letters_that_were_broken_before_are_pointed_out(read: Reader) -> None:
    file = read(HEADER + "2026-04-15,M\u00c3\u00bcller,10.00,EUR,a\n")

    assert [(one.rule, one.cell) for one in file.findings] == [("encoding-broken", "line 2")]


def test_the_columns_that_are_not_read_are_shown(read: Reader) -> None:
    file = read("Date,Payee,Zahlweg,Amount,Currency,Reference,\n2026-04-15,Acme,SEPA,10.00,EUR,a,\n")

    assert file.how[1].endswith("reference from 'Reference'; not read: 'Zahlweg'")


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("15.04.2026", "with the day first"),
        ("04/15/2026", "with the month first"),
        ("2026-04-15", "that name the month or begin with the year"),
        ("15 Apr 2026", "that name the month or begin with the year"),
    ],
)
def test_how_dates_were_read_is_shown(read: Reader, date: str, words: str) -> None:
    file = read(HEADER + f"{date},Acme,10.00,EUR,a\n")

    assert str(file.payments[0].booked) == "2026-04-15"
    assert file.how[2] == f"decimal dot, dates {words}"


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_found_and_shown(read: Reader, mark: str, name: str) -> None:
    file = read((HEADER + "2026-04-15,Acme,10.00,EUR,a\n").replace(",", mark))

    assert _amounts(file) == [Decimal("10.00")]
    assert f"separated by {name}" in file.how[0]


def test_decimal_commas_are_found(read: Reader) -> None:
    file = read(
        "Datum;Empfänger;Betrag;Währung;Referenz\n15.04.2026;Acme;1.234,50;EUR;a\n16.04.2026;B;1.000;EUR;b\n"
    )

    assert _amounts(file) == [Decimal("1234.50"), Decimal(1000)]
    assert "decimal comma" in file.how[2]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("(12.50)", "-12.50"), ("12.50-", "-12.50"), ("\u221212.50", "-12.50"), ("1 234.50", "1234.50"),
     ("1'234.50", "1234.50"), ("$ 12.50", "12.50"), ("12.50 USD", "12.50"), ("1,00,000.00", "100000.00")],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(read: Reader, written: str, amount: str) -> None:
    file = read(HEADER + f'2026-04-15,Acme,"{written}",USD,a\n' + "2026-04-16,Bolt,1.25,USD,b\n" * 9)

    assert _amounts(file)[0] == Decimal(amount)


def test_an_amount_that_may_be_thousands_or_decimals_is_refused(read: Reader) -> None:
    text = HEADER + '2026-04-15,Acme,"1,234",USD,a\n'
    with pytest.raises(PaymentFileError, match=r"payments.csv, line 2 has '1,234'.*--decimal"):
        read(text)

    assert _amounts(read(text, decimal="dot")) == [Decimal(1234)]


def test_a_dot_and_a_comma_in_one_file_are_refused_with_both_lines(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match=r"line 2 has '1.50' and payments.csv, line 3 has '1,50'"):
        read(HEADER + '2026-04-15,Acme,1.50,USD,a\n2026-04-15,Acme,"1,50",USD,b\n')


def test_dates_in_two_orders_are_refused_with_both_lines(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match=r"line 2 has the date '31/03/2026' and payments.csv, line 3"):
        read(HEADER + "31/03/2026,Acme,1.50,USD,a\n03/31/2026,Acme,1.50,USD,b\n")


def test_dates_that_may_be_either_are_refused_and_can_be_told(read: Reader) -> None:
    text = HEADER + "03/04/2026,Acme,1.50,USD,a\n"
    with pytest.raises(PaymentFileError, match=r"line 2 has the date '03/04/2026'.*--date-order"):
        read(text)

    assert str(read(text, date_order="dmy").payments[0].booked) == "2026-04-03"
    assert str(read(text, date_order="mdy").payments[0].booked) == "2026-03-04"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2026-04-15,Acme,ten,USD,a\n", r"line 2: 'ten' is no amount"),
        ("2026-04-15,Acme,1.505,USD,a\n2026-04-15,A,1.50,USD,b\n", r"line 2: 1.505 has more decimals than USD has \(2\)"),
        ("2026-02-30,Acme,1.50,USD,a\n", r"line 2: '2026-02-30' is no date"),
        ("2026-04-15,Acme,1.50,US$,a\n", r"line 2: 'US\$' is no currency"),
        ("2026-04-15,Acme,1.50,,a\n", r"line 2: the file does not say in which currency.*--currency"),
        ("2026-04-15,Acme,1.50 EUR,USD,a\n", r"line 2: the amount is in EUR and the currency column says USD"),
        ('2026-04-15,"Acme,1.50,USD,a\n', r"line 2: the file ends inside a quoted text"),
        ("2026-04-15,Acme,1.50,USD,a\n2026-04-15,Ac", r"line 3: the last row has 2 of 5 columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_line_and_value(read: Reader, row: str, told: str) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(HEADER + row)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n", b"one word", b"\x81\x8d\x8f\x90"])
def test_a_file_without_a_table_is_refused(read: Reader, content: bytes) -> None:
    with pytest.raises(PaymentFileError, match=r"payments.csv"):
        read(content)


def test_a_header_alone_is_a_file_without_payments(read: Reader) -> None:
    file = read(HEADER)

    assert file.payments == ()
    assert _rules(file) == ["no-payments"]


def test_a_table_without_a_known_header_is_refused_and_says_what_to_do(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match=r"no line looks like a header.*'foo \| bar'.*--layout"):
        read("foo,bar\n1,2\n")


def test_two_columns_of_one_name_are_refused(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match=r"line 1: two columns are called 'Amount'"):
        read("Date,Payee,Amount,Amount,Currency\n2026-04-15,Acme,1.50,2.50,USD\n")


def test_negative_amounts_are_payments_where_nearly_all_are_negative(read: Reader) -> None:
    file = read(HEADER + "2026-04-15,Acme,-10.00,USD,a\n2026-04-15,Bolt,-5.00,USD,b\n")

    assert _amounts(file) == [Decimal("10.00"), Decimal("5.00")]
    assert [(one.rule, one.cell) for one in file.findings] == [("sign-turned", "line 2")]


def test_both_signs_in_numbers_are_refused_until_a_person_says_which(read: Reader) -> None:
    text = HEADER + "2026-04-15,Acme,-10.00,USD,a\n2026-04-15,Bolt,5.00,USD,b\n"
    with pytest.raises(PaymentFileError, match=r"line 3 has 5 and payments.csv, line 2 has -10"):
        read(text)
    file = read(text, sign="negative")

    assert [(one.amount.amount, one.status) for one in file.payments] == [(10, "paid"), (-5, "received")]


def test_one_amount_the_other_way_round_in_a_ledger_is_pointed_out_and_stays_in_the_total(
    read: Reader,
) -> None:
    rows = "".join(f"2026-04-{day},Acme,BILL-{day},10.00,USD\n" for day in range(10, 19))
    file = read(
        "Payment Date,Contact,Invoice Number,Payment,Currency\n" + rows + "2026-04-20,Bolt,B,-7.00,USD\n"
    )

    assert [(one.rule, one.cell, one.value) for one in file.findings] == [("sign-other", "line 11", "-7")]
    assert file.totals == {"USD": Decimal("83.00")}


def test_debit_and_credit_columns_and_the_running_balance_are_understood(read: Reader) -> None:
    text = "Date,Description,Paid out,Paid in,Balance\n"
    rows = "2026-04-15,BILL-1 Acme,10.00,,90.00\n2026-04-16,Sale,,5.00,95.00\n"
    file = read(text + rows, currency="GBP")
    broken = read(text + rows.replace("95.00", "96.00"), currency="GBP")

    assert [(one.amount.amount, one.status) for one in file.payments] == [(10, "paid"), (-5, "received")]
    assert "running balance agrees in 2 rows of GBP" in file.how
    assert [(one.rule, one.severity, one.cell) for one in broken.findings] == [
        ("running-balance", "error", "line 3")
    ]


@pytest.mark.parametrize("label", ["Amount (EUR)", "Amount EUR", "Amount [EUR]"])
def test_a_currency_in_the_header_counts_where_the_rows_have_none(read: Reader, label: str) -> None:
    file = read(f"Date,Payee,{label}\n2026-04-15,Acme,10.00\n")

    assert [str(one.amount) for one in file.payments] == ["10.00 EUR"]


def test_the_status_column_decides_what_became_of_a_payment(read: Reader) -> None:
    rows = "".join(
        f"2026-04-15,Acme,10.00,USD,{state}\n" for state in ("ok", "Pending", "Rejected", "Returned")
    )
    file = read("Date,Payee,Amount,Currency,Status\n" + rows)

    assert [one.status for one in file.payments] == ["paid", "ignored", "rejected", "returned"]
    assert file.payments[3].amount.amount == -10


def test_a_netsuite_payment_of_several_bills_is_counted_once(read: Reader) -> None:
    header = (
        "Internal ID,Type,Date,Document Number,Name,Amount (Foreign Currency),Currency,Status,"
        "Applied To Transaction,Applied To Link Amount (Foreign Currency)\n"
    )
    rows = (
        "77,Bill Payment,15/04/2026,PAY1,Acme,-100.00,USD,Approved,,\n"
        "77,Bill Payment,15/04/2026,PAY1,Acme,-100.00,USD,Approved,Bill #A,60.00\n"
        "77,Bill Payment,15/04/2026,PAY1,Acme,-100.00,USD,Approved,Bill #B,30.00\n"
        "77,Bill Payment,15/04/2026,PAY1,Acme,-100.00,USD,Approved,Bill #B,30.00\n"
        "78,Bill Payment,16/04/2026,PAY2,Bolt,-40.00,USD,Pending Approval,Bill #C,40.00\n"
    )
    file = read(header + rows)

    assert file.format.startswith("NetSuite")
    assert [(one.amount.amount, one.status) for one in file.payments] == [
        (60, "paid"), (30, "paid"), (10, "paid"), (40, "ignored"),
    ]  # fmt: skip
    assert _rules(file) == ["row-twice"]
    assert file.totals == {"USD": Decimal(140)}


def test_a_quickbooks_list_is_recognised_and_other_transactions_are_no_payments(read: Reader) -> None:
    file = read(
        "Date,Transaction type,Bill no.,Vendor,Amount,Currency,Txn ID\n"
        "04/15/2026,Bill Payment (Check),BILL-1,Acme,10.00,USD,5\n04/16/2026,Bill,BILL-2,Acme,10.00,USD,6\n"
    )

    assert file.format.startswith("QuickBooks")
    assert [one.status for one in file.payments] == ["paid", "ignored"]


def test_a_layout_of_ones_own_reads_any_table(read: Reader, tmp_path: Path) -> None:
    layout = tmp_path / "my-bank.toml"
    layout.write_text(
        'decimal = "comma"\ncurrency = "EUR"\n[columns]\namount = "Wieviel"\nreference = "Wofür"\n'
    )
    file = read("Wieviel;Wofür\n1,234;BILL-1\n".replace("1,234", "1234,5"), layout=layout)

    assert [str(one.amount) for one in file.payments] == ["1,234.50 EUR"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1\n[columns]\namount = 'A'\n", "key colour is not known"),
        ("[columns]\ndate = 'A'\n", "needs an amount"),
        ("[columns]\namount = 'A'\nprice = 'B'\n", "columns.price is not known"),
        ("decimal = 'dots'\n[columns]\namount = 'A'\n", "decimal must be one of: dot, comma"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_wrong_layout_is_refused_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)

    with pytest.raises(ConfigurationError, match=told):
        load_table_layout(str(file), None)


@pytest.mark.parametrize("label", ["Payment currency", "Currency Code", "Zahlungswährung", "Settlement Ccy"])
@pytest.mark.parametrize("word", ["EUR", "euro", "N/A"])
def test_the_currency_of_the_command_never_stands_for_what_a_currency_column_says(
    read: Reader, label: str, word: str
) -> None:
    text = f"Date,Description,{label},Amount\n2026-04-15,pay a,{word},-5.00\n2026-04-16,pay b,USD,-6.00\n"

    if word == "EUR":
        assert [one.amount.currency for one in read(text, currency="USD").payments] == ["EUR", "USD"]
    else:
        with pytest.raises(PaymentFileError, match="is no currency"):
            read(text, currency="USD")


def test_an_empty_currency_column_and_one_of_rates_leave_it_to_the_command(read: Reader) -> None:
    text = (
        "Date,Description,Amount,Instructed Currency,Currency Exchange Rate\n2026-04-15,pay a,-5.00,,\n"
        "2026-04-16,pay b,-6.00,,1.08\n"
    )

    assert [one.amount.currency for one in read(text, currency="USD").payments] == ["USD", "USD"]


NETSUITE = (
    "Internal ID,Type,Date,Document Number,Name,Amount (Foreign Currency),Currency: Name,Status,"
    "Applied To Transaction,Applied To Link Amount (Foreign Currency)\n"
)


@pytest.mark.parametrize(
    ("links", "total", "sign", "amounts"),
    [
        (("100.00", "-20.00"), "-80.00", "positive", ["100.00", "-20.00"]),
        (("100.00", "-20.00"), "80.00", "positive", ["100.00", "-20.00"]),
        (("100.00", "50.00"), "-170.00", "", ["100.00", "50.00", "20.00"]),
        (("-100.00",), "-150.00", "", ["100.00", "50.00"]),
    ],
    ids=["a credit", "a credit, positive total", "more than applied", "all negative"],
)
def test_what_a_payment_applied_comes_to_its_total_and_no_money_is_invented(
    read: Reader, links: tuple[str, ...], total: str, sign: str, amounts: list[str]
) -> None:
    rows = (
        f"77,Bill Payment,2026-04-15,PAY1,Acme,{total},USD,Approved,Bill #{number},{link}\n"
        for number, link in enumerate(links)
    )

    file = read(NETSUITE + "".join(rows), sign=sign)

    assert [one.amount.amount for one in file.payments] == [Decimal(amount) for amount in amounts]
