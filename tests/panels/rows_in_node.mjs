// The rows of a panel (jacnb/panels/rows.js) beside a kernel and a connection that are
// slow, in random but repeatable orders. Prints what went wrong, as JSON.
//
//   node rows_in_node.mjs orders SEEDS [gaps]   no row is missing in between
//   node rows_in_node.mjs page                  an earlier page comes while much is new

import { readFileSync } from "node:fs";
import vm from "node:vm";

const PANELS = new URL("../../jacnb/panels/", import.meta.url);
const HISTORY = 5;
const PAGE = 5;
const BATCH = 10;
const LIMIT = 60;

const source = ["shared.js", "rows.js"].map((name) => readFileSync(new URL(name, PANELS), "utf8")).join("\n");
const page = vm.createContext({ setTimeout: () => 0, clearTimeout() {}, Intl, Math, Date, Promise, document: {} });
const Rows = vm.runInContext(`${source}\n;Rows`, page);

class Model {
  #traits;
  #listeners = {};
  onsend = () => {};

  constructor(history) {
    this.#traits = { history, lanes: [] };
  }
  get(name) {
    return this.#traits[name];
  }
  set(name, value) {
    this.#traits[name] = value;
    this.fire(`change:${name}`);
  }
  on(word, listener) {
    (this.#listeners[word] ??= []).push(listener);
  }
  fire(word, ...given) {
    for (const listener of this.#listeners[word] ?? []) listener(...given);
  }
  send(order) {
    this.onsend(order);
  }
}

const rowsOf = (numbers) => numbers.map((seq) => ({ seq, at: seq, kind: "event", type: "x" }));
const span = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return (state >>> 0) / 4294967296;
  };
}

/** The kernel's side, as jacnb/panels/live.py and follower.py have it. */
class Kernel {
  kept = [];
  next = 0;
  told = 0;
  batch = 0;

  constructor(random, hasGaps) {
    this.random = random;
    this.hasGaps = hasGaps;
  }
  happen(count) {
    for (let left = count; left > 0; left -= 1) {
      this.kept.push(this.next);
      this.next += this.hasGaps ? 1 + Math.floor(this.random() * 3) : 1;
    }
  }
  clear() {
    this.kept = [];
    this.cleared = this.next;
  }
  history() {
    return rowsOf(this.kept.filter((seq) => seq < this.told).slice(-HISTORY));
  }
  look() {
    const news = this.kept.filter((seq) => seq >= this.told);
    if (!news.length) return null;
    const shown = news.slice(-BATCH);
    const gone = Math.max(0, (this.cleared ?? 0) - this.told);
    this.told = news.at(-1) + 1;
    this.batch += 1;
    return { op: "rows", batch: this.batch, rows: rowsOf(shown), skipped: gone + news.length - shown.length, lanes: [] };
  }
  answer({ op, seq }) {
    if (op === "before") {
      const earlier = this.kept.filter((each) => each < seq);
      return { op: "earlier", before: seq, rows: rowsOf(earlier.slice(-PAGE)), more: earlier.length > PAGE, lanes: [] };
    }
    const newer = this.kept.filter((each) => each > seq && each < this.told);
    const isGone = (this.cleared ?? 0) > seq + 1;
    return { op: "latest", after: seq, batch: this.batch, rows: rowsOf(newer.slice(-PAGE)), is_part: newer.length > PAGE || (isGone && newer.length > 0), lanes: [] };
  }
}

/** One conversation of a page and a kernel; returns what is wrong in the end, or null. */
function converse(seed, hasGaps) {
  const random = randomOf(seed);
  const kernel = new Kernel(random, hasGaps);
  let [down, up, isConnected] = [[], [], true];
  let model, rows;
  const load = () => {
    [down, up] = [[], []];
    model = new Model(kernel.history());
    model.onsend = (order) => isConnected && ["after", "before"].includes(order.op) && up.push(order);
    rows = new Rows(model, LIMIT);
  };
  const deliver = (message) => (message.history ? model.set("history", message.history) : model.fire("msg:custom", message));
  const look = () => {
    const news = kernel.look();
    if (news && isConnected) down.push(news);
  };
  // Jupyter drops messages of a kernel that writes too much, and tells nobody.
  const lose = () => {
    const lost = down.findIndex((message) => message.op === "rows");
    if (lost >= 0) down.splice(lost, 1);
  };
  const connect = (isBack) => {
    isConnected = isBack;
    [down, up] = [[], []];
    model.fire("comm_live_update");
    // Jupyter tells that the kernel is back; any message shows it.
    if (isBack) down.push({ op: "text", seq: -1, text: null });
  };
  const steps = [
    [0.25, () => kernel.happen(1 + Math.floor(random() * (random() < 0.2 ? 40 : 4)))],
    [0.4, look],
    [0.65, () => down.length && deliver(down.shift())],
    [0.78, () => up.length && down.push(kernel.answer(up.shift()))],
    [0.82, () => isConnected && down.push({ history: kernel.history() })],
    [0.87, () => rows.earlier()],
    [0.9, () => rows.release()],
    [0.92, () => isConnected && load()],
    [0.95, () => connect(!isConnected)],
    [0.96, () => kernel.clear()],
    [0.98, lose],
    [1, () => {}],
  ];
  const settle = () => {
    while (up.length || down.length) {
      while (up.length) down.push(kernel.answer(up.shift()));
      while (down.length) deliver(down.shift());
    }
  };
  kernel.happen(7);
  kernel.look();
  load();
  for (let count = 0; count < 60; count += 1) {
    const drawn = random();
    steps.find(([share]) => drawn <= share)[1]();
  }
  if (!isConnected) connect(true);
  settle();
  kernel.happen(1);
  look();
  settle();
  rows.release();
  settle();
  const here = rows.rows.map((row) => row.seq).filter((seq) => seq >= (kernel.cleared ?? 0));
  const wanted = kernel.kept.filter((seq) => seq >= here[0]);
  const isWhole = here.length === wanted.length && here.every((seq, index) => seq === wanted[index]);
  return isWhole ? null : { seed, here, wanted };
}

/** A page at its limit, five rows each 100 ms, and answers that take a quarter second. */
function pageWhileMuchIsNew() {
  const model = new Model(rowsOf(span(6000, 9999)));
  const rows = new Rows(model);
  const asked = [];
  let [first, next] = [null, 10_000];
  model.onsend = (order) => order.op === "before" && asked.push(order.seq);
  rows.earlier();
  for (let tenth = 1; tenth <= 100; tenth += 1) {
    model.fire("msg:custom", { op: "rows", rows: rowsOf(span(next, next + 4)), skipped: 0, lanes: [] });
    next += 5;
    if (tenth === 3) {
      const before = asked.at(-1);
      model.fire("msg:custom", { op: "earlier", before, rows: rowsOf(span(before - 200, before - 1)), more: true, lanes: [] });
      first = rows.rows[0].seq;
    }
  }
  return { asked: asked.length, first };
}

const [what, count, gaps] = process.argv.slice(2);
const found = what === "page" ? pageWhileMuchIsNew() : span(1, Number(count)).map((seed) => converse(seed, gaps === "gaps")).filter(Boolean).slice(0, 3);
console.log(JSON.stringify(found));
