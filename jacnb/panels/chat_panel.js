// One client's conversation. The kernel sends entries (jacnb/panels/entries.py)
// numbered by `seq`; every view of the panel paints from one store.
// What other people wrote goes into the page by textContent, never as HTML.

const SHOWN = 200;
const SLOW_MS = 500;
const COLOURS = 8;
const HELD = 3 * SHOWN;
const SLICE = 8;
const SLICE_MS = 6;
const CALM_MS = 400;
const PUBLIC = "public";
const GONE = "This panel is no longer live: run its cell again.";
const STATES = {
  open: ["●", "open"],
  reconnecting: ["◐", "reconnecting"],
  closed: ["○", "closed"],
};
const WORDS = { in: "received", out: "sent", note: "panel" };
const ARROWS = { in: "←", out: "→", note: "·" };

function members(model) {
  return [model.get("me"), ...model.get("peers")];
}

/** Members of a room have a colour each; other names one by their letters. */
function colourOf(name, model) {
  const member = members(model).find((each) => each.name === name);
  if (name === PUBLIC && (member?.public ?? true)) return "jacnb-colour-public";
  const number = member && member.colour >= 0 ? member.colour : hash(name);
  return `jacnb-colour-${number % COLOURS}`;
}

function avatar(name, model) {
  return h("span", { class: `jacnb-avatar ${colourOf(name, model)}`, "aria-hidden": "true" }, initial(name));
}

// ------------------------------------------------------------------- store

/** An entry with what the kernel leaves out as `raw` tells it (entries.py, `on_wire`). */
function filled(entry) {
  const { direction = "in", cut = 0, problems = [], raw = "", echo_of = null } = entry;
  const frame = cut ? undefined : parsed(raw);
  const said = entry.kind === "sent" ? frame?.data : frame;
  const told = {
    type: textOf(frame, "type"),
    author: textOf(said?.data, "from")?.slice(0, 80) ?? null,
    text: textOf(said?.data, "message"),
  };
  return { size: raw.length, ...told, ...entry, direction, cut, problems, raw, echo_of };
}

function textOf(value, name) {
  const found = value !== null && typeof value === "object" && !Array.isArray(value) ? value[name] : null;
  return typeof found === "string" ? found : null;
}

/** The entries of one panel, in order and each once, whichever way they came. */
class Store {
  entries = [];
  listeners = new Set();
  life;

  constructor(model) {
    this.life = new Life(model, { op: "knock" }, (isLive) => {
      this.tell("live", isLive);
      if (isLive) this.#catchUp();
    });
    this.history = new Keepsake(model, {
      newest: () => this.entries,
      charsOf: (entry) => 2 * entry.raw.length + 200,
      add: (items) => this.#recall(items),
    });
    this.add(this.history.rows);
    model.on("msg:custom", (message) => {
      if (message?.op !== "append") return;
      this.add(message.items);
      for (const answer of message.answers) this.tell("answer", answer);
    });
    this.#catchUp();
  }

  /** Ask for what came after the history, or while the kernel was out of reach. */
  #catchUp() {
    this.life.send({ op: "after", seq: this.entries.at(-1)?.seq ?? 0 });
  }

  /** What the kernel keeps for pages to come: this one has it, or told of the gap. */
  #recall(items) {
    const last = this.entries.at(-1)?.seq ?? 0;
    this.add(items.filter((entry) => entry.seq > last));
  }

  add(items) {
    const known = new Set(this.entries.map((entry) => entry.seq));
    const fresh = items.filter((entry) => !known.has(entry.seq)).map(filled).sort((a, b) => a.seq - b.seq);
    if (!fresh.length) return;
    this.history.saveSoon();
    const last = this.entries.at(-1)?.seq ?? 0;
    const isAtEnd = fresh[0].seq > last;
    this.entries.push(...fresh);
    if (!isAtEnd) this.entries.sort((a, b) => a.seq - b.seq);
    this.#trim();
    this.tell(isAtEnd ? "added" : "changed", fresh);
  }

  /** Fences (see `isShown`) take no room from what is said. */
  #trim() {
    let [said, first] = [0, this.entries.length];
    while (first > 0 && said < SHOWN && this.entries.length - first < HELD) {
      first -= 1;
      if (this.entries[first].kind !== "fence") said += 1;
    }
    this.entries.splice(0, first);
  }

  tell(event, detail) {
    for (const listener of this.listeners) listener(event, detail);
  }
}

// -------------------------------------------------------------------- lines

function words(text) {
  return folded(h("p", { class: "jacnb-text", dir: "auto" }, text), text);
}

function value(content) {
  if (typeof content === "string") return words(content);
  const text = pretty(content);
  return folded(jsonBlock(text), text);
}

function rest(entry) {
  if (!entry.cut) return null;
  return h("p", { class: "jacnb-cut" }, `${entry.cut.toLocaleString()} more characters: see client.messages`);
}

function time(entry) {
  const stamp = new Date(entry.time * 1000);
  return h("time", { datetime: stamp.toISOString(), title: DATE.format(stamp) }, clock(entry.time));
}

function targetNames(frame, model) {
  const everybody = members(model);
  if (frame.type === "channel") return (frame.channel_ids ?? []).map((id) => `#${shortId(id)}`);
  const key = frame.type === "user" ? "root_id" : "client_id";
  const given = frame[`${key}s`] ?? [];
  return given.map((id) => everybody.find((each) => each[key] === id)?.name ?? shortId(id));
}

/** What a bubble says, and how it is dressed: {side, author, chips, body}. */
const BUBBLES = {
  chat: (entry) => ({ author: entry.author, chips: [chip(entry.type ?? "data")], body: words(entry.text) }),
  data: (entry, frame) => ({
    author: entry.author,
    chips: [chip(entry.type ?? "data")],
    body: value(frame?.data ?? frame ?? entry.raw),
  }),
  sent: (entry, frame, model) => ({
    side: "own",
    chips: [chip(`to ${entry.type} ${frame ? targetNames(frame, model).join(", ") : ""}`)],
    body: entry.text == null ? value(frame?.data ?? entry.raw) : words(entry.text),
  }),
  call: (entry, frame) => ({
    side: "own",
    chips: [chip("walker")],
    body: call(frame, entry.raw),
  }),
  asked: (entry) => ({ side: "line", body: `asked the server: ${entry.type ?? "?"}` }),
  note: (entry) => ({ side: "line", body: entry.text }),
  connection: (_entry, frame) => ({
    side: "line",
    body: `on channel #${shortId(String(frame?.data?.channel_id ?? ""))} as client ${shortId(String(frame?.data?.client_id ?? ""))}`,
  }),
  response: (_entry, frame) => ({ side: "response", chips: [status(frame)], body: reports(frame) }),
  error: (entry) => ({ side: "error", chips: [chip("⚠ error", "jacnb-bad")], body: [words(entry.text ?? ""), problems(entry)] }),
};

function call(frame, raw) {
  if (!frame) return words(raw);
  const fields = Object.entries(frame.context ?? {});
  const list = fields.map(([name, given]) => [h("dt", {}, name), h("dd", { dir: "auto" }, inline(given))]);
  return [
    h("p", { class: "jacnb-call" }, icon("run"), h("span", { dir: "auto" }, String(frame.walker))),
    fields.length ? h("dl", { class: "jacnb-fields" }, list.flat()) : null,
  ];
}

function status(frame) {
  const code = frame?.status ?? "…";
  return code < 300 ? chip(`✓ ${code}`, "jacnb-good") : chip(`⚠ ${code}`, "jacnb-bad");
}

function reports(frame) {
  if (frame?.walker_id) return words(`runs as ${frame.walker_id}`);
  const all = frame?.reports ?? [];
  if (!all.length) return h("p", { class: "jacnb-quiet" }, "no reports");
  return all.length === 1 ? value(all[0]) : value(all);
}

function problems(entry) {
  if (!entry.problems.length) return null;
  const rows = entry.problems.map(([where, what]) => h("li", {}, where ? h("code", {}, where) : null, ` ${what}`));
  return h("ul", { class: "jacnb-problems" }, rows);
}

/** What a client asks only to know that all has arrived is nothing that it says. */
const isShown = (entry) => entry.kind !== "fence";

function bubble(entry, model) {
  const frame = parsed(entry.raw);
  const { side = "other", author, chips = [], body } = BUBBLES[entry.kind](entry, frame, model);
  const line = h("li", { class: `jacnb-line jacnb-${side}`, "data-seq": entry.seq, "data-kind": entry.kind });
  if (side === "line") {
    line.append(h("span", { class: "jacnb-said", dir: "auto" }, body), time(entry));
    return line;
  }
  const name = author ?? (side === "response" ? "response" : side === "other" ? "notification" : null);
  const head = h("div", { class: "jacnb-meta" }, chips, time(entry));
  if (name) head.prepend(h("span", { class: `jacnb-author ${author ? colourOf(author, model) : ""}`, dir: "auto" }, name));
  const copy = entry.raw ? copyButton("Copy message as JSON", () => entry.raw) : null;
  if (side === "other") {
    const face = h("span", { class: "jacnb-avatar jacnb-colour-none", "aria-hidden": "true" }, icon("bell"));
    line.append(author ? avatar(author, model) : face);
  }
  line.append(h("div", { class: "jacnb-bubble" }, head, body, rest(entry), copy));
  return line;
}

function rawFrame(entry) {
  const value = parsed(entry.raw);
  const text = value === undefined ? entry.raw || entry.text || "" : pretty(value);
  const head = h(
    "div",
    { class: "jacnb-meta" },
    h("span", { class: "jacnb-arrow" }, h("b", { "aria-hidden": "true" }, ARROWS[entry.direction]), ` ${WORDS[entry.direction]}`),
    chip(entry.type ?? entry.kind),
    entry.size ? h("span", {}, bytes(entry.size)) : null,
    time(entry),
  );
  const copy = copyButton("Copy message as JSON", () => entry.raw || text);
  const classes = `jacnb-line jacnb-frame jacnb-frame-${entry.direction}`;
  return h("li", { class: classes, "data-seq": entry.seq, "data-kind": entry.kind }, head, folded(jsonBlock(text), text), rest(entry), copy);
}

// ---------------------------------------------------------------------- log

/** The list of lines; keeps its place while somebody reads further up. */
class Log {
  isRaw = false;
  clearedUpTo = 0;
  unseen = 0;
  #paintedUpTo = 0;
  #paintedAt = 0;
  #isPainting = false;

  constructor(model, store, titleId) {
    this.model = model;
    this.store = store;
    this.list = h("ol", { class: "jacnb-log", role: "log", "aria-labelledby": titleId, tabindex: "0", onscroll: () => this.#scrolled() });
    this.empty = h("p", { class: "jacnb-empty" });
    this.jump = h("button", { type: "button", class: "jacnb-jump", hidden: true, onclick: () => this.toEnd() });
    this.element = h("div", { class: "jacnb-log-box" }, this.list, this.empty, this.jump);
    this.#append([]);
    this.add();
  }

  repaint() {
    const entries = this.store.entries.filter((entry) => entry.seq > this.clearedUpTo);
    const isAtEnd = this.isAtEnd();
    const place = this.list.scrollTop;
    this.list.replaceChildren();
    this.#append(entries);
    this.#paintedUpTo = entries.at(-1)?.seq ?? this.clearedUpTo;
    if (isAtEnd) this.toEnd();
    else this.list.scrollTop = place;
  }

  /** Paint what is new in the store, a little in each picture. */
  add() {
    if (this.#isPainting) return;
    this.#isPainting = true;
    requestAnimationFrame(() => {
      this.#isPainting = false;
      this.#paintSome();
    });
  }

  #paintSome() {
    const isAtEnd = this.isAtEnd();
    const waiting = this.store.entries.filter((entry) => entry.seq > this.#paintedUpTo);
    const end = performance.now() + SLICE_MS;
    const lines = [];
    let painted = 0;
    while (painted < waiting.length && (!painted || performance.now() < end)) {
      lines.push(...this.#append(waiting.slice(painted, painted + SLICE)));
      painted += SLICE;
    }
    this.#paintedUpTo = waiting[painted - 1]?.seq ?? waiting.at(-1)?.seq ?? this.#paintedUpTo;
    // To move what is new takes many pictures: only while little is new.
    const isCalm = performance.now() - this.#paintedAt > CALM_MS;
    this.#paintedAt = performance.now();
    if (isCalm) for (const line of lines) line.classList.add("jacnb-fresh");
    if (isAtEnd) this.toEnd();
    else if (lines.length) this.#setUnseen(this.unseen + lines.length);
    if (painted < waiting.length) this.add();
  }

  clear() {
    this.clearedUpTo = this.store.entries.at(-1)?.seq ?? 0;
    this.repaint();
    this.toEnd();
  }

  setRaw(isRaw) {
    this.isRaw = isRaw;
    this.repaint();
    this.toEnd();
  }

  isAtEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 32;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.#setUnseen(0);
  }

  /** Paint entries at the end; returns their lines. */
  #append(entries) {
    const lines = [];
    for (const entry of entries) {
      const previous = lines.at(-1) ?? this.list.lastElementChild;
      const gap = this.#gap(entry, previous);
      if (gap) lines.push(gap);
      if (!this.isRaw && (entry.echo_of || !isShown(entry))) {
        this.#markThrough(entry, gap ?? previous);
        if (entry.echo_of) this.#markEcho(entry, lines);
        continue;
      }
      lines.push(this.isRaw ? rawFrame(entry) : bubble(entry, this.model));
    }
    this.list.append(...lines);
    while (this.list.childElementCount > SHOWN) this.list.firstElementChild.remove();
    this.empty.hidden = this.list.childElementCount > 0;
    this.empty.textContent = this.clearedUpTo ? "Cleared here; client.messages has them all." : "No messages yet.";
    return lines;
  }

  /** A line that stands for later entries, too, leaves no gap behind it. */
  #markThrough(entry, line) {
    if (line) line.dataset.through = entry.seq;
  }

  /** A message that came back to its sender is one message: it gets a tick. */
  #markEcho(entry, lines) {
    const own = (line) => Number(line.dataset.seq) === entry.echo_of;
    const line = lines.find(own) ?? [...this.list.children].findLast(own);
    const meta = line?.querySelector(".jacnb-meta");
    if (meta && !meta.querySelector(".jacnb-tick")) {
      const label = "The server delivered it back to this client too";
      meta.querySelector("time").after(h("span", { class: "jacnb-tick", title: label, role: "img", "aria-label": label }, "✓"));
    }
  }

  #gap(entry, previous) {
    const last = Number(previous?.dataset.through ?? previous?.dataset.seq ?? entry.seq - 1);
    const missing = entry.seq - last - 1;
    if (missing <= 0) return null;
    const text = `${missing.toLocaleString()} messages came too fast to show: see client.messages`;
    return h("li", { class: "jacnb-line jacnb-gap", "data-seq": entry.seq - 1 }, text);
  }

  #scrolled() {
    if (this.unseen && this.isAtEnd()) this.#setUnseen(0);
  }

  #setUnseen(count) {
    this.unseen = count;
    this.jump.hidden = count === 0;
    this.jump.replaceChildren(icon("down"), `${count} new`);
  }
}

// ------------------------------------------------------------------- header

function header(model, life, titleId, tools) {
  const name = h("h3", { class: "jacnb-name", id: titleId, dir: "auto" });
  const badge = h("span", { class: "jacnb-badge" });
  const state = h("span", { class: "jacnb-state", role: "status" });
  const channel = h("span", { class: "jacnb-channel", dir: "auto" });
  const face = h("span", { class: "jacnb-face" });
  const details = h("dl", { class: "jacnb-details", id: newId("details"), hidden: true });
  const toggle = iconButton("info", "Ids of this client", () => {
    details.hidden = !details.hidden;
    toggle.setAttribute("aria-expanded", String(!details.hidden));
  });
  toggle.setAttribute("aria-expanded", "false");
  toggle.setAttribute("aria-controls", details.id);
  const element = h(
    "header",
    { class: "jacnb-header" },
    face,
    h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, name, badge), h("div", { class: "jacnb-sub" }, state, channel)),
    h("div", { class: "jacnb-tools" }, toggle, tools),
  );
  const update = () => {
    const me = model.get("me");
    const kind = life.isLive ? me.state : "closed";
    const [dot, known] = STATES[kind] ?? ["?", kind];
    const word = life.isLive ? known : "no longer live";
    face.replaceChildren(avatar(me.name, model));
    name.textContent = me.name;
    badge.textContent = me.public ? "public" : "user";
    state.replaceChildren(h("span", { class: `jacnb-dot jacnb-is-${kind}`, "aria-hidden": "true" }, dot), word);
    channel.textContent = me.channel_id ? `#${shortId(me.channel_id)}` : "";
    channel.title = me.channel_id;
    details.replaceChildren(...["channel", "client", "root"].flatMap((kind) => idRow(kind, me[`${kind}_id`])));
  };
  return { element, details, update };
}

function idRow(kind, id) {
  return [h("dt", {}, `${kind}_id`), h("dd", {}, h("code", { title: id }, id), copyButton(`Copy ${kind}_id`, () => id))];
}

// ----------------------------------------------------------------- composer

const KINDS = { channel: "Channel", user: "User", client: "Client", walker: "Walker" };

/** The choices of the picker, by kind: [{to, ids | walker, label}]. */
function targets(model) {
  const everybody = members(model);
  const me = everybody[0];
  const named = (each) => (each === me ? `${each.name} (me)` : each.name);
  const unique = (key, label) => {
    const seen = new Map();
    for (const each of everybody) {
      if (each[key] && !seen.has(each[key])) seen.set(each[key], label(each));
    }
    return [...seen].map(([id, text]) => ({ ids: [id], label: text }));
  };
  return {
    channel: unique("channel_id", (each) => `#${shortId(each.channel_id)}${each === me ? " (mine)" : ""}`),
    user: unique("root_id", (each) => (each.public ? "everybody public" : named(each))),
    client: unique("client_id", (each) => `${named(each)}, ${shortId(each.client_id)}`),
    walker: model.get("walkers").map((walker) => ({ walker, label: walker.name })),
  };
}

class Composer {
  constructor(model, store) {
    this.model = model;
    this.waiting = new Map();
    this.picker = h("select", { class: "jacnb-picker", id: newId("to") });
    this.picker.addEventListener("change", () => this.#chosen());
    for (const event of ["focus", "pointerdown"]) this.picker.addEventListener(event, () => store.life.send({ op: "walkers" }));
    this.fields = h("div", { class: "jacnb-form" });
    this.text = h("textarea", { class: "jacnb-input", id: newId("text"), rows: "1", dir: "auto", placeholder: "Write a message" });
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => this.#grow());
    this.button = h("button", { type: "submit", class: "jacnb-send" });
    this.hint = h("p", { class: "jacnb-hint", role: "status" });
    this.response = h("input", { type: "checkbox", id: newId("response"), checked: true });
    this.ask = h("div", { class: "jacnb-check" }, this.response, h("label", { for: this.response.id }, "ask for a response"));
    this.textLabel = h("label", { class: "jacnb-hidden", for: this.text.id }, "Message");
    this.element = h(
      "form",
      { class: "jacnb-composer", novalidate: true, "aria-label": "Send" },
      h("div", { class: "jacnb-row" }, h("label", { for: this.picker.id }, "To"), this.picker),
      this.fields,
      h("div", { class: "jacnb-row jacnb-message" }, this.ask, this.textLabel, this.text, this.button),
      this.hint,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.store = store;
    this.refresh();
  }

  /** Redraw the choices; keeps the chosen one and what was typed. */
  refresh() {
    const before = this.choice?.key;
    this.choices = new Map();
    const groups = Object.entries(targets(this.model)).map(([to, options]) => this.#group(to, options));
    this.picker.replaceChildren(...groups);
    if (before && this.choices.has(before)) this.picker.value = before;
    const form = JSON.stringify(this.choices.get(this.picker.value)?.walker?.fields ?? null);
    if (this.choice?.key !== this.picker.value || form !== this.shownForm) this.#chosen();
  }

  answered({ nonce, error }) {
    const sent = this.waiting.get(nonce);
    if (!sent) return;
    this.waiting.delete(nonce);
    clearTimeout(sent.timer);
    this.#say("");
    if (error) {
      if (sent.text && !this.text.value) this.text.value = sent.text;
      this.#say(error, true);
    }
  }

  /** Take note that the kernel has the panel no more, or has it again. */
  lived(isLive) {
    for (const nonce of isLive ? [] : [...this.waiting.keys()]) this.answered({ nonce, error: GONE });
    this.#say(isLive ? "" : GONE, !isLive);
  }

  /** Show under the form's fields what the server found wrong with them. */
  heard(entries) {
    for (const entry of entries) {
      for (const [where, what] of entry.kind === "error" ? entry.problems : []) {
        const control = this.controls?.find((each) => where.split(".")[0] === each.field.name);
        control?.complain(what);
      }
    }
  }

  #group(to, options) {
    const another = to === "walker" ? "Another walker…" : `Another ${to}…`;
    const all = [...options, { label: another, isTyped: true }].map((option) => {
      const key = [to, option.isTyped ? "?" : (option.walker?.name ?? option.ids[0])].join(" ");
      this.choices.set(key, { ...option, to, key });
      return h("option", { value: key }, option.label);
    });
    return h("optgroup", { label: KINDS[to] }, all);
  }

  #chosen() {
    this.choice = this.choices.get(this.picker.value);
    const { to, walker, isTyped } = this.choice;
    this.shownForm = JSON.stringify(walker?.fields ?? null);
    const isWalker = to === "walker";
    this.controls = (walker?.fields ?? []).map((field) => new Control(field, this.model));
    this.typed = isTyped ? this.#typed(to) : null;
    this.context = isWalker && isTyped ? new Control({ name: "context", control: "json", hint: "object", placeholder: "{}" }, this.model) : null;
    const shown = [this.typed, this.context, ...this.controls].filter(Boolean);
    this.fields.replaceChildren(...shown.map((control) => control.element));
    this.ask.hidden = !isWalker;
    this.text.hidden = isWalker;
    this.textLabel.hidden = isWalker;
    this.button.replaceChildren(icon(isWalker ? "run" : "send"), isWalker ? "Run" : "Send");
    this.element.classList.toggle("jacnb-has-walker", isWalker);
    this.#say("");
  }

  #typed(to) {
    const what = to === "walker" ? "walker's name" : { channel: "channel_ids", user: "root_ids", client: "client_ids" }[to];
    const field = { name: what, control: "text", hint: to === "walker" ? "" : "several with commas", required: true, placeholder: "" };
    return new Control(field, this.model);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 120)}px`;
  }

  #submit() {
    if (!this.store.life.isLive) return this.#say(GONE, true);
    const order = this.choice.to === "walker" ? this.#walkerOrder() : this.#chatOrder();
    if (!order) return;
    const nonce = randomId();
    const timer = setTimeout(() => this.#say("Waiting for the notebook: a cell is still running."), SLOW_MS);
    this.waiting.set(nonce, { text: order.text, timer });
    if (!this.store.life.send({ op: "send", nonce, ...order })) return this.answered({ nonce, error: GONE });
    if (this.choice.to === "walker") return;
    this.text.value = "";
    this.#grow();
    this.text.focus();
  }

  #chatOrder() {
    const text = this.text.value;
    if (!text.trim()) return null;
    const ids = this.typed ? this.typed.text().split(",").map((id) => id.trim()).filter(Boolean) : this.choice.ids;
    if (!ids.length) return this.typed.complain("Type an id.");
    return { to: this.choice.to, ids, text };
  }

  #walkerOrder() {
    const context = this.context?.read() ?? {};
    for (const control of this.controls) {
      const given = control.read();
      if (given !== undefined) context[control.field.name] = given;
    }
    if ([this.context, ...this.controls].some((control) => control?.isWrong)) return null;
    const walker = this.choice.walker?.name ?? this.typed.text().trim();
    if (!walker) return this.typed.complain("Type a walker's name.");
    return { to: "walker", walker, context, response: this.response.checked };
  }

  #say(text, isError = false) {
    this.hint.textContent = text;
    this.hint.classList.toggle("jacnb-bad", isError);
  }
}

/** One labelled field of a form; `undefined` is left out, so that defaults hold. */
class Control {
  isWrong = false;

  constructor(field, model) {
    this.field = field;
    const id = newId("field");
    this.input = this.#input(id, model);
    this.error = h("p", { class: "jacnb-field-error", id: `${id}-error`, hidden: true });
    this.input.setAttribute("aria-describedby", this.error.id);
    this.input.addEventListener("input", () => this.complain(""));
    const mark = field.required ? h("span", { class: "jacnb-required", title: "required", "aria-hidden": "true" }, " *") : null;
    const label = h("label", { for: id }, field.name, mark);
    const hint = field.hint ? h("small", { title: field.hint }, field.hint) : null;
    const value = h("div", { class: "jacnb-field-value" }, this.input, this.list, this.error);
    this.element = h("div", { class: "jacnb-field" }, h("div", { class: "jacnb-field-name" }, label, hint), value);
  }

  text() {
    return this.input.value;
  }

  read() {
    this.complain("");
    const { control, choices } = this.field;
    const text = this.input.value;
    if (control === "checkbox") return this.input.checked;
    if (text === "") return undefined;
    if (control === "select") return choices[Number(text)];
    if (control === "integer" || control === "number") return Number(text);
    return control === "json" ? this.#json(text) : text;
  }

  complain(text) {
    this.isWrong = text !== "";
    this.error.textContent = text ? `⚠ ${text}` : "";
    this.error.hidden = !text;
    this.input.setAttribute("aria-invalid", String(this.isWrong));
    if (text) this.input.focus();
    return null;
  }

  #json(text) {
    const found = parsed(text);
    if (found === undefined) this.complain("This is not JSON.");
    return found;
  }

  #input(id, model) {
    const { control, choices, placeholder, required } = this.field;
    const common = { id, placeholder, "aria-required": required ? "true" : null, autocomplete: "off" };
    if (control === "checkbox") return h("input", { ...common, type: "checkbox", checked: this.field.default === true });
    if (control === "json") return h("textarea", { ...common, rows: "2", spellcheck: "false", dir: "auto" });
    if (control === "select") {
      const none = h("option", { value: "" }, placeholder ? `default: ${placeholder}` : "choose…");
      return h("select", { id }, none, choices.map((choice, number) => h("option", { value: number }, inline(choice))));
    }
    if (control === "text") return this.#textInput(common, model);
    return h("input", { ...common, type: "number", step: control === "integer" ? "1" : "any" });
  }

  /** Fields named after an id suggest the ids of the room. */
  #textInput(common, model) {
    const key = ["channel_id", "client_id", "root_id"].find((each) => this.field.name.startsWith(each));
    const input = h("input", { ...common, type: "text", dir: "auto" });
    if (!key) return input;
    this.list = h("datalist", { id: newId("ids") }, members(model).map((each) => h("option", { value: each[key] }, each.name)));
    input.setAttribute("list", this.list.id);
    if (this.field.required && key === "channel_id") input.value = model.get("me")[key];
    return input;
  }
}

// ------------------------------------------------------------------- panel

function panel(model, store, el) {
  const titleId = newId("title");
  const log = new Log(model, store, titleId);
  const composer = new Composer(model, store);
  const raw = h("button", { type: "button", class: "jacnb-tool jacnb-raw", "aria-pressed": "false", title: "Show raw JSON frames" }, "{ } raw");
  raw.addEventListener("click", () => {
    log.setRaw(!log.isRaw);
    raw.setAttribute("aria-pressed", String(log.isRaw));
  });
  const clear = iconButton("clear", "Clear this view", () => log.clear());
  const head = header(model, store.life, titleId, [raw, clear]);
  const section = h(
    "section",
    { class: "jacnb-panel jacnb-chat", "aria-labelledby": titleId },
    head.element,
    head.details,
    log.element,
    composer.element,
  );
  // JupyterLab forbids line breaks and undo in a cell's inputs, by a listener on each
  // input: what is stopped on its way down does not reach it.
  section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
  section.style.height = model.get("height");
  el.classList.add("jacnb-root");
  el.append(section);

  const identities = () => {
    head.update();
    composer.refresh();
  };
  let known = "";
  const room = () => {
    identities();
    // Lines show names and colours of the members, not their state.
    const now = JSON.stringify(model.get("peers").map((peer) => ({ ...peer, state: "" })));
    if (now !== known) log.repaint();
    known = now;
  };
  const listener = (event, detail) => {
    if (event === "answer") return composer.answered(detail);
    if (event === "live") {
      head.update();
      return composer.lived(detail);
    }
    composer.heard(detail);
    return event === "added" ? log.add() : log.repaint();
  };
  identities();
  if (!store.life.isLive) composer.lived(false);
  store.listeners.add(listener);
  model.on("change:me", identities);
  model.on("change:peers", room);
  model.on("change:walkers", identities);
  requestAnimationFrame(() => log.toEnd());
  return () => {
    store.listeners.delete(listener);
    model.off("change:me", identities);
    model.off("change:peers", room);
    model.off("change:walkers", identities);
  };
}

export default () => {
  let store;
  return {
    initialize({ model }) {
      store = new Store(model);
    },
    render({ model, el }) {
      return panel(model, store, el);
    },
  };
};
