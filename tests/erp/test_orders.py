"""Who is paid and who is held: by a fault of the account, a changed account, or an earlier payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import make_line, make_payout, make_snapshot
from payment_orders import EURO, GERMAN, POLICY, TODAY, files, orders, payout

from reconcile.domain.bill import PAYS, IssuedBill, PaidAccount
from reconcile.domain.money import Money
from reconcile.domain.policy.bank import BankPolicy, PayingAccount
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.model import Billing, Why
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.orders.bank_account import account_of
from reconcile.erp.orders.make_orders import bills_to_pay
from reconcile.erp.orders.model import PAIN

SEPA = PAIN[0]


def _issued(layout: str, file: str = "RC1.xml", *, pays: bool = True) -> IssuedBill:
    return IssuedBill(
        "pay-1",
        "pay_1",
        "",
        "ptn_1",
        Money(Decimal(1000), "EUR"),
        layout + PAYS * pays,
        file,
        "",
        "2026-04-01",
        "ana",
    )


def _paid(vendor: Vendor = GERMAN) -> PaidAccount:
    print_ = account_of(vendor, "Acme").fingerprint("ptn_1")
    return PaidAccount("ptn_1", print_, "payment", "RC1.xml", "2026-03-01T09:00:00+00:00", "ana")


@pytest.mark.parametrize(
    ("vendor", "said"),
    [
        (replace(GERMAN, iban="DE75512108001245126198"), "the IBAN that ends in 6198 is not valid"),
        (replace(GERMAN, bic="SOGEDE"), "the BIC that ends in GEDE is not valid"),
        (replace(GERMAN, iban=""), "neither an IBAN nor an account number"),
        (replace(GERMAN, iban="", account_number="123"), "needs the town and the country"),
        (replace(GERMAN, iban="", account_number="123", bic=""), "needs the BIC or the routing number"),
        (replace(GERMAN, holder="!!!"), "no letter that a bank takes"),
        (replace(GERMAN, country="Germany"), "the country is 'Germany', and not two letters"),
        (replace(GERMAN, account_type="Sparkonto"), "neither checking nor savings"),
        (replace(GERMAN, person="maybe"), "neither yes nor no"),
    ],
)
def test_an_account_that_cannot_be_right_is_held_and_never_shown_in_full(vendor: Vendor, said: str) -> None:
    made = orders(SEPA, payout(), vendor=vendor)
    (left,) = made.billing.left_out

    assert made.orders == ()
    assert said in left.reason
    assert (vendor.iban or "none") not in f"{left.reason} {left.fix} {vendor!r} {account_of(vendor, '')!r}"


def test_the_numbers_of_an_account_may_be_written_in_groups() -> None:
    made = orders(SEPA, payout(), vendor=replace(GERMAN, iban="de75 5121 0800 1245 1261 99"))

    assert made.orders[0].payee.iban == "DE75512108001245126199"


def test_a_credit_is_never_paid_out() -> None:
    made = orders(SEPA, payout(total="-5 EUR"))

    assert made.orders == ()
    assert "takes no negative bills" in made.billing.left_out[0].reason


def test_a_currency_that_no_account_pays_is_held() -> None:
    made = orders(SEPA, payout(total="5 CHF"))

    assert "no account pays CHF" in made.billing.left_out[0].reason


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (replace(EURO, iban="DE89370400440532013001"), "the IBAN that ends in 3001 is not valid"),
        (replace(EURO, iban=""), "neither an IBAN nor an account number"),
        (replace(EURO, holder="!"), "no letter that a bank takes"),
    ],
)
def test_an_own_account_that_cannot_be_right_pays_nothing(own: PayingAccount, said: str) -> None:
    made = orders(SEPA, payout(), policy=BankPolicy((own,)))

    assert made.orders == ()
    assert said in made.billing.left_out[0].reason
    assert "[[bank.accounts]]" in made.billing.left_out[0].fix


def test_more_than_a_sepa_transfer_can_pay_is_held() -> None:
    assert "at most 999,999,999.99" in orders(SEPA, payout(total="1000000000 EUR")).billing.left_out[0].reason


def test_the_account_that_names_entity_and_currency_pays() -> None:
    both = replace(EURO, entity="Vendor BV", holder="both")
    policy = BankPolicy((PayingAccount("any"), EURO, both, replace(EURO, entity="Other", holder="other")))

    assert policy.account_for("EUR", "Vendor BV") == both
    assert policy.account_for("EUR", "") == EURO
    assert policy.account_for("USD", "Vendor BV") == PayingAccount("any")


@pytest.mark.parametrize("checked", ["ptn_1", "Acme"])
def test_a_changed_account_is_held_until_a_person_has_checked_it(checked: str) -> None:
    before = _paid(replace(GERMAN, iban="DE89370400440532013000"))
    held = orders(SEPA, payout(), paid=[before])
    paid = orders(SEPA, payout(), paid=[before], checked={checked})
    (left,) = held.billing.left_out

    assert (held.orders, len(paid.orders)) == ((), 1)
    assert "another than in RC1.xml, sent on 2026-03-01 by ana" in left.reason
    assert "...6199" in left.reason
    assert "--account-checked ptn_1" in left.fix


def test_the_account_of_the_last_payment_counts() -> None:
    other = _paid(replace(GERMAN, iban="DE89370400440532013000"))

    assert len(orders(SEPA, payout(), paid=[other, _paid()]).orders) == 1
    assert orders(SEPA, payout(), paid=[_paid(), other]).orders == ()


@pytest.mark.parametrize("number", ["iban", "routing_number", "account_number"])
def test_a_change_of_any_number_is_a_changed_account(number: str) -> None:
    both = replace(account_of(GERMAN, "Acme"), routing_number="122105155", account_number="0012345678")

    assert replace(both, **{number: "1"}).fingerprint("ptn_1") != both.fingerprint("ptn_1")


@pytest.mark.parametrize(("number", "text"), [("000123", "PO 000123"), ("po-7", "po-7"), (None, "")])
def test_the_payee_reads_the_purchase_order_once(number: str | None, text: str) -> None:
    made = orders(SEPA, payout(po_number=number))

    assert made.orders[0].text == f"Commission 2026-Q1 pay-1 {text}".strip()


def test_the_same_account_of_two_partners_has_two_fingerprints() -> None:
    account = account_of(GERMAN, "Acme")

    assert account.fingerprint("ptn_1") != account.fingerprint("ptn_2")
    assert account.fingerprint("ptn_1") == replace(account, bic="").fingerprint("ptn_1")


def test_a_payout_in_an_earlier_payment_file_is_not_paid_again() -> None:
    made = orders(SEPA, payout(), issued=[_issued(PAIN[1])])
    (left,) = made.billing.left_out

    assert (made.orders, left.why) == ((), Why.SENT)
    assert left.reason == "sent to the bank as pay-1 in RC1.xml on 2026-04-01 by ana"


def _bills(*, pays: bool, layout: str, **given: bool) -> Billing:
    circumstances = Circumstances(
        {"ptn_1": GERMAN}, [_issued(layout, pays=layout != "xero")], TODAY, pays=pays, **given
    )  # type: ignore[arg-type]
    snapshot = make_snapshot(make_payout("pay_1", "1000 EUR"), make_line("cln_1", "1000 EUR", "pay_1"))
    return make_bills(snapshot, bills_to_pay(SEPA, POLICY), circumstances)


@pytest.mark.parametrize(
    ("pays", "before", "said"),
    [(True, "xero", "it was billed as pay-1"), (False, SEPA, "it was sent to the bank as pay-1")],
)
@pytest.mark.parametrize("again", [False, True])
def test_what_went_out_the_other_way_is_held_until_a_person_wants_both(
    *, pays: bool, before: str, said: str, again: bool
) -> None:
    held = _bills(pays=pays, layout=before, again=again)
    both = _bills(pays=pays, layout=before, again=again, bill_and_pay=True)

    assert (held.bills, len(both.bills)) == ((), 1)
    assert said in held.left_out[0].reason
    assert "--bill-and-pay" in held.left_out[0].fix


def test_both_ways_still_pays_once() -> None:
    assert _bills(pays=True, layout=SEPA, bill_and_pay=True).bills == ()


def test_a_payment_of_a_day_that_is_named_is_made_on_that_day() -> None:
    made = orders(SEPA, payout(), on=date(2026, 12, 24))

    assert made.orders[0].execute_on == date(2026, 12, 24)


def test_a_message_id_is_never_used_twice() -> None:
    made = orders(SEPA, payout())
    (first,) = files(SEPA, made)
    (second,) = files(SEPA, made, [_issued(SEPA, first.name)])

    assert first.name != second.name
    assert first.content != second.content


def test_two_payouts_whose_end_to_end_ids_would_be_one_are_both_held() -> None:
    made = orders(SEPA, payout("pay_1"), payout("pay-1"))

    assert made.orders == ()
    assert {left.why for left in made.billing.left_out} == {Why.HELD}


def test_an_id_that_is_too_long_for_a_bank_becomes_a_code() -> None:
    made = orders(SEPA, payout("pay_" + "x" * 40))

    assert made.orders[0].bill.number.startswith("IN-")
