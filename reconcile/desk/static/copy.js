// Copies amounts as plain numbers: `1,234.50` or `1 234,50` in a table goes to the clipboard without what groups its
// digits, with the decimal sign that the page writes, as a spreadsheet program of its reader takes it.
"use strict";
(() => {
  const sign = document.documentElement.dataset.decimal || ".";
  const plain = (one) => one.value.replace(".", sign);
  const rows = (part) => [...part.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => cell.textContent.trim()).join("\t"));
  document.addEventListener("copy", (event) => {
    const chosen = getSelection();
    if (chosen.rangeCount !== 1 || chosen.isCollapsed) return;
    const range = chosen.getRangeAt(0);
    const part = document.createElement("div");
    part.append(range.cloneContents());
    const inside = range.commonAncestorContainer;
    const around = inside.nodeType === Node.TEXT_NODE ? inside.parentElement : inside;
    const whole = around.closest("data");
    if (whole && whole.textContent.trim() === part.textContent.trim()) part.textContent = plain(whole);
    const amounts = part.querySelectorAll("data");
    for (const one of amounts) one.textContent = plain(one);
    if (!whole && (!amounts.length || part.querySelectorAll("table").length > 1)) return;
    const lines = rows(part);
    event.clipboardData.setData("text/plain", lines.length ? lines.join("\n") : part.textContent);
    event.preventDefault();
  });
})();
