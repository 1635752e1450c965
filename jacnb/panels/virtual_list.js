// A list of any length of which only what is seen is in the page. Rows are all of one
// height, are sorted by `seq`, and keep their place while others come and go.

const OVERSCAN = 8;
const NEAR_TOP = 4;

class VirtualList {
  items = [];
  selected = null;
  /** Whether the newest item stays in sight; scrolling up ends that. */
  isFollowing = true;
  #drawn = new Map();
  #isPainting = false;
  #top = 0;
  #height = 0;
  #watched;
  #options;

  /**
   * @param options `label`; `rowHeight` in pixels; `draw(item)` returns the content of
   *   a row; `describe(item)` says it in words; `onSelect(item)`; `onTop()` when the
   *   first row comes in sight; `onFollow(isFollowing)`.
   */
  constructor(options) {
    this.#options = options;
    this.space = h("div", { class: "jacnb-list-space", role: "presentation" });
    this.element = h("div", {
      class: "jacnb-list",
      role: "listbox",
      tabindex: "0",
      "aria-label": options.label,
      "data-lm-suppress-shortcuts": "true",
      onscroll: () => this.#scrolled(),
      onkeydown: (event) => this.#key(event),
      onclick: (event) => this.#clicked(event),
    }, this.space);
    // Shown later than made, or made larger: then there is more to paint.
    this.resizes = new ResizeObserver(() => this.#resized());
    this.resizes.observe(this.element);
    // A page that takes the list out and puts it in again scrolls it to its top and
    // tells nobody; but then the row in the middle is out of sight.
    this.watch = new IntersectionObserver((seen) => seen.at(-1).isIntersecting || this.#resized(), { root: this.element });
  }

  /** Show these items, which must be sorted; whoever reads further up stays there. */
  setItems(items) {
    const anchor = this.isFollowing ? null : this.#anchor();
    this.items = items;
    this.space.style.height = `${items.length * this.#options.rowHeight}px`;
    if (anchor) this.element.scrollTop = this.#indexOf(anchor.seq) * this.#options.rowHeight + anchor.offset;
    this.#settle();
  }

  /** Draw what is in sight again: something that rows show has changed. */
  redraw() {
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#paintSoon();
  }

  toEnd() {
    this.#follow(true);
    this.#settle();
  }

  /** Select the item of this number; returns whether it is in the list. */
  select(seq, { isShown = true } = {}) {
    const index = this.#indexOf(seq);
    const item = this.items[index]?.seq === seq ? this.items[index] : null;
    if (seq != null && !item) return false;
    this.selected = item ? seq : null;
    if (item && index < this.items.length - 1) this.#follow(false);
    if (item && isShown) this.#reveal(index);
    this.#paintSoon();
    this.#options.onSelect(item);
    return true;
  }

  dispose() {
    this.resizes.disconnect();
    this.watch.disconnect();
  }

  /** Smaller, larger, or put into the page again, which scrolls it to its top. */
  #resized() {
    const { clientHeight, scrollTop } = this.element;
    if (!this.isFollowing && clientHeight) {
      if (scrollTop === 0 && this.#top) this.element.scrollTop = this.#top;
      else if (clientHeight !== this.#height && this.selected != null) this.#reveal(this.#indexOf(this.selected));
    }
    this.#height = clientHeight;
    this.#settle();
  }

  #settle() {
    if (this.isFollowing) this.element.scrollTop = this.element.scrollHeight;
    this.#paintSoon();
  }

  #paintSoon() {
    if (this.#isPainting) return;
    this.#isPainting = true;
    requestAnimationFrame(() => {
      this.#isPainting = false;
      this.#paint();
    });
  }

  #paint() {
    const { rowHeight } = this.#options;
    if (this.isFollowing) this.element.scrollTop = this.element.scrollHeight;
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - OVERSCAN);
    const count = Math.ceil(this.element.clientHeight / rowHeight) + 2 * OVERSCAN;
    const seen = this.items.slice(first, first + count);
    const wanted = new Set(seen.map((item) => item.seq));
    for (const [seq, element] of this.#drawn) {
      if (wanted.has(seq)) continue;
      element.remove();
      this.#drawn.delete(seq);
    }
    seen.forEach((item, number) => this.#place(item, first + number));
    this.#watchMiddle();
    const active = this.#drawn.get(this.selected);
    if (active) this.element.setAttribute("aria-activedescendant", active.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #watchMiddle() {
    const { scrollTop, clientHeight } = this.element;
    const middle = this.items[Math.min(this.items.length - 1, Math.floor((scrollTop + clientHeight / 2) / this.#options.rowHeight))];
    const row = this.#drawn.get(middle?.seq);
    if (row === this.#watched) return;
    this.watch.disconnect();
    this.#watched = row;
    if (row) this.watch.observe(row);
  }

  #place(item, index) {
    let element = this.#drawn.get(item.seq);
    if (!element) {
      element = this.#options.draw(item);
      element.id = newId("row");
      element.dataset.seq = item.seq;
      element.setAttribute("role", "option");
      element.setAttribute("aria-label", this.#options.describe(item));
      this.#drawn.set(item.seq, element);
      this.space.append(element);
    }
    element.style.transform = `translateY(${index * this.#options.rowHeight}px)`;
    element.setAttribute("aria-selected", String(item.seq === this.selected));
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.items.length);
  }

  #scrolled() {
    const { element } = this;
    // Out of the page it has no height, and what it says then means nothing.
    if (!element.clientHeight) return;
    this.#top = element.scrollTop;
    this.#follow(element.scrollHeight - element.scrollTop - element.clientHeight < this.#options.rowHeight);
    if (!this.isFollowing && element.scrollTop < NEAR_TOP * this.#options.rowHeight) this.#options.onTop();
    this.#paintSoon();
  }

  #follow(isFollowing) {
    if (this.isFollowing === isFollowing) return;
    this.isFollowing = isFollowing;
    this.#options.onFollow(isFollowing);
  }

  /** The first row in sight and how far it is scrolled off. */
  #anchor() {
    const { rowHeight } = this.#options;
    const index = Math.floor(this.element.scrollTop / rowHeight);
    const item = this.items[index];
    return item ? { seq: item.seq, offset: this.element.scrollTop - index * rowHeight } : null;
  }

  #indexOf(seq) {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reveal(index) {
    const { rowHeight } = this.#options;
    const { scrollTop, clientHeight } = this.element;
    const top = index * rowHeight;
    if (top >= scrollTop && top + rowHeight <= scrollTop + clientHeight) return;
    this.#follow(false);
    this.element.scrollTop = Math.max(0, top - clientHeight / 2);
  }

  #clicked(event) {
    const row = event.target.closest("[data-seq]");
    if (row) this.select(Number(row.dataset.seq), { isShown: false });
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#options.rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key === "Escape" && this.selected != null) this.select(null);
    else if (event.key in steps) this.#step(steps[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(step) {
    if (!this.items.length) return;
    const last = this.items.length - 1;
    const from = this.selected == null ? (step > 0 ? -1 : this.items.length) : this.#indexOf(this.selected);
    const index = Math.min(last, Math.max(0, from + step));
    this.select(this.items[index].seq);
    if (step === Infinity) this.toEnd();
  }
}
