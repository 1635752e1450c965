// A look into a server. Each view tells the kernel what it wants to see, and gets once
// a second what changed of it (jacnb/panels/inspector.py); out of sight it gets nothing.
// What other people wrote goes into the page by textContent, never as HTML.

Object.assign(ICONS, {
  unplug: "M18.3 5.7 16.9 4.3 12 9.2 7.1 4.3 5.7 5.7 10.6 10.6 5.7 15.5 7.1 16.9 12 12 16.9 16.9 18.3 15.5 13.4 10.6z",
  ping: "M12 4a8 8 0 1 0 8 8h-2a6 6 0 1 1-6-6zm0 4a4 4 0 1 0 4 4h-2a2 2 0 1 1-2-2zM15 9l5-5 1 1-5 5z",
});

const RENEW_MS = 10_000;
const PATIENCE_MS = 4_000;
const TYPING_MS = 250;

// -------------------------------------------------------------------- parts

/** The figures above the tables. */
class Tiles {
  rates = new Rates();

  constructor() {
    this.spark = new Sparkline(96, 26);
    this.values = {};
    this.element = h(
      "dl",
      { class: "jacnb-tiles" },
      this.#tile("connections", "Connections"),
      this.#tile("rate", "Messages/s", this.spark.element),
      this.#tile("messages", "Messages"),
      this.#tile("runs", "Walker runs"),
      this.#tile("errors", "Errors"),
      this.#tile("trace", "Trace"),
    );
  }

  #tile(name, label, more = null) {
    this.values[name] = h("span", { class: "jacnb-value" }, "–");
    this.values[`${name}-note`] = h("span", { class: "jacnb-note" });
    return h("div", { class: `jacnb-tile jacnb-tile-${name}` }, h("dt", {}, label), h("dd", {}, this.values[name], this.values[`${name}-note`], more));
  }

  write(state) {
    const [sent, sentBytes, received, receivedBytes] = state.traffic;
    this.rates.note(sent + received, state.at);
    this.#set("connections", count(state.counts.connections));
    this.#set("messages", count(sent + received), bytes(sentBytes + receivedBytes));
    this.#set("runs", count(state.runs), state.active ? `${count(state.active)} running` : "");
    this.#set("errors", count(state.errors));
    this.values.errors.classList.toggle("jacnb-bad", state.errors > 0);
    const [entries, size] = state.trace;
    this.#set("trace", state.has_trace ? bytes(size) : "off");
    this.values.trace.title = state.has_trace ? `${count(entries)} entries` : "serve(trace=True) keeps one";
  }

  tick(now) {
    const tick = Math.round(now);
    this.spark.draw(this.rates.until(tick));
    this.#set("rate", perSecond(this.rates.now(tick)).replace("/s", ""));
  }

  #set(name, value, note = "") {
    this.values[name].textContent = value;
    this.values[`${name}-note`].textContent = note;
  }
}

/** One of several panes, as ARIA's tabs: arrows move, Home and End jump. */
class Tabs {
  constructor(names, label, panelId, onChoose) {
    this.onChoose = onChoose;
    this.buttons = new Map(names.map((name) => [name, this.#button(name, panelId)]));
    this.element = h("div", { class: "jacnb-tabs", role: "tablist", "aria-label": label }, [...this.buttons.values()]);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  #button(name, panelId) {
    const total = h("span", { class: "jacnb-count" });
    return h("button", { type: "button", role: "tab", id: newId("tab"), "aria-controls": panelId, onclick: () => this.choose(name) }, TABLES[name].label, " ", total);
  }

  choose(name) {
    for (const [each, button] of this.buttons) {
      button.setAttribute("aria-selected", String(each === name));
      button.tabIndex = each === name ? 0 : -1;
    }
    this.onChoose(name, this.buttons.get(name));
  }

  write(counts) {
    for (const [name, button] of this.buttons) button.querySelector(".jacnb-count").textContent = count(counts[name]);
  }

  #key(event) {
    const all = [...this.buttons.values()];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const button = all.at(to % all.length);
    button.focus();
    button.click();
  }
}

// -------------------------------------------------------------------- panel

/** One view of the inspector. */
class InspectorView {
  id = newId("view");
  state = { counts: { connections: 0, channels: 0, users: 0, walkers: 0 }, traffic: [0, 0, 0, 0], trace: [0, 0], runs: 0, active: 0, errors: 0, has_trace: true, running: true, title: "", found: 0, gone: null, at: 0 };
  tables = {};
  client = null;
  isSeen = false;
  isFresh = true;
  timers = [];
  offset = 0;

  constructor(model, el) {
    this.model = model;
    const titleId = newId("title");
    const panelId = newId("panel");
    for (const name of Object.keys(TABLES)) {
      this.tables[name] = new FigureTable(name, { sort: () => this.watch(), open: (cells) => this.toggle(cells), close: (cells, button) => this.confirm.ask(cells, button) });
    }
    this.tiles = new Tiles();
    this.details = new Details({ ping: (cells) => this.send("ping", { client: cells[0] }), close: (cells, button) => this.confirm.ask(cells, button), shut: () => this.open(null), text: (seq) => this.send("text", { seq }) });
    this.confirm = new Confirm((cells) => this.send("disconnect", { client: cells[0] }));
    this.status = h("span", { class: "jacnb-state", role: "status" });
    this.address = h("span", { class: "jacnb-channel" });
    this.filter = h("input", { type: "search", class: "jacnb-filter", placeholder: "Filter", "aria-label": "Filter the table", dir: "auto", autocomplete: "off", spellcheck: "false", oninput: () => this.#typed() });
    this.pane = h("div", { class: "jacnb-table-pane", id: panelId, role: "tabpanel", tabindex: "0" });
    this.none = h("p", { class: "jacnb-none" });
    this.foot = h("p", { class: "jacnb-foot", role: "status" });
    this.note = h("p", { class: "jacnb-problem", role: "alert", hidden: true });
    this.tabs = new Tabs(Object.keys(TABLES), "What to look at", panelId, (name, button) => this.#choose(name, button));
    this.section = h(
      "section",
      { class: "jacnb-panel jacnb-inspector", "aria-labelledby": titleId },
      h("header", { class: "jacnb-header" }, h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, h("h3", { class: "jacnb-name", id: titleId }, "Inspector")), h("div", { class: "jacnb-sub" }, this.status, this.address)), this.tiles.element),
      h("div", { class: "jacnb-bar" }, this.tabs.element, this.filter),
      this.note,
      h("div", { class: "jacnb-panes" }, h("div", { class: "jacnb-left" }, this.pane, this.foot), this.details.element),
      this.confirm.element,
    );
    this.section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
    this.section.style.height = model.get("height");
    el.classList.add("jacnb-root");
    el.append(this.section);
    this.#begin();
  }

  // Watching.

  #begin() {
    this.onMessage = (message) => this.#heard(message);
    this.onVisible = () => this.#seen(this.isOnScreen);
    this.onLeave = () => this.#seen(false);
    this.model.on("msg:custom", this.onMessage);
    document.addEventListener("visibilitychange", this.onVisible);
    window.addEventListener("pagehide", this.onLeave);
    this.observer = new IntersectionObserver(([entry]) => {
      this.isOnScreen = entry.isIntersecting;
      this.#seen(entry.isIntersecting);
    });
    this.observer.observe(this.section);
    this.timers.push(setInterval(() => this.#tick(), 1000), setInterval(() => this.isSeen && this.watch(), RENEW_MS));
    this.tabs.choose("connections");
    this.#take(this.model.get("start"));
  }

  end() {
    this.#seen(false);
    this.observer.disconnect();
    this.model.off("msg:custom", this.onMessage);
    document.removeEventListener("visibilitychange", this.onVisible);
    window.removeEventListener("pagehide", this.onLeave);
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.patience);
  }

  #seen(isOnScreen) {
    const isSeen = Boolean(isOnScreen) && document.visibilityState !== "hidden";
    if (isSeen === this.isSeen) return;
    this.isSeen = isSeen;
    if (isSeen) this.watch(true);
    else this.send("unwatch");
  }

  /** Tell the kernel what to show; whether it answers shows whether it is there. */
  watch(isFresh = false) {
    if (!this.isSeen) return;
    this.isFresh ||= isFresh;
    const { column, isDown } = this.tables[this.name];
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#setLive(false), PATIENCE_MS);
    this.send("watch", { table: this.name, column, down: isDown, filter: this.filter.value.trim(), client: this.client?.[0] ?? null, fresh: this.isFresh });
  }

  send(op, what = {}) {
    try {
      this.model.send({ op, view: this.id, ...what });
    } catch {
      this.#setLive(false);
    }
  }

  #setLive(isLive) {
    this.section.classList.toggle("jacnb-is-stale", !isLive);
    this.isLive = isLive;
    this.#writeStatus();
  }

  #heard(message) {
    if (message?.view !== this.id) return;
    clearTimeout(this.patience);
    if (this.isLive !== true) this.#setLive(true);
    if (message.op === "error") this.#complain(message.text);
    else if (message.op === "text") this.details.setText(message.seq, message.text);
    else if (message.op === "figures") this.#take(message);
  }

  #take(news) {
    // What was asked for another table before the tab was changed is too late.
    if (news.table && news.table !== this.name) return;
    const { rows, changed, order, messages, op, view, table, fresh, ...summary } = news;
    Object.assign(this.state, summary);
    if (news.at) this.offset = Date.now() / 1000 - news.at;
    if (fresh) this.isFresh = false;
    const shown = this.tables[this.name];
    const told = { rows, changed, order, at: this.state.at };
    if (!(fresh ? shown.begin(told) : shown.update(told))) this.watch(true);
    this.tiles.write(this.state);
    this.tabs.write(this.state.counts);
    if (messages && this.client) this.details.add(messages);
    this.#write();
    this.#tick();
  }

  #tick() {
    const now = Date.now() / 1000 - this.offset;
    if (!this.isSeen) return;
    this.tables[this.name].tick(now);
    this.tiles.tick(now);
  }

  // Showing.

  #write() {
    const table = this.tables[this.name];
    const shown = table.rows.size;
    const { found } = this.state;
    const all = this.state.counts[this.name];
    const isFiltered = this.filter.value.trim() !== "";
    const why = this.state.running ? TABLES[this.name].none : "This server is stopped; jacnb.serve() starts another.";
    this.none.textContent = all && isFiltered ? "Nothing fits the filter." : why;
    this.none.hidden = shown > 0;
    table.element.hidden = shown === 0;
    const words = [];
    if (shown < found) words.push(`${count(shown)} of ${count(found)} are shown: sort or filter to see others`);
    else if (isFiltered) words.push(`${count(found)} of ${count(all)}`);
    this.foot.textContent = words.join("");
    this.foot.hidden = !words.length;
    if (this.client) this.details.setGone(this.#isGone(this.client));
    const asked = this.confirm.cells;
    const isListed = this.name !== "connections" || isFiltered || shown < found || table.find(asked?.[0]);
    if (asked && (!isListed || this.#isGone(asked))) this.confirm.withdraw();
    this.#writeStatus();
  }

  #isGone(cells) {
    return !this.state.running || this.state.gone === cells[0];
  }

  #writeStatus() {
    const [kind, mark, word] = this.isLive === false ? ["reconnecting", "◌", `${NOT_LIVE}, unless the kernel is busy`] : this.state.running ? ["open", "●", "running"] : ["closed", "○", "stopped"];
    const said = `${mark}${word}`;
    if (said !== this.said) this.status.replaceChildren(h("span", { class: `jacnb-dot jacnb-is-${kind}`, "aria-hidden": "true" }, mark), word);
    this.said = said;
    this.address.textContent = this.state.title;
    this.section.classList.toggle("jacnb-is-stopped", !this.state.running);
  }

  #choose(name, button) {
    if (name === this.name) return;
    this.name = name;
    this.pane.setAttribute("aria-labelledby", button.id);
    this.pane.replaceChildren(this.tables[name].element, this.none);
    this.tables[name].element.hidden = this.tables[name].rows.size === 0;
    this.none.hidden = true;
    this.filter.value = "";
    if (this.client) this.open(null);
    this.watch(true);
  }

  #typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.watch(), TYPING_MS);
  }

  toggle(cells) {
    this.open(this.client?.[0] === cells[0] ? null : cells);
  }

  open(cells) {
    const before = this.client;
    this.client = cells;
    this.tables.connections.markOpen(cells?.[0] ?? null);
    this.section.classList.toggle("jacnb-has-client", cells !== null);
    if (cells) this.details.show(cells, this.state.has_trace);
    else this.details.hide();
    this.watch();
    if (before && !cells) this.#focusRow(before);
  }

  #focusRow(cells) {
    for (const row of this.tables.connections.rows.values()) if (row.cells[0] === cells[0]) row.opener.focus({ preventScroll: true });
  }

  #complain(text) {
    this.note.replaceChildren(`⚠ ${text}`);
    this.note.hidden = false;
    clearTimeout(this.complaint);
    this.complaint = setTimeout(() => { this.note.hidden = true; }, 8000);
  }
}

export default {
  render({ model, el }) {
    const view = new InspectorView(model, el);
    return () => view.end();
  },
};
