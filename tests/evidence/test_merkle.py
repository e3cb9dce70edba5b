"""The tree is that of RFC 6962: the vectors are those of the certificate-transparency project."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest

from reconcile.evidence.merkle import Tree
from reconcile.evidence.verify import root_of

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The audit path of the first leaf among eight.
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_that_of_the_standard(size: int) -> None:
    assert Tree(LEAVES[:size]).root.hex() == ROOTS[size]


def test_the_path_is_that_of_the_standard() -> None:
    assert Tree(LEAVES).path(0).hex() == "".join(FIRST_OF_EIGHT)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13, 33])
def test_every_path_leads_to_the_root_and_no_other_leaf_or_place_does(size: int) -> None:
    leaves = [str(number).encode() for number in range(size)]
    tree = Tree(leaves)
    root = tree.root.hex()

    for index, leaf in enumerate(leaves):
        path = tree.path(index)
        assert root_of(leaf, index, size, path) == root
        assert root_of(b"other", index, size, path) != root
        assert root_of(leaf, index, size, path + bytes(32)) != root
        assert root_of(leaf, size, size, path) != root
    for (index, leaf), _ in pairwise(enumerate(leaves)):
        assert root_of(leaf, index + 1, size, tree.path(index)) != root


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_path(index: int) -> None:
    with pytest.raises(IndexError):
        Tree(LEAVES[:3]).path(index)


@pytest.mark.parametrize("hashes", [19, 20, 21])
def test_the_path_of_one_among_a_million_has_twenty_hashes(hashes: int) -> None:
    """The verifier takes a path of a tree of that size only where it has exactly twenty."""
    path = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(hashes))

    assert bool(root_of(b"leaf", 777_777, 1 << 20, path)) is (hashes == 20)
