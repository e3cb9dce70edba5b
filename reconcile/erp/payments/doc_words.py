"""What a document says of itself in its titles, its sheet and its name: that it lists no payments made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconcile.erp.payments.doubts import doubtful_word
from reconcile.erp.payments.plain_text import pattern, plain_label

_TITLE: Final = pattern(
    "open+bill open+item open+invoice open+payable open+order outstanding aged$ ageing aging unpaid",
    "overdue due$",
    "draft proposal proposed scheduled upcoming planned planning forecast budget projection estimate",
    "pro+forma proforma",
    "to+pay to+be to+approve approval awaiting on+hold held$ preview simulation test+run test+file",
    "template$ simulated",
    "offene offenen vorschlag zahlungsvorschlag fallig faellig geplant entwurf vorschau planung prognose",
    "mahn",
    "freigabe testlauf echeancier agee a+payer a+valider a+regler proposition brouillon prevision",
    "previsionnel",
    "partidas+abiertas propuesta pendiente vencimiento borrador presupuesto por+pagar a+pagar em+aberto",
    "proposta",
    "scadenz scadut partite+aperte da+pagare bozza preventivo openstaand voorstel betaalvoorstel",
    "te+betalen vervallen",
    "concept begroting forfall forfald obetald utkast forslag betalingsforslag abne+poster apna avoimet",
    "erapaiva",
    "nezaplacen splatn nierozlicz do+zaplaty termin+platnosci fizetetlen odenmemis vadesi",
    "к+оплате срок бюджет черновик неоплач 未付 未払 预算 草稿 予定 到期 미지급",
)


def document_doubt(titles: Iterable[str]) -> str:
    """What the titles of a document say against its rows; empty where nothing does."""
    for title in titles:
        if _TITLE.search(plain_label(title)) or doubtful_word([title]):
            return f"the document says {title[:80]!r}"
    return ""
