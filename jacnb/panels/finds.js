// What a filter finds among rows that are not here: the kernel looks for them. They are
// shown before those that are here, and say nothing of what stands between them.

const FIND_AFTER = 250;

class Finds {
  more = false;
  /** The first of all rows there are; null if it did not look for any. */
  keptFrom = null;
  #found = [];
  #rows;
  #onFound;
  #asked = "";
  #nonce = null;
  #timer = null;

  /** `onFound()` is called when there is something new to show. */
  constructor(rows, onFound) {
    this.#rows = rows;
    this.#onFound = onFound;
    this.stop = rows.on((word, message) => word === "message" && message.op === "found" && this.#take(message));
  }

  dispose() {
    clearTimeout(this.#timer);
    this.stop();
  }

  /** Look for rows that fit, as panels' `fitting` understands it; null is no filter. */
  look(wanted) {
    const before = this.#first();
    const asked = wanted && before > 0 ? JSON.stringify([wanted, before]) : "";
    if (asked === this.#asked) return;
    const isOther = JSON.stringify(wanted) !== this.#wanted;
    this.#asked = asked;
    this.#wanted = JSON.stringify(wanted);
    clearTimeout(this.#timer);
    this.#nonce = null;
    if (isOther || !asked) this.#keep([], false, null);
    if (asked) this.#timer = setTimeout(() => this.#ask(wanted, before), FIND_AFTER);
  }
  #wanted = "null";

  /** What was found before the first of these rows. */
  before(rows) {
    const first = rows[0]?.seq ?? Infinity;
    return this.#found.length ? this.#found.slice(0, indexIn(this.#found, first)) : [];
  }

  #first() {
    return this.#rows.more ? (this.#rows.rows[0]?.seq ?? 0) : 0;
  }

  #ask(wanted, before) {
    this.#nonce = randomId();
    this.#rows.send({ op: "find", before, wanted, nonce: this.#nonce });
  }

  #take({ nonce, rows, more, kept_from: keptFrom }) {
    if (nonce !== this.#nonce) return;
    const found = allFilled(rows);
    this.#rows.remember(found);
    this.#keep(found, more, keptFrom);
    this.#onFound();
  }

  #keep(rows, more, keptFrom) {
    this.#found = rows;
    this.more = more;
    this.keptFrom = keptFrom;
  }
}
