"""What makes Excel offer to repair a workbook, looked for in the parts of the package.

The rules are those of ECMA-376 part 1 (section numbers in brackets) and of Excel's published limits.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZipFile

from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.escape import unescape

# CT_Worksheet (18.3.1.99): the children in their order.
WORKSHEET = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
    "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr "
    "conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks "
    "colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture "
    "oleObjects controls webPublishItems tableParts extLst"
)
# CT_Stylesheet (18.8.39) and CT_Dxf (18.8.14).
STYLESHEET = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
DXF = "font numFmt fill alignment border protection extLst"
NAME = re.compile(r"[A-Za-z_\\][A-Za-z0-9_.\\]*")
LOOKS_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc]?[0-9]*|[Cc][0-9]*")


def problems(path: Path) -> list[str]:
    """All that is wrong with a workbook, each as `part: what`; an empty list for one that Excel takes."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = []
    trees: dict[str, Element] = {}
    for name, content in parts.items():
        try:
            trees[name] = fromstring(content)
        except ParseError as error:
            found.append(f"{name}: {error}")
    if not found:
        found = list(chain(_relations(trees), _content_types(trees), _styles(trees), _names(trees)))
        strings = _strings(trees)
        sheets = [name for name in trees if name.startswith("xl/worksheets/sheet")]
        for name in sheets:
            found += [f"{name}: {one}" for one in _sheet(trees, name, strings)]
        found += _table_names(trees)
    return found


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(tree: Element, tag: str) -> list[Element]:
    return [element for element in tree.iter() if _tag(element) == tag]


def _targets(trees: dict[str, Element], part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    relations = trees.get(posixpath.join(folder, "_rels", f"{name}.rels"), Element("none"))
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
        for one in relations
        if one.get("TargetMode") != "External"
    }


def _relations(trees: dict[str, Element]) -> Iterator[str]:
    for name in [""] + [name for name in trees if not name.endswith(".rels")]:
        for target in _targets(trees, name).values():
            if target not in trees:
                yield f"{name}: leads to {target}, which is not there"


def _content_types(trees: dict[str, Element]) -> Iterator[str]:
    types = trees["[Content_Types].xml"]
    defaults = {one.get("Extension") for one in types}
    overrides = {(one.get("PartName") or "").lstrip("/") for one in types}
    for name in trees:
        if name not in overrides and name.rpartition(".")[2] not in defaults:
            yield f"{name}: has no content type"
    yield from (f"[Content_Types].xml: names {name}" for name in overrides - trees.keys() - {""})


def _in_order(element: Element, names: str) -> Iterator[str]:
    order = names.split()
    tags = [_tag(child) for child in element]
    yield from (f"<{_tag(element)}> holds <{tag}>" for tag in tags if tag not in order)
    places = [order.index(tag) for tag in tags if tag in order]
    if places != sorted(places):
        yield f"<{_tag(element)}> holds its parts out of order: {tags}"


def _styles(trees: dict[str, Element]) -> Iterator[str]:
    styles = trees["xl/styles.xml"]
    yield from _in_order(styles, STYLESHEET)
    counts = {_tag(child): len(child) for child in styles}
    for child in styles:
        if child.get("count") not in (None, str(len(child))):
            yield f"styles: <{_tag(child)}> counts {child.get('count')} and holds {len(child)}"
    for xf in _all(styles, "xf"):
        for key, table in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            if int(xf.get(key, "0")) >= counts[table]:
                yield f"styles: {key} {xf.get(key)} is not there"
    for dxf in _all(styles, "dxf"):
        yield from _in_order(dxf, DXF)


def _names(trees: dict[str, Element]) -> Iterator[str]:
    workbook = trees["xl/workbook.xml"]
    sheets = [sheet.get("name", "") for sheet in _all(workbook, "sheet")]
    if len({name.casefold() for name in sheets}) < len(sheets):
        yield "workbook: two sheets have one name"
    for name in sheets:
        if not 0 < len(name.encode("utf-16-le")) // 2 <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name):
            yield f"workbook: {name!r} is no sheet name"
    seen: Counter[tuple[str, str | None]] = Counter()
    for one in _all(workbook, "definedName"):
        name = one.get("name", "")
        seen[name.casefold(), one.get("localSheetId")] += 1
        if not NAME.fullmatch(name) or LOOKS_LIKE_A_CELL.fullmatch(name) or len(name) > 255:
            yield f"workbook: {name!r} is no defined name"
        for sheet in re.findall(r"'((?:[^']|'')+)'!", one.text or ""):
            if sheet.replace("''", "'") not in sheets:
                yield f"workbook: {name} leads to {sheet!r}, which is not there"
    yield from (f"workbook: the name {name} is there twice" for (name, _), times in seen.items() if times > 1)


def _strings(trees: dict[str, Element]) -> list[str]:
    table = trees.get("xl/sharedStrings.xml", Element("none"))
    return [unescape("".join(t.text or "" for t in _all(one, "t"))) for one in table]


def _sheet(trees: dict[str, Element], part: str, strings: list[str]) -> Iterator[str]:
    tree = trees[part]
    yield from _in_order(tree, WORKSHEET)
    texts: dict[str, str] = {}
    yield from _cells(tree, strings, len(_all(trees["xl/styles.xml"], "cellXfs")[0]), texts)
    yield from _validations(tree)
    yield from _conditions(tree, len(_all(trees["xl/styles.xml"], "dxf")))
    yield from _apart("merged cells", [one.get("ref", "") for one in _all(tree, "mergeCell")])
    tables = [trees[target] for target in _targets(trees, part).values() if "/tables/" in target]
    yield from _apart("tables", [table.get("ref", "") for table in tables])
    for table in tables:
        yield from _table(table, texts)
    for one in chain(_all(tree, "oddFooter"), _all(tree, "oddHeader")):
        if len(one.text or "") > 255:
            yield "its footer is longer than 255 characters"


def _cells(tree: Element, strings: list[str], styles: int, texts: dict[str, str]) -> Iterator[str]:
    rows = [int(row.get("r", "0")) for row in _all(tree, "row")]
    if rows != sorted(set(rows)):
        yield "its rows are out of order"
    for row in _all(tree, "row"):
        places = [range_boundaries(cell.get("r", ""))[0] or 0 for cell in row]
        if any(left >= right for left, right in pairwise(places)):
            yield f"the cells of row {row.get('r')} are out of order"
    for cell in _all(tree, "c"):
        value = "".join(v.text or "" for v in _all(cell, "v"))
        if int(cell.get("s", "0")) >= styles:
            yield f"{cell.get('r')} has a style that is not there"
        if cell.get("t") == "s":
            if int(value) >= len(strings):
                yield f"{cell.get('r')} has a text that is not there"
            texts[cell.get("r", "")] = strings[int(value)]
        elif cell.get("t") == "inlineStr":
            texts[cell.get("r", "")] = unescape("".join(t.text or "" for t in _all(cell, "t")))
        elif cell.get("t") in (None, "n") and value and not re.fullmatch(r"-?[0-9.]+(E[+-]?[0-9]+)?", value):
            yield f"{cell.get('r')} holds {value!r}, which is no number"
    yield from (
        f"{place} is too long" for place, text in texts.items() if len(text.encode("utf-16-le")) // 2 > 32_767
    )


def _validations(tree: Element) -> Iterator[str]:
    rules = _all(tree, "dataValidation")
    for box in _all(tree, "dataValidations"):
        if box.get("count") != str(len(rules)):
            yield f"it counts {box.get('count')} validations and holds {len(rules)}"
    limits = {"prompt": 255, "error": 255, "promptTitle": 32, "errorTitle": 32}
    for rule in rules:
        for key, limit in limits.items():
            if len(rule.get(key, "").encode("utf-16-le")) // 2 > limit:
                yield f"the {key} of {rule.get('sqref')} is longer than {limit}"
        for formula in rule:
            if len(formula.text or "") > 255:
                yield f"the list of {rule.get('sqref')} is longer than 255"
    yield from _apart("validations", [rule.get("sqref", "") for rule in rules])


def _conditions(tree: Element, dxfs: int) -> Iterator[str]:
    rules = _all(tree, "cfRule")
    priorities = [int(rule.get("priority", "0")) for rule in rules]
    if sorted(priorities) != list(range(1, len(rules) + 1)):
        yield "the priorities of its conditional formats are not 1, 2, 3"
    for rule in rules:
        if int(rule.get("dxfId", "-1")) not in range(dxfs):
            yield f"a conditional format has the look {rule.get('dxfId')}, which is not there"
        for formula in rule:
            text = formula.text or ""
            if len(text) > 8_192 or any(len(word) > 255 for word in re.findall(r'"((?:[^"]|"")*)"', text)):
                yield f"a conditional format has a formula that is too long: {text[:60]}"


def _apart(what: str, refs: list[str]) -> Iterator[str]:
    """No two of the ranges may share a cell."""
    boxes = [tuple(bound or 0 for bound in range_boundaries(ref)) for one in refs for ref in one.split()]
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if left <= other[2] and other[0] <= right and top <= other[3] and other[1] <= bottom:
                yield f"{what} overlap: {refs}"
                return


def _table(table: Element, texts: dict[str, str]) -> Iterator[str]:
    left, top, right, bottom = (bound or 0 for bound in range_boundaries(table.get("ref", "")))
    columns = _all(table, "tableColumn")
    names = [column.get("name", "") for column in columns]
    headers = [texts.get(f"{get_column_letter(number)}{top}", "") for number in range(left, right + 1)]
    if names != headers:
        yield f"the columns of the table {table.get('name')} are {names}, its headers {headers}"
    if len({name.casefold() for name in names}) < len(names) or not all(names):
        yield f"two columns of the table {table.get('name')} have one name, or one has none"
    if [column.get("id") for column in columns] != [str(n) for n in range(1, len(columns) + 1)]:
        yield f"the column ids of the table {table.get('name')} are not 1, 2, 3"
    if bottom <= top:
        yield f"the table {table.get('name')} has no row"
    for one in _all(table, "autoFilter"):
        if one.get("ref") != table.get("ref"):
            yield f"the filter of the table {table.get('name')} covers {one.get('ref')}"


def _table_names(trees: dict[str, Element]) -> Iterator[str]:
    tables = [tree for name, tree in trees.items() if name.startswith("xl/tables/")]
    ids = Counter(table.get("id") for table in tables)
    names = Counter(table.get("displayName", "").casefold() for table in tables)
    names.update({one.get("name", "").casefold() for one in _all(trees["xl/workbook.xml"], "definedName")})
    yield from (f"two tables have the id {one}" for one, times in ids.items() if times > 1)
    yield from (f"two tables or names are called {one}" for one, times in names.items() if times > 1)
