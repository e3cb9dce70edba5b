# Opens a workbook with openxlsx, works in it, and saves it: Rscript openxlsx_types.R SOURCE TARGET STEPS.
# STEPS is a file of steps, a line each, with tabs: do, sheet, row or id, header, kind of value, value.
# Prints the version of openxlsx. It has no sorting, and its users do not sort a workbook with it.
suppressMessages(library(openxlsx))

given <- commandArgs(trailingOnly = TRUE)
book <- loadWorkbook(given[1])
steps <- strsplit(readLines(given[3], encoding = "UTF-8"), "\t", fixed = TRUE)

place <- function(sheet, row) {
  cells <- read.xlsx(book, sheet, colNames = FALSE, skipEmptyRows = FALSE, skipEmptyCols = FALSE)
  headers <- as.character(unlist(cells[1, ]))
  if (!grepl("^[0-9]+$", row)) {
    ids <- match("Line ID", headers)
    if (is.na(ids)) ids <- match("Payout ID", headers)
    row <- match(row, cells[[ids]])
  }
  list(row = as.integer(row), headers = headers)
}

for (step in steps) {
  sheet <- step[2]
  at <- place(sheet, step[3])
  if (step[1] == "type") {
    value <- if (step[5] == "number") as.numeric(step[6]) else step[6]
    writeData(book, sheet, value, startCol = match(step[4], at$headers), startRow = at$row, colNames = FALSE)
  } else if (step[1] == "delete") {
    deleteData(book, sheet, cols = seq_along(at$headers), rows = at$row, gridExpand = TRUE)
  } else if (step[1] == "hide") {
    groupRows(book, sheet, rows = at$row, hidden = TRUE)
  }
}
saveWorkbook(book, given[2], overwrite = TRUE)
cat(as.character(packageVersion("openxlsx")), "\n")
