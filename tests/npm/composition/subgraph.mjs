// A subgraph of another team, over records in a file. It prints its address when it is up, and one line of JSON for each
// request: the headers that came along. Usage: subgraph.mjs SCHEMA RECORDS
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

const [schemaFile, recordsFile] = process.argv.slice(2);
const records = JSON.parse(readFileSync(recordsFile, 'utf8'));
const wholePage = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

const resolvers = {
  Query: {
    customer: (_, { id }) => records.customers.find((one) => one.id === id),
    node: (_, { id }) => records.customers.find((one) => one.id === id),
    invoices: () => records.invoices,
  },
  Node: { __resolveType: () => 'Customer' },
  Customer: {
    __resolveReference: ({ id }) => records.customers.find((one) => one.id === id),
    orders: ({ orders }) => ({ nodes: orders.map((id) => ({ id })), pageInfo: wholePage }),
  },
  Order: {
    __resolveReference: (order) => order,
    remarks: ({ id }) => [`seen as ${id}`],
  },
};

const typeDefs = parse(readFileSync(schemaFile, 'utf8'));
const fields = new Map(typeDefs.definitions.map((one) => [one.name?.value, one.fields?.map((f) => f.name.value) ?? []]));
const has = (type, name) => name.startsWith('__') || fields.get(type).includes(name);
const own = Object.entries(resolvers)
  .filter(([type]) => fields.has(type))
  .map(([type, those]) => [type, Object.fromEntries(Object.entries(those).filter(([name]) => has(type, name)))]);
const schema = buildSubgraphSchema([{ typeDefs, resolvers: Object.fromEntries(own) }]);

const server = createServer(async (request, response) => {
  const { query, variables, operationName } = JSON.parse(await text(request));
  console.log(JSON.stringify(request.headers));
  const answer = await graphql({ schema, source: query, variableValues: variables, operationName });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
