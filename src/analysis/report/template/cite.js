// An opened message offers its citation to the clipboard; without script the text is selected by one click.
(() => {
  "use strict";
  const copied = async (quote) => {
    try {
      await navigator.clipboard.writeText(quote.textContent);
      return true;
    } catch {  // a browser that keeps the clipboard from files
      getSelection().selectAllChildren(quote);
      return document.execCommand("copy");
    }
  };
  document.addEventListener("toggle", ({ target }) => {
    const line = target.querySelector(".cite");
    if (!line || line.querySelector("button")) return;
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.textContent = "Copy citation";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      const done = await copied(line.querySelector("q"));
      said.textContent = done ? " Copied." : " Not copied: select the text.";
    });
    line.append(" ", button, said);
  }, true);
})();
