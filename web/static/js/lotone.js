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
  if (event.key === "Escape") closeMenus(null);
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

// After a refused choice or a bad input the focus goes to what needs attention.
function focusWhatMatters(selector) {
  const wanted = document.querySelector(selector);
  if (!wanted) return;
  wanted.focus({ preventScroll: true });
  wanted.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:after:swap", (event) => {
  const status = event.detail?.ctx?.response?.status ?? 200;
  if (status >= 400) focusWhatMatters("[data-focus]");
});
document.addEventListener("DOMContentLoaded", () => {
  if (!location.hash) focusWhatMatters("form [aria-invalid=true][data-focus]");
});
