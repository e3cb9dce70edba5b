"""The sample month with texts of Introw that attack whatever shows them, each other than the next."""

from __future__ import annotations

import json
from itertools import count, cycle
from typing import Any

from cli_session import SEED

MARK = "attack-mark"
ATTACKS = (
    f"\u202e\u200b</title></script>\"'><{MARK} onload=alert(1)><script>window.hacked=1</script>",
    "\"><svg onload=window.hacked=2> ' onfocus='window.hacked=2' autofocus x='",
    "</textarea></select></style><img src=x onerror='window.hacked = 3'>",
    "<a href='javascript:window.hacked=4'>javascript:window.hacked=4</a> [a](javascript:window.hacked=4)",
    "<iframe srcdoc='<script>parent.hacked=5</script>'></iframe><base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'><link rel=stylesheet href=//evil.example/6>",
    "{{ 7 * 7 }} {% raw %} ${window.hacked=7} &lt;script&gt; &#60;img&#62; <!-- ]]>",
    "\x1b[2J\x1b]0;hacked\x07 \u2066\u2028\U000e0041 =cmd|'/c calc'!A1",
    "x" * 400,
)


def hostile_seed() -> dict[str, Any]:
    """What a sandbox begins with: the sample month, its ids and amounts as they are."""
    seed: dict[str, Any] = json.loads(SEED.read_text(encoding="utf-8"))
    numbers, texts = count(), cycle(ATTACKS)

    def text() -> str:
        return f"{next(texts)} {next(numbers)}"

    seed["organisation"]["name"] = text()
    for partner in seed["partners"]:
        partner |= {"name": text(), "domain": text(), "externalId": text()}
    for payout in seed["payouts"]:
        payout["poNumber"] = text()
    for line in seed["lines"]:
        line |= {"description": text(), "planName": text()}
    return seed
