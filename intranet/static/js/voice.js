// The household's page: read aloud, count the answers, print, keep what cannot be sent. Nothing here is needed.
"use strict";

(() => {
  const page = document.documentElement;
  const speech = window.speechSynthesis;

  // Listening: only where the machine has a voice, and for a language it may have one for.
  let speaking = null;
  const label = (button) => button.querySelector("span");
  const quiet = () => {
    speech.cancel();
    if (!speaking) return;
    label(speaking.button).textContent = speaking.word;
    speaking.button.removeAttribute("aria-pressed");
    speaking = null;
  };
  const languageOf = (node) => node.closest("[lang]").lang;
  const pieces = (root) => {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const text = node.textContent.replace(/\s+/g, " ").trim();
      if (!text || !node.parentElement.checkVisibility() || node.parentElement.closest(".visually-hidden")) continue;
      const block = node.parentElement.closest("p, li, h1, h2, h3, [data-pause]");
      const last = found.at(-1);
      const lang = languageOf(node.parentElement);
      if (last && last.block === block && last.lang === lang) last.text += ` ${text}`;
      else found.push({ block, lang, text });
    }
    return found;
  };
  const read = (button) => {
    const before = speaking?.button;
    quiet();
    if (before === button) return;
    const root = button.closest("article") ?? document.querySelector("main");
    const blocks = root.matches("main") ? root.querySelectorAll(":scope > [data-said]") : root.querySelectorAll("[data-said]");
    const voices = speech.getVoices();
    const said = [...blocks].flatMap(pieces);
    speaking = { button, word: label(button).textContent };
    label(button).textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    said.forEach(({ text, lang }, at) => {
      const words = new SpeechSynthesisUtterance(text);
      words.lang = lang;
      words.rate = 0.9;
      words.voice = voices.find((voice) => voice.lang.toLowerCase().startsWith(lang)) ?? null;
      if (at === said.length - 1) words.addEventListener("end", () => speaking?.button === button && quiet());
      speech.speak(words);
    });
  };
  const offer = () => {
    const own = (voice) => voice.lang.toLowerCase().startsWith(page.lang);
    const able = speech.getVoices().some(own);
    for (const button of document.querySelectorAll("[data-listen]")) button.hidden = !able;
  };
  if (speech) {
    offer();
    speech.addEventListener?.("voiceschanged", offer);
    addEventListener("pagehide", () => speech.cancel());
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-listen]");
      if (button) read(button);
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  const form = document.querySelector("form[data-voice]");
  if (!form) return;

  const progress = form.querySelector("[data-progress]");
  const count = () => {
    const bar = progress.querySelector("progress");
    const done = form.querySelectorAll("input[type=radio]:checked").length;
    bar.value = done;
    progress.querySelector("p").textContent = progress.dataset.progress
      .replace("{done}", done)
      .replace("{total}", bar.max);
  };
  form.addEventListener("input", count);
  count();

  // Without network nothing is sent: the answers stay in the form, and draft.js keeps them on the phone.
  const warning = form.querySelector("[data-offline]");
  form.addEventListener("submit", (event) => {
    warning.hidden = navigator.onLine;
    if (!navigator.onLine) event.preventDefault();
  });
  addEventListener("online", () => {
    warning.hidden = true;
  });
})();
