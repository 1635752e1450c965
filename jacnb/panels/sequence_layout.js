// Where everything stands in the live diagram; the geometry is sequence_layout.py's,
// with columns that stretch to the width there is.

const CLIENTS = 12;
const SLOTS = 6;
const GUTTER = 66;
const SLOT = 24;
const ASIDE = { most: 190, least: 104, part: 0.22 };
const SIZES = { wide: { row: 34, least: 88, narrow: 64, most: 230 }, compact: { row: 24, least: 78, narrow: 60, most: 160 } };
const NARROW = 560;

/** Gives each walker run a place beside the server while it lasts. */
class Places {
  #slots = new Map();

  /** The bars of the runs that these rows belong to, by the number of the run. */
  bars(rows) {
    const bars = new Map();
    const running = new Set();
    for (const row of rows) {
      if (row.run === null) continue;
      let bar = bars.get(row.run);
      if (!bar) {
        bar = { run: row.run, name: row.kind === "run" ? row.type : "a walker", slot: this.#slot(row.run, running), first: -1, last: -1, isOver: false, failed: false };
        bars.set(row.run, bar);
        running.add(bar);
      }
      if (row.kind === "end") {
        bar.isOver = true;
        bar.failed = Boolean(row.text);
        running.delete(bar);
      }
    }
    this.#forget(bars);
    return bars;
  }

  /** A run keeps its place when rows before it come or go. */
  #slot(run, running) {
    let slot = this.#slots.get(run);
    if (slot === undefined) {
      const taken = new Set([...running].map((bar) => bar.slot));
      slot = 0;
      while (taken.has(slot) && slot < SLOTS - 1) slot += 1;
      this.#slots.set(run, slot);
    }
    return slot;
  }

  #forget(bars) {
    if (this.#slots.size < 2 * bars.size + 1000) return;
    for (const run of this.#slots.keys()) if (!bars.has(run)) this.#slots.delete(run);
  }
}

/**
 * The diagram of these rows: {messages, bars, columns, hidden, names, ...}; `room` is how
 * many columns there is room for, `before` has the lanes that have one so far.
 */
function arranged(rows, places, wanted, lanes, room, before) {
  const bars = places.bars(rows);
  const named = new Set();
  const spoken = new Map();
  const messages = [];
  const firsts = new Map();
  const lasts = new Map();
  for (const row of rows) {
    // A client's life is drawn even where its coming and going is not shown.
    if (row.kind === "open") firsts.set(row.who, messages.length);
    if (row.kind === "close") lasts.set(row.who, messages.length);
    if (row.kind === "event") spoken.set(row.who, (spoken.get(row.who) ?? 0) + 1);
    const bar = row.run === null ? null : bars.get(row.run);
    if (!wanted(row, bar)) continue;
    const index = messages.length;
    messages.push({ row, bar, index });
    if (row.who !== null) named.add(row.who);
    for (const lane of row.to) named.add(lane);
    if (bar) {
      if (bar.first < 0) bar.first = index;
      bar.last = index;
    }
  }
  return { messages, bars, firsts, lasts, name: (lane) => lanes.get(lane)?.name ?? `client ${lane}`, ...chosen(named, lanes, wanted.lanes, room, (lane) => (spoken.get(lane) ?? 0) * (before.has(lane) ? 2 : 1)) };
}

/**
 * Which clients have a column of their own: those that are there go first, then those
 * that say most; who has a column keeps it until somebody says twice as much.
 */
function chosen(named, lanes, picked, room, weight) {
  const able = [...lanes.values()].filter((lane) => (picked ? picked.has(lane.lane) : lane.open || named.has(lane.lane)));
  able.sort((a, b) => Number(b.open) - Number(a.open) || weight(b.lane) - weight(a.lane) || a.lane - b.lane);
  // Who picks clients wants to see them, and scrolls for it.
  const most = picked || able.length <= room ? CLIENTS : Math.min(CLIENTS, Math.max(2, room - 1));
  const columns = able.slice(0, most).sort((a, b) => a.lane - b.lane);
  const shown = new Set(columns.map((lane) => lane.lane));
  const all = picked ? named : new Set([...named, ...able.map((lane) => lane.lane)]);
  const hidden = [...all].filter((lane) => !shown.has(lane)).length;
  return { columns, named, hidden };
}

/** Pixels for the words right of the runs: fewer where there are few. */
function asideOf(width) {
  return Math.round(Math.min(ASIDE.most, Math.max(ASIDE.least, width * ASIDE.part)));
}

/** How many columns there is room for, so that the server and its runs are in sight. */
function roomOf(width, size, slots) {
  const least = width < NARROW ? size.narrow : size.least;
  return width ? Math.floor((width - GUTTER - slots * SLOT - 14 - asideOf(width)) / least - 0.5) : CLIENTS;
}

/** Where lanes stand in a diagram that is so many pixels wide. */
class Geometry {
  constructor(layout, width, size, slots) {
    const count = layout.columns.length + (layout.hidden ? 1 : 0);
    const words = asideOf(width);
    const rest = width - GUTTER - slots * SLOT - 14 - words;
    const least = width < NARROW ? size.narrow : size.least;
    const column = Math.min(size.most, Math.max(least, rest / (count + 0.5)));
    this.column = column;
    this.row = size.row;
    this.lanes = new Map(layout.columns.map((lane, number) => [lane.lane, GUTTER + (number + 0.5) * column]));
    this.others = GUTTER + (layout.columns.length + 0.5) * column;
    this.server = GUTTER + (count + 0.5) * column;
    this.aside = this.server + slots * SLOT + 14;
    this.words = words;
    this.width = Math.max(width, this.aside + words);
    this.name = layout.name;
    this.isCompact = size === SIZES.compact;
    this.key = `${[...this.lanes].join()} ${this.server} ${this.aside} ${this.row}`;
  }

  x(lane) {
    return this.lanes.get(lane) ?? this.others;
  }

  at(bar) {
    return this.server + (bar ? (bar.slot + 1) * SLOT : 0);
  }

  y(index) {
    return (index + 0.5) * this.row + 6;
  }
}
