"""XML of banks: safe to open, and without its namespaces, which differ from version to version."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from xml.etree.ElementTree import Element, ParseError  # only the types: defusedxml does the parsing

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reconcile.domain.money import Money, exponent, parse_decimal
from reconcile.erp.payments.model import Place, cut
from reconcile.errors import PaymentFileError


def parsed(name: str, content: bytes) -> Element:
    """The root of an XML file, its names without their namespaces.

    Raises PaymentFileError for one that is cut off, damaged or hostile.
    """
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise PaymentFileError(
            f"{name} declares a DTD or entities; no bank file does, so it is refused."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise PaymentFileError(
            f"{name} is no complete XML ({error}). It is probably cut off; fetch it from the bank again."
        ) from error
    names: dict[str, str] = {}
    for element in root.iter():
        element.tag = names.setdefault(element.tag, element.tag.rpartition("}")[2])
    return root


def every(element: Element, path: str) -> list[Element]:
    """The descendants along a path of names: `NtryDtls/TxDtls`."""
    name, *rest = _steps(path)
    found = element.findall(name)  # a single name is looked for without Python's own steps
    for step in rest:
        if not found:
            break
        found = (
            found[0].findall(step) if len(found) == 1 else [one for up in found for one in up.findall(step)]
        )
    return found


@cache
def _steps(path: str) -> tuple[str, ...]:
    """The names of a path, taken apart once: all paths stand in our own code."""
    return tuple(path.split("/"))


def first(element: Element, *paths: str) -> Element | None:
    """The first descendant along the first of these paths that leads anywhere."""
    return next((found for path in paths for found in every(element, path)), None)


def words(element: Element, *paths: str) -> str:
    """The text at the first of these paths that has one."""
    for path in paths:
        for found in every(element, path):
            if found.text and (text := found.text.strip()):
                return text
    return ""


def all_words(element: Element, *paths: str) -> tuple[str, ...]:
    """The texts at all these paths."""
    found = [one.text.strip() for path in paths for one in every(element, path) if one.text]
    return tuple(filter(None, found))


def money(element: Element, place: Place, *paths: str) -> Money | None:
    """The amount with its currency at a path; None where it is not there. Raises PaymentFileError."""
    found = first(element, *paths)
    if found is None:
        return None
    amount, currency = number(found.text or "", place), found.get("Ccy", "")
    if exponent(currency) is None:
        raise PaymentFileError(f"{place}: {currency!r} is no currency.")
    return Money(amount, currency)


def number(text: str, place: Place) -> Decimal:
    """A number as XML writes it. Raises PaymentFileError where it is none."""
    found = parse_decimal(text)
    if found is None:
        raise PaymentFileError(
            f"{place}: {cut(text.strip())!r} is no amount. Fetch the file from the bank again."
        )
    return found


def day(element: Element, path: str, place: Place) -> date | None:
    """The day at a path that holds `Dt` or `DtTm`; a time zone never moves it. Raises PaymentFileError."""
    text = words(element, f"{path}/Dt", f"{path}/DtTm")
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise PaymentFileError(
            f"{place}: {cut(text)!r} is no date. Fetch the file from the bank again."
        ) from error
