"""What kind of day a column holds, by its label: of a bill, of a payment, or one that is only planned.

The stems are those of the usual languages of trade, without accents.
"""

from __future__ import annotations

from typing import Final

from reconcile.erp.payments.plain_text import pattern, plain_label

# A payment, in a word for it.
_PAY: Final = pattern(
    "paid$ pay$ pays$ payment payout paying payee pmt pymt remit disburs settle reimburs",
    "bezahl zahl$ zahlung zahldat zahltag zahlbetrag gezahlt uberwiesen ueberwiesen ausgezahlt auszahl",
    "paye$ payee$ payes$ paiement regle reglement verse$ versement vire$",
    "pago pagad pagam pagat abonad bonific liquidad",
    "betaa betal uitbetal utbetal udbetal maksu maksett zaplac platnos platb uhra uhrad fizet kifizet",
    "odeme odendi",
    "оплат оплач платеж платёж выплат πληρωμ 付款 支付 付讫 支払 振込 지급 지불 결제 دفع סדר תשלום שולם",
)
# A day on which something is due, or is to happen.
_DUE: Final = pattern(
    "due$ overdue past+due deadline maturity pay+by payable+by discount+until",
    "fallig faellig nettofallig zahlungsziel zahlungsfrist zahlungstermin zahlbar skonto",
    "echeance echu vencim vence$ venc$ scaden scadut verval betaaltermijn termin$ termin+",
    "forfald forfall forfalls erapaiva splatn esedek hatarid vade son+odeme",
    "срок λήξη ληξη 到期 期限 期日 만기 납기 استحقاق",
)
_PLANNED: Final = pattern(
    "sched expect plan$ planned planning request propos next$ earliest latest promis target desired",
    "estimat",
    "forecast budget future upcoming intended anticipat preferred wanted tentative projected",
    "gewunsch wunsch geplant plan voraussicht erwartet vorgeschlag vorschlag soll$ prognos",
    "prevu prevision souhait provision previst propuest propost propose deseado estimad stimat programmat",
    "programad",
    "verwacht gepland voorgesteld gewenst forvent planlagt planerad onskat planowan ocekav planovan",
    "план ожида предполож 预计 計画 予定 예정 متوقع",
)
# The day of a paper, and what a bill is called.
_BILL: Final = pattern(
    "invoice bill$ bills$ billing document$ doc$ voucher order$ delivery shipment receipt rechnung beleg$",
    "belegdat",
    "bestell liefer factur fattur faktur fatura bestelling commande livraison pedido ordine laskun lasku",
    "szamla",
    "счет счёт накладн 发票 請求 注文 세금계산서 فاتورة",
)
# The day on which a row was made, and no more.
_MADE: Final = pattern(
    "create entered entry+date added$ issue issued received receipt accru posted+by captured imported",
    "uploaded",
    "erstellt erfasst angelegt eingegangen eingang cree$ creee saisi emis$ emission recu$ cread creac",
    "emitid recib",
    "creato emess ricevut aangemaakt ontvangen skapad oprettet opprettet utworz vytvor создан 创建 作成 생성",
)
_DAY: Final = pattern(
    "date$ dated datum dato$ data$ day$ days$ on$ at$ when$ fecha jour le$ tag$ am$ op$ il$ el$ em$ dag$",
    "den$ dnia",
    "paivamaar paiva tarih ngay tanggal time$ timestamp дата день 日 날짜 일자 تاريخ תאריך ημερομ",
)
_ENDS_IN_DAY: Final = ("date", "datum", "dato", "dag", "tag", "paiva", "termin", "日", "일")
# Days that may lie ahead in the table of what was paid.
_AHEAD: Final = pattern(
    "expir exp$ valid until$ till$ through$ next$ period contract end$ ends$ ending renew term$ terms$",
    "birth review",
    "gultig bis$ laufzeit vertrag periode ende$ valable jusqu expira valido hasta fin$ scade geldig",
    "geldigheid tot$",
)


def is_bill_day(label: str) -> bool:
    """Whether a label is that of a day on which a bill came or is due, or on which something is planned."""
    return is_due_day(label) or is_planned(label) or is_document(label)


def is_due_day(label: str) -> bool:
    """Whether a label says when something is due."""
    return bool(_DUE.search(plain_label(label)))


def is_planned(label: str) -> bool:
    """Whether a label speaks of what is only planned, proposed or expected."""
    return bool(_PLANNED.search(plain_label(label)))


def is_document(label: str) -> bool:
    """Whether a label is that of a bill or another paper, and not of its payment."""
    words = plain_label(label)
    return bool(_BILL.search(words)) and not _PAY.search(words)


def is_made_day(label: str) -> bool:
    """Whether a label says when a row or a paper was made, and not what happened then."""
    return bool(_MADE.search(plain_label(label))) and not is_payment_word(label)


def is_payment_word(label: str) -> bool:
    """Whether a label speaks of a payment made: not of one that is due or planned."""
    words = plain_label(label)
    return bool(_PAY.search(words)) and not _DUE.search(words) and not _PLANNED.search(words)


def is_payment_day(label: str) -> bool:
    """Whether a label is that of the day of a payment: `Paid on`, `Zahldatum`, `Fecha de pago`."""
    return is_payment_word(label) and is_day(label)


def is_day(label: str) -> bool:
    """Whether a label is that of a day."""
    words = plain_label(label)
    return bool(_DAY.search(words)) or words.endswith(_ENDS_IN_DAY)


def may_lie_ahead(label: str) -> bool:
    """Whether the day of a column may lie ahead although the row is a payment made: `Valid until`."""
    planned = is_planned(label) and not is_due_day(label)
    return not planned and bool(
        _DUE.search(plain_label(label)) or _AHEAD.search(plain_label(label)) or is_document(label)
    )
