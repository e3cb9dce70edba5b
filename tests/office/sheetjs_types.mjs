// Opens a workbook with SheetJS, works in it, and saves it: node sheetjs_types.mjs JOB.
// JOB is a JSON file with `modules` (the folder of the packages), `source`, `target` and `steps`.
// Prints the version of SheetJS.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const XLSX = createRequire(job.modules + "/")("xlsx");

const book = XLSX.readFile(job.source, { cellStyles: true, cellNF: true });
for (const step of job.steps) work(book.Sheets[step.sheet], step);
XLSX.writeFile(book, job.target, { bookSST: true, cellStyles: true });
console.log(XLSX.version);

function work(sheet, step) {
  const area = XLSX.utils.decode_range(sheet["!ref"]);
  const columns = new Map();
  for (let c = 0; c <= area.e.c; c++) columns.set(cell(sheet, 0, c)?.v, c);
  const row = typeof step.row === "string" ? rowOf(sheet, area, columns, step.row) : step.row - 1;
  if (step.do === "type") {
    XLSX.utils.sheet_add_aoa(sheet, [[step.value]], { origin: { r: row, c: columns.get(step.header) } });
  } else if (step.do === "delete") {
    const rows = taken(sheet, area);
    rows.splice(row - 1, 1);
    put(sheet, area, [...rows, []]);
  } else if (step.do === "hide") {
    sheet["!rows"] ??= [];
    sheet["!rows"][row] = { ...sheet["!rows"][row], hidden: true };
  } else if (step.do === "sort") {
    const at = columns.get(step.header);
    const turn = step.descending ? -1 : 1;
    const rows = taken(sheet, area);
    rows.sort((a, b) => turn * (a[at]?.v < b[at]?.v ? -1 : a[at]?.v > b[at]?.v ? 1 : 0));
    put(sheet, area, rows);
  } else throw new Error(step.do);
}

function cell(sheet, r, c) { return sheet[XLSX.utils.encode_cell({ r, c })]; }

function rowOf(sheet, area, columns, id) {
  const ids = columns.get("Line ID") ?? columns.get("Payout ID");
  for (let r = 1; r <= area.e.r; r++) if (cell(sheet, r, ids)?.v === id) return r;
  throw new Error(`no row ${id}`);
}

// SheetJS has neither sorting nor deleting: a program that uses it moves cells from row to row.
function taken(sheet, area) {
  const rows = [];
  for (let r = 1; r <= area.e.r; r++) {
    rows.push(Array.from({ length: area.e.c + 1 }, (_, c) => cell(sheet, r, c)));
  }
  return rows;
}

function put(sheet, area, rows) {
  rows.forEach((cells, index) => {
    for (let c = 0; c <= area.e.c; c++) {
      const place = XLSX.utils.encode_cell({ r: index + 1, c });
      if (cells[c]) sheet[place] = cells[c];
      else delete sheet[place];
    }
  });
}
