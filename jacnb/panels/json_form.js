// A form made from a JSON Schema, and back: JSON goes in and comes out with nothing
// lost. What the form has no control for stays as it is; what a control cannot show is
// edited as JSON; where JavaScript would change the text, there is no form at all.

const PIECES = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,]/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

// ---------------------------------------------------------------- lossless

/** A number as it was written, where this browser can keep that. */
function exactNumber(text) {
  const value = Number(text);
  return String(value) === text || !JSON.rawJSON ? value : JSON.rawJSON(text);
}

/** Parse JSON, numbers as they are written; throws as JSON.parse does. */
function readJson(text) {
  return JSON.parse(text, (_key, value, context) => (typeof value === "number" && context ? exactNumber(context.source) : value));
}

const isRaw = (value) => Boolean(JSON.isRawJSON?.(value));
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !isRaw(value);

/** The same JSON without the spaces between its pieces. */
function compact(text) {
  return text.match(PIECES)?.join("") ?? "";
}

/** Whether JSON comes out of JavaScript as it went in: no key twice, no number cut. */
function survives(text) {
  const before = text.match(PIECES) ?? [];
  const after = JSON.stringify(readJson(text)).match(PIECES) ?? [];
  if (before.length !== after.length) return false;
  const same = (one, other) => one === other || (one[0] === '"' && other[0] === '"' && JSON.parse(one) === JSON.parse(other));
  return before.every((piece, index) => same(piece, after[index]));
}

// -------------------------------------------------------------- validation

/** The schema itself, whatever points to it, and whether null will do. */
function resolved(schema, defs = {}) {
  let found = schema ?? {};
  for (let hops = 0; found.$ref && hops < 10; hops += 1) found = { ...(defs[found.$ref.split("/").at(-1)] ?? {}), ...found, $ref: undefined };
  const options = found.anyOf ?? found.oneOf;
  if (!options) return { ...found, isNullable: found.type === "null" };
  const others = options.filter((each) => each.type !== "null");
  const only = others.length === 1 ? resolved(others[0], defs) : {};
  return { ...only, ...found, anyOf: undefined, oneOf: undefined, isNullable: others.length < options.length };
}

function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isRaw(value)) return NUMBER.test(value.rawJSON) && /[.eE]/.test(value.rawJSON) ? "number" : "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/** What the server takes for another type, too (pydantic's lax mode). */
const LAX = {
  integer: (value, type) => (type === "string" && /^\s*[+-]?\d+(?:\.0+)?\s*$/.test(value)) || type === "boolean" || (type === "number" && Number.isInteger(Number(value.rawJSON ?? value))),
  number: (value, type) => type === "integer" || type === "boolean" || (type === "string" && value.trim() !== "" && !Number.isNaN(Number(value))),
  boolean: (value, type) => (type === "string" && /^(?:true|false|yes|no|on|off|y|n|t|f|0|1)$/i.test(value)) || (type === "integer" && [0, 1].includes(value)),
};
const A_WORD = { string: "a text", integer: "a whole number", number: "a number", boolean: "true or false", array: "a list", object: "an object", null: "null" };

/** Where there is a number beyond what a computer counts with. */
function outOfRange(value, loc = []) {
  if (typeOf(value) === "number") return Number.isFinite(Number(value.rawJSON ?? value)) ? [] : [{ loc, msg: "is out of range" }];
  if (Array.isArray(value)) return value.flatMap((each, index) => outOfRange(each, [...loc, index]));
  return isObject(value) ? Object.entries(value).flatMap(([key, each]) => outOfRange(each, [...loc, key])) : [];
}

/** What is wrong with a value: `[{loc, msg}]`; the server has the last word. */
function violations(value, schema, loc = [], defs = schema.$defs) {
  const wanted = resolved(schema, defs);
  const type = typeOf(value);
  if (type === "null" && wanted.isNullable) return [];
  if (wanted.const !== undefined && value !== wanted.const) return [{ loc, msg: `must be ${JSON.stringify(wanted.const)}` }];
  if (wanted.enum && !wanted.enum.some((each) => JSON.stringify(each) === JSON.stringify(value))) return [{ loc, msg: `must be one of ${wanted.enum.map((each) => JSON.stringify(each)).join(", ")}` }];
  if (typeof wanted.type === "string" && wanted.type !== type && !LAX[wanted.type]?.(value, type)) return [{ loc, msg: `must be ${A_WORD[wanted.type] ?? wanted.type}` }];
  if (type === "array") return listViolations(value, wanted, loc, defs);
  if (type === "object") return objectViolations(value, wanted, loc, defs);
  return [];
}

function listViolations(value, wanted, loc, defs) {
  if (value.length < (wanted.minItems ?? 0)) return [{ loc, msg: `needs at least ${wanted.minItems}` }];
  if (value.length > (wanted.maxItems ?? Infinity)) return [{ loc, msg: `takes at most ${wanted.maxItems}` }];
  return wanted.items ? value.flatMap((item, index) => violations(item, wanted.items, [...loc, index], defs)) : [];
}

function objectViolations(value, wanted, loc, defs) {
  const missing = (wanted.required ?? []).filter((key) => !Object.hasOwn(value, key));
  const wrong = Object.entries(wanted.properties ?? {}).filter(([key]) => Object.hasOwn(value, key));
  return [
    ...missing.map((key) => ({ loc: [...loc, key], msg: "is required" })),
    ...wrong.flatMap(([key, schema]) => violations(value[key], schema, [...loc, key], defs)),
  ];
}

const pathText = (loc) => loc.map((part, index) => (typeof part === "number" ? `[${part}]` : index ? `.${part}` : part)).join("");

// ------------------------------------------------------------------ fields

function wordFor(schema) {
  if (schema.enum) return "choice";
  if (schema.type === "array") return schema.items?.type ? `list of ${schema.items.type}s` : "list";
  return schema.type ?? "any";
}

/** The control that can show a value of this schema without changing it. */
function controlFor(schema, value) {
  const isGiven = value !== undefined && value !== null;
  if (schema.enum) return !isGiven || schema.enum.some((each) => JSON.stringify(each) === JSON.stringify(value)) ? "choice" : "json";
  if (schema.type === "string") return !isGiven || typeof value === "string" ? "text" : "json";
  if (schema.type === "integer" || schema.type === "number") return !isGiven || ["integer", "number"].includes(typeOf(value)) ? "number" : "json";
  if (schema.type === "boolean") return !isGiven || typeof value === "boolean" ? "switch" : "json";
  const isList = schema.type === "array" && resolved(schema.items).type === "string";
  if (isList && (!isGiven || (Array.isArray(value) && value.every((each) => typeof each === "string" && each)))) return "list";
  return "json";
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(220, box.scrollHeight + 2)}px`;
}

/** One field: its label, its control, and what is wrong with it. */
class Field {
  /**
   * @param options `path` in the event, `schema` (resolved), `required`, `value`,
   *   `suggestions` ([[value, label]]), and `onChange(value)`; undefined removes it.
   */
  constructor(options) {
    this.options = options;
    this.path = options.path;
    this.id = newId("field");
    this.error = h("p", { class: "jacnb-field-error", id: `${this.id}-error`, role: "alert", hidden: true });
    const { schema, required, path } = options;
    const label = h("label", { for: this.id }, String(path.at(-1)), required ? h("span", { class: "jacnb-required", title: "required", "aria-hidden": "true" }, "*") : null);
    const about = h("span", { class: "jacnb-field-type" }, wordFor(schema));
    this.control = this.#control(controlFor(schema, options.value));
    this.element = h("div", { class: "jacnb-field", "data-path": pathText(path) }, h("div", { class: "jacnb-field-name" }, label, about), this.control, this.list ?? null, this.error);
  }

  complain(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
    for (const input of this.element.querySelectorAll("input, textarea, select")) input.setAttribute("aria-invalid", String(Boolean(text)));
  }

  focus() {
    this.element.querySelector("input, textarea, select")?.focus();
  }

  #control(kind) {
    const { value, schema } = this.options;
    if (kind === "choice") return this.#choice(value, schema);
    if (kind === "switch") return this.#switch(value, schema);
    if (kind === "list") return this.#list(value ?? []);
    if (kind === "number") return this.#line(value === undefined || value === null ? "" : String(value.rawJSON ?? value), (text) => (NUMBER.test(text.trim()) ? exactNumber(text.trim()) : text), { inputmode: "numeric" });
    if (kind === "text") return this.#text(value ?? "");
    return this.#json(value);
  }

  #common() {
    const { schema } = this.options;
    const hint = schema.default === undefined || schema.default === null ? "" : `default: ${inline(schema.default)}`;
    return { id: this.id, placeholder: hint.slice(0, 80), "aria-describedby": this.error.id, "aria-required": String(Boolean(this.options.required)), autocomplete: "off", spellcheck: "false", dir: "auto" };
  }

  #said(value) {
    this.complain("");
    this.options.onChange(value);
  }

  #line(text, read, more = {}) {
    const input = h("input", { ...this.#common(), type: "text", ...more });
    input.value = text;
    input.addEventListener("input", () => this.#said(input.value === "" ? undefined : read(input.value)));
    return this.#suggesting(input);
  }

  /** An input where there is something to suggest; else a box that takes line breaks. */
  #text(text) {
    if (this.options.suggestions?.length && !/[\r\n]/.test(text)) return this.#line(text, (typed) => typed);
    const box = h("textarea", { ...this.#common(), rows: "1" });
    box.value = text;
    box.addEventListener("input", () => {
      grow(box);
      this.#said(box.value === "" && !this.options.required ? undefined : box.value);
    });
    requestAnimationFrame(() => grow(box));
    return box;
  }

  #choice(value, schema) {
    const none = h("option", { value: "" }, schema.default === undefined ? "choose…" : `default: ${inline(schema.default)}`);
    const select = h("select", this.#common(), none, schema.enum.map((each, index) => h("option", { value: index }, inline(each))));
    const index = schema.enum.findIndex((each) => JSON.stringify(each) === JSON.stringify(value));
    select.value = index < 0 ? "" : String(index);
    select.addEventListener("change", () => this.#said(select.value === "" ? undefined : schema.enum[Number(select.value)]));
    return select;
  }

  #switch(value, schema) {
    const box = h("input", { id: this.id, type: "checkbox", "aria-describedby": this.error.id });
    box.checked = value ?? schema.default ?? false;
    box.addEventListener("change", () => this.#said(box.checked));
    return h("span", { class: "jacnb-switch" }, box);
  }

  /** One line for each text, and an empty one to write the next into. */
  #list(values) {
    const box = h("div", { class: "jacnb-lines" });
    const tell = () => this.#said([...box.children].map((line) => line.value).filter(Boolean));
    const add = (text) => {
      const common = box.children.length ? { ...this.#common(), id: null, "aria-label": `${this.path.at(-1)}, one more` } : this.#common();
      const line = h("input", { ...common, type: "text", placeholder: box.children.length ? "one more…" : "" });
      line.value = text;
      line.addEventListener("input", () => {
        if (line.value && line === box.lastElementChild) add("");
        tell();
      });
      box.append(this.#suggesting(line));
    };
    for (const text of [...values, ""]) add(text);
    return box;
  }

  #json(value) {
    const box = h("textarea", { ...this.#common(), rows: "1", class: "jacnb-code" });
    box.value = this.options.draft ?? (value === undefined ? "" : pretty(value));
    box.addEventListener("input", () => {
      grow(box);
      if (box.value.trim() === "") return this.#said(undefined);
      try {
        const read = readJson(box.value);
        if (!survives(box.value)) return this.options.onDraft(box.value);
        this.#said(read);
      } catch {
        this.options.onDraft(box.value);
      }
    });
    requestAnimationFrame(() => grow(box));
    return box;
  }

  #suggesting(input) {
    const { suggestions } = this.options;
    if (!suggestions?.length) return input;
    this.list ??= h("datalist", { id: newId("list") }, suggestions.map(([value, label]) => h("option", { value }, label)));
    input.setAttribute("list", this.list.id);
    return input;
  }
}

// -------------------------------------------------------------------- form

/** The JSON text of an event while it is written, as a form or as text. */
class Draft {
  value = {};
  /** What is written in a field that is no JSON yet, by its path. */
  drafts = new Map();
  #listeners = new Set();

  constructor(value = {}) {
    this.value = value;
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  set(path, value) {
    const parent = path.slice(0, -1).reduce((at, key) => (isObject(at[key]) ? at[key] : (at[key] = {})), this.value);
    this.drafts.delete(pathText(path));
    if (value === undefined) delete parent[path.at(-1)];
    else Object.defineProperty(parent, path.at(-1), { value, enumerable: true, configurable: true, writable: true });
    this.tell();
  }

  get(path) {
    return path.reduce((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), this.value);
  }

  hold(path, text) {
    this.drafts.set(pathText(path), { path, text });
    this.tell();
  }

  tell() {
    for (const listener of this.#listeners) listener();
  }

  /** The event as text; what is no JSON yet stands in it as it was written. */
  text(indent = 2) {
    if (!this.drafts.size) return JSON.stringify(this.value, null, indent);
    const copy = readJson(JSON.stringify(this.value));
    const marks = [...this.drafts.values()].map(({ path, text }) => {
      const mark = randomId();
      const parent = path.slice(0, -1).reduce((at, key) => (isObject(at[key]) ? at[key] : (at[key] = {})), copy);
      parent[path.at(-1)] = mark;
      return [mark, text];
    });
    return marks.reduce((all, [mark, text]) => all.replace(`"${mark}"`, () => text), JSON.stringify(copy, null, indent));
  }
}

/** Fields for an event of this schema, those of `inner` (a path) by a schema of theirs. */
class JsonForm {
  /**
   * @param draft The draft that the fields write into.
   * @param schema The event's schema.
   * @param options `hidden` keys, `nested` ({key: schema}), `suggest(path)`.
   */
  constructor(draft, schema, { hidden = [], nested = {}, suggest = () => [], last = [] } = {}) {
    this.draft = draft;
    this.fields = [];
    this.element = h("div", { class: "jacnb-form" });
    const order = (key) => (last.includes(key) ? 1 : 0);
    const keys = Object.keys(schema.properties ?? {}).filter((key) => !hidden.includes(key)).sort((a, b) => order(a) - order(b));
    for (const key of keys) {
      const inner = nested[key];
      const value = draft.get([key]);
      if (inner && (value === undefined || isObject(value))) this.#group(key, inner, suggest);
      else this.#add(this.element, [key], schema, suggest);
    }
    const others = Object.keys(draft.value).filter((key) => !Object.hasOwn(schema.properties ?? {}, key));
    if (others.length) this.element.append(h("p", { class: "jacnb-quiet" }, `Also sent: ${others.join(", ")} (see JSON)`));
  }

  /** Show what is wrong at its field; returns what belongs to none. */
  complain(problems) {
    const left = [];
    for (const field of this.fields) field.complain("");
    for (const problem of problems) {
      const field = this.fields.find((each) => each.path.every((part, index) => part === problem.loc[index]) && each.path.length <= problem.loc.length);
      if (!field) left.push(problem);
      else if (field.error.hidden) field.complain(`${pathText(problem.loc.slice(field.path.length))} ${problem.msg}`.trim());
    }
    return left;
  }

  focus() {
    this.fields[0]?.focus();
  }

  #group(key, schema, suggest) {
    const names = Object.keys(schema.properties ?? {});
    const box = h("fieldset", { class: "jacnb-group" }, h("legend", {}, key));
    for (const name of names) this.#add(box, [key, name], schema, suggest);
    const others = Object.keys(this.draft.get([key]) ?? {}).filter((name) => !names.includes(name));
    if (others.length) box.append(h("p", { class: "jacnb-quiet" }, `also: ${others.join(", ")} (see JSON)`));
    else if (!names.length) box.append(h("p", { class: "jacnb-quiet" }, "This walker has no fields."));
    this.element.append(box);
  }

  #add(box, path, schema, suggest) {
    const key = path.at(-1);
    const field = new Field({
      path,
      schema: resolved(schema.properties[key], schema.$defs),
      required: schema.required?.includes(key),
      value: this.draft.get(path),
      draft: this.draft.drafts.get(pathText(path))?.text,
      suggestions: suggest(path),
      onChange: (value) => this.draft.set(path, value),
      onDraft: (text) => this.draft.hold(path, text),
    });
    this.fields.push(field);
    box.append(field.element);
  }
}
