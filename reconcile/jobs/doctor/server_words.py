"""Words that a server uses and no setting names: found, kept, and offered as the setting to add."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC

from reconcile.domain.phrases import counted, moment
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES
from reconcile.jobs.session import Session
from reconcile.store.seen_words import LONGEST, MOST, SeenWord, keep_words, seen_words
from reconcile.store.store import Store

STAGE, STATUS, ACCEPTED, REFUSED = "stage", "status", "reason", "reason refused"
"""What a word is: a payout's stage, the status of a line on no payout, a reason that a decline had."""
Words = Mapping[str, Mapping[str, int]]
"""How many records had each word, by what it is."""


def unknown_words(stages: Mapping[str, int], statuses: Mapping[str, int], names: Names) -> Words:
    """Those of the words that neither the program nor the settings know, a blank one aside."""
    known = {*names.pending_statuses, *names.voided_statuses}
    found = {
        STAGE: {word: count for word, count in stages.items() if word and word not in STAGES},
        STATUS: {word: count for word, count in statuses.items() if word and word not in known},
    }
    return {kind: dict(sorted(words.items())) for kind, words in found.items() if words}


def unknown_in(snapshot: Snapshot, names: Names) -> Words:
    """The unknown words of a snapshot."""
    stages = Counter(one.stage for one in snapshot.payouts.values())
    statuses = Counter(one.status or "" for one in snapshot.lines.values() if not one.payout_id)
    return unknown_words(stages, statuses, names)


def note_words(session: Session, store: Store, words: Words) -> None:
    """Keeps words with the moment, each in the place of what was known of it. Raises StateError."""
    at = session.clock().astimezone(UTC).isoformat(timespec="seconds")
    environment = str(session.environment)
    keep_words(
        store,
        [
            SeenWord(environment, kind, word, count, at, session.user)
            for kind, counts in words.items()
            for word, count in counts.items()
        ],
    )


def noted_words(session: Session, store: Store, snapshot: Snapshot) -> tuple[str, ...]:
    """Keeps the unknown words of a snapshot, and says what they are. Raises StateError."""
    names = session.settings.policy.names
    unknown = unknown_in(snapshot, names)
    note_words(session, store, unknown)
    return tuple(told_words(unknown, names))


def tried_reasons(session: Session, store: Store) -> dict[str, bool]:
    """Whether the server took each of the reasons that runs declined lines with, the last time."""
    tried = [one for one in seen_words(store, session.environment) if one.kind in (ACCEPTED, REFUSED)]
    return {one.word: one.kind == ACCEPTED for one in sorted(tried, key=lambda one: one.at)}


def setting_of(statuses: Iterable[str], names: Names) -> str:
    """The line of `[names]` that makes these statuses known as those of the pool."""
    known = [*names.pending_statuses, *(word for word in statuses if len(word) <= LONGEST)][:MOST]
    return f"pending_statuses = {json.dumps(known, ensure_ascii=False)}"


def told_words(words: Words, names: Names) -> Iterator[str]:
    """What was seen and is not known, for people, each with what to do."""
    if stages := words.get(STAGE):
        told = ", ".join(f"{word} ({counted(count, 'payout')})" for word, count in stages.items())
        yield f"Stages that are not known here: {told}. Such payouts can be read and not be edited."
    if statuses := words.get(STATUS):
        told = ", ".join(f"{word} ({counted(count, 'line')})" for word, count in statuses.items())
        yield (
            f"Statuses of lines on no payout that no setting names: {told}. If such lines wait for a payout, "
            f"add under [names] in reconcile.toml: {setting_of(statuses, names)}. If they are declined, name "
            "them in voided_statuses."
        )


def seen_before(session: Session, store: Store, names: Names) -> Iterator[str]:
    """What earlier looks and runs saw that no setting names, for people."""
    known = {*names.pending_statuses, *names.voided_statuses}
    for one in seen_words(store, session.environment):
        if one.kind == STATUS and one.word in known:
            continue
        told = {STAGE: "stage", STATUS: "status", ACCEPTED: "decline reason that was accepted"}
        what = told.get(one.kind, "decline reason that was refused")
        yield f"{what} {one.word}: {counted(one.records, 'record')}, last on {moment(one.at)} by {one.by}"
