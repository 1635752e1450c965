// Sessions as files: save this one, replay one, compare two. A file is read in the
// page and goes to the kernel as text; what is saved comes from there in parts.

const MAX_FILE = 8 * 1024 * 1024;
const MARKS = { same: " ", missing: "−", added: "+", changed: "~" };
const MARK_WORDS = { missing: "only in the first", added: "only in the second", changed: "changed" };

class Sessions {
  #rows;
  #ask;
  #parts = new Map();
  #files = { a: null, b: null };

  /** `obstacle()` says why nothing can be sent, or "". */
  constructor(rows, ask, { go, obstacle }) {
    this.obstacle = obstacle;
    this.#rows = rows;
    this.#ask = ask;
    this.go = go;
    this.body = h("div", { class: "jacnb-dialog-body" });
    this.title = h("h3", { id: newId("session") });
    const close = iconButton("close", "Close", () => this.hide());
    this.element = h("div", { class: "jacnb-dialog", role: "dialog", "aria-labelledby": this.title.id, hidden: true, tabindex: "-1" }, h("div", { class: "jacnb-part-head" }, this.title, h("span", { class: "jacnb-stretch" }), close), this.body);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.hide();
    });
    this.button = h("button", { type: "button", class: "jacnb-tool jacnb-raw", "aria-expanded": "false", title: "Save, replay and compare sessions", onclick: () => (this.element.hidden ? this.show() : this.hide()) }, "Session");
    this.stop = rows.on((word, message) => word === "message" && message.op === "file" && this.#part(message));
  }

  show() {
    this.#files = { a: null, b: null };
    this.title.textContent = "Session";
    this.status = h("p", { class: "jacnb-quiet", role: "status" });
    this.result = h("div", { class: "jacnb-diff" });
    this.body.replaceChildren(this.#saving(), this.#replaying(), this.#comparing(), this.status, this.result);
    this.element.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.element.focus();
  }

  hide() {
    this.element.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  dispose() {
    this.stop();
  }

  // Save.

  #saving() {
    const save = h("button", { type: "button", class: "jacnb-small jacnb-strong", onclick: () => this.#save() }, "Save as JSONL");
    return this.#section("Save", "Everything that is kept, one entry a line; tokens are masked.", save);
  }

  async #save() {
    this.#say("Asking the notebook…");
    const nonce = randomId();
    this.#parts.set(nonce, []);
    const answer = await this.#ask({ op: "save", nonce });
    if (answer.error) this.#say(answer.error, true);
  }

  #part({ nonce, part, parts, text }) {
    const got = this.#parts.get(nonce);
    if (!got) return;
    got[part] = text;
    const count = got.filter((each) => each !== undefined).length;
    this.#say(count < parts ? `Receiving ${Math.round((100 * count) / parts)} %…` : "Saved.");
    if (count < parts) return;
    this.#parts.delete(nonce);
    download(`session-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.jsonl`, got);
  }

  // Replay.

  #replaying() {
    const pace = h("select", { "aria-label": "Pace" }, h("option", { value: "" }, "at once"), h("option", { value: "1" }, "as it was"), h("option", { value: "10" }, "10 times faster"));
    const here = h("button", { type: "button", class: "jacnb-small", onclick: () => this.#replay(null, pace.value) }, "Replay this session");
    const file = filePicker("Replay a file…", (text) => this.#replay(text, pace.value), (error) => this.#say(error, true));
    if (this.obstacle()) return this.#section("Replay", this.obstacle());
    return this.#section("Replay", "Sends again what the clients sent, as clients of the same names.", here, file, pace);
  }

  async #replay(session, pace) {
    this.#say("Sending again…");
    const answer = await this.#ask({ op: "replay", session, pace: pace ? Number(pace) : null });
    if (answer.error) return this.#say(answer.error, true);
    this.#say(`${answer.sent} ${answer.sent === 1 ? "event" : "events"} sent again.`);
    this.result.replaceChildren(h("ul", { class: "jacnb-problems" }, answer.notes.map((note) => h("li", {}, note))));
  }

  // Compare.

  #comparing() {
    const side = (key) => {
      const name = h("span", { class: "jacnb-file", dir: "auto" }, "this session");
      const pick = filePicker(key === "a" ? "First…" : "Second…", (text, file) => {
        this.#files[key] = text;
        name.textContent = file;
      }, (error) => this.#say(error, true));
      return h("span", { class: "jacnb-side" }, pick, name);
    };
    const compare = h("button", { type: "button", class: "jacnb-small jacnb-strong", onclick: () => this.#compare() }, "Compare");
    return this.#section("Compare", "Two sessions by what happened; ids and times do not count.", side("a"), side("b"), compare);
  }

  async #compare() {
    this.#say("Comparing…");
    const answer = await this.#ask({ op: "diff", ...this.#files });
    if (answer.error) return this.#say(answer.error, true);
    this.#say(answer.summary);
    const lines = answer.lines.map((line) => this.#line(line));
    if (answer.more > 0) lines.push(h("li", { class: "jacnb-quiet" }, `${answer.more} more lines: see explorer.diff(…)`));
    this.result.replaceChildren(h("ol", { class: "jacnb-changes", "aria-label": "Differences" }, lines));
  }

  #line({ mark, text, paths, count }) {
    if (mark === "hidden") return h("li", { class: "jacnb-quiet" }, `… ${count} the same`);
    const details = paths.map(([path, before, after]) => h("li", {}, h("code", {}, path), " ", h("del", { dir: "auto" }, before), " → ", h("ins", { dir: "auto" }, after)));
    const sign = h("b", { title: MARK_WORDS[mark] ?? "the same", "aria-label": MARK_WORDS[mark] ?? "the same" }, MARKS[mark]);
    return h("li", { class: `jacnb-change jacnb-change-${mark}` }, sign, h("span", { dir: "auto" }, text), details.length ? h("ul", {}, details) : null);
  }

  #section(title, about, ...content) {
    return h("section", { class: "jacnb-dialog-part" }, h("h4", {}, title), h("p", { class: "jacnb-quiet" }, about), h("div", { class: "jacnb-actions" }, content));
  }

  #say(text, isBad = false) {
    this.status.textContent = text;
    this.status.classList.toggle("jacnb-bad", isBad);
    this.result.replaceChildren();
  }
}

/** A button that picks a file and hands on its text and name. */
function filePicker(label, onText, onError) {
  const input = h("input", { type: "file", accept: ".jsonl,.json,.txt", class: "jacnb-hidden", tabindex: "-1", "aria-hidden": "true" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    if (file.size > MAX_FILE) onError(`${file.name} is larger than ${bytes(MAX_FILE)}: replay it in a cell`);
    else onText(await file.text(), file.name);
  });
  return h("span", {}, h("button", { type: "button", class: "jacnb-small", onclick: () => input.click() }, label), input);
}

function download(name, parts) {
  const address = URL.createObjectURL(new Blob(parts, { type: "application/x-ndjson" }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
