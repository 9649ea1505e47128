// Keeps what is typed in forms that carry data-draft, until the server says it is saved.
//
// A draft belongs to one person and one form; it lasts a day and goes at sign-out. Passwords, files and hidden
// fields are never kept. The server names the drafts it has saved in the cookie "saved_draft".
"use strict";

(() => {
  const DAY = 24 * 3600 * 1000;
  const PREFIX = "draft:";
  const user = document.body.dataset.user;
  const store = (() => {
    try {
      localStorage.setItem("draft-probe", "1");
      localStorage.removeItem("draft-probe");
      return localStorage;
    } catch {
      return null;
    }
  })();
  if (!store) return;

  const keys = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));
  const nameOf = (form) => `${PREFIX}${user}:${form.dataset.draft}`;

  for (const key of keys()) {
    let at = 0;
    try {
      at = JSON.parse(store.getItem(key)).at;
    } catch {
      at = 0;
    }
    if (Date.now() - at > DAY) store.removeItem(key);
  }

  const saved = document.cookie.split("; ").find((part) => part.startsWith("saved_draft="));
  if (saved && user) {
    store.removeItem(`${PREFIX}${user}:${decodeURIComponent(saved.slice("saved_draft=".length))}`);
    document.cookie = "saved_draft=; Max-Age=0; Path=/; SameSite=Strict";
  }

  const kept = (field) =>
    field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && !field.disabled;
  const read = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      const value = ["checkbox", "radio"].includes(field.type) ? (field.checked ? field.value : null) : field.value;
      (values[field.name] ??= []).push(value);
    }
    return values;
  };
  const write = (form, values) => {
    const places = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      const at = (places[field.name] = (places[field.name] ?? -1) + 1);
      const value = values[field.name]?.[at];
      if (value === undefined) continue;
      if (["checkbox", "radio"].includes(field.type)) field.checked = value !== null;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const offer = (form, draft) => {
    const box = form.querySelector("template[data-draft-offer]").content.firstElementChild.cloneNode(true);
    const time = box.querySelector("time");
    time.dateTime = new Date(draft.at).toISOString();
    time.textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, {
      dateStyle: "long",
      timeStyle: "short",
    });
    box.querySelector("[data-restore]").addEventListener("click", () => {
      write(form, draft.values);
      box.remove();
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    box.querySelector("[data-discard]").addEventListener("click", () => {
      store.removeItem(nameOf(form));
      box.remove();
    });
    form.prepend(box);
  };

  const watch = (form) => {
    if (!user || form.dataset.watched) return;
    form.dataset.watched = "1";
    const before = JSON.stringify(read(form));
    let draft = null;
    try {
      draft = JSON.parse(store.getItem(nameOf(form)));
    } catch {
      store.removeItem(nameOf(form));
    }
    if (draft && JSON.stringify(draft.values) !== before) offer(form, draft);
    let timer = 0;
    const keep = () => {
      if (!form.isConnected) return;
      const values = read(form);
      if (JSON.stringify(values) === before) return;
      try {
        store.setItem(nameOf(form), JSON.stringify({ at: Date.now(), values }));
      } catch {
        // The browser's storage is full: the form still works.
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 400);
    });
    form.addEventListener("submit", keep);
    addEventListener("pagehide", keep);
  };

  for (const form of document.querySelectorAll("form[data-draft]")) watch(form);
  document.addEventListener("htmx:load", (event) => {
    for (const form of event.target.querySelectorAll?.("form[data-draft]") ?? []) watch(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-forget]")) for (const key of keys()) store.removeItem(key);
  });
})();
