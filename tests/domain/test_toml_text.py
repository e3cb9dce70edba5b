"""Settings and layouts are read in bounded time, whatever they are made of."""

from __future__ import annotations

import pytest

from reconcile.domain.policy.toml_text import toml_content


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 100_000 + " = 1", "[a" + ".a" * 100_000 + "]", "a = {a" + ".a" * 100_000 + " = 1}",
        "a = " + "[" * 100_000, "a = " + "{a = " * 50_000, "a = " + "9" * 100_000, "a = \x00",
    ],
    ids=["dotted key", "dotted table", "dotted key in a table", "arrays", "tables", "digits", "control"],
)  # fmt: skip
def test_a_text_that_would_keep_the_reader_busy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"dots|nested|[Ii]nvalid|Illegal|digits"):
        toml_content(text)


def test_what_people_write_is_read() -> None:
    assert toml_content('[profiles.default]\nbase_url = "https://a.b.c/v1"\n') == {
        "profiles": {"default": {"base_url": "https://a.b.c/v1"}}
    }


def test_a_number_of_thousands_of_digits_is_refused_without_words_about_python() -> None:
    with pytest.raises(ValueError, match=r"^a number has thousands of digits$"):
        toml_content(f"a = {'9' * 5_000}")
