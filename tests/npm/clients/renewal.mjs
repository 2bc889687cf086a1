// graphql-ws with tokens that are soon over: the server closes, the client comes back with a fresh one by itself.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { given, print, socketUrl, WATCH } from './told.mjs';

let tokens = 0;
async function connectionParams() {
  tokens += 1;
  const claims = { exp: Math.floor(Date.now() / 1000) + 2 };
  const response = await fetch(given.issuer + '/token', { method: 'POST', body: JSON.stringify(claims) });
  return { authorization: `Bearer ${(await response.json()).access_token}` };
}

const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams, retryWait: async () => {} });
const codes = [];
client.on('closed', (event) => codes.push(event.code));
const kinds = [];
await new Promise((resolve, reject) =>
  client.subscribe(
    { query: WATCH, variables: { ids: [given.orderId] } },
    { next: ({ data }) => kinds.push(data.orderChanged.kind) === 3 && resolve(), error: reject, complete: reject },
  ),
);
await client.dispose();
print({ tokens, codes: codes.slice(0, 2), kinds });
