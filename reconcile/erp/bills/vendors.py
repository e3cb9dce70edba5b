"""Who a partner is in the finance software: the vendor mapping, a table that finance keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from reconcile.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Vendor:
    """One row of the mapping.

    partner_id: Introw's. vendor, vendor_id: the name and the id in the finance software. entity: the
    subsidiary that owes the money. account, tax_type: what this vendor's bills use instead of the layout's.
    holder and what follows: the bank account to which payment files pay, and the address of its holder.
    """

    partner_id: str
    vendor: str = ""
    vendor_id: str = ""
    entity: str = ""
    account: str = ""
    tax_type: str = ""
    holder: str = ""
    iban: str = field(default="", repr=False)
    bic: str = ""
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    account_type: str = ""
    person: str = ""
    street: str = ""
    postal_code: str = ""
    town: str = ""
    country: str = ""


_COLUMNS = tuple(one.name for one in fields(Vendor))


def vendors_from(table: Sequence[Sequence[str]], file: str) -> dict[str, Vendor]:
    """The mapping by partner id, from a table with a header row. Columns of the user's own are left alone.

    Headers are read in any case and order, `Partner ID` as well as `partner_id`. Raises ConfigurationError
    for a missing column, a row without a partner id, and a partner that stands there twice.
    """
    header = [text.strip().casefold().replace(" ", "_") for text in table[0]] if table else []
    if "partner_id" not in header or not {"vendor", "vendor_id"} & set(header):
        raise ConfigurationError(
            f"{file} is no vendor mapping: its first row must name partner_id and vendor or vendor_id "
            f"(and may name {', '.join(_COLUMNS[3:])}). It names: {', '.join(header) or 'nothing'}."
        )
    found: dict[str, Vendor] = {}
    for number, row in enumerate(table[1:], start=2):
        texts = {name: text.strip() for name, text in zip(header, row, strict=False) if name in _COLUMNS}
        if any(texts.values()):
            _add(found, Vendor(**{**dict.fromkeys(_COLUMNS, ""), **texts}), f"{file}, row {number}")
    return found


def _add(found: dict[str, Vendor], vendor: Vendor, place: str) -> None:
    if not vendor.partner_id:
        raise ConfigurationError(f"{place}: {vendor.vendor or vendor.vendor_id} has no partner_id.")
    if found.get(vendor.partner_id, vendor) != vendor:
        raise ConfigurationError(
            f"{place}: the partner {vendor.partner_id} is there twice, and not with the same vendor. "
            "Keep one row."
        )
    found[vendor.partner_id] = vendor


def vendor_of(partner_id: str, vendors: Mapping[str, Vendor], *, needed: bool) -> Vendor | None:
    """The vendor of a partner; where the layout names no vendor, one that carries only the partner's id."""
    return vendors.get(partner_id) or (None if needed else Vendor(partner_id))
