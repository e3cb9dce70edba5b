"""The Merkle tree of RFC 6962 (section 2.1) over the seals of a record. Pure.

A root of 32 bytes stands for every seal, and a path of at most 20 hashes proves one among a million. No
library: the one that is kept, pymerkle, is under the GPL. The hashing is the standard's, and so are its
test vectors.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

_SIZE: Final = 32
EMPTY_ROOT: Final = sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf; it begins with another byte than that of two nodes, so neither stands for both."""
    return sha256(b"\x00" + leaf).digest()


class Tree:
    """A tree over leaves in their order. Each level is one run of bytes: a million seals take 64 MB."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = b"".join(map(leaf_hash, leaves))
        self.size = len(level) // _SIZE
        self._levels = [level]
        while len(level) > _SIZE:
            level = _above(level)
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The hash that stands for all leaves."""
        return self._levels[-1] or EMPTY_ROOT

    def path(self, index: int) -> bytes:
        """The hashes that lead from a leaf to the root, one after the other; index: from 0."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            beside = (index ^ 1) * _SIZE
            # The last node of an odd level has none beside it and stands on the next level as it is.
            found.append(level[beside : beside + _SIZE])
            index //= 2
        return b"".join(found)


def _above(level: bytes) -> bytes:
    pairs = len(level) // (2 * _SIZE)
    nodes = [
        sha256(b"\x01" + level[start : start + 2 * _SIZE]).digest()
        for start in range(0, pairs * 2 * _SIZE, 2 * _SIZE)
    ]
    return b"".join([*nodes, level[pairs * 2 * _SIZE :]])
