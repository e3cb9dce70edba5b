"""How a name is compared: its words in plain letters, without the words for a legal form.

`anyascii` writes letters of any script in plain ones, and `cleanco` keeps the legal forms of the countries.
An umlaut has two spellings without dots, `Mueller` and `Muller`, so a name may have two forms.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from cleanco import prepare_default_terms  # type: ignore[import-untyped]  # it carries no types

# Words that say what kind of company it is, not which; banks put them anywhere in a name.
_ANYWHERE: Final = frozenset(
    (
        "ab", "ag", "aps", "as", "bv", "co", "company", "corp", "corporation", "doo", "gmbh", "inc",
        "incorporated", "kft", "kg", "llc", "llp", "ltd", "limited", "lp", "ltda", "mbh", "nv", "ooo", "oy",
        "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "se", "sl", "spa", "sro", "srl", "ug", "und", "and",
        "the",
    )
)  # fmt: skip
# Legal forms of one country that elsewhere are a country, a language or a word of a name.
_WORDS_OF_NAMES: Final = frozenset(
    (
        "ad", "ae", "at", "ba", "bl", "bm", "da", "ec", "ee", "ei", "ent", "ep", "et", "etat", "ev", "fa",
        "gp", "ij", "ik", "kf", "mb", "nl", "ok", "ps", "pse", "psu", "pp", "sal", "sem", "sep", "ses", "sf",
        "sp", "ss", "teo", "uk", "vat", "xt",
    )
)  # fmt: skip
# Of scripts that put no space before it.
_EASTERN: Final = re.compile(
    "株式会社|有限会社|合同会社|有限责任公司|股份有限公司|有限公司|주식회사|유한회사"
)
# Forms that the library lacks: Austria, Bulgaria, Canada, the Gulf, Germany, Indonesia, Russia, Turkey.
_MORE_ENDS: Final = (
    "gesmbh", "eood", "ood", "ltee", "fze", "fzco", "fz llc", "wll", "haftungsbeschrankt",
    "haftungsbeschraenkt", "oue", "tbk", "jsc", "pjsc", "sti",
)  # fmt: skip
_ENDS: Final = frozenset(
    (
        *(tuple(form.split()) for form in _MORE_ENDS),
        *(
            tuple(parts)
            for _, parts in prepare_default_terms()
            if len(parts) > 1 or parts[0] not in _WORDS_OF_NAMES
        ),
    )
)
_LONGEST_END: Final = max(map(len, _ENDS))
# Forms that stand before the name in Indonesia, the Baltic countries and in letters for Russian ones.
_STARTS: Final = frozenset(("pt", "cv", "uab", "sia", "ou", "ooo", "ao", "zao", "oao", "pao", "tov"))
# As the library writes its forms: without dots, commas and hyphens.
_BETWEEN: Final = str.maketrans("()[]", "    ", ".,-")
# `S.A.R.L.` and `S. A.` are one word each.
_DOTTED: Final = re.compile(r"\b(?:\w\.\s?){2,}")
_EXPANDED: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_WORD: Final = re.compile(r"[^\W_]+")
# A shorter name may be a word of the text.
_LONG_NAME: Final = 8
# No name is longer; a text of a bank may be.
_LONGEST: Final = 300


def all_words(name: str) -> frozenset[str]:
    """The words of a name without accents, case and legal form, in each of their spellings."""
    return frozenset().union(*forms_of(name))


@lru_cache(maxsize=65_536)
def forms_of(name: str) -> tuple[frozenset[str], ...]:
    """The words of a name, once for each way to spell it in plain letters."""
    found = (frozenset(_WORD.findall(_without_form(one))) for one in _plain(name))
    return tuple(dict.fromkeys(words - _ANYWHERE or words for words in found))


def spellings(name: str) -> tuple[str, ...]:
    """The letters of a name in one piece, whole and without its legal form, once for each way to spell it."""
    plain = [text for one in _plain(name) for text in (one, _without_form(one))]
    joined = ("".join(_WORD.findall(one)) for one in plain)
    return tuple(dict.fromkeys(one for one in joined if one))


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, but for case, accents, script and legal form. The one rule for it."""
    return any(words and words in forms_of(other) for words in forms_of(one))


def stands_in(name: str, text: str) -> bool:
    """Whether a long name stands in a free text as it is, word for word, with its legal form or without."""
    texts = [f" {' '.join(_WORD.findall(one))} " for one in _plain(text)]
    for plain in _plain(name):
        for form in (plain, _without_form(plain)):
            words = " ".join(_WORD.findall(form))
            if len(words) >= _LONG_NAME and any(f" {words} " in one for one in texts):
                return True
    return False


def told_name(payee: str, partner: str) -> str:
    """For people: the name of a payee, and the partner's where it is only like it."""
    return f"the name {payee}" if same_name(payee, partner) else f"the name {payee}, which is like {partner},"


def _plain(name: str) -> tuple[str, ...]:
    """A name in plain letters without case; with umlauts it has two forms."""
    start = name[:_LONGEST]
    if start.isascii():
        return (start.casefold(),)
    bare = _EASTERN.sub(" ", unicodedata.normalize("NFC", start))
    return tuple(dict.fromkeys((anyascii(bare).casefold(), anyascii(bare.translate(_EXPANDED)).casefold())))


def _without_form(plain: str) -> str:
    """A name without the legal forms at its end and before it; the whole name where nothing else is left."""
    words = _DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match[0]) + " ", plain).split()
    bare = [word.translate(_BETWEEN).strip() for word in words]
    end, start = len(words), 0
    while size := next(
        (n for n in range(_LONGEST_END, 0, -1) if n < end and tuple(bare[end - n : end]) in _ENDS), 0
    ):
        end -= size
    while start < end - 1 and bare[start] in _STARTS:
        start += 1
    return " ".join(words[start:end])
