// The rows of one panel (jacnb/panels/rows.py), in order and each once, whichever way
// they came: in the history, as they happened, or as an earlier page. All views of a
// panel show one `Rows`, so it is made in the widget's `initialize`.

const ROWS_LIMIT = 4000;
const OTHERS_LIMIT = 2000;
const SAVED_ROWS = 200;
const TEXT_PATIENCE = 20_000;

const RECEIVERS_NAMED = 12;
// The kernel counts on 64 (rows.py, `ROOMS_TOLD`).
const ROOMS_KNOWN = 128;

/** A row with what the kernel leaves out as the rest tells it (rows.py, `on_wire`). */
function filled(row) {
  const { seq, at, kind, type, who = null, as, spans, cause = null, run = null, text = null, cut = 0 } = row;
  const to = row.to ?? (spans ? lanesIn(spans) : []);
  const { reach = to.length, size = text?.length ?? 0 } = row;
  return { seq, at, kind, type, who, to, as, spans, reach, size, cause, run, text, cut };
}

/** Rows that came together; ``as`` names the one that told the same receivers. */
function allFilled(rows, told = new Map()) {
  return rows.map((row) => {
    if (row.spans) told.set(row.seq, row.spans);
    return filled(row.as === undefined || row.spans ? row : { ...row, spans: told.get(row.as) });
  });
}

/** Lanes told as first, count, gap, count…; the rows of a message share them. */
function lanesIn(spans) {
  if (lanesKnown.has(spans)) return lanesKnown.get(spans);
  const lanes = [];
  for (let index = 0, lane = 0; index < spans.length; index += 2, lane -= 1) {
    lane += spans[index];
    for (const end = lane + spans[index + 1]; lane < end; lane += 1) lanes.push(lane);
  }
  lanesKnown.set(spans, lanes);
  return lanes;
}
const lanesKnown = new WeakMap();

/** A row as a notebook keeps it: small, as it came. */
const keptRow = (row) => (row.spans ? { ...row, to: undefined } : row);

/** The names of the first receivers, and how many more there are. */
function namedReceivers(row, name) {
  const names = row.to.slice(0, RECEIVERS_NAMED).map(name);
  const more = row.reach - names.length;
  if (more > 0) names.push(names.length ? `+${more} more` : `${more} clients`);
  return names.join(", ");
}

/** The lanes whose names have this text in them; many rows name too many to read them. */
function lanesNamed(text, lanes) {
  const named = new Set();
  if (text) for (const lane of lanes.values()) if (lane.name.toLowerCase().includes(text)) named.add(lane.lane);
  return named;
}

/** The bytes of a message; what is noted of a connection's begin or end was none. */
function sizeOf(row, nothing = "") {
  return row.size && row.kind !== "open" && row.kind !== "close" ? bytes(row.size) : nothing;
}

/** Where the first of these rows of at least this number is. */
function indexIn(rows, seq) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Add rows by their numbers to a map, and let the oldest go. */
function keepNumbered(map, rows) {
  for (const row of rows) map.set(row.seq, row);
  for (const seq of map.keys()) {
    if (map.size <= OTHERS_LIMIT) break;
    map.delete(seq);
  }
}

class Rows {
  rows = [];
  lanes = new Map();
  more = true;
  #listeners = new Set();
  /** Single rows that were looked up, and walker runs that rows name. */
  #others = new Map();
  #runs = new Map();
  #waiting = new Map();
  #texts = new Map();
  /** The row before which earlier ones were asked for. */
  #askedBefore = null;
  #extra = 0;
  #limit;
  #life;
  #history;
  #askedAfter = null;
  /** The spans of many receivers, by the number of the row that told them. */
  #rooms = new Map();
  /** The last batch that came; where one is missing, Jupyter has lost it. */
  #batch = null;
  /** The first row after those that came too fast to be sent here. */
  #joint = null;

  /** `limit` is how many rows stay in memory; pages asked for may double it. */
  constructor(model, limit = ROWS_LIMIT) {
    this.#limit = limit;
    this.#life = new Life(model, { op: "text", seq: -1 }, (isLive) => {
      this.#giveUp();
      this.#tell("live", isLive);
      if (isLive) this.#catchUp();
    });
    this.#history = new Keepsake(model, {
      newest: () => this.rows.slice(-SAVED_ROWS).map(keptRow),
      charsOf: (row) => (row.text?.length ?? 0) + 150 + 4 * (row.spans?.length ?? 0),
      add: (rows) => this.#recall(rows),
    });
    this.#learn(model.get("lanes"));
    this.#add(this.#history.rows);
    this.more = (this.rows[0]?.seq ?? 0) > 0;
    model.on("change:lanes", () => this.#learn(model.get("lanes")));
    model.on("msg:custom", (message) => this.#take(message));
    this.#catchUp();
  }

  get isLive() {
    return this.#life.isLive;
  }

  /**
   * Call back with what is new; returns how to stop. The words are "added" (rows at the
   * end), "changed" (rows anywhere else), "lanes" (clients), "error" (a text), "live"
   * (a boolean), and "message" (any other message of the kernel).
   */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The row with this number, if it is here. */
  get(seq) {
    const row = this.rows[this.indexOf(seq)];
    return row?.seq === seq ? row : undefined;
  }

  /** The row with this number, if it is here or was looked up. */
  find(seq) {
    return this.get(seq) ?? this.#others.get(seq);
  }

  /** The walker run with this number: the row, or what there is of it. */
  run(seq) {
    return this.find(seq) ?? this.#runs.get(seq);
  }

  /** Have rows at hand that do not join those that are here. */
  remember(rows) {
    keepNumbered(this.#others, rows);
  }

  /** The row with this number, wherever it is; null if it is kept no more. */
  fetch(seq) {
    const row = this.find(seq);
    if (row || !this.isLive) return Promise.resolve(row ?? null);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(seq);
      if (waiting) return waiting.push(resolve);
      this.#waiting.set(seq, [resolve]);
      this.send({ op: "row", seq });
    });
  }

  /** Where the first row of at least this number is. */
  indexOf(seq) {
    return indexIn(this.rows, seq);
  }

  /** A client by its small number; one that nobody told of has a name all the same. */
  lane(number) {
    const unknown = { lane: number, name: `client ${number}`, client_id: "", channel_id: "", public: true, open: false };
    return number == null ? null : (this.lanes.get(number) ?? unknown);
  }

  /** Ask for rows before those that are here; "changed" tells when. */
  earlier() {
    const before = this.rows[0]?.seq;
    const isFull = this.rows.length >= 2 * this.#limit;
    if (before == null || isFull || this.#askedBefore !== null || !this.isLive || !this.more) return;
    this.#askedBefore = before;
    this.send({ op: "before", seq: before });
  }

  /** Nobody looks at earlier pages any more: they may go. */
  release() {
    this.#extra = 0;
    this.#askedBefore = null;
    this.#trim();
    if (this.#cut()) this.#tell("changed", []);
  }

  /** The whole payload of a row; null if the kernel has it no more. */
  text(seq) {
    const row = this.find(seq);
    if (row && !row.cut && row.text !== null) return Promise.resolve(row.text);
    if (!this.isLive) return Promise.resolve(row?.text ?? null);
    if (!this.#texts.has(seq)) this.#texts.set(seq, this.#askForText(seq, row));
    return this.#texts.get(seq).promise;
  }

  /** Send an order; returns whether there is anybody to send it to. */
  send(order) {
    return this.#life.send(order);
  }

  #askForText(seq, row) {
    const asked = {};
    asked.promise = new Promise((resolve) => (asked.resolve = resolve));
    // A kernel that is gone does not answer; what came with the row is better then.
    asked.timer = setTimeout(() => this.#answer({ seq, text: row?.text ?? null }), TEXT_PATIENCE);
    this.send({ op: "text", seq });
    return asked;
  }

  #answer({ seq, text }) {
    const asked = this.#texts.get(seq);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.#texts.delete(seq);
    asked.resolve(text);
  }

  #take(message) {
    if (message?.lanes) this.#learn(message.lanes);
    if (message?.runs) keepNumbered(this.#runs, message.runs);
    if (message?.op === "rows") this.#append(message);
    else if (message?.op === "earlier") this.#page(message);
    else if (message?.op === "latest") this.#latest(message);
    else if (message?.op === "text") this.#answer(message);
    else if (message?.op === "row") this.#came(message);
    else if (message?.op === "error") this.#tell("error", message.text);
    else if (message) this.#tell("message", message);
  }

  /** Ask for what came after the history, or while the kernel was out of reach. */
  #catchUp() {
    // An answer that is still to come says less than one to the older question would.
    this.#askedAfter = Math.min(this.#askedAfter ?? Infinity, this.rows.at(-1)?.seq ?? -1);
    this.send({ op: "after", seq: this.#askedAfter });
    this.#seekRooms(this.rows);
  }

  /** All that is new, or a part of it that may not join what is here. */
  #latest({ rows, after, is_part: isPart, batch = null }) {
    this.#batch = batch;
    if (after !== this.#askedAfter) return;
    this.#askedAfter = null;
    const first = Math.max(after, this.rows[0]?.seq ?? 0);
    if (isPart && !this.#hasAll(first, rows[0].seq)) this.#cutBefore(rows[0].seq);
    if (!this.#add(rows) && isPart) this.#tell("changed", []);
  }

  /** Whether each number from the first on and before the last is that of a row here;
   * of a source that leaves numbers out nobody knows. */
  #hasAll(first, last) {
    return this.indexOf(last) - this.indexOf(first) === last - first;
  }

  /** What the kernel keeps for pages to come; this one mostly has it, or had it. */
  #recall(rows) {
    if (!rows.length) return;
    const [first, last] = [this.rows[0]?.seq ?? 0, this.rows.at(-1)?.seq ?? Infinity];
    if (rows[0].seq > last + 1) this.#append({ rows, skipped: true });
    else this.#add(allFilled(rows).filter((row) => row.seq > first));
  }

  /** What is new; in a flood, the newest of it. */
  #append({ rows, skipped, batch = null }) {
    const isLost = batch !== null && this.#batch !== null && batch !== this.#batch + 1;
    this.#batch = batch ?? this.#batch;
    // With it answers may have gone.
    if (isLost) this.#giveUp();
    if (skipped || isLost) this.#joint = rows[0].seq;
    // Whoever waits for an earlier page finds the row that it joins.
    if (this.#extra === 0 && this.#askedBefore === null) this.#cut();
    this.#add(rows, this.#rooms);
    for (const seq of this.#rooms.keys()) {
      if (this.#rooms.size <= ROOMS_KNOWN) break;
      this.#rooms.delete(seq);
    }
    this.#seekRooms(rows);
  }

  /** Look who got what, where the row that told it came before this page did. */
  #seekRooms(rows) {
    const named = new Set(rows.filter((row) => row.as !== undefined && !row.spans).map((row) => row.as));
    for (const seq of named) {
      if (this.#rooms.has(seq)) continue;
      // Asked for once: what nobody can tell any more stays unknown.
      this.#rooms.set(seq, undefined);
      this.fetch(seq).then((row) => (row?.spans ? this.#toldRoom(seq, row.spans) : this.isLive || this.#rooms.delete(seq)));
    }
  }

  #toldRoom(seq, spans) {
    this.#rooms.set(seq, spans);
    const unsure = this.rows.filter((row) => row.as === seq && !row.spans);
    for (const row of unsure) Object.assign(row, { spans, to: lanesIn(spans) });
    if (unsure.length) this.#tell("changed", unsure);
  }

  /** Drop what does not join the newest: it can be asked for, and a hole would stay. */
  #cut() {
    if (this.#joint === null) return false;
    const isCut = this.#cutBefore(this.#joint);
    this.#joint = null;
    return isCut;
  }

  #cutBefore(seq) {
    this.more = true;
    return this.rows.splice(0, this.indexOf(seq)).length > 0;
  }

  #page({ rows, more, before }) {
    if (before !== this.#askedBefore) return;
    this.#askedBefore = null;
    // What was first then may have gone: these rows would not join those that are here.
    if (before !== this.rows[0]?.seq) return this.earlier();
    if (!more && (rows[0]?.seq ?? 0) <= (this.rows[0]?.seq ?? 0)) this.more = false;
    this.#extra = Math.min(this.#limit, Math.max(this.#extra, this.rows.length - this.#limit) + rows.length);
    if (!this.#add(rows)) this.#tell("changed", []);
  }

  #learn(lanes) {
    if (!lanes.length) return;
    for (const lane of lanes) this.lanes.set(lane.lane, lane);
    this.#tell("lanes", lanes);
  }

  /** What was asked for and did not come is not waited for any longer. */
  #giveUp() {
    this.#askedBefore = null;
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const resolve of waiting) resolve(null);
  }

  #came({ seq, rows }) {
    const [row = null] = allFilled(rows);
    if (row) this.remember([row]);
    if (row?.spans && this.#rooms.has(seq)) this.#toldRoom(seq, row.spans);
    for (const resolve of this.#waiting.get(seq) ?? []) resolve(row);
    this.#waiting.delete(seq);
  }

  #add(given, rooms) {
    const last = this.rows.at(-1)?.seq ?? -1;
    const fresh = allFilled(given, rooms).filter((row) => row.seq > last || !this.get(row.seq));
    const atEnd = fresh.filter((row) => row.seq > last);
    const between = fresh.filter((row) => row.seq <= last);
    this.rows.push(...atEnd, ...between);
    if (between.length) this.rows.sort((a, b) => a.seq - b.seq);
    this.#trim();
    if (between.length) this.#tell("changed", between);
    else if (atEnd.length) this.#tell("added", atEnd);
    if (fresh.length) this.#history.saveSoon();
    return atEnd.length + between.length > 0;
  }

  #trim() {
    const surplus = this.rows.length - this.#limit - (this.#askedBefore === null ? this.#extra : this.#limit);
    if (surplus <= 0) return;
    this.rows.splice(0, surplus);
    this.more = true;
  }

  #tell(word, detail) {
    for (const listener of [...this.#listeners]) listener(word, detail);
  }
}
