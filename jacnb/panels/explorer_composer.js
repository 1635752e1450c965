// What to send: an event by a form, by its JSON, or any text at all. It is checked
// while somebody types: by the schema at once, by the kernel a moment later.

const CHECK_MS = 250;
const HISTORY_KEPT = 50;
const WALKER = "walker:";
const PLAIN_ID = /^[\d]{9,11}:[0-9a-f]{32}$/;
const MODES = { form: "Form", json: "JSON", raw: "Raw" };
const ABOUT_RAW = "Goes out exactly as it stands here, right or wrong.";

class Composer {
  #mode = "form";
  #choice = "";
  #draft = new Draft();
  #form = null;
  #problems = [];
  #isInsisting = false;
  #isSending = false;
  #isBlocked = false;
  #checks = 0;
  #history = [];
  #model;
  #ask;
  #speaker;
  #obstacle;

  /**
   * `speaker()` returns the client that speaks, as the kernel describes it;
   * `obstacle()` why nobody can send anything, or "".
   */
  constructor(model, ask, speaker, obstacle) {
    this.#obstacle = obstacle;
    this.#model = model;
    this.#ask = ask;
    this.#speaker = speaker;
    const id = newId("event");
    this.picker = h("select", { id, onchange: () => this.#pick(this.picker.value) });
    this.about = h("p", { class: "jacnb-about", dir: "auto" });
    this.tabs = h("div", { class: "jacnb-tabs", role: "tablist", "aria-label": "Write as" }, Object.entries(MODES).map(([mode, word]) => this.#tab(mode, word)));
    this.fields = h("div", { class: "jacnb-fields" });
    this.text = h("textarea", { class: "jacnb-code jacnb-source", "aria-label": "Event as text", spellcheck: "false", hidden: true });
    this.text.addEventListener("input", () => this.#typed());
    this.verdict = h("div", { class: "jacnb-verdict", role: "status" });
    this.blocked = h("p", { class: "jacnb-blocked", role: "status", hidden: true });
    this.past = h("select", { class: "jacnb-past", "aria-label": "Sent before", title: "Sent before", hidden: true, onchange: () => this.#recall() });
    this.button = h("button", { type: "button", class: "jacnb-send", onclick: () => this.send() });
    const head = h("div", { class: "jacnb-part-head" }, h("h3", { class: "jacnb-hidden" }, "Send"), h("label", { class: "jacnb-hidden", for: id }, "Event"), this.picker, this.tabs);
    const foot = h("div", { class: "jacnb-composer-foot" }, this.past, h("span", { class: "jacnb-stretch" }), this.button);
    this.element = h("section", { class: "jacnb-composer", "aria-label": "Composer" }, head, h("div", { class: "jacnb-compose-body" }, this.about, this.fields, this.text, this.verdict), this.blocked, foot);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.offer();
    this.speakerChanged();
  }

  /** Offer events and walkers; called again when walkers are declared. */
  offer() {
    const walkers = this.#model.get("walkers").map(({ name }) => [WALKER + name, name]);
    const events = Object.keys(this.#model.get("events")).map((name) => [name, name === "walker" ? "walker (by name)" : name]);
    const group = (label, choices) => h("optgroup", { label }, choices.map(([value, word]) => h("option", { value }, word)));
    this.picker.replaceChildren(...(walkers.length ? [group("Walkers", walkers)] : []), group("Events", events));
    const known = [...this.picker.options].some((option) => option.value === this.#choice);
    if (!this.#choice || !known) return this.#pick(walkers[0]?.[0] ?? "channel");
    this.picker.value = this.#choice;
    if (this.#mode === "form" && !this.fields.contains(document.activeElement)) this.#paintForm();
  }

  speakerChanged() {
    const actor = this.#speaker();
    const name = actor ? `as ${actor.name}` : "";
    this.button.replaceChildren(icon("send"), h("span", {}, this.#isInsisting ? "Send anyway" : "Send "), this.#isInsisting ? "" : h("bdi", {}, name));
    this.#block(this.#obstacle() || whyNot(actor));
    // Before the first key is pressed the example speaks of whoever is chosen.
    if (actor && this.#isExample && actor.key !== this.#exampleOf) this.#pick(this.#choice);
  }
  #isExample = false;
  #exampleOf = null;

  /** Nothing can be sent for this reason: what was said of it before is of no use. */
  #block(why) {
    this.button.disabled = Boolean(why);
    this.button.title = why || "Ctrl+Enter or ⌘+Enter";
    if (this.blocked.textContent !== why) this.blocked.textContent = why;
    this.blocked.hidden = !why;
    this.verdict.hidden = Boolean(why);
    const isFreed = this.#isBlocked && !why;
    this.#isBlocked = Boolean(why);
    if (!isFreed) return;
    this.verdict.replaceChildren();
    if (this.#mode !== "raw") this.#check();
  }

  /** Put an event here to be changed and sent. */
  load(text) {
    const value = parsed(text);
    this.#choice = this.#choiceFor(value);
    this.picker.value = this.#choice;
    this.#isExample = false;
    this.text.value = value === undefined || !survives(text) ? text : pretty(readJson(text));
    if (value === undefined) return this.#show("raw");
    this.#show(this.#readText() ? (this.#mode === "raw" ? "json" : this.#mode) : "json");
  }

  focus() {
    if (this.#mode === "form") this.#form?.focus();
    else this.text.focus();
  }

  async send() {
    if (this.button.disabled || this.#isSending) return;
    const text = this.#written();
    this.#checks += 1; // One that is under way may not write over what becomes of this.
    this.#setSending(true);
    const order = { op: "send", client: this.#speaker().key, text, raw: this.#mode === "raw", anyway: this.#isInsisting };
    const answer = await this.#ask(order, (hint) => this.#say(hint));
    this.#setSending(false);
    if (answer.error) return this.#say(answer.error, true);
    if (answer.problems.length) {
      this.#isExample = false;
      this.#judge(this.#placed(answer.problems));
      return this.#insist(true);
    }
    this.#remember(text);
    this.#insist(false);
    this.#say("Sent.");
  }

  /** A second click while the notebook is busy would send it twice. */
  #setSending(isSending) {
    this.#isSending = isSending;
    this.button.setAttribute("aria-busy", String(isSending));
  }

  // What is written.

  #pick(choice) {
    this.#choice = choice;
    this.picker.value = choice;
    this.#draft = new Draft(this.#example(choice));
    this.#isExample = true;
    this.#exampleOf = this.#speaker()?.key ?? null;
    if (this.#mode === "raw") this.#mode = "form";
    this.text.value = this.#draft.text();
    this.#show(this.#mode);
  }

  /** A first event of this kind that the server takes, as far as it can be known. */
  #example(choice) {
    const actor = this.#speaker();
    const channel = !actor ? "room" : PLAIN_ID.test(actor.channel_id) ? `{{${actor.name}.channel_id}}` : actor.channel_id;
    const data = { type: "chat", data: { message: "hello" } };
    if (choice.startsWith(WALKER)) return this.#walkerExample(choice.slice(WALKER.length), channel);
    const other = this.#others()[0] ?? actor;
    const name = other?.name ?? "alice";
    const examples = {
      walker: { type: "walker", walker: "", context: {}, response: true },
      channel: { type: "channel", channel_ids: [channel], data },
      user: { type: "user", root_ids: [`{{${name}.root_id}}`], data },
      client: { type: "client", client_ids: [`{{${name}.client_id}}`], data },
      change_user: { type: "change_user", token: null },
    };
    return examples[choice] ?? { type: choice };
  }

  #walkerExample(name, channel) {
    const { properties = {}, required = [] } = this.#walker(name)?.schema ?? {};
    const context = {};
    for (const key of required) {
      if (/^channel(_id)?$/.test(key) && resolved(properties[key]).type === "string") context[key] = channel;
    }
    return { type: "walker", walker: name, context, response: true };
  }

  #others() {
    const me = this.#speaker()?.key;
    return this.#model.get("actors").filter((actor) => actor.key !== me);
  }

  #walker(name) {
    return this.#model.get("walkers").find((walker) => walker.name === name);
  }

  #choiceFor(value) {
    if (!isObject(value ?? null)) return this.#choice;
    if (value.type === "walker" && this.#walker(value.walker)) return WALKER + value.walker;
    return Object.hasOwn(this.#model.get("events"), value.type) ? value.type : this.#choice;
  }

  #written() {
    if (this.#mode === "raw") return this.text.value;
    return this.#mode === "json" ? this.#squeezed(this.text.value) : this.#draft.text(0);
  }

  /** Without the spaces that make it readable; what is no JSON stays as it is. */
  #squeezed(text) {
    return parsed(text) === undefined ? text : compact(text);
  }

  /** Take the text into the form; returns whether a form can show it. */
  #readText() {
    try {
      const value = readJson(this.text.value);
      if (!isObject(value) || !survives(this.text.value)) return false;
      this.#draft = new Draft(value);
      return true;
    } catch {
      return false;
    }
  }

  #typed() {
    this.#isExample = false;
    this.#insist(false);
    if (this.#mode === "json") this.#check();
  }

  // How it is shown.

  #tab(mode, word) {
    return h("button", { type: "button", role: "tab", class: "jacnb-tab", "data-mode": mode, onclick: () => this.#switch(mode) }, word);
  }

  #switch(mode) {
    if (mode === this.#mode) return;
    if (this.#mode === "form") this.text.value = this.#draft.text();
    if (mode === "form" && !this.#readText()) {
      const why = parsed(this.text.value) === undefined ? "it is not JSON yet" : "a form would change it (a key twice, or a number too long)";
      this.#checks += 1; // As for what is sent.
      return this.#say(`Stays text: ${why}.`, true);
    }
    if (mode === "form") {
      this.#choice = this.#choiceFor(this.#draft.value);
      this.picker.value = this.#choice;
    }
    this.#show(mode);
  }

  #show(mode) {
    this.#mode = mode;
    for (const tab of this.tabs.children) tab.setAttribute("aria-selected", String(tab.dataset.mode === mode));
    this.fields.hidden = mode !== "form";
    this.text.hidden = mode === "form";
    this.#insist(false);
    if (mode === "form") this.#paintForm();
    this.about.textContent = mode === "raw" ? ABOUT_RAW : this.#aboutChoice();
    this.about.hidden = !this.about.textContent;
    if (mode === "raw") this.verdict.replaceChildren();
    else this.#check();
  }

  #aboutChoice() {
    if (!this.#choice.startsWith(WALKER)) return this.#model.get("events")[this.#choice]?.description ?? "";
    const { about, auth } = this.#walker(this.#choice.slice(WALKER.length)) ?? {};
    const who = { true: "For users.", false: "For the public only." }[auth] ?? "";
    return [about, who].filter(Boolean).join(" ");
  }

  #paintForm() {
    const name = this.#choice.startsWith(WALKER) ? this.#choice.slice(WALKER.length) : null;
    const schema = this.#model.get("events")[name ? "walker" : this.#choice] ?? {};
    const walker = name ?? this.#draft.value.walker;
    const known = schema.title === "WalkerEvent" ? this.#walker(walker)?.schema : null;
    const hidden = name ? ["type", "walker"] : ["type"];
    if (!Object.hasOwn(this.#draft.value, "id")) hidden.push("id");
    if (schema.properties?.context && known && !this.#draft.value.context) this.#draft.value.context = {};
    this.#form = new JsonForm(this.#draft, schema, { hidden, nested: known ? { context: known } : {}, suggest: (path) => this.#suggest(path), last: ["node", "response"] });
    this.fields.replaceChildren(this.#form.element);
    this.#draft.onChange(() => this.#typedInForm());
  }

  #typedInForm() {
    this.#isExample = false;
    this.#insist(false);
    this.#check();
  }

  /** Ids of those who are here; a name in braces stands for an id that is not typed. */
  #suggest(path) {
    const actors = this.#model.get("actors");
    const key = String(path.at(-1)).replace(/s$/, "");
    if (key === "token") return actors.filter((each) => !each.public).map((each) => [`{{${each.name}.token}}`, `the token of ${each.name}`]);
    if (key === "walker") return this.#model.get("walkers").map((each) => [each.name, each.about]);
    const kind = ["channel_id", "root_id", "client_id"].find((each) => key === each || key === each.replace("_id", ""));
    if (!kind) return [];
    const plain = kind === "channel_id" ? [...new Set(actors.map((each) => each.channel_id).filter((id) => id && !PLAIN_ID.test(id)))].map((id) => [id, "channel"]) : [];
    return [...plain, ...actors.map((each) => [`{{${each.name}.${kind}}}`, `${kind} of ${each.name}`])];
  }

  // What is wrong with it.

  #check() {
    const number = ++this.#checks;
    const mine = this.#violations();
    this.#judge(mine.problems, "checking…");
    if (mine.problems.length && mine.isFinal) return;
    setTimeout(() => number === this.#checks && this.#askKernel(number), CHECK_MS);
  }

  /** What the page itself finds, by the schema. */
  #violations() {
    const text = this.#mode === "json" ? this.text.value : this.#draft.text();
    if (this.#mode === "form" && this.#draft.drafts.size) {
      return { isFinal: true, problems: [...this.#draft.drafts.values()].map(({ path }) => ({ loc: path, msg: "is not JSON yet" })) };
    }
    let value;
    try {
      value = readJson(text);
      const tooLarge = outOfRange(value);
      if (tooLarge.length) return { isFinal: true, problems: tooLarge };
    } catch (error) {
      return { isFinal: true, problems: [{ loc: [], msg: String(error.message) }] };
    }
    const schema = isObject(value) ? this.#model.get("events")[value.type] : undefined;
    if (!schema) return { problems: [] };
    const problems = violations(value, schema);
    const walker = value.type === "walker" && this.#walker(value.walker);
    if (walker && isObject(value.context ?? {})) problems.push(...violations(value.context ?? {}, walker.schema, ["context"]));
    return { problems };
  }

  async #askKernel(number) {
    const actor = this.#speaker();
    const answer = await this.#ask({ op: "check", text: this.#written(), client: actor?.key ?? null });
    if (number !== this.#checks || this.#mode === "raw") return;
    if (answer.error) this.#judge([{ loc: [], msg: answer.error }]);
    else this.#judge(this.#placed(answer.problems), "✓ the server will take this");
  }

  /** What the kernel found; where it knows no place, what the page itself did. */
  #placed(problems) {
    const isPlaced = !problems.length || problems.some(({ loc }) => loc.length);
    const mine = isPlaced ? [] : this.#violations().problems;
    return mine.length ? mine : problems;
  }

  #judge(problems, otherwise = "") {
    this.#problems = problems;
    // Nobody has typed yet: what is missing is said once, and gently.
    if (this.#isExample && problems.length && !this.#isInsisting) return this.#say(`Still needed: ${problems.map(({ loc }) => pathText(loc)).join(", ")}`);
    const left = this.#mode === "form" && this.#form ? this.#form.complain(problems) : problems;
    const lines = left.map(({ loc, msg }) => h("li", {}, loc.length ? h("code", {}, pathText(loc)) : null, ` ${msg}`));
    const list = lines.length ? h("ul", { class: "jacnb-problems" }, lines) : null;
    const count = problems.length - left.length;
    const words = count ? `${count} ${count === 1 ? "field needs" : "fields need"} a look` : "";
    this.verdict.classList.toggle("jacnb-bad", problems.length > 0);
    this.verdict.classList.toggle("jacnb-good", !problems.length && otherwise.startsWith("✓"));
    this.verdict.replaceChildren(...[list, problems.length ? (words ? `⚠ ${words}` : null) : otherwise].filter(Boolean));
  }

  /** After a refusal the button sends all the same: errors are worth trying, too. */
  #insist(isInsisting) {
    if (this.#isInsisting === isInsisting) return;
    this.#isInsisting = isInsisting;
    this.speakerChanged();
  }

  #say(text, isBad = false) {
    this.verdict.classList.toggle("jacnb-bad", isBad);
    this.verdict.classList.remove("jacnb-good");
    this.verdict.replaceChildren(text);
  }

  // What was sent before.

  #remember(text) {
    const kept = withoutToken(text);
    this.#history = [kept, ...this.#history.filter((each) => each !== kept)].slice(0, HISTORY_KEPT);
    const word = (each) => `${summary(each)}`;
    this.past.replaceChildren(h("option", { value: "" }, `History (${this.#history.length})`), ...this.#history.map((each, index) => h("option", { value: index }, word(each))));
    this.past.hidden = false;
  }

  #recall() {
    const text = this.#history[Number(this.past.value)];
    const isChosen = this.past.value !== "";
    this.past.value = "";
    if (isChosen) this.load(text);
  }

  #key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    this.send();
  }
}

/** A token is not kept; one in braces is none. */
function withoutToken(text) {
  const value = parsed(text);
  if (value?.type !== "change_user" || typeof value.token !== "string" || value.token.startsWith("{{")) return text;
  return JSON.stringify({ ...value, token: "" });
}

function summary(text) {
  const value = parsed(text);
  if (!isObject(value ?? null)) return text.slice(0, 60);
  const what = value.type === "walker" ? `${value.walker} ${JSON.stringify(value.context ?? {})}` : `${value.type} ${JSON.stringify(value.data ?? {})}`;
  return what.slice(0, 60);
}
