"use strict";
// Filters, search and order of the report. Without script the page shows everything.
(() => {
  const form = document.getElementById("filters");
  const fold = [...document.querySelectorAll("details:not(.requests)")];
  const wasOpen = new Map();
  const unfold = () => { for (const one of fold) { if (!wasOpen.has(one)) wasOpen.set(one, one.open); one.open = true; } };
  const refold = () => { for (const [one, open] of wasOpen) one.open = open; wasOpen.clear(); };
  addEventListener("beforeprint", unfold);
  addEventListener("afterprint", refold);
  if (!form) return;

  const field = (name) => document.getElementById(name);
  const plain = (text) => text.normalize("NFC").toLocaleLowerCase();
  const place = field("groups");
  const groups = [...place.children].map((node) => ({
    node,
    partner: node.dataset.partner,
    stages: JSON.parse(node.dataset.stages),
    currencies: JSON.parse(node.dataset.currencies),
    amount: Number(node.dataset.amount),
    moved: Number(node.dataset.moved),
    rows: [...node.querySelectorAll("tbody tr")],
  }));
  const others = [...document.querySelectorAll("section.list tr[data-partner]")].filter((row) => row.dataset.partner);
  // Most kinds of change are called as what they change.
  const kind = (row) => row.dataset.kind ?? row.querySelector("th").textContent.toLowerCase();
  const text = new WeakMap();
  const words = (node) => {
    if (!text.has(node)) text.set(node, plain(node.textContent));
    return text.get(node);
  };
  const head = (group) => plain(group.partner) + " " + words(group.node.querySelector("h3")) + " " + words(group.node.querySelector("p"));

  const filter = () => {
    const wanted = Object.fromEntries(["partner", "stage", "kind", "currency"].map((name) => [name, field(name).value]));
    const search = plain(field("search").value.trim());
    let payouts = 0, changes = 0, all = 0;
    for (const group of groups) {
      const fits = (!wanted.partner || group.partner === wanted.partner)
        && (!wanted.stage || group.stages.includes(wanted.stage))
        && (!wanted.currency || group.currencies.includes(wanted.currency));
      const named = !search || head(group).includes(search);
      let shown = 0;
      for (const row of group.rows) {
        const stays = fits && (!wanted.kind || kind(row) === wanted.kind) && (named || words(row).includes(search));
        row.hidden = !stays;
        shown += stays;
      }
      group.node.hidden = !shown;
      payouts += shown > 0;
      changes += shown;
      all += group.rows.length;
    }
    for (const row of others) {
      row.hidden = (wanted.partner !== "" && row.dataset.partner !== wanted.partner) || (search !== "" && !words(row).includes(search));
    }
    if (search || Object.values(wanted).some(Boolean)) unfold(); else refold();
    field("nothing").hidden = payouts > 0;
    field("count").value = `${payouts.toLocaleString("en")} of ${groups.length.toLocaleString("en")} payouts, ${changes.toLocaleString("en")} of ${all.toLocaleString("en")} changes`;
  };

  const compare = new Intl.Collator().compare;
  // Amounts of two currencies are not compared: one currency comes after the other.
  const by = {
    partner: (a, b) => compare(a.partner, b.partner),
    moved: (a, b) => compare(currency(a), currency(b)) || b.moved - a.moved,
    amount: (a, b) => compare(currency(a), currency(b)) || b.amount - a.amount,
  };
  const currency = (group) => group.currencies.find(Boolean) || "";
  const order = () => {
    const rule = by[field("order").value];
    const sorted = rule ? [...groups].sort(rule) : groups;
    place.replaceChildren(...sorted.map((group) => group.node));
  };

  let waiting;
  form.addEventListener("input", (event) => {
    if (event.target.id === "order") return order();
    clearTimeout(waiting);
    waiting = setTimeout(filter, event.target.id === "search" ? 120 : 0);
  });
  form.addEventListener("reset", () => setTimeout(() => { order(); filter(); }, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
