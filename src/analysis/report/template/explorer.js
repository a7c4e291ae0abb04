// The explorable network. Evidence is data: it reaches the page as text nodes and link targets, never as markup.
(() => {
  "use strict";
  const [SHOWN, FORCED, CROWD, REACH, NAME, WIDE] = [60, 30, 300, 8, 15, 620];
  const SIDES = ["inside", "outside", "side unknown"];
  const make = (name, facts = {}, ...children) => {
    const made = document.createElement(name);
    Object.entries(facts).forEach(([key, value]) => { if (key in made) made[key] = value; else made.setAttribute(key, value); });
    made.append(...children);
    return made;
  };
  const count = (n) => n.toLocaleString("en-GB");
  const many = (n, word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;
  const date = (text, days = 0) =>
    new Date(Date.parse(text) + days * 864e5).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const lower = (text) => text.toLocaleLowerCase("en-GB");

  const explore = (root, key) => {
    const data = JSON.parse(root.querySelector("script").textContent);
    const { people, threads, channels, modes, times, events, rows } = data;
    if (!rows.length) return;
    const step = times.length > 1 ? Math.min(...times.slice(1).map((time, n) => (Date.parse(time) - Date.parse(times[n])) / 864e5)) : 7;
    const ids = new Map();
    const ties = [];
    const tie = rows.map(([a, b]) => {
      const name = a * people.length + b;
      if (!ids.has(name)) { ids.set(name, ties.length); ties.push([a, b]); }
      return ids.get(name);
    });
    const state = { from: 0, to: times.length - 1, channels: new Set(channels.keys()), modes: new Set(modes.keys()), part: "", person: -1, tie: -1 };
    const seen = { ties: [], people: [] };

    const belongs = (person) => {
      if (!state.part) return true;
      return state.part.startsWith("side:") ? people[person][1] === Number(state.part.slice(5)) : `name:${people[person][2]}` === state.part;
    };
    const chosen = (row) => row[4] >= state.from && row[4] <= state.to && state.modes.has(row[3]) && state.channels.has(threads[row[2]][2]);
    const count_up = () => {
      seen.ties = ties.map(() => ({ n: 0, sent: 0, weight: 0 }));
      seen.people = people.map(() => ({ n: 0, weight: 0, partners: 0 }));
      rows.forEach((row, number) => {
        const [a, b] = row;
        if (!chosen(row) || !(belongs(a) || belongs(b))) return;
        const sum = seen.ties[tie[number]];
        sum.n += row[5]; sum.sent += row[6]; sum.weight += row[7];
      });
      seen.ties.forEach((sum, number) => ties[number].forEach((person) => {
        const facts = seen.people[person];
        facts.n += sum.n; facts.weight += sum.weight; facts.partners += sum.n ? 1 : 0;
      }));
    };
    const order = (numbers) => numbers.filter((n) => seen.ties[n].n).sort((x, y) => seen.ties[y].n - seen.ties[x].n || x - y);
    const of_person = (person) => order([...ties.keys()].filter((n) => ties[n].includes(person)));

    // Controls.
    const field = (text, input) => make("label", {}, make("span", { textContent: text }), input);
    const box = (text, set, n) => {
      const input = make("input", { type: "checkbox", checked: true });
      input.addEventListener("change", () => { if (input.checked) set.add(n); else set.delete(n); update(); });
      return make("label", { className: "tick" }, input, text);
    };
    const boxes = (title, words, set) => make("fieldset", {}, make("legend", { textContent: title }), ...words.map((word, n) => box(word, set, n)));
    const names = make("datalist", { id: `names-${key}` }, ...people.map(([name]) => make("option", { value: name })));
    const search = make("input", { type: "search", autocomplete: "off" });
    search.setAttribute("list", names.id);
    const find = (whole) => {
      const wanted = lower(search.value.trim());
      if (!wanted) return;
      const exact = people.findIndex(([name]) => lower(name) === wanted);
      const found = exact >= 0 || !whole ? exact : people.findIndex(([name]) => lower(name).includes(wanted));
      if (found >= 0) open_person(found); else if (whole) say(`Nobody is called ${search.value.trim()}.`);
    };
    search.addEventListener("input", () => find(false));
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") find(true); });
    const organisations = [...new Set(people.map(([, , name]) => name).filter(Boolean))].sort((a, b) => a.localeCompare(b, "en-GB"));
    const part = make("select", {}, make("option", { value: "", textContent: "everybody" }),
      ...SIDES.map((word, n) => make("option", { value: `side:${n}`, textContent: n === 2 ? word : `${word} the organisation` })),
      ...organisations.map((name) => make("option", { value: `name:${name}`, textContent: name })));
    part.addEventListener("change", () => { state.part = part.value; update(); });
    const slider = (value) => make("input", { type: "range", min: 0, max: times.length - 1, step: 1, value });
    const [from, to] = [slider(0), slider(times.length - 1)];
    const said = make("output", { className: "span" });
    const slide = (mine, other, sign) => mine.addEventListener("input", () => {
      if (sign * (mine.value - other.value) > 0) other.value = mine.value;
      [state.from, state.to] = [Number(from.value), Number(to.value)];
      update();
    });
    slide(from, to, 1);
    slide(to, from, -1);
    const around = make("select", {}, make("option", { value: "", textContent: "the whole period" }), ...events.flatMap(([day, kind, note], n) =>
      [make("option", { value: `to:${n}`, textContent: `until ${date(day)}: ${note || kind}` }), make("option", { value: `from:${n}`, textContent: `from ${date(day)}: ${note || kind}` })]));
    around.addEventListener("change", () => {
      const [way, n] = around.value.split(":");
      const place = way ? times.filter((time) => time <= events[n][0]).length - 1 : 0;
      from.value = way === "from" ? Math.max(0, place) : 0;
      to.value = way === "to" ? Math.max(0, place) : times.length - 1;
      from.dispatchEvent(new Event("input"));
    });
    const reset = make("button", { type: "button", textContent: "Show everything" });
    reset.addEventListener("click", () => {
      root.querySelectorAll("input[type=checkbox]").forEach((input) => { input.checked = true; });
      state.channels = new Set(channels.keys());
      state.modes = new Set(modes.keys());
      root.querySelectorAll("fieldset").forEach((set, n) => set.replaceWith(n ? boxes("Reached by", modes, state.modes) : boxes("Channel", channels, state.channels)));
      [search.value, part.value, around.value, from.value, to.value] = ["", "", "", 0, times.length - 1];
      Object.assign(state, { from: 0, to: times.length - 1, part: "", person: -1, tie: -1 });
      update();
      frame();
    });
    const controls = make("div", { className: "controls", role: "group", "aria-label": "Choose what the network shows" },
      field("Find a person", search), names, field("With an end at", part), field("Around an event", around), boxes("Channel", channels, state.channels),
      boxes("Reached by", modes, state.modes), field("From", from), field("To", to), said, reset);
    const status = make("p", { className: "status", role: "status" });
    const panel = make("section", { className: "facts-of", tabIndex: -1, "aria-label": "Chosen person or tie" });
    const stage = make("div", { className: "stage" });
    const say = (text) => { status.textContent = text; };

    // Panel: everything the drawing shows, in words and links.
    const label = (n) => ties[n].map((person) => people[person][0]).join(" and ");
    const tie_button = (n, person = -1) => {
      const other = ties[n].find((one) => one !== person);
      const button = make("button", { type: "button", textContent: person < 0 ? label(n) : people[other][0] });
      button.addEventListener("click", () => open_tie(n));
      return make("li", {}, button, ` ${count(seen.ties[n].n)}`);
    };
    const person_button = (person) => {
      const button = make("button", { type: "button", textContent: people[person][0] });
      button.addEventListener("click", () => open_person(person));
      return button;
    };
    const lists = (numbers, person) => [make("ol", {}, ...numbers.slice(0, SHOWN).map((n) => tie_button(n, person))),
      numbers.length > SHOWN ? make("p", { textContent: `and ${count(numbers.length - SHOWN)} more: narrow the choice, or sort the tables below.` }) : ""];
    const links = (n) => {
      const found = new Map();
      rows.forEach((row, number) => {
        if (tie[number] !== n || !chosen(row)) return;
        const name = `${row[2]} ${row[3]}`;
        if (!found.has(name)) found.set(name, { row, n: 0 });
        found.get(name).n += row[5];
        if (row[4] < found.get(name).row[4]) found.get(name).row = row;
      });
      return [...found.values()].sort((a, b) => b.n - a.n || a.row[2] - b.row[2]).map(({ row, n: size }) => {
        const [id, title, channel] = threads[row[2]];
        const text = `${title || (modes[row[3]] === "two people" ? "conversation of two" : "conversation")}, ${channels[channel]}`;
        const href = `threads/${encodeURIComponent(id)}.html#m-${encodeURIComponent(row[8])}`;
        return make("li", {}, make("a", { href, textContent: text }), ` ${many(size, "delivery").replace("deliverys", "deliveries")}, ${modes[row[3]]}, from ${date(times[row[4]])}`);
      });
    };
    const describe = () => {
      if (state.tie >= 0) {
        const [[a, b], sum] = [ties[state.tie], seen.ties[state.tie]];
        panel.replaceChildren(make("h3", {}, person_button(a), " and ", person_button(b)),
          make("p", { textContent: sum.n ? `${count(sum.n)} deliveries: ${count(sum.sent)} by ${people[a][0]}, ${count(sum.n - sum.sent)} by ${people[b][0]}. Each conversation opens at their first message in it.` : "No contact in this choice." }),
          make("ol", {}, ...links(state.tie)));
      } else if (state.person >= 0) {
        const [name, side, organisation] = people[state.person];
        const facts = seen.people[state.person];
        panel.replaceChildren(make("h3", { textContent: name }),
          make("p", { textContent: [side === 2 ? SIDES[2] : `${SIDES[side]} the organisation`, organisation].filter(Boolean).join(", ") }),
          make("p", { textContent: `In contact with ${count(facts.partners)} people, ${count(facts.n)} deliveries. Choose one to open the messages:` }), ...lists(of_person(state.person), state.person));
      } else {
        panel.replaceChildren(make("h3", { textContent: "Most contact" }), make("p", { textContent: "Choose a person or a tie, in the drawing or here. Numbers are deliveries." }), ...lists(order([...ties.keys()]).slice(0, 15)));
      }
    };
    const open_person = (person) => { Object.assign(state, { person, tie: -1 }); update(); panel.focus({ preventScroll: true }); };
    const open_tie = (n) => { state.tie = n; update(); panel.focus({ preventScroll: true }); };

    // Drawing, where the browser has WebGL; the still picture stays where it has not, and on paper.
    const drawn = canvas(stage, { people, ties, seen, state, open_person, open_tie });
    const frame = () => drawn?.frame();
    const update = () => {
      count_up();
      said.textContent = `${date(times[state.from])} to ${date(times[state.to], step - 1)}`;
      [from, to].forEach((input, n) => input.setAttribute("aria-valuetext", date(times[Number(input.value)], n ? step - 1 : 0)));
      const [n_people, n_ties] = [seen.people.filter((facts) => facts.n).length, seen.ties.filter((sum) => sum.n).length];
      const total = seen.ties.reduce((sum, one) => sum + one.n, 0);
      say(`${count(n_people)} of ${count(people.length)} people, ${count(n_ties)} of ${count(ties.length)} ties, ${count(total)} deliveries.${data.left_out ? ` ${count(data.left_out)} weakest ties are not on this page.` : ""}`);
      describe();
      drawn?.draw();
    };
    const still = make("button", { type: "button", textContent: "Still picture", "aria-pressed": "false" });
    still.addEventListener("click", () => still.setAttribute("aria-pressed", String(root.classList.toggle("still"))));
    const key_of = make("p", { className: "status", textContent: "\u25cf inside the organisation  \u25a0 outside  \u25cb side unknown; larger: more contact. Orange lines cross from inside to outside; wider: closer." });
    root.prepend(make("div", { className: "explorer" }, controls, status, make("div", { className: "both" }, stage, panel), ...(drawn ? [key_of, still] : [])));
    root.classList.toggle("live", Boolean(drawn));
    if (!drawn) stage.remove();
    count_up();
    drawn?.start();
    update();
  };

  const canvas = (stage, { people, ties, seen, state, open_person, open_tie }) => {
    if (!document.createElement("canvas").getContext("webgl2")) return null;
    const { Graph, Sigma, NodeSquareProgram, createNodeBorderProgram } = globalThis.drawing;
    const COLOURS = { light: ["#1f5fa8", "#c2410c", "#6b7480"], dark: ["#7db4ee", "#ff9a66", "#a6aeb8"] };
    const dark = matchMedia("(prefers-color-scheme:dark)");
    const colour = (n) => COLOURS[dark.matches ? "dark" : "light"][n];
    const graph = new Graph({ type: "undirected" });
    people.forEach(([label, side, , x, y], n) => graph.addNode(n, { label, x, y, side, type: ["circle", "square", "ring"][side] }));
    ties.forEach(([a, b], n) => graph.addEdgeWithKey(`t${n}`, a, b, { across: people[a][1] + people[b][1] === 1 }));
    const crowd = people.length > CROWD;
    let [top, most, near, drawing] = [new Set(), [1, 1], new Set(), null];
    let room = 1; // a small stage takes small marks
    const ego = () => state.person >= 0 || state.tie >= 0;
    const style = (name) => getComputedStyle(stage).getPropertyValue(name).trim();
    const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const mixed = (hex, share) => { // opaque: lines that shine through one another would say more than they are
      const paper = parts(style("--paper").replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3"));
      return `#${parts(hex).map((part, n) => Math.round(part * share + paper[n] * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
    };
    let waiting = [];
    const label = (context, node, settings) => { // beside its mark, on the side where there is room; over lines and other marks
      context.font = `${settings.labelSize}px ${settings.labelFont}`;
      const [wide, gap] = [context.measureText(node.label).width, node.size + 3];
      const [x, y] = [node.x + gap + wide > stage.clientWidth ? node.x - gap - wide : node.x + gap, node.y + settings.labelSize / 3];
      return { x, y, wide, size: node.size, write: () => {
        [context.lineWidth, context.lineJoin, context.strokeStyle, context.fillStyle] = [3, "round", style("--paper"), style("--ink")];
        context.strokeText(node.label, x, y);
        context.fillText(node.label, x, y);
      } };
    };
    const wait = (...of) => { waiting.push(label(...of)); };
    const write = () => { // two names over each other cannot be read: the one with less contact waits
      const clear = (one, two) => Math.abs(one.y - two.y) >= NAME || one.x + one.wide < two.x || two.x + two.wide < one.x;
      waiting.sort((one, two) => two.size - one.size).reduce((named, one) => {
        if (named.every((two) => clear(one, two))) { one.write(); named.push(one); }
        return named;
      }, []);
      waiting = [];
    };
    class Square extends NodeSquareProgram {
      drawLabel = wait;
      drawHover = (...of) => label(...of).write();
    }
    const nodeReducer = (key, facts) => {
      const [{ n, weight }, shown] = [seen.people[key], { ...facts }];
      const hidden = !n || (ego() && !near.has(Number(key)));
      const size = room * ((crowd ? 1.6 : 4) + (crowd ? 8 : 11) * Math.sqrt(weight / most[0]));
      return { ...shown, hidden, size, color: colour(facts.side), forceLabel: ego() ? near.size <= 40 || top.has(Number(key)) : top.has(Number(key)), zIndex: weight };
    };
    const edgeReducer = (key, facts) => {
      const number = Number(key.slice(1));
      const [{ n, weight }, [a, b]] = [seen.ties[number], ties[number]];
      const strength = Math.sqrt(weight / most[1]);
      const part = state.tie >= 0 ? number === state.tie : !ego() || a === state.person || b === state.person || (near.has(a) && near.has(b));
      const share = Math.min(1, (crowd && !ego() ? 0.1 : 0.25) + 0.6 * strength);
      return { ...facts, hidden: !n || !part, size: room * ((crowd && !ego() ? 0.4 : 1) + 6 * strength), color: mixed(colour(facts.across ? 1 : 2), share), zIndex: weight };
    };
    const draw = () => {
      const order = [...people.keys()].sort((a, b) => seen.people[b].weight - seen.people[a].weight);
      near = new Set(state.tie >= 0 ? ties[state.tie] : [state.person]);
      if (state.tie < 0 && state.person >= 0) ties.forEach(([a, b], n) => { if (seen.ties[n].n && (a === state.person || b === state.person)) { near.add(a); near.add(b); } });
      top = new Set((ego() ? order.filter((person) => near.has(person)) : order).slice(0, FORCED));
      most = [Math.max(1e-9, seen.people[order[0]].weight), seen.ties.reduce((best, sum) => Math.max(best, sum.weight), 1e-9)];
      room = Math.max(0.55, Math.min(1, stage.clientWidth / WIDE));
      drawing.refresh();
    };
    const camera = (change) => drawing.getCamera().animate(change(drawing.getCamera().getState()), { duration: 120 });
    const KEYS = {
      ArrowLeft: (at) => ({ x: at.x - 0.1 * at.ratio }), ArrowRight: (at) => ({ x: at.x + 0.1 * at.ratio }),
      ArrowUp: (at) => ({ y: at.y + 0.1 * at.ratio }), ArrowDown: (at) => ({ y: at.y - 0.1 * at.ratio }),
      "+": (at) => ({ ratio: at.ratio / 1.4 }), "=": (at) => ({ ratio: at.ratio / 1.4 }), "-": (at) => ({ ratio: at.ratio * 1.4 }), 0: () => ({ x: 0.5, y: 0.5, ratio: 1 }),
    };
    const start = () => {
      drawing = new Sigma(graph, stage, {
        allowInvalidContainer: true, enableEdgeEvents: true, zIndex: true, nodeReducer, edgeReducer, labelFont: "system-ui, sans-serif",
        labelSize: 12, labelDensity: crowd ? 0.3 : 0.5, labelGridCellSize: 150, labelRenderedSizeThreshold: crowd ? 5 : 3, stagePadding: Math.min(90, stage.clientWidth / 7), minEdgeThickness: 0.4,
        nodeProgramClasses: { square: Square, ring: createNodeBorderProgram({ borders: [{ size: { value: 0.3 }, color: { attribute: "color" } }, { size: { fill: true }, color: { value: style("--paper") } }] }) },
        defaultDrawNodeLabel: wait, defaultDrawNodeHover: (...of) => label(...of).write(),
      });
      drawing.on("beforeRender", () => { waiting = []; }); // the first drawing was before anything listened
      drawing.on("afterRender", write);
      drawing.on("clickNode", ({ node }) => open_person(Number(node)));
      drawing.on("clickEdge", ({ edge }) => open_tie(Number(edge.slice(1))));
      drawing.on("clickStage", ({ event }) => { // a thin line is met within a few pixels
        const place = people.map((_, n) => drawing.graphToViewport(graph.getNodeAttributes(n)));
        const far = ([a, b]) => {
          const [p, q] = [place[a], place[b]];
          const [x, y] = [q.x - p.x, q.y - p.y];
          const share = Math.max(0, Math.min(1, ((event.x - p.x) * x + (event.y - p.y) * y) / (x * x + y * y || 1)));
          return Math.hypot(p.x + share * x - event.x, p.y + share * y - event.y);
        };
        const reach = ties.map((pair, n) => (edgeReducer(`t${n}`, {}).hidden ? Infinity : far(pair)));
        const nearest = reach.indexOf(Math.min(...reach));
        if (reach[nearest] <= REACH) open_tie(nearest);
      });
      ["Node", "Edge"].forEach((kind) => [["enter", "pointer"], ["leave", ""]].forEach(([way, look]) => drawing.on(way + kind, () => { stage.style.cursor = look; })));
      dark.addEventListener("change", () => drawing.refresh());
      stage.tabIndex = 0;
      stage.setAttribute("role", "application");
      stage.setAttribute("aria-label", "Drawing of the network: arrow keys move it, plus and minus zoom, 0 shows all of it. All it shows stands in the list beside it.");
      stage.addEventListener("keydown", (event) => { if (KEYS[event.key]) { event.preventDefault(); camera(KEYS[event.key]); } });
      stage.place = (n) => drawing.graphToViewport(graph.getNodeAttributes(n));
    };
    return { start, draw, frame: () => camera(KEYS[0]) };
  };
  document.querySelectorAll(".network").forEach(explore);
})();
