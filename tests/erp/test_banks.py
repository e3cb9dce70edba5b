"""Payments in bank files: every format gives payments with places, and checks what the format lets it check."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.payments.formats.layout import built_in
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import Payment, PaymentFile, Source
from reconcile.errors import ConfigurationError, PaymentFileError

Reader = Callable[..., PaymentFile]

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>180.00</Sum></TtlNtries></TxsSummry>
<Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>2026-04-15</Dt></BookgDt>
<ValDt><DtTm>2026-04-16T00:00:00+02:00</DtTm></ValDt><AcctSvcrRef>A1</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><EndToEndId>pay-one</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">70.00</Amt></TxAmt></AmtDtls>
<RltdPties><Cdtr>{name}</Cdtr></RltdPties><RmtInf><Ustrd>BILL-1</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-04-17</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><EndToEndId>pay-two</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn>
<AddtlInf>Account closed</AddtlInf></RtrInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def _camt(version: str = "02", closing: str = "980.00", *, new: bool = False) -> str:
    status, name = ("<Cd>BOOK</Cd>", "<Pty><Nm>Acme</Nm></Pty>") if new else ("BOOK", "<Nm>Acme</Nm>")
    return CAMT.format(version=version, closing=closing, status=status, name=name)


def _told(payments: tuple[Payment, ...]) -> list[tuple[Decimal, str, str]]:
    return [(one.amount.amount, one.status.value, one.order) for one in payments]


@pytest.mark.parametrize(("version", "new"), [("02", False), ("08", True), ("13", True)])
def test_camt_of_every_version_gives_batches_returns_and_money_received(
    read: Reader, version: str, *, new: bool
) -> None:
    file = read(_camt(version, new=new))

    assert file.format == "camt.053"
    assert _told(file.payments) == [
        (Decimal(70), "paid", "pay-one"),
        (Decimal(20), "paid", ""),
        (Decimal(10), "paid", ""),
        (Decimal(-30), "returned", "pay-two"),
        (Decimal(-50), "received", ""),
    ]
    first, _, rest, returned, _ = file.payments
    assert (first.id, first.payee, first.references) == ("A1/1", "Acme", ("pay-one", "BILL-1"))
    assert (str(first.booked), str(first.value_date)) == ("2026-04-15", "2026-04-16")
    assert rest.reason == "not explained by the batch"
    assert returned.reason == "AC04 Account closed"
    assert file.totals == {"EUR": Decimal("20.00")}


def _errors(file: PaymentFile) -> list[tuple[str, str, str]]:
    return [(one.rule, one.cell, one.message) for one in file.findings if one.severity == "error"]


def test_a_camt_statement_whose_balances_do_not_agree_is_an_error(read: Reader) -> None:
    ((rule, place, message),) = _errors(read(_camt(closing="970.00")))

    assert (rule, place) == ("closing-balance", "account \u20263000")
    assert "the entries give 980, and the closing balance is 970" in message


@pytest.mark.parametrize("number", ["4", "\u00b2", "9" * 100_000])
def test_a_camt_statement_whose_stated_sum_or_count_differs_is_an_error(read: Reader, number: str) -> None:
    text = _camt(closing="960.00").replace('"EUR">30.00', '"EUR">10.00')
    ((rule, _, message),) = _errors(read(text))
    assert (rule, message) == ("control-total", "TtlNtries says 180.00, the entries give 160.")

    ((rule, _, message),) = _errors(read(_camt().replace("<NbOfNtries>3", f"<NbOfNtries>{number}")))
    assert rule == "control-total"
    assert "the entries give 3." in message
    assert len(message) < 120


@pytest.mark.parametrize("code", ["OPBD", "CLBD"])
def test_a_camt_balance_without_a_direction_may_be_either(read: Reader, code: str) -> None:
    opening = _camt().replace("1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>", "1000.00</Amt>")
    closing = _camt().replace("980.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>", "980.00</Amt>")
    file = read(opening if code == "OPBD" else closing)

    assert file.findings == ()
    assert "closing balance 980" in file.how[0]
    wrong = opening.replace(">980.00<", ">970.00<")
    assert [rule for rule, _, _ in _errors(read(wrong))] == ["closing-balance"]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("2026-04-16T00:00:00+02:00", "0000-00-00", "ValDt"),
        (">70.00<", ">7x<", "AmtDtls/TxAmt/Amt"),
        ('Ccy="EUR">70.00', 'Ccy="???">70.00', "AmtDtls/TxAmt/Amt"),
    ],
)
def test_a_camt_entry_is_read_without_a_part_that_it_can_do_without(
    read: Reader, old: str, new: str, part: str
) -> None:
    file = read(_camt().replace(old, new))

    assert [(one.rule, one.severity) for one in file.findings] == [("part-unread", "warning")]
    assert file.findings[0].message.startswith(f"{part} of the entry cannot be read")
    assert file.totals == {"EUR": Decimal("20.00")}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (_camt()[:900], "no complete XML"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Document>&b;</Document>', "DTD or entities"),
        ("<Document><Other/></Document>", "neither a statement"),
        ("<!DOCTYPE html><html></html>", "web page"),
        (_camt().replace('"EUR">100.00<', '"EUR">7x<'), "'7x' is no amount"),
        (_camt().replace("2026-04-15", "2026-44-15"), "'2026-44-15' is no date"),
    ],
)
def test_xml_that_is_cut_off_hostile_or_something_else_is_refused(
    read: Reader, content: str, told: str
) -> None:
    with pytest.raises(PaymentFileError, match=told):
        read(content)


PAIN = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>{body}</CstmrPmtStsRpt></Document>"""
ORDER = """<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{state}</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn>
<AddtlInf>Incorrect account number</AddtlInf></StsRsnInf><OrgnlTxRef>{amount}</OrgnlTxRef></TxInfAndSts>"""


def test_pain_002_tells_of_rejected_settled_and_pending_orders(read: Reader) -> None:
    amount = '<Amt><InstdAmt Ccy="EUR">12.00</InstdAmt></Amt>'
    orders = "".join(
        ORDER.format(id=f"e-{state}", state=state, amount=given)
        for state, given in (("RJCT", amount), ("ACSC", amount), ("PDNG", ""))
    )
    body = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>B</OrgnlPmtInfId>{orders}</OrgnlPmtInfAndSts>"
    file = read(PAIN.format(group="", body=body))

    assert _told(file.payments) == [
        (12, "rejected", "e-RJCT"),
        (12, "paid", "e-ACSC"),
        (0, "ignored", "e-PDNG"),
    ]
    assert file.payments[0].reason == "AC01 Incorrect account number"


def test_which_codes_of_pain_002_mean_that_the_money_left_is_a_setting() -> None:
    orders = "".join(ORDER.format(id=f"e-{state}", state=state, amount="") for state in ("ACSP", "ACSC"))
    source = Source("s.xml", PAIN.format(group="", body=orders).encode())

    def paid(*codes: str) -> list[str]:
        file = read_payments(source, Reading(Hints(), built_in(None), codes))
        return [one.order for one in file.payments if one.status.value == "paid"]

    assert paid("ACSC", "ACSP") == ["e-ACSP", "e-ACSC"]
    assert paid("ACCC") == []


@pytest.mark.parametrize("code", ["RJCT", "CANC", "acsc", "ACS", ""])
def test_a_code_that_cannot_mean_settled_is_no_setting(code: str) -> None:
    with pytest.raises(ValueError, match="settled"):
        PaymentPolicy(settled=(code,))


def test_a_batch_that_was_rejected_whole_is_an_error_that_names_it(read: Reader) -> None:
    file = read(PAIN.format(group="<GrpSts>RJCT</GrpSts>", body=""))

    assert [(one.rule, one.severity, one.cell) for one in file.findings] == [
        ("batch-rejected", "error", "batch M1")
    ]


_HEADER = '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>M1</BizMsgIdr></AppHdr>'


def _in_envelope(*documents: str) -> str:
    return f"<Envelope>{_HEADER}{''.join(one.partition('?>')[2] for one in documents)}</Envelope>"


def test_a_document_beside_its_header_is_read_like_the_document_alone(read: Reader) -> None:
    assert read(_in_envelope(_camt())).payments == read(_camt()).payments


def test_an_envelope_of_two_documents_is_refused(read: Reader) -> None:
    with pytest.raises(PaymentFileError, match="holds 2 documents"):
        read(_in_envelope(_camt(), _camt()))


OFX = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260430<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>1<ACCTID>99<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260401<DTEND>20260430
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260415120000[-5:EST]<TRNAMT>-1200<FITID>F1<NAME>Acme<MEMO>BILL-1</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260416<TRNAMT>50,00<FITID>F2<NAME>Bolt<MEMO>RETURNED ITEM R03</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260417<TRNAMT>9.99<FITID>F3<NAME>Customer</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


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
    ((rule, place, message),) = _errors(read(MT940.replace("949,50", "949,51")))

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
    ((rule, place, message),) = _errors(file)

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
