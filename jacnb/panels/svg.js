// SVG of our own drawing; what others wrote goes into it as text.

const LETTER = 6.4;
const TURNING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const SPACE = /[\x00-\x20\x7f\s]+/g;

function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) if (value != null) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter((child) => child != null));
  return element;
}

const fixed = (number) => Math.round(number * 10) / 10;
const line = (x1, y1, x2, y2, name) => s("line", { class: name, x1: fixed(x1), y1: fixed(y1), x2: fixed(x2), y2: fixed(y2) });

/** Text cut to about this many pixels. */
function fitted(text, width) {
  const room = Math.max(1, Math.floor(width / LETTER));
  const letters = [...text.slice(0, 2 * room + 2)];
  return letters.length <= room ? text : `${letters.slice(0, room - 1).join("").trimEnd()}…`;
}

/** Text without line breaks, controls and marks that turn the direction. */
function oneLine(text) {
  return text.replace(TURNING, "").replace(SPACE, " ").trim();
}
