// One row in full: its JSON, who got it, what led to it and what it led to, and the
// code that would send it.

const SNIPPETS = { python: "Python", javascript: "JavaScript", wscat: "wscat", http: ".http" };
const SHOWN_TEXT = 100_000;
const COLOURED_TEXT = 20_000;
const EFFECTS_SHOWN = 12;

class Details {
  #row = null;
  #view = "json";
  #rows;
  #ask;
  #actions;

  /** `actions` are `go(seq)`, `close()`, `edit(text, lane)`, `resend(text, lane)`, `canSend()`. */
  constructor(rows, ask, actions) {
    this.#rows = rows;
    this.#ask = ask;
    this.#actions = actions;
    this.head = h("div", { class: "jacnb-details-head" });
    this.body = h("div", { class: "jacnb-details-body", tabindex: "0", "data-lm-suppress-shortcuts": "true" });
    this.side = h("div", { class: "jacnb-details-side" });
    this.element = h("section", { class: "jacnb-row-details", "aria-label": "Selected message", hidden: true }, this.head, h("div", { class: "jacnb-details-main" }, this.body, this.side));
  }

  async show(row) {
    this.#row = row;
    this.element.hidden = row === null;
    if (!row) return;
    if (row.kind !== "event" && this.#view in SNIPPETS) this.#view = "json";
    this.#paintHead(row);
    this.#paintSide(row);
    await this.#paintBody(row);
  }

  #paintHead(row) {
    const views = { json: "JSON", raw: "Raw", ...(row.kind === "event" ? SNIPPETS : {}) };
    const tabs = Object.entries(views).map(([view, word]) => this.#tab(view, word));
    const list = h("div", { class: "jacnb-tabs", role: "tablist", "aria-label": "Show as", onkeydown: (event) => this.#tabKey(event) }, tabs);
    const { sign, words, group } = kindOf(row);
    const title = h("h3", { class: `jacnb-details-title jacnb-kind-${group}` }, h("b", { class: "jacnb-sign", "aria-hidden": "true" }, isFailure(row) ? "⚠" : sign), ` ${words} `, h("bdi", { title: subject(row) }, subject(row)));
    const again = row.kind === "event" && this.#actions.canSend() ? h("div", { class: "jacnb-actions" }, this.#button("Edit", "Load into the composer", "edit"), this.#button("Send again", "Send it once more as the same client", "resend")) : "";
    const ends = h("div", { class: "jacnb-tools" }, copyButton("Copy", () => this.#copied), iconButton("close", "Close details", () => this.#actions.close()));
    this.head.replaceChildren(h("div", { class: "jacnb-details-parts" }, title, list, again), ends);
  }

  #tab(view, word) {
    const isOn = view === this.#view;
    const tab = h("button", { type: "button", role: "tab", class: "jacnb-tab", "aria-selected": String(isOn), tabindex: isOn ? "0" : "-1", "data-view": view }, word);
    tab.addEventListener("click", () => {
      this.#view = view;
      for (const other of tab.parentElement.children) {
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
      }
      this.#paintBody(this.#row);
    });
    return tab;
  }

  #tabKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...event.currentTarget.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
    event.preventDefault();
  }

  #button(word, title, action) {
    const button = h("button", { type: "button", class: "jacnb-small", title }, word);
    button.addEventListener("click", async () => {
      const row = this.#row;
      const text = await this.#rows.text(row.seq);
      if (text !== null) this.#actions[action](text, row.who);
    });
    return button;
  }

  #copied = "";

  async #paintBody(row) {
    const view = this.#view;
    const waiting = setTimeout(() => this.body.replaceChildren(h("p", { class: "jacnb-quiet" }, "Waiting for the notebook…")), 300);
    const [text, error] = view in SNIPPETS ? await this.#snippet(row, view) : [await this.#rows.text(row.seq), ""];
    clearTimeout(waiting);
    if (this.#row !== row || this.#view !== view) return;
    this.#copied = text ?? "";
    if (error || text === null) {
      this.body.replaceChildren(h("p", { class: "jacnb-quiet" }, error || this.#nothing(row)));
      return;
    }
    const value = view === "json" ? parsed(text) : undefined;
    const written = visible(value === undefined ? text : this.#pretty(text, value));
    const rest = written.length - SHOWN_TEXT;
    const isPlain = view in SNIPPETS || written.length > COLOURED_TEXT;
    const block = isPlain ? h("pre", { class: view in SNIPPETS ? "jacnb-json jacnb-snippet" : "jacnb-json", dir: "auto" }, written.slice(0, SHOWN_TEXT)) : jsonBlock(written);
    this.body.replaceChildren(block, ...(rest > 0 ? [h("p", { class: "jacnb-quiet" }, `${rest.toLocaleString()} more characters; Copy takes all of it.`)] : []));
  }

  /** Long numbers and double keys are shown as they came, not as JavaScript has them. */
  #pretty(text, value) {
    if (text.length > SHOWN_TEXT) return pretty(value);
    return survives(text) ? pretty(readJson(text)) : text;
  }

  #nothing(row) {
    return row.size ? "The payload is no longer kept: the trace has a limit in bytes." : "Nothing was said: this only records that it happened.";
  }

  async #snippet(row, kind) {
    const answer = await this.#ask({ op: "snippet", seq: row.seq, lane: row.who, as: kind });
    return [answer.text ?? "", answer.error];
  }

  #paintSide(row) {
    const lines = [["time", preciseClock(row.at)], ["size", sizeOf(row, "–")]];
    if (row.who != null) lines.push([row.kind === "event" ? "from" : "client", party(this.#rows.lane(row.who))]);
    if (row.kind === "close") lines.push(["ended", gist(row) || "–"]);
    if (row.reach || row.kind === "notification") lines.push([`to ${row.reach}`, this.#receivers(row)]);
    const list = h("dl", { class: "jacnb-facts" }, lines.map(([word, what]) => [h("dt", {}, word), h("dd", {}, what)]).flat());
    this.side.replaceChildren(list, ...this.#chain(row), ...this.#effects(row));
  }

  #receivers(row) {
    if (!row.reach) return h("span", { class: "jacnb-soft" }, "nobody");
    const shown = row.to.slice(0, RECEIVERS_NAMED);
    const rest = row.reach - shown.length;
    return [...shown.map((lane) => party(this.#rows.lane(lane))), rest > 0 ? h("span", { class: "jacnb-soft" }, `and ${rest} more`) : null];
  }

  /** What led to it, the first cause on top. */
  #chain(row) {
    const links = [];
    for (let seq = row.cause, hops = 0; seq != null && hops < 10; hops += 1) {
      links.unshift(this.#link(seq));
      seq = this.#rows.run(seq)?.cause;
    }
    return links.length ? [h("h4", {}, "Caused by"), h("ul", { class: "jacnb-links" }, links.map((link) => h("li", {}, link)))] : [];
  }

  #effects(row) {
    const found = this.#rows.rows.filter((each) => each.cause === row.seq);
    if (!found.length) return [];
    const links = found.slice(0, EFFECTS_SHOWN).map((each) => h("li", {}, this.#link(each.seq)));
    const rest = found.length - EFFECTS_SHOWN;
    return [h("h4", {}, "Led to"), h("ul", { class: "jacnb-links" }, links), rest > 0 ? h("p", { class: "jacnb-quiet" }, `and ${rest} more`) : ""];
  }

  #link(seq) {
    const row = this.#rows.run(seq);
    if (!row) return h("button", { type: "button", class: "jacnb-link jacnb-soft", onclick: () => this.#actions.go(seq) }, `#${seq} earlier…`);
    const { sign, group, words } = kindOf(row);
    return h("button", { type: "button", class: `jacnb-link jacnb-kind-${group}`, title: `${words} ${subject(row)}`, onclick: () => this.#actions.go(seq) }, h("b", { class: "jacnb-sign", "aria-hidden": "true" }, sign), h("span", {}, `${words} `, h("bdi", {}, subject(row))));
  }
}
