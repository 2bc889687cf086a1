// graphql-ws: https://the-guild.dev/graphql/ws
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { given, headers, ORDERS, print, RENAME, renaming, socketUrl, WATCH, watched } from './told.mjs';

const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, keepAlive: 100 });

function once(operation) {
  return new Promise((resolve, reject) => {
    let result;
    client.subscribe(operation, { next: (value) => (result = value), error: reject, complete: () => resolve(result) });
  });
}

const listed = await once({ query: ORDERS, variables: { first: 3 } });
const events = await watched(
  (next, error) => client.subscribe({ query: WATCH, variables: { ids: [given.orderId] } }, { next, error, complete() {} }),
  () => once({ query: RENAME, variables: renaming('by graphql-ws') }),
);
const refused = await once({ query: '{ nothing }' }).catch((errors) => errors.map((error) => error.extensions.code));
// The client keeps its socket for as long as it runs something, and pings it meanwhile.
await new Promise((resolve, error) => {
  client.on('pong', resolve);
  client.subscribe({ query: WATCH, variables: { ids: [given.orderId] } }, { next() {}, error, complete() {} });
});
await client.dispose();

// Another client, whose key is wrong: it is told so by the code of the closing.
const stranger = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: 'Bearer ogw_wrong' },
  retryAttempts: 0,
});
const closed = await new Promise((resolve) =>
  stranger.subscribe({ query: ORDERS }, { next() {}, complete() {}, error: (event) => resolve(event.code) }),
);
print({ numbers: listed.data.orders.nodes.map(({ number }) => number), events, refused, closed });
