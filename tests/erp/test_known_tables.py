"""Tables of services and banks are known by their headers and read with their own words. All rows are made up."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from reconcile.domain.money import totals
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.money_back import CAME_IN
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Verdict, residual
from reconcile.erp.payments.formats.layout import COMPARED, known_tables, load_table_layout
from reconcile.erp.payments.model import PaymentFile, PaymentStatus
from reconcile.errors import ConfigurationError, PaymentFileError
from reconcile.resources import manual_page

Reader = Callable[..., PaymentFile]
ID: Final = "pay_aaaa1111bbbb2222"


class Table(NamedTuple):
    """A small file: its header, its rows, and what they are read as: amount, status, payee.

    status: the column whose word says what became of a row; -1 for none. hints: what a person must say.
    """

    header: str
    rows: tuple[str, ...]
    told: tuple[tuple[str, str, str], ...]
    status: int = -1
    hints: dict[str, str] = {}  # noqa: RUF012  never changed


REVOLUT_BUSINESS: Final = (
    "Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Card number,Card label,"
    "Card state,Orig currency,Orig amount,Payment currency,Amount,Total amount,Exchange rate,Fee,Fee currency,"
    "Balance,Account,Beneficiary account number,Beneficiary sort code or routing number,Beneficiary IBAN,"
    "Beneficiary BIC,MCC,Related transaction id,Spend program"
)
MERCURY: Final = (
    "Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference,Note,Last Four Digits,"
    "Name On Card,Mercury Category,Category,GL Code,Timestamp,Original Currency,Check Number,Tags"
)
NAVY: Final = (
    "Posting Date,Transaction Date,Amount,Credit Debit Indicator,type,Type Group,Reference,Instructed Currency,"
    "Currency Exchange Rate,Instructed Amount,Description,Category,Check Serial Number,Card Ending"
)
PAYPAL: Final = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,"
    "Transaction ID,Invoice Number,Subject,Note,Balance Impact"
)
SPARKASSE: Final = (
    "Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Glaeubiger ID;Mandatsreferenz;"
    "Kundenreferenz (End-to-End);Sammlerreferenz;Lastschrift Ursprungsbetrag;Auslagenersatz Ruecklastschrift;"
    "Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;BIC (SWIFT-Code);Betrag;Waehrung;Info"
)
STRIPE: Final = (
    "id,Amount,Created (UTC),Currency,Livemode,Arrival Date (UTC),Source Type,Destination,Status,Type,Method,"
    "Description,Balance Transaction,Failure Balance Transaction,Failure Message,Failure Code,"
    "Statement Descriptor,Trace ID,Trace ID Status,Destination Name,Destination Country,Destination Last 4"
)
TABLES: Final = {
    "wise": Table(
        "ID,Status,Direction,Created on,Finished on,Source fee amount,Source fee currency,Target fee amount,"
        "Target fee currency,Source name,Source amount (after fees),Source currency,Target name,"
        "Target amount (after fees),Target currency,Exchange rate,Reference,Batch,Created by,Category,Note",
        (
            f"TRANSFER-1,COMPLETED,OUT,2026-04-15 09:00:00,2026-04-15 09:05:00,0.45,EUR,,,Us,92.00,EUR,Fabrikam,100.00,USD,1.087,{ID},,Me,,",
            "TRANSFER-2,COMPLETED,IN,2026-04-16 09:00:00,2026-04-16 09:05:00,0,EUR,,,Northwind,7.00,EUR,Us,7.00,EUR,1,,,Me,,",
            "BALANCE-3,COMPLETED,NEUTRAL,2026-04-17 09:00:00,2026-04-17 09:05:00,0,EUR,,,Us,50.00,EUR,Us,54.00,USD,1.08,,,Me,,",
            "TRANSFER-4,REFUNDED,OUT,2026-04-18 09:00:00,2026-04-18 09:05:00,0,EUR,,,Us,5.00,EUR,Contoso,5.00,EUR,1,,,Me,,",
            "TRANSFER-5,CANCELLED,OUT,2026-04-18 09:00:00,,0,EUR,,,Us,6.00,EUR,Contoso,6.00,EUR,1,,,Me,,",
        ),
        (("92.00 EUR", "paid", "Fabrikam"), ("-7.00 EUR", "received", "Us"), ("50.00 EUR", "ignored", "Us"),
         ("-5.00 EUR", "returned", "Contoso"), ("6.00 EUR", "ignored", "Contoso")), 1,
    ),
    "wise-statement": Table(
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Exchange From,"
        "Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,Card Last Four Digits,"
        "Card Holder Full Name,Attachment,Note,Total fees",
        (
            f"TRANSFER-1,15-04-2026,-100.00,EUR,Sent money to Fabrikam,{ID},893.00,,,,,Fabrikam,DE1,,,,,,0.45",
            "TRANSFER-2,16-04-2026,7.00,EUR,Received money from Northwind,,900.00,,,,Northwind,,,,,,,,0",
        ),
        (("100.00 EUR", "paid", "Fabrikam"), ("-7.00 EUR", "received", "")),
    ),
    "revolut": Table(
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance",
        (
            f"TRANSFER,Current,2026-04-15 09:00:00,2026-04-15 09:05:00,To Fabrikam {ID},-100.00,0.50,EUR,COMPLETED,899.50",
            "TOPUP,Current,2026-04-16 09:00:00,2026-04-16 09:05:00,Payment from Northwind,7.00,0.00,EUR,COMPLETED,906.50",
            "EXCHANGE,Current,2026-04-17 09:00:00,2026-04-17 09:05:00,Exchanged to USD,-6.50,0.00,EUR,COMPLETED,900.00",
            "TRANSFER,Current,2026-04-18 09:00:00,,To Contoso,-5.00,0.00,EUR,PENDING,",
        ),
        (("100.00 EUR", "paid", f"Fabrikam {ID}"), ("-7.00 EUR", "received", "Payment from Northwind"),
         ("6.50 EUR", "ignored", "Exchanged to USD"), ("5.00 EUR", "ignored", "Contoso")), 8,
    ),
    "revolut-business": Table(
        REVOLUT_BUSINESS,
        (
            f"2026-04-15,2026-04-15,aaaa,TRANSFER,COMPLETED,To Fabrikam,{ID},Me,,,,USD,110.00,EUR,-100.00,-100.20,,0.20,EUR,899.80,EUR Main,,,DE1,B,,,",
            "2026-04-16,2026-04-16,bbbb,TOPUP,COMPLETED,Payment from Northwind,,,,,,EUR,7.00,EUR,7.00,7.00,,0.00,EUR,906.80,EUR Main,,,,,,,",
            "2026-04-17,2026-04-17,cccc,TRANSFER,REVERTED,To Contoso,,Me,,,,EUR,5.00,EUR,-5.00,-5.00,,0.00,EUR,906.80,EUR Main,,,,,,,",
        ),
        (("100.00 EUR", "paid", "Fabrikam"), ("-7.00 EUR", "received", "Payment from Northwind"),
         ("-5.00 EUR", "returned", "Contoso")), 4,
    ),
    "mercury": Table(
        MERCURY,
        (
            f"04-15-2026,Fabrikam,-100.00,Sent,Mercury Checking xx1,FABRIKAM,{ID},,,,,,,04-15-2026 09:00:00,EUR,,",
            "04-03-2026,Northwind,7.00,Sent,Mercury Checking xx1,NORTHWIND,,,,,,,,04-03-2026 09:00:00,USD,,",
            "04-04-2026,Contoso,-5.00,Failed,Mercury Checking xx1,CONTOSO,,,,,,,,04-04-2026 09:00:00,USD,,",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("-7.00 USD", "received", "Northwind"), ("5.00 USD", "rejected", "Contoso")), 3,
    ),
    "qonto": Table(
        "Status,Settlement date (UTC),Operation date (UTC),Total amount (incl. VAT),Currency,Counterparty name,"
        "Payment method,Transaction ID,IBAN,Reference,Category,Note,VAT amount,Initiator",
        (
            f"settled,2026-04-15 08:00:00,2026-04-15 08:00:00,-100.00,EUR,Fabrikam,transfer,qt_1,BE1,{ID},,,,Me",
            "settled,2026-04-16 08:00:00,2026-04-16 08:00:00,7.00,EUR,Northwind,income,qt_2,BE1,,,,,Me",
            "declined,2026-04-17 08:00:00,2026-04-17 08:00:00,-5.00,EUR,Contoso,transfer,qt_3,BE1,,,,,Me",
        ),
        (("100.00 EUR", "paid", "Fabrikam"), ("-7.00 EUR", "received", "Northwind"), ("5.00 EUR", "rejected", "Contoso")), 0,
    ),
    "paypal": Table(
        PAYPAL,
        (
            f"04/15/2026,09:00:00,PDT,Fabrikam,Mass Pay Payment,Completed,USD,-100.00,-1.00,-101.00,a@x,b@x,1A,,{ID},,Debit",
            "04/16/2026,09:00:00,PDT,Northwind,General Payment,Completed,USD,7.00,-0.30,6.70,a@x,b@x,2B,,,,Credit",
            "04/17/2026,09:00:00,PDT,Contoso,Mass Pay Payment,Unclaimed,USD,-5.00,0.00,-5.00,a@x,b@x,3C,,,,Debit",
            "04/18/2026,09:00:00,PDT,,General Currency Conversion,Completed,USD,-6.00,0.00,-6.00,,,4D,,,,Debit",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("-7.00 USD", "received", "Northwind"), ("5.00 USD", "ignored", "Contoso"),
         ("6.00 USD", "ignored", "")), 5,
    ),
    "bill": Table(
        "Vendor Name,Payment Status,Process Date,Arrives By,Amount,Currency,Invoice #,Invoice Date,Payment Method,"
        "Confirmation #,Bank Account",
        (
            f'Fabrikam,Paid,03/02/2026,03/05/2026,"1,250.00",USD,{ID},02/15/2026,ePayment,P26030201 - 0012345,Chase 1234',
            "Contoso,Void,03/03/2026,03/06/2026,250.00,USD,INV-89,02/16/2026,Check,P26030301 - 0012346,Chase 1234",
        ),
        (("1,250.00 USD", "paid", "Fabrikam"), ("250.00 USD", "ignored", "Contoso")), 1,
    ),
    "ramp": Table(
        "Bill ID,Vendor,Invoice number,Amount,Currency,Payment date,Payment method,Payment status,Memo",
        (
            f"b1,Fabrikam,{ID},100.00,USD,2026-04-15,ACH,Paid,March",
            "b2,Contoso,INV-2,5.00,USD,2026-04-16,ACH,Scheduled,March",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("5.00 USD", "ignored", "Contoso")), 7,
    ),
    "brex": Table(
        "Posted date,To / From,Amount,Status,Initiated by,Memo,Account",
        (
            f"04/15/2026,Fabrikam,-100.00,Completed,Me,{ID},Cash",
            "04/16/2026,Northwind,7.00,Completed,Me,,Cash",
            "04/17/2026,Contoso,-5.00,Processing,Me,,Cash",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("-7.00 USD", "received", "Northwind"), ("5.00 USD", "ignored", "Contoso")), 3,
    ),
    "airwallex": Table(
        "Short reference ID,Status,Created at,Transfer date,Beneficiary name,Source amount,Source currency,"
        "Transfer amount,Transfer currency,Fee amount,Fee currency,Reference,Failure reason",
        (
            f"P1,PAID,2026-04-14,2026-04-15,Fabrikam,92.00,EUR,100.00,USD,1.00,EUR,{ID},",
            "P2,IN_APPROVAL,2026-04-14,2026-04-16,Contoso,5.00,EUR,5.00,EUR,0.00,EUR,x,",
            "P3,FAILED,2026-04-14,2026-04-16,Contoso,6.00,EUR,6.00,EUR,0.00,EUR,x,Account closed",
        ),
        (("92.00 EUR", "paid", "Fabrikam"), ("5.00 EUR", "ignored", "Contoso"), ("6.00 EUR", "rejected", "Contoso")), 1,
    ),
    "stripe-payouts": Table(
        STRIPE,
        (
            f"po_1,100.00,2026-04-14 01:00,usd,true,2026-04-15 00:00,card,ba_1,paid,bank_account,standard,,txn_1,,,,{ID},,,Fabrikam,US,1234",
            "po_2,5.00,2026-04-14 01:00,usd,true,2026-04-16 00:00,card,ba_2,in_transit,bank_account,standard,,txn_2,,,,,,,Contoso,US,1234",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("5.00 USD", "ignored", "Contoso")), 8,
    ),
    "stripe-balance": Table(
        "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,"
        "automatic_payout_id,description",
        (
            f"txn_1,2026-04-15 00:00:00,2026-04-15 00:00:00,usd,-100.00,0.00,-100.00,transfer,,{ID}",
            "txn_2,2026-04-16 00:00:00,2026-04-16 00:00:00,usd,7.00,0.50,6.50,charge,,Order 7",
        ),
        (("100.00 USD", "paid", ID), ("-7.00 USD", "received", "Order 7")),
    ),
    "ing": Table(
        "Datum;Naam / Omschrijving;Rekening;Tegenrekening;Code;Af Bij;Bedrag (EUR);Mutatiesoort;Mededelingen;"
        "Saldo na mutatie;Tag",
        (
            "20260416;Northwind;NL1;NL2;GT;Bij;7,00;Online;Order 7;907,00;",
            f"20260415;Fabrikam;NL1;NL2;GT;Af;100,00;Online;{ID};900,00;",
        ),
        (("-7.00 EUR", "received", "Northwind"), ("100.00 EUR", "paid", "Fabrikam")),
    ),
    "ing-germany": Table(
        "Umsatzanzeige;Datei erstellt am: 30.04.2026\n\nIBAN;DE1\nBank;ING\n\n"
        "Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung",
        (
            "16.04.2026;16.04.2026;Northwind;Gutschrift;Order 7;907,00;EUR;7,00;EUR",
            f"15.04.2026;15.04.2026;Fabrikam;Lastschrift;{ID};900,00;EUR;-100,00;EUR",
        ),
        (("-7.00 EUR", "received", "Northwind"), ("100.00 EUR", "paid", "Fabrikam")),
    ),
    "sparkasse": Table(
        SPARKASSE,
        (
            f"DE1;15.04.26;15.04.26;UEBERWEISUNG;Provision;;;{ID};;;;Fabrikam;DE2;B;-100,00;EUR;Umsatz gebucht",
            "DE1;16.04.26;16.04.26;GUTSCHRIFT;Order 7;;;;;;;Northwind;DE3;B;7,00;EUR;Umsatz gebucht",
            "DE1;17.04.26;17.04.26;UEBERWEISUNG;Provision;;;;;;;Contoso;DE4;B;-5,00;EUR;Umsatz vorgemerkt",
        ),
        (("100.00 EUR", "paid", "Fabrikam"), ("-7.00 EUR", "received", "Northwind"), ("5.00 EUR", "ignored", "Contoso")), 16,
    ),
    "navy-federal": Table(
        NAVY,
        (
            f"04/15/2026,04/15/2026,100.00,Debit,Debit Transfer,ACH,,,,,Fabrikam {ID},Transfers,,",
            "04/16/2026,04/16/2026,7.00,Credit,Credit Transfer,ACH,,,,,Northwind,Transfers,,",
        ),
        (("100.00 USD", "paid", f"Fabrikam {ID}"), ("-7.00 USD", "received", "Northwind")),
    ),
    "capital-one": Table(
        "Account Number,Transaction Description,Transaction Date,Transaction Type,Transaction Amount,Balance",
        (
            "1234,Northwind,04/16/26,Credit,7.00,907.00",
            f"1234,Fabrikam {ID},04/15/26,Debit,100.00,900.00",
        ),
        (("-7.00 USD", "received", "Northwind"), ("100.00 USD", "paid", f"Fabrikam {ID}")),
    ),
    "capital-one-card": Table(
        "Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit",
        (f"2026-04-15,2026-04-16,1234,Fabrikam {ID},Services,100.00,", "2026-04-16,2026-04-17,1234,Northwind,Payment,,7.00"),
        (("100.00 USD", "paid", f"Fabrikam {ID}"), ("-7.00 USD", "received", "Northwind")),
    ),
    "american-express": Table(
        "Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,Address,"
        "City/State,Zip Code,Country,Reference,Category",
        (
            f"04/15/2026,Fabrikam,Me,-1001,100.00,{ID},FABRIKAM,,,,,'320261,Services",
            "04/16/2026,Northwind,Me,-1001,-7.00,,NORTHWIND,,,,,'320262,Services",
        ),
        (("100.00 USD", "paid", "Fabrikam"), ("-7.00 USD", "received", "Northwind")), -1, {"currency": "USD"},
    ),
}  # fmt: skip
NAMES: Final = [one.name for one in known_tables(None)]


def _text(table: Table, rows: tuple[str, ...] | None = None) -> str:
    return "\n".join((table.header, *(table.rows if rows is None else rows))) + "\n"


def _said(file: PaymentFile) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(one.amount), one.status.value, one.payee) for one in file.payments)


def test_every_layout_has_a_table_here() -> None:
    assert sorted(TABLES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_known_by_its_header_and_read_with_its_own_words(read: Reader, name: str) -> None:
    table = TABLES[name]
    file = read(_text(table), **table.hints)

    assert file.format == load_table_layout(name, None).title
    assert _said(file) == table.told
    assert any(ID in text for one in file.payments for text in one.references)
    assert [one.rule for one in file.findings if one.severity == "error"] == []
    assert {str(one.booked) for one in file.payments if one.status is PaymentStatus.PAID} <= {
        "2026-04-15", "2026-04-16", "2026-03-02",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_a_known_table_sum_to_the_file(read: Reader, name: str) -> None:
    table = TABLES[name]
    file = read(_text(table), **table.hints)
    every = totals(one.amount for one in file.payments)

    assert file.totals == every
    assert len(file.payments) == len(table.rows)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.status >= 0])
def test_a_word_that_a_known_table_does_not_have_pays_nothing(read: Reader, name: str) -> None:
    table = TABLES[name]
    separator = ";" if ";" in table.header else ","
    # The amounts with thousands are quoted; no status stands behind one.
    cells = next(row for row in table.rows if ID in row).split(separator)
    cells[table.status] = "Wibble"
    file = read(_text(table, (separator.join(cells),)), **table.hints)

    assert [one.status for one in file.payments] == [PaymentStatus.UNKNOWN]
    assert [one.rule for one in file.findings if one.severity == "error"] == ["status-unknown"]


@pytest.mark.parametrize(
    "name", [one.name for one in known_tables(None) if one.columns.get("direction") and not one.sign]
)
def test_a_known_table_with_a_strange_direction_pays_nothing(read: Reader, name: str) -> None:
    table = TABLES[name]
    words = {"wise": "OUT", "ing": "Af", "navy-federal": "Debit,", "capital-one": "Debit"}
    row = next(row for row in table.rows if ID in row)
    strange = row.replace(words[name], "Sideways,Debit"[: 9 if name == "navy-federal" else 8], 1)
    file = read(_text(table, (strange,)), **table.hints)

    assert [one.status for one in file.payments] == [PaymentStatus.UNKNOWN]


@pytest.mark.parametrize(
    "name", [name for name, table in TABLES.items() if "Northwind" in "".join(table.rows)]
)
def test_money_that_comes_back_into_a_known_table_leaves_nothing_paid(read: Reader, name: str) -> None:
    """The row of money received gets the id and the amount of the payment."""
    table = TABLES[name]
    paid = next(one for one in read(_text(table), **table.hints).payments if one.status is PaymentStatus.PAID)
    back = next(row for row in table.rows if "Northwind" in row)
    back = re.sub(r"(?<![\d.])7([.,])00\b", rf"{int(paid.amount.amount)}\g<1>00", back).replace(
        "Northwind", ID
    )
    file = read(_text(table, (*table.rows, back)), **table.hints)
    owed = Owed("p", "p", "Fabrikam", paid.amount, "APPROVED", None, (ID,))
    result = match_payments([file], [owed], PaymentPolicy())

    came_in = [one for one in file.payments if one.amount == -paid.amount]
    assert [one.status in CAME_IN for one in came_in] == [True]
    assert [match for match in result.matches if match.verdict is Verdict.PAID] == []
    assert {one: sums for one, sums in residual(result.payment_parts, file.totals).items() if sums} == {}


def test_a_table_without_its_direction_asks(read: Reader) -> None:
    header = (
        TABLES["capital-one"].header.replace("Transaction Type,", "").replace("Transaction Amount", "Amount")
    )
    with pytest.raises(PaymentFileError, match="--sign"):
        read(f"{header}\n1234,Fabrikam {ID},04/15/26,100.00,900.00\n", currency="USD")


def test_what_the_payee_got_in_another_currency_is_kept(read: Reader) -> None:
    ordered = {
        name: read(_text(TABLES[name])).payments[0].instructed
        for name in ("wise", "airwallex", "revolut-business")
    }

    assert {name: str(money) for name, money in ordered.items()} == {
        "wise": "100.00 USD", "airwallex": "100.00 USD", "revolut-business": "110.00 USD",
    }  # fmt: skip


def test_a_running_balance_counts_the_fees(read: Reader) -> None:
    table = TABLES["revolut"]
    assert "running balance agrees in 3 rows of EUR" in read(_text(table)).how

    rows = (table.rows[0], table.rows[1].replace("906.50", "906.51"))
    assert [one.rule for one in read(_text(table, rows)).findings] == ["running-balance"]


def test_a_known_table_is_taken_by_name_too(read: Reader) -> None:
    assert _said(read(_text(TABLES["wise"]), layout="wise")) == TABLES["wise"].told


@pytest.mark.parametrize(
    ("content", "told"),
    [('wise = "x"\n', "wise must be a section"), ("[wise]\nfoo = 1\n", r"wise\.foo is not known"),
     ('[wise]\ncompared = "yes"\n[wise.columns]\namount = ["A"]\n', r"wise\.compared must be one of")],
)  # fmt: skip
def test_a_wrong_section_is_named(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "known-payments.toml").write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=told):
        known_tables(tmp_path)


def test_the_manual_lists_every_known_table_and_what_it_was_compared_with() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \|$", manual_page("payments"), re.MULTILINE)
    words = dict(
        zip(COMPARED, ("an export in public", "the fields of its interface", "nothing public"), strict=True)
    )

    listed = {name: (title, compared) for name, title, compared in rows if name in NAMES}
    assert listed == {one.name: (one.title, words[one.compared]) for one in known_tables(None)}


def test_amounts_of_a_known_table_are_exact(read: Reader) -> None:
    assert read(_text(TABLES["bill"])).payments[0].amount.amount == Decimal("1250.00")
