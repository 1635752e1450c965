// The users' graph, and the walks over it step by step. Everything that others wrote
// goes into the page by textContent.

const PULSE_MS = 110;
const PULSES = 40;
const TEXT = 20_000;

class View {
  isFollowing = true;
  run = null;
  step = 0;
  #walks = [];
  #pulses = [];
  #isPulsing = false;
  #isDue = false;
  #lastSeq;

  constructor(model, rows) {
    this.model = model;
    this.rows = rows;
    this.#lastSeq = rows.rows.at(-1)?.seq ?? -1;
    this.drawing = new Drawing({ onOpen: (id) => this.open(id), onStep: (by) => this.go(this.step + by) });
    this.element = this.#section();
    this.stop = rows.on((word, detail) => this.#heard(word, detail));
    this.onGraph = () => this.showGraph();
    this.onStopped = () => this.#state();
    model.on("change:graph", this.onGraph);
    model.on("change:stopped", this.onStopped);
    this.showGraph();
    this.update();
  }

  dispose() {
    this.stop();
    this.model.off("change:graph", this.onGraph);
    this.model.off("change:stopped", this.onStopped);
    this.drawing.dispose();
  }

  get walk() {
    return this.#walks.find((walk) => walk.run === this.run) ?? null;
  }

  showGraph() {
    const graph = this.model.get("graph");
    this.drawing.show(graph);
    this.note.textContent = graph.note ?? "";
    this.note.hidden = !graph.note;
    const count = graph.nodes?.length ?? 0;
    this.count.textContent = `${count} node${count === 1 ? "" : "s"} · ${graph.lines?.length ?? 0} edges`;
    this.#mark();
    if (this.object && !this.drawing.nodes.has(this.object) && !this.drawing.lines.has(this.object)) this.open(null);
    else if (this.object) this.#ask(this.object);
  }

  /** Take what rows say; in follow mode the newest walk is shown. */
  update() {
    const held = this.walk;
    this.#walks = walksOf(this.rows);
    // Who steps through a walk stays in it, though its rows may be gone meanwhile.
    if (!this.isFollowing && held && !this.walk) this.#walks.unshift(held);
    if (this.isFollowing || !this.walk) {
      const newest = this.#walks.at(-1);
      this.run = newest?.run ?? null;
      this.step = newest?.steps.length ?? 0;
    }
    this.#listWalks();
    this.#mark();
    this.#state();
  }

  choose(run) {
    this.run = run;
    this.isFollowing = run === this.#walks.at(-1)?.run;
    this.step = this.isFollowing ? this.walk.steps.length : 0;
    this.update();
  }

  go(step) {
    const count = this.walk?.steps.length ?? 0;
    this.step = Math.min(count, Math.max(0, step));
    // Who steps through a walk wants to stay in it when the next one begins.
    this.isFollowing = this.step === count && this.run === this.#walks.at(-1)?.run && this.isFollowing;
    this.#mark();
    this.#state();
    const at = this.walk?.steps[this.step - 1];
    if (at) this.drawing.pulse(at.id);
  }

  follow() {
    this.isFollowing = true;
    this.update();
  }

  open(id) {
    this.object = id;
    this.drawing.chosen = id;
    this.details.hidden = id === null;
    this.#mark();
    if (id === null) {
      if (this.drawing.focused) this.drawing.focus(this.drawing.focused);
      return;
    }
    const known = this.drawing.nodes.get(id)?.node;
    const line = (this.model.get("graph").lines ?? []).find((each) => each.id === id);
    this.objectName.textContent = known ? `${known.name} ${known.label}` : line?.name || "edge";
    this.objectId.textContent = id;
    this.fields.replaceChildren();
    this.owner.textContent = "";
    this.#ask(id);
  }

  #ask(id) {
    if (this.rows.isLive) this.rows.send({ op: "fields", id });
  }

  #heard(word, detail) {
    if (word === "error") return this.say(detail);
    if (word === "message") return this.#answered(detail);
    if (word === "added") this.#light(detail);
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.update();
    });
  }

  #answered(message) {
    if (message.op !== "fields" || message.id !== this.object) return;
    const value = message.text === null ? null : pretty(parsed(message.text));
    const block = value && value.length > TEXT ? h("pre", { class: "jacnb-json" }, value.slice(0, TEXT)) : value && jsonBlock(value);
    this.fields.replaceChildren(...[value === null ? "It is not there any more." : value === "{}" ? "It has no fields." : folded(block, value)].flat());
    this.owner.textContent = message.owner ? `belongs to ${message.owner}` : "";
  }

  /** Visits light up one after the other, though a walk takes no time at all. */
  #light(rows) {
    const fresh = rows.filter((row) => row.kind === "visit" && row.seq > this.#lastSeq);
    this.#lastSeq = rows.at(-1)?.seq ?? this.#lastSeq;
    this.#pulses.push(...fresh.map((row) => row.type));
    this.#pulses = this.#pulses.slice(-PULSES);
    if (this.#isPulsing) return;
    this.#isPulsing = true;
    const next = () => {
      const id = this.#pulses.shift();
      if (id === undefined || !this.element.isConnected) return (this.#isPulsing = false);
      this.drawing.pulse(id);
      setTimeout(next, PULSE_MS);
    };
    // The first ones may be of nodes that are drawn with this frame.
    requestAnimationFrame(next);
  }

  #mark() {
    const seen = seenBy(this.walk, this.step, this.drawing);
    if (this.isFollowing && this.walk?.isOver) seen.current = null;
    this.drawing.mark(seen);
    const { walk, step } = this;
    const count = walk?.steps.length ?? 0;
    this.slider.max = count;
    this.slider.value = step;
    this.slider.disabled = count === 0;
    for (const [button, isOff] of [[this.first, step === 0], [this.previous, step === 0], [this.next, step >= count], [this.last, step >= count]]) button.disabled = isOff;
    const words = this.#words();
    this.slider.setAttribute("aria-valuetext", words);
    if (this.label.textContent !== words) this.label.textContent = words;
    this.label.classList.toggle("jacnb-bad", Boolean(walk?.error) && step === count);
    this.element.classList.toggle("jacnb-graph-stepping", !this.isFollowing);
  }

  #words() {
    const { walk, step } = this;
    if (!walk) return "No walker has run yet.";
    const count = walk.steps.length;
    if (step === count && walk.error) return `step ${step} of ${count}: failed, ${walk.error}`;
    if (step === 0) return `before the first of ${count} steps`;
    const { id, report } = walk.steps[step - 1];
    const place = this.#nameOf(id);
    return `step ${step} of ${count}: ${report === null ? `visits ${place}` : `reports ${report.slice(0, 120)} at ${place}`}`;
  }

  #nameOf(id) {
    const node = this.drawing.nodes.get(id)?.node;
    if (node) return `${node.name} ${node.label}`.trim();
    if (!id) return "no place";
    // A root without edges, what was deleted since, or what is too far away.
    return `${id.split(":")[1] || "a root"} (not drawn)`;
  }

  #listWalks() {
    const options = this.#walks.map((walk) => {
      const visits = walk.steps.filter((step) => step.report === null).length;
      const state = walk.error ? ", failed" : walk.isOver ? "" : ", running";
      return [walk.run, `${walk.walker} for ${walk.caller}, ${clock(walk.at)} (${visits} visit${visits === 1 ? "" : "s"}${state})`];
    });
    const key = JSON.stringify(options);
    if (key !== this.listed) {
      this.listed = key;
      this.picker.replaceChildren(...options.reverse().map(([run, text]) => h("option", { value: run }, text)));
      if (!options.length) this.picker.append(h("option", { value: "" }, "no walks yet"));
    }
    this.picker.value = this.run ?? "";
  }

  #state() {
    this.state.replaceChildren(...standing(this.rows.isLive, this.model.get("stopped"), ...(this.isFollowing ? ["live"] : ["stepping", "reconnecting"])));
    this.followButton.setAttribute("aria-pressed", String(this.isFollowing));
  }

  say(text) {
    this.hint.textContent = text;
    this.hint.hidden = !text;
  }

  // How it is put together.

  #section() {
    const titleId = newId("title");
    this.state = h("span", { class: "jacnb-state", role: "status" });
    this.count = h("span", { class: "jacnb-graph-count" });
    this.note = h("p", { class: "jacnb-graph-note", hidden: true });
    this.hint = h("p", { class: "jacnb-graph-note jacnb-bad", role: "status", hidden: true });
    const tool = (label, title, onclick) => h("button", { type: "button", class: "jacnb-tool jacnb-raw", title, onclick }, label);
    this.followButton = tool("follow", "Show the newest walk", () => this.follow());
    const fit = tool("fit", "Fit the graph into the panel", () => {
      this.drawing.isFitted = !this.drawing.isFitted;
      fit.setAttribute("aria-pressed", String(this.drawing.isFitted));
    });
    fit.setAttribute("aria-pressed", "true");
    const section = h(
      "section",
      { class: "jacnb-panel jacnb-graph", "aria-labelledby": titleId },
      h(
        "header",
        { class: "jacnb-header" },
        h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, h("h3", { class: "jacnb-name", id: titleId }, "Graph")), h("div", { class: "jacnb-sub" }, this.state, this.count)),
        h("div", { class: "jacnb-tools" }, this.followButton, fit),
      ),
      this.note,
      h("div", { class: "jacnb-graph-body" }, this.drawing.element, this.#details()),
      this.#controls(),
      this.hint,
    );
    section.style.height = this.model.get("height");
    section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
    return section;
  }

  #details() {
    this.objectName = h("strong", { dir: "auto" });
    this.objectId = h("code", {});
    this.owner = h("span", { class: "jacnb-graph-owner" });
    this.fields = h("div", { "aria-live": "polite" });
    const close = iconButton("clear", "Close", () => this.open(null));
    close.replaceChildren("✕");
    const head = h("div", { class: "jacnb-graph-object" }, this.objectName, close);
    const id = h("div", { class: "jacnb-graph-id" }, this.objectId, copyButton("Copy id", () => this.objectId.textContent));
    this.details = h("aside", { class: "jacnb-graph-details", "aria-label": "Fields", hidden: true }, head, id, this.owner, this.fields);
    this.details.addEventListener("keydown", (event) => event.key === "Escape" && this.open(null));
    return this.details;
  }

  #controls() {
    this.picker = h("select", { "aria-label": "Walk", onchange: () => this.choose(Number(this.picker.value)) });
    const step = (path, label, act) => h("button", { type: "button", class: "jacnb-tool jacnb-graph-step", "aria-label": label, title: label, onclick: act }, s("svg", { class: "jacnb-icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: path })));
    this.first = step("M5 5h2.5v14H5zM19 5v14L8.5 12z", "First step", () => this.go(0));
    this.previous = step("M17 5v14L6.5 12z", "Previous step", () => this.go(this.step - 1));
    this.next = step("M7 5v14l10.5-7z", "Next step", () => this.go(this.step + 1));
    this.last = step("M16.5 5H19v14h-2.5zM5 5v14l10.5-7z", "Last step", () => this.go(Infinity));
    this.slider = h("input", { type: "range", min: "0", max: "0", step: "1", "aria-label": "Step", "data-lm-suppress-shortcuts": "true" });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.label = h("p", { class: "jacnb-graph-words", role: "status", dir: "auto" });
    const row = h("div", { class: "jacnb-graph-steps" }, this.picker, this.first, this.previous, this.slider, this.next, this.last);
    return h("div", { class: "jacnb-graph-controls", role: "group", "aria-label": "Steps of a walk" }, row, this.label);
  }
}

export default () => {
  let rows;
  return {
    initialize({ model }) {
      rows = new Rows(model);
    },
    render({ model, el }) {
      el.classList.add("jacnb-root");
      const view = new View(model, rows);
      el.append(view.element);
      return () => view.dispose();
    },
  };
};
