// Small comforts for every page. Nothing here is needed to read or to send a form.
"use strict";

(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  // "/" goes to the search box.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const box = document.querySelector("main [data-search-box], .side-search input");
    if (!box) return;
    event.preventDefault();
    box.checkVisibility?.() === false ? location.assign(box.form.action) : box.focus();
  });

  // A second click does not send a form twice. (The server would answer the same anyway.)
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });

  // Back from the browser's memory: forms may be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  // A menu made of <details> closes on Escape and when one clicks elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-menu][open], .account-fold[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });

  // A filter chosen in a list applies at once.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
  });

  // An empty filter does not show in the address.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  // The summary of errors is read first.
  document.querySelector("[data-summary]")?.focus();
})();

if ("serviceWorker" in navigator && isSecureContext) {
  const root = new URL(document.querySelector("link[rel=icon]").href).pathname.split("/static/")[0];
  navigator.serviceWorker.register(`${root}/sw.js`).catch(() => {});
}
