// A long <select data-picker> gets a search box: type a few letters and only what fits stays. Without this
// script it is an ordinary grouped list.
"use strict";

(() => {
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("’", "'").toLowerCase();

  const enhance = (select) => {
    if (select.dataset.ready) return;
    select.dataset.ready = "1";
    const groups = [...select.children].map((group) => ({
      node: group,
      words: fold(group.label ?? ""),
      options: [...group.children].map((option) => ({ node: option, words: fold(option.text) })),
    }));
    const box = document.createElement("input");
    box.type = "search";
    box.className = "form-control works-pick-box";
    box.placeholder = select.dataset.search ?? "";
    box.setAttribute("aria-label", select.dataset.search ?? "");
    box.setAttribute("aria-controls", select.id);
    box.autocomplete = "off";
    select.before(box);
    select.size = 7;
    select.classList.add("works-pick");
    const chosen = select.selectedOptions[0];
    if (chosen) select.scrollTop = chosen.offsetTop - select.clientHeight / 2;

    // Options that do not fit leave the list: a hidden <option> is still shown by some browsers.
    const filter = () => {
      const wanted = fold(box.value).split(/\s+/).filter(Boolean);
      const chosen = select.value;
      let first = null;
      for (const group of groups) {
        const kept = group.options.filter(({ words }) =>
          wanted.every((word) => words.includes(word) || group.words.includes(word)),
        );
        group.node.replaceChildren(...kept.map(({ node }) => node));
        if (kept.length) {
          first ??= kept[0].node;
          if (!group.node.isConnected) select.append(group.node);
        } else group.node.remove();
      }
      for (const group of groups) if (group.node.isConnected) select.append(group.node);
      select.value = chosen;
      return first;
    };
    box.addEventListener("input", filter);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      event.preventDefault();
      const first = filter();
      if (!first) return;
      first.selected = true;
      select.focus();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  for (const select of document.querySelectorAll("select[data-picker]")) enhance(select);
})();
