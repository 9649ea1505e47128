// A long <select data-picker> gets a search box: a few letters, and what they begin a word of is listed below, each
// on as many lines as it needs; data-words of an option are other words for it. Nothing found: the field named by
// data-free is offered instead. Without this script it is an ordinary grouped list.
"use strict";

(() => {
  const MOST = 8;
  const fold = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("œ", "oe").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const singular = (word) => (word.length > 3 ? word.replace(/[sx]$/, "") : word);

  const enhance = (select) => {
    if (select.dataset.ready) return;
    select.dataset.ready = "1";
    const options = [...select.options]
      .filter((option) => option.value)
      .map((node) => ({
        node,
        own: fold(node.text),
        words: fold(`${node.dataset.words ?? ""} ${node.parentElement.label ?? ""}`),
      }));
    const box = document.createElement("input");
    box.type = "search";
    box.id = `${select.id}-search`;
    box.className = "form-control works-pick-box";
    box.placeholder = select.dataset.search ?? "";
    box.setAttribute("aria-label", select.dataset.search ?? "");
    box.setAttribute("aria-controls", `${select.id}-found`);
    box.autocomplete = "off";
    const found = document.createElement("div");
    found.id = `${select.id}-found`;
    found.className = "works-found";
    found.setAttribute("role", "status");
    select.before(box, found);

    const choose = (value, next) => {
      select.value = value;
      found.replaceChildren();
      box.value = "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
      next.focus();
    };
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn works-hit";
      made.textContent = text;
      made.addEventListener("click", act);
      return made;
    };
    // Words of its own first, then what each is most often called.
    const matches = () => {
      const wanted = fold(box.value).map(singular);
      if (!wanted.length) return null;
      const begins = (words) => (word) => words.some((each) => each.startsWith(word));
      const fits = options.filter(({ own, words }) => wanted.every(begins([...own, ...words])));
      const near = ({ own, words }) =>
        wanted.every(begins(own)) ? -1 : words.findIndex((each) => each.startsWith(wanted[0]));
      return fits.sort((one, other) => near(one) - near(other)).slice(0, MOST);
    };
    const show = () => {
      const fits = matches();
      if (fits?.length) {
        found.replaceChildren(...fits.map(({ node }) => button(node.text, () => choose(node.value, select))));
        return;
      }
      found.replaceChildren();
      if (!fits) return;
      const free = select.form.elements[select.dataset.free];
      const words = document.createElement("p");
      words.textContent = select.dataset.none ?? "";
      found.append(words);
      if (!free) return;
      found.append(
        button(select.dataset.freeWords ?? "", () => {
          const typed = box.value.trim();
          if (!free.value) free.value = typed.charAt(0).toUpperCase() + typed.slice(1);
          choose("", free);
        }),
      );
    };
    box.addEventListener("input", show);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      event.preventDefault();
      if (event.key === "ArrowDown") found.querySelector("button")?.focus();
      else found.querySelector("button")?.click();
    });
    found.addEventListener("keydown", (event) => {
      const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!next) return;
      event.preventDefault();
      (document.activeElement[next] ?? box).focus();
    });
  };

  const enhanceIn = (root) => {
    for (const select of root.querySelectorAll?.("select[data-picker]") ?? []) enhance(select);
  };
  enhanceIn(document);
  document.addEventListener("htmx:load", (event) => enhanceIn(event.target));

  // A line was added in place: the next one begins where the hand is, and what is wrong is gone to.
  document.addEventListener("htmx:afterSettle", (event) => {
    const page = document.getElementById("visit");
    if (!page || event.detail.target?.id !== "visit") return;
    const wrong = page.querySelector("[data-summary]");
    const next = wrong ?? page.querySelector("input[type=search]");
    next?.focus({ preventScroll: !wrong });
    if (!wrong) page.querySelector("#next-line")?.scrollIntoView({ block: "start" });
  });
})();
