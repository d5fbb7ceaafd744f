// What htmx does not do: arrow keys in a list of options, focus after an answer, drop-downs that go at once.
// Every page works without this file.
"use strict";

const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("[data-options]");
  if (list && event.target.matches("button") && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const rows = [...list.querySelectorAll(".option")];
    const at = rows.indexOf(event.target);
    const next = event.key === "Home" ? 0 : event.key === "End" ? rows.length - 1 : at + (ARROWS[event.key] ?? 0);
    if (at >= 0 && next !== at && rows[next]) {
      event.preventDefault();
      rows[next].focus();
    }
  }
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (event.key === "?" && !typing) {
    const help = document.getElementById("keys");
    if (help instanceof HTMLDetailsElement) {
      help.open = !help.open;
      help.querySelector("summary")?.focus();
    }
  }
  if (event.key === "Escape") {
    closeMenus(null);
    event.target.closest?.(".conflict-form")?.querySelector(".conflict-form__keep a")?.click();
  }
});

// A menu closes when one presses elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details[data-menu]") ?? null));

// A drop-down that navigates sends its form; without script the button beside it does.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// After a refused choice or a bad input the focus goes to what needs attention, after a search to what was found.
function focusWhatMatters(selector) {
  const wanted = document.querySelector(selector);
  if (!wanted) return;
  wanted.focus({ preventScroll: true });
  wanted.scrollIntoView({ block: "nearest" });
}
// A way out that was taken goes with its box: the focus then stays with the option it was about.
let pressed = "";
let looksFor = false;
document.addEventListener("submit", (event) => {
  const { feature, option } = event.target.elements;
  looksFor = event.target.matches("[action$='/completion']");
  pressed = event.submitter?.dataset.then ?? (feature && option ? `option-${feature.value}-${option.value}` : "");
});
// What was pressed to filter a list goes or folds away with the answer: the focus stays at the list.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-then]");
  if (!link) return;
  looksFor = false;
  pressed = link.dataset.then;
});
function isLost(focused) {
  return focused === document.body || Boolean(focused?.closest("details:not([open]) > :not(summary)"));
}
document.addEventListener("htmx:after:swap", (event) => {
  const status = event.detail?.ctx?.response?.status ?? 200;
  if (status >= 400) focusWhatMatters("[data-focus]");
  else if (looksFor) focusWhatMatters("#found");
  else if (pressed && isLost(document.activeElement)) focusWhatMatters(`#${CSS.escape(pressed)}`);
});
document.addEventListener("DOMContentLoaded", () => {
  if (!location.hash) focusWhatMatters("form [aria-invalid=true][data-focus]");
});

// Measuring: Enter goes on to the next open reading and sends the form after the last; two readings that lie apart
// open a third at once. The server asks for the third, too.
function isShown(input) {
  return !input.closest("[hidden]");
}
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-measuring]");
  if (!form || event.key !== "Enter" || !event.target.matches(".reading input, [name=sex]")) return;
  const readings = [...form.querySelectorAll(".reading input")].filter(isShown);
  const open = readings.filter((each) => each !== event.target && !each.value.trim());
  const next = open.find((each) => readings.indexOf(each) > readings.indexOf(event.target)) ?? open[0];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-measuring]");
  const measure = event.target.closest?.(".measure");
  const third = measure?.querySelectorAll(".reading")[2];
  if (!form || !third || third.querySelector("input").value) return;
  const [first, second] = [...measure.querySelectorAll(".reading input")].map((each) => parseFloat(each.value.replace(",", ".")));
  third.hidden = !(Math.abs(first - second) > Number(form.dataset.measuring) + 1e-9);
});
document.addEventListener("DOMContentLoaded", () => {
  for (const hint of document.querySelectorAll("[data-with-script]")) hint.hidden = false;
  const form = document.querySelector("[data-measuring]");
  if (!form || document.querySelector("[data-focus]")) return;
  const first = form.querySelector("[name=sex]:checked") ? form.querySelector(".reading input") : form.querySelector("[name=sex]");
  first?.focus({ preventScroll: true });
});
