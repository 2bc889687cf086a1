// @urql/core: queries with its own Accept header, subscriptions by SSE and by graphql-ws.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { given, headers, ORDERS, print, RENAME, renaming, socketUrl, WATCH, watched } from './told.mjs';

const accepted = new Set();
const types = new Set();
async function noting(url, options) {
  accepted.add(new Headers(options.headers).get('accept'));
  const response = await fetch(url, options);
  types.add(response.headers.get('content-type'));
  return response;
}

const settings = { url: given.url, fetchOptions: { headers }, fetch: noting, preferGetMethod: false };
const overEvents = new Client({ ...settings, exchanges: [fetchExchange], fetchSubscriptions: true });
const sockets = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers });
const forwarding = subscriptionExchange({
  forwardSubscription: (request) => ({
    subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? '' }, sink) }),
  }),
});
const overSockets = new Client({ ...settings, exchanges: [fetchExchange, forwarding] });

const listed = await overEvents.query(ORDERS, { first: 3 }).toPromise();
const byGet = await overEvents.query(ORDERS, { first: 2 }, { preferGetMethod: true }).toPromise();
const told = {};
for (const [name, client] of Object.entries({ events: overEvents, sockets: overSockets })) {
  told[name] = await watched(
    (next) => client.subscription(WATCH, { ids: [given.orderId] }).subscribe(next).unsubscribe,
    () => client.mutation(RENAME, renaming(`by urql over ${name}`)).toPromise(),
  );
}
await sockets.dispose();
const wrong = await overEvents.query('{ nothing }', {}).toPromise();
print({
  numbers: listed.data.orders.nodes.map(({ number }) => number),
  byGet: byGet.data.orders.nodes.length,
  accepted: [...accepted],
  types: [...types],
  ...told,
  refused: wrong.error.graphQLErrors.map((error) => error.extensions.code),
});
