"""What a file says against a payment in any column, in many languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.payments.doubts import doubtful_word
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import Payment, PaymentFile, Place, Source
from reconcile.errors import PaymentFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[..., PaymentFile]
from erp.doubt_cases import ID, LAYOUTS, one_row_table, owed_payout, paid_count

STATES = [
    ("Zustand", "Abgewiesen"), ("Statut", "Rejeté"), ("Stav", "Zamítnuto"), ("Stan", "Odrzucony"),
    ("Situação", "Pendente"), ("Статус", "Исполнен"), ("状态", "已退款"), ("ステータス", "処理中"), ("상태", "거부됨"),
    ("Result", "Almost"), ("Approval status", "Approved"), ("Status", "Väntar"), ("Status", "Authorised"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "word"), STATES)
def test_a_state_in_another_language_is_an_error_of_its_row(read: Reader, header: str, word: str) -> None:
    result = match_payments([read(one_row_table(header, word))], [owed_payout()], PaymentPolicy())

    assert paid_count(result) == 0
    assert [one.rule for one in result.findings] == ["status-unknown"]


AGAINST = [
    ("Remarks", "Payment failed"), ("Note", "returned by bank"), ("Comment", "not sent"), ("Memo", "VOID: PAY"),
    ("Text", "Rücklastschrift"), ("Texte", "Prélèvement impayé"), ("Concepto", "Transferencia devuelta"),
    ("Histórico", "TED estornada"), ("Causale", "Bonifico stornato"), ("Omschrijving", "Bedrag teruggeboekt"),
    ("Opis", "Zwrot przelewu"), ("Назначение", "возврат платежа"), ("摘要", "付款退回"), ("Error", "AC04"),
    ("Failure reason", "Invalid account"), ("Return code", "R03"), ("Cancelled", "Yes"), ("Voided", "true"),
    ("Is returned", "1"), ("Void date", "2026-04-20"), ("Reversed on", "2026-04-20"), ("Stornodatum", "20.04.2026"),
    ("Cleared", "No"), ("Paid?", "N"), ("Executed", "false"), ("Type", "Payment reversal"), ("Type", "Bill"),
    ("Transaction type", "Authorization"), ("Tipo", "Ingreso"), ("Soort", "Bijschrijving"), ("Type", "Wibble"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text"), AGAINST)
def test_what_speaks_against_a_payment_makes_a_suggestion(read: Reader, header: str, text: str) -> None:
    result = match_payments([read(one_row_table(header, text))], [owed_payout()], PaymentPolicy())

    assert paid_count(result) == 0
    (suggested,) = result.suggestions
    assert text.casefold() in suggested.evidence.casefold()


FOR = [
    ("Remarks", "Commission March"), ("Void date", ""), ("Cancelled", "No"), ("Amount refunded", "0.00"),
    ("Return reason", "n/a"), ("Cleared", "Yes"), ("Type", "ACH payment"), ("Type", "Bill Payment (Check)"),
    ("Art", "Überweisung"), ("Type", "Vendor payment"), ("Soort", "Overboeking"), ("Tipo", "Transferencia"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text"), FOR)
def test_what_says_nothing_against_it_is_paid(read: Reader, header: str, text: str) -> None:
    assert (
        paid_count(match_payments([read(one_row_table(header, text))], [owed_payout()], PaymentPolicy())) == 1
    )


def test_a_partner_who_is_called_like_such_a_word_is_paid(read: Reader) -> None:
    file = read(one_row_table("Memo", "Payment to Recall Void Ltd", payee="Recall Void Ltd"))

    assert paid_count(match_payments([file], [owed_payout("Recall Void Ltd")], PaymentPolicy())) == 1
    assert doubtful_word(["void"], ["Void Ltd"]) == ""


def test_the_text_of_a_bank_file_speaks_against_a_payment_too() -> None:
    payment = Payment(
        Place("bank.sta", "entry 1"),
        Money(Decimal(100), "USD"),
        booked=date(2026, 4, 15),
        references=(ID, "ACH RETURN R03 RETURNED ITEM"),
    )
    result = match_payments(
        [PaymentFile("bank.sta", "MT940", "", (payment,))], [owed_payout()], PaymentPolicy()
    )

    assert (paid_count(result), len(result.suggestions)) == (0, 1)


def test_a_blank_state_beside_rows_that_say_paid_is_not_known(read: Reader) -> None:
    rows = f"2026-04-15,Acme,100.00,USD,{ID},\n2026-04-15,Beta,7.00,USD,x,Paid\n"
    result = match_payments(
        [read(f"Payment date,Payee,Amount,Currency,Reference,Status\n{rows}")],
        [owed_payout()],
        PaymentPolicy(),
    )

    assert paid_count(result) == 0
    assert [one.rule for one in result.findings if one.severity == "error"] == ["status-unknown"]


@pytest.mark.parametrize(
    ("header", "text"), [("Symbol", "€"), ("Currency name", "Euro"), ("ISO", "978"), ("Cur", "US Dollar")]
)
def test_no_option_stands_for_a_currency_column_of_other_words(read: Reader, header: str, text: str) -> None:
    table = f"Payment date,Payee,Amount,{header},Reference\n2026-04-15,Acme,100.00,{text},{ID}\n"

    with pytest.raises(PaymentFileError, match="is no currency"):
        read(table, currency="USD")


@given(
    header=st.sampled_from([header for header, _ in (*STATES, *AGAINST)]),
    text=st.sampled_from([text for _, text in (*STATES, *AGAINST)]),
    before=st.sampled_from(["", "Commission ", "March, ", "Acme "]),
)
def test_no_word_against_a_payment_under_whatever_header_ends_at_paid(
    header: str, text: str, before: str
) -> None:
    """Of a free text only the words that say so themselves count; a flag or a kind needs its header."""
    if not doubtful_word([text]):
        return
    source = Source("x.csv", one_row_table(header, before + text).encode())
    file = read_payments(source, Reading(Hints(), LAYOUTS))

    assert paid_count(match_payments([file], [owed_payout()], PaymentPolicy())) == 0


def test_a_description_that_stands_for_the_payee_still_speaks_against_the_payment(read: Reader) -> None:
    header = "Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference\n"
    row = f"2026-04-15,Payment failed Acme Partners,-100.00,Sent,Checking,x,{ID}\n"
    file = read(header + row)
    result = match_payments([file], [owed_payout()], PaymentPolicy())

    assert file.format == "Mercury: transactions"
    assert (paid_count(result), len(result.suggestions)) == (0, 1)
