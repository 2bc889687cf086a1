// Hive Gateway over subgraphs that run: it asks each for its schema with the router's key, composes them, and prints its
// own address when it is up. Usage: router.mjs KEY NAME=URL...
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

const PASSED_ON = ['authorization', 'traceparent', 'x-correlation-id'];
const [key, ...places] = process.argv.slice(2);

const keyOf = (name) => (name === 'orders' ? { 'x-api-key': key } : {});

async function subgraph(place) {
  const [name, url] = place.split('=');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...keyOf(name) },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data, errors } = await response.json();
  if (!data) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  return { name, url, typeDefs: parse(data._service.sdl) };
}

const { supergraphSdl, errors } = composeServices(await Promise.all(places.map(subgraph)));
if (errors) throw new AggregateError(errors);

const gateway = createGatewayRuntime({
  supergraph: supergraphSdl,
  logging: 'error',
  maskedErrors: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, subgraphName }) => ({
      ...Object.fromEntries(PASSED_ON.map((name) => [name, request.headers.get(name)])),
      ...keyOf(subgraphName),
    }),
  },
  transportEntries: {
    orders: {
      options: {
        subscriptions: {
          kind: 'ws',
          location: '/graphql',
          headers: [['authorization', '{context.headers.authorization}'], ...Object.entries(keyOf('orders'))],
        },
      },
    },
  },
});
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
