// Hours by half-hour taps, and a picture's size checked before it is sent. Both work without this file.
"use strict";

(() => {
  // "1,5", "1.5", "1 h 30" and "90 min" in minutes; null for what only the server can judge.
  const minutes = (text) => {
    const bare = text.replace(/\s/g, "").replace(",", ".").toLowerCase();
    if (!bare) return 0;
    const clock = bare.match(/^(\d+)(?:h|:)(\d{0,2})(?:min|mn|m)?$/);
    if (clock) return Number(clock[1]) * 60 + Number(clock[2] || 0);
    const only = bare.match(/^(\d+)(?:min|mn)$/);
    if (only) return Number(only[1]);
    const hours = bare.match(/^(\d*\.?\d+|\d+\.)(?:h|heures?)?$/);
    return hours ? Math.round(Number.parseFloat(hours[1]) * 60) : null;
  };
  const written = (total) => {
    const rest = total % 60;
    const whole = (total - rest) / 60;
    if (!total) return "";
    return rest ? `${whole} h ${String(rest).padStart(2, "0")}` : `${whole} h`;
  };

  for (const button of document.querySelectorAll("[data-step]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = button.parentElement.querySelector("input");
    const now = minutes(input.value);
    if (now === null) return;
    input.value = written(Math.min(720, Math.max(0, now + Number(button.dataset.step))));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-photo]");
    if (!form || event.target.type !== "file") return;
    const file = event.target.files[0];
    const large = file && file.size > Number(form.dataset.maxMb) * 1024 * 1024;
    const place = document.getElementById(`${event.target.id}-error`);
    event.target.setCustomValidity(large ? form.dataset.tooLarge : "");
    place.textContent = large ? form.dataset.tooLarge : "";
    place.hidden = !large;
  });
})();
