// A contents list longer than the screen shows the page one is on.
(() => {
  "use strict";
  const list = document.getElementById("contents");
  const here = list?.querySelector("[aria-current]");
  if (here && list.scrollHeight > list.clientHeight) list.scrollTop = here.offsetTop - list.clientHeight / 3;
})();
