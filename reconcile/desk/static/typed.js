// Fills in again what a person typed into a form that was not done. Sends nothing.
"use strict";
(() => {
  const typed = document.getElementById("typed");
  if (!typed || !typed.dataset.form) return;
  const kept = JSON.parse(typed.dataset.form);
  const path = (form, button) => new URL((button && button.getAttribute("formaction")) || form.getAttribute("action") || "", location.href).pathname;
  const goes = (form) => path(form) === kept.action || [...form.querySelectorAll("button[formaction]")].some((one) => path(form, one) === kept.action);
  const names = kept.fields.map(([name]) => name);
  const forms = [...document.forms].filter((form) => form.method === "post" && goes(form));
  const form = forms.find((one) => names.every((name) => one.elements[name])) || forms[0];
  if (!form) return;
  const wanted = new Map();
  for (const [name, value] of kept.fields) wanted.set(name, [...(wanted.get(name) || []), value]);
  let first = null;
  for (const one of form.elements) {
    if (!one.name || one.type === "hidden" || one.type === "file" || one.tagName === "BUTTON") continue;
    const values = wanted.get(one.name) || [];
    if (one.type === "radio" || one.type === "checkbox") one.checked = values.includes(one.value);
    else if (values.length) { one.value = values[0]; first = first || one; }
    const folded = one.closest("details");
    if (folded && values.some((value) => value)) folded.open = true;
  }
  (first || form.querySelector("button")).focus();
})();
