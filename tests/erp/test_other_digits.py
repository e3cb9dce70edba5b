"""Digits of other scripts, superscripts and wide signs are no numbers, in the amounts and days of every format."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reconcile.close.remeasurement.rates import rates_from
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import PaymentFile, Source
from reconcile.errors import ConfigurationError, PaymentFileError
from tests.erp.conftest import BUILT_IN

PLAIN = "0123456789"
FORMS: dict[str, Callable[[str], str]] = {
    "Arabic": lambda text: text.translate(str.maketrans(PLAIN, "٠١٢٣٤٥٦٧٨٩")),
    "wide": lambda text: text.translate(str.maketrans(PLAIN, "０１２３４５６７８９")),  # noqa: RUF001  as meant
    "superscript": lambda text: text.translate(str.maketrans(PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    "a wide minus": lambda text: "－" + text.lstrip("-"),  # noqa: RUF001  as meant
    "an underscore": lambda text: f"{text[0]}_{text[1:]}",
}
# «A:…» is an amount and «D:…» a day.
FILES = {
    "table": "Date,Payee,Amount,Currency,Status\n«D:2026-04-15»,Acme,«A:5.00»,USD,Paid\n2026-04-16,B,7.00,USD,Paid\n",
    "MT940": ":20:S\n:25:1\n:28C:1/1\n:60F:C260401USD0,00\n:61:«D:260415»0415D«A:1,00»NTRFNONREF//B\n"
    ":86:?20EREF+a?32A\n:62F:D260430USD1,00\n",
    "BAI2": "01,A,B,260430,2000,1,80,,2/\n02,V,B,1,«D:260430»,2000,USD,2/\n03,1,USD,010,0,,Z/\n"
    "16,495,«A:500»,Z,1,a,b/\n49,500,3/\n98,500,1,5/\n99,500,1,7/",
    "camt.053": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Ntry>'
    '<Amt Ccy="USD">«A:5.00»</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>'
    "<BookgDt><Dt>«D:2026-04-15»</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>",
    "pain.002": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
    "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>a</OrgnlEndToEndId><TxSts>RJCT</TxSts><OrgnlTxRef>"
    '<Amt><InstdAmt Ccy="USD">«A:5.00»</InstdAmt></Amt><ReqdExctnDt><Dt>«D:2026-04-15»</Dt></ReqdExctnDt>'
    "</OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
    "OFX": "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST><STMTTRN>"
    "<TRNTYPE>DEBIT<DTPOSTED>«D:20260415»<TRNAMT>«A:-5»<FITID>1<NAME>A</STMTTRN></BANKTRANLIST></STMTRS>"
    "</STMTTRNRS></BANKMSGSRSV1></OFX>",
    "Xero": '{"Payments": [{"PaymentID": "1", "Date": "«D:2026-04-15»", "Amount": «A:5.00», '
    '"Status": "AUTHORISED", "Invoice": {"InvoiceNumber": "p", "CurrencyCode": "USD", "Contact": {"Name": "P"}}}]}',
}


def _read(text: str) -> PaymentFile:
    return read_payments(Source("file", text.encode()), Reading(Hints(), BUILT_IN))


def _written(text: str, kind: str, form: Callable[[str], str]) -> str:
    return re.sub("«(.):([^»]*)»", lambda found: form(found[2]) if found[1] == kind else found[2], text)


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_read_with_plain_digits(name: str) -> None:
    assert _read(_written(FILES[name], "", str)).payments


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["A", "D"], ids=["amount", "day"])
@pytest.mark.parametrize("name", FILES)
def test_other_digits_are_refused_in_a_sentence(name: str, kind: str, form: str) -> None:
    if (name, kind, form) == ("table", "A", "an underscore"):
        pytest.skip("people part thousands by an underscore")

    with pytest.raises(PaymentFileError, match=r"is no|digits of another script|is not|no MT940|no payments"):
        _read(_written(FILES[name], kind, FORMS[form]))


@pytest.mark.parametrize("form", FORMS)
def test_a_rate_in_other_digits_is_refused(form: str) -> None:
    rows = [["currency", "to", "rate", "date"], ["EUR", "USD", FORMS[form]("1.1"), "2026-03-31"]]

    with pytest.raises((ConfigurationError, PaymentFileError)):
        rates_from(rows, "rates.csv")
