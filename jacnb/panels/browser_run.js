// Run a student's JavaScript in the page: where the server is, the WebSocket that
// leads there, the console that is kept, and everything that a run leaves behind.

const NativeSocket = globalThis.WebSocket;
const AsyncFunction = (async () => {}).constructor;
const PROBE_MS = 5000;
const LINES = 500;
const SOCKETS = 6;
const DEFAULT_PORT = "8000";
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const STATES = ["connecting", "open", "closing", "closed"];

// ------------------------------------------------------------------ the way

/** Where Jupyter lives, as the page itself says; null if this is no Jupyter page. */
function jupyterBase() {
  const config = parsed(document.getElementById("jupyter-config-data")?.textContent ?? "");
  const base = config?.baseUrl ?? document.body.dataset.baseUrl;
  return base == null ? null : new URL(base.endsWith("/") ? base : `${base}/`, location.origin);
}

/** The addresses under which this page may reach the server, the best one first. */
function ways(port, address) {
  const found = [];
  const base = jupyterBase();
  if (base) found.push({ way: "proxy", url: new URL(`proxy/${port}/`, base) });
  if (LOOPBACK.has(location.hostname)) found.push({ way: "direct", url: new URL(`http://${address}/`) });
  for (const each of found) each.url.protocol = each.url.protocol === "https:" ? "wss:" : "ws:";
  return found;
}

/** Whether a jacnb server answers there. Only a message proves it: a proxy opens early. */
function answers(url) {
  return new Promise((resolve) => {
    let socket;
    const done = (isThere) => {
      clearTimeout(timer);
      socket?.close();
      resolve(isThere);
    };
    const timer = setTimeout(() => done(false), PROBE_MS);
    try {
      socket = new NativeSocket(new URL("healthz", url));
    } catch {
      return done(false);
    }
    socket.onmessage = (event) => done(parsed(event.data)?.type === "health");
    socket.onclose = () => done(false);
  });
}

const NO_WAY =
  "This page cannot open a WebSocket to the server: it is not on the kernel's own machine, and there is no Jupyter proxy " +
  "(install jupyter-server-proxy beside JupyterLab); clients made by server.connect() work all the same.";
const NO_ANSWER = "The server does not answer: is it stopped? jacnb.serve() starts it, then run this panel's cell again.";

/** What went wrong: whether Jupyter's proxy is there at all decides it. */
async function whyNot(port) {
  const base = jupyterBase();
  const isHere = LOOPBACK.has(location.hostname);
  const status = base ? await fetch(new URL(`proxy/${port}/healthz`, base)).then((answer) => answer.status, () => 0) : 404;
  return isHere || (status !== 404 && status !== 0) ? NO_ANSWER : NO_WAY;
}

// ---------------------------------------------------------------- the token

const FILL_IN = /^(bearer\s+)?(<[^<>]*token[^<>]*>|\{\{[^{}]*token[^{}]*\}\}|(?:your|my|the|user|bearer|access|jwt)[_ ]token|token)$/i;

/** The text with a placeholder's place taken by the token; null if there is none. */
function filled(text, token) {
  const match = FILL_IN.exec(text.trim());
  return match ? `${match[1] ?? "Bearer "}${token ?? match[2]}` : null;
}

// ------------------------------------------------------------------- values

const NODES = 2000;
const CHARS_OF_A_NODE = 40;
const DEPTH = 12;
const TEXT = 8000;

/** A value as JSON, bounded, as it is now; what JSON has no word for is described. */
function snapshot(value) {
  let room = NODES;
  const within = [];
  const text = (each) => {
    const kept = each.slice(0, Math.min(TEXT, Math.max(0, room) * CHARS_OF_A_NODE));
    room -= kept.length / CHARS_OF_A_NODE;
    return kept.length < each.length ? `${kept}…` : each;
  };
  const copy = (each) => {
    if (each === null || typeof each === "boolean") return each;
    if (typeof each === "string") return text(each);
    if (typeof each === "number" && Number.isFinite(each)) return each;
    if (typeof each !== "object") return told(each);
    if (within.includes(each)) return "[Circular]";
    if (within.length >= DEPTH || room <= 0) return Array.isArray(each) ? "[…]" : "{…}";
    const plain = asPlain(each);
    return typeof plain === "string" ? text(plain) : members(each, plain);
  };
  const members = (each, plain) => {
    within.push(each);
    const result = Array.isArray(plain) ? [] : {};
    for (const key of Object.keys(plain)) {
      if (--room < 0) break;
      const member = read(plain, key);
      if (member !== undefined) result[key] = copy(member);
    }
    within.pop();
    return result;
  };
  try {
    return copy(value);
  } catch (error) {
    return `[unreadable: ${error?.message}]`;
  }
}

/** What stands in an object; a getter that throws throws in no one's console.log. */
function read(object, key) {
  try {
    return object[key];
  } catch (error) {
    return `[${error?.message}]`;
  }
}

const PARTS = ["type", "data", "code", "reason", "wasClean", "message"];

/** What stands for an object of the page's own kinds. */
function asPlain(object) {
  try {
    if (object instanceof Error) return said(object);
    if (object instanceof NativeSocket) return { url: object.url, readyState: object.readyState };
    if (object instanceof Event) return Object.fromEntries(PARTS.filter((key) => key in object).map((key) => [key, object[key]]));
    if (object instanceof Node) return `<${object.nodeName.toLowerCase()}>`;
    if (object instanceof Map) return Object.fromEntries([...object].map(([key, value]) => [String(key), value]));
    if (object instanceof Set) return [...object];
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return `[${object.constructor.name}, ${object.byteLength} bytes]`;
    if (object instanceof Blob) return `[Blob, ${object.size} bytes]`;
    if (object instanceof Promise) return "[Promise]";
    const json = typeof object.toJSON === "function" ? object.toJSON() : object;
    return json !== null && typeof json === "object" ? json : String(json);
  } catch (error) {
    return `[${object?.constructor?.name ?? "object"}: ${error?.message}]`;
  }
}

function told(value) {
  if (typeof value === "function") return `[function ${value.name || "without a name"}]`;
  return typeof value === "bigint" ? `${value}n` : String(value);
}

function said(error) {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === "string" ? error : shown(error);
}

/** One line for a value, as a console shows it. */
function shown(value) {
  const copy = snapshot(value);
  return typeof copy === "string" ? copy : JSON.stringify(copy);
}

// ---------------------------------------------------------------------- run

let runs = 0;

/** In which line of a function's text the browser says that its first line is. */
const FIRST_LINE = (() => {
  try {
    new Function("throw new Error()\n//# sourceURL=jacnb-first-line.js")();
  } catch (error) {
    return Number(/jacnb-first-line\.js:(\d+)/.exec(error.stack)?.[1] ?? 3);
  }
  return 3;
})();

/** One run of the code; when the next one starts, nothing of it is left. */
class Run {
  isOver = false;

  constructor(engine) {
    this.engine = engine;
    this.number = ++engine.runs;
    this.file = `jacnb-${MODULE}-${++runs}.js`;
    this.timers = new Set();
    this.intervals = new Set();
    this.sockets = [];
  }

  /** Run the code; its own failure is a line of the console, too. */
  async execute(code) {
    const names = this.#names();
    try {
      // The hook stands in the code's first line, so that lines keep their numbers.
      const body = `jacnbScope((jacnbLine) => eval(jacnbLine)); ${code}\n//# sourceURL=${this.file}`;
      const run = new AsyncFunction(...Object.keys(names), "jacnbScope", body);
      await run.call(undefined, ...Object.values(names), (scope) => {
        this.scope = scope;
      });
    } catch (error) {
      if (!this.isOver) this.fail(error, error instanceof SyntaxError && !this.scope ? syntaxLine(code) : null);
    }
  }

  /** Evaluate a line where the code's own names are known. */
  async evaluate(line) {
    this.engine.write({ level: "input", text: line, run: this.number });
    try {
      const source = /\bawait\b/.test(line) ? `(async () => (${line}\n))()` : line;
      let value = this.scope(source);
      if (/\bawait\b/.test(line)) value = await value;
      if (value !== undefined) this.say("result", [value], 0);
    } catch (error) {
      this.engine.write({ level: "error", text: said(error), run: this.number });
    }
  }

  /** Close the sockets, cancel the timers; handlers that are still called do no harm. */
  end() {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const interval of this.intervals) clearInterval(interval);
    for (const record of this.sockets) record.socket.close();
  }

  fail(error, place = null) {
    let text = `Uncaught ${said(error)}`;
    if (/import (declarations|statement)|import.*module/i.test(text)) text += ". A browser has WebSocket built in: leave the import out.";
    this.engine.write({ level: "error", text, line: place ?? this.lineOf(error), run: this.number });
  }

  /** The line of the code that stands first in a stack; 0 if none does. */
  lineOf(error) {
    const stack = String(error?.stack ?? "");
    const found = stack.split(`${this.file}:`)[1];
    return found ? Math.max(1, parseInt(found, 10) - FIRST_LINE + 1) : 0;
  }

  isMine(event) {
    return String(event.filename ?? "").includes(this.file) || String((event.error ?? event.reason)?.stack ?? "").includes(this.file);
  }

  say(level, values, line = this.lineOf(new Error())) {
    if (this.isOver && this.engine.run !== this) return;
    const copies = values.map(snapshot);
    const parts = copies.map((copy) => (typeof copy === "string" ? copy : JSON.stringify(copy)));
    const kept = copies.map((copy, index) => (values[index] === undefined ? null : copy));
    this.engine.write({ level, text: parts.join(" "), values: kept, parts, line, run: this.number });
  }

  /** What the code finds under these names, in place of the page's own. */
  #names() {
    return { WebSocket: this.#socketClass(), console: this.#console(), ...this.#clocks() };
  }

  #console() {
    const write = (level) => (...values) => this.say(level, values);
    const shadows = { log: write("log"), info: write("info"), debug: write("log"), warn: write("warn"), error: write("error"), trace: write("log"), dir: write("log"), table: write("log") };
    shadows.assert = (isTrue, ...values) => isTrue || this.say("error", ["Assertion failed:", ...values]);
    shadows.clear = () => this.engine.clear();
    return Object.assign(Object.create(console), shadows);
  }

  #clocks() {
    const clock = (start, kept, isOnce) => (callback, delay, ...given) => {
      if (this.isOver) return 0;
      const call = typeof callback === "function" ? callback : () => this.scope?.(String(callback));
      const id = start(() => {
        if (isOnce) kept.delete(id);
        call(...given);
      }, delay);
      kept.add(id);
      return id;
    };
    const cancel = (id) => {
      clearTimeout(id);
      this.timers.delete(id);
      this.intervals.delete(id);
    };
    return {
      setTimeout: clock(setTimeout.bind(globalThis), this.timers, true),
      setInterval: clock(setInterval.bind(globalThis), this.intervals, false),
      clearTimeout: cancel,
      clearInterval: cancel,
    };
  }

  #socketClass() {
    const run = this;
    return class WebSocket extends NativeSocket {
      #record;

      constructor(url, protocols = []) {
        if (run.isOver) throw new Error("this run is over: its sockets are closed");
        const { real, written } = run.engine.mapped(String(url), run);
        super(real, protocols);
        this.#record = run.engine.adopt(this, written, run);
      }

      get url() {
        return this.#record.url;
      }

      send(data) {
        super.send(run.engine.outgoing(data, run));
        this.#record.sent += 1;
        run.engine.changed();
      }
    };
  }
}

/** Where the syntax is wrong: only a script's error event tells, and this one never runs. */
function syntaxLine(code) {
  let line = 0;
  const hear = (event) => {
    line = event.lineno ?? 0;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const script = document.createElement("script");
  script.textContent = `(async function () {${code}\n});`;
  addEventListener("error", hear, true);
  document.head.append(script);
  removeEventListener("error", hear, true);
  script.remove();
  return Math.min(line, code.split("\n").length);
}

// ------------------------------------------------------------------- engine

const PLACEHOLDER_HOST = /^(wss?|https?):\/\/(<[^/>]*>|\{\{[^/}]*\}\}|your[-_]?(?:server|host)|host|server)(:(?:\d+|<[^>]*>|port))?(?=[/?#]|$)/i;
const REPORT_MS = 100;
const REPORTED = 100;

/** What one page does for one panel; every view of the panel shows the same one. */
class Engine {
  constructor(model) {
    this.model = model;
    this.page = randomId();
    this.lines = model.get("history").map((line) => ({ ...line, isPast: true }));
    this.runs = Math.max(0, ...this.lines.map((line) => line.run));
    this.sockets = [];
    this.listeners = new Set();
    this.unreported = [];
    this.skipped = 0;
    this.seen = new Set();
    this.way = null;
    this.status = { kind: "waiting", text: "Looking for the server…" };
    this.ready = new Promise((resolve) => {
      this.isReady = resolve;
    });
    this.heard = { error: (event) => this.#uncaught(event), unhandledrejection: (event) => this.#rejected(event) };
    for (const [name, listener] of Object.entries(this.heard)) addEventListener(name, listener);
    model.on("msg:custom", (message) => this.#hear(message));
    this.#introduce();
  }

  // The kernel.

  #introduce() {
    this.model.send({ op: "page", page: this.page, origin: location.origin, host: location.host });
    this.busy = setTimeout(() => {
      this.#setStatus("waiting", "Waiting for the notebook: a cell is still running.");
      this.busy = setTimeout(() => this.#setStatus("none", "The kernel does not answer: run this cell again."), 30_000);
    }, 1500);
  }

  #hear(message) {
    if (message?.op === "ready" && message.page === this.page) this.#welcomed(message);
    if (message?.op === "stop") this.stop();
    if (message?.op === "run" && (!message.page || message.page === this.page)) this.#ordered(message);
  }

  async #welcomed(message) {
    clearTimeout(this.busy);
    this.port = String(message.port);
    this.address = message.address;
    this.token = message.token;
    this.walkers = message.walkers;
    this.refusal = message.error;
    await this.find();
    this.isReady();
    this.tell("walkers");
    if (message.run) this.#ordered(message.run);
  }

  #ordered({ number, code }) {
    if (this.seen.has(number)) return;
    this.seen.add(number);
    this.model.send({ op: "ran", page: this.page, number });
    this.start(code);
  }

  // The way to the server.

  async find() {
    this.way = null;
    this.isLost = false;
    if (this.refusal) return this.#setStatus("none", this.refusal);
    for (const each of ways(this.port, this.address)) {
      if (await answers(each.url)) {
        this.way = each;
        break;
      }
    }
    if (!this.way) return this.#lost();
    const url = new URL("websocket", this.way.url).href;
    this.model.send({ op: "way", page: this.page, way: this.way.way, url });
    this.#setStatus(this.way.way, url);
  }

  async #lost() {
    this.isLost = true;
    this.model.send({ op: "way", page: this.page, way: "", url: "" });
    this.#setStatus("none", await whyNot(this.port));
  }

  /** After a connection broke: is the server there at all? */
  async #check() {
    if (this.isChecking || this.isLost) return;
    this.isChecking = true;
    if (!(await answers(this.way.url))) await this.#lost();
    this.isChecking = false;
  }

  /** The address that is meant by what the code says, and the one to show. */
  mapped(text, run) {
    let meant = text.replace(PLACEHOLDER_HOST, `ws://localhost:${DEFAULT_PORT}`);
    if (meant.startsWith("/")) meant = `ws://localhost:${DEFAULT_PORT}${meant}`;
    let url;
    try {
      url = new URL(meant);
    } catch {
      return { real: text, written: text };
    }
    if (!this.way) throw new Error(this.status.text);
    if (!LOOPBACK.has(url.hostname)) return { real: text, written: text };
    if (!["", DEFAULT_PORT, this.port].includes(url.port)) {
      this.write({ level: "panel", text: `${url.host} is not this panel's server, so the address is used as it is; this server is localhost:${DEFAULT_PORT} here.`, run: run.number });
      return { real: text, written: text };
    }
    this.#fillQuery(url, run);
    return { real: new URL(url.pathname.slice(1) + url.search, this.way.url).href, written: text };
  }

  #fillQuery(url, run) {
    const given = url.searchParams.get("auth");
    const token = given == null ? null : filled(given, this.#tokenFor(given, run));
    if (token != null) url.searchParams.set("auth", token);
  }

  /** What goes over the wire for what the code sends: a placeholder becomes the token. */
  outgoing(data, run) {
    if (typeof data !== "string" || !data.includes("change_user")) return data;
    const event = parsed(data);
    if (event?.type !== "change_user" || typeof event.token !== "string") return data;
    const token = filled(event.token, this.#tokenFor(event.token, run));
    return token == null ? data : JSON.stringify({ ...event, token });
  }

  #tokenFor(text, run) {
    if (!this.token && filled(text, "") != null) {
      this.write({ level: "panel", text: 'There is no token to fill in: make the panel with BrowserClient(server, user="alice").', run: run.number });
    }
    return this.token;
  }

  // Runs.

  async start(code) {
    await this.ready;
    this.stop();
    if (this.isLost) await this.find();
    this.sockets = [];
    if (!this.way) return this.write({ level: "error", text: this.status.text });
    this.run = new Run(this);
    this.write({ level: "run", text: `run ${this.run.number}`, run: this.run.number });
    this.changed();
    await this.run.execute(code);
  }

  stop() {
    this.run?.end();
    this.changed();
  }

  /** Evaluate one line among the names of the last run. */
  async line(text) {
    if (!this.run) await this.start("");
    await this.run?.evaluate(text);
  }

  get isRunning() {
    return this.run != null && !this.run.isOver && (this.sockets.some((each) => each.socket.readyState < 2) || this.run.timers.size > 0 || this.run.intervals.size > 0);
  }

  #uncaught(event) {
    if (this.run && !this.run.isOver && this.run.isMine(event)) this.run.fail(event.error ?? event.message);
  }

  #rejected(event) {
    const { run } = this;
    // What is no error does not say where it comes from.
    const isMine = run && !run.isOver && (run.isMine(event) || !(event.reason instanceof Error));
    if (isMine) run.fail(event.reason);
  }

  // Sockets.

  /** Watch a socket of the code, before the code itself does. */
  adopt(socket, url, run) {
    const record = { socket, url: url.replace(/([?&]auth=)[^&#]*/i, "$1…"), sent: 0, received: 0, code: null, rtt: null };
    run.sockets.push(record);
    this.sockets = [...this.sockets, record].slice(-SOCKETS);
    socket.addEventListener("message", (event) => {
      if (this.#pong(record, event)) return;
      record.received += 1;
      this.changed();
    });
    socket.addEventListener("open", () => this.changed());
    socket.addEventListener("close", (event) => {
      record.code = event.code;
      this.changed();
      if (!run.isOver && event.code !== 1000) this.#check();
    });
    this.changed();
    return record;
  }

  /** Ask for a sign of life: a page cannot send a ping frame, but this event is answered. */
  ping(record) {
    record.ping = { id: `ping-${randomId()}`, at: performance.now() };
    NativeSocket.prototype.send.call(record.socket, JSON.stringify({ type: "connection", id: record.ping.id }));
  }

  #pong(record, event) {
    if (!record.ping || typeof event.data !== "string" || parsed(event.data)?.id !== record.ping.id) return false;
    event.stopImmediatePropagation();
    record.rtt = performance.now() - record.ping.at;
    record.ping = null;
    this.changed();
    return true;
  }

  /** Tell views and kernel, once for all that changes in a moment. */
  changed() {
    if (this.changing) return;
    this.changing = setTimeout(() => {
      this.changing = null;
      this.tell("sockets");
      const sockets = this.sockets.map(({ socket, url, sent, received, code }) => ({ url, state: STATES[socket.readyState], sent, received, code }));
      const now = JSON.stringify(sockets);
      if (now !== this.toldSockets) this.model.send({ op: "sockets", page: this.page, sockets });
      this.toldSockets = now;
    }, 60);
  }

  // The console.

  write(line) {
    const made = { level: "log", values: [], line: 0, run: 0, time: Date.now() / 1000, ...line, text: this.#masked(line.text) };
    if (made.parts) made.parts = made.parts.map((part) => this.#masked(part));
    this.lines.push(made);
    if (this.lines.length > LINES) this.lines.splice(0, this.lines.length - LINES);
    this.tell("line", made);
    if (["input", "run"].includes(made.level)) return;
    this.unreported.push(made);
    if (this.unreported.length > REPORTED) {
      this.unreported.shift();
      this.skipped += 1;
    }
    this.reporting ??= setTimeout(() => this.#report(), REPORT_MS);
  }

  /** The token may be in the page, but not in what is shown or kept. */
  #masked(text) {
    return this.token ? text.replaceAll(this.token, "***") : text;
  }

  #report() {
    this.reporting = null;
    const lines = this.unreported.map(({ parts, ...line }) => ({ ...line, level: line.level === "result" ? "log" : line.level, values: JSON.parse(this.#masked(JSON.stringify(line.values))) }));
    if (this.skipped) lines.unshift({ level: "panel", text: `${this.skipped} lines came too fast to be kept`, time: lines[0].time });
    this.unreported = [];
    this.skipped = 0;
    this.model.send({ op: "console", page: this.page, lines });
  }

  clear() {
    this.lines = [];
    this.model.send({ op: "clear", page: this.page });
    this.tell("cleared");
  }

  #setStatus(kind, text) {
    this.status = { kind, text };
    this.tell("status");
  }

  tell(event, detail) {
    for (const listener of this.listeners) listener(event, detail);
  }

  close() {
    this.stop();
    clearTimeout(this.busy);
    for (const [name, listener] of Object.entries(this.heard)) removeEventListener(name, listener);
  }
}
