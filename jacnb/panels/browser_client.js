// The panel around one engine (browser_run.js): editor, console, sockets. All views of
// a panel show the same engine: there is one of it in a page, whoever looks at it.

const DRAWN = 300;
const BRIEF = 36;
const WAYS = {
  waiting: ["◌", "jacnb-is-reconnecting", "looking"],
  proxy: ["●", "jacnb-is-open", "through Jupyter's proxy"],
  direct: ["●", "jacnb-is-open", "directly, on this machine"],
  none: ["○", "jacnb-is-closed", "not connected"],
};
const MARKS = { warn: "⚠", error: "✕", info: "ℹ", input: "›", result: "‹", panel: "☞" };
const SPOKEN = { warn: "Warning: ", error: "Error: ", input: "Typed: ", result: "Result: ", panel: "Note: " };
ICONS.stop = "M6 6h12v12H6z";
ICONS.globe =
  "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm6.9 6h-2.9a15 15 0 0 0-1.4-3.6A8 8 0 0 1 18.9 8zM12 4c.8 1.2 1.5 2.5 1.9 4h-3.8c.4-1.5 1.1-2.8 1.9-4zM4.3 14a8 8 0 0 1 0-4h3.4a17 17 0 0 0 0 4zm.8 2h2.9a15 15 0 0 0 1.4 3.6A8 8 0 0 1 5.1 16zM8 8H5.1a8 8 0 0 1 4.3-3.6A15 15 0 0 0 8 8zm4 12c-.8-1.2-1.5-2.5-1.9-4h3.8c-.4 1.5-1.1 2.8-1.9 4zm2.3-6H9.7a14 14 0 0 1 0-4h4.6a14 14 0 0 1 0 4zm.3 5.6A15 15 0 0 0 16 16h2.9a8 8 0 0 1-4.3 3.6zM16.4 14a17 17 0 0 0 0-4h3.3a8 8 0 0 1 0 4z";

// ------------------------------------------------------------------ samples

const EXAMPLES = { text: '"hello"', integer: "1", number: "1.5", checkbox: "true", json: "{}" };

/** A call of a walker that this server really has, if it has one. */
function walkerCall(walkers) {
  const walker = walkers?.[0] ?? { name: "your_walker", fields: [] };
  const fields = walker.fields.filter((field) => field.required);
  const context = fields.map((field) => `${field.name}: ${field.name === "channel_id" ? '"room"' : (EXAMPLES[field.control] ?? '"hello"')}`);
  return `client.send(JSON.stringify({
    type: "walker",
    walker: "${walker.name}",
    response: true,
    context: { ${context.join(", ")} },
  }));`.replace("{  }", "{}");
}

const OPEN = 'const client = new WebSocket("ws://localhost:8000/websocket");\n';
const IN_ROOM = 'const client = new WebSocket("ws://localhost:8000/websocket?channel_id=room");\n';
const PRINT = "\nclient.onmessage = (event) => console.log(JSON.parse(event.data));\n";
const BECOME = `  client.send(JSON.stringify({
    type: "change_user",
    token: "Bearer <your_token>",
  }));
`;

const SAMPLES = {
  "Connect": () => `${OPEN}
client.onopen = () => console.log("connected");${PRINT}client.onclose = (event) => console.log("closed", event.code);
`,
  "Become a user": () => `${OPEN}
// A browser cannot send headers along: who we are is said by the first event.
client.onopen = () => {
${BECOME}};
${PRINT}`,
  "Call a walker": (walkers) => `${OPEN}
client.onopen = () => {
${BECOME}  ${walkerCall(walkers)}
};
${PRINT}`,
  "Write to a channel": () => `${IN_ROOM}
client.onopen = () => {
  client.send(JSON.stringify({
    type: "channel",
    channel_ids: ["room"],
    data: { type: "chat", data: { message: "hello from the browser" } },
  }));
};
${PRINT}`,
  "Switch on the type": () => `${IN_ROOM}
client.onmessage = (event) => {
  const message = JSON.parse(event.data);
  switch (message.type) {
    case "connection":
      console.info("I am", message.data.client_id, "on", message.data.channel_id);
      break;
    case "chat":
      console.log("chat:", message.data.message);
      break;
    default:
      console.warn("no case for", message);
  }
};
`,
  "Connect again": () => `let wait = 500;

function connect() {
${OPEN.replace(/^/gm, "  ").trimEnd()}
  client.onopen = () => {
    wait = 500;
    console.log("connected");
  };
  client.onclose = (event) => {
    console.warn("closed", event.code, "- again in", wait, "ms");
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 10_000);
  };
  client.onmessage = (event) => console.log(JSON.parse(event.data));
}

connect();
`,
};

// --------------------------------------------------------------------- tree

/** A value as a tree that opens bit by bit; strings are shown as they are written. */
function tree(value, key = null) {
  const name = key == null ? null : [h("span", { class: "jacnb-key" }, key), ": "];
  if (value === null || typeof value !== "object") return h("span", { class: "jacnb-leaf" }, name, leaf(value));
  const entries = Object.entries(value);
  const summary = h("summary", { "data-lm-suppress-shortcuts": "true" }, name, ...preview(value));
  const details = h("details", { class: "jacnb-tree" }, summary);
  details.addEventListener(
    "toggle",
    () => details.append(h("ul", {}, entries.map(([inner, each]) => h("li", {}, tree(each, inner))))),
    { once: true },
  );
  return details;
}

function leaf(value) {
  const kind = typeof value === "string" ? "string" : typeof value === "number" ? "number" : "word";
  return h("span", { class: `jacnb-${kind}` }, JSON.stringify(value));
}

const brief = (value) => (typeof value === "string" && value.length > BRIEF ? `${value.slice(0, BRIEF)}…` : value);

/** The beginning of an object, in one line. */
function preview(value, room = 120) {
  const isArray = Array.isArray(value);
  const pieces = [isArray ? "[" : "{ "];
  let used = 0;
  for (const [index, [key, each]] of Object.entries(value).entries()) {
    if (index) pieces.push(", ");
    if (used > room) {
      pieces.push("…");
      break;
    }
    if (!isArray) pieces.push(h("span", { class: "jacnb-key" }, key), ": ");
    const inner = each !== null && typeof each === "object" ? preview(each, room / 2 - key.length) : [leaf(brief(each))];
    used += key.length + inner.map((piece) => (piece.textContent ?? piece).length).reduce((a, b) => a + b, 0);
    pieces.push(...inner);
  }
  return [...pieces, isArray ? "]" : pieces.length > 1 ? " }" : "}"];
}

// ------------------------------------------------------------------ console

function consoleLine(line, onplace) {
  if (line.level === "run") return h("li", { class: "jacnb-out jacnb-out-run" }, h("span", {}, line.text), h("time", {}, clock(line.time)));
  const values = line.values ?? [];
  const said = values.length ? values.flatMap((value, index) => [part(value, line.parts?.[index]), " "]) : [h("span", { class: "jacnb-said" }, line.text)];
  const place = line.line > 0 ? h("button", { type: "button", class: "jacnb-place", title: `Go to line ${line.line}`, onclick: () => onplace(line.line) }, `line ${line.line}`) : null;
  const mark = h("span", { class: "jacnb-mark", "aria-hidden": "true" }, MARKS[line.level] ?? "");
  const spoken = SPOKEN[line.level] ? h("span", { class: "jacnb-hidden" }, SPOKEN[line.level]) : null;
  return h("li", { class: `jacnb-out jacnb-out-${line.level} ${line.isPast ? "jacnb-past" : ""}` }, mark, h("div", { class: "jacnb-out-text" }, spoken, said), place);
}

function part(value, text) {
  if (value !== null && typeof value === "object") return tree(value);
  const kind = typeof value === "number" ? "jacnb-number" : typeof value === "string" ? "" : "jacnb-word";
  return h("span", { class: `jacnb-said ${kind}`, dir: "auto" }, text ?? String(value));
}

class ConsoleView {
  constructor(engine, onplace) {
    this.engine = engine;
    this.onplace = onplace;
    const titleId = newId("console");
    this.list = h("ol", { class: "jacnb-outs", role: "log", "aria-labelledby": titleId, tabindex: "0" });
    this.empty = h("p", { class: "jacnb-empty" }, "What the code writes with console.log appears here.");
    this.line = h("input", { type: "text", class: "jacnb-line-in", "aria-label": "A line to evaluate", placeholder: 'client.send("…")', spellcheck: "false", autocomplete: "off", dir: "ltr" });
    this.line.addEventListener("keydown", (event) => this.#key(event));
    this.past = [];
    const clear = iconButton("clear", "Clear the console", () => engine.clear());
    this.element = h(
      "div",
      { class: "jacnb-console" },
      h("div", { class: "jacnb-bar" }, h("h4", { id: titleId }, "Console"), clear),
      h("div", { class: "jacnb-outs-box" }, this.list, this.empty),
      h("div", { class: "jacnb-line-box" }, h("span", { "aria-hidden": "true" }, "›"), this.line),
    );
    this.waiting = [];
    this.repaint();
  }

  repaint() {
    this.list.replaceChildren();
    this.waiting = this.engine.lines.slice(-DRAWN);
    this.#draw();
  }

  /** Lines are drawn once a frame, however many come. */
  add(line) {
    this.waiting.push(line);
    if (this.waiting.length > DRAWN) this.waiting.shift();
    this.drawing ??= setTimeout(() => this.#draw(), 16);
  }

  #draw() {
    clearTimeout(this.drawing);
    this.drawing = null;
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 32;
    this.list.append(...this.waiting.map((line) => consoleLine(line, this.onplace)));
    this.waiting = [];
    while (this.list.childElementCount > DRAWN) this.list.firstElementChild.remove();
    this.empty.hidden = this.list.childElementCount > 0;
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      event.preventDefault();
      this.place = Math.max(0, Math.min(this.past.length, (this.place ?? this.past.length) + step));
      this.line.value = this.past[this.place] ?? "";
    } else if (event.key === "Enter" && this.line.value.trim()) {
      event.preventDefault();
      this.past.push(this.line.value);
      this.place = this.past.length;
      this.engine.line(this.line.value);
      this.line.value = "";
      this.list.scrollTop = this.list.scrollHeight;
    }
  }
}

// ------------------------------------------------------------------ sockets

const DOTS = { connecting: ["◌", "jacnb-is-reconnecting"], open: ["●", "jacnb-is-open"], closing: ["◌", "jacnb-is-reconnecting"], closed: ["○", "jacnb-is-closed"] };

/** The sockets of the run; a row stays the same while its socket is there. */
class SocketList {
  #rows = new Map();

  constructor(engine) {
    this.engine = engine;
    const titleId = newId("sockets");
    this.list = h("ul", { class: "jacnb-sockets", "aria-labelledby": titleId });
    this.element = h("div", { class: "jacnb-sockets-box" }, h("h4", { id: titleId }, "Sockets"), this.list);
    this.update();
  }

  update() {
    const { sockets } = this.engine;
    this.element.hidden = sockets.length === 0;
    const rows = new Map(sockets.map((record) => [record, this.#rows.get(record) ?? this.#row(record)]));
    if (rows.size !== this.#rows.size || [...rows.keys()].some((record) => !this.#rows.has(record))) {
      this.list.replaceChildren(...[...rows.values()].map((row) => row.element));
    }
    this.#rows = rows;
    for (const [record, row] of rows) row.update(record);
  }

  #row(record) {
    const state = h("span", { class: "jacnb-state" });
    const counts = h("span", { class: "jacnb-counts" });
    const rtt = h("span", { class: "jacnb-rtt", role: "status" });
    const ping = h("button", { type: "button", class: "jacnb-small", onclick: () => this.engine.ping(record) }, "Ping");
    const close = h("button", { type: "button", class: "jacnb-small", onclick: () => record.socket.close(1000) }, "Close");
    const element = h("li", {}, state, h("code", { title: record.url, dir: "ltr" }, record.url), counts, rtt, ping, close);
    const update = ({ socket, sent, received, code, rtt: ms }) => {
      const word = STATES[socket.readyState];
      const [dot, colour] = DOTS[word];
      state.replaceChildren(h("span", { class: `jacnb-dot ${colour}`, "aria-hidden": "true" }, dot), code ? `${word}, ${code}` : word);
      counts.textContent = `↑ ${sent}  ↓ ${received}`;
      counts.setAttribute("aria-label", `${sent} sent, ${received} received`);
      rtt.textContent = ms == null ? "" : `${ms.toFixed(1)} ms`;
      ping.disabled = word !== "open";
      close.disabled = word === "closed" || word === "closing";
    };
    return { element, update };
  }
}

// -------------------------------------------------------------------- panel

function status() {
  const element = h("span", { class: "jacnb-state", role: "status" });
  const where = h("code", { class: "jacnb-where", dir: "ltr" });
  const trouble = h("p", { class: "jacnb-trouble", hidden: true, role: "alert" });
  const update = ({ kind, text }) => {
    const [dot, colour, word] = WAYS[kind];
    const isThere = kind === "proxy" || kind === "direct";
    element.replaceChildren(h("span", { class: `jacnb-dot ${colour}`, "aria-hidden": "true" }, dot), kind === "waiting" ? text : word);
    where.textContent = isThere ? text : "";
    where.title = where.textContent;
    trouble.textContent = kind === "none" ? text : "";
    trouble.hidden = kind !== "none";
  };
  return { element, where, trouble, update };
}

function samplePicker(engine, editor) {
  const names = Object.keys(SAMPLES);
  const picker = h("select", { class: "jacnb-samples", "aria-label": "Samples" }, h("option", { value: "" }, "Samples…"), names.map((name) => h("option", { value: name }, name)));
  picker.addEventListener("change", () => {
    const sample = SAMPLES[picker.value];
    picker.value = "";
    if (sample) editor.replace(sample(engine.walkers));
  });
  return picker;
}

function header(model, titleId, place, tools) {
  const user = model.get("user");
  const title = user ? `${user} in the browser` : "Public browser";
  const face = h("span", { class: "jacnb-face" }, h("span", { class: `jacnb-avatar jacnb-colour-${user ? hash(user) % 8 : "public"}`, "aria-hidden": "true" }, icon("globe")));
  const name = h("h3", { class: "jacnb-name", id: titleId, dir: "auto" }, title);
  const badge = h("span", { class: "jacnb-badge" }, user ? "user" : "public");
  const who = h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, name, badge), h("div", { class: "jacnb-sub" }, place.element, place.where));
  return h("header", { class: "jacnb-header" }, face, who, h("div", { class: "jacnb-tools" }, tools));
}

function panel(model, engine, el) {
  const titleId = newId("title");
  let saving;
  const save = () => {
    clearTimeout(saving);
    saving = null;
    model.save_changes();
  };
  const edit = (code) => {
    // A token that was pasted in by hand does not stay in the notebook either.
    model.set("code", engine.token ? code.replaceAll(engine.token, "<your_token>") : code);
    clearTimeout(saving);
    saving = setTimeout(save, 400);
  };
  const run = () => {
    if (saving) save();
    engine.start(editor.code);
  };
  const editor = new Editor(model.get("code"), { onrun: run, onedit: edit });
  const output = new ConsoleView(engine, (line) => goTo(editor, line));
  const sockets = new SocketList(engine);
  const place = status();
  const runButton = h("button", { type: "button", class: "jacnb-send jacnb-run", onclick: run }, icon("run"), "Run");
  const stop = h("button", { type: "button", class: "jacnb-small jacnb-stop", onclick: () => engine.stop() }, icon("stop"), "Stop");
  const section = h(
    "section",
    { class: "jacnb-panel jacnb-browser", "aria-labelledby": titleId },
    header(model, titleId, place, [samplePicker(engine, editor), stop, runButton]),
    place.trouble,
    h("div", { class: "jacnb-split" }, editor.element, output.element),
    sockets.element,
  );
  section.style.setProperty("--jacnb-height", model.get("height"));
  // JupyterLab forbids line breaks and undo in a cell's inputs, by a listener on each
  // input: what is stopped on its way down does not reach it.
  section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
  el.classList.add("jacnb-root");
  el.append(section);

  const edited = () => editor.set(model.get("code"));
  const running = () => {
    stop.disabled = !engine.isRunning;
    sockets.update();
  };
  const listener = (event, line) => {
    if (event === "status") place.update(engine.status);
    else if (event === "sockets") running();
    else if (event === "cleared") output.repaint();
    else if (event === "line") heard(line);
  };
  const heard = (line) => {
    output.add(line);
    if (line.level === "run") editor.markLine(0);
    if (line.level === "error" && line.line) editor.markLine(line.line);
  };
  place.update(engine.status);
  running();
  engine.listeners.add(listener);
  model.on("change:code", edited);
  return () => {
    engine.listeners.delete(listener);
    model.off("change:code", edited);
  };
}

/** Put the cursor at a line of the code. */
function goTo(editor, line) {
  const lines = editor.code.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  editor.text.focus();
  editor.text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}

export default () => {
  let engine;
  let views = 0;
  return {
    initialize({ model }) {
      engine = new Engine(model);
      return () => engine.close();
    },
    render({ model, el }) {
      views += 1;
      const remove = panel(model, engine, el);
      return () => {
        remove();
        views -= 1;
        // Nobody looks any more (the notebook was closed): no ghost stays connected.
        setTimeout(() => views || engine.stop(), 1000);
      };
    },
  };
};
