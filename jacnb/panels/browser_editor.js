// A small editor for JavaScript: a textarea over its own coloured copy, with line
// numbers. Tab indents; Escape, then Tab leaves, so that nobody is caught in it.

const INDENT = "  ";
const WORDS_OF_JS =
  "async await break case catch class const continue default delete do else export extends false finally for function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while yield";
const JS = new RegExp(
  [
    "(\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$))",
    "(\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?|`(?:\\\\[\\s\\S]|[^`\\\\])*`?)",
    `\\b(${WORDS_OF_JS.replaceAll(" ", "|")})\\b`,
    "\\b(\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)\\b",
    "([A-Za-z_$][\\w$]*)(?=\\s*\\()",
  ].join("|"),
  "g",
);
const KINDS_OF_JS = ["comment", "string", "word", "number", "call"];

/** The pieces of a line of JavaScript, its kinds marked. */
function coloured(code) {
  const pieces = [];
  let end = 0;
  for (const match of code.matchAll(JS)) {
    pieces.push(code.slice(end, match.index));
    const kind = KINDS_OF_JS[match.slice(1).findIndex((group) => group !== undefined)];
    pieces.push(h("span", { class: `jacnb-js-${kind}` }, match[0]));
    end = match.index + match[0].length;
  }
  pieces.push(code.slice(end));
  return pieces;
}

class Editor {
  #lines = 0;
  #leaves = false;

  /** `onrun()` when the code is to run, `onedit(code)` when it changed. */
  constructor(code, { onrun, onedit }) {
    this.onrun = onrun;
    this.onedit = onedit;
    const id = newId("code");
    const hintId = newId("hint");
    this.gutter = h("div", { class: "jacnb-gutter", "aria-hidden": "true" });
    this.copy = h("pre", { class: "jacnb-code-copy", "aria-hidden": "true" });
    this.text = h("textarea", {
      id,
      class: "jacnb-code-text",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      dir: "ltr",
      "aria-describedby": hintId,
      oninput: () => this.#edited(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#setLeaves(false),
      onscroll: () => this.#scrolled(),
    });
    this.hint = h("p", { class: "jacnb-code-hint", id: hintId });
    const area = h("div", { class: "jacnb-code-area" }, this.copy, this.text);
    const label = h("label", { class: "jacnb-hidden", for: id }, "JavaScript");
    this.element = h("div", { class: "jacnb-editor" }, label, h("div", { class: "jacnb-code" }, this.gutter, area), this.hint);
    this.set(code);
    this.#setLeaves(false);
  }

  get code() {
    return this.text.value;
  }

  /** Show other code, unless it is what is there. */
  set(code) {
    if (this.text.value !== code) this.text.value = code;
    this.#paint();
  }

  /** Replace all of it so that undo brings it back. */
  replace(code) {
    this.text.focus();
    this.text.select();
    this.#insert(code);
    this.text.setSelectionRange(0, 0);
    this.text.scrollTop = 0;
  }

  markLine(number) {
    this.wrong = number;
    for (const [index, each] of [...this.gutter.children].entries()) each.classList.toggle("jacnb-line-bad", index + 1 === number);
  }

  #edited() {
    this.wrong = 0;
    this.#paint();
    this.onedit(this.code);
  }

  #paint() {
    this.copy.replaceChildren(...coloured(this.code), "\n");
    const count = this.code.split("\n").length;
    if (count !== this.#lines) {
      this.#lines = count;
      this.gutter.replaceChildren(...Array.from({ length: count }, (_, index) => h("span", {}, String(index + 1))));
    }
    this.markLine(this.wrong);
    this.#scrolled();
  }

  #scrolled() {
    const { scrollLeft, scrollTop } = this.text;
    this.copy.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.gutter.style.transform = `translateY(${-scrollTop}px)`;
  }

  #setLeaves(leaves) {
    this.#leaves = leaves;
    this.hint.textContent = leaves ? "Tab and Shift+Tab leave the editor now." : "Ctrl+Enter runs · Tab indents · Esc, then Tab leaves";
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      this.onrun();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.#setLeaves(true);
      return;
    } else if (event.key === "Tab" && !this.#leaves) {
      event.preventDefault();
      this.#indent(event.shiftKey);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#insert(`\n${this.#indentation()}`);
    }
    if (!["Tab", "Shift"].includes(event.key)) this.#setLeaves(false);
  }

  /** What a new line starts with: as much as this one, more after a bracket. */
  #indentation() {
    const line = this.code.slice(0, this.text.selectionStart).split("\n").at(-1);
    return /^\s*/.exec(line)[0] + (/[{([]\s*$/.test(line) ? INDENT : "");
  }

  #indent(isBack) {
    const { selectionStart: start, selectionEnd: end } = this.text;
    if (start === end && !isBack) return this.#insert(INDENT);
    const first = this.code.lastIndexOf("\n", start - 1) + 1;
    const lines = this.code.slice(first, end).split("\n");
    const changed = lines.map((line) => (isBack ? line.replace(/^ {1,2}/, "") : INDENT + line)).join("\n");
    this.text.setSelectionRange(first, end);
    if (changed !== lines.join("\n")) this.#insert(changed);
    if (start === end) this.text.setSelectionRange(Math.max(first, start - INDENT.length), Math.max(first, start - INDENT.length));
    else this.text.setSelectionRange(first, first + changed.length);
  }

  /** Put text in the place of the selection, in a way that undo knows. */
  #insert(text) {
    const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
    if (isDone) return;
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.#edited();
  }
}
