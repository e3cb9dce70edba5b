"""Which partner a payee is: names as banks and finance systems write them, compared by their rare words."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

# Words that say what kind of company it is, not which.
_FORMS: Final = frozenset(
    [
        "ab",
        "ag",
        "as",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "llc",
        "llp",
        "ltd",
        "limited",
        "lp",
        "mbh",
        "nv",
        "oy",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "srl",
        "und",
        "and",
        "the",
    ]
)
_WORD: Final = re.compile(r"[^\W_]+")
# Banks cut names at 27 or 35 characters; a shorter beginning says too little.
_LONG_START: Final = 12
_MOST_CANDIDATES: Final = 200


def _bare(name: str) -> str:
    """A name without accents and case."""
    if name.isascii():
        return name.casefold()  # as most are; the words of one in less than half the time
    letters = unicodedata.normalize("NFKD", name)
    return "".join(char for char in letters if not unicodedata.combining(char)).casefold()


def words_of(name: str) -> frozenset[str]:
    """The words of a name without accents, case and company forms."""
    words = frozenset(_WORD.findall(_bare(name)))
    return words - _FORMS or words


@dataclass
class Names:
    """The names of all partners; two partners of one name are one group, since a payee tells no more."""

    partners: Iterable[str]
    share: Decimal
    _groups: dict[frozenset[str], int] = field(default_factory=dict)
    _by_word: dict[str, list[int]] = field(default_factory=dict)
    _cache: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.partners:
            words = words_of(name)
            if words and words not in self._groups:
                self._groups[words] = len(self._groups)
        self._words = list(self._groups)
        for words, group in self._groups.items():
            for word in words:
                self._by_word.setdefault(word, []).append(group)
        self._rarity = {word: Decimal(1) / len(groups) for word, groups in self._by_word.items()}
        self._spelt = sorted(
            {(_spelt(name), self._groups[words_of(name)]) for name in self.partners if words_of(name)}
        )

    def group_of(self, name: str) -> int | None:
        """The group of a partner's name, or of a payee that can be one partner only; None for no such one."""
        if name not in self._cache:
            exact = self._groups.get(words_of(name))
            self._cache[name] = exact if exact is not None else self._likely(name)
        return self._cache[name]

    def exact_group_of(self, name: str) -> int | None:
        """The group whose partner has exactly this name, but for case, accents and legal form."""
        return self._groups.get(words_of(name))

    def _likely(self, payee: str) -> int | None:
        words = words_of(payee)
        scores = {group: self._score(words, group) for group in self._candidates(words)}
        good = [
            (score, len(self._words[group] & words), group)
            for group, score in scores.items()
            if score >= self.share
        ]
        if not good:
            return self._cut_off(payee)
        good.sort(reverse=True)
        best = good[0]
        return best[2] if len(good) == 1 or good[1][:2] != best[:2] else None

    def _candidates(self, words: frozenset[str]) -> set[int]:
        """The groups that share one of the rarest words; common words lead to too many to be of use."""
        known = sorted(
            (word for word in words if word in self._by_word), key=lambda w: (len(self._by_word[w]), w)
        )
        found: Counter[int] = Counter()
        for word in known[:4]:
            if len(self._by_word[word]) <= _MOST_CANDIDATES:
                found.update(self._by_word[word])
        return set(found)

    def _score(self, words: frozenset[str], group: int) -> Decimal:
        weights = {word: self._rarity[word] for word in self._words[group]}
        return sum((weights[word] for word in weights if word in words), Decimal(0)) / sum(weights.values())

    def _cut_off(self, payee: str) -> int | None:
        start = _spelt(payee)
        if len(start) < _LONG_START:
            return None
        place = bisect_left(self._spelt, (start, -1))
        fitting = {group for spelt, group in self._spelt[place : place + 2] if spelt.startswith(start)}
        return fitting.pop() if len(fitting) == 1 else None


def _spelt(name: str) -> str:
    return "".join(_WORD.findall(_bare(name)))
