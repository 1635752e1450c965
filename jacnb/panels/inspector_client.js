// One client in the inspector: its ids, its last messages, and how it is closed.

const KEPT = 60;
const LONGEST = 20_000;
const MARKS = { event: "←", open: "●", close: "○", reply: "→", notification: "→", drop: "✗" };
const WORDS = { event: "from it", open: "connected", close: "gone", reply: "reply to it", notification: "to it", drop: "given up" };

/** Everything about one client, and its last messages. */
class Details {
  cells = null;
  last = -1;

  constructor(on) {
    this.on = on;
    this.name = h("h4", { class: "jacnb-name", dir: "auto", id: newId("client"), tabindex: "-1" });
    this.gone = h("span", { class: "jacnb-badge", hidden: true }, "gone");
    this.ids = h("dl", { class: "jacnb-details" });
    this.list = h("ol", { class: "jacnb-said-list", tabindex: "0", "aria-label": "Last messages" });
    this.empty = h("p", { class: "jacnb-empty-note" });
    this.ping = h("button", { type: "button", class: "jacnb-button", onclick: () => on.ping(this.cells) }, icon("ping"), h("span", {}, "Ping"));
    this.leave = h("button", { type: "button", class: "jacnb-button jacnb-danger", onclick: () => on.close(this.cells, this.leave) }, icon("unplug"), h("span", {}, "Disconnect"));
    const close = h("button", { type: "button", class: "jacnb-tool", "aria-label": "Close the details", title: "Close", onclick: () => on.shut() }, "✕");
    this.element = h(
      "aside",
      { class: "jacnb-client-pane", hidden: true, "aria-labelledby": this.name.id },
      h("div", { class: "jacnb-client-head" }, this.name, this.gone, close),
      this.ids,
      h("div", { class: "jacnb-client-tools" }, this.ping, this.leave),
      this.list,
      this.empty,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      on.shut();
    });
  }

  show(cells, hasTrace) {
    this.cells = cells;
    this.last = -1;
    this.list.replaceChildren();
    this.empty.textContent = hasTrace ? "No messages are kept of this client." : "This server keeps no trace: serve(trace=True).";
    this.empty.hidden = false;
    this.list.hidden = true;
    this.name.textContent = cells[1];
    this.ids.replaceChildren(...this.#id("client_id", cells[0]), ...this.#id("channel_id", cells[3]), ...this.#id("root_id", cells[11]));
    this.element.hidden = false;
    this.setGone(false);
    this.name.focus({ preventScroll: true });
  }

  hide() {
    this.cells = null;
    this.element.hidden = true;
  }

  setGone(isGone) {
    this.gone.hidden = !isGone;
    this.ping.disabled = this.leave.disabled = isGone;
  }

  add(messages) {
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 24;
    for (const message of messages) {
      if (message.seq <= this.last) continue;
      this.last = message.seq;
      this.list.append(this.#line(message));
    }
    while (this.list.childElementCount > KEPT) this.list.firstElementChild.remove();
    this.empty.hidden = this.list.childElementCount > 0;
    this.list.hidden = !this.empty.hidden;
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  setText(seq, text) {
    const body = this.list.querySelector(`[data-seq="${Number(seq)}"] .jacnb-json`);
    body?.replaceWith(this.#whole(text ?? "(not kept any more)"));
  }

  /** A payload; a very long one plainly, and not all of it: a page stands only so much. */
  #whole(text) {
    if (text.length <= LONGEST) return jsonBlock(parsed(text) === undefined ? text : pretty(parsed(text)));
    const rest = `… and ${count(text.length - LONGEST)} more characters: see server.trace`;
    return h("pre", { class: "jacnb-json", dir: "auto" }, text.slice(0, LONGEST), rest);
  }

  #id(name, id) {
    return [h("dt", {}, name), h("dd", {}, h("code", { title: id, dir: "auto" }, id), copyButton(`Copy ${name}`, () => id))];
  }

  #line(message) {
    const isFrom = message.kind === "event";
    const isPassing = message.kind === "open" || message.kind === "close";
    const mark = h("span", { class: `jacnb-way ${isFrom ? "jacnb-from" : ""}`, title: WORDS[message.kind] ?? message.kind, role: "img", "aria-label": WORDS[message.kind] ?? message.kind }, MARKS[message.kind] ?? "·");
    const head = h("span", { class: "jacnb-said-head" }, mark, chip(message.type), h("time", {}, clock(message.at)), message.size && !isPassing ? h("span", {}, bytes(message.size)) : null);
    const line = h("li", { "data-seq": message.seq }, head);
    if (isPassing && message.text == null && !message.size) return line;
    if (message.text == null) line.append(h("p", { class: "jacnb-empty-note" }, "not kept any more"));
    else line.append(...[folded(jsonBlock(message.text), message.text)].flat());
    if (message.cut) line.append(h("button", { type: "button", class: "jacnb-more", onclick: (event) => { event.target.remove(); this.on.text(message.seq); } }, `${count(message.cut)} more characters`));
    return line;
  }
}

/** Asks before a client is disconnected; takes the focus and gives it back. */
class Confirm {
  cells = null;

  constructor(onYes) {
    this.question = h("p", { id: newId("confirm"), dir: "auto" });
    this.yes = h("button", { type: "button", class: "jacnb-button jacnb-danger jacnb-filled", onclick: () => this.#answer(onYes) }, "Disconnect");
    this.no = h("button", { type: "button", class: "jacnb-button", onclick: () => this.#answer() }, "Cancel");
    this.element = h("div", { class: "jacnb-confirm", role: "alertdialog", "aria-modal": "false", "aria-labelledby": this.question.id, hidden: true }, icon("unplug"), this.question, this.no, this.yes);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#answer();
    });
  }

  /** @param asker The button that asks: it gets the focus back, which not every browser gave it. */
  ask(cells, asker) {
    this.cells = cells;
    this.asker = asker;
    this.question.textContent = `Disconnect ${cells[1]} from ${cells[3]}?`;
    this.element.hidden = false;
    this.no.focus();
  }

  /** There is nobody to disconnect any more. */
  withdraw() {
    if (this.element.contains(this.element.getRootNode().activeElement)) this.#answer();
    this.element.hidden = true;
    this.cells = null;
  }

  #answer(then = null) {
    const { cells } = this;
    this.cells = null;
    this.element.hidden = true;
    if (then) then(cells);
    if (this.asker?.isConnected) this.asker.focus({ preventScroll: true });
  }
}
