// graphql-request: https://github.com/graffle-js/graffle/tree/graphql-request
import { ClientError, GraphQLClient } from 'graphql-request';
import { given, headers, ORDERS, print, RENAME, renaming } from './told.mjs';

const client = new GraphQLClient(given.url, { headers });
const listed = await client.request(ORDERS, { first: 3 });
const byGet = await new GraphQLClient(given.url, { headers, method: 'GET', jsonSerializer: JSON }).request(ORDERS, {
  first: 2,
});
const renamed = await client.request(RENAME, renaming('by graphql-request'));
const refused = await client.request('{ nothing }').catch((error) => error);
const stranger = await new GraphQLClient(given.url).request(ORDERS).catch((error) => error);
print({
  numbers: listed.orders.nodes.map(({ number }) => number),
  byGet: byGet.orders.nodes.length,
  title: renamed.updateOrder.order.title,
  refused: refused instanceof ClientError && refused.response.errors.map((error) => error.extensions.code),
  stranger: [stranger.response.status, stranger.response.errors[0].extensions.code],
});
