// A live sequence diagram: what is filtered, paused and exported.

const CHAIN = 400;
const TYPES = 100;
const PICTURE_ROWS = 200;
const MERMAID_ROWS = 500;
const CHOICES = [
  ["events", "event"],
  ["runs", "run"],
  ["visits", "visit"],
  ["notifications", "notification"],
  ["responses", "response"],
  ["errors", "error"],
  ["connections", "open"],
];

class Diagram {
  groups = new Set(CHOICES.map(([group]) => group).filter((group) => group !== "visits"));
  type = "";
  text = "";
  picked = null;
  frozen = null;
  unseen = 0;
  #places = new Places();
  #effects = null;
  #names = new Map();
  #isDue = false;
  #nonces = new Map();

  constructor(model, rows) {
    this.model = model;
    this.rows = rows;
    const sentence = (row) => this.sentence(row);
    this.paper = new Paper({
      sentence,
      chain: (seq) => this.chain(seq),
      onOpen: (row) => this.open(row),
      onRoom: () => this.#arrangeSoon(),
      onTop: () => this.frozen || this.rows.earlier(),
      onFollow: (isFollowing) => this.#followed(isFollowing),
      onNeighbour: (row, isCause) => this.neighbour(row, isCause),
      emptiness: () => (this.rows.rows.length ? "No message fits the filter." : this.model.get("recorded") ? "There is no message in it." : "No messages yet: connect a client, call a walker."),
    });
    this.details = new Details(rows, {
      sentence,
      hasCauses: model.get("has_causes"),
      causes: (row) => this.causes(row),
      effects: (row) => this.effectsOf(row),
      onJump: (row) => this.jump(row),
      onClose: () => this.open(null),
    });
    this.element = this.#section();
    this.stop = rows.on((word, detail) => this.#heard(word, detail));
    this.finds = new Finds(rows, () => this.#arrangeSoon());
    this.onStopped = () => this.#arrangeSoon();
    model.on("change:stopped", this.onStopped);
    this.arrange();
  }

  dispose() {
    this.stop();
    this.finds.dispose();
    this.model.off("change:stopped", this.onStopped);
    this.paper.dispose();
  }

  // What rows say of one another.

  sentence(row) {
    return sentenceOf(row, (lane) => this.rows.lane(lane).name, (run) => this.#names.get(run) ?? "a walker");
  }

  causes(row) {
    const causes = [];
    let current = row;
    while (current.cause !== null && causes.length < LISTED) {
      const cause = this.#get(current.cause);
      if (!cause) return { causes, isLost: current };
      causes.push(cause);
      current = cause;
    }
    return { causes, isLost: null };
  }

  effectsOf(row) {
    if (!this.#effects) {
      this.#effects = new Map();
      for (const each of this.shownRows()) {
        if (each.cause === null) continue;
        const known = this.#effects.get(each.cause);
        if (known) known.push(each);
        else this.#effects.set(each.cause, [each]);
      }
    }
    return this.#effects.get(row.seq) ?? [];
  }

  /** The numbers of a message, of all that caused it and of all that it led to. */
  chain(seq) {
    const row = this.#get(seq);
    if (!row) return null;
    const found = new Set([seq, ...this.causes(row).causes.map((each) => each.seq)]);
    const waiting = [row];
    while (waiting.length && found.size < CHAIN) {
      for (const effect of this.effectsOf(waiting.pop())) {
        if (found.has(effect.seq)) continue;
        found.add(effect.seq);
        waiting.push(effect);
      }
    }
    return found;
  }

  shownRows() {
    const here = this.frozen ?? this.rows.rows;
    const earlier = this.finds.before(here);
    return earlier.length ? earlier.concat(here) : here;
  }

  /** The filter as the kernel understands it; null if it is as at first. */
  #lookedFor() {
    const isUsual = CHOICES.every(([group]) => this.groups.has(group) === (group !== "visits"));
    return isUsual && !this.type && !this.text && !this.picked ? null : this.#order(null);
  }

  #get(seq) {
    return this.rows.get(seq) ?? this.shownRows().find((row) => row.seq === seq);
  }

  // What is shown.

  wanted() {
    const text = this.text.toLocaleLowerCase();
    const named = lanesNamed(text, this.rows.lanes);
    const wanted = (row) => {
      const words = wordsOf(row);
      if (words.mark === "end" || !this.groups.has(GROUPS[words.mark] ?? "errors")) return false;
      if (this.type && aboutOf(row, words) !== this.type) return false;
      if (this.picked && !this.#isPicked(row)) return false;
      if (!text || (named.size && row.to.some((lane) => named.has(lane)))) return true;
      return `${this.sentence(row)}\n${row.text ?? ""}`.toLocaleLowerCase().includes(text);
    };
    wanted.lanes = this.picked;
    return wanted;
  }

  #isPicked(row) {
    const parties = row.who === null ? row.to : [row.who, ...row.to];
    return !parties.length || parties.some((lane) => this.picked.has(lane));
  }

  arrange() {
    this.finds.look(this.#lookedFor());
    const rows = this.shownRows();
    this.#effects = null;
    for (const row of rows) if (row.kind === "run" && !this.#names.has(row.seq)) this.#names.set(row.seq, row.type);
    if (this.#names.size > 20_000) this.#names.clear();
    const layout = arranged(rows, this.#places, this.wanted(), this.rows.lanes, this.paper.room, this.paper.lanes);
    this.paper.show(layout);
    const count = layout.messages.length;
    const clients = [...this.rows.lanes.values()].filter((lane) => lane.open).length;
    this.state.replaceChildren(...standing(this.rows.isLive, this.model.get("stopped"), ...(this.frozen ? ["paused", "reconnecting"] : [this.model.get("recorded") ? "a recording" : "live"])));
    this.count.textContent = `${clients} client${clients === 1 ? "" : "s"} · ${count.toLocaleString()} message${count === 1 ? "" : "s"}`;
  }

  #arrangeSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.arrange();
    });
  }

  #heard(word, detail) {
    if (word === "error") return this.say(detail, true);
    if (word === "message") return this.#answered(detail);
    if (word === "added" && (this.frozen || !this.paper.isFollowing)) this.#setUnseen(this.unseen + detail.length);
    if (word === "lanes") this.paper.headsKey = "";
    if (word === "changed") this.paper.forget(detail);
    if (!this.frozen || word !== "added") this.#arrangeSoon();
  }

  // What a reader does.

  open(row) {
    this.paper.chosen = row?.seq ?? null;
    this.details.show(row);
    this.paper.relate(row?.seq ?? null);
    if (!row && this.paper.current !== null) this.paper.focus(this.paper.current);
  }

  jump(row) {
    this.open(row);
    if (!this.paper.focus(row.seq)) this.say("That message is hidden by the filter.");
  }

  neighbour(row, isCause) {
    const others = isCause ? this.causes(row).causes : this.effectsOf(row);
    others.some((each) => this.paper.focus(each.seq));
  }

  pause() {
    this.frozen = this.frozen ? null : [...this.rows.rows];
    this.pauseButton.setAttribute("aria-pressed", String(Boolean(this.frozen)));
    this.pauseButton.textContent = this.frozen ? "▶ Resume" : "❚❚ Pause";
    if (this.frozen) this.rows.send({ op: "still", wanted: this.#order(PICTURE_ROWS) });
    else this.paper.toEnd();
    this.#setUnseen(0);
    this.arrange();
  }

  #export(format) {
    if (!this.rows.isLive) return this.say("The kernel is gone: it would draw the picture.", true);
    const nonce = randomId();
    this.#nonces.set(nonce, format);
    this.rows.send({ op: "export", format, nonce, wanted: this.#order(format === "svg" ? PICTURE_ROWS : MERMAID_ROWS) });
  }

  async #answered(message) {
    if (message.op !== "file" || !this.#nonces.delete(message.nonce)) return;
    if (message.format === "mermaid") {
      await copyText(message.text);
      return this.say("Copied as Mermaid text.");
    }
    const url = URL.createObjectURL(new Blob([message.text], { type: "image/svg+xml" }));
    h("a", { href: url, download: "sequence.svg" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    this.say("Saved as sequence.svg.");
  }

  #order(last) {
    return { kinds: [...this.groups], type: this.type, text: this.text, clients: this.picked ? [...this.picked] : null, last };
  }

  say(text, isError = false) {
    this.hint.textContent = text;
    this.hint.hidden = !text;
    this.hint.classList.toggle("jacnb-bad", isError);
  }

  #followed(isFollowing) {
    if (isFollowing && !this.frozen) {
      this.#setUnseen(0);
      this.rows.release();
    }
    this.#setUnseen(this.unseen);
  }

  #setUnseen(count) {
    this.unseen = count;
    this.jumpButton.hidden = this.paper.isFollowing && !(this.frozen && count);
    this.jumpButton.replaceChildren(icon("down"), count ? `${count.toLocaleString()} new` : "Follow");
  }

  // How it is put together.

  #section() {
    const titleId = newId("title");
    this.state = h("span", { class: "jacnb-state", role: "status" });
    this.count = h("span", { class: "jacnb-seq-count" });
    this.hint = h("p", { class: "jacnb-seq-hint", role: "status", hidden: true });
    this.jumpButton = h("button", { type: "button", class: "jacnb-jump", hidden: true, onclick: () => this.#toNewest() });
    const note = this.model.get("note");
    const section = h(
      "section",
      { class: "jacnb-panel jacnb-seq", "aria-labelledby": titleId },
      h(
        "header",
        { class: "jacnb-header" },
        h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, h("h3", { class: "jacnb-name", id: titleId }, "Sequence diagram")), h("div", { class: "jacnb-sub" }, this.state, this.count)),
        this.#tools(),
      ),
      note ? h("p", { class: "jacnb-seq-note-line" }, icon("info"), note) : null,
      this.#filters(),
      this.clients,
      h("div", { class: "jacnb-seq-body" }, h("div", { class: "jacnb-seq-box" }, this.paper.element, this.jumpButton), this.details.element),
      this.hint,
    );
    section.style.height = this.model.get("height");
    section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
    return section;
  }

  #toNewest() {
    if (this.frozen) return this.pause();
    this.paper.toEnd();
  }

  #tools() {
    const tool = (label, title, onclick) => h("button", { type: "button", class: "jacnb-tool jacnb-raw", title, onclick }, label);
    this.pauseButton = tool("❚❚ Pause", "Hold the picture; it then stays in the saved notebook, too", () => this.pause());
    this.pauseButton.setAttribute("aria-pressed", "false");
    const compact = tool("compact", "Rows close together", () => {
      this.paper.isCompact = !this.paper.isCompact;
      compact.setAttribute("aria-pressed", String(this.paper.isCompact));
      this.paper.redraw();
      this.arrange();
    });
    compact.setAttribute("aria-pressed", "false");
    const svg = tool("SVG", "Save as an SVG file", () => this.#export("svg"));
    const mermaid = tool("Mermaid", "Copy as Mermaid text", () => this.#export("mermaid"));
    return h("div", { class: "jacnb-tools" }, this.pauseButton, compact, svg, mermaid);
  }

  #filters() {
    const chips = CHOICES.map(([group, mark]) => {
      const button = h("button", { type: "button", class: `jacnb-seq-choice jacnb-seq-${mark}`, "aria-pressed": String(this.groups.has(group)) }, group);
      button.addEventListener("click", () => {
        if (!this.groups.delete(group)) this.groups.add(group);
        button.setAttribute("aria-pressed", String(this.groups.has(group)));
        this.arrange();
      });
      return button;
    });
    const search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search messages", dir: "auto" });
    search.addEventListener("input", () => {
      this.text = search.value;
      this.#arrangeSoon();
    });
    this.types = h("select", { "aria-label": "Type", class: "jacnb-seq-types" }, h("option", { value: "" }, "all types"));
    for (const event of ["focus", "pointerdown"]) this.types.addEventListener(event, () => this.#listTypes());
    this.types.addEventListener("change", () => {
      this.type = this.types.value;
      this.arrange();
    });
    this.clients = h("fieldset", { class: "jacnb-seq-clients", id: newId("clients"), hidden: true });
    const menu = h("button", { type: "button", class: "jacnb-seq-choice jacnb-seq-menu", "aria-expanded": "false", "aria-controls": this.clients.id }, "clients ▾");
    menu.addEventListener("click", () => {
      this.clients.hidden = !this.clients.hidden;
      menu.setAttribute("aria-expanded", String(!this.clients.hidden));
      this.#listClients();
    });
    return h("div", { class: "jacnb-seq-filters", role: "group", "aria-label": "Filter" }, h("div", { class: "jacnb-seq-chips" }, chips), h("div", { class: "jacnb-seq-find" }, menu, this.types, search));
  }

  #listTypes() {
    const found = new Set();
    for (const row of this.shownRows()) {
      if (found.size >= TYPES) break;
      const words = wordsOf(row);
      if (words.mark !== "end" && row.kind !== "visit" && row.kind !== "report") found.add(aboutOf(row, words));
    }
    if (this.type) found.add(this.type);
    const options = [...found].sort().map((type) => h("option", { value: type }, type.slice(0, 60)));
    this.types.replaceChildren(h("option", { value: "" }, "all types"), ...options);
    this.types.value = this.type;
  }

  #listClients() {
    const shown = new Set(this.paper.layout.columns.map((lane) => lane.lane));
    const boxes = [...this.rows.lanes.values()].slice(-200).map((lane) => {
      const box = h("input", { type: "checkbox", value: lane.lane });
      box.checked = this.picked ? this.picked.has(lane.lane) : shown.has(lane.lane);
      return h("label", {}, box, h("span", { dir: "auto" }, lane.name));
    });
    const all = h("button", { type: "button", class: "jacnb-seq-choice" }, "everybody");
    all.addEventListener("click", () => {
      this.picked = null;
      this.arrange();
      this.#listClients();
    });
    this.clients.onchange = () => {
      this.picked = new Set([...this.clients.querySelectorAll("input:checked")].map((box) => Number(box.value)));
      this.arrange();
    };
    this.clients.replaceChildren(h("legend", { class: "jacnb-hidden" }, "Clients that are shown"), all, ...boxes);
  }
}

export default () => {
  let rows;
  return {
    initialize({ model }) {
      rows = new Rows(model);
    },
    render({ model, el }) {
      const diagram = new Diagram(model, rows);
      // The picture that stays in the saved notebook is not for the live page.
      const hide = h("style", {}, `.jacnb-still-${model.get("still")} { display: none; }`);
      el.classList.add("jacnb-root");
      el.append(hide, diagram.element);
      return () => diagram.dispose();
    },
  };
};
