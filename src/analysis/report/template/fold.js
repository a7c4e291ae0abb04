// A link to a folded finding opens it; without script its line is found and opens by a click.
(() => {
  "use strict";
  const open = () => {
    const part = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector(":scope > details");
    if (part) part.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
