// Says that something is kept on this device, when it is: see draft.js.
"use strict";

(() => {
  try {
    const kept = Object.keys(localStorage).some((key) => key.startsWith("draft:"));
    document.querySelector("[data-kept]").hidden = !kept;
  } catch {
    // No storage: nothing is kept, nothing is said.
  }
})();
