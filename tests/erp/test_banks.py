"""Payments in files of ISO 20022: camt and pain.002 give payments with places, and are checked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from erp.bank_cases import Reader, errors_of

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.payments.formats.layout import built_in
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import Payment, Source
from reconcile.errors import PaymentFileError

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


def test_a_camt_statement_whose_balances_do_not_agree_is_an_error(read: Reader) -> None:
    ((rule, place, message),) = errors_of(read(_camt(closing="970.00")))

    assert (rule, place) == ("closing-balance", "account \u20263000")
    assert "the entries give 980, and the closing balance is 970" in message


@pytest.mark.parametrize("number", ["4", "\u00b2", "9" * 100_000])
def test_a_camt_statement_whose_stated_sum_or_count_differs_is_an_error(read: Reader, number: str) -> None:
    text = _camt(closing="960.00").replace('"EUR">30.00', '"EUR">10.00')
    ((rule, _, message),) = errors_of(read(text))
    assert (rule, message) == ("control-total", "TtlNtries says 180.00, the entries give 160.")

    ((rule, _, message),) = errors_of(read(_camt().replace("<NbOfNtries>3", f"<NbOfNtries>{number}")))
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
    assert [rule for rule, _, _ in errors_of(read(wrong))] == ["closing-balance"]


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
