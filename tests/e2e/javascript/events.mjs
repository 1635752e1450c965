// What a JavaScript client sends: one function for each event of the protocol.

export const changeUser = (client, token) =>
  client.send(JSON.stringify({ type: "change_user", token: `Bearer ${token}` }));

export const runWalker = (client, walker, context) =>
  client.send(
    JSON.stringify({ type: "walker", walker, response: true, context }),
  );

export const toClients = (client, ids, data) =>
  client.send(JSON.stringify({ type: "client", client_ids: ids, data }));

export const toChannels = (client, ids, data) =>
  client.send(JSON.stringify({ type: "channel", channel_ids: ids, data }));

export const toUsers = (client, ids, data) =>
  client.send(JSON.stringify({ type: "user", root_ids: ids, data }));

export const whoAmI = (client) =>
  client.send(JSON.stringify({ type: "connection" }));
