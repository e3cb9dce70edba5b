// Copies amounts as plain numbers: `1,234.50` in a table goes to the clipboard as 1234.50, with the decimal sign
// of the reader's language, as a spreadsheet program there reads it.
"use strict";
(() => {
  const shown = /^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$/;
  const sign = new Intl.NumberFormat(navigator.language).formatToParts(0.5).find((one) => one.type === "decimal").value;
  const plain = (text) => {
    const own = text.trim();
    return shown.test(own) ? own.replaceAll(",", "").replace(/^\+/, "").replace(".", sign) : text;
  };
  const rows = (part) => [...part.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => cell.textContent.trim()).join("\t"));
  document.addEventListener("copy", (event) => {
    const chosen = getSelection();
    if (chosen.rangeCount !== 1 || chosen.isCollapsed) return;
    const range = chosen.getRangeAt(0);
    const part = document.createElement("div");
    part.append(range.cloneContents());
    const inside = range.commonAncestorContainer;
    const cell = (inside.nodeType === Node.TEXT_NODE ? inside.parentElement : inside).closest(".number");
    if (cell) part.textContent = plain(part.textContent);
    const cells = part.querySelectorAll(".number");
    for (const one of cells) one.textContent = plain(one.textContent);
    if (!cell && (!cells.length || part.querySelectorAll("table").length > 1)) return;
    const lines = rows(part);
    event.clipboardData.setData("text/plain", lines.length ? lines.join("\n") : part.textContent);
    event.preventDefault();
  });
})();
