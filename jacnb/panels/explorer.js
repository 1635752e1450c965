// The explorer: who speaks and what on one side, what happens on the other. All views
// of the panel share one `Rows`, and one way to ask the kernel.

const BUSY_MS = 600;
const ANSWER_PATIENCE = 60_000;
// What was sent goes out when the cell has ended: until then it is not sent again.
const SEND_PATIENCE = 3_600_000;
Object.assign(ICONS, {
  plus: "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  more: "M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm0 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm0 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  pause: "M7 5h4v14H7zm6 0h4v14h-4z",
});

/** Questions to the kernel, each with its answer. */
class Kernel {
  #rows;
  #open = new Map();

  constructor(rows) {
    this.#rows = rows;
    rows.on((word, message) => {
      if (word === "message" && message.op === "answer") this.#answer(message.nonce, message);
      if (word === "live" && !message) for (const nonce of [...this.#open.keys()]) this.#answer(nonce, { error: GONE });
    });
  }

  /** Ask; `onWait` is told when the kernel takes its time. The answer has an `error`. */
  ask = (order, onWait = () => {}) => {
    const nonce = order.nonce ?? randomId();
    return new Promise((resolve) => {
      const busy = setTimeout(() => onWait("Waiting for the notebook: a cell is still running."), BUSY_MS);
      const patience = setTimeout(() => this.#answer(nonce, { error: "The notebook did not answer." }), order.op === "send" ? SEND_PATIENCE : ANSWER_PATIENCE);
      this.#open.set(nonce, { resolve, timers: [busy, patience] });
      if (!this.#rows.isLive || !this.#rows.send({ ...order, nonce })) this.#answer(nonce, { error: GONE });
    });
  };

  #answer(nonce, answer) {
    const asked = this.#open.get(nonce);
    if (!asked) return;
    this.#open.delete(nonce);
    asked.timers.forEach(clearTimeout);
    asked.resolve(answer);
  }
}

const GONE = `This panel is ${NOT_LIVE}.`;
const STILL = "There is no server to speak to: make an Explorer of one.";
const ENDED = "This server is stopped: jacnb.serve() starts another.";

function explorerPanel(model, rows, kernel, el) {
  const titleId = newId("title");
  let composer = null;
  const clients = new Clients(model, rows, kernel.ask, () => composer?.speakerChanged());
  const obstacle = () => (!rows.isLive ? GONE : model.get("stopped") ? ENDED : model.get("place").still ? STILL : "");
  composer = new Composer(model, kernel.ask, () => clients.actor, obstacle);
  const details = new Details(rows, kernel.ask, {
    go,
    close: () => timeline.deselect(),
    edit: (text, lane) => speakAs(lane) || edit(text),
    resend: (text, lane) => resend(text, lane),
    canSend: () => !obstacle(),
  });
  const timeline = new Timeline(rows, {
    onSelect: (row) => details.show(row),
    emptiness: model.get("place").still ? "There is nothing here." : "Nothing has happened yet. Send something.",
  });
  const sessions = new Sessions(rows, kernel.ask, { go, obstacle });

  async function go(seq) {
    if (!(await timeline.go(seq))) complain(`Entry #${seq} is not kept any more.`);
  }

  function speakAs(lane) {
    const actor = clients.byId(rows.lane(lane)?.client_id);
    if (actor) clients.choose(actor.key);
    return false;
  }
  function edit(text) {
    composer.load(text);
    composer.focus();
  }
  let isResending = false;
  async function resend(text, lane) {
    if (isResending) return;
    isResending = true;
    const actor = clients.byId(rows.lane(lane)?.client_id) ?? clients.actor;
    const answer = await kernel.ask({ op: "send", client: actor?.key ?? null, text, raw: true }, complain);
    isResending = false;
    errorBar.hidden = true;
    if (answer.error) complain(answer.error);
    else timeline.toEnd();
  }

  const { title } = model.get("place");
  const live = h("span", { class: "jacnb-state", role: "status" });
  const note = h("p", { class: "jacnb-note", role: "note" }, icon("info"), h("span", {}, model.get("note")));
  note.hidden = !model.get("note");
  const errorText = h("span", {});
  const errorBar = h("p", { class: "jacnb-note jacnb-bad", role: "alert", hidden: true }, errorText, h("span", { class: "jacnb-stretch" }), iconButton("close", "Dismiss", () => (errorBar.hidden = true)));
  function complain(text) {
    errorText.textContent = text;
    errorBar.hidden = false;
  }

  const pause = iconButton("pause", "Pause", () => timeline.pause(!timeline.isPaused));
  pause.setAttribute("aria-pressed", "false");
  timeline.onpause = (isPaused) => {
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.replaceChildren(icon(isPaused ? "run" : "pause"));
    pause.title = isPaused ? "Go on" : "Pause";
    pause.setAttribute("aria-label", pause.title);
  };
  const tools = h("div", { class: "jacnb-tools" }, pause, iconButton("clear", "Clear this view", () => timeline.clear()), sessions.button);
  const head = h("header", { class: "jacnb-header" }, h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-title" }, h("span", { class: "jacnb-name", id: titleId }, "Explorer"), h("code", { class: "jacnb-place", dir: "auto" }, title)), h("div", { class: "jacnb-sub" }, live)), tools);
  const left = h("div", { class: "jacnb-left" }, clients.element, composer.element);
  const right = h("div", { class: "jacnb-right" }, timeline.element, details.element, sessions.element);
  const section = h("section", { class: "jacnb-panel jacnb-explorer", "aria-labelledby": titleId }, head, note, errorBar, h("div", { class: "jacnb-columns" }, left, right));
  // JupyterLab forbids line breaks and undo in a cell's inputs, by a listener on each
  // input: what is stopped on its way down does not reach it.
  section.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
  section.style.height = model.get("height");
  section.style.setProperty("--jacnb-asked", model.get("height"));
  el.classList.add("jacnb-root");
  el.append(section);

  const tellState = () => {
    const actors = model.get("actors");
    const open = actors.filter((actor) => actor.state === "open").length;
    const last = rows.rows.at(-1)?.seq ?? -1;
    const who = model.get("place").still ? "" : `${open} ${open === 1 ? "client" : "clients"} to speak as · `;
    const count = model.get("place").entries ?? last + 1;
    const words = `${model.get("recorded") ? "recorded" : "live"} · ${who}${count.toLocaleString()} entries`;
    const told = standing(rows.isLive, model.get("stopped"), words);
    if (live.dataset.words === told.at(-1)) return;
    live.dataset.words = told.at(-1);
    live.replaceChildren(...told);
  };
  let isTelling = false;
  const tellSoon = () => {
    if (isTelling) return;
    isTelling = true;
    setTimeout(() => {
      isTelling = false;
      tellState();
    }, 250);
  };
  const stop = rows.on((word, detail) => {
    if (word === "error") complain(detail);
    if (word === "lanes") clients.refresh();
    if (word === "live") onActors();
    if (word === "added" || word === "changed") tellSoon();
  });
  const onActors = () => {
    clients.refresh();
    tellState();
  };
  const onWalkers = () => composer.offer();
  model.on("change:actors", onActors);
  model.on("change:stopped", onActors);
  model.on("change:walkers", onWalkers);
  tellState();
  return () => {
    stop();
    timeline.dispose();
    sessions.dispose();
    model.off("change:actors", onActors);
    model.off("change:stopped", onActors);
    model.off("change:walkers", onWalkers);
  };
}

export default () => {
  let rows;
  let kernel;
  return {
    initialize({ model }) {
      rows = new Rows(model);
      kernel = new Kernel(rows);
    },
    render({ model, el }) {
      return explorerPanel(model, rows, kernel, el);
    },
  };
};
