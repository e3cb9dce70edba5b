"""OFX and QFX statements: the library takes the file apart, what it means is read leniently.

The library's own models refuse what banks write every day (missing decimals, odd members), so only its
parser is used (Open Financial Exchange 2.2, 11.4.4 statement transactions).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import Element  # only the type: the library does the parsing

from reconcile.domain.money import Money, exponent, is_digits, parse_decimal
from reconcile.erp.payments.formats import xml
from reconcile.erp.payments.formats.decode import Decoded, decode
from reconcile.erp.payments.formats.optional_readers import extra
from reconcile.erp.payments.formats.return_words import looks_returned
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, Source, cut, texts
from reconcile.errors import PaymentFileError

# Kinds of debits that are payments made. Others are holds, deposits taken back, fees, interest, or unknown.
_PAYMENTS: Final = (
    "DEBIT",
    "CHECK",
    "PAYMENT",
    "XFER",
    "REPEATPMT",
    "DIRECTDEBIT",
    "CASH",
    "POS",
    "ATM",
    "OTHER",
    "",
)
_DAYS: Final = ("DTUSER", "DTAVAIL")
_STATEMENTS: Final = ("STMTRS", "CCSTMTRS")


def read_ofx(source: Source) -> PaymentFile:
    """The transactions of all accounts.

    Raises PaymentFileError for a damaged file, and ConfigurationError where the extra `ofx` is missing.
    """
    root, decoded = _root(source)
    payments: list[Payment] = []
    for statement in (one for one in root.iter() if one.tag in _STATEMENTS):
        payments += source.budget.steps(_payments(source.name, statement, len(payments)))
    how = () if decoded.encoding == "utf-8" else (f"encoding {decoded.encoding}",)
    return PaymentFile(source.name, "OFX", source.sha256, tuple(payments), how, decoded.findings)


# The header as the library wants it. What the file says of its letters is found from the letters, since
# banks write names of character sets that there are not, and leave out members.
_PLAIN_HEADER: Final = (
    b"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\n"
    b"COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)


def _root(source: Source) -> tuple[Element, Decoded]:
    parser: Any = extra("ofxtools.Parser", "ofx", source.name)
    decoded = decode(source.name, source.content)
    start = decoded.text.upper().find("<OFX>")
    # The library closes by itself what a cut-off file leaves open.
    if start < 0 or "</OFX>" not in decoded.text[-200:].upper():
        raise PaymentFileError(f"{source.name} is no complete OFX: </OFX> is missing. Fetch it again.")
    tree = parser.OFXTree()
    try:
        tree.parse(BytesIO(_PLAIN_HEADER + decoded.text[start:].encode()))
    except (parser.ParseError, ValueError, SyntaxError, AttributeError, IndexError, LookupError) as error:
        raise PaymentFileError(
            f"{source.name} is no complete OFX. It is probably cut off; fetch it again."
        ) from error
    root: Element = tree.getroot()
    return root, decoded


def _payments(file: str, statement: Element, before: int) -> Iterator[Payment]:
    account = xml.words(statement, "BANKACCTFROM/ACCTID", "CCACCTFROM/ACCTID")
    currency = xml.words(statement, "CURDEF").upper()
    for number, one in enumerate(xml.every(statement, "BANKTRANLIST/STMTTRN"), start=before + 1):
        place = Place(file, f"transaction {number}")
        yield _payment(one, place, account, _currency(one, currency, place))


def _currency(one: Element, usual: str, place: Place) -> str:
    """The currency of TRNAMT: that of CURRENCY, or else of the account. ORIGCURRENCY was converted (5.2)."""
    own = xml.words(one, "CURRENCY/CURSYM").upper()
    currency, tag = (own, "CURSYM") if own else (usual, "CURDEF")
    if exponent(currency) is None:
        raise PaymentFileError(f"{place}: {tag} is {currency[:20]!r}, which is no currency.")
    return currency


def _payment(one: Element, place: Place, account: str, currency: str) -> Payment:
    moved = _amount(xml.words(one, "TRNAMT"), place)
    name, memo = xml.words(one, "NAME", "PAYEE/NAME"), xml.words(one, "MEMO")
    status, why = _status(moved, xml.words(one, "TRNTYPE"), name, memo)
    references = texts(memo, xml.words(one, "CHECKNUM"), xml.words(one, "REFNUM"), name)
    return Payment(
        place=place,
        amount=Money(-moved, currency),
        status=status,
        id=xml.words(one, "FITID"),
        account=account,
        booked=_day(xml.words(one, "DTPOSTED"), place),
        payee=name,
        references=references,
        po_texts=texts(memo, name),
        reason=why,
        doubt=_doubt(one) if moved < 0 else "",
        days=tuple((tag, _day(text, place, tag)) for tag in _DAYS if (text := xml.words(one, tag))),
    )


def _doubt(one: Element) -> str:
    """What the kind of a transaction says against its being a payment, or a correction that takes it away."""
    kind = xml.words(one, "TRNTYPE").upper()
    if xml.words(one, "CORRECTFITID"):
        return f"it corrects another transaction ({xml.words(one, 'CORRECTACTION') or 'not said how'})"
    return "" if kind in _PAYMENTS else f"its kind is {kind}"


def _status(moved: Decimal, kind: str, name: str, memo: str) -> tuple[PaymentStatus, str]:
    if moved < 0:
        return PaymentStatus.PAID, ""
    if looks_returned(kind, name, memo):
        return PaymentStatus.RETURNED, memo or name
    return PaymentStatus.RECEIVED, "money received"


def _amount(text: str, place: Place) -> Decimal:
    # The standard allows a comma (3.2.9.1), and neither form separates thousands.
    found = parse_decimal(text.replace(",", "."))
    if found is None:
        raise PaymentFileError(f"{place}: TRNAMT is {cut(text)!r}, which is no amount.")
    return found


def _day(text: str, place: Place, tag: str = "DTPOSTED") -> date:
    # `int` takes the digits of other scripts as well, and `1_0`.
    digits = text[:8] if is_digits(text[:8]) else ""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise PaymentFileError(f"{place}: {tag} is {cut(text)!r}, which is no date.") from error
