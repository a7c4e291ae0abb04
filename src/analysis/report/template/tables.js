// Tables sort by their headings and filter by a box, by mouse or keyboard; without script they are still whole tables.
(() => {
  "use strict";
  const ROWS_WORTH_A_FILTER = 12;
  const TINY = 10; // letters that fit a quarter of a phone's width
  const words = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });
  const value = (cell) => (cell ? cell.dataset.value ?? cell.dataset.sort ?? cell.textContent.trim() : "");
  const number = (text) => {
    const plain = text.replace(/[\s,\u2009\u202f%£]/g, "").replace("\u2212", "-");
    return /^[-+]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
  };
  const compare = (a, b) => {
    if (!a || !b) return a ? -1 : b ? 1 : 0;
    const [x, y] = [number(a), number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? words.compare(a, b) : x - y;
  };
  const sort = (table, column, heading, headings) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const sign = down ? -1 : 1;
    [...body.rows]
      .map((row) => [value(row.cells[column]), row])
      .sort((a, b) => (a[0] && b[0] ? sign : 1) * compare(a[0], b[0]))
      .forEach(([, row]) => body.append(row));
  };
  const filter = (table, number) => {
    const line = document.createElement("div");
    const [label, input, count] = ["label", "input", "span"].map((name) => document.createElement(name));
    line.className = "filter";
    input.id = `filter-${number}`;
    input.type = "search";
    input.autocomplete = "off";
    label.htmlFor = input.id;
    label.textContent = "Filter rows";
    count.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const rows = [...table.tBodies[0].rows];
      rows.forEach((row) => { row.hidden = Boolean(wanted) && !row.textContent.toLowerCase().includes(wanted); });
      count.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
    });
    line.append(label, input, count);
    const frame = table.closest(".scroll");
    (frame ?? table).before(line);
  };
  const PHONE = matchMedia("(max-width:40rem)");
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  // What does not fit on a phone: words as cards, a row each with its headings; numbers beside a column that stays.
  const fit = (table, headings) => {
    const frame = table.closest(".scroll");
    table.classList.remove("cards", "held");
    if (!frame || !PHONE.matches || frame.scrollWidth <= frame.clientWidth + 1) return;
    const wordy = table.querySelector("tbody td:not(.number,.short,.time), tbody th.text");
    table.classList.add(wordy ? "cards" : "held");
    if (!wordy || table.hasAttribute("role")) return;
    [table, ...table.querySelectorAll("thead, tbody, tr, td")].forEach((part) => part.setAttribute("role", ROLES[part.tagName]));
    table.querySelectorAll("th").forEach((part) => part.setAttribute("role", part.scope === "row" ? "rowheader" : "columnheader"));
    const names = headings.map((heading) => heading.textContent.trim());
    const rows = [...table.tBodies[0].rows].map((row) => [...row.cells]).filter((cells) => cells.length === names.length);
    names.forEach((name, place) => {
      const column = rows.map((cells) => cells[place]);
      const tiny = [name, ...column.map((cell) => cell.textContent)].every((text) => text.length <= TINY);
      column.forEach((cell) => {
        cell.dataset.label = name;
        cell.classList.toggle("tiny", tiny);
        if (/^\S{21,}$/.test(cell.textContent)) cell.classList.add("text"); // an address, in one line
      });
    });
  };
  document.querySelectorAll("main table").forEach((table, index) => {
    const body = table.tBodies[0];
    const head = table.tHead?.rows;
    if (!body || head?.length !== 1 || table.classList.contains("plain")) return;
    const headings = [...head[0].cells];
    if (headings.some((cell) => cell.colSpan > 1)) return;
    fit(table, headings);
    PHONE.addEventListener("change", () => fit(table, headings));
    if (body.rows.length < 2) return;
    headings.forEach((heading, column) => {
      if (!heading.textContent.trim() || heading.querySelector("a, button")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, column, heading, headings));
    });
    if (body.rows.length >= ROWS_WORTH_A_FILTER) filter(table, index);
  });
})();
