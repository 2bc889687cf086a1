// graphql-sse: https://the-guild.dev/graphql/sse
import { createClient } from 'graphql-sse';
import { given, headers, ORDERS, print, RENAME, renaming, WATCH, watched } from './told.mjs';

const client = createClient({ url: given.url, headers, retryAttempts: 0 });

function once(operation) {
  return new Promise((resolve, reject) => {
    let result;
    client.subscribe(operation, { next: (value) => (result = value), error: reject, complete: () => resolve(result) });
  });
}

const listed = await once({ query: ORDERS, variables: { first: 3 } });
const events = await watched(
  (next, error) => client.subscribe({ query: WATCH, variables: { ids: [given.orderId] } }, { next, error, complete() {} }),
  () => once({ query: RENAME, variables: renaming('by graphql-sse') }),
);
const refused = (await once({ query: '{ nothing }' })).errors.map((error) => error.extensions.code);
client.dispose();
const stranger = createClient({ url: given.url, headers: { authorization: 'Bearer ogw_wrong' }, retryAttempts: 0 });
const closed = await new Promise((resolve) =>
  stranger.subscribe({ query: ORDERS }, { next() {}, complete() {}, error: (error) => resolve(error.response.status) }),
);
print({ numbers: listed.data.orders.nodes.map(({ number }) => number), events, refused, closed });
