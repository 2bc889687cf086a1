// Apollo Client: queries and mutations by HTTP, also under their hashes alone, subscriptions by graphql-ws.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { given, headers, ORDERS, print, RENAME, renaming, sha256, socketUrl, WATCH, watched } from './told.mjs';

const sent = [];
async function noting(url, options) {
  sent.push(JSON.parse(options.body));
  return fetch(url, options);
}

const http = new HttpLink({ uri: given.url, headers, fetch: noting });
const sockets = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers });
const link = ApolloLink.split(
  ({ operationType }) => operationType === 'subscription',
  new GraphQLWsLink(sockets),
  http,
);
const client = new ApolloClient({ link, cache: new InMemoryCache() });

const listed = await client.query({ query: gql(ORDERS), variables: { first: 3 } });
const events = await watched(
  (next, error) => {
    const watching = client.subscribe({ query: gql(WATCH), variables: { ids: [given.orderId] } });
    const subscription = watching.subscribe({ next, error });
    return () => subscription.unsubscribe();
  },
  () => client.mutate({ mutation: gql(RENAME), variables: renaming('by Apollo Client') }),
);
// What was pushed is in the cache under its type and id.
const cached = client.readFragment({
  id: client.cache.identify({ __typename: 'Order', id: given.orderId }),
  fragment: gql('fragment Pushed on Order { title }'),
});
await sockets.dispose();
const wrong = await client.query({ query: gql('{ nothing }') }).catch((error) => error);

sent.length = 0;
const hashing = new PersistedQueryLink({ sha256 });
const persisted = () => new ApolloClient({ link: hashing.concat(http), cache: new InMemoryCache() });
const query = gql('query Numbers { orders(first: 2) { nodes { id number } } }');
const first = await persisted().query({ query });
const second = await persisted().query({ query });
print({
  numbers: listed.data.orders.nodes.map(({ number }) => number),
  events,
  cached: cached?.title,
  refused: wrong.errors.map((error) => error.extensions.code),
  persisted: [first, second].map(({ data }) => data.orders.nodes.length),
  sent: sent.map((body) => ('query' in body ? 'text' : 'hash')),
});
