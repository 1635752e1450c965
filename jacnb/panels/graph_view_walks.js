// Walker runs as walks over the graph, as graph_view_walks.py tells them.

const WALKS = 100;

/** The walks that rows tell of, oldest first. */
function walksOf(rows) {
  const walks = new Map();
  for (const row of rows.rows) {
    if (row.kind === "run") {
      walks.set(row.seq, { run: row.seq, at: row.at, walker: row.type, caller: row.who === null ? "REST" : rows.lane(row.who).name, steps: [], isOver: false, error: "" });
      continue;
    }
    const walk = walks.get(row.run);
    if (!walk) continue;
    if (row.kind === "visit") walk.steps.push({ id: row.type, report: null });
    else if (row.kind === "report") walk.steps.push({ id: row.type, report: said(row) });
    else if (row.kind === "end") Object.assign(walk, { isOver: true, error: row.text ?? "" });
  }
  return [...walks.values()].slice(-WALKS);
}

function said(row) {
  if (row.text === null) return "";
  // Of a long text the closing quote was cut off.
  return oneLine(inline(parsed(row.text) ?? parsed(`${row.text}"`) ?? row.text));
}

/** What a walk has seen after so many steps. */
function seenBy(walk, count, graph) {
  const seen = { numbers: new Map(), reports: new Map(), lines: new Set(), current: null };
  const before = [];
  let visits = 0;
  for (const step of walk?.steps.slice(0, count) ?? []) {
    seen.current = step.id;
    if (step.report !== null) {
      push(seen.reports, step.id, step.report);
      continue;
    }
    push(seen.numbers, step.id, ++visits);
    if (graph.lines.has(step.id)) {
      seen.lines.add(step.id);
      continue;
    }
    // Who came first queued its neighbours first.
    const ways = before.map((each) => graph.between.get(pair(each, step.id)));
    const way = ways.find((each) => each !== undefined && !seen.lines.has(each));
    if (way) seen.lines.add(way);
    before.push(step.id);
  }
  return seen;
}

const pair = (one, other) => [one, other].sort().join(" ");

function push(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}
