// The scrolling drawing of a sequence diagram: of lanes, arrows and bars only what is in
// sight is in the page.

const AROUND = 12;

/** The scrolling drawing: paints what is in sight, and knows which message has focus. */
class Paper {
  layout = { messages: [], bars: new Map(), columns: [], firsts: new Map(), lasts: new Map(), hidden: 0 };
  isFollowing = true;
  isCompact = false;
  current = null;
  chosen = null;
  related = null;
  #drawn = new Map();
  #slots = 1;
  #isDue = false;
  #isFocused = false;
  // To ask the page for these while it is drawn would have it lay out all it has.
  #size = { width: 0, height: 0, heads: 0 };
  #isMeasured = false;
  #top = 0;

  constructor(options) {
    this.options = options;
    this.heads = h("div", { class: "jacnb-seq-heads" });
    this.ground = s("g", { "aria-hidden": "true" });
    this.list = s("g", { role: "list", "aria-label": "Messages" });
    this.svg = s("svg", { class: "jacnb-seq-svg" }, this.ground, this.list);
    this.space = h("div", { class: "jacnb-seq-space" }, this.svg);
    this.empty = h("p", { class: "jacnb-empty" });
    this.element = h("div", { class: "jacnb-seq-paper", "data-lm-suppress-shortcuts": "true", onscroll: () => this.#scrolled() }, this.heads, this.space, this.empty);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("click", (event) => this.#at(event, (message) => this.#open(message)));
    // What is open stays marked, wherever the pointer comes to lie.
    this.element.addEventListener("pointerover", (event) => this.#at(event, (message) => this.chosen ?? this.relate(message.row.seq)));
    this.element.addEventListener("pointerleave", () => this.relate(this.chosen));
    this.element.addEventListener("focusin", (event) => this.#at(event, (message) => this.#focused(message)));
    this.resizes = new ResizeObserver(() => this.#resized());
    this.resizes.observe(this.element);
  }

  dispose() {
    this.resizes.disconnect();
  }

  /** Show this; whoever reads further up keeps the place. */
  show(layout) {
    const anchor = this.isFollowing ? null : this.#anchor();
    this.layout = layout;
    for (const bar of layout.bars.values()) if (bar.first >= 0) this.#slots = Math.max(this.#slots, bar.slot + 1);
    this.#measure();
    if (anchor) this.element.scrollTop = this.indexOf(anchor.seq) * this.geometry.row + anchor.offset;
    // Before it is in the page, it has no size.
    if (this.#size.height) this.paint();
    else this.#settle();
  }

  #resized() {
    this.#isMeasured = false;
    const before = this.room;
    this.redraw();
    if (this.room !== before) this.options.onRoom();
  }

  /** Draw everything again, as sizes or names changed. */
  redraw() {
    this.#erase();
    this.#measure();
    this.#settle();
  }

  /** Draw these anew when they are next in sight: what they say has changed. */
  forget(rows) {
    for (const { seq } of rows) {
      const element = this.#drawn.get(seq);
      this.#isFocused ||= element !== undefined && element === this.list.getRootNode().activeElement;
      element?.remove();
      this.#drawn.delete(seq);
    }
  }

  /** How many clients there is room for beside the server. */
  get room() {
    return roomOf(this.#size.width, this.#sizes, this.#slots);
  }

  /** The clients that have a column now. */
  get lanes() {
    return new Set(this.layout.columns.map((lane) => lane.lane));
  }

  get #sizes() {
    return SIZES[this.isCompact ? "compact" : "wide"];
  }

  toEnd() {
    this.#follow(true);
    this.#settle();
  }

  /** Bring a message in sight and give it the focus; returns whether it is there. */
  focus(seq) {
    const index = this.indexOf(seq);
    if (this.layout.messages[index]?.row.seq !== seq) return false;
    this.#reveal(index);
    this.current = seq;
    this.paint();
    this.#drawn.get(seq)?.focus({ preventScroll: true });
    return true;
  }

  relate(seq) {
    this.related = seq == null ? null : this.options.chain(seq);
    for (const [number, element] of this.#drawn) this.#mark(number, element);
    this.svg.classList.toggle("jacnb-seq-chained", this.related !== null && this.related.size > 1);
    this.#paintGround();
  }

  indexOf(seq) {
    const { messages } = this.layout;
    let [low, high] = [0, messages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (messages[middle].row.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #measure() {
    const { layout } = this;
    const before = this.geometry?.key;
    if (!this.#isMeasured) this.#readSize();
    this.geometry = new Geometry(layout, this.#size.width, this.#sizes, this.#slots);
    const { width, row, key } = this.geometry;
    const height = layout.messages.length * row + 12;
    this.space.style.height = `${height}px`;
    this.space.style.width = this.heads.style.width = `${width}px`;
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", Math.max(height, this.#size.height - this.#size.heads));
    if (key === before) return;
    this.#erase();
    // Where not everything has room, the server and what runs there are seen first.
    if (this.isFollowing) this.element.scrollLeft = width - this.#size.width;
  }

  #readSize() {
    const { clientWidth, clientHeight } = this.element;
    this.#size = { width: clientWidth, height: clientHeight, heads: this.heads.offsetHeight };
    this.#isMeasured = clientHeight > 0;
  }

  #erase() {
    this.#isFocused ||= this.list.contains(this.list.getRootNode().activeElement);
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
  }

  #settle() {
    if (this.isFollowing) this.element.scrollTop = this.element.scrollHeight;
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.paint();
    });
  }

  paint() {
    const { messages } = this.layout;
    const { row } = this.geometry;
    if (this.isFollowing) this.element.scrollTop = this.element.scrollHeight;
    this.#top = this.element.scrollTop;
    const first = Math.max(0, Math.floor(this.#top / row) - AROUND);
    const count = Math.ceil(this.#size.height / row) + 2 * AROUND;
    const seen = messages.slice(first, first + count);
    this.range = [first, first + seen.length];
    // What has the focus stays in the page, or the focus would be lost.
    const index = this.current === null ? -1 : this.indexOf(this.current);
    const current = messages[index]?.row.seq === this.current ? messages[index] : null;
    if (current && !seen.includes(current)) seen.push(current);
    const kept = new Set(seen.map((message) => message.row.seq));
    for (const [seq, element] of this.#drawn) {
      if (kept.has(seq)) continue;
      element.remove();
      this.#drawn.delete(seq);
    }
    const tabbed = current?.row.seq ?? messages.at(-1)?.row.seq;
    for (const message of seen) this.#place(message, tabbed);
    this.#order(seen);
    if (this.#isFocused) this.#drawn.get(this.current)?.focus({ preventScroll: true });
    this.#isFocused = false;
    this.#paintGround();
    this.#paintHeads();
    this.empty.hidden = messages.length > 0;
    this.empty.textContent = this.options.emptiness();
  }

  #place(message, tabbed) {
    const { row, index } = message;
    let element = this.#drawn.get(row.seq);
    if (!element) {
      element = this.#element(message);
      this.#drawn.set(row.seq, element);
    }
    element.setAttribute("transform", `translate(0 ${this.geometry.y(index)})`);
    element.parentNode ?? this.list.append(element);
    element.setAttribute("tabindex", row.seq === tabbed ? "0" : "-1");
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.layout.messages.length);
    this.#clock(message, element);
    this.#mark(row.seq, element);
  }

  /** Readers of the page hear messages in the order of the tree. */
  #order(seen) {
    const inOrder = [...seen].sort((a, b) => a.index - b.index);
    let at = this.list.firstChild;
    for (const message of inOrder) {
      const element = this.#drawn.get(message.row.seq);
      if (element === at) at = at.nextSibling;
      else this.list.insertBefore(element, at);
    }
  }

  #element(message) {
    const { row } = message;
    const { width } = this.geometry;
    const back = s("rect", { class: "jacnb-seq-hit", x: 0, y: -this.geometry.row / 2, width, height: this.geometry.row });
    const attributes = {
      class: `jacnb-seq-message jacnb-seq-${wordsOf(row).mark}`,
      role: "listitem",
      "data-seq": row.seq,
      "data-lm-suppress-shortcuts": "true",
      "aria-label": this.options.sentence(row),
    };
    return s("g", attributes, back, shapes(message, this.geometry));
  }

  #clock({ row, index }, element) {
    const before = this.layout.messages[index - 1];
    const isNew = !before || Math.floor(before.row.at) !== Math.floor(row.at);
    const shown = element.querySelector(".jacnb-seq-time");
    if (isNew === Boolean(shown)) return;
    if (shown) shown.remove();
    else element.append(s("text", { class: "jacnb-seq-time", x: GUTTER - 10, y: 4 }, clock(row.at)));
  }

  #mark(seq, element) {
    element.classList.toggle("jacnb-seq-related", Boolean(this.related?.has(seq)));
    element.classList.toggle("jacnb-seq-chosen", this.chosen === seq);
  }

  #paintGround() {
    if (!this.range) return;
    const { layout, geometry } = this;
    const [first, end] = this.range;
    const top = geometry.y(first) - 2 * geometry.row;
    const bottom = Math.max(geometry.y(end) + geometry.row, this.#top + this.#size.height);
    const parts = layout.columns.flatMap((lane) => this.#lane(lane, top, bottom));
    if (layout.hidden) parts.push(line(geometry.others, top, geometry.others, bottom, "jacnb-seq-lane"));
    parts.push(line(geometry.server, top, geometry.server, bottom, "jacnb-seq-lane"));
    for (const bar of layout.bars.values()) {
      if (bar.first < 0 || bar.first > end || (bar.isOver && bar.last < first)) continue;
      parts.push(this.#bar(bar, top, bottom));
    }
    this.ground.replaceChildren(...parts);
  }

  #lane(lane, top, bottom) {
    const { layout, geometry } = this;
    const x = geometry.x(lane.lane);
    const begin = layout.firsts.has(lane.lane) ? geometry.y(layout.firsts.get(lane.lane)) : top;
    const end = layout.lasts.has(lane.lane) ? geometry.y(layout.lasts.get(lane.lane)) : bottom;
    const parts = [];
    const piece = (from, to, name) => from < to && parts.push(line(x, from, x, to, name));
    piece(top, Math.min(begin, bottom), "jacnb-seq-lane jacnb-seq-gone");
    piece(Math.max(top, begin), Math.min(bottom, end), "jacnb-seq-lane");
    piece(Math.max(top, end), bottom, "jacnb-seq-lane jacnb-seq-gone");
    return parts;
  }

  #bar(bar, top, bottom) {
    const { geometry } = this;
    const from = Math.max(top, geometry.y(bar.first) - 8);
    const to = bar.isOver ? Math.min(bottom, geometry.y(bar.last) + 8) : bottom;
    const name = `jacnb-seq-bar${bar.failed ? " jacnb-seq-failed" : ""}${this.related?.has(bar.run) ? " jacnb-seq-related" : ""}`;
    return s("rect", { class: name, x: geometry.at(bar) - 5, y: fixed(from), width: 10, height: fixed(Math.max(4, to - from)), rx: 3 });
  }

  #paintHeads() {
    const { layout, geometry } = this;
    const key = geometry.key + JSON.stringify(layout.columns) + layout.hidden;
    if (key === this.headsKey) return;
    this.headsKey = key;
    const place = (x, width, ...children) => h("div", { class: "jacnb-seq-head", style: `left:${fixed(x - width / 2)}px;width:${fixed(width)}px` }, ...children);
    const heads = layout.columns.map((lane) => {
      const face = h("span", { class: `jacnb-avatar ${laneColour(lane)}`, "aria-hidden": "true" }, initial(lane.name));
      const sub = lane.open ? (lane.channel_id ? `#${shortId(lane.channel_id)}` : "") : "gone";
      const head = place(geometry.x(lane.lane), geometry.column - 6, face, h("b", { dir: "auto", title: `${lane.name}\n${lane.client_id}` }, middling(lane.name, 0.72 * geometry.column)), h("small", { dir: "auto" }, sub));
      head.classList.toggle("jacnb-seq-faded", !lane.open);
      return head;
    });
    if (layout.hidden) heads.push(place(geometry.others, geometry.column - 6, h("span", { class: "jacnb-avatar jacnb-colour-none" }, "…"), h("b", {}, `${layout.hidden} more`), h("small", {}, "clients")));
    const server = place(geometry.server, 84, h("span", { class: "jacnb-seq-server" }, "server"));
    this.heads.replaceChildren(...heads, server);
    this.#isMeasured = false;
  }

  // Who looks where.

  #at(event, act) {
    const element = event.target.closest?.("[data-seq]");
    const message = element && this.layout.messages[this.indexOf(Number(element.dataset.seq))];
    if (message) act(message);
  }

  #open(message) {
    this.current = message.row.seq;
    this.options.onOpen(message.row);
    this.paint();
  }

  #focused(message) {
    this.current = message.row.seq;
    this.relate(message.row.seq);
  }

  #anchor() {
    const row = this.geometry?.row ?? 1;
    const index = Math.floor(this.element.scrollTop / row);
    const message = this.layout.messages[index];
    return message ? { seq: message.row.seq, offset: this.element.scrollTop - index * row } : null;
  }

  #scrolled() {
    const { element } = this;
    this.#follow(element.scrollHeight - element.scrollTop - element.clientHeight < this.geometry.row);
    if (!this.isFollowing && element.scrollTop < 4 * this.geometry.row) this.options.onTop();
    if (element.scrollTop !== this.#top) this.#settle();
  }

  #follow(isFollowing) {
    if (this.isFollowing === isFollowing) return;
    this.isFollowing = isFollowing;
    this.options.onFollow(isFollowing);
  }

  #reveal(index) {
    const { row } = this.geometry;
    const { scrollTop, clientHeight } = this.element;
    const room = clientHeight - this.heads.offsetHeight;
    const top = index * row;
    if (top >= scrollTop && top + row <= scrollTop + room) return;
    this.#follow(false);
    this.element.scrollTop = top < scrollTop ? Math.max(0, top - row) : top - room + 2 * row;
  }

  #key(event) {
    const message = this.current === null ? null : this.layout.messages[this.indexOf(this.current)];
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.geometry.row) - 3);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") message && this.#open(message);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") message && this.options.onNeighbour(message.row, event.key === "ArrowLeft");
    else if (event.key === "Escape") this.options.onOpen(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(step) {
    const { messages } = this.layout;
    if (!messages.length) return;
    const from = this.current === null ? (step > 0 ? -1 : messages.length) : this.indexOf(this.current);
    const index = Math.min(messages.length - 1, Math.max(0, from + step));
    this.focus(messages[index].row.seq);
    if (step === Infinity) this.toEnd();
  }
}
