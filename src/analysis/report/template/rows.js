// Rows behind a number: the part of the address after # says which of the page's rows, and what of them is counted.
(() => {
  "use strict";
  const place = document.querySelector(".rows");
  const block = place?.querySelector('script[type="application/json"]');
  if (!block) return;
  const AT_ONCE = innerWidth < 640 ? 50 : 200;
  const SHORT = 14;  // characters up to which a cell is never broken
  const DATE = /^\d{4}-\d\d(-\d\d( [\d:.]+)?)?$/;
  const FINE = /(?<=^\d{4}-\d\d-\d\d [\d:]{8})\.\d+$/;
  const data = JSON.parse(block.textContent);
  const columns = data.columns;
  const names = Object.keys(columns);
  for (const column of Object.values(columns)) {
    column.places ??= Array.from(column.values, (_, n) => n);
    if (column.sizes) {
      column.starts = [0];
      for (const size of column.sizes) column.starts.push(column.starts.at(-1) + size);
    }
    column.labels ??= column.values;
  }
  const held = (column, row) => {
    if (!column.sizes) return [column.places[row]];
    return column.places.slice(column.starts[row], column.starts[row + 1]);
  };
  const less = (a, b) => {  // by code point, as the report was counted
    const [x, y] = [Array.from(a), Array.from(b)];
    const at = x.findIndex((char, n) => char !== y[n]);
    if (at < 0) return x.length < y.length;
    return at < y.length && x[at].codePointAt(0) < y[at].codePointAt(0);
  };
  const TESTS = {
    "": (have, want) => have === want, "!=": (have, want) => have !== want, "<": less, ">": (have, want) => less(want, have),
    "<=": (have, want) => !less(want, have), ">=": (have, want) => !less(have, want),
  };
  const read = () => {
    const keys = new Map();
    let count = "rows";
    for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
      if (key === "count") { count = value; continue; }
      const [, name, sign] = /^(\w+?)(!=|<=|>=|<|>|)$/.exec(key) ?? [];
      if (!columns[name]) continue;
      const known = keys.get(key) ?? { key, name, sign, wanted: [] };
      known.wanted.push(value);
      keys.set(key, known);
    }
    return { keys: [...keys.values()], count };
  };
  const fits = ({ name, sign, wanted }) => {
    const column = columns[name];
    const good = wanted.map((want) => column.values.map((value) => TESTS[sign](value, want)));
    const every = column.sizes || sign;
    return (row) => {
      const places = held(column, row);
      const hit = (flags) => (sign === "!=" ? places.every((n) => flags[n]) : places.some((n) => flags[n]));
      return every ? good.every(hit) : good.some(hit);
    };
  };
  const counted = (rows, count) => {
    const [what, name, , by] = count.split(" ");
    if (what === "distinct") {
      const seen = new Set(rows.flatMap((row) => held(columns[name], row)));
      return [[...seen].filter((n) => columns[name].values[n] !== "").length, `different in “${title(name)}”`];
    }
    if (what === "sum") {
      const first = new Set();
      const kept = by ? rows.filter((row) => { const n = columns[by].places[row]; return !first.has(n) && first.add(n); }) : rows;
      const sum = kept.reduce((all, row) => all + Number(columns[name].values[columns[name].places[row]]), 0);
      return [sum, `in all in “${title(name)}”${by ? `, each “${title(by)}” once` : ""}`];
    }
    return [rows.length, rows.length === 1 ? "row" : "rows"];
  };
  const title = (name) => name === "thread_id" ? "conversation" : name.replace(/^n_/, "").replace(/_id$|_at$/, "").replaceAll("_", " ");
  const make = (tag, text, facts = {}) => Object.assign(document.createElement(tag), facts, text == null ? {} : { textContent: text });
  const number = (amount) => amount.toLocaleString("en-GB", { maximumFractionDigits: 2 });
  const SIGNS = { "": "is", "!=": "is not", "<": "before", "<=": "up to", ">": "after", ">=": "from" };
  const shown = names.filter((name) => !data.aside.includes(name));
  const address = (row) => {
    const of = (name) => columns[name].values[columns[name].places[row]];
    if (data.opens === "message") return of("thread_id") ? `../threads/${of("thread_id")}.html#m-${of("message_id")}` : "";
    if (data.opens === "thread") return `../threads/${of("thread_id")}.html`;
    if (data.opens === "source") return `../sources.html#s-${of("source_id")}`;
    return data.opens === "account" ? `../accounts.html#a-${of("account_id")}` : "";
  };
  const line = (told) => (row) => {
    const made = make("tr");
    told.forEach((name, n) => {
      const cell = make(n ? "td" : "th");
      const text = held(columns[name], row).map((at) => columns[name].labels[at]).join(", ").replace(FINE, "");
      cell.className = DATE.test(text) ? "time" : text.length <= SHORT ? "short" : "";
      cell.dataset.label = title(name);
      const to = n ? "" : address(row);
      const inside = to ? make("a", null, { href: to }) : cell;
      inside.append(make("bdi", text || (to ? "open" : "")));
      if (to) cell.append(inside);
      if (!n) cell.scope = "row";
      made.append(cell);
    });
    return made;
  };
  const parts = document.querySelectorAll("nav.parts li");
  const may = ({ held }) => ({ name, sign, wanted }) => {  // whether a part can hold rows of a key, by what is told of it
    const ends = held[name].filter((value) => value !== null);
    const listed = ends.length === held[name].length;
    const fits = (want) => sign === "" ? (listed ? ends.includes(want) : !less(want, ends[0]) && !less(ends.at(-1), want))
      : sign[0] === ">" ? !less(ends.at(-1), want) : sign[0] === "<" ? !less(want, ends[0]) : true;
    return columns[name].sizes || sign ? wanted.every(fits) : wanted.some(fits);
  };
  const turn = (keys, found) => {
    const good = data.parts.map((part) => keys.every(may(part)));
    parts.forEach((item, n) => {
      item.firstChild.hash = location.hash;
      item.hidden = !good[n] && n + 1 !== data.here;
    });
    const next = good.indexOf(true, data.here);
    if (!found && next >= 0) location.replace(parts[next].firstChild.href);
  };
  const out = make("div", null, { className: "found" });
  place.querySelector(".still")?.before(out);
  const draw = () => {
    const { keys, count } = read();
    const tests = keys.map(fits);
    const rows = [];
    for (let row = 0; row < data.size; row += 1) if (tests.every((test) => test(row))) rows.push(row);
    if (data.parts) turn(keys, rows.length);
    const [amount, words] = counted(rows, count);
    const said = make("p", null, { className: "said" });
    said.setAttribute("role", "status");
    said.append(make("b", number(amount)), ` ${words}`, count === "rows" ? "." : `; ${number(rows.length)} rows.`);
    const list = make("ul", null, { className: "keys" });
    for (const { name, sign, wanted } of keys) {
      const label = (value) => columns[name].labels[columns[name].values.indexOf(value)] ?? value;
      const item = make("li", `${title(name)} ${SIGNS[sign]} `);
      item.append(make("bdi", wanted.map((value) => label(value) || "blank").join(columns[name].sizes ? " and " : " or ")));
      list.append(item);
    }
    if (keys.length) { const all = make("li"); all.append(make("a", "Show all rows", { href: "#" })); list.append(all); }
    const table = make("table");
    const head = make("tr");
    const told = shown.filter((name, n) => !n || rows.some((row) => held(columns[name], row).some((at) => columns[name].labels[at])));
    told.forEach((name) => head.append(make("th", title(name), { scope: "col" })));
    table.append(make("caption", data.title), table.createTHead(), table.createTBody());
    table.tHead.append(head);
    const more = make("button", "", { type: "button", className: "more" });
    let done = 0;
    const add = () => {
      table.tBodies[0].append(...rows.slice(done, done + AT_ONCE).map(line(told)));
      done = Math.min(rows.length, done + AT_ONCE);
      more.hidden = done >= rows.length;
      more.textContent = `Show more (${number(rows.length - done)} left)`;
    };
    more.addEventListener("click", add);
    add();
    const frame = make("div", null, { className: "scroll", tabIndex: 0 });
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", data.title);
    frame.append(table);
    out.replaceChildren(said, list, frame, more);
  };
  addEventListener("hashchange", draw);
  draw();
})();
