"""Which partner a payee is: names as banks and finance systems write them.

The same name is decided by one rule, see `name_forms`. What is only like a name (most of its rare words, its
beginning, a letter typed wrong) leads to suggestions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from rapidfuzz import fuzz, process

from reconcile.erp.matching.name_forms import forms_of, spellings

# Banks cut names at 27, 35 or 70 characters; a shorter beginning says too little.
_LONG_START: Final = 12
_MOST_CANDIDATES: Final = 200
# Names that begin with the same letters are compared letter by letter.
_SAME_START: Final = 3
_LONG_ENOUGH: Final = 6
# How alike two spellings must be, of 100, and by how much the best one must lead.
_ALIKE: Final = 90
_LEAD: Final = 4


@dataclass
class Names:
    """The names of all partners; two partners of one name are one group, since a payee tells no more."""

    partners: Iterable[str]
    share: Decimal
    _groups: dict[frozenset[str], int] = field(default_factory=dict)
    _forms: dict[int, list[frozenset[str]]] = field(default_factory=dict)
    _by_word: dict[str, set[int]] = field(default_factory=dict)
    _cache: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        listed = tuple(self.partners)
        for name in listed:
            self._join(forms_of(name))
        for words, group in self._groups.items():
            self._forms.setdefault(group, []).append(words)
            for word in words:
                self._by_word.setdefault(word, set()).add(group)
        self._rarity = {word: Decimal(1) / len(groups) for word, groups in self._by_word.items()}
        self._spelt = sorted(
            {
                (spelt, self._groups[forms_of(name)[0]])
                for name in listed
                if forms_of(name)[0]
                for spelt in spellings(name)
            }
        )

    def _join(self, forms: Iterable[frozenset[str]]) -> None:
        """Gives the spellings of a name one group; names that have a spelling in common are one, too."""
        usable = [words for words in forms if words]
        met = {self._groups[words] for words in usable if words in self._groups}
        group = min(met, default=len(self._groups))
        if len(met) > 1:
            self._groups = {words: group if one in met else one for words, one in self._groups.items()}
        self._groups.update(dict.fromkeys(usable, group))

    def group_of(self, name: str) -> int | None:
        """The group of a partner's name, or of a payee that can be one partner only; None for no such one."""
        if name not in self._cache:
            exact = self.exact_group_of(name)
            self._cache[name] = exact if exact is not None else self._likely(name)
        return self._cache[name]

    def exact_group_of(self, name: str) -> int | None:
        """The group whose partner has exactly this name, but for case, accents, script and legal form."""
        met = {self._groups[words] for words in forms_of(name) if words in self._groups}
        return met.pop() if len(met) == 1 else None

    def _likely(self, payee: str) -> int | None:
        found = {self._by_rare_words(words) for words in forms_of(payee)} - {None}
        found = found or {self._cut_off(start) for start in spellings(payee)} - {None}
        found = found or {self._misspelt(spelt) for spelt in spellings(payee)} - {None}
        return found.pop() if len(found) == 1 else None

    def _by_rare_words(self, words: frozenset[str]) -> int | None:
        """The one group most of whose words, rare ones counting more, are among these."""
        scores = {group: self._score(words, group) for group in self._candidates(words)}
        good = sorted(
            ((*score, group) for group, score in scores.items() if score[0] >= self.share), reverse=True
        )
        if not good:
            return None
        return good[0][2] if len(good) == 1 or good[1][:2] != good[0][:2] else None

    def _candidates(self, words: frozenset[str]) -> set[int]:
        """The groups that share one of the rarest words; common words lead to too many to be of use."""
        known = sorted((len(self._by_word[word]), word) for word in words if word in self._by_word)
        few = (self._by_word[word] for count, word in known[:4] if count <= _MOST_CANDIDATES)
        return set().union(*few)

    def _score(self, words: frozenset[str], group: int) -> tuple[Decimal, int]:
        """How much of a group's name is among the words, and how many of its words; of its best spelling."""
        return max(
            (
                sum((self._rarity[word] for word in form & words), Decimal(0))
                / sum(self._rarity[word] for word in form),
                len(form & words),
            )
            for form in self._forms[group]
        )

    def _cut_off(self, start: str) -> int | None:
        """The one group whose name begins so: the payee's name was cut, in the middle of a word or not."""
        if len(start) < _LONG_START:
            return None
        fitting = {group for _, group in self._beginning_with(start, 2)}
        return fitting.pop() if len(fitting) == 1 else None

    def _misspelt(self, spelt: str) -> int | None:
        """The one group whose name is like this one, letter by letter, and clearly more so than any other."""
        if len(spelt) < _LONG_ENOUGH:
            return None
        near = self._beginning_with(spelt[:_SAME_START], _MOST_CANDIDATES)
        alike = process.extract(
            spelt, [name for name, _ in near], scorer=fuzz.ratio, score_cutoff=_ALIKE - _LEAD, limit=None
        )
        best: dict[int, float] = {}
        for _, score, place in alike:
            group = near[place][1]
            best[group] = max(best.get(group, 0), score)
        ranked = sorted(best.items(), key=lambda one: -one[1])
        leads = ranked and (len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _LEAD)
        return ranked[0][0] if leads and ranked[0][1] >= _ALIKE else None

    def _beginning_with(self, start: str, most: int) -> list[tuple[str, int]]:
        place = bisect_left(self._spelt, (start, -1))
        return [one for one in self._spelt[place : place + most] if one[0].startswith(start)]
