// Shows the progress of work in the background, and goes on when it is over.
"use strict";
(() => {
  const task = document.getElementById("task");
  if (!task) return;
  const bar = document.getElementById("bar");
  const told = document.getElementById("told");
  const number = new Intl.NumberFormat(document.documentElement.dataset.writing, { numberingSystem: "latn" });
  const words = (one) => {
    if (!one.what) return "It began.";
    const counted = one.total ? `${number.format(one.done)} of ${number.format(one.total)}` : number.format(one.done);
    const left = one.left === null ? "" : one.left < 60 ? `, ${one.left} s left` : `, ${Math.ceil(one.left / 60)} min left`;
    return `${one.what}: ${counted}${left}`;
  };
  const stream = new EventSource(task.dataset.events);
  stream.onmessage = (event) => {
    const one = JSON.parse(event.data);
    if (one.total) { bar.max = one.total; bar.value = one.done; } else { bar.removeAttribute("value"); }
    const text = words(one);
    if (told.textContent !== text) told.textContent = text;
    if (one.state !== "running") { stream.close(); location.reload(); }
  };
})();
