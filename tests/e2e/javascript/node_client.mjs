// A client in Node: prints what it receives, and sends what it reads, line by line.

import { createInterface } from "node:readline";
import WebSocket from "ws";
import * as events from "./events.mjs";

const [url, token] = process.argv.slice(2);
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const client = new WebSocket(url, { headers });

client.onmessage = (event) => {
  console.log(JSON.stringify(JSON.parse(event.data)));
};
client.onopen = () => {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const [event, given] = JSON.parse(line);
    events[event](client, ...given);
  });
  lines.on("close", () => client.close());
};
