// Who can speak: pick one, open one, and see how its connection is.

const CLIENT_STATES = { open: ["●", "open"], reconnecting: ["◐", "reconnecting"], closed: ["○", "closed"], unknown: ["◌", "not known: the panel is not live"] };
const FILTERED_FROM = 12;
const CLOSE_CODES = [
  [1000, "done"],
  [1001, "going away"],
  [1008, "against the rules"],
  [1011, "internal error"],
  [4000, "a code of your own"],
];
const REASON_BYTES = 123;

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
    this.filter = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter clients", spellcheck: "false", oninput: () => this.#paint() });
    this.filterLine = h("div", { class: "jacnb-client-filter", hidden: true }, this.filter);
    this.nobody = h("p", { class: "jacnb-quiet", hidden: true });
    this.hint = h("p", { class: "jacnb-quiet", role: "status", hidden: true });
    this.element = h("section", { class: "jacnb-clients-box", "aria-label": "Clients" }, h("div", { class: "jacnb-part-head" }, h("h3", {}, "Speak as"), h("span", { class: "jacnb-stretch" }), add), this.form, this.filterLine, this.list, this.nobody, this.hint);
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
    this.#say("");
    this.refresh();
    this.#show(this.list.querySelector(".jacnb-chosen"));
  }

  /** Bring a part of the list into sight, without moving the page. */
  #show(part) {
    if (!part) return;
    const [box, inner] = [this.list.getBoundingClientRect(), part.getBoundingClientRect()];
    if (inner.top < box.top) this.list.scrollTop += inner.top - box.top;
    else if (inner.bottom > box.bottom) this.list.scrollTop += inner.bottom - box.bottom;
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
    const shown = this.#fitting();
    this.list.replaceChildren(...shown.map((actor) => this.#item(actor)));
    this.nobody.textContent = shown.length ? "" : this.actors.length ? "No client fits." : this.#model.get("place").still ? "Nobody speaks here." : "Nobody is here. Open a client to speak.";
    this.nobody.hidden = shown.length > 0;
    this.add.disabled = !this.#rows.isLive || this.#model.get("stopped") || this.#model.get("place").still;
    if (focused) this.list.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Where there are many, those whose name, channel or id has what is typed. */
  #fitting() {
    this.filterLine.hidden = this.actors.length <= FILTERED_FROM;
    const wanted = this.filterLine.hidden ? "" : this.filter.value.trim().toLowerCase();
    return this.actors.filter(({ name, channel_id: channel, client_id: id }) => `${name}\n${channel}\n${id}`.toLowerCase().includes(wanted));
  }

  #item(actor) {
    const state = this.#rows.isLive ? actor.state : "unknown";
    const [sign, word] = CLIENT_STATES[state] ?? ["?", state];
    const isChosen = actor.key === this.chosen;
    const rtt = actor.rtt === null ? null : chip(milliseconds(actor.rtt));
    const pick = h(
      "button",
      { type: "button", class: "jacnb-client", "aria-pressed": String(isChosen), "data-focus": `pick-${actor.key}`, onclick: () => this.choose(actor.key) },
      party({ ...actor, lane: this.#laneOf(actor) }),
      h("span", { class: "jacnb-client-channel", title: actor.channel_id }, "#", h("bdi", {}, shortId(actor.channel_id))),
      h("span", { class: "jacnb-stretch" }),
      actor.own ? chip("own") : null,
      rtt,
      h("span", { class: `jacnb-state jacnb-is-${state}`, title: word, "aria-label": word, role: "img" }, sign),
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

  /** What the server's trace keeps of it; of another server only that it went well. */
  #handshake(actor) {
    if (actor.url === "memory:") return [["handshake", "none"]];
    const opened = this.#rows.rows.find((row) => row.kind === "open" && this.#rows.lane(row.who)?.client_id === actor.client_id);
    const said = parsed(opened?.text ?? "") ?? {};
    const { path, origin, user_agent: program, peer, authorization } = said;
    const facts = [["handshake", "101 Switching Protocols"], ["asked for", path], ["Origin", origin], ["User-Agent", program], ["Authorization", authorization], ["from", peer]];
    return facts.filter(([, what]) => what);
  }

  /** Handshake, ids, end, and what can be done to the connection. */
  #connection(actor) {
    const facts = [
      ["server", actor.url === "memory:" ? "in this process, without a socket" : actor.url],
      ...this.#handshake(actor),
      ["client_id", actor.client_id],
      ["root_id", actor.public ? `${actor.root_id} (public)` : actor.root_id],
      ["channel_id", actor.channel_id],
    ];
    if (actor.rtt !== null) facts.push(["ping", milliseconds(actor.rtt)]);
    if (actor.code !== null) facts.push(["closed", `${actor.code}${actor.reason ? `: ${actor.reason}` : ""}`]);
    const list = h("dl", { class: "jacnb-facts" }, facts.map(([word, what]) => [h("dt", {}, word), h("dd", {}, h("code", { title: what, dir: "auto" }, what))]).flat());
    const isOpen = this.#rows.isLive && actor.state === "open";
    const buttons = [
      isOpen ? this.#do("Ping", "Measure a ping there and back", actor, { op: "ping" }) : null,
      isOpen ? this.#closing(actor) : null,
      isOpen ? this.#do("Drop", "Cut the TCP connection without a word", actor, { op: "drop" }) : null,
      actor.own && this.#rows.isLive ? this.#do("Remove", "Close it and take it off the list", actor, { op: "forget" }) : null,
    ];
    return h("div", { class: "jacnb-connection" }, list, h("div", { class: "jacnb-actions" }, buttons));
  }

  #do(word, title, actor, order) {
    const button = h("button", { type: "button", class: "jacnb-small", title, "data-focus": `${order.op}-${actor.key}` }, word);
    button.addEventListener("click", () => this.#order({ ...order, client: actor.key }, button));
    return button;
  }

  #closing(actor) {
    const codes = h("datalist", { id: newId("codes") }, CLOSE_CODES.map(([number, word]) => h("option", { value: number }, word)));
    const code = h("input", { type: "text", inputmode: "numeric", class: "jacnb-close-code", value: "1000", list: codes.id, "aria-label": "Close code", autocomplete: "off" });
    const reason = h("input", { type: "text", placeholder: "reason", "aria-label": "Reason", autocomplete: "off" });
    const error = h("p", { class: "jacnb-quiet jacnb-bad", role: "alert", hidden: true });
    const button = h("button", { type: "button", class: "jacnb-small", title: "Close with this code and reason" }, "Close");
    const isRight = () => {
      const wrong = closeCodeProblem(code.value) || reasonProblem(reason.value);
      error.textContent = wrong;
      error.hidden = !wrong;
      if (wrong) this.#show(error);
      code.setAttribute("aria-invalid", String(Boolean(closeCodeProblem(code.value))));
      reason.setAttribute("aria-invalid", String(Boolean(reasonProblem(reason.value))));
      return !wrong;
    };
    const close = () => {
      if (!isRight()) return;
      button.focus();
      this.#order({ op: "close", client: actor.key, code: Number(code.value), reason: reason.value }, button);
    };
    button.addEventListener("click", close);
    const box = h("span", { class: "jacnb-closing" }, button, code, reason, codes, error);
    box.addEventListener("input", isRight);
    box.addEventListener("keydown", (event) => event.key === "Enter" && event.target !== button && close());
    return box;
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
    this.wrong = h("p", { class: "jacnb-quiet jacnb-bad", role: "alert", hidden: true });
    const clear = () => this.#sayInForm("");
    return h("form", { class: "jacnb-open-form", hidden: true, oninput: clear, onsubmit: (event) => this.#open(event, submit) }, fields, this.wrong, h("div", { class: "jacnb-actions" }, submit));
  }

  #toggleForm(isShown = this.form.hidden) {
    this.form.hidden = !isShown;
    this.#sayInForm("");
    this.#say("");
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
    if (answer.error) return this.#sayInForm(answer.error);
    this.#toggleForm(false);
    this.add.focus();
    this.choose(answer.key);
    this.#say(answer.note ?? "", Boolean(answer.note));
  }

  /** What is wrong in the form goes when the form does, or when somebody types. */
  #sayInForm(text) {
    this.wrong.textContent = text;
    this.wrong.hidden = !text;
  }

  #say(text, isBad = false) {
    this.hint.textContent = text;
    this.hint.hidden = !text;
    this.hint.classList.toggle("jacnb-bad", isBad);
  }
}

/** Why this client cannot send; empty if it can. */
function whyNot(actor) {
  if (!actor) return "Nobody is here to send it: open a client with +.";
  if (actor.state === "open") return "";
  return actor.state === "reconnecting" ? `${actor.name} is reconnecting.` : `${actor.name} is closed: choose another client, or open one with +.`;
}

/** What is wrong with a close code (RFC 6455, section 7.4), or "". */
function closeCodeProblem(text) {
  const code = /^\d{4}$/.test(text.trim()) ? Number(text) : 0;
  const isRight = code >= 1000 && code < 5000 && (code >= 3000 || (code < 1015 && ![1004, 1005, 1006].includes(code)));
  return isRight ? "" : "No close code: take 1000 (done), or one of your own, 3000 to 4999.";
}

function reasonProblem(text) {
  return new TextEncoder().encode(text).length > REASON_BYTES ? `The reason is too long: ${REASON_BYTES} bytes at most.` : "";
}

function milliseconds(seconds) {
  const count = seconds * 1000;
  return `${count < 10 ? count.toFixed(1) : Math.round(count)} ms`;
}
