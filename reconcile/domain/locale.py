"""How a country writes numbers and days, for texts that could be read in two ways (CLDR, through Babel)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from reconcile.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Customs:
    """What a locale settles: its decimal sign, and whether a day stands before its month."""

    decimal: str
    day_first: bool


@cache
def month_names() -> dict[str, frozenset[int]]:
    """The months by name, long and short, in small letters without a dot, in all languages of Babel.

    One name may stand for two months in two languages.
    """
    from babel import Locale
    from babel.localedata import locale_identifiers

    found: dict[str, set[int]] = {}
    languages = (name for name in locale_identifiers() if "_" not in name)
    for language in languages:
        for width in ("wide", "abbreviated"):
            for style in ("format", "stand-alone"):
                for number, name in Locale.parse(language).months[style][width].items():
                    found.setdefault(name.casefold().rstrip("."), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


@cache
def customs(name: str) -> Customs:
    """The customs of a locale such as `de`, `en-US` or `fr_CH`.

    Raises ConfigurationError for a locale that CLDR does not know.
    """
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise ConfigurationError(
            f"There is no locale {name!r}. Give one such as de, en-US or fr-CH, "
            "with --locale or as locale in [policy]."
        ) from error
    pattern = locale.date_formats["short"].pattern
    return Customs(get_decimal_symbol(locale), pattern.find("d") < pattern.find("M"))
