"""Lists that are no payments made: open bills, proposals, budgets, holds, in many forms and languages.

Each names the payout, its partner and its amount. None may end at PAID without a person.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.errors import PaymentFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.erp.payments.model import PaymentFile

    Reader = Callable[..., PaymentFile]

ID: Final = "pay_aaaa1111bbbb2222"
TODAY: Final = date(2026, 4, 20)
OWED: Final = Owed(
    ID,
    "Acme Partners",
    "Acme Partners",
    Money(Decimal(100), "USD"),
    "APPROVED",
    date(2026, 3, 31),
    (ID, "INV-7"),
)

# A header and a row of each; `I` stands for the payout's id, `A` for its partner.
TABLES: Final = """
Vendor;Bill number;Bill date;Due date;Amount;Currency|A;I;2026-03-31;2026-04-15;100.00;USD
Vendor;Bill number;Date;Due date;Terms;Amount;Currency|A;I;2026-03-31;2026-04-15;Net 30;100.00;USD
Supplier;Invoice number;Date;Amount;Currency;Days overdue|A;I;2026-03-31;100.00;USD;14
Date;Vendor;Num;Due date;Past due;Amount;Open balance;Currency|2026-03-31;A;I;2026-04-15;3;100.00;100.00;USD
Vendor;Ref;Date;Currency;Amount;Current;1-30;31-60;61-90;>90|A;I;2026-03-31;USD;100.00;100.00;;;;
Vendor;Ref;Date;Currency;Amount;Not due;1 - 30 days;31 - 60 days;Over 60|A;I;2026-03-31;USD;100.00;0.00;100.00;0.00;0.00
Supplier;Reference;Date;Amount;Currency;Age|A;I;2026-03-31;100.00;USD;20
Date;Vendor;Reference;Amount;Currency|2026-03-31;A;I;100.00;USD
Date;Supplier;Invoice number;Amount;Currency|2026-03-31;A;I;100.00;USD
Date;Partner;Reference;Amount;Currency;Terms|2026-03-31;A;I;100.00;USD;Net 30
Posting Date;Document Date;Net due date;Vendor;Reference;Amount;Currency|2026-03-31;2026-03-31;2026-04-15;A;I;100.00;USD
Posting date;Document type;Document no.;Vendor;Amount;Currency;Remaining amount|2026-03-31;Invoice;I;A;100.00;USD;100.00
Posting date;Vendor;Document no.;Amount;Remaining amount;Currency;Due date|2026-03-31;A;I;100.00;100.00;USD;2026-04-30
Transaction date;Vendor;Bill no.;Due date;Amount;Currency|2026-03-31;A;I;2026-04-30;100.00;USD
Created;Vendor;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Created on;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Received on;Supplier;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Date received;Supplier;Invoice number;Amount;Currency|2026-04-15;A;I;100.00;USD
Issue date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Order date;Supplier;PO number;Reference;Amount;Currency|2026-04-15;A;PO-1;I;100.00;USD
Delivery date;Supplier;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Request date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Planned payment date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Proposed payment date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Next payment date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Requested execution date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Target date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Pay by;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Payment due;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Payment due date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Estimated payment date;Payee;Reference;Amount;Currency|2026-04-15;A;I;100.00;USD
Date;Payee;Reference;Amount to pay;Amount;Currency|2026-04-15;A;I;100.00;100.00;USD
Date;Payee;Reference;Proposed amount;Amount;Currency|2026-04-15;A;I;100.00;100.00;USD
Payee;Reference;Amount;Currency|A;I;100.00;USD
Payee;Account number;Bank;Reference;Amount;Currency|A;123;First;I;100.00;USD
Date;Payee;Reference;Amount;Currency|;A;I;100.00;USD
Payment date;Payee;Reference;Amount;Currency|;A;I;100.00;USD
Period;Partner;Payout ID;Amount;Currency;Stage|2026-03;A;I;100.00;USD;APPROVED
Date;Payee;Reference;Amount;Currency;Stage|2026-04-15;A;I;100.00;USD;Scheduled
Date;Payee;Reference;Amount;Currency;Approval|2026-04-15;A;I;100.00;USD;Partially approved
Date;Payee;Reference;Amount;Currency;Approval|2026-04-15;A;I;100.00;USD;1 of 2
Date;Payee;Reference;Amount;Currency;Approval status|2026-04-15;A;I;100.00;USD;Pending
Date;Payee;Reference;Amount;Currency;Approved|2026-04-15;A;I;100.00;USD;No
Date;Payee;Reference;Amount;Approved amount;Currency|2026-04-15;A;I;100.00;60.00;USD
Date;Payee;Reference;Amount;Amount paid;Currency|2026-04-15;A;I;100.00;40.00;USD
Date;Payee;Reference;Amount;Amount paid;Currency|2026-04-15;A;I;100.00;0.00;USD
Payment date;Payee;Reference;Amount;Paid to date;Currency|2026-04-15;A;I;100.00;0.00;USD
Payment date;Payee;Reference;Amount;Unpaid;Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Open;Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Amount outstanding [USD];Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Balance due (USD);Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Still to pay;Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Withheld;Currency|2026-04-15;A;I;100.00;100.00;USD
Payment date;Payee;Reference;Amount;Currency;Printed;Mailed|2026-04-15;A;I;100.00;USD;Yes;No
Payment date;Payee;Reference;Amount;Currency;Print date;Mail date|2026-04-15;A;I;100.00;USD;2026-04-15;
Payment date;Payee;Check no.;Reference;Amount;Currency;Handed over|2026-04-15;A;1001;I;100.00;USD;No
Payment date;Payee;Reference;Amount;Currency;Cleared date|2026-04-15;A;I;100.00;USD;
Payment date;Payee;Reference;Amount;Currency;Cleared|2026-04-15;A;I;100.00;USD;
Payment date;Payee;Reference;Amount;Currency;Transmitted on|2026-04-15;A;I;100.00;USD;
Payment date;Payee;Reference;Amount;Currency;Date sent|2026-04-15;A;I;100.00;USD;
Payment date;Payee;Reference;Amount;Currency;Released by bank|2026-04-15;A;I;100.00;USD;false
Payment date;Payee;Reference;Amount;Currency;On hold|2026-04-15;A;I;100.00;USD;x
Payment date;Payee;Reference;Amount;Currency;Hold|2026-04-15;A;I;100.00;USD;Y
Payment date;Payee;Reference;Amount;Currency;Payment block|2026-04-15;A;I;100.00;USD;A
Payment date;Payee;Reference;Amount;Currency;Hold reason|2026-04-15;A;I;100.00;USD;Tax form
Payment date;Payee;Reference;Amount;Currency;Blocked|2026-04-15;A;I;100.00;USD;true
Payment date;Payee;Reference;Amount;Currency;Zahlsperre|2026-04-15;A;I;100.00;USD;A
Payment date;Payee;Reference;Amount;Currency;Do not send|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Simulated|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Test|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Excluded|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Selected for payment|2026-04-15;A;I;100.00;USD;No
Payment date;Payee;Reference;Amount;Currency;Disputed|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Reversal of|2026-04-15;A;I;100.00;USD;PMT-11
Payment date;Payee;Reference;Amount;Currency;Reversed by|2026-04-15;A;I;100.00;USD;PMT-12
Payment date;Payee;Reference;Amount;Currency;Reversing entry|2026-04-15;A;I;100.00;USD;JE-12
Payment date;Payee;Reference;Amount;Currency;Voided by|2026-04-15;A;I;100.00;USD;Kim
Payment date;Payee;Reference;Amount;Currency;Replaced by|2026-04-15;A;I;100.00;USD;CHK-88
Payment date;Payee;Reference;Amount;Currency;Superseded|2026-04-15;A;I;100.00;USD;Yes
Payment date;Payee;Reference;Amount;Currency;Error code|2026-04-15;A;I;100.00;USD;E17
Payment date;Payee;Reference;Amount;Currency;Exception|2026-04-15;A;I;100.00;USD;Name mismatch
Payment date;Payee;Reference;Amount;Currency;Return code|2026-04-15;A;I;100.00;USD;R03
Payment date;Payee;Reference;Amount;Currency;Amount returned|2026-04-15;A;I;100.00;USD;100.00
Payment date;Payee;Reference;Amount;Currency;Execution date|2026-04-15;A;I;100.00;USD;2026-12-31
Payment date;Payee;Reference;Amount;Currency;Send on|2026-04-15;A;I;100.00;USD;2026-05-31
Payment date;Payee;Reference;Amount;Currency;Value date|2026-04-15;A;I;100.00;USD;2026-06-01
Payment date;Payee;Reference;Amount;Currency;Release|2026-04-15;A;I;100.00;USD;2026-06-01
Payment date;Payee;Reference;Amount;Currency;Ausführung am|2026-04-15;A;I;100.00;USD;01.06.2026
Payment date;Payee;Reference;Amount;Currency|2026-05-15;A;I;100.00;USD
Payment date;Payee;Reference;Amount;Currency;Type|2026-04-15;A;I;100.00;USD;Bill
Payment date;Payee;Reference;Amount;Currency;Type|2026-04-15;A;I;100.00;USD;Payment proposal
Payment date;Payee;Reference;Amount;Currency;Type|2026-04-15;A;I;100.00;USD;Payment request
Payment date;Payee;Reference;Amount;Currency;Type|2026-04-15;A;I;100.00;USD;Pro forma
Payment date;Payee;Reference;Amount;Currency;Type|2026-04-15;A;I;100.00;USD;Recurring payment template
Payment date;Payee;Reference;Amount;Currency;Class|2026-04-15;A;I;100.00;USD;Proposal
Payment date;Payee;Reference;Amount;Currency;Scenario|2026-04-15;A;I;100.00;USD;Budget
Payment date;Payee;Reference;Amount;Currency;Version|2026-04-15;A;I;100.00;USD;Forecast
Payment date;Payee;Reference;Amount;Currency;Version|2026-04-15;A;I;100.00;USD;Plan
Payment date;Payee;Reference;Amount;Currency;Document|2026-04-15;A;I;100.00;USD;Invoice
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;Draft payment
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;awaiting second signature
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;not yet released
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;will be paid in May
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;pro forma only
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;lost in mail, reissued
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;test transaction
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;wrong payee, recalled
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;check printed, not mailed
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;suspended
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;never arrived
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;uncashed
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;in dispute
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;incomplete
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;Accrual only
Payment date;Payee;Reference;Amount;Currency;Comment|2026-04-15;A;I;100.00;USD;escheated to the state
Lieferant;Belegnummer;Rechnungsdatum;Fälligkeit;Betrag;Währung|A;I;31.03.2026;30.04.2026;100,00;USD
Lieferant;Belegnummer;Datum;Fällig am;Betrag;Währung|A;I;31.03.2026;30.04.2026;100,00;USD
Kreditor;Belegnummer;Buchungsdatum;Nettofälligkeit;Betrag;Währung|A;I;31.03.2026;30.04.2026;100,00;USD
Buchungsdatum;Empfänger;Referenz;Zahlungsziel;Betrag;Währung|31.03.2026;A;I;30.04.2026;100,00;USD
Datum;Empfänger;Referenz;Betrag;Währung;Offen|15.04.2026;A;I;100,00;USD;100,00
Datum;Empfänger;Referenz;Betrag;Währung;Bezahlt|15.04.2026;A;I;100,00;USD;nein
Datum;Empfänger;Referenz;Betrag;Währung;Bezahlt am|15.04.2026;A;I;100,00;USD;
Datum;Empfänger;Referenz;Betrag;Währung;Zahldatum|15.04.2026;A;I;100,00;USD;
Datum;Empfänger;Referenz;Betrag;Währung;Freigabe|15.04.2026;A;I;100,00;USD;offen
Datum;Empfänger;Referenz;Betrag;Währung;Bemerkung|15.04.2026;A;I;100,00;USD;Zahlungsvorschlag
Datum;Empfänger;Referenz;Betrag;Währung;Bemerkung|15.04.2026;A;I;100,00;USD;Entwurf
Datum;Empfänger;Referenz;Betrag;Währung;Bemerkung|15.04.2026;A;I;100,00;USD;noch nicht freigegeben
Datum;Empfänger;Referenz;Betrag;Währung;Belegart|15.04.2026;A;I;100,00;USD;Rechnung
Datum;Empfänger;Referenz;Betrag;Währung;Gesperrt|15.04.2026;A;I;100,00;USD;ja
Datum;Empfänger;Referenz;Betrag;Währung;Mahnstufe|15.04.2026;A;I;100,00;USD;2
Wunschtermin;Empfänger;Referenz;Betrag;Währung|15.04.2026;A;I;100,00;USD
Date;Beneficiary;Reference;Amount;Currency;Échéance|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Réglé|2026-03-31;A;I;100.00;USD;non
Date;Beneficiary;Reference;Amount;Currency;Date de règlement|2026-03-31;A;I;100.00;USD;
Date;Beneficiary;Reference;Amount;Currency;Solde dû|2026-03-31;A;I;100.00;USD;100.00
Date;Beneficiary;Reference;Amount;Currency;Remarque|2026-03-31;A;I;100.00;USD;à valider
Date;Beneficiary;Reference;Amount;Currency;Commentaire|2026-03-31;A;I;100.00;USD;brouillon
Date;Beneficiary;Reference;Amount;Currency;Vencimiento|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Pagado|2026-03-31;A;I;100.00;USD;No
Date;Beneficiary;Reference;Amount;Currency;Fecha de pago|2026-03-31;A;I;100.00;USD;
Date;Beneficiary;Reference;Amount;Currency;Comentario|2026-03-31;A;I;100.00;USD;borrador
Date;Beneficiary;Reference;Amount;Currency;Saldo pendiente|2026-03-31;A;I;100.00;USD;100.00
Date;Beneficiary;Reference;Amount;Currency;Scadenza|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Data pagamento|2026-03-31;A;I;100.00;USD;
Date;Beneficiary;Reference;Amount;Currency;Nota|2026-03-31;A;I;100.00;USD;bozza
Date;Beneficiary;Reference;Amount;Currency;Residuo|2026-03-31;A;I;100.00;USD;100.00
Date;Beneficiary;Reference;Amount;Currency;Vervaldatum|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Betaald|2026-03-31;A;I;100.00;USD;Nee
Date;Beneficiary;Reference;Amount;Currency;Datum betaling|2026-03-31;A;I;100.00;USD;
Date;Beneficiary;Reference;Amount;Currency;Openstaand|2026-03-31;A;I;100.00;USD;100.00
Date;Beneficiary;Reference;Amount;Currency;Opmerking|2026-03-31;A;I;100.00;USD;concept
Date;Beneficiary;Reference;Amount;Currency;Förfallodag|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Betalningsdatum|2026-03-31;A;I;100.00;USD;
Date;Beneficiary;Reference;Amount;Currency;Betalt|2026-03-31;A;I;100.00;USD;nej
Date;Beneficiary;Reference;Amount;Currency;Forfaldsdato|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Vencimento|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Pago|2026-03-31;A;I;100.00;USD;Não
Date;Beneficiary;Reference;Amount;Currency;Termin płatności|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Zapłacono|2026-03-31;A;I;100.00;USD;nie
Date;Beneficiary;Reference;Amount;Currency;Splatnost|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Eräpäivä|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Срок оплаты|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;Оплачено|2026-03-31;A;I;100.00;USD;нет
Date;Beneficiary;Reference;Amount;Currency;到期日|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;已付款|2026-03-31;A;I;100.00;USD;否
Date;Beneficiary;Reference;Amount;Currency;支払期限|2026-03-31;A;I;100.00;USD;2026-04-30
Date;Beneficiary;Reference;Amount;Currency;備考|2026-03-31;A;I;100.00;USD;未払い
Date;Beneficiary;Reference;Amount;Currency;Vade tarihi|2026-03-31;A;I;100.00;USD;2026-04-30
Contact;Invoice Number;Date;Invoice Total;Amount;Status;Currency|A;I;2026-03-31;100.00;100.00;Authorised;USD
Contact;Invoice Number;Invoice Date;Due Date;Invoice Total;Amount Paid;Amount Due;Currency;Status|A;I;2026-03-31;2026-04-30;100.00;0.00;100.00;USD;Awaiting Payment
Date;Transaction type;Num;Vendor;Due date;Past due;Amount;Open balance;Currency|2026-03-31;Bill;I;A;2026-04-15;5;100.00;100.00;USD
Date;Transaction type;Num;Vendor;Due date;Amount;Balance;Currency|2026-03-31;Bill;I;A;2026-04-15;100.00;100.00;USD
Date;Vendor;Num;Memo;Amount;Currency;Due date;Status|2026-03-31;A;I;x;100.00;USD;2026-04-15;Sent
Date;Vendor;Reference;Amount;Currency;Status|2026-03-31;A;I;100.00;USD;Posted
Date;Vendor;Reference;Amount;Currency;Status|2026-03-31;A;I;100.00;USD;OK
Run date;Vendor;Reference;Amount;Currency;Payment method|2026-04-15;A;I;100.00;USD;T
Date;Payee;Reference;Amount;Payment amount;Currency|2026-04-15;A;I;100.00;40.00;USD
Date;Payee;Reference;Amount;Paid amount;Currency|2026-04-15;A;I;100.00;40.00;USD
Date;Payee;Reference;Amount;Paid;Currency|2026-04-15;A;I;100.00;Partially;USD
Date;Payee;Reference;Amount;Paid;Currency|2026-04-15;A;I;100.00;50%;USD
Payment date;Payee;Reference;Amount;Currency;Approved|2026-04-15;A;I;100.00;USD;by one of two
Payment date;Payee;Reference;Amount;Currency;Step|2026-04-15;A;I;100.00;USD;Awaiting signature
Payment date;Payee;Reference;Amount;Currency;Approvals|2026-04-15;A;I;100.00;USD;1/2
Payment date;Payee;Reference;Amount;Currency;Signature 1;Signature 2|2026-04-15;A;I;100.00;USD;yes;no
Payment date;Payee;Reference;Amount;Currency;Scheduled for|2026-04-15;A;I;100.00;USD;2026-05-31
Payment date;Payee;Reference;Amount;Currency;Cheque presented|2026-04-15;A;I;100.00;USD;no
Payment date;Payee;Reference;Amount;Currency;Encashed on|2026-04-15;A;I;100.00;USD;
Payment date;Payee;Check number;Reference;Amount;Currency;Void?|2026-04-15;A;1001;I;100.00;USD;V
Payment date;Payee;Reference;Amount;Currency;Reissue of|2026-04-15;A;I;100.00;USD;1001
Payment date;Payee;Reference;Amount;Currency;Corrects|2026-04-15;A;I;100.00;USD;1001
Payment date;Payee;Reference;Amount;Currency;Storno|2026-04-15;A;I;100.00;USD;X
Payment date;Payee;Reference;Amount;Currency;Rückläufer|2026-04-15;A;I;100.00;USD;ja
Payment date;Payee;Reference;Amount;Currency;Devuelto|2026-04-15;A;I;100.00;USD;Sí
Payment date;Payee;Reference;Amount;Currency;Annullato|2026-04-15;A;I;100.00;USD;Sì
Payment date;Payee;Reference;Amount;Currency;Rejeté|2026-04-15;A;I;100.00;USD;oui
Payment date;Payee;Reference;Amount;Currency;Отменён|2026-04-15;A;I;100.00;USD;да
Payment date;Payee;Reference;Amount;Currency;作废|2026-04-15;A;I;100.00;USD;是
Payment date;Payee;Reference;Amount;Currency;取消|2026-04-15;A;I;100.00;USD;はい
Payment date;Payee;Reference;Amount;Currency;Entry|2026-04-15;A;I;100.00;USD;Reversing
Payment date;Payee;Reference;Amount;Currency;Transaction type|2026-04-15;A;I;100.00;USD;Payment authorization
Payment date;Payee;Reference;Amount;Currency;Mode|2026-04-15;A;I;100.00;USD;test
Payment date;Payee;Reference;Amount;Currency;Mode|2026-04-15;A;I;100.00;USD;sandbox
Payment date;Payee;Reference;Amount;Currency;Environment|2026-04-15;A;I;100.00;USD;Sandbox
Payment date;Payee;Reference;Amount;Currency;Probability|2026-04-15;A;I;100.00;USD;60%
Payment date;Payee;Reference;Amount;Currency;Confidence|2026-04-15;A;I;100.00;USD;Likely
Payment date;Payee;Reference;Amount;Currency;Actual|2026-04-15;A;I;100.00;USD;0.00
Payment date;Payee;Reference;Amount;Currency;Actual;Budget|2026-04-15;A;I;100.00;USD;0.00;100.00
Payment date;Payee;Reference;Amount;Currency;Variance|2026-04-15;A;I;100.00;USD;-100.00
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;hold until W-9 arrives
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;to follow
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;bank asked for more documents
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;under review
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;needs approval
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;reverse of 1001
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;in process
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;in transit
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;queued
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;sollte am 1. Mai gehen, wartet auf Freigabe
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;noch offen
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;bloqué en banque
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;sospeso
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;aplazado
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;uitgesteld
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;verschoben auf Mai
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;postponed to May
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;deferred
Payment date;Payee;Reference;Amount;Currency;Note|2026-04-15;A;I;100.00;USD;credit note to follow
Date;Account;Journal;Payee;Reference;Debit;Credit;Currency|2026-04-15;1000 Cash;GJ;A;I;100.00;;USD
Date;GL account;Payee;Reference;Debit;Credit;Currency|2026-04-15;2100 AP;A;I;100.00;;USD
"""
# What stands over a table, or under it, or between its rows.
AROUND: Final = """
Open bills as of 31 March 2026
Unpaid bills
Aged payables summary
AP Aging Detail
Payment proposal 2026-04
Proposed payments
Draft remittance advice
DRAFT
Cash forecast Q2
Budget 2026
Pro-forma payments
Scheduled payments
Upcoming payments
Payments awaiting approval
Pending approvals
Voided checks
Rejected payments
Returned payments
Payments on hold
Bills to pay
Offene Posten zum 31.03.2026
Zahlungsvorschlag
Fälligkeitsliste
Geplante Zahlungen
Échéancier fournisseurs
Balance âgée
Factures à payer
Partidas abiertas
Propuesta de pago
Facturas pendientes
Scadenzario
Proposta di pagamento
Openstaande posten
Betaalvoorstel
Förfallna fakturor
Test run, no payments made
"""


def _listed(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


def paid(read: Reader, text: str, name: str = "list.csv") -> int:
    """How many payouts a file marks as paid by itself."""
    try:
        file = read(text, name=name)
    except PaymentFileError:
        return 0
    result = match_payments([file], [OWED], PaymentPolicy(), today=TODAY)
    return sum(match.verdict == "paid" for match in result.matches)


def _filled(row: str) -> str:
    return ";".join({"I": ID, "A": "Acme Partners"}.get(cell, cell) for cell in row.split(";"))


@pytest.mark.parametrize("table", _listed(TABLES))
def test_a_list_of_no_payments_made_pays_nothing(read: Reader, table: str) -> None:
    header, row = table.split("|")

    assert paid(read, f"{header}\n{_filled(row)}\n") == 0


@pytest.mark.parametrize(
    ("words", "where"),
    [
        *((words, "title") for words in _listed(AROUND)),
        *((words, place) for words in _listed(AROUND)[::5] for place in ("section", "footer", "file")),
    ],
)
def test_what_a_document_says_of_itself_counts(read: Reader, words: str, where: str) -> None:
    header, row = "Payment date;Payee;Reference;Amount;Currency", f"2026-04-15;Acme Partners;{ID};100.00;USD"
    texts = {
        "title": f"{words};;;;\n{header}\n{row}\n",
        "section": f"{header}\n{words};;;;\n{row}\n",
        "footer": f"{header}\n{row}\n{words};;;;\n",
        "file": f"{header}\n{row}\n",
    }

    assert paid(read, texts[where], f"{words.replace(' ', '_')}.csv" if where == "file" else "list.csv") == 0


def test_a_table_with_its_headers_in_a_column_pays_nothing(read: Reader) -> None:
    rows = (
        ("Payment date", "2026-04-15"),
        ("Payee", "Acme Partners"),
        ("Reference", ID),
        ("Amount", "100.00"),
    )

    assert paid(read, "".join(f"{label};{value}\n" for label, value in (*rows, ("Currency", "USD")))) == 0


# What banks and finance systems give out of payments made: a name, a header and a row; `I` is the payout's id.
MADE: Final = """
Chase|Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #|DEBIT,04/15/2026,ACH I ACME PARTNERS,-100.00,ACH_DEBIT,900.00,
BofA|Date,Description,Amount,Running Bal.|04/15/2026,ACH I ACME PARTNERS,-100.00,900.00
Barclays|Number,Date,Account,Amount,Subcategory,Memo|1,15/04/2026,20-00-00 12345678,-100.00,Funds Transfer,ACME I
Monzo|Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In|tx_1,15/04/2026,10:00:00,Faster payment,Acme Partners,,Bills,-100.00,USD,-100.00,USD,I,,,I,,-100.00,
Starling|Date,Counter Party,Reference,Type,Amount (USD),Balance (USD),Spending Category,Notes|15/04/2026,Acme Partners,I,FASTER PAYMENT,-100.00,900.00,PAYMENTS,
N26|Booking Date,Value Date,Partner Name,Partner Iban,Type,Payment Reference,Account Name,Amount (USD),Original Amount,Original Currency,Exchange Rate|2026-04-15,2026-04-15,Acme Partners,DE89370400440532013000,Outgoing Transfer,I,Main,-100.00,,,
DKB|Buchungsdatum;Wertstellung;Status;Zahlungspflichtige*r;Zahlungsempfänger*in;Verwendungszweck;Umsatztyp;IBAN;Betrag (USD);Gläubiger-ID;Mandatsreferenz;Kundenreferenz|15.04.2026;15.04.2026;Gebucht;Wir;Acme Partners;I;Ausgang;DE89;-100,00;;;
Relay|Date,Payee,Account #,Transaction Type,Description,Reference,Status,Amount,Currency,Balance|04/15/2026,Acme Partners,1234,ACH,I,I,Settled,-100.00,USD,900.00
Tipalti|Payee Name,Payee ID,Payment Date,Value date,Payment Amount,Currency,Payment method,Reference code,Status,Reference|Acme Partners,7,2026-04-15,2026-04-16,100.00,USD,ACH,R1,Paid,I
Coupa|Payment Date,Payment Type,Amount Paid,Payable ID,Payee,Currency,Reference|2026-04-15,ACH,100.00,12,Acme Partners,USD,I
QBO|Date,Transaction type,Num,Vendor,Memo/Description,Account,Amount,Currency,Txn ID|04/15/2026,Bill Payment (Check),I,Acme Partners,x,Checking,100.00,USD,9
QBO check|Date,Transaction Type,No.,Payee,Memo,Due date,Balance,Total,Amount,Currency,Status|04/15/2026,Check,1001,Acme Partners,I,,0.00,100.00,100.00,USD,Paid
Xero bank|Date,Amount,Payee,Description,Reference,Check Number,Currency|15/04/2026,-100.00,Acme Partners,x,I,,USD
Remittance|Payment date;Payee;Invoice number;Invoice date;Due date;Amount;Currency|2026-04-15;Acme Partners;I;2026-03-31;2026-04-30;100.00;USD
Bank|Booking date;Value date;Beneficiary;Reference;Amount;Currency;Account;Balance|2026-04-15;2026-04-16;Acme Partners;I;-100.00;USD;1;900.00
"""


@pytest.mark.parametrize("table", _listed(MADE))
def test_a_list_of_payments_made_is_paid_by_itself(read: Reader, table: str) -> None:
    _, header, row = table.split("|")
    named = re.sub(r"\bI\b", ID, row)
    file = read(f"{header}\n{named}\n", currency="USD")
    result = match_payments([file], [OWED], PaymentPolicy(), today=TODAY)

    assert [match.verdict.value for match in result.matches] == ["paid"]
