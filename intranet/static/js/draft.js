// Keeps what is typed in every form that is sent, until the server says it is saved.
//
// A draft belongs to one person and one form (the address it is sent to and the names of its fields); it lasts a day
// and goes at sign-out. It gives back only what that person had changed: what others saved meanwhile stays. Passwords, codes, files and hidden fields are never kept, save the drawing of a signature. The
// server names the address where something was saved in the cookie "saved_draft". A form marked data-draft="never" is
// left alone.
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

  const NEVER = ["hidden", "password", "file", "submit", "button", "search"];
  const secret = (field) =>
    ["one-time-code", "current-password", "new-password"].includes(field.autocomplete) || ["code", "reference"].includes(field.name);
  const kept = (field) =>
    field.name && !field.disabled && (field.matches("[data-strokes]") || (!NEVER.includes(field.type) && !secret(field)));
  const fieldsOf = (form) => [...form.elements].filter(kept);
  const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;

  const keys = () => (store ? Object.keys(store).filter((key) => key.startsWith(PREFIX)) : []);
  const nameOf = (form) => `${PREFIX}${user}:${pathOf(form)}#${[...new Set(fieldsOf(form).map((field) => field.name))].join()}`;

  for (const key of keys()) {
    let at = 0;
    try {
      at = JSON.parse(store.getItem(key)).at;
    } catch {
      at = 0;
    }
    if (Date.now() - at > DAY) store.removeItem(key);
  }

  const forgetSaved = () => {
    const saved = document.cookie.split("; ").find((part) => part.startsWith("saved_draft="));
    if (!saved || !user) return;
    const begins = `${PREFIX}${user}:${decodeURIComponent(saved.slice("saved_draft=".length))}#`;
    for (const key of keys()) if (key.startsWith(begins)) store.removeItem(key);
    document.cookie = "saved_draft=; Max-Age=0; Path=/; SameSite=Strict";
  };
  forgetSaved();

  const read = (form) => {
    const values = {};
    for (const field of fieldsOf(form)) {
      const value = ["checkbox", "radio"].includes(field.type) ? (field.checked ? field.value : null) : field.value;
      (values[field.name] ??= []).push(value);
    }
    return values;
  };
  // The names of what was changed in a draft and is not in the form.
  const missing = (form, { values, base = {} }) => {
    const now = read(form);
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    return Object.keys(values).filter((name) => !same(values[name], base[name]) && !same(values[name], now[name]));
  };
  const write = (form, draft) => {
    const names = missing(form, draft);
    const places = {};
    for (const field of fieldsOf(form)) {
      const at = (places[field.name] = (places[field.name] ?? -1) + 1);
      const value = names.includes(field.name) ? draft.values[field.name][at] : undefined;
      if (value === undefined) continue;
      if (["checkbox", "radio"].includes(field.type)) field.checked = value !== null;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.dispatchEvent(new Event("draft:restored"));
  };

  const copyOf = (name, form) =>
    (form.querySelector(`template[${name}]`) ?? document.querySelector(`template[${name}]`))?.content.firstElementChild.cloneNode(true);

  const offer = (form, draft) => {
    const box = copyOf("data-draft-offer", form);
    if (!box) return;
    const time = box.querySelector("time");
    time.dateTime = new Date(draft.at).toISOString();
    time.textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, {
      dateStyle: "long",
      timeStyle: "short",
    });
    const files = box.querySelector("[data-files]");
    if (files) files.hidden = !form.querySelector("input[type=file]");
    box.querySelector("[data-restore]").addEventListener("click", () => {
      write(form, draft);
      box.remove();
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    box.querySelector("[data-discard]").addEventListener("click", () => {
      store.removeItem(nameOf(form));
      box.remove();
    });
    form.prepend(box);
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };

  const watch = (form) => {
    if (!user || !store || form.method !== "post" || form.dataset.draft === "never" || form.dataset.watched) return;
    if (!fieldsOf(form).length) return;
    form.dataset.watched = "1";
    const before = JSON.stringify(read(form));
    let base = JSON.parse(before);
    let draft = null;
    try {
      draft = JSON.parse(store.getItem(nameOf(form)));
    } catch {
      store.removeItem(nameOf(form));
    }
    if (draft) base = draft.base;
    if (draft && missing(form, draft).length) offer(form, draft);
    let timer = 0;
    const keep = () => {
      clearTimeout(timer);
      if (!form.isConnected) return;
      const values = read(form);
      if (JSON.stringify(values) === before) return;
      try {
        store.setItem(nameOf(form), JSON.stringify({ at: Date.now(), values, base }));
      } catch {
        // The browser's storage is full: the form still works.
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 300);
    });
    form.addEventListener("change", keep);
    form.addEventListener("submit", keep);
    addEventListener("pagehide", keep);
    document.addEventListener("visibilitychange", () => document.hidden && keep());
  };

  const watchAll = (root) => {
    if (root.matches?.("form")) watch(root);
    for (const form of root.querySelectorAll?.("form") ?? []) watch(form);
  };
  watchAll(document);
  document.addEventListener("htmx:load", (event) => watchAll(event.target));
  document.addEventListener("htmx:afterRequest", forgetSaved);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-forget]")) for (const key of keys()) store.removeItem(key);
  });

  // What did not leave, or was not saved, is said where it was typed: the form stays as it is.
  const tell = (form, words) => {
    form.querySelector("[data-not-sent]")?.remove();
    const box = copyOf("data-not-sent", form);
    if (!box) return;
    box.setAttribute("data-not-sent", "");
    if (words) box.querySelector("p").textContent = words;
    else box.querySelector("[data-kept]").hidden = !form.dataset.watched;
    form.prepend(box);
    box.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine || event.target.method !== "post" || event.target.querySelector("[data-offline], [data-pad]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.dispatchEvent(new Event("change"));
      tell(event.target);
    },
    true,
  );
  document.addEventListener("htmx:sendError", (event) => {
    const form = event.target.closest("form");
    if (form) tell(form);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const said = [...answer.querySelectorAll(".error-page > h1, .error-page > .lead")].map((each) => each.textContent.trim());
    tell(form, said.join(". "));
  });
})();
