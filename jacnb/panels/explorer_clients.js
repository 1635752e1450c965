// Who can speak: pick one, open one, and see how its connection is.

const CLIENT_STATES = { open: ["●", "open"], reconnecting: ["◐", "reconnecting"], closed: ["○", "closed"] };
const CLOSE_CODES = [
  [1000, "done"],
  [1001, "going away"],
  [1008, "against the rules"],
  [1011, "internal error"],
  [4000, "a code of your own"],
];

class Clients {
  /** The number of the client that speaks; null is none. */
  chosen = null;
  #openKey = null;
  #model;
  #rows;
  #ask;
  #onChoose;

  constructor(model, rows, ask, onChoose) {
    this.#model = model;
    this.#rows = rows;
    this.#ask = ask;
    this.#onChoose = onChoose;
    const add = iconButton("plus", "Open a client", () => this.#toggleForm());
    add.setAttribute("aria-expanded", "false");
    this.add = add;
    this.form = this.#openForm();
    this.list = h("ul", { class: "jacnb-clients", "aria-label": "Clients" });
    this.hint = h("p", { class: "jacnb-quiet", role: "status", hidden: true });
    this.element = h("section", { class: "jacnb-clients-box", "aria-label": "Clients" }, h("div", { class: "jacnb-part-head" }, h("h3", {}, "Speak as"), h("span", { class: "jacnb-stretch" }), add), this.form, this.list, this.hint);
    this.refresh();
  }

  get actors() {
    return this.#model.get("actors");
  }

  /** The client that speaks, as the kernel describes it. */
  get actor() {
    return this.actors.find((actor) => actor.key === this.chosen) ?? null;
  }

  choose(key) {
    this.chosen = key;
    this.refresh();
  }

  /** The one with this client id, if it can speak. */
  byId(clientId) {
    return this.actors.find((actor) => actor.client_id === clientId && clientId) ?? null;
  }

  refresh() {
    if (!this.actor) this.chosen = (this.actors.find((each) => each.state === "open") ?? this.actors[0])?.key ?? null;
    // Whoever types a reason to close must not lose it because a ping came back.
    if (!this.list.contains(document.activeElement) || document.activeElement.tagName === "BUTTON") this.#paint();
    this.#onChoose(this.actor);
  }

  #paint() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.list.replaceChildren(...this.actors.map((actor) => this.#item(actor)));
    if (focused) this.list.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    this.#say(this.actors.length ? "" : "Nobody is here. Open a client to speak.");
  }

  #item(actor) {
    const [sign, word] = CLIENT_STATES[actor.state] ?? ["?", actor.state];
    const isChosen = actor.key === this.chosen;
    const rtt = actor.rtt === null ? null : chip(milliseconds(actor.rtt));
    const pick = h(
      "button",
      { type: "button", class: "jacnb-client", "aria-pressed": String(isChosen), "data-focus": `pick-${actor.key}`, onclick: () => this.choose(actor.key) },
      party({ ...actor, lane: this.#laneOf(actor) }),
      h("span", { class: "jacnb-client-channel", dir: "auto" }, `#${shortId(actor.channel_id)}`),
      h("span", { class: "jacnb-stretch" }),
      actor.own ? chip("own") : null,
      rtt,
      h("span", { class: `jacnb-state jacnb-is-${actor.state}`, title: word, "aria-label": word, role: "img" }, sign),
    );
    const isOpen = this.#openKey === actor.key;
    const more = iconButton("more", `Connection of ${actor.name}`, () => {
      this.#openKey = isOpen ? null : actor.key;
      this.#paint();
      this.list.querySelector(".jacnb-connection")?.scrollIntoView({ block: "nearest" });
    });
    more.setAttribute("aria-expanded", String(isOpen));
    more.dataset.focus = `more-${actor.key}`;
    return h("li", { class: isChosen ? "jacnb-chosen" : "" }, h("div", { class: "jacnb-client-line" }, pick, more), isOpen ? this.#connection(actor) : null);
  }

  /** The number that gives a client its colour in the timeline. */
  #laneOf(actor) {
    return [...this.#rows.lanes.values()].find((lane) => lane.client_id === actor.client_id)?.lane;
  }

  /** Handshake, ids, end, and what can be done to the connection. */
  #connection(actor) {
    const facts = [
      ["server", actor.url === "memory:" ? "in this process, without a socket" : actor.url],
      ["handshake", actor.url === "memory:" ? "none" : "101 Switching Protocols"],
      ["client_id", actor.client_id],
      ["root_id", actor.public ? `${actor.root_id} (public)` : actor.root_id],
      ["channel_id", actor.channel_id],
    ];
    if (actor.rtt !== null) facts.push(["ping", milliseconds(actor.rtt)]);
    if (actor.code !== null) facts.push(["closed", `${actor.code}${actor.reason ? `: ${actor.reason}` : ""}`]);
    const list = h("dl", { class: "jacnb-facts" }, facts.map(([word, what]) => [h("dt", {}, word), h("dd", {}, h("code", { title: what, dir: "auto" }, what))]).flat());
    const isOpen = actor.state === "open";
    const buttons = [
      isOpen ? this.#do("Ping", "Measure a ping there and back", actor, { op: "ping" }) : null,
      isOpen ? this.#closing(actor) : null,
      isOpen ? this.#do("Drop", "Cut the TCP connection without a word", actor, { op: "drop" }) : null,
      actor.own ? this.#do("Remove", "Close it and take it off the list", actor, { op: "forget" }) : null,
    ];
    return h("div", { class: "jacnb-connection" }, list, h("div", { class: "jacnb-actions" }, buttons));
  }

  #do(word, title, actor, order) {
    const button = h("button", { type: "button", class: "jacnb-small", title, "data-focus": `${order.op}-${actor.key}` }, word);
    button.addEventListener("click", () => this.#order({ ...order, client: actor.key }, button));
    return button;
  }

  #closing(actor) {
    const code = h("select", { "aria-label": "Close code" }, CLOSE_CODES.map(([number, word]) => h("option", { value: number }, `${number} ${word}`)));
    const reason = h("input", { type: "text", placeholder: "reason", "aria-label": "Reason", maxlength: "100" });
    const button = h("button", { type: "button", class: "jacnb-small", title: "Close with this code and reason" }, "Close");
    button.addEventListener("click", () => {
      button.focus();
      this.#order({ op: "close", client: actor.key, code: Number(code.value), reason: reason.value }, button);
    });
    return h("span", { class: "jacnb-closing" }, button, code, reason);
  }

  async #order(order, button) {
    button.disabled = true;
    const { error } = await this.#ask(order);
    button.disabled = false;
    this.#say(error ?? "", Boolean(error));
  }

  #openForm() {
    const { simulates, url } = this.#model.get("place");
    const field = (name, label, more = {}) => h("label", {}, h("span", {}, label), h("input", { type: "text", name, autocomplete: "off", spellcheck: "false", ...more }));
    const fields = [
      simulates ? field("user", "user", { placeholder: "empty: public" }) : field("url", "server", { value: url, placeholder: "ws://127.0.0.1:8000" }),
      field("channel_id", "channel", { placeholder: "empty: one of its own" }),
      field("token", "token", { type: "password", placeholder: simulates ? "instead of a user" : "empty: public" }),
    ];
    const submit = h("button", { type: "submit", class: "jacnb-small jacnb-strong" }, "Open");
    const form = h("form", { class: "jacnb-open-form", hidden: true, onsubmit: (event) => this.#open(event, submit) }, fields, h("div", { class: "jacnb-actions" }, submit));
    return form;
  }

  #toggleForm(isShown = this.form.hidden) {
    this.form.hidden = !isShown;
    this.add.setAttribute("aria-expanded", String(isShown));
    if (isShown) this.form.querySelector("input").focus();
  }

  async #open(event, button) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(this.form));
    button.disabled = true;
    const answer = await this.#ask({ op: "open", ...given });
    button.disabled = false;
    // A token stays in the page no longer than it has to.
    this.form.elements.token.value = "";
    if (answer.error) return this.#say(answer.error, true);
    this.#toggleForm(false);
    this.add.focus();
    this.choose(answer.key);
    this.#say(answer.note ?? "", Boolean(answer.note));
  }

  #say(text, isBad = false) {
    this.hint.textContent = text;
    this.hint.hidden = !text;
    this.hint.classList.toggle("jacnb-bad", isBad);
  }
}

function milliseconds(seconds) {
  const count = seconds * 1000;
  return `${count < 10 ? count.toFixed(1) : Math.round(count)} ms`;
}
