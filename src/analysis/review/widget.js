// Shows one message; b, p, u decide, Backspace takes back. Evidence is set as textContent only.
const KEYS = { b: "business", p: "personal", u: "unsure" };

function line(box, text, style) {
  const made = document.createElement("div");
  made.textContent = text;
  made.style.cssText = "white-space:pre-wrap;overflow-wrap:anywhere;" + style;
  box.append(made);
}

function draw(box, now) {
  box.replaceChildren();
  line(box, `${now.place} of ${now.of} decided`, "color:#57606a");
  if (now.done) return line(box, "This batch is done.", "font-weight:bold");
  line(box, now.before, "color:#57606a;margin-top:.6em");
  line(box, `${now.sent_at}  ${now.channel}  ${now.sender}`, "margin-top:.6em;font-size:.9em");
  line(box, now.text, "border-left:4px solid #1f5fa8;padding:.4em .8em;margin:.3em 0;font-size:1.1em");
  line(box, now.after, "color:#57606a");
  line(box, "b business   p personal   u unsure   Backspace: take the last one back", "margin-top:.8em;font-size:.9em");
}

export default {
  render({ model, el }) {
    const box = document.createElement("div");
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", "Coding: b business, p personal, u unsure, Backspace takes back");
    box.style.cssText = "padding:1em;border:1px solid #d0d7de;outline-offset:2px;max-width:48em";
    box.addEventListener("keydown", (event) => {
      const label = KEYS[event.key.toLowerCase()];
      if (!label && event.key !== "Backspace") return;
      event.preventDefault();
      event.stopPropagation();
      model.send(label ? { label } : { act: "undo" });
    });
    model.on("change:shown", () => draw(box, model.get("shown")));
    draw(box, model.get("shown"));
    el.append(box);
  },
};
