"""Texts that spreadsheets, terminals and databases are known to damage."""

PO_NUMBERS = (
    "000123",  # leading zeros
    "123456789012345678",  # more digits than a float holds
    "1E5",  # a number to a spreadsheet
    "3-1",  # a date to a spreadsheet
    " PO-77 ",  # outer spaces
    "PO\u00a02026\u00a003",  # no-break spaces
    "12/05",
    "TRUE",
    "4500012345.0",
    "=1+1",
)

DESCRIPTIONS = (
    '=HYPERLINK("http://evil","x")',
    "+1 bonus",
    "-5% clawback",
    "@acme referral",
    "'quoted by hand",
    "Q1 true-up,\nsecond line\nthird line",
    'He said "net 30", then 30% off',
    "Launch bonus 🚀🎉 for the team 👩‍👩‍👧",
    "Renewal\twith a tab",
    "Broken import \u0001 control character",
    "  padded on both sides  ",
    "Caf\u0065\u0301 rollout",  # e and a combining accent, not é
    "000451",
    "2026-03-01",
    "Größe & <b>bold</b> — “curly”",
    "",
    None,
)

LONG = ("Long description, as pasted from a contract: " + "services rendered under schedule B; " * 60)[:2000]

NAMES = (
    "Acme Partners",
    "Northwind Resellers",
    "Northwind Resellers",  # two partners of one name
    "株式会社さくら商事",
    "شركة النخيل للتقنية",
    "Ελληνική Συμβουλευτική",
    "ООО «Северный ветер»",  # noqa: RUF001 - Cyrillic is the point
    "O'Brien & Söhne",
    'Smith, Jones & Co. "SJ"',
    "<b>Bold</b> Advisors",
    "=Equals Consulting",
    "Łódź Cloud sp. z o.o.",
    "李雷科技 / Li Lei Tech",
    "Nuñez e Hijos S.A.",
)
