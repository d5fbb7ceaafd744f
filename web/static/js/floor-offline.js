// Scans made without a network: kept on this device, shown, and sent in their order with their time once it is back.
// A scan has an id of its own, so sending it twice does it once. What is kept: codes of steps, measures of the piece, times.
"use strict";

const WAITING = "lotone.floor.waiting";
const REFUSED = "lotone.floor.refused";
const AGAIN_MS = 15_000;
const STEP = /^L1:(?!DO:|AT:)/i;
let sent = null; // the last form that went out, until its answer is there
let isSending = false;

function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}

function keep(name, rows) {
  try {
    localStorage.setItem(name, JSON.stringify(rows));
  } catch {
    return false; // No room, or none allowed: the scan is not taken.
  }
  return true;
}

function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function entryOf(form, submitter) {
  const fields = [...new FormData(form, submitter).entries()].filter(([name]) => !["csrf_token", "job"].includes(name));
  const code = fields.find(([name]) => name === "press")?.[1] || fields.find(([name]) => name === "code")?.[1].trim() || "";
  return { path: new URL(form.action).pathname, code, fields, at: new Date().toISOString() };
}

function wait(entry) {
  for (const field of document.querySelectorAll("#floor-screen [data-scan]")) field.value = ""; // a scanner types after it
  if (!STEP.test(entry.code)) {
    say("only");
    show();
    return;
  }
  const rows = kept(WAITING);
  if (!rows.some((row) => idOf(row) === idOf(entry))) rows.push(entry);
  if (!keep(WAITING, rows)) {
    say("full");
    show();
    return;
  }
  for (const field of document.querySelectorAll("#floor-screen [name=scan_id]")) field.value = freshId();
  for (const field of document.querySelectorAll("#floor-screen .job__measure input")) field.value = "";
  say("");
  show();
}

function idOf(entry) {
  return entry.fields.find(([name]) => name === "scan_id")?.[1];
}

// What the page says stands in the template, in the reader's language; here it is only shown.
function say(which) {
  for (const text of document.querySelectorAll("[data-offline-says]")) text.hidden = text.dataset.offlineSays !== which;
}

function show() {
  const box = document.getElementById("floor-waiting");
  if (!box) return;
  const waiting = kept(WAITING);
  const refused = kept(REFUSED);
  list(box.querySelector("[data-waiting]"), waiting, () => "");
  list(box.querySelector("[data-refused]"), refused, (row) => row.why);
  const says = [...box.querySelectorAll("[data-offline-says]")].some((text) => !text.hidden);
  box.hidden = !waiting.length && !refused.length && !says;
}

function list(place, rows, more) {
  place.hidden = !rows.length;
  place.querySelector("[data-count]").textContent = String(rows.length);
  place.querySelector("ul").replaceChildren(
    ...rows.map((row) => {
      const item = document.createElement("li");
      const time = new Date(row.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      item.className = "number";
      item.textContent = [time, row.code.toUpperCase(), more(row)].filter(Boolean).join(" ");
      return item;
    }),
  );
}

async function sendAll() {
  if (isSending || !navigator.onLine || !kept(WAITING).length) return;
  isSending = true;
  let done = 0;
  try {
    for (let row = kept(WAITING)[0]; row; row = kept(WAITING)[0]) {
      const answer = await send(row);
      if (answer === null) break;
      if (answer !== "") keep(REFUSED, [...kept(REFUSED), { ...row, why: answer }]);
      keep(WAITING, kept(WAITING).filter((each) => idOf(each) !== idOf(row)));
      done += 1;
    }
  } catch {
    // No network again: what is left is tried later.
  } finally {
    isSending = false;
  }
  if (done && !kept(REFUSED).length) location.reload();
  else show();
}

// Returns "" when it is done, why it was refused, or null when it is to be tried again.
async function send(row) {
  const token = document.querySelector("[name=csrf_token]")?.value ?? "";
  const body = new URLSearchParams([...row.fields, ["at", row.at], ["csrf_token", token]]);
  const answer = await fetch(row.path, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (answer.ok && !answer.redirected) return "";
  const refused = [404, 409, 422].includes(answer.status);
  if (!refused) {
    say(answer.status < 500 ? "signed-out" : "");
    return null;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".told__title")?.textContent.trim() || String(answer.status);
}

window.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.closest?.("#floor-screen") || !form.action.endsWith("/scans")) return;
    const entry = entryOf(form, event.submitter);
    if (navigator.onLine && !kept(WAITING).length) {
      sent = entry;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    wait(entry);
    sendAll();
  },
  true,
);
document.addEventListener("htmx:after:request", () => (sent = null));
document.addEventListener("htmx:error", () => {
  if (!sent) return;
  wait(sent);
  sent = null;
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-forget-refused]")) return;
  keep(REFUSED, []);
  location.reload();
});
window.addEventListener("online", sendAll);
document.addEventListener("DOMContentLoaded", () => {
  show();
  sendAll();
});
setInterval(sendAll, AGAIN_MS);
