"""Words in texts that speak against a payment: it was voided, failed, came back, or is only planned.

A file may tell this in any column and any language. So a word here never decides what became of a payment;
it only leaves the match to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from reconcile.erp.payments.plain_text import plain

# In Latin letters without accents, each at the beginning of a word; `*` stands for any end of it.
_WORDS: Final = """
void|voided|voiding|cancel|canceled|cancelled|cancellation|reversal|reversed|reverted|returned|refund|refunded|
chargeback|bounced|rejected|rejection|declined|denied|failed|failure|unsuccessful|unpaid|repaid|recalled|blocked|
pending|awaiting|unclaimed|expired|escheat*|nsf|rtn|rtnd|
not sent|not paid|not processed|not executed|not released|not transmitted|paid back|charge back|on hold|
do not pay|to be paid|held|withheld|stopped|suspended|duplicate|deleted|excluded|superseded|replaced|reissued|
re-issued|lost|uncashed|unpresented|undelivered|undeliverable|unreleased|disputed|dispute|incomplete|
forecast|proposal|proposed|quote|proforma|pro forma|pro-forma|accrual only|simulation|simulated|dry run|
test payment|test transaction|test run|test file|test entry|
not|never|cannot|will be|hold|hold until|to follow|under review|in review|needs approval|for approval|
reverse|reversing|postponed|postpone|deferred|rescheduled|delayed|queued|in process|in transit|sandbox|
wartet|offen|verschoben|zuruckgestellt|bloque*|sospes*|aplazad*|uitgesteld|utsatt|udsat|
to be approved|to be released|draft payment|draft only|payment draft|
instead of|insufficient funds|stop payment|payment stopped|stopped payment|
payment return|ach return|return item|returned item|stale dated|
nicht|entwurf|*vorschlag|probebuchung|testlauf|brouillon|a valider|a approuver|proforma|borrador|por aprobar|
rascunho|a aprovar|bozza|da approvare|concept|niet|voorstel|utkast|kladde|ikke|inte|szkic|taslak|
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
    "не ", "чернов", "проект", "未付", "未払", "未支", "草稿", "下書き", "预算", "退回", "拒绝", "拒絕",
    "失败", "失敗", "取消", "冲正", "处理中", "処理中", "返金", "組戻", "保留", "거부", "취소", "반환",
    "실패", "대기", "مرفوض", "ملغ", "مرتجع", "انتظار", "נדחה", "בוטל", "הוחזר", "ממתין",
)  # fmt: skip
_PATTERN: Final = re.compile(
    r"\b(?:"
    + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in _WORDS.replace("\n", "").split("|") if word)
    + r")\b"
)
# Texts that say so where they stand alone in a cell.
_WHOLE: Final = frozenset(
    (
        "draft", "plan", "sandbox", "demo", "staging", "reversing", "likely", "possible", "unlikely",
        "tentative", "planned", "budget", "forecast", "proposal", "proposed", "estimate",
        "estimated", "projected", "scheduled", "expected", "open", "due", "overdue", "unpaid",
        "partial", "partially approved", "hold", "test", "bill", "invoice", "credit memo",
        "credit note", "purchase order", "quote", "accrued", "budgetiert", "geplant", "offen", "fallig",
        "teilweise", "rechnung", "entwurf", "prevu", "facture", "echu", "partiel", "previsto",
        "factura", "fattura", "fatura", "factuur", "gepland", "concept", "faktura", "planlagt",
        "бюджет", "план", "счет", "预算", "计划", "发票", "予定", "請求書",
    )
)  # fmt: skip
# A longer text than this is no text of a bank, and the words stand at its beginning.
_LOOK_AT: Final = 2000
# Of longer texts nothing is kept.
_USUAL: Final = 200


def doubtful_text(texts: Iterable[str], names: Iterable[str] = ()) -> str:
    """The first of these texts with a word that speaks against a payment; names: see `doubtful_word`."""
    return next((text for text in texts if any(_found(text)) and doubtful_word((text,), names)), "")


def doubtful_word(texts: Iterable[str], names: Iterable[str] = ()) -> str:
    """The first word of these texts that speaks against a payment; empty where none does.

    names: of the payee, whose words count for nothing: a partner may be called Recall or Void.
    """
    own: set[str] | None = None
    for text in texts:
        hits, part = _found(text)
        if hits and own is None:
            own = {word for name in names for word in plain(name).split()}
        word = next((hit for hit in hits if not set(hit.split()) & (own or set())), "") or part
        if word:
            return word
    return ""


def _found(text: str) -> tuple[tuple[str, ...], str]:
    return _words_in(text) if len(text) <= _USUAL else _searched(text)


@lru_cache(maxsize=4096)
def _words_in(text: str) -> tuple[tuple[str, ...], str]:
    """The same texts stand in many rows."""
    return _searched(text)


def _searched(text: str) -> tuple[tuple[str, ...], str]:
    """The words of a text that speak against a payment, and the first such part of one in another script."""
    bare = plain(text[:_LOOK_AT])
    part = "" if bare.isascii() else next((part for part in _PARTS if part in bare), "")
    return tuple(hit.group() for hit in _PATTERN.finditer(bare)), part


def whole_word(text: str) -> str:
    """The text, where all that it says is that something is no payment made: `Draft`, `Invoice`."""
    return text if plain(text).strip(" .:-") in _WHOLE else ""
