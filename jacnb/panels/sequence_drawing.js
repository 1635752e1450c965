// The shapes of one message of a sequence diagram; sequence_svg.py draws the same.

const DASHED = new Set(["response", "greeting", "error"]);
const OPEN_TIP = new Set(["response", "greeting", "notification"]);

/** The shapes of one message, around y = 0. */
function shapes(message, geometry) {
  const { row, bar } = message;
  const words = wordsOf(row);
  const at = geometry.at(bar);
  const who = row.who === null ? GUTTER : geometry.x(row.who);
  const label = (start, end) => worded(words, row, start + (end < start ? -12 : 12), -6, Math.abs(start - end) - 26, end < start);
  const aside = () => worded(words, row, geometry.aside, 4, geometry.words - 16, false);
  switch (words.mark) {
    case "event":
    case "open":
      return [between(who, geometry.server, words), tip(geometry.server, who, words), label(who, geometry.server), stranger(row.who, geometry)];
    case "close":
      return [cross(who), stranger(row.who, geometry, " gone") ?? label(who, who - 0.75 * geometry.column)];
    case "run":
      return [between(geometry.server, at - 6, words), tip(at - 6, geometry.server, words), aside()];
    case "visit":
    case "report":
      return [s("circle", { class: "jacnb-seq-tip", cx: at, r: 4 }), aside()];
    case "failure":
      return [cross(at), aside()];
    default:
      return toClients(row, words, bar ? at - 6 : at, geometry, label);
  }
}

function toClients(row, words, start, geometry, label) {
  const ends = [...new Set(row.to.map((lane) => geometry.x(lane)))].sort((a, b) => a - b);
  const others = row.to.filter((lane) => !geometry.lanes.has(lane));
  const more = row.reach - row.to.length + others.length;
  if (!ends.length) {
    const end = geometry.server - geometry.column / 2;
    const word = row.reach ? `${row.reach} clients` : "nobody";
    const circle = s("circle", { class: "jacnb-seq-line", cx: end - 5, r: 4 });
    return [between(start, end, words), circle, note(word, end - 14, 4, "end"), label(start, end)];
  }
  const rest = more === 1 && others.length ? stranger(others[0], geometry) : more > 0 ? surplus(more, ends, geometry) : null;
  return [between(start, ends[0], words), ends.map((end) => tip(end, start, words)), rest, label(start, ends[0])];
}

/** Who has no column of its own is named beside the arrow. */
function stranger(lane, geometry, more = "") {
  if (lane === null || geometry.lanes.has(lane)) return null;
  return note(middling(geometry.name(lane), 1.6 * geometry.column) + more, geometry.others - 8, 4, "end");
}

/** How many more an arrow went to; where rows are close together, on it. */
function surplus(more, ends, geometry) {
  const isTogether = ends.includes(geometry.others);
  const x = isTogether ? geometry.others : ends[0];
  if (!geometry.isCompact) return note(`+${more} more`, x + 8, 13);
  return isTogether ? note(`+${more}`, x - 8, 4, "end") : note(`+${more}`, x + 12, 4);
}

/** Text cut in the middle: long names often differ at their ends. */
function middling(text, width) {
  const room = Math.max(3, Math.floor(width / LETTER));
  const letters = [...text];
  if (letters.length <= room) return text;
  const head = Math.ceil((room - 1) / 2);
  return `${letters.slice(0, head).join("").trimEnd()}…${letters.slice(head + 1 - room).join("").trimStart()}`;
}

function between(start, end, words) {
  return line(start, 0, end, 0, `jacnb-seq-line${DASHED.has(words.mark) ? " jacnb-seq-dashed" : ""}`);
}

function tip(x, start, words) {
  const side = start > x ? 1 : -1;
  if (words.mark === "drop") return cross(x + 16 * side);
  if (OPEN_TIP.has(words.mark)) return s("path", { class: "jacnb-seq-line", d: `M${fixed(x + 8 * side)} -4.5L${fixed(x)} 0l${8 * side} 4.5` });
  return s("path", { class: "jacnb-seq-tip", d: `M${fixed(x)} 0l${9 * side} -4.5v9z` });
}

function cross(x) {
  return s("path", { class: "jacnb-seq-line", d: `M${fixed(x - 5)} -5l10 10m0 -10l-10 10` });
}

function note(text, x, y, anchor = "start") {
  return s("text", { class: "jacnb-seq-note", x: fixed(x), y, "text-anchor": anchor }, text);
}

function worded(words, row, x, y, room, isLeft) {
  const [label, said] = spoken(words, row);
  // Bold letters are wider; and short arrows have room all the same.
  const shown = fitted(label, 0.87 * Math.max(room, 90));
  const rest = room - shown.length * 7.2;
  const gist = said && rest > 30 ? s("tspan", { class: "jacnb-seq-gist", dx: 6 }, fitted(said, rest)) : null;
  return s("text", { class: "jacnb-seq-label", x: fixed(x), y, "text-anchor": isLeft ? "end" : "start" }, s("tspan", {}, shown), gist);
}

function spoken(words, row) {
  const plain = {
    open: ["connects", ""],
    close: ["gone", words.gist],
    greeting: ["connection", ""],
    run: [row.type, row.who === null ? "runs for REST" : "runs"],
    visit: ["visits", row.type],
    report: ["reports", words.gist],
    failure: ["fails", words.gist],
    response: ["response", words.gist],
  };
  return plain[words.mark] ?? [words.label.replace(/^walker /, ""), words.gist];
}

function laneColour(lane) {
  return lane.public ? "jacnb-colour-public" : `jacnb-colour-${lane.lane % 8}`;
}
