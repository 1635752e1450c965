// What every panel is built of. It stands in front of each panel's own script
// (jacnb/panels/assets.py), so that a panel is one module and loads nothing.
// What other people wrote goes into the page by textContent, never as HTML.

const LONG_TEXT = 1200;
const LONG_LINES = 14;

// ---------------------------------------------------------------- elements

// JupyterLab looks for its shortcuts at the focused element first and only then at
// what is around it, so each element that takes keys must refuse them itself.
const TAKES_KEYS = new Set(["button", "input", "ol", "section", "select", "textarea"]);

/** Make an element; strings among the children become text, null is left out. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  if (TAKES_KEYS.has(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  send: "M3.4 20.4 21 12 3.4 3.6 3.4 10.2 15 12 3.4 13.8z",
  run: "M7 4.5v15l12-7.5z",
  copy: "M8 3h11v13h-2V5H8zM5 7h10v14H5zm2 2v10h6V9z",
  check: "M9.2 16.6 4.9 12.3 3.5 13.7l5.7 5.7L20.9 7.7l-1.4-1.4z",
  clear: "M6 7h12l-1 14H7zm3-4h6l1 2h4v2H4V5h4z",
  info: "M11 10h2v7h-2zm0-3h2v2h-2zm1-5a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
  down: "M12 20l-7-7 1.4-1.4L11 16.2V4h2v12.2l4.6-4.6L19 13z",
  bell: "M12 22a2 2 0 0 0 2-2h-4a2 2 0 0 0 2 2zm6-6v-5a6 6 0 0 0-4.5-5.8V4a1.5 1.5 0 0 0-3 0v1.2A6 6 0 0 0 6 11v5l-2 2v1h16v-1z",
};

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("jacnb-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick) {
  return h("button", { type: "button", class: "jacnb-tool", title: label, "aria-label": label, onclick }, icon(name));
}

const randomId = () => Math.random().toString(36).slice(2) + Date.now().toString(36);

// Each panel loads this module for itself, so a count alone would not be unique.
const MODULE = randomId();
let ids = 0;
const newId = (word) => `jacnb-${word}-${MODULE}-${++ids}`;

// ------------------------------------------------------------------- words

function parsed(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

const pretty = (value) => JSON.stringify(value, null, 2);
const inline = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// Made once: to make a format costs more than to draw a line.
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const DATE = new Intl.DateTimeFormat([], { dateStyle: "short", timeStyle: "medium" });

function clock(seconds) {
  return CLOCK.format(new Date(seconds * 1000));
}

function bytes(count) {
  return count < 1024 ? `${count} B` : count < 1048576 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1048576).toFixed(1)} MB`;
}

function shortId(id) {
  return id.length > 16 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
}

function hash(text) {
  let number = 7;
  for (const letter of text) number = (number * 31 + letter.codePointAt(0)) >>> 0;
  return number;
}

function initial(name) {
  return [...name.trim()][0]?.toUpperCase() ?? "?";
}
// --------------------------------------------------------------- clipboard

/** Copy text; where the page may not use the clipboard, by the old command. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = h("textarea", { class: "jacnb-hidden" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}

function copyButton(label, text) {
  const button = iconButton("copy", label, async () => {
    await copyText(text());
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), 1200);
  });
  button.classList.add("jacnb-copy");
  return button;
}
// -------------------------------------------------------------------- JSON

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(true|false|null)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON with its keys and values marked, built of text nodes only. */
function jsonBlock(text) {
  const pre = h("pre", { class: "jacnb-json", dir: "auto" });
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    pre.append(text.slice(end, match.index));
    const kind = string ? (colon ? "key" : "string") : word ? "word" : "number";
    pre.append(h("span", { class: `jacnb-${kind}` }, string ?? whole), colon ?? "");
    end = match.index + whole.length;
  }
  pre.append(text.slice(end));
  return pre;
}

/** Very long content starts collapsed. */
function folded(element, text) {
  const isLong = text.length > LONG_TEXT || text.split("\n").length > LONG_LINES;
  if (!isLong) return element;
  const box = h("div", { class: "jacnb-folded" }, element);
  const button = h("button", { type: "button", class: "jacnb-more", "aria-expanded": "false" }, "Show all");
  button.addEventListener("click", () => {
    const isFolded = box.classList.toggle("jacnb-folded");
    button.textContent = isFolded ? "Show all" : "Show less";
    button.setAttribute("aria-expanded", String(!isFolded));
  });
  return [box, button];
}
function chip(text, kind = "") {
  return h("span", { class: `jacnb-chip ${kind}` }, text);
}

// ------------------------------------------------------------------ kernel

/** What every panel says that the kernel has no longer, and what to do. */
const NOT_LIVE = "not live: run its cell again";
const STOPPED = "stopped";

/** How a panel of a server stands; `kind` and `words` are for one where all is well. */
function standing(isLive, isStopped, words, kind = "open") {
  const [colour, mark, said] = !isLive ? ["closed", "○", NOT_LIVE] : isStopped ? ["closed", "○", STOPPED] : [kind, "●", words];
  return [h("span", { class: `jacnb-dot jacnb-is-${colour}`, "aria-hidden": "true" }, mark), said];
}

const SAVED_MS = 1500;
const SAVED_CHARS = 100_000;

/**
 * What a saved notebook shows of a panel, its trait `history`. The kernel writes it
 * rarely, as it is large; the page, which has all, keeps it up to date in its own model.
 * `newest` returns what is to be kept if there is room, with the characters of each as
 * `charsOf` tells; `add` takes what the kernel wrote.
 */
class Keepsake {
  #timer = null;
  #isSaving = false;
  #model;
  #newest;
  #charsOf;

  constructor(model, { newest, charsOf, add }) {
    this.#model = model;
    this.#newest = newest;
    this.#charsOf = charsOf;
    model.on("change:history", () => this.#isSaving || add(this.rows));
  }

  get rows() {
    return this.#model.get("history");
  }

  saveSoon() {
    this.#timer ??= setTimeout(() => this.#save(), SAVED_MS);
  }

  /** Set, and not sent: only what the page saves has it. */
  #save() {
    this.#timer = null;
    this.#isSaving = true;
    this.#model.set("history", this.#kept());
    this.#isSaving = false;
  }

  #kept() {
    const all = this.#newest();
    let [first, room] = [all.length, SAVED_CHARS];
    while (first > 0 && (room -= this.#charsOf(all[first - 1])) >= 0) first -= 1;
    return all.slice(Math.max(0, Math.min(first, all.length - 1)));
  }
}

/**
 * Whether the kernel still has this panel; `told` is called when that changes. Jupyter
 * tells when a kernel was restarted or is out of reach, and when it is back: then it
 * gets an order (`knock`), and only one that still has the panel answers.
 */
class Life {
  isLive = true;
  #model;
  #told;

  constructor(model, knock, told) {
    this.#model = model;
    this.#told = told;
    model.on("msg:custom", () => this.#set(true));
    model.on("comm_live_update", () => {
      this.#set(false);
      this.send(knock);
    });
  }

  /** Send an order; returns whether there is anybody to send it to. */
  send(order) {
    try {
      this.#model.send(order);
      return true;
    } catch {
      this.#set(false);
      return false;
    }
  }

  #set(isLive) {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.#told(isLive);
  }
}
