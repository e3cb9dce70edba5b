// Shows how far a run is, and loads the page again when nothing of it goes on any more.
"use strict";
(() => {
  const progress = document.getElementById("progress");
  const told = document.getElementById("told");
  if (!progress || !progress.dataset.events) return;
  const stream = new EventSource(progress.dataset.events);
  stream.addEventListener("progress", (event) => {
    const wide = progress.querySelector(".wide");
    const [left, focused] = [wide ? wide.scrollLeft : 0, wide !== null && wide === document.activeElement];
    progress.innerHTML = event.data;
    const now = progress.querySelector(".wide");
    if (now) { now.scrollLeft = left; if (focused) now.focus(); }
    const words = progress.querySelector("[data-told]");
    if (words && told.textContent !== words.textContent) told.textContent = words.textContent;
  });
  stream.addEventListener("end", () => { stream.close(); location.reload(); });
})();
