// What a hand scanner needs: the scan field has the focus, and a scan is heard. The page works without this file.
"use strict";

function focusScan() {
  const wanted = document.querySelector("[data-focus]") ?? document.querySelector("[data-scan]");
  wanted?.focus({ preventScroll: true });
}

// A scanner types like a keyboard. Letters and colons belong to a code, wherever the focus is.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-scan]");
  if (!field || event.target === field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length !== 1 || /[0-9 ?]/.test(event.key)) return;
  field.value = "";
  field.focus({ preventScroll: true });
});

// Two tones: high for done, low for refused.
let sound = null;
function beep(tone) {
  try {
    sound ??= new AudioContext();
    const voice = sound.createOscillator();
    const volume = sound.createGain();
    voice.frequency.value = tone === "fits" ? 1320 : 220;
    volume.gain.value = 0.15;
    voice.connect(volume).connect(sound.destination);
    voice.start();
    voice.stop(sound.currentTime + (tone === "fits" ? 0.12 : 0.45));
  } catch {
    sound = null; // A device without sound shows it all the same.
  }
}

document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement?.closest?.("[data-scan], .job__measure")) return;
  focusScan();
});
document.addEventListener("htmx:after:request", () => {
  requestAnimationFrame(() => {
    const told = document.querySelector("[data-tone]:not([data-heard])");
    if (!told) return;
    told.dataset.heard = "yes";
    beep(told.dataset.tone);
  });
});
