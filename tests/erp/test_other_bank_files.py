"""Payments in OFX, MT940, BAI2 and answers of Xero: payments with places, checked as far as the format lets."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from erp.bank_cases import OFX, Reader, errors_of

from reconcile.errors import ConfigurationError, PaymentFileError


def test_ofx_with_what_banks_leave_out_is_read(read: Reader) -> None:
    file = read(OFX, "bank.qfx")

    assert [(one.amount.amount, one.status.value, one.id) for one in file.payments] == [
        (1200, "paid", "F1"), (-50, "returned", "F2"), (Decimal("-9.99"), "received", "F3"),
    ]  # fmt: skip
    assert file.payments[0].references == ("BILL-1", "Acme")
    assert str(file.payments[0].booked) == "2026-04-15"


@pytest.mark.parametrize(
    "content",
    [
        "\r\n\n  \n" + OFX,
        OFX.replace("NEWFILEUID:NONE\n", ""),
        OFX.replace("CHARSET:1252", "CHARSET:8859-1"),
        OFX.replace("CHARSET:1252", "CHARSET:ISO-8859-15\nX:Y"),
        OFX[OFX.index("<OFX>") :],
    ],
)
def test_an_ofx_header_that_is_unusual_changes_nothing(read: Reader, content: str) -> None:
    assert read(content, "bank.ofx").payments == read(OFX, "bank.ofx").payments


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
@pytest.mark.parametrize("charset", ["1252", "8859-1", "NONE"])
def test_the_letters_of_an_ofx_are_found_whatever_its_header_says(
    read: Reader, encoding: str, charset: str
) -> None:
    text = OFX.replace("CHARSET:1252", f"CHARSET:{charset}").replace("<NAME>Acme", "<NAME>Müller")

    assert read(text.encode(encoding), "bank.ofx").payments[0].payee == "Müller"


@pytest.mark.parametrize(
    ("member", "currency"),
    [
        ("<CURRENCY><CURRATE>1.08<CURSYM>EUR</CURRENCY>", "EUR"),
        ("<ORIGCURRENCY><CURRATE>1.08<CURSYM>EUR</ORIGCURRENCY>", "USD"),
    ],
)
def test_an_ofx_amount_is_in_its_own_currency_where_it_was_not_converted(
    read: Reader, member: str, currency: str
) -> None:
    file = read(OFX.replace("<MEMO>BILL-1", f"<MEMO>BILL-1{member}"), "bank.qfx")

    assert [one.amount.currency for one in file.payments] == [currency, "USD", "USD"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (OFX[:700], "no complete OFX"),
        (OFX.replace("-1200", "12x"), "'12x'"),
        (OFX.replace("USD", "U$"), "no currency"),
    ],
)
def test_a_damaged_ofx_is_refused(read: Reader, content: str, told: str) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(content)


MT940 = """:20:STMT1
:25:DE89370400440532013000
:28C:42/1
:60F:C260401EUR1000,00
:61:2604150415D100,50NTRFBILL-1//BANK1
:86:166?00TRANSFER?20EREF+pay0000000000000000app?21roved?22SVWZ+PO 000123?32Acme?33 Partners
:61:2604160416RD20,00NTRFNONREF//BANK2
:86:wrong account
:61:2604170417C30,00NTRFNONREF//BANK3
:86:/NAME/Customer/REMI/thanks
:62F:C260417EUR949,50
-
"""


def test_mt940_gives_both_references_names_and_reversals(read: Reader) -> None:
    file = read(MT940)
    first, second, third = file.payments

    assert [(one.amount.amount, one.status.value) for one in file.payments] == [
        (Decimal("100.50"), "paid"), (-20, "returned"), (-30, "received"),
    ]  # fmt: skip
    assert str(first.place) == "payments.csv, line 5"
    assert (first.order, first.payee, first.references[0]) == (
        "pay0000000000000000approved",
        "Acme Partners",
        "BILL-1",
    )
    assert second.reason == "wrong account"
    assert third.payee == "Customer"
    assert file.how == ("opening balance and transactions give the closing balance 949.5",)


def test_an_mt940_whose_balances_do_not_agree_is_an_error(read: Reader) -> None:
    ((rule, place, message),) = errors_of(read(MT940.replace("949,50", "949,51")))

    assert (rule, place) == ("closing-balance", "line 1")
    assert message.startswith("The opening balance 1000 and the entries give 949.5, and the closing balance")


ASN = """{1:F01ASNBNL21XXXX0000000000}{2:O940ASNBNL21XXXXN}{3:}{4:
:20:0000000000
:25:NL81ASNB9999999999
:28C:1/1
:60F:C260401EUR444,29
:61:260401    D65,00NOVBNL47INGB9999999999
fabrikam consulting
:86:NL47INGB9999999999 fabrikam consulting

pay_0000000001

:62F:C260401EUR379,29
-}{5:}
"""


OLB = """:20:STARTUMS MC
:25:28020050/1324354687
:28C:135/1
:60F:C260415EUR200,
:61:2604160416D104,50N051NONREF
:86:166?00UEBERWEISUNG?100004770?20FABRIKAM GMBH?21EREF+NOTPROVIDED?22SVWZ+RG.?23-NR. 12
?2477777?30AARBDE5W250?31DE99123456771234567888?32FABRIKAM INTERNATIONALE CON?33SULTING GMBH
:62F:C260416EUR95,50
-
"""


DOTS = """:20:1
:25:1012345678
:28C:1
:60F:C260415NGN1,444.29
:61:2604150415D1,065.50NTRFREF1//B1
:86:FABRIKAM
:62F:C260415NGN378.79
-
"""


@pytest.mark.parametrize(
    ("content", "amount", "payee", "reference"),
    [
        (ASN, "65.00 EUR", "", "NL47INGB9999999999"),
        (
            OLB,
            "104.50 EUR",
            "FABRIKAM INTERNATIONALE CONSULTING GMBH",
            "166 UEBERWEISUNG 0004770 FABRIKAM GMBH",
        ),
        (DOTS, "1,065.50 NGN", "", "REF1"),
    ],
)
def test_mt940_dialects_are_read(read: Reader, content: str, amount: str, payee: str, reference: str) -> None:
    file = read(content)
    (payment,) = file.payments

    assert (str(payment.amount), payment.payee, payment.order) == (amount, payee, "")
    assert any(reference in text for text in payment.references)
    assert file.findings == ()
    assert len(file.how) == 1


@pytest.mark.parametrize("written", ["1.065.50", "1'065.50", "1,065.50", "1065.5", "1065,5"])
def test_an_mt940_amount_is_read_however_its_thousands_are_written(read: Reader, written: str) -> None:
    assert str(read(DOTS.replace("D1,065.50", f"D{written}")).payments[0].amount) == "1,065.50 NGN"


def test_an_mt940_amount_that_may_be_thousands_is_refused(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match=r"line 5: -1\.065 has more decimals than NGN has"):
        read(DOTS.replace("D1,065.50", "D1.065"))


@pytest.mark.parametrize(
    ("details", "payee"),
    [("?32Acme?33 Partners", "Acme Partners"), ("?32Acme?33Partners", "Acme Partners"),
     (f"?32{'A' * 27}?33BC", f"{'A' * 27}BC"), ("?33Acme", "Acme"), ("?32 ?33", "")],
)  # fmt: skip
def test_an_mt940_name_goes_on_in_the_next_field(read: Reader, details: str, payee: str) -> None:
    text = MT940.replace("?32Acme?33 Partners", details)

    assert read(text).payments[0].payee == payee


@pytest.mark.parametrize(
    ("letters", "used"),
    [("Łódź Spółka Żółw", "cp852"), ("Příbram Žižkov", "cp852"), ("Müller & Søn \u2013 café", "cp1252")],
)
def test_an_mt940_in_the_letters_of_dos_is_told_by_them(read: Reader, letters: str, used: str) -> None:
    file = read(MT940.replace("Acme", letters).encode(used))

    assert file.payments[0].payee == f"{letters} Partners"
    assert f"encoding {used}" in file.how


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (MT940[: MT940.index(":62F")], "no closing balance"),
        (MT940.replace("D100,50", "Dxx"), r"line 1: (the statement that starts here|of the statement's)"),
    ],
)
def test_a_damaged_mt940_is_refused(read: Reader, content: str, told: str) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(content)


BAI2 = """01,BANK,US,260416,0800,1,80,,2/
02,US,BANK,1,260415,2359,USD,2/
03,12345,USD,010,100000,,,100,5000,1,Z/
16,495,12550,Z,BREF1,pay_one,ACME PARTNERS
88,BILL-1, second half/
16,257,5000,V,260415,1200,BREF2,pay_two,R03 NO ACCOUNT/
16,165,700,0,BREF3,,CUSTOMER/
49,123250,6/
98,123250,1,8/
99,123250,1,10/
"""


def test_bai2_amounts_are_in_the_smallest_coin_and_control_totals_are_checked(read: Reader) -> None:
    file = read(BAI2)
    first, second, _ = file.payments

    assert [(one.amount.amount, one.status.value) for one in file.payments] == [
        (Decimal("125.50"), "paid"), (-50, "returned"), (-7, "received"),
    ]  # fmt: skip
    assert first.references == ("pay_one", "ACME PARTNERS BILL-1, second half")
    assert (str(first.place), second.reason) == ("payments.csv, line 4", "R03 NO ACCOUNT")
    assert file.how == ("the control totals agree",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("99,123250,1,10/\n", "", "trailer .99. is missing"),
        ("16,495,12550", "16,495,12x50", "line 4: '12x50' is no whole number"),
        ("49,123250,6/", "junk", "line 8: 'junk' is no BAI2 record"),
    ],
)
def test_a_bai2_file_that_does_not_add_up_is_refused(read: Reader, old: str, new: str, told: str) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(BAI2.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("49,123250", "49,123251", "line 8: The sum of the account says 123251, the entries give 123250."),
        ("98,123250,1,8", "98,123250,2,8", "line 9: The number of accounts of the group says 2"),
        ("99,123250,1,10", "99,123250,1,11", "line 10: The number of records says 11, the entries give 10."),
    ],
)
def test_a_bai2_total_that_differs_is_an_error(read: Reader, old: str, new: str, told: str) -> None:
    file = read(BAI2.replace(old, new))
    ((rule, place, message),) = errors_of(file)

    assert rule == "control-total"
    assert f"{place}: {message}".startswith(told)
    assert file.how == ()


XERO = """{"Payments":[
{"PaymentID":"p1","Date":"/Date(1776211200000+0000)/","Amount":100.10,"Reference":"r","PaymentType":"ACCPAYPAYMENT",
"Status":"AUTHORISED","Invoice":{"InvoiceNumber":"BILL-1","CurrencyCode":"USD","Contact":{"Name":"Acme"}}},
{"PaymentID":"p2","Date":"2026-04-16","Amount":5,"PaymentType":"ACCPAYPAYMENT","Status":"DELETED",
"Invoice":{"InvoiceNumber":"BILL-2","CurrencyCode":"USD"}},
{"PaymentID":"p3","Date":"2026-04-16","Amount":7,"PaymentType":"ACCRECPAYMENT","Status":"AUTHORISED",
"Invoice":{"InvoiceNumber":"INV-9","CurrencyCode":"USD"}}]}"""


def test_xero_payments_of_the_api_are_read_and_deleted_ones_ignored(read: Reader) -> None:
    file = read(XERO, "payments.json")

    assert [(str(one.amount), one.status.value) for one in file.payments] == [
        ("100.10 USD", "paid"), ("5.00 USD", "ignored"), ("7.00 USD", "ignored"),
    ]  # fmt: skip
    assert str(file.payments[0].booked) == "2026-04-15"
    assert file.payments[0].references == ("BILL-1", "r")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (XERO[:300], "no complete JSON"),
        ("{}", "without a list of Payments"),
        (XERO.replace('"CurrencyCode":"USD"', '"X":1'), "payment 1: it does not say in which currency"),
        (XERO.replace("100.10", '"a lot"'), "payment 1: its Amount 'a lot' is no number"),
        (XERO.replace("2026-04-16", "soon"), "payment 2: its Date 'soon' is no date"),
    ],
)
def test_a_damaged_xero_answer_is_refused(read: Reader, content: str, told: str) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(content)


@pytest.mark.parametrize(("content", "name", "module"), [(OFX, "ofx", "ofxtools"), (MT940, "mt940", "mt940")])
def test_a_missing_extra_is_named(
    read: Reader, monkeypatch: pytest.MonkeyPatch, content: str, name: str, module: str
) -> None:
    for loaded in [one for one in sys.modules if one.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(ConfigurationError, match=rf"payments.csv needs an extra.*reconcile\[{name}\]"):
        read(content)
