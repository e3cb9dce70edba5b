"""Kinds, numbers, days and other columns that leave a payment to a person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import PaymentFile, Source
from reconcile.errors import PaymentFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[..., PaymentFile]
from erp.doubt_cases import ID, LAYOUTS, MT940, one_row_table, owed_payout, paid_count

BAI2 = (
    "01,A,B,260416,0100,1,,,2/\n02,B,A,1,260415,0100,USD,2/\n03,123,USD,,,,/\n"
    "16,{kind},10000,Z,B1,C1,{id} Acme Partners\n49,10000,3/\n98,10000,1,5/\n99,10000,1,7/\n"
)


OFX = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
    "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    "<DTSERVER>20260416<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0"
    "<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM>"
    "<BANKTRANLIST><DTSTART>20260401<DTEND>20260430<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20260415<TRNAMT>-100.00"
    "<FITID>f1{more}<NAME>Acme Partners<MEMO>{id}</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>1<DTASOF>20260430"
    "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)


@pytest.mark.parametrize(
    ("text", "kinds", "paid"),
    [
        (BAI2, ("409", "451", "455", "466", "475", "495", "508", "699"), 1),
        (BAI2, ("400", "408", "423", "468", "496", "524", "552", "555", "557", "575", "698"), 0),
        (OFX, ("DEBIT", "CHECK", "PAYMENT", "XFER", "REPEATPMT", "OTHER"), 1),
        (OFX, ("HOLD", "DEP", "DIRECTDEP", "CREDIT", "FEE", "INT"), 0),
        (MT940, ("NTRF", "NCHK", "NSTO", "NMSC", "S103"), 1),
        (MT940, ("NRTI", "FRTI", "NCHG", "NINT", "NCOM"), 0),
    ],
    ids=["BAI2", "BAI2, no payments", "OFX", "OFX, no payments", "MT940", "MT940, no payments"],
)
def test_a_debit_of_a_kind_that_is_no_payment_is_left_to_a_person(
    read: Reader, text: str, kinds: tuple[str, ...], paid: int
) -> None:
    for kind in kinds:
        file = read(text.format(kind=kind, id=ID, more=""), name="bank.txt")
        result = match_payments([file], [owed_payout()], PaymentPolicy())

        assert (kind, paid_count(result), len(result.suggestions)) == (kind, paid, 1 - paid)


def test_a_correction_of_another_transaction_is_left_to_a_person(read: Reader) -> None:
    text = OFX.format(kind="DEBIT", id=ID, more="<CORRECTFITID>f0<CORRECTACTION>DELETE")
    result = match_payments([read(text, name="bank.ofx")], [owed_payout()], PaymentPolicy())

    assert (paid_count(result), len(result.suggestions)) == (0, 1)


@pytest.mark.parametrize(
    "reference", ["March", "TBD", "N/A", "2026", "12", "202603", "20260415", "2026-04-15"]
)
@pytest.mark.parametrize("po", [False, True], ids=["bill number", "PO number"])
def test_a_number_that_says_too_little_is_at_most_a_suggestion(
    read: Reader, reference: str, *, po: bool
) -> None:
    """Partner, amount and word agree, and the word stands in many texts by itself."""
    known = (
        replace(owed_payout(), po_number=reference)
        if po
        else replace(owed_payout(), references=(ID, reference))
    )
    file = read(one_row_table("Memo", reference).replace(ID, "x"))

    assert paid_count(match_payments([file], [known], PaymentPolicy())) == 0


@pytest.mark.parametrize("reference", ["INV-1", "PO-7788", "778899", "4500012345"])
def test_a_number_that_says_enough_is_paid(read: Reader, reference: str) -> None:
    file = read(one_row_table("Memo", reference).replace(ID, "x"))

    assert (
        paid_count(match_payments([file], [replace(owed_payout(), po_number=reference)], PaymentPolicy()))
        == 1
    )


@pytest.mark.parametrize("theirs", ["100", "7"])
def test_an_id_beside_the_name_of_another_partner_is_a_suggestion_whatever_that_one_is_owed(
    read: Reader, theirs: str
) -> None:
    other = replace(
        owed_payout("Beta Ltd"),
        payout_id="pay_b",
        amount=Money(Decimal(theirs), "USD"),
        references=("pay_b",),
    )
    result = match_payments(
        [read(one_row_table("Memo", "", payee="Beta Ltd"))], [owed_payout(), other], PaymentPolicy()
    )

    assert (paid_count(result), len(result.suggestions)) == (0, 1)


@pytest.mark.parametrize(("today", "paid"), [(14, 1), (15, 1), (13, 0), (1, 0)])
def test_a_payment_of_a_day_to_come_did_not_leave_yet(read: Reader, today: int, paid: int) -> None:
    """It is dated 15 April; one day more is given for time zones."""
    file = read(one_row_table("Memo", "x"))
    result = match_payments([file], [owed_payout()], PaymentPolicy(), today=date(2026, 4, today))

    assert (paid_count(result), len(result.suggestions)) == (paid, 1 - paid)


@pytest.mark.parametrize(
    "header",
    ["Due date", "Scheduled date", "Invoice date", "Fälligkeit", "Échéance", "Vencimiento", "Vervaldatum"],
)
@pytest.mark.parametrize("day", ["2026-04-15", "2126-12-15"])
def test_a_list_of_bills_that_tells_no_day_of_payment_pays_nothing(
    read: Reader, header: str, day: str
) -> None:
    text = f"Vendor,Reference,{header},Amount,Currency\nAcme Partners,{ID},{day},100.00,USD\n"

    assert paid_count(match_payments([read(text)], [owed_payout()], PaymentPolicy())) == 0


OWED = [
    ("Balance due", "100.00"), ("Open balance", "100.00"), ("Amount due", "40.00"), ("Offener Betrag", "100.00"),
    ("On hold", "Yes"), ("Comment", "held for review"), ("Comment", "stopped"), ("Comment", "duplicate, deleted"),
    ("Info", "Forecast"), ("Paid on", ""), ("Bezahlt am", ""),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text"), OWED)
def test_what_is_still_owed_or_held_pays_nothing(read: Reader, header: str, text: str) -> None:
    table = (
        f"Date,Payee,Amount,Currency,Reference,{header}\n2026-04-15,Acme Partners,100.00,USD,{ID},{text}\n"
    )

    assert paid_count(match_payments([read(table)], [owed_payout()], PaymentPolicy())) == 0


@pytest.mark.parametrize(
    ("header", "text"),
    [("Open balance", "0.00"), ("On hold", "No"), ("Due date", "2026-05-01"), ("Paid on", "2026-04-15")],
)
def test_an_ordinary_column_of_the_same_kind_says_nothing_against_a_payment(
    read: Reader, header: str, text: str
) -> None:
    assert (
        paid_count(match_payments([read(one_row_table(header, text))], [owed_payout()], PaymentPolicy())) == 1
    )


@pytest.mark.parametrize("late", [0, 1], ids=["the first file", "the second file"])
def test_a_doubt_of_either_file_that_tells_of_a_payment_counts(read: Reader, late: int) -> None:
    files = [
        read(one_row_table("Void date", ""), name="a.csv"),
        read(one_row_table("Void date", ""), name="b.csv"),
    ]
    files[late] = read(one_row_table("Void date", "2026-04-20"), name=files[late].name)
    result = match_payments(files, [owed_payout()], PaymentPolicy())

    assert (paid_count(result), len(result.suggestions), len(result.repeated)) == (0, 1, 1)


def test_a_list_that_shows_no_payment_is_shown_to_be_one_by_the_bank(read: Reader) -> None:
    listed = read(f"Date,Vendor,Invoice number,Amount,Currency\n2026-04-15,Acme Partners,{ID},100.00,USD\n")
    bank = read(MT940.format(kind="NTRF", id=ID), name="bank.sta")

    assert paid_count(match_payments([listed], [owed_payout()], PaymentPolicy())) == 0
    assert (
        paid_count(match_payments([replace(listed, ledger=True), bank], [owed_payout()], PaymentPolicy()))
        == 1
    )


@pytest.mark.parametrize("word", ["Voided", "Cancelled", "Deleted", "Storniert"])
def test_a_voided_row_of_a_payout_leaves_its_other_payment_to_a_person(read: Reader, word: str) -> None:
    rows = "".join(
        f"2026-04-{day},Acme Partners,100.00,USD,{ID},{state}\n" for day, state in ((14, word), (15, "Paid"))
    )
    file = read(f"Payment date,Payee,Amount,Currency,Reference,Status\n{rows}")
    result = match_payments([file], [owed_payout()], PaymentPolicy())

    assert (paid_count(result), len(result.suggestions)) == (0, 1)


ROWS = [
    ("Payment date", "Execution date", "2026-04-28", 1), ("Payment date", "Execution date", "2026-04-29", 0),
    ("Payment date", "Versand am", "2026-12-31", 0), ("Payment date", "Value date", "2026-12-31", 0),
    ("Payment date", "Scheduled date", "2026-12-31", 0), ("Payment date", "Due date", "2026-12-31", 1),
    ("Payment date", "Valid until", "2026-12-31", 1), ("Payment date", "Contract end", "2026-12-31", 1),
    ("Payment date", "Period", "2026-12-31", 1), ("Payment date", "Card number", "20261231", 1),
]  # fmt: skip


@pytest.mark.parametrize(("first", "label", "day", "paid"), ROWS)
def test_a_day_to_come_in_another_column_of_days_leaves_it_to_a_person(
    read: Reader, first: str, label: str, day: str, paid: int
) -> None:
    text = f"{first},Payee,Amount,Currency,Reference,{label}\n2026-04-15,Acme,100.00,USD,{ID},{day}\n"
    result = match_payments([read(text)], [owed_payout()], PaymentPolicy(), today=date(2026, 4, 21))

    assert (paid_count(result), len(result.suggestions)) == (paid, 1 - paid)


def test_a_column_that_holds_other_things_than_days_is_no_column_of_days(read: Reader) -> None:
    rows = "".join(f"2026-04-15,Acme,100.00,USD,{ID},{text}\n" for text in ("2026-12-31", "Lot 4"))

    (first, _) = read(f"Payment date,Payee,Amount,Currency,Reference,Lot\n{rows}").payments
    assert first.days == ()


@given(
    label=st.sampled_from(
        [
            "Due date",
            "Fällig am",
            "Échéance",
            "Vencimiento",
            "Scadenza",
            "Vervaldag",
            "Förfallodag",
            "Zahlungsziel",
            "Invoice date",
            "Rechnungsdatum",
            "Date de facture",
            "Fattura del",
            "Factuurdatum",
            "Data da fatura",
            "Created",
            "Erstellt am",
            "Créé le",
            "Planned payment date",
            "Gewünschter Termin",
            "Fecha prevista",
        ]
    ),
    payee=st.sampled_from(["Vendor", "Supplier", "Payee", "Partner", "Empfänger", "Name"]),
    amount=st.sampled_from(["Amount", "Betrag"]),
    more=st.lists(st.sampled_from(["Terms", "Department", "Currency code", "IBAN", "Comment"]), unique=True),
)
def test_a_table_whose_only_day_is_that_of_a_bill_never_ends_at_paid(
    label: str, payee: str, amount: str, more: list[str]
) -> None:
    header = ",".join(["Reference", label, payee, amount, "Currency", *more])
    row = ",".join(
        [
            ID,
            "2026-04-15",
            "Acme Partners",
            "100.00",
            "USD",
            *("USD" if "code" in one else "" for one in more),
        ]
    )
    with suppress(PaymentFileError):  # it may also ask for --sign
        file = read_payments(Source("x.csv", f"{header}\n{row}\n".encode()), Reading(Hints(), LAYOUTS))
        assert paid_count(match_payments([file], [owed_payout()], PaymentPolicy())) == 0


def test_a_person_may_say_that_a_bare_list_is_one_of_payments(read: Reader) -> None:
    text = f"Date,Vendor,Reference,Amount,Currency\n2026-04-15,Acme Partners,{ID},100.00,USD\n"
    asked = match_payments([read(text)], [owed_payout()], PaymentPolicy())

    assert "--sign positive" in asked.suggestions[0].evidence
    assert paid_count(match_payments([read(text, sign="positive")], [owed_payout()], PaymentPolicy())) == 1
