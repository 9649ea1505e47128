// The code of a letter's picture stands after the # of its address, which no browser sends to a server.
"use strict";

(() => {
  const field = document.querySelector("[data-key] input[name=code]");
  const code = location.hash.slice(1);
  if (!field || !/^[0-9A-Za-z-]{16,24}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
  field.form.querySelector("button[type=submit], button:not([type])").focus();
})();
