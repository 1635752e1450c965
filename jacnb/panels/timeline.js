// What happened, one row each, newest last: searched, filtered, paused and cleared
// here, in the page. The rows come from rows.js, the scrolling from virtual_list.js.

const ROW_HEIGHT = 26;
const EXCERPT = 260;
const TYPES_OFFERED = 60;
const CLIENTS_OFFERED = 200;
const PARTIES_SHOWN = 2;

/** Each kind of row: its sign, what it is in words, and the filter it belongs to. */
const KINDS = {
  event: { sign: "↑", words: "event", group: "events" },
  reply: { sign: "↓", words: "reply", group: "replies" },
  notification: { sign: "⇊", words: "notification", group: "notifications" },
  run: { sign: "▶", words: "walker run", group: "walkers" },
  visit: { sign: "◇", words: "visit", group: "walkers" },
  report: { sign: "◆", words: "report", group: "walkers" },
  end: { sign: "■", words: "end of run", group: "walkers" },
  open: { sign: "●", words: "connected", group: "connections" },
  close: { sign: "○", words: "disconnected", group: "connections" },
  drop: { sign: "✕", words: "dropped", group: "notifications" },
};
const OTHER_KIND = { sign: "·", words: "entry", group: "walkers" };
const GROUPS = {
  events: ["↑", "Events", "What clients sent"],
  replies: ["↓", "Replies", "Answers to the one who asked"],
  notifications: ["⇊", "Notifications", "Messages to any number of clients"],
  walkers: ["▶", "Walkers", "Runs, visits, reports"],
  connections: ["●", "Clients", "Who came and who went"],
};

const kindOf = (row) => KINDS[row.kind] ?? OTHER_KIND;

/** Whether a row tells of something that failed. */
function isFailure(row) {
  if (row.kind === "drop") return true;
  if (row.kind === "end") return Boolean(row.text);
  return row.kind === "reply" && /^\{(?:"type":"walker",)?\s*"error"/.test(row.text ?? "");
}

/** What a row carries, without what its type says of it already. */
function gist(row) {
  if (row.kind === "visit") return row.type;
  if (row.text === null) return row.size ? "(no longer kept)" : "";
  const value = row.cut ? undefined : parsed(row.text);
  if (value === undefined || value === null || typeof value !== "object") return row.text.slice(0, EXCERPT);
  if (row.kind === "close") return ended(value);
  const inner = row.kind === "event" ? aboutEvent(value) : row.kind === "reply" ? aboutReply(value) : aboutData(value);
  return (typeof inner === "string" ? inner : JSON.stringify(inner)).slice(0, EXCERPT);
}

/** How a connection ended: its close code, the reason, and who closed it. */
function ended({ code, reason, by }) {
  const who = by ? `by the ${by}` : code === 1006 ? "the connection was lost" : "";
  return [`${code ?? ""} ${reason ?? ""}`.trim(), who].filter(Boolean).join(", ");
}

function aboutEvent(event) {
  if (event.walker !== undefined) return event.context ?? {};
  if (event.data !== undefined) return aboutData(event.data);
  return Object.fromEntries(Object.entries(event).filter(([key]) => key !== "type"));
}

/** Most data has a type, which stands in the row already, and data within. */
function aboutData(value) {
  const isWrapped = typeof value?.type === "string" && value.data !== undefined && Object.keys(value).length === 2;
  return isWrapped ? value.data : value;
}

function aboutReply(reply) {
  const { error } = reply;
  if (Array.isArray(error)) return error.map((each) => `${(each?.loc ?? []).join(".")}: ${each?.msg ?? "invalid"}`).join("; ");
  return error ?? reply.reports ?? reply.data ?? reply;
}

/** What a row is about, in a word: the walker's name, the message's type. */
function subject(row) {
  if (row.kind === "visit" || row.kind === "report") return row.kind;
  if (row.kind === "reply") return isFailure(row) ? "error" : row.type === "walker" ? "response" : row.type;
  if (row.kind === "event" && row.type === "walker") return row.text?.match(/"walker":\s*"([^"\\]{1,80})"/)?.[1] ?? "walker";
  if (row.kind === "notification" || row.kind === "drop") return row.text?.match(/^\{"type":\s*"([^"\\]{1,80})"/)?.[1] ?? row.type;
  return row.type;
}

// What cannot be seen, and what turns the direction of all that stands after it.
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

/** Text with what cannot be seen written out, as JSON would. */
const visible = (text) => text.replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** As `clock`, with milliseconds, and without asking for a locale for each row. */
function preciseClock(seconds) {
  const time = new Date(seconds * 1000);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** A client by name, with the colour that it has everywhere in the panel. */
function party(lane) {
  if (!lane) return h("span", { class: "jacnb-party jacnb-soft" }, "server");
  const colour = lane.public ? "jacnb-colour-public" : `jacnb-colour-${(lane.lane ?? hash(lane.name)) % 8}`;
  const title = `${lane.name} on ${lane.channel_id}`;
  return h("span", { class: `jacnb-party ${colour}`, title }, h("i", { class: "jacnb-spot", "aria-hidden": "true" }), h("bdi", {}, lane.name));
}

class Timeline {
  isPaused = false;
  #filter = { text: "", groups: new Set(Object.keys(GROUPS)), type: "", lane: "" };
  #after = -1;
  #seen = -1;
  /** What there was when it was paused; the rows themselves go on. */
  #held = null;
  #shown = [];
  /** What fits of the rows that are not here. */
  #earlier = [];
  #types = new Set();
  #isDue = false;
  #rows;
  #list;
  #finds;
  #onSelect;
  #emptiness;

  /**
   * `onSelect` is called with a row, or with null when none is selected any more;
   * `emptiness` is what stands where there is no row at all.
   */
  constructor(rows, { onSelect, emptiness }) {
    this.#emptiness = emptiness;
    this.#rows = rows;
    this.#onSelect = onSelect;
    this.#list = new VirtualList({
      label: "Timeline",
      rowHeight: ROW_HEIGHT,
      draw: (row) => this.#draw(row),
      describe: (row) => this.#describe(row),
      onSelect,
      onTop: () => this.isPaused || rows.earlier(),
      onFollow: (isFollowing) => this.#followed(isFollowing),
    });
    this.news = h("button", { type: "button", class: "jacnb-news", hidden: true, onclick: () => this.toEnd() });
    this.empty = h("p", { class: "jacnb-empty", hidden: true });
    this.count = h("span", { class: "jacnb-count", role: "status" });
    this.element = h("div", { class: "jacnb-timeline" }, this.#bar(), h("div", { class: "jacnb-list-box" }, this.#list.element, this.empty, this.news));
    this.stop = rows.on((word, detail) => this.#heard(word, detail));
    this.#finds = new Finds(rows, () => this.#update());
    this.#offerClients();
    this.#filterAgain();
  }

  /**
   * Show a row, though a filter may hide it; one that is not here is shown in full,
   * but not in its place. Returns whether there is such a row.
   */
  async go(seq) {
    if (this.#list.select(seq)) return true;
    if (this.#rows.get(seq)) this.#reset();
    if (this.#list.select(seq)) return true;
    const row = await this.#rows.fetch(seq);
    if (row) {
      this.deselect();
      this.#onSelect(row);
    }
    return row !== null;
  }

  deselect() {
    this.#list.select(null);
  }

  toEnd() {
    if (this.isPaused) this.pause(false);
    this.#rows.release();
    this.#list.toEnd();
    this.#filterAgain();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.#held = isPaused ? [...this.#rows.rows] : null;
    if (!isPaused && this.#list.isFollowing) this.#rows.release();
    this.onpause?.(isPaused);
    this.#filterAgain();
  }

  clear() {
    this.#after = this.#rows.rows.at(-1)?.seq ?? -1;
    this.deselect();
    this.#filterAgain();
  }

  dispose() {
    this.stop();
    this.#finds.dispose();
    this.#list.dispose();
  }

  #heard(word, detail) {
    if (word === "lanes") {
      this.#list.redraw();
      this.#offerClients();
    }
    if (word === "changed") this.#seen = -1;
    if (word === "live") this.#tell();
    if (word === "added" || word === "changed") this.#soon();
  }

  /** Rows may come faster than pictures: what is new is looked at once a picture. */
  #soon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#update();
    });
  }

  #filterAgain() {
    this.#seen = -1;
    this.#update();
  }

  /** Look at rows that were not looked at yet; drop those that are gone. */
  #update() {
    const rows = this.#held ?? this.#rows.rows;
    const first = rows[0]?.seq ?? 0;
    if (this.#seen < first) this.#shown = [];
    const start = indexIn(rows, Math.max(this.#seen, this.#after, -1) + 1);
    const gone = this.#shown.findIndex((row) => row.seq >= first);
    const kept = gone > 0 ? this.#shown.slice(gone) : gone < 0 ? [] : this.#shown;
    const fresh = [];
    for (let index = start; index < rows.length; index += 1) {
      this.#types.add(subject(rows[index]));
      if (this.#fits(rows[index])) fresh.push(rows[index]);
    }
    this.#seen = rows.at(-1)?.seq ?? -1;
    this.#shown = kept.concat(fresh);
    this.#finds.look(this.#lookedFor());
    this.#earlier = this.#finds.before(rows).filter((row) => row.seq > this.#after && this.#fits(row, true));
    this.#list.setItems(this.#earlier.concat(this.#shown));
    this.#tell();
  }

  /** The filter as the kernel understands it; null if it lets everything through. */
  #lookedFor() {
    const { text, groups, type, lane } = this.#filter;
    const all = Object.keys(GROUPS).length;
    if (!text && !type && lane === "" && groups.size === all) return null;
    const kinds = Object.keys(KINDS).filter((kind) => groups.has(KINDS[kind].group));
    return { text, type, lane: lane === "" ? null : lane, kinds };
  }

  /** What was found elsewhere was searched there, with the whole of its payload. */
  #fits(row, isFound = false) {
    const { text, groups, type, lane } = this.#filter;
    if (!groups.has(kindOf(row).group)) return false;
    if (type && subject(row) !== type) return false;
    if (isFound) return true;
    if (lane !== "" && row.who !== lane && !row.to.includes(lane)) return false;
    return !text || this.#searched(row).includes(text) || this.#isToNamed(row, text);
  }

  /** Whether one of many receivers has this in its name. */
  #isToNamed(row, text) {
    if (row.to.length <= RECEIVERS_NAMED) return false;
    if (this.#named.text !== text || this.#named.count !== this.#rows.lanes.size) this.#named = { text, count: this.#rows.lanes.size, lanes: lanesNamed(text, this.#rows.lanes) };
    return this.#named.lanes.size > 0 && row.to.some((lane) => this.#named.lanes.has(lane));
  }
  #named = { text: "", count: 0, lanes: new Set() };

  #searched(row) {
    const names = [row.who, ...row.to.slice(0, RECEIVERS_NAMED)].map((lane) => this.#rows.lane(lane)?.name ?? "");
    return `${row.type} ${row.kind} ${names.join(" ")} ${row.text ?? ""}`.toLowerCase();
  }

  #tell() {
    const rows = this.#held ?? this.#rows.rows;
    const { keptFrom, more } = this.#finds;
    const here = rows.length - indexIn(rows, this.#after + 1);
    const first = Math.min(keptFrom ?? 0, rows[0]?.seq ?? 0);
    const total = keptFrom === null ? here : (rows.at(-1)?.seq ?? -1) + 1 - Math.max(first, this.#after + 1);
    const count = this.#earlier.length + this.#shown.length;
    this.count.textContent = count === total ? total.toLocaleString() : `${count.toLocaleString()}${more ? "+" : ""} of ${total.toLocaleString()}`;
    this.empty.hidden = count > 0;
    this.empty.textContent = total ? this.#nothing() : this.#emptiness;
    this.#tellNews();
    this.#offerTypes();
  }

  /** Why nothing is shown. */
  #nothing() {
    if (this.#rows.isLive || !this.#rows.more) return "Nothing fits this filter.";
    return "None of the rows that are still here fits this filter; to search earlier ones takes the kernel, which is gone.";
  }

  #tellNews() {
    const last = this.#rows.rows.at(-1)?.seq ?? -1;
    if (this.#list.isFollowing && !this.isPaused) this.#read = last;
    const count = this.#rows.rows.length - this.#rows.indexOf(this.#read + 1);
    this.news.hidden = count <= 0;
    this.news.textContent = this.isPaused ? `Paused · ${count.toLocaleString()} new ↓` : `${count.toLocaleString()} new ↓`;
  }
  #read = -1;

  #followed(isFollowing) {
    if (isFollowing && !this.isPaused) this.#rows.release();
    this.#tellNews();
  }

  // Filters.

  #bar() {
    this.search = h("input", { type: "search", class: "jacnb-search", placeholder: "Search", "aria-label": "Search the timeline", spellcheck: "false" });
    this.search.addEventListener("input", () => this.#set({ text: this.search.value.toLowerCase() }));
    this.type = h("select", { "aria-label": "Only this type" }, h("option", { value: "" }, "all types"));
    this.type.addEventListener("change", () => this.#set({ type: this.type.value }));
    this.lane = h("select", { "aria-label": "Only this client" }, h("option", { value: "" }, "all clients"));
    this.lane.addEventListener("change", () => this.#set({ lane: this.lane.value === "" ? "" : Number(this.lane.value) }));
    this.groups = Object.entries(GROUPS).map(([group, words]) => this.#groupButton(group, ...words));
    const kinds = h("div", { class: "jacnb-kinds", role: "group", "aria-label": "Kinds" }, this.groups);
    return h("div", { class: "jacnb-bar" }, this.search, this.type, this.lane, kinds, this.count);
  }

  #groupButton(group, sign, word, title) {
    const button = h("button", { type: "button", class: `jacnb-kind jacnb-kind-${group}`, title, "aria-pressed": "true", "data-group": group }, h("b", { "aria-hidden": "true" }, sign), h("span", {}, word));
    button.addEventListener("click", () => {
      const { groups } = this.#filter;
      if (!groups.delete(group)) groups.add(group);
      button.setAttribute("aria-pressed", String(groups.has(group)));
      this.#filterAgain();
    });
    return button;
  }

  #set(part) {
    Object.assign(this.#filter, part);
    this.#filterAgain();
  }

  #reset() {
    this.#filter = { text: "", groups: new Set(Object.keys(GROUPS)), type: "", lane: "" };
    this.search.value = this.type.value = this.lane.value = "";
    for (const button of this.groups) button.setAttribute("aria-pressed", "true");
    this.#after = -1;
    this.#filterAgain();
  }

  #offerTypes() {
    if (this.#types.size + 1 === this.type.length || document.activeElement === this.type) return;
    this.#offer(this.type, "all types", [...this.#types].sort().slice(0, TYPES_OFFERED).map((type) => [type, type]));
  }

  #offerClients() {
    if (document.activeElement === this.lane) return;
    // By number: a page may learn of an early client late. The newest, and who is chosen.
    const all = [...this.#rows.lanes.values()].sort((one, other) => one.lane - other.lane);
    const first = all.at(-CLIENTS_OFFERED)?.lane ?? 0;
    const offered = all.map(({ lane, name }) => [String(lane), name]).filter(([key]) => Number(key) >= first || key === this.lane.value);
    this.#offer(this.lane, "all clients", offered);
  }

  #offer(select, all, choices) {
    const { value } = select;
    select.replaceChildren(h("option", { value: "" }, all), ...choices.map(([key, word]) => h("option", { value: key }, word)));
    select.value = value;
  }

  // Rows.

  #draw(row) {
    const { sign, words, group } = kindOf(row);
    const walker = this.#walkerOf(row);
    return h(
      "div",
      { class: `jacnb-row jacnb-kind-${group} ${isFailure(row) ? "jacnb-failed" : ""}`, "data-kind": row.kind },
      h("b", { class: "jacnb-sign", title: words }, isFailure(row) ? "⚠" : sign),
      h("time", { class: "jacnb-when" }, preciseClock(row.at)),
      h("span", { class: "jacnb-parties" }, this.#parties(row)),
      h("span", { class: "jacnb-type", dir: "auto", title: row.type }, subject(row)),
      h("span", { class: "jacnb-gist", dir: "auto" }, row.kind === "open" ? `on ${this.#rows.lane(row.who)?.channel_id ?? ""}` : visible(gist(row))),
      walker ? h("span", { class: "jacnb-by", title: `caused by walker ${walker}` }, "▶ ", h("bdi", {}, walker)) : null,
      h("span", { class: "jacnb-size" }, sizeOf(row)),
    );
  }

  #parties(row) {
    const who = row.who == null ? null : this.#rows.lane(row.who);
    if (row.kind === "open" || row.kind === "close") return party(who);
    if (row.kind === "event") return [party(who), " → server"];
    if (["run", "end", "visit", "report"].includes(row.kind)) return this.#caller(row);
    const shown = row.to.slice(0, PARTIES_SHOWN).map((lane, index) => [index ? h("span", { class: "jacnb-comma" }, ",") : "", party(this.#rows.lane(lane))]);
    const rest = row.reach - Math.min(row.to.length, PARTIES_SHOWN);
    if (!row.reach) return ["→ ", h("span", { class: "jacnb-soft" }, "nobody")];
    return ["→ ", ...shown.flat(), rest > 0 ? ` +${rest}` : ""];
  }

  /** Whose run this row is part of; one over REST has no client. */
  #caller(row) {
    const run = row.kind === "run" ? row : this.#rows.run(row.run);
    // Of an older run there is nothing left.
    if (row.who === null && !run) return "";
    const who = row.who ?? run.who;
    return who == null ? h("span", { class: "jacnb-soft" }, "REST") : party(this.#rows.lane(who));
  }

  /** The walker whose run this row is part of. */
  #walkerOf(row) {
    if (row.run == null || row.kind === "run") return "";
    return this.#rows.run(row.run)?.type ?? "";
  }

  #describe(row) {
    const to = namedReceivers(row, (lane) => this.#rows.lane(lane).name);
    const from = row.who == null ? "" : ` from ${this.#rows.lane(row.who).name}`;
    const by = this.#walkerOf(row);
    return `${isFailure(row) ? "failed: " : ""}${kindOf(row).words} ${subject(row)}${from}${to ? ` to ${to}` : ""}${by ? ` by walker ${by}` : ""}, ${preciseClock(row.at)}, ${gist(row).slice(0, 120)}`;
  }
}
