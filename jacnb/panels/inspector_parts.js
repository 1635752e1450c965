// What the inspector is built of: its columns, sparklines and sortable tables.

const WINDOW = 60; // seconds that a sparkline shows
const AGES = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

const count = (number) => number.toLocaleString("en");

function age(seconds) {
  const [size, unit] = AGES.find(([each]) => seconds >= each) ?? [1, "s"];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}

/** A rate in words: "0.3/s", "12/s", "1.2k/s". */
function perSecond(rate) {
  if (rate <= 0) return "0/s";
  if (rate < 9.95) return `${Number(rate.toFixed(1))}/s`;
  return rate < 1000 ? `${Math.round(rate)}/s` : `${(rate / 1000).toFixed(rate < 99500 ? 1 : 0)}k/s`;
}

function milliseconds(value) {
  if (value == null) return "–";
  return value < 100 ? value.toFixed(1) : count(Math.round(value));
}

function dot(name, isPublic) {
  const colour = isPublic ? "public" : hash(name) % 8;
  return h("span", { class: `jacnb-avatar jacnb-colour-${colour}`, "aria-hidden": "true" }, initial(name));
}

// ------------------------------------------------------------------ columns

const text = (index, otherwise = "") => ({
  sort: index,
  write: (cell, cells) => {
    cell.textContent = cells[index] ?? otherwise;
    cell.title = cells[index] ?? "";
  },
});
const number = (index, format = count) => ({
  sort: index,
  isNumber: true,
  write: (cell, cells) => {
    cell.textContent = cells[index] == null ? "–" : format(cells[index]);
    cell.classList.toggle("jacnb-zero", !cells[index]);
  },
});
const messages = (index, size) => ({
  ...number(index),
  write: (cell, cells) => {
    number(index).write(cell, cells);
    cell.title = bytes(cells[size]);
  },
});
const rate = { head: "Rate", isRate: true, hint: "Messages a second, of the last minute" };

/** The tables: their columns by the numbers of jacnb/panels/inspector_tables.py. */
const TABLES = {
  connections: {
    label: "Connections",
    none: "Nobody is connected.",
    total: (cells) => cells[5] + cells[7],
    columns: [
      { head: "Client", sort: 1, isName: true, name: (cells) => cells[1], isPublic: (cells) => cells[2] == null, opens: true },
      { head: "User", ...text(2, "public"), cell: "jacnb-user-cell" },
      { head: "Channel", ...text(3), cell: "jacnb-channel-cell" },
      { head: "To it", hint: "Messages sent to the client", ...messages(5, 6) },
      { head: "From it", hint: "Messages that came from the client", ...messages(7, 8) },
      rate,
      { head: "Queue", hint: "Bytes that wait to be sent", ...number(9, (size) => (size ? bytes(size) : "0")) },
      { head: "RTT", hint: "Milliseconds of the last ping", ...number(10, (value) => `${milliseconds(value)} ms`) },
      { head: "Since", hint: "When it connected", sort: 4, isNumber: true, isAge: true, cell: "jacnb-age-cell" },
      { head: "", isAction: true },
    ],
    sort: [4, false],
  },
  channels: {
    label: "Channels",
    none: "Nobody listens on any channel.",
    total: (cells) => cells[3] + cells[4],
    columns: [
      { head: "Channel", sort: 0, isName: true, isPlain: true, name: (cells) => cells[0] },
      { head: "Members", ...number(1) },
      { head: "Who", ...text(2) },
      { head: "To them", hint: "Messages sent to its members, also by other ways", ...number(3) },
      { head: "From them", ...number(4) },
      rate,
    ],
    sort: [1, true],
  },
  users: {
    label: "Users",
    none: "Nobody is connected.",
    total: (cells) => cells[3] + cells[4],
    columns: [
      { head: "User", sort: 5, isName: true, name: (cells) => cells[5] ?? "public", isPublic: (cells) => cells[5] == null },
      { head: "Connections", ...number(1) },
      { head: "Who", ...text(2) },
      { head: "To them", hint: "Messages sent to the user's clients", ...number(3) },
      { head: "From them", ...number(4) },
      rate,
    ],
    sort: [1, true],
  },
  walkers: {
    label: "Walkers",
    none: "No walkers yet: declare one in a cell.",
    total: (cells) => cells[1],
    columns: [
      { head: "Walker", sort: 0, isName: true, isPlain: true, isCode: true, name: (cells) => cells[0] },
      { head: "Calls", ...number(1) },
      { ...rate, hint: "Calls a second, of the last minute" },
      { head: "Running", ...number(2) },
      { head: "Errors", ...number(3), isBad: true },
      { head: "p50", hint: "Half of the last 500 runs were faster", ...number(4, (value) => `${milliseconds(value)} ms`) },
      { head: "p95", hint: "95 % of the last 500 runs were faster", ...number(5, (value) => `${milliseconds(value)} ms`) },
    ],
    sort: [1, true],
  },
};

// --------------------------------------------------------------- sparklines

/** How a count grew, second by second. */
class Rates {
  #last = null;
  #byTick = new Map();

  /** Note a count; one that shrank (somebody left) starts anew. */
  note(total, at) {
    const last = this.#last;
    this.#last = { total, at };
    if (!last || total < last.total || at <= last.at) return;
    this.#spread((total - last.total) / (at - last.at), Math.round(last.at) + 1, Math.max(Math.round(at), Math.round(last.at) + 1));
  }

  #spread(rate, from, to) {
    for (let tick = Math.max(from, to - WINDOW); tick <= to; tick += 1) this.#byTick.set(tick, rate);
    for (const tick of this.#byTick.keys()) if (tick < to - WINDOW) this.#byTick.delete(tick);
  }

  now(tick) {
    return this.#byTick.get(tick) ?? this.#byTick.get(tick - 1) ?? 0;
  }

  /** The rates of the last minute, oldest first; of this second nothing may be known. */
  until(tick) {
    const before = Array.from({ length: WINDOW - 1 }, (_, index) => this.#byTick.get(tick - WINDOW + 1 + index) ?? 0);
    return [...before, this.now(tick)];
  }

  isQuiet(tick) {
    return ![...this.#byTick].some(([each, value]) => each > tick - WINDOW && value > 0);
  }
}

/** A small area chart with the newest value at its right. */
class Sparkline {
  #drawn = "";

  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.element = document.createElementNS(SVG, "svg");
    this.element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.setAttribute("aria-hidden", "true");
    this.element.classList.add("jacnb-spark");
    this.area = document.createElementNS(SVG, "path");
    this.line = document.createElementNS(SVG, "path");
    this.area.classList.add("jacnb-spark-area");
    this.line.classList.add("jacnb-spark-line");
    this.element.append(this.area, this.line);
  }

  draw(values) {
    const top = Math.max(...values);
    const path = this.#path(values, top || 1);
    if (path === this.#drawn) return;
    this.#drawn = path;
    this.line.setAttribute("d", path);
    this.area.setAttribute("d", `${path}V${this.height}H0Z`);
    this.element.classList.toggle("jacnb-quiet", top === 0);
  }

  #path(values, top) {
    const step = this.width / (values.length - 1);
    const points = values.map((value, index) => `${(index * step).toFixed(1)} ${(this.height - 1 - (value / top) * (this.height - 2.5)).toFixed(1)}`);
    return `M${points.join("L")}`;
  }
}

// -------------------------------------------------------------------- table

/** A sortable table of rows that come, change and go. */
class FigureTable {
  rows = new Map();
  order = [];
  openKey = null;
  #before = new Map();

  /** @param on `sort()`, `open(cells)`, `close(cells, button)`: what a click asks for. */
  constructor(name, on) {
    this.name = name;
    this.table = TABLES[name];
    [this.column, this.isDown] = this.table.sort;
    this.on = on;
    this.head = h("tr", {});
    this.body = h("tbody", {});
    this.element = h("table", { class: `jacnb-figures jacnb-figures-${name}` }, h("caption", { class: "jacnb-hidden" }, this.table.label), h("thead", {}, this.head), this.body);
    this.heads = this.table.columns.map((column) => this.#head(column));
    this.head.append(...this.heads);
    this.#markSort();
  }

  /** Take all there is: rows may have other keys, but who comes again keeps its row. */
  begin({ rows = [], order = [], at }) {
    this.#before = new Map([...this.rows.values()].map((row) => [row.cells[0], row]));
    this.rows.clear();
    this.order = [];
    for (const [key, ...cells] of rows) this.#add(key, cells);
    this.#before.clear();
    const kept = new Set([...this.rows.values()].map((row) => row.element));
    for (const element of [...this.body.children]) if (!kept.has(element)) element.remove();
    return this.update({ order, at });
  }

  /** Take news of the kernel; returns false if some must have been missed. */
  update({ rows = [], changed = [], order, at }) {
    for (const [key, ...cells] of rows) this.#add(key, cells);
    for (const [key, ...changes] of changed) {
      const row = this.rows.get(key);
      if (!row) return false;
      for (let index = 0; index < changes.length; index += 2) row.cells[changes[index]] = changes[index + 1];
      this.#write(row);
    }
    for (const row of this.rows.values()) row.rates.note(this.table.total(row.cells), at);
    return order ? this.#arrange(order) : true;
  }

  /** Move the sparklines and ages on. */
  tick(now) {
    const tick = Math.round(now);
    for (const row of this.rows.values()) {
      if (row.ageCell) row.ageCell.textContent = age(now - row.cells[4]);
      if (!row.spark) continue;
      const isQuiet = row.rates.isQuiet(tick);
      if (row.isQuiet && isQuiet) continue;
      row.isQuiet = isQuiet;
      row.spark.draw(row.rates.until(tick));
      const rate = row.rates.now(tick);
      row.rate.textContent = perSecond(rate);
      row.rate.classList.toggle("jacnb-zero", !rate);
    }
  }

  find(key) {
    return [...this.rows.values()].find((row) => row.cells[0] === key)?.cells;
  }

  markOpen(key) {
    this.openKey = key;
    for (const row of this.rows.values()) this.#markRow(row);
  }

  #markRow(row) {
    const isOpen = this.openKey !== null && row.cells[0] === this.openKey;
    row.element.classList.toggle("jacnb-is-chosen", isOpen);
    row.opener?.setAttribute("aria-expanded", String(isOpen));
  }

  #head(column) {
    const classes = column.isNumber || column.isRate ? "jacnb-number-cell" : "";
    if (column.isAction) return h("th", { scope: "col", class: "jacnb-action" }, h("span", { class: "jacnb-hidden" }, "Action"));
    if (column.sort == null) return h("th", { scope: "col", class: classes, title: column.hint }, column.head);
    const button = h("button", { type: "button", class: "jacnb-sort", title: column.hint, onclick: () => this.#sort(column) }, h("span", {}, column.head), h("span", { class: "jacnb-arrow", "aria-hidden": "true" }));
    return h("th", { scope: "col", class: `${classes} ${column.cell ?? ""}` }, button);
  }

  #sort(column) {
    // Numbers are mostly looked at from the largest on.
    this.isDown = column.sort === this.column ? !this.isDown : Boolean(column.isNumber && !column.isAge);
    this.column = column.sort;
    this.#markSort();
    this.#sortHere();
    this.on.sort();
  }

  #markSort() {
    this.table.columns.forEach((column, index) => {
      if (column.sort == null) return;
      const isOn = column.sort === this.column;
      this.heads[index].setAttribute("aria-sort", isOn ? (this.isDown ? "descending" : "ascending") : "none");
      this.heads[index].querySelector(".jacnb-arrow").textContent = isOn ? (this.isDown ? "▼" : "▲") : "";
    });
  }

  /** Sort what is here at once; the kernel's order, of all there are, follows. */
  #sortHere() {
    const rank = (key) => this.rows.get(key).cells[this.column];
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    const order = [...this.order].sort((one, two) => {
      const [a, b] = [rank(one), rank(two)];
      if (a == null || b == null) return (a == null) - (b == null);
      return this.isDown ? compare(b, a) : compare(a, b);
    });
    this.#arrange(order);
  }

  #add(key, cells) {
    const row = this.#before.get(cells[0]) ?? this.#row(cells);
    this.#before.delete(cells[0]);
    row.cells = cells;
    this.rows.set(key, row);
    this.#write(row);
    this.#markRow(row);
  }

  #row(cells) {
    const element = h("tr", {});
    const row = { cells, element, rates: new Rates(), isQuiet: false };
    row.parts = this.table.columns.map((column) => this.#cell(column, row));
    element.append(...row.parts);
    return row;
  }

  #cell(column, row) {
    if (column.isName) return this.#nameCell(column, row);
    const cell = h("td", { class: column.isNumber ? "jacnb-number-cell" : "", dir: column.isNumber ? null : "auto" });
    if (column.cell) cell.classList.add(column.cell);
    if (column.isAge) row.ageCell = cell;
    if (column.isRate) this.#rateCell(cell, row);
    if (column.isAction) {
      const button = h("button", { type: "button", class: "jacnb-tool jacnb-close-client", title: "Disconnect", onclick: () => this.on.close(row.cells, button) }, icon("unplug"));
      cell.classList.add("jacnb-action");
      cell.append(button);
      row.closer = button;
    }
    return cell;
  }

  #nameCell(column, row) {
    const name = h("span", { class: column.isCode ? "jacnb-code-name" : "jacnb-row-name", dir: "auto" });
    row.name = name;
    if (!column.opens) return h("th", { scope: "row" }, h("span", { class: "jacnb-client" }, name));
    row.opener = h("button", { type: "button", class: "jacnb-client", "aria-expanded": "false", onclick: () => this.on.open(row.cells) }, name);
    return h("th", { scope: "row" }, row.opener);
  }

  /** A client keeps its row and may become another user. */
  #writeName(column, row) {
    const name = column.name(row.cells);
    const isPublic = !column.isPlain && column.isPublic(row.cells);
    row.name.title = row.cells[0];
    if (row.name.textContent === name && row.isPublic === isPublic) return;
    row.name.textContent = name;
    row.isPublic = isPublic;
    row.name.parentElement.replaceChildren(...(column.isPlain ? [] : [dot(name, isPublic)]), row.name);
  }

  #rateCell(cell, row) {
    row.spark = new Sparkline(64, 16);
    row.rate = h("span", { class: "jacnb-rate jacnb-zero" }, "0/s");
    cell.classList.add("jacnb-rate-cell");
    cell.append(h("span", { class: "jacnb-rate-box" }, row.spark.element, row.rate));
  }

  #write(row) {
    this.table.columns.forEach((column, index) => {
      if (column.isName) this.#writeName(column, row);
      column.write?.(row.parts[index], row.cells);
      if (column.isBad) row.parts[index].classList.toggle("jacnb-bad", row.cells[column.sort] > 0);
      if (column.isAge) row.parts[index].title = new Date(row.cells[4] * 1000).toLocaleString();
    });
    row.closer?.setAttribute("aria-label", `Disconnect ${row.cells[1]}`);
  }

  #arrange(order) {
    if (order.some((key) => !this.rows.has(key))) return false;
    this.order = order;
    const wanted = new Set(order);
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.rows.delete(key);
    }
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    order.forEach((key, index) => {
      const { element } = this.rows.get(key);
      const there = this.body.children[index];
      if (there !== element) this.body.insertBefore(element, there ?? null);
    });
    // A row that is moved in the page loses the focus.
    if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
    return true;
  }
}
