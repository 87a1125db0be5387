// Filters and unfolds what the page lists. Without it everything is there, and unfolds one by one.
"use strict";

const form = document.getElementById("filter");
const text = document.getElementById("text");
const image = document.getElementById("image");
const shown = document.getElementById("shown");
const kinds = [...form.querySelectorAll("[name=kind]")];
const items = [...document.querySelectorAll("[data-kind]")];
const holders = [...document.querySelectorAll(".group, main > section")].filter((it) =>
  it.querySelector("[data-kind]"),
);
const said = new Map();

function words(item) {
  if (!said.has(item)) said.set(item, item.textContent.toLowerCase().replace(/\s+/g, " "));
  return said.get(item);
}

function apply() {
  const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = new Set(kinds.filter((it) => it.checked).map((it) => it.value));
  const filtered = wanted.length > 0 || image.value !== "" || chosen.size > 0;
  let count = 0;
  for (const item of items) {
    const fits =
      (image.value === "" || item.dataset.image === image.value) &&
      (chosen.size === 0 || chosen.has(item.dataset.kind)) &&
      wanted.every((word) => words(item).includes(word));
    item.hidden = !fits;
    if (fits) count += 1;
  }
  for (const holder of holders) {
    holder.hidden = filtered && !holder.querySelector("[data-kind]:not([hidden])");
    if (filtered && !holder.hidden && holder.matches(".group")) holder.open = true;
  }
  document.getElementById("none").hidden = !filtered || count > 0;
  const all = items.length.toLocaleString("en");
  shown.textContent = filtered ? `${count.toLocaleString("en")} of ${all} shown` : `${all} shown`;
}

function fold(open) {
  for (const it of document.querySelectorAll("main details")) {
    if (!it.hidden && !(it.matches(".group") && !open)) it.open = open;
  }
}

function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target || !target.matches("[data-kind]")) return;
  if (target.hidden) {
    form.reset();
    apply();
  }
  for (let it = target; it; it = it.parentElement) {
    if (it.matches("details")) it.open = true;
  }
  target.scrollIntoView();
}

let waiting = 0;
form.addEventListener("input", () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(apply);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(apply));
document.getElementById("expand").addEventListener("click", () => fold(true));
document.getElementById("collapse").addEventListener("click", () => fold(false));
addEventListener("hashchange", reveal);

form.hidden = false;
// Where the columns are one, the filter would stand before everything else.
if (matchMedia("(max-width: 50rem)").matches) form.querySelector("details").open = false;
apply();
reveal();
