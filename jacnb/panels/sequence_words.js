// What a row of a sequence diagram is, in words; the same as sequence_words.py says.

const GROUPS = {
  open: "connections",
  close: "connections",
  greeting: "connections",
  event: "events",
  run: "runs",
  end: "runs",
  visit: "visits",
  report: "visits",
  notification: "notifications",
  response: "responses",
  error: "errors",
  failure: "errors",
  drop: "errors",
};
const SAID = 120;
const HEAD_TYPE = /"type"\s*:\s*("(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\["\\\/bfnrt])*)(?:"|$)/g;
const HEAD_WALKER = /"walker"\s*:\s*("(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\["\\\/bfnrt])*)(?:"|$)/g;
const knownWords = new WeakMap();

/** {mark, label, gist} of a row: how it is drawn, what it is about, what it carries. */
function wordsOf(row) {
  let words = knownWords.get(row);
  if (!words) knownWords.set(row, (words = freshWords(row)));
  return words;
}

function freshWords(row) {
  const value = row.text === null ? null : (parsed(row.text) ?? row.text);
  const mark = markOf(row, value);
  if (row.cut) return { mark, label: salvaged(row), gist: oneLine(row.text).slice(0, 400) };
  const label = mark === "error" ? "error" : subjectOf(row, value);
  return { mark, label: oneLine(label), gist: oneLine(gistOf(row, value)).slice(0, 2000) };
}

function markOf(row, value) {
  if (row.kind === "end") return row.text ? "failure" : "end";
  if (row.kind !== "reply") return row.kind;
  if (row.type === "error" || (isObject(value) && "error" in value)) return "error";
  return row.type === "connection" ? "greeting" : "response";
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const member = (value, key) => (isObject(value) ? value[key] : undefined);

function subjectOf(row, value) {
  if (row.kind === "event") {
    const about = member(value, "walker") || member(member(value, "data"), "type");
    return typeof about === "string" ? `${row.type} ${about}` : row.type;
  }
  if (row.kind === "notification" || row.kind === "drop") {
    const about = member(value, "type");
    return typeof about === "string" ? about : row.type;
  }
  return row.type;
}

function gistOf(row, value) {
  let found = value;
  if (row.kind === "event") found = full(member(value, "context")) || inner(member(value, "data"));
  else if (row.kind === "reply" && isObject(value) && "error" in value) found = reason(value.error);
  else if (row.kind === "reply") found = member(value, "reports");
  else if (row.kind === "notification" || row.kind === "drop") found = inner(value);
  else if (row.kind === "open") found = member(value, "path");
  else if (row.kind === "close") found = ending(value);
  if (found == null || (isObject(found) && !Object.keys(found).length)) return "";
  return inline(found);
}

function ending(value) {
  const { code, reason } = isObject(value) ? value : {};
  return typeof code === "number" ? `${code} ${reason || ""}`.trim() : value;
}

const full = (value) => (isObject(value) && !Object.keys(value).length ? null : value);

function inner(value) {
  return typeof member(value, "type") === "string" && "data" in value ? value.data : value;
}

function reason(error) {
  const first = Array.isArray(error) && error.length ? error[0] : error;
  return member(first, "msg") || first;
}

/** What a payload is about of which only the beginning is here. */
function salvaged(row) {
  if (row.kind === "event" && row.type === "walker") return oneLine(["walker", ...found(HEAD_WALKER, row.text).slice(0, 1)].join(" "));
  const about = found(HEAD_TYPE, row.text).filter((each) => each !== row.type);
  if (row.kind === "event") return oneLine([row.type, ...about.slice(0, 1)].join(" "));
  return oneLine(row.kind === "notification" ? (about[0] ?? row.type) : row.type);
}

const found = (pattern, text) => [...text.matchAll(pattern)].map((match) => String(parsed(`${match[1]}"`) ?? ""));

/** A row as a sentence; `lane` and `run` give the names of clients and of walkers. */
function sentenceOf(row, lane, run) {
  const words = wordsOf(row);
  const who = row.who === null ? "somebody" : lane(row.who);
  const actor = row.run === null ? "the server" : run(row.run);
  const letters = [...words.gist.slice(0, 2 * SAID + 2)];
  const said = letters.length <= SAID ? words.gist : `${letters.slice(0, SAID).join("")}…`;
  const whom = receiversOf(row, lane);
  const sentences = {
    event: () => `${who} ${asked(row, words)}`,
    run: () => `${row.type} runs for ${row.who === null ? "REST" : who}`,
    notification: () => `${actor} notifies ${whom}: ${words.label}`,
    response: () => `${actor} answers ${whom}: ${said}`,
    error: () => `${actor} refuses ${whom}: ${said}`,
    open: () => `${who} connects`,
    close: () => [`${who} is gone`, farewell(row, said)].filter(Boolean).join(": "),
    greeting: () => `the server greets ${whom}`,
    end: () => `${row.type} ends`,
    failure: () => `${row.type} fails: ${said}`,
    visit: () => `${actor} visits ${row.type}`,
    report: () => `${actor} reports ${said}`,
    drop: () => `the server gives up a message to ${whom}: ${words.label}`,
  };
  return (sentences[words.mark] ?? (() => words.label))();
}

/** How a connection ended: close code and reason, and who closed it. */
function farewell(row, said) {
  const value = parsed(row.text ?? "");
  const by = member(value, "by");
  const who = ["client", "server"].includes(by) ? `by the ${by}` : member(value, "code") === 1006 ? "the connection was lost" : "";
  return [said, who].filter(Boolean).join(", ");
}

function asked(row, words) {
  if (row.type === "walker") return `calls ${words.label}`;
  if (["channel", "user", "client"].includes(row.type)) return `sends ${words.label.slice(row.type.length).trim() || "data"} to a ${row.type}`;
  const others = { connection: "asks for its ids", change_user: "changes its user", invalid: "sends what is no event" };
  return others[row.type] ?? `sends ${words.label}`;
}

function receiversOf(row, lane) {
  return namedReceivers(row, lane) || "nobody";
}

/** The type of a row, as it stands in the filter. */
function aboutOf(row, words) {
  const at = words.label.indexOf(" ");
  return row.kind === "event" && at >= 0 ? words.label.slice(at + 1) : words.label;
}
