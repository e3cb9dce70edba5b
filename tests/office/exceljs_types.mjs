// Opens a workbook with ExcelJS, works in it, and saves it: node exceljs_types.mjs JOB.
// JOB is a JSON file with `modules` (the folder of the packages), `source`, `target` and `steps`.
// Prints the version of ExcelJS.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const need = createRequire(job.modules + "/");
const ExcelJS = need("exceljs");

const book = new ExcelJS.Workbook();
await book.xlsx.readFile(job.source);
for (const step of job.steps) work(book.getWorksheet(step.sheet), step);
await book.xlsx.writeFile(job.target);
console.log(need("exceljs/package.json").version);

function work(sheet, step) {
  const columns = new Map();
  sheet.getRow(1).eachCell((cell, number) => columns.set(cell.value, number));
  const row = typeof step.row === "string" ? rowOf(sheet, columns, step.row) : step.row;
  if (step.do === "type") sheet.getRow(row).getCell(columns.get(step.header)).value = step.value;
  else if (step.do === "delete") sheet.spliceRows(row, 1);
  else if (step.do === "hide") sheet.getRow(row).hidden = true;
  else if (step.do === "sort") sort(sheet, columns.get(step.header), step.descending);
  else throw new Error(step.do);
}

function rowOf(sheet, columns, id) {
  const ids = columns.get("Line ID") ?? columns.get("Payout ID");
  for (let row = 2; row <= sheet.rowCount; row++) {
    if (sheet.getRow(row).getCell(ids).value === id) return row;
  }
  throw new Error(`no row ${id}`);
}

// ExcelJS has no sorting of its own: a program that uses it moves values from row to row.
function sort(sheet, column, descending) {
  const rows = [];
  for (let row = 2; row <= sheet.rowCount; row++) rows.push(sheet.getRow(row).values.slice());
  const turn = descending ? -1 : 1;
  rows.sort((a, b) => turn * (a[column] < b[column] ? -1 : a[column] > b[column] ? 1 : 0));
  rows.forEach((values, index) => {
    const row = sheet.getRow(index + 2);
    for (let at = 1; at <= sheet.columnCount; at++) row.getCell(at).value = values[at] ?? null;
  });
}
