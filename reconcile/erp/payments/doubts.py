"""What the words of a payment say against it: that it was voided, failed, came back, or is no payment at all.

A file may tell this in any column and any language. So a word here never decides what became of a payment;
it only leaves the match to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.erp.payments.directions import IN, direction_word
from reconcile.erp.payments.formats.layout import TableLayout, word_form
from reconcile.erp.payments.formats.table_header import Header, guessed_places, same_form
from reconcile.erp.payments.model import GridRow

# In Latin letters without accents, each at the beginning of a word; `*` stands for any end of it.
_WORDS: Final = """
void|voided|voiding|cancel|canceled|cancelled|cancellation|reversal|reversed|reverted|returned|refund|refunded|
chargeback|bounced|rejected|rejection|declined|denied|failed|failure|unsuccessful|unpaid|repaid|recalled|blocked|
pending|awaiting|unclaimed|expired|escheat*|nsf|rtn|rtnd|
not sent|not paid|not processed|not executed|not released|not transmitted|paid back|charge back|on hold|
do not pay|to be paid|held|stopped|duplicate|deleted|forecast|proposal|quote|
not for|instead of|insufficient funds|stop payment|payment stopped|stopped payment|
payment return|ach return|return item|returned item|stale dated|
storn*|rueckgabe|ruckgabe|rucklast*|ruecklast*|ruckbuch*|rueckbuch*|ruckuberweis*|rueckueberweis*|zuruckgewiesen|
zurueckgewiesen|zuruckgegeben|abgelehnt|abgewiesen|fehlgeschlagen|vorgemerkt|gesperrt|nicht bezahlt|
nicht ausgefuhrt|nicht ausgefuehrt|nicht gebucht|
annul*|rejet*|impaye*|refuse*|echoue*|echec|rembours*|retourne*|non paye*|en attente|
anulad*|anulac*|cancelad*|rechaz*|devuel*|devoluc*|devolvid*|reembols*|estorn*|recusad*|rejeitad*|pendiente|
pendente|fallid*|falhou|no pagad*|nao pag*|
respint*|rifiutat*|rimbors*|insolut*|in attesa|in sospeso|non pagat*|
geannuleerd|geweigerd|mislukt|teruggeb*|terugboek*|retour|geblokkeerd|niet betaald|niet uitgevoerd|
in behandeling|
avvis*|avbrut*|makuler*|afvist|afvent*|returner*|tilbagef*|tilbakef*|aterbetal*|hylat*|peruut*|palaut*|odota*|
odrzuc*|anulow*|zwrot*|oczekuj*|zamitnut*|zrusen*|vracen*|reddedil*|iptal*|iade*|beklemede|ditolak|tu choi
"""
# In other scripts, anywhere in the text.
_PARTS: Final = (
    "отклон", "отмен", "возврат", "ожида", "аннулир", "απορριφ", "ακυρ", "επιστροφ", "εκκρεμ", "退款",
    "退回", "拒绝", "拒絕", "失败", "失敗", "取消", "冲正", "处理中", "処理中", "返金", "組戻", "保留",
    "거부", "취소", "반환", "실패", "대기", "مرفوض", "ملغ", "مرتجع", "انتظار", "נדחה", "בוטל", "הוחזר",
    "ממתין",
)  # fmt: skip
_PATTERN: Final = re.compile(
    r"\b(?:"
    + "|".join(re.escape(word.strip()).replace(r"\*", r"\w*") for word in _WORDS.replace("\n", "").split("|"))
    + r")\b"
)
# A longer text than this is no text of a bank, and the words stand at its beginning.
_LOOK_AT: Final = 2000

_EVENTS: Final = (
    "void", "voided", "cancel", "canceled", "cancelled", "cancellation", "return", "returned", "reversal",
    "reversed", "reject", "rejected", "rejection", "fail", "failed", "failure", "error", "bounced", "refund",
    "refunded", "stop", "stopped", "chargeback", "declined", "deleted", "storno", "storniert", "stornodatum",
    "rückgabe", "fehler", "annulé", "rejet", "motifrejet", "anulado", "cancelado", "devuelto", "rechazo",
    "annullato", "geannuleerd", "foutmelding",
    # What is still owed: a list of open bills names the same numbers and amounts as their payments.
    "hold", "on hold", "payment hold", "balance due", "open balance", "amount due", "outstanding",
    "outstanding balance", "outstanding amount", "open amount", "remaining", "remaining balance",
    "unpaid amount", "offener betrag", "offen", "restbetrag", "restsaldo", "solde dû", "reste à payer",
    "saldo pendiente", "importe pendiente", "importo residuo", "openstaand", "openstaand bedrag",
)  # fmt: skip
_DONE: Final = (
    "paid", "cleared", "sent", "approved", "completed", "executed", "released", "processed", "settled",
    "posted", "booked", "confirmed", "bezahlt", "gebucht", "ausgeführt", "payé", "pagado", "pagato",
    "betaald",
)  # fmt: skip
# Days on which a bill came or is to be paid, which are no days of a payment.
_DAYS_OF_BILLS: Final = (
    "due", "due date", "due on", "date due", "payment due", "payment due date", "scheduled date", "scheduled",
    "scheduled for", "expected date", "invoice date", "bill date", "date of invoice", "fällig", "fällig am",
    "fälligkeit", "fälligkeitsdatum", "rechnungsdatum", "échéance", "date d'échéance", "date de facture",
    "vencimiento", "fecha de vencimiento", "vencimento", "data de vencimento", "scadenza", "data scadenza",
    "vervaldatum", "vervaldag", "factuurdatum", "termin płatności", "forfaldsdato", "förfallodag",
)  # fmt: skip
# Days on which it was paid: a blank one says that it was not.
_DAYS_OF_PAYMENTS: Final = (
    "paid on", "paid at", "date paid", "paid date", "payment date", "date of payment", "bezahlt am",
    "zahlungsdatum", "date de paiement", "fecha de pago", "data pagamento", "betaald op", "betaaldatum",
)  # fmt: skip
_ABOUT: Final = re.compile(
    r"^(?:is|was|date|amount|payment)?(?P<word>.+?)"
    r"(?:date|on|at|time|reason|code|flag|description|message|by|amount|payment|utc)?$"
)
_NO: Final = frozenset(
    ("", "no", "n", "false", "none", "null", "nil", "-", "—", "n/a", "na", "nein", "non", "nee", "f", "off")
)
_KINDS: Final = frozenset(
    same_form(label)
    for label in (
        "Type", "Kind", "Transaction type", "Payment type", "Transfer type", "Entry type", "Record type",
        "Document type", "Operation", "Operation type", "Movement", "Movement type", "Category type", "Tipo",
        "Tipo de operación", "Tipo de movimiento", "Tipo operazione", "Typ", "Typ transakcji", "Art",
        "Buchungsart", "Buchungstext", "Umsatzart", "Vorgang", "Soort", "Mutatiesoort", "Transactietype",
        "Type d'opération", "Nature", "Typ transakce", "Slag", "Тип", "Тип операции", "类型", "交易类型",
        "種類", "取引種別", "구분", "거래구분", "Flow", "Transaction", "借贷",
    )
)  # fmt: skip
# What the word for a kind of row has in it where the row is a payment made.
_PAYMENT: Final = re.compile(
    r"payment|pmt|pymt|\bpay|payout|transfer|ach|wire|sepa|swift|check|cheque|debit|card|bacs|chaps|eft|iat|"
    r"giro|remit|vendor|supplier|withdraw|outgoing|sent|uberweisung|ueberweisung|zahlung|lastschrift|auftrag|"
    r"virement|paiement|prelevement|transferencia|pago|pagamento|bonifico|disposizione|betaling|overboeking|"
    r"overschrijving|przelew|platba|uhrada|overforing|overforsel|tilisiirto|перевод|платеж|списание|转账|付款|"
    r"支出|振込|支払|출금|이체"
)
_NO_PAYMENT: Final = re.compile(
    r"\b(?:invoice|journal|purchase order|authori[sz]ation|hold|fees?|interest|tax|credit memo|credit note|"
    r"(?:bill|vendor|supplier) credit|deposit|receipt|received|incoming|inbound|estimate|quote|request|"
    r"adjustment|dividend|reversal|dslip|(?:money|transfer|wire) in|ach credit|gutschrift|rechnung|gebuhr|"
    r"entgelt|zins|avoir|frais|abono|comision|comissao|commissione|accredito|bijschrijving|wplyw|приход|"
    r"поступление|收入|入金|입금|贷)"
)


def doubtful_word(texts: Iterable[str], names: Iterable[str] = ()) -> str:
    """The first word of these texts that speaks against a payment; empty where none does.

    names: of the payee, whose words count for nothing: a partner may be called Recall or Void.
    """
    own = {word for name in names for word in _plain(name).split()}
    for text in texts:
        plain = _plain(text[:_LOOK_AT])
        hits = (hit.group() for hit in _PATTERN.finditer(plain) if not set(hit.group().split()) & own)
        word = next(hits, "") or next((part for part in _PARTS if part in plain), "")
        if word:
            return word
    return ""


def doubt_of_row(row: GridRow, header: Header, layout: TableLayout, payee: str) -> str:
    """What the columns of a row say against a payment that left: `'Void date' says '2026-04-20'`."""
    for place in guessed_places(header, layout, taken=False):
        label, text = header.labels[place], row.text(place)
        if label and _speaks_against(header, layout, place, text):
            return f"{label!r} says {text!r}"
        if same_form(label) in _FORMS_OF_PAYMENT_DAYS and not text:
            return f"{label!r} is blank"
    if label := _day_of_a_bill(header):
        return f"its only day is {label!r}, which is no day of a payment"
    own = (payee,) if _names(header) else ()
    told = next((text for text in _texts(row, header, layout) if doubtful_word([text], own)), "")
    return f"it says {told[:80]!r}" if told else ""


def _day_of_a_bill(header: Header) -> str:
    """The day of a table that knows when bills came or are due, and not when they were paid; or empty."""
    days = [header.labels[place] for place in header.columns.get("date", ())]
    if any(same_form(label) not in _FORMS_OF_BILL_DAYS for label in days):
        return ""
    return next((label for label in (*days, *header.labels) if same_form(label) in _FORMS_OF_BILL_DAYS), "")


def _names(header: Header) -> set[int]:
    """The columns that hold a name alone. Some tables have only a text, and the name in it."""
    texts = {*header.columns.get("memo", ()), *header.columns.get("reference", ())}
    return {*header.columns.get("payee", ())} - texts


def _texts(row: GridRow, header: Header, layout: TableLayout) -> Iterator[str]:
    """The texts of a row but for the payee and the columns that say nothing of it; also beyond the header."""
    known = set(guessed_places(header, layout, taken=False)) - _names(header)
    for place in range(len(row.cells)):
        if place in known or place >= header.width:
            yield row.text(place)


def _speaks_against(header: Header, layout: TableLayout, place: int, text: str) -> bool:
    """Whether a column is about an event that undoes payments, or a doing that did not happen."""
    form = same_form(header.labels[place])
    about = _ABOUT.match(form)
    word = about["word"] if about else form
    is_no = word_form(text) in _NO or not text.strip("0.,- ")
    if word in _FORMS_OF_EVENTS or form in _FORMS_OF_EVENTS:
        return not is_no
    used = {at for places in header.columns.values() for at in places}
    if place in used:
        return False
    if word in _FORMS_OF_DONE:
        return bool(text) and is_no
    if form in _KINDS and not layout.kinds and text:
        plain = _plain(text)
        if direction_word(text, layout):
            return direction_word(text, layout) == IN
        return bool(_NO_PAYMENT.search(plain)) or not _PAYMENT.search(plain)
    return False


_FORMS_OF_BILL_DAYS: Final = frozenset(same_form(label) for label in _DAYS_OF_BILLS)
_FORMS_OF_PAYMENT_DAYS: Final = frozenset(same_form(label) for label in _DAYS_OF_PAYMENTS)
_FORMS_OF_EVENTS: Final = frozenset(same_form(word) for word in _EVENTS)
_FORMS_OF_DONE: Final = frozenset(same_form(word) for word in _DONE)


def _plain(text: str) -> str:
    """The text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "l").replace("ø", "o"))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().replace("_", " ").split())
