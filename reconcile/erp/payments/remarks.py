"""Remarks beside a payment: what says more than its reference and its purpose is for a person."""

from __future__ import annotations

import re
from typing import Final

from reconcile.erp.payments.plain_text import pattern, plain, plain_label

_LABELS: Final = pattern(
    "note$ notes$ comment remark observation annotation bemerk anmerk notiz kommentar hinweis remarque",
    "commentaire",
    "comentario observac nota$ notas$ annotazion commento osservaz opmerking toelichting notat anmark",
    "uwag poznamk",
    "komment примеч коммент 备注 備考 비고 ملاحظ הערה σημει",
)
# Words that say what a payment is for, and no more.
_PURPOSE: Final = frozenset(
    (
        "a", "advice", "affiliate", "agreement", "ach", "amount", "and", "annual", "bank", "batch",
        "bill", "bills",
        "bonus", "by", "campaign", "card", "check", "cheque", "com", "comm", "commission", "commissions",
        "contract",
        "cycle", "deal", "earnings", "eft", "fee", "fees", "final", "for", "from", "full", "fy", "in", "inv",
        "invoice", "invoices", "marketing", "month", "monthly", "no", "number", "of", "on", "order", "paid",
        "partner", "partners", "pay", "payment", "payments", "payout", "payouts", "period", "plan",
        "pmt", "po",
        "program", "programme", "purchase", "quarter", "quarterly", "ref", "reference", "referral",
        "referrals",
        "remittance", "resell", "reseller", "revenue", "reward", "sales", "sepa", "services", "share",
        "standard",
        "swift", "thank", "thanks", "the", "to", "transfer", "usd", "eur", "vendor", "via", "wire",
        "with", "year",
        "you", "your", "provision", "provisionen", "rechnung", "zahlung", "uberweisung", "gutschrift",
        "partnerprovision",
        "und", "der", "die", "fur", "fuer", "von", "im", "commissionnement", "paiement", "facture", "de",
        "du", "la",
        "le", "et", "comision", "comisiones", "pago", "factura", "y", "commissioni", "pagamento",
        "fattura", "e",
        "commissie", "betaling", "factuur", "voor", "en", "van",
    )
)  # fmt: skip
_MONTHS: Final = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "januar",
        "februar",
        "marz",
        "maerz",
        "mai",
        "juni",
        "juli",
        "oktober",
        "dezember",
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ]
)
_WORD: Final = re.compile(r"[^\W_]+")


def is_remark(label: str) -> bool:
    """Whether a column is one for remarks."""
    return bool(_LABELS.search(plain_label(label)))


def says_more(text: str, payee: str) -> bool:
    """Whether a remark says more than what a payment is for and to whom. Numbers say nothing."""
    own = {*_WORD.findall(plain(payee))}
    words = _WORD.findall(plain(text))
    return any(
        word not in own and word not in _PURPOSE and word not in _MONTHS and not _has_digit(word)
        for word in words
    )


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)
