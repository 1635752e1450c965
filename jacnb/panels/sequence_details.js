// One message in full, with its causes.

const LISTED = 20;
const PLAIN_TEXT = 20_000;

/** What is known of one message: its payload, its causes and what it led to. */
class Details {
  constructor(rows, options) {
    this.rows = rows;
    this.options = options;
    this.element = h("aside", { class: "jacnb-seq-details", "aria-label": "Message", hidden: true, "data-lm-suppress-shortcuts": "true" });
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && options.onClose());
  }

  show(row) {
    this.row = row;
    this.element.hidden = !row;
    if (!row) return this.element.replaceChildren();
    const close = iconButton("clear", "Close", () => this.options.onClose());
    close.replaceChildren("✕");
    const stamp = new Date(row.at * 1000);
    const facts = [
      ["time", `${clock(row.at)}.${String(stamp.getMilliseconds()).padStart(3, "0")}`],
      ["entry", `#${row.seq}, ${row.kind}`],
      ["size", sizeOf(row, "none")],
      ["reach", row.kind === "notification" ? `${row.reach} client${row.reach === 1 ? "" : "s"}` : null],
    ];
    const list = facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
    const payload = h("div", { class: "jacnb-seq-payload", "aria-live": "polite" }, row.size ? "…" : "");
    this.element.replaceChildren(
      h("div", { class: "jacnb-seq-said" }, h("strong", { dir: "auto" }, this.options.sentence(row)), close),
      h("dl", { class: "jacnb-seq-facts" }, list),
      payload,
      ...this.#causes(row),
    );
    if (row.size) this.#load(row, payload);
  }

  async #load(row, payload) {
    const text = await this.rows.text(row.seq);
    if (this.row !== row) return;
    if (text === null) return payload.replaceChildren(h("p", { class: "jacnb-quiet" }, "The payload is not kept any more."));
    const value = parsed(text);
    const shown = value === undefined ? text : pretty(value);
    const isLong = shown.length > PLAIN_TEXT;
    const block = isLong ? h("pre", { class: "jacnb-json", dir: "auto" }, shown.slice(0, PLAIN_TEXT)) : jsonBlock(shown);
    const cut = isLong ? h("p", { class: "jacnb-quiet" }, `${(shown.length - PLAIN_TEXT).toLocaleString()} more characters: copy them all`) : null;
    payload.replaceChildren(copyButton("Copy payload", () => shown), ...[folded(block, shown)].flat(), ...(cut ? [cut] : []));
  }

  #causes(row) {
    if (!this.options.hasCauses) return [h("p", { class: "jacnb-quiet" }, "What caused it is not known here.")];
    const { causes, isLost } = this.options.causes(row);
    const effects = this.options.effects(row);
    const because = causes.map((each) => this.#jump(each));
    if (isLost) because.push(h("li", { class: "jacnb-quiet" }, `entry #${isLost.cause}, which is not in this diagram`));
    if (!because.length) because.push(h("li", { class: "jacnb-quiet" }, row.kind === "notification" ? "sent by code of the notebook" : "nothing: it is the beginning"));
    const parts = [h("h4", {}, "Because of"), h("ol", {}, because)];
    if (!effects.length) return parts;
    const rest = effects.length > LISTED ? h("li", { class: "jacnb-quiet" }, `and ${effects.length - LISTED} more`) : null;
    return [...parts, h("h4", {}, "It led to"), h("ol", {}, effects.slice(0, LISTED).map((each) => this.#jump(each)), rest)];
  }

  #jump(row) {
    const button = h("button", { type: "button", class: "jacnb-seq-jump", dir: "auto", onclick: () => this.options.onJump(row) }, this.options.sentence(row));
    return h("li", {}, button);
  }
}
