"""What columns tell of events, of what was done, of what is still owed: each known by its label alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Final

from reconcile.erp.payments.day_labels import is_day, is_payment_day, is_payment_word, is_planned
from reconcile.erp.payments.directions import IN, direction_word
from reconcile.erp.payments.formats.layout import TableLayout, word_form
from reconcile.erp.payments.formats.table_header import same_form
from reconcile.erp.payments.model import PaymentStatus
from reconcile.erp.payments.plain_text import pattern, plain, plain_label, unbracketed
from reconcile.erp.payments.state_words import state_of


class Kind(Enum):
    """What a column is about.

    event: something that undoes or stops a payment. done: a step that a payment needs. day: the day on which
    it was paid. kind: what kind of row it is. step: how far its approval is. owed: an amount that is still
    owed, or planned. flag: yes or no to a question that is not known. paid: an amount that was paid.
    """

    EVENT = auto()
    DONE = auto()
    DAY = auto()
    KIND = auto()
    STEP = auto()
    OWED = auto()
    FLAG = auto()
    PAID = auto()


_EVENTS: Final = (
    "void", "voided", "cancel", "canceled", "cancelled", "cancellation", "return", "returned", "reversal",
    "reversed", "reject", "rejected", "rejection", "fail", "failed", "failure", "error", "bounced", "refund",
    "refunded", "stop", "stopped", "chargeback", "declined", "deleted", "storno", "storniert", "stornodatum",
    "rückgabe", "fehler", "annulé", "rejet", "motifrejet", "anulado", "cancelado", "devuelto", "rechazo",
    "annullato", "geannuleerd", "foutmelding",
    "hold", "on hold", "payment hold", "block", "blocked", "payment block", "do not send", "do not pay",
    "reversal of", "reversed by", "reversing", "reversing entry", "replaced", "replaced by", "replacement",
    "superseded", "superseded by", "exception", "excluded", "disputed", "dispute", "simulated", "simulation",
    "test", "test mode", "draft", "proposal", "withheld", "deferred", "postponed", "suspended", "overdue",
    "days overdue", "past due", "corrects", "corrected by", "reissue of", "reissued", "reissued as",
    "reissue",
    "probability", "likelihood", "confidence", "certainty", "variance", "deviation", "wahrscheinlichkeit",
    "abweichung", "probabilité", "probabilidad", "probabilità", "rückläufer", "rejeté", "devuelto", "отменён",
    "作废", "取消", "expired", "recalled", "unpaid", "zahlsperre", "gesperrt", "sperre",
    "mahnstufe", "bloqué", "bloqueado", "bloccato", "geblokkeerd",
)  # fmt: skip
_DONE: Final = (
    "paid", "cleared", "sent", "approved", "completed", "executed", "released", "processed", "settled",
    "posted", "booked", "confirmed", "bezahlt", "gebucht", "ausgeführt", "payé", "pagado", "pagato",
    "betaald", "betalt", "réglé", "pago", "zapłacono", "zaplaceno", "оплачено", "已付款", "支払済",
    "ödendi", "mailed", "printed", "emailed", "dispatched", "delivered", "transmitted", "submitted", "funded",
    "disbursed", "transferred", "wired", "reconciled", "handed over", "cashed", "encashed", "presented",
    "signed", "actual", "signature",
    "authorised", "authorized", "selected", "selected for payment", "released by bank", "final", "mail",
    "paid to date", "freigegeben", "überwiesen", "verschickt", "versendet", "gesendet", "abgestimmt",
    "envoyé", "validé", "approuvé", "enviado", "aprobado", "aprovado", "inviato", "approvato", "verzonden",
    "goedgekeurd", "sendt", "skickad", "godkänd", "godkjent", "wysłano", "odesláno",
)  # fmt: skip
_ABOUT: Final = re.compile(
    r"^(?:is|was|date|amount|payment)?(?P<word>.+?)"
    r"(?:date|on|at|time|reason|code|flag|description|message|by|amount|payment|utc)?$"
)
_NO: Final = frozenset(
    (
        "", "no", "n", "false", "none", "null", "nil", "-", "—", "n/a", "na", "nein", "non", "nee", "f",
        "off",
        "nej", "nei", "não", "nao", "nie", "ne", "ei", "нет", "否", "未", "いいえ", "아니요", "hayir", "nem",
    )
)  # fmt: skip
_YES: Final = frozenset(
    (
        "yes",
        "y",
        "true",
        "t",
        "on",
        "x",
        "✓",
        "✔",
        "ja",
        "j",
        "oui",
        "o",
        "sí",
        "si",
        "s",
        "sim",
        "sì",
        "tak",
        "ano",
        "kyllä",
        "да",
        "是",
        "はい",
        "예",
        "evet",
        "igen",
    )
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
    r"adjustment|dividend|reversal|dslip|proposal|pro ?forma|template|draft|bill(?! pay)|order|vorschlag|"
    r"entwurf|"
    r"(?:money|transfer|wire) in|ach credit|gutschrift|rechnung|gebuhr|"
    r"entgelt|zins|avoir|frais|abono|comision|comissao|commissione|accredito|bijschrijving|wplyw|приход|"
    r"поступление|收入|入金|입금|贷)"
)
# An amount that is still owed, or that is none yet.
_OWED: Final = pattern(
    "balance+due balance+open open$ amount+due amount+open amount+owing amount+owed outstanding remain",
    "unpaid still",
    "owed owing unapplied to+pay payable withheld due$ proposed requested budget forecast planned",
    "expected",
    "offen offener offene rest$ restbetrag restsaldo restschuld zu+zahlen faelliger falliger",
    "restant reste solde+du a+payer pendiente por+pagar a+pagar em+aberto pendente residu da+pagare",
    "aperto",
    "openstaand resterend te+betalen utestaende resterande udestaende restbelop obetald",
    "do+zaplaty zbyva nedoplat задолж к+оплате 未付 未払 미지급 odenecek",
)
_AMOUNT: Final = re.compile(
    # No two neighbours match the same text: a long blank cell takes time in proportion to its length.
    r"[^\W\d]{0,3}\s*(?:[-+(]\s*)?[^\W\d]?\d(?:[.,' \u00a0]*\d)*[.,]?\s*(?:[-)]{1,2}\s*)?[^\W\d]{0,3}",
    re.ASCII,
)
_STEPS: Final = pattern(
    "approval$ approvals$ authorisation$ authorization$ stage$ phase$ step$ workflow$ progress$ decision$",
    "release$",
    "freigabe$ genehmigung$ approbation$ validation$ aprobacion$ aprovacao$ approvazione$ goedkeuring$",
    "godkendelse$ godkannande$ zatwierdzenie$ schvaleni$ согласование 审批 承認 승인",
)
_STEP_DONE: Final = frozenset(
    (
        "approved", "final", "complete", "completed", "done", "released", "paid", "sent", "executed",
        "authorised", "authorized", "freigegeben", "genehmigt", "bezahlt", "approuve", "valide",
        "aprobado", "aprovado", "approvato", "goedgekeurd", "godkendt", "godkand",
    )
)  # fmt: skip
# Questions whose answer says nothing of whether it was paid.
_NEUTRAL: Final = pattern(
    "1099 tax vat gst w9 recurring urgent priority express instant same foreign international domestic",
    "sepa cross",
    "contractor employee vendor supplier partner active default billable exported imported attach receipt",
    "verified",
    "new$ individual company business primary batch shared split memo notify email contact us$ eu$ card",
    "mobile",
    "steuer dringend eilig livemode",
)


# Amounts and numbers beside a payment that are none of what was paid.
_BESIDE: Final = pattern(
    "fee charge discount rate tax vat cost id$ no$ number num$ ref reference method type terms code",
    "currency",
    "gebuhr entgelt skonto kurs steuer nummer frais taux numero comision tipo metodo commissi kosten",
)


def kind_of_column(label: str, layout: TableLayout, *, used: bool, flags: bool) -> Kind | None:
    """What a column is about; None for one that says nothing of whether the money left.

    used: it has a meaning already, so that only what speaks against any row counts. flags: it says yes or no.
    """
    form, word = _forms(label)
    words = plain_label(label)
    beside = bool(_BESIDE.search(words))
    if word in _FORMS_OF_EVENTS or form in _FORMS_OF_EVENTS:
        return Kind.EVENT
    if is_payment_day(label) and form not in _FORMS_OF_DONE:
        return Kind.DAY
    others = (
        (word in _FORMS_OF_DONE or form in _FORMS_OF_DONE, Kind.DONE),
        (form in _KINDS and not layout.kinds, Kind.KIND),
        (bool(_STEPS.fullmatch(words)), Kind.STEP),
        (not beside and (bool(_OWED.search(words)) or is_planned(label)), Kind.OWED),
        (flags and not _NEUTRAL.search(words), Kind.FLAG),
        (not beside and is_payment_word(label), Kind.PAID),
    )
    return None if used else next((kind for fits, kind in others if fits), None)


def speaks_against(kind: Kind, label: str, text: str, layout: TableLayout) -> bool:
    """Whether what stands in a column of a kind speaks against the payment of its row."""
    is_no = word_form(text) in _NO or not text.strip("0.,- ")
    if not text:
        return kind is Kind.DAY or (kind is Kind.DONE and _needs_a_word(label))
    says: Mapping[Kind, Callable[[], bool]] = {
        Kind.EVENT: lambda: not is_no,
        Kind.DAY: lambda: is_no,
        Kind.DONE: lambda: is_no or (_needs_a_word(label) and not _is_done(text, layout)),
        Kind.OWED: lambda: bool(_AMOUNT.fullmatch(text)) and not is_no,
        Kind.STEP: lambda: plain(text) not in _STEP_DONE,
        Kind.KIND: lambda: _is_no_payment(text, layout),
        Kind.FLAG: lambda: True,
    }
    return kind in says and says[kind]()


def is_flag(text: str) -> bool:
    """Whether a text says yes or no."""
    return word_form(text) in _YES | _NO


def _is_done(text: str, layout: TableLayout) -> bool:
    """Whether a text says that a step was done: yes, a day, an amount, or a word for paid."""
    has_digit = any(char.isdigit() for char in text)
    if text.endswith("%"):
        return text.removesuffix("%").strip().rstrip("0").rstrip(".,") == "1"
    return has_digit or word_form(text) in _YES or state_of(text, layout) is PaymentStatus.PAID


def _needs_a_word(label: str) -> bool:
    """Whether a blank says that a step was not done: under `Cleared` or `Date sent`, not under `Sent by`."""
    form, word = _forms(label)
    return form in (word, f"is{word}") or is_day(label) or "amount" in form


def _is_no_payment(text: str, layout: TableLayout) -> bool:
    bare = plain(text)
    if direction_word(text, layout):
        return direction_word(text, layout) == IN
    return bool(_NO_PAYMENT.search(bare)) or not _PAYMENT.search(bare)


def _forms(label: str) -> tuple[str, str]:
    """A label as it is compared, and the word that it is about."""
    form = same_form(unbracketed(label))
    about = _ABOUT.match(form)
    return form, about["word"] if about else form


_FORMS_OF_EVENTS: Final = frozenset(same_form(word) for word in _EVENTS)
_FORMS_OF_DONE: Final = frozenset(same_form(word) for word in _DONE)
