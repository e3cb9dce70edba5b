"""From bytes to text: which encoding it is, never by a guess that nobody hears of."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from reconcile.domain.finding import Finding
from reconcile.erp.payments.model import Place, found
from reconcile.errors import PaymentFileError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-8 that was once read as cp1252 and saved again: `MÃ¼ller`, `Å\x81Ã³dÅº`.
_TWICE: Final = re.compile("[\u00c2\u00c3\u00c4\u00c5][\u0080-\u00bf\u2018-\u2122\u0152-\u0178]")
_QUOTES: Final = "\u2018\u2019\u201c\u201d\u2013\u2014"
_LOST: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the encoding it was read with, and what looks wrong in it."""

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def decode(name: str, content: bytes, encoding: str = "") -> Decoded:
    """The text of a file. `encoding`: one that is known beforehand.

    By a byte order mark, else UTF-8, else UTF-16 where every other byte is zero, else cp1252. Raises
    PaymentFileError for an empty file and for bytes that no encoding explains.
    """
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise PaymentFileError(f"{name} is empty. Export it again.")
    text, used = _decoded(name, content, encoding or _marked(content))
    return Decoded(text, used, _odd(name, text))


def decode_bank_text(name: str, content: bytes) -> Decoded:
    """The text of a bank's file, which may be in the letters of DOS for Central Europe (cp852).

    A byte beside a letter that cp1252 reads as a sign and cp852 as a letter speaks for cp852.
    """
    other = content.decode("cp852")
    try:
        decoded = decode(name, content)
    except PaymentFileError:
        if not content.strip() or "\x00" in other:
            raise
        return Decoded(other, "cp852", _odd(name, other))
    if decoded.encoding != "cp1252":
        return decoded
    inside = [
        place
        for place, letter in enumerate(decoded.text)
        if letter > "\x7f"
        and (decoded.text[place - 1 : place].isalpha() or other[place + 1 : place + 2].isalpha())
    ]
    as_windows = sum(decoded.text[place].isalpha() or decoded.text[place] in _QUOTES for place in inside)
    as_dos = sum(other[place].isalpha() for place in inside)
    return Decoded(other, "cp852", _odd(name, other)) if as_dos > as_windows else decoded


def _marked(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    top = content[:400]
    for encoding, zeros in (("utf-16-le", top[1::2]), ("utf-16-be", top[0::2])):
        if zeros and zeros.count(0) > len(zeros) * 0.7:
            return encoding
    return ""


def _decoded(name: str, content: bytes, encoding: str) -> tuple[str, str]:
    tried = (encoding,) if encoding else ("utf-8", "cp1252")
    for one in tried:
        try:
            text = content.decode(one)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text, "utf-8 with BOM" if one == "utf-8-sig" else one
    raise PaymentFileError(
        f"{name} cannot be read as text (tried {' and '.join(tried)}). Save it as UTF-8 and try again."
    )


def _odd(name: str, text: str) -> tuple[Finding, ...]:
    """A finding for the first line whose letters were broken before the file came to us."""
    for pattern, what in ((re.escape(_LOST), "has letters that were lost"), (_TWICE.pattern, "was recoded")):
        match = re.search(pattern, text)
        if match:
            line = text.count("\n", 0, match.start()) + 1
            value = text.splitlines()[line - 1].strip()[:80]
            return (
                found(
                    "encoding-broken",
                    f"The text {what} before it was saved; names may not match.",
                    "Export the file again, as UTF-8.",
                    Place(name, f"line {line}"),
                    value,
                ),
            )
    return ()
