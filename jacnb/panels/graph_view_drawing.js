// The drawing of the graph, as the kernel laid it out (graph_view_layout.py).

const BOX = { width: 132, height: 44 };
const MOST_REPORTS = 2;

/** The drawing of the graph; keeps its elements while the graph grows. */
class Drawing {
  nodes = new Map();
  lines = new Map();
  between = new Map();
  chosen = null;
  #order = [];
  #zoom = true;

  constructor(options) {
    this.options = options;
    this.edges = s("g", { "aria-hidden": "true" });
    this.list = s("g", { role: "list", "aria-label": "Nodes" });
    this.said = s("g", { "aria-hidden": "true" });
    this.svg = s("svg", { class: "jacnb-graph-svg" }, this.edges, this.list, this.said);
    this.empty = h("p", { class: "jacnb-empty" }, "The graph is empty: a walker may connect nodes to its root.");
    this.element = h("div", { class: "jacnb-graph-paper", "data-lm-suppress-shortcuts": "true" }, this.svg, this.empty);
    this.element.addEventListener("click", (event) => this.#at(event, (id) => options.onOpen(id)));
    this.element.addEventListener("focusin", (event) => this.#at(event, (id) => (this.focused = id)));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.resizes = new ResizeObserver(() => this.#fit());
    this.resizes.observe(this.element);
  }

  dispose() {
    this.resizes.disconnect();
  }

  get isFitted() {
    return this.#zoom;
  }

  set isFitted(isFitted) {
    this.#zoom = isFitted;
    this.#fit();
  }

  show(graph) {
    this.size = graph.size ?? [0, 0];
    const nodes = graph.nodes ?? [];
    this.#order = nodes.map((node) => node.id);
    this.#keep(this.nodes, nodes, this.list, (node) => this.#node(node), (entry, node) => this.#move(entry, node));
    this.#keep(this.lines, graph.lines ?? [], this.edges, (each) => this.#line(each), (entry, each) => this.#bend(entry, each));
    this.between = new Map((graph.lines ?? []).map((each) => [pair(...each.ends), each.id]));
    this.empty.hidden = nodes.length > 1 || Boolean(graph.lines?.length);
    if (!this.#order.includes(this.focused)) this.focused = this.#order[0];
    for (const [id, { element }] of this.nodes) element.setAttribute("tabindex", id === this.focused ? "0" : "-1");
    this.#fit();
  }

  /** Mark what a walk has seen. */
  mark(seen) {
    for (const [id, entry] of this.nodes) {
      const numbers = seen.numbers.get(id) ?? [];
      entry.element.classList.toggle("jacnb-graph-visited", numbers.length > 0);
      entry.element.classList.toggle("jacnb-graph-current", seen.current === id);
      entry.element.classList.toggle("jacnb-graph-chosen", this.chosen === id);
      this.#badge(entry, numbers);
      const visits = numbers.length ? `, visited at step ${numbers.join(", ")}` : "";
      const reports = seen.reports.get(id)?.length ? `, reported ${seen.reports.get(id).join("; ").slice(0, 200)}` : "";
      entry.element.setAttribute("aria-label", `${entry.node.name} ${entry.node.label}${visits}${reports}`);
    }
    for (const [id, entry] of this.lines) {
      entry.element.classList.toggle("jacnb-graph-walked", seen.lines.has(id));
      entry.element.classList.toggle("jacnb-graph-here", seen.current === id);
    }
    this.said.replaceChildren(...[...seen.reports].flatMap(([id, reports]) => this.#reports(id, reports)));
  }

  /** Let a node or an edge light up for a moment. */
  pulse(id) {
    const element = (this.nodes.get(id) ?? this.lines.get(id))?.element;
    if (!element) return;
    element.classList.remove("jacnb-graph-lit");
    void element.getBoundingClientRect();
    element.classList.add("jacnb-graph-lit");
  }

  focus(id) {
    this.focused = id;
    for (const [each, { element }] of this.nodes) element.setAttribute("tabindex", each === id ? "0" : "-1");
    this.nodes.get(id)?.element.focus();
  }

  #keep(known, wanted, parent, make, update) {
    const ids = new Set(wanted.map((each) => each.id));
    for (const [id, entry] of known) {
      if (ids.has(id)) continue;
      entry.element.remove();
      known.delete(id);
    }
    for (const each of wanted) {
      if (!known.has(each.id)) {
        known.set(each.id, make(each));
        parent.append(known.get(each.id).element);
      }
      update(known.get(each.id), each);
    }
  }

  #node(node) {
    const { width, height } = BOX;
    const box = s("rect", { class: "jacnb-graph-box", x: -width / 2, y: -height / 2, width, height, rx: node.root ? height / 2 : 9 });
    const name = s("text", { class: "jacnb-graph-name" });
    const label = s("text", { class: "jacnb-graph-label", y: 13 });
    const badge = s("g", { class: "jacnb-graph-badge", transform: `translate(${-width / 2} ${-height / 2})` });
    const inner = s("g", { class: "jacnb-graph-inner" }, box, name, label, badge);
    const element = s("g", { class: `jacnb-graph-node${node.root ? " jacnb-graph-root" : ""}`, role: "listitem", "data-id": node.id, "data-lm-suppress-shortcuts": "true", tabindex: "-1" }, inner);
    return { element, name, label, badge };
  }

  #move(entry, node) {
    entry.node = node;
    entry.element.style.transform = `translate(${node.at[0]}px, ${node.at[1]}px)`;
    entry.element.style.setProperty("--own", node.colour);
    entry.name.textContent = fitted(node.name, BOX.width - 12);
    entry.name.setAttribute("y", node.label ? -2 : 4);
    entry.label.textContent = fitted(node.label, BOX.width - 4);
  }

  #badge({ badge }, numbers) {
    const text = numbers.slice(0, 3).join(", ") + (numbers.length > 3 ? "…" : "");
    if (badge.textContent === text) return;
    const width = 12 + 6.5 * text.length;
    badge.replaceChildren(...(text ? [s("rect", { x: -width / 2, y: -9, width, height: 18, rx: 9 }), s("text", { y: 4 }, text)] : []));
  }

  #line(each) {
    const path = s("path", { class: "jacnb-graph-line" });
    const tip = s("path", { class: "jacnb-graph-tip" });
    const name = s("text", { class: "jacnb-graph-edge" });
    return { element: s("g", { class: "jacnb-graph-link", "data-id": each.id }, path, tip, name), path, tip, name };
  }

  #bend({ path, tip, name }, each) {
    path.setAttribute("d", each.path);
    tip.setAttribute("d", each.tip ? tipOf(path) : "");
    name.textContent = each.name;
    name.setAttribute("x", each.middle[0]);
    name.setAttribute("y", each.middle[1] + 3);
  }

  #reports(id, reports) {
    const node = this.nodes.get(id)?.node;
    if (!node) return [];
    const times = new Map();
    for (const each of reports) times.set(each, (times.get(each) ?? 0) + 1);
    const shown = [...times].slice(-MOST_REPORTS).map(([each, count]) => fitted(`“${each}”`, 148) + (count > 1 ? ` ×${count}` : ""));
    if (times.size > MOST_REPORTS) shown[0] = `${reports.length} reports, the last new one:`;
    return shown.map((each, number) => this.#report(each, node.at[0], node.at[1] + BOX.height / 2 + 15 + 15 * number));
  }

  /** On ground of its own: edges pass below. */
  #report(said, x, y) {
    const width = 5.9 * [...said].length + 12;
    const back = s("rect", { class: "jacnb-graph-ground", x: fixed(x - width / 2), y: y - 10.5, width: fixed(width), height: 15, rx: 7.5 });
    return s("g", {}, back, s("text", { class: "jacnb-graph-report", x, y }, said));
  }

  #fit() {
    const [width, height] = this.size ?? [0, 0];
    const room = [this.element.clientWidth, this.element.clientHeight];
    const scale = this.#zoom ? Math.min(1.25, room[0] / width, room[1] / height) : 1;
    this.svg.setAttribute("viewBox", `0 0 ${Math.max(1, width)} ${Math.max(1, height)}`);
    this.svg.setAttribute("width", Math.max(1, Math.floor(width * scale)));
    this.svg.setAttribute("height", Math.max(1, Math.floor(height * scale)));
  }

  #at(event, act) {
    const element = event.target.closest?.("[data-id]");
    if (element) act(element.dataset.id);
  }

  #key(event) {
    const at = this.#order.indexOf(this.focused);
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.focus(this.#order[Math.min(this.#order.length - 1, Math.max(0, at + steps[event.key]))]);
    else if (event.key === "Enter" || event.key === " ") this.options.onOpen(this.focused);
    else if (event.key === "Escape") this.options.onOpen(null);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.options.onStep(event.key === "ArrowLeft" ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** An arrowhead at the end of a path, turned the way it comes in. */
function tipOf(path) {
  const length = path.getTotalLength();
  const [end, before] = [path.getPointAtLength(length), path.getPointAtLength(Math.max(0, length - 6))];
  const size = Math.max(0.1, Math.hypot(end.x - before.x, end.y - before.y));
  const [dx, dy] = [(end.x - before.x) / size, (end.y - before.y) / size];
  const corner = (side) => `${(end.x - 8 * dx - 4 * dy * side).toFixed(1)} ${(end.y - 8 * dy + 4 * dx * side).toFixed(1)}`;
  return `M${end.x.toFixed(1)} ${end.y.toFixed(1)}L${corner(1)}L${corner(-1)}z`;
}
