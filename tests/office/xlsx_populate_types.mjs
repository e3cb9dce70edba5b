// Opens a workbook with xlsx-populate, works in it, and saves it: node xlsx_populate_types.mjs JOB.
// JOB is a JSON file with `modules` (the folder of the packages), `source`, `target` and `steps`.
// Prints the version of xlsx-populate.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const need = createRequire(job.modules + "/");
const XlsxPopulate = need("xlsx-populate");

const book = await XlsxPopulate.fromFileAsync(job.source);
for (const step of job.steps) work(book.sheet(step.sheet), step);
await book.toFileAsync(job.target);
console.log(need("xlsx-populate/package.json").version);

function work(sheet, step) {
  const used = sheet.usedRange();
  const last = { row: used.endCell().rowNumber(), column: used.endCell().columnNumber() };
  const columns = new Map();
  for (let at = 1; at <= last.column; at++) columns.set(sheet.cell(1, at).value(), at);
  const row = typeof step.row === "string" ? rowOf(sheet, columns, last, step.row) : step.row;
  if (step.do === "type") sheet.cell(row, columns.get(step.header)).value(step.value);
  // It cannot take a row out: a program that uses it empties the cells.
  else if (step.do === "delete") for (let at = 1; at <= last.column; at++) sheet.cell(row, at).value(undefined);
  else if (step.do === "hide") sheet.row(row).hidden(true);
  else if (step.do === "sort") sort(sheet, columns.get(step.header), last, step.descending);
  else throw new Error(step.do);
}

function rowOf(sheet, columns, last, id) {
  const ids = columns.get("Line ID") ?? columns.get("Payout ID");
  for (let row = 2; row <= last.row; row++) if (sheet.cell(row, ids).value() === id) return row;
  throw new Error(`no row ${id}`);
}

// It has no sorting of its own: a program that uses it moves values from row to row.
function sort(sheet, column, last, descending) {
  const rows = [];
  for (let row = 2; row <= last.row; row++) {
    const values = [];
    for (let at = 1; at <= last.column; at++) values.push(sheet.cell(row, at).value());
    rows.push(values);
  }
  const turn = descending ? -1 : 1;
  rows.sort((a, b) => turn * (a[column - 1] < b[column - 1] ? -1 : a[column - 1] > b[column - 1] ? 1 : 0));
  rows.forEach((values, index) => values.forEach((value, at) => sheet.cell(index + 2, at + 1).value(value)));
}
