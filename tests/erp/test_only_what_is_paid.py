"""What is not known to be paid is not paid: words for the state, directions, money that comes back, repeats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.settlement import Settlement
from reconcile.erp.matching.earlier_payments import compared_with_earlier
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Matching
from reconcile.erp.payments.formats.layout import TableLayout
from reconcile.erp.payments.state_words import state_of
from reconcile.errors import PaymentFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.erp.payments.model import PaymentFile

    Reader = Callable[..., PaymentFile]

ID = "pay_aaaa1111bbbb2222"
GENERIC = "Payment date,Payee,Amount,Currency,Reference,Status\n2026-04-15,Acme,100.00,USD,{id},{word}\n"
XERO = (
    "Payment Date,Contact,Invoice Number,Payment,Currency,Reference,Status\n"
    "2026-04-15,Acme,INV-1,100.00,USD,{id},{word}\n"
)
NETSUITE = (
    "Internal ID,Type,Date,Document Number,Name,Amount,Currency,Status,Applied To Transaction,"
    "Applied To Link Amount,Memo\n"
    "77,Bill Payment,2026-04-15,PAY1,Acme,-100.00,USD,{word},Bill #A,100.00,{id}\n"
)
QUICKBOOKS = (
    "Date,Transaction type,Bill no.,Vendor,Amount,Currency,Txn ID,Status,Memo\n"
    "2026-04-15,Bill Payment,B1,Acme,100.00,USD,9,{word},{id}\n"
)
UNDER_ANOTHER_HEADER = "Datum;Empfänger;Betrag;Währung;Text;Info\n2026-04-15;Acme;100.00;USD;{id};{word}\n"
TABLES = (GENERIC, XERO, NETSUITE, QUICKBOOKS)


def _owed(payout_id: str = ID, amount: str = "100", partner: str = "Acme Partners") -> Owed:
    money = Money(Decimal(amount), "USD")
    return Owed(payout_id, partner, partner, money, "APPROVED", date(2026, 3, 31), (payout_id,))


def _match(*files: PaymentFile, owed: tuple[Owed, ...] = (_owed(),)) -> Matching:
    return match_payments(files, owed, PaymentPolicy())


def _paid(result: Matching) -> list[str]:
    return [one.payout_id for match in result.matches if match.verdict == "paid" for one in match.owed]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "word",
    ["Canceled", "Scheduled", "Reverted", "Unclaimed", "Void", "Processing", "Denied", "Blocked",
     "Awaiting Payment", "Submitted", "Declined", "Pending Accounting Approval", "Wibble", "Nearly paid"],
)  # fmt: skip
def test_a_word_that_does_not_say_paid_pays_nothing(read: Reader, table: str, word: str) -> None:
    file = read(table.format(id=ID, word=word))
    result = _match(file)

    assert _paid(result) == []
    assert [abs(one.amount.amount) for one in file.payments] == [100]
    assert any(word in how for how in file.how)


@pytest.mark.parametrize("table", TABLES)
def test_a_word_in_no_list_is_an_error_and_the_row_stays_in_the_totals(read: Reader, table: str) -> None:
    file = read(table.format(id=ID, word="Wibble"))
    result = _match(file)

    assert [(one.rule, one.severity, one.value) for one in file.findings] == [
        ("status-unknown", "error", "Wibble")
    ]
    assert [one.reason for one in result.unknown] == ["Wibble"]
    assert result.payment_parts["state not known"] == {"USD": Decimal(100)}


@pytest.mark.parametrize("word", ["Umsatz vorgemerkt", "Pending", "Storniert"])
def test_a_state_under_another_header_is_found_by_its_words(read: Reader, word: str) -> None:
    assert _paid(_match(read(UNDER_ANOTHER_HEADER.format(id=ID, word=word)))) == []
    assert _paid(_match(read(UNDER_ANOTHER_HEADER.format(id=ID, word="Umsatz gebucht")))) == [ID]


@pytest.mark.parametrize(
    ("label", "out", "into"),
    [
        ("Debit/Credit", "Debit", "Credit"), ("D/C", "D", "C"), ("Af Bij", "Af", "Bij"), ("Soll/Haben", "S", "H"),
        ("Direction", "OUT", "IN"), ("Sign", "-", "+"), ("Whatever", "DBIT", "CRDT"), ("Details", "DEBIT", "CREDIT"),
    ],
)  # fmt: skip
def test_a_column_that_says_debit_or_credit_is_read(read: Reader, label: str, out: str, into: str) -> None:
    header = f"Date,Description,{label},Amount,Currency\n"
    file = read(header + f"2026-04-15,{ID},{out},100.00,USD\n2026-04-16,Sale,{into},7.00,USD\n")

    assert [(one.amount.amount, one.status) for one in file.payments] == [(100, "paid"), (-7, "received")]


def test_a_table_of_positive_amounts_without_a_direction_asks(read: Reader) -> None:
    table = f"Date,Description,Amount,Currency\n2026-04-15,{ID},100.00,USD\n"

    with pytest.raises(PaymentFileError, match="Pass --sign positive"):
        read(table)
    assert _paid(_match(read(table, sign="positive"))) == [ID]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (f"RETURNED ACH R03 {ID}", "100.00"), (f"credit {ID}", "100.00"), (f"part of {ID}", "40.00"),
        ("ACME PARTNERS", "100.00"), ("ACME PARTNERS", "40.00"), ("something", "100.00"),
        ("Rucklastschrift", "100.00"), ("Terugboeking", "100.00"),
    ],
)  # fmt: skip
def test_money_that_comes_back_keeps_its_payout_from_being_paid_by_itself(
    read: Reader, text: str, amount: str
) -> None:
    rows = f"2026-04-15,{ID} Acme Partners,-100.00,USD\n2026-04-20,{text},{amount},USD\n"
    result = _match(read("Date,Description,Amount,Currency\n" + rows, sign="negative"))
    shown = [one.place for match in (*result.matches, *result.suggestions, *result.differing)
             for one in match.payments]  # fmt: skip
    shown += [stray.payment.place for stray in (*result.strays, *result.received)]

    assert _paid(result) == []
    assert len(shown) == 2


def test_a_return_without_the_id_belongs_to_its_payment(read: Reader) -> None:
    text = (
        "01,CHASUS33,RECEIVER,260420,0600,1,,,2/\n02,RECEIVER,CHASUS33,1,260417,2359,USD,2/\n"
        "03,123456789,USD,010,10000000,,/\n"
        f"16,451,10000,Z,BR1001,,ACH {ID} ACME PARTNERS/\n16,257,10000,Z,BR1002,,RETURN ACME PARTNERS/\n"
        "49,10020000,4/\n98,10020000,1,6/\n99,10020000,1,8/\n"
    )
    result = _match(read(text, name="bank.bai2"))

    assert _paid(result) == []
    assert [(one.verdict, len(one.payments)) for one in result.suggestions] == [("failed", 2)]


def test_a_transaction_of_a_camt_entry_has_a_direction_of_its_own(read: Reader) -> None:
    details = "".join(
        f'<TxDtls><Refs><EndToEndId>{order}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{way}</CdtDbtInd></TxDtls>"
        for order, amount, way in (("A", "800.00", "DBIT"), ("B", "300.00", "CRDT"))
    )
    file = read(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Ntry>'
        '<Amt Ccy="EUR">500.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<NtryDtls>{details}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        name="bank.xml",
    )

    assert [(one.amount.amount, one.status) for one in file.payments] == [(800, "paid"), (-300, "received")]
    assert file.totals == {"EUR": Decimal(500)}


def test_payments_of_one_batch_id_are_different_payments(read: Reader) -> None:
    header = "Payment ID,Payment date,Payee,Amount,Currency,Reference\n"
    rows = "".join(f"BATCH-77,2026-04-15,{name},500.00,USD,{name}\n" for name in ("Alpha", "Beta", "Gamma"))
    equal = "BATCH-77,2026-04-15,Alpha,500.00,USD,Alpha\n" * 2

    assert _match(read(header + rows)).repeated == ()
    assert _match(read(header + equal)).repeated == ()


def test_banks_that_both_number_from_one_have_different_payments(read: Reader) -> None:
    header = "Transaction ID,Payment date,Payee,Amount,Currency,Reference\n"
    files = [
        read(f"{header}1,2026-04-15,{name},500.00,USD,{name} 7\n", name=f"{name}.csv")
        for name in ("Alpha", "Beta")
    ]

    assert _match(*files).repeated == ()


def test_a_repeat_is_listed_with_what_it_repeats(read: Reader) -> None:
    text = GENERIC.format(id=ID, word="paid")
    result = _match(read(text, name="one.csv"), read(text, name="two.csv"))

    assert [(str(one.payment.place), str(one.first.place)) for one in result.repeated] == [
        ("two.csv, line 2", "one.csv, line 2")
    ]


def test_a_currency_column_of_another_name_is_read_and_an_option_does_not_override_it(read: Reader) -> None:
    rows = f"2026-04-15,{ID},EUR,100.00\n2026-04-16,x,USD,5.00\n"
    for label in ("Payment currency", "Money"):
        file = read(f"Payment date,Description,{label},Amount\n" + rows, currency="USD")
        assert [str(one.amount) for one in file.payments] == ["100.00 EUR", "5.00 USD"]


def test_words_of_the_settings_say_what_a_state_means(read: Reader) -> None:
    layout = TableLayout("mine").with_words({"paid": ("Wibble",), "rejected": ("Paid",)})

    assert state_of("wibble", layout) == "paid"
    assert state_of("Paid", layout) == "rejected"
    assert state_of("Wobble", layout) is None
    with pytest.raises(ValueError, match="no state"):
        PaymentPolicy(words={"payed": ("Wibble",)})


def _settlement(**more: str) -> Settlement:
    plain = Settlement(
        "w", ID, "Acme", "matched", "paid", "reference", "", Money(Decimal(100), "USD"), ID, "TX-1", "2026-03-15",
        "march.csv", "0" * 64, "2026-03-16T00:00:00+00:00", "me",
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", ["PAID", "APPROVED"])
def test_a_second_payment_of_a_payout_is_shown_and_not_taken_for_the_first(read: Reader, stage: str) -> None:
    file = read(GENERIC.format(id=ID, word="paid"))
    first = _match(file, owed=(replace(_owed(), stage=stage),))
    result = compared_with_earlier(first, [file], [_settlement()])

    assert [match for match in result.matches if match.verdict in ("paid", "settled")] == []
    assert len(result.strays) + len(result.suggestions) == 1
    assert [one.rule for one in result.findings] == ["paid-twice"]
    assert "2026-03-15" in result.findings[0].message


def test_the_whole_amount_beside_a_part_that_was_paid_before_is_for_a_person(read: Reader) -> None:
    file = read(GENERIC.format(id=ID, word="paid"))
    part = _settlement(state="differs", verdict="differs", amount=Money(Decimal(60), "USD"))

    result = compared_with_earlier(_match(file), [file], [part])

    assert result.matches == ()
    assert [one.rule for one in result.findings] == ["paid-twice"]


def test_what_came_back_may_be_paid_once_more(read: Reader) -> None:
    file = read(GENERIC.format(id=ID, word="paid"))
    first = _match(file)
    back = _settlement(verdict="settled", amount=Money(Decimal(-100), "USD"), read_at="2026-03-20T10:00:00Z")

    assert compared_with_earlier(first, [file], [_settlement(), back]).matches == first.matches


def test_the_same_payment_read_again_is_no_second_one(read: Reader) -> None:
    file = read(GENERIC.format(id=ID, word="paid"))
    first = _match(file, owed=(replace(_owed(), stage="PAID"),))
    result = compared_with_earlier(
        first, [file], [_settlement(paid_on="2026-04-15", payment_id="", sha256=file.sha256)]
    )

    assert result.matches == first.matches
    assert [one.rule for one in result.findings] == ["file-read-before"]


@pytest.mark.parametrize(
    ("table", "kind", "amount"),
    [(NETSUITE, "Vendor Refund", ("-100.00", "100.00")), (QUICKBOOKS, "Deposit", (",100.00,", ",-100.00,"))],
    ids=["NetSuite", "QuickBooks"],
)
def test_money_received_by_a_row_of_another_kind_is_never_ignored(
    read: Reader, table: str, kind: str, amount: tuple[str, str]
) -> None:
    paid = table.format(id=ID, word="Approved" if table == NETSUITE else "")
    header, row = paid.splitlines()
    back = row.replace("Bill Payment", kind).replace(*amount).replace("77,", "78,").replace(",9,", ",10,")
    file = read(f"{header}\n{row}\n{back}\n")

    assert [one.amount.amount for one in file.payments if one.status != "ignored"][-1] == -100
    assert _paid(_match(file)) == []


def test_what_came_back_stands_in_the_tie_out_beside_what_left(read: Reader) -> None:
    """A sum of both would look like a smaller payment."""
    other = "pay_cccc3333dddd4444"
    rows = f"2026-04-15,Acme,100.00,USD,{ID},Paid\n2026-04-16,Beta,30.00,USD,{other},Returned\n"
    file = read(f"Payment date,Payee,Amount,Currency,Reference,Status\n{rows}")
    parts = _match(file, owed=(_owed(), _owed(other, "30", "Beta Ltd"))).payment_parts

    assert (parts["matched"], parts["matched, came back"]) == ({"USD": Decimal(100)}, {"USD": Decimal(-30)})
    assert "suggested, came back" not in parts
