// The audits of graphql-http (https://github.com/graphql/graphql-http/tree/main/implementations): prints, as JSON, what
// each came to. Usage: audits.mjs URL
import { serverAudits } from 'graphql-http';

const outcomes = [];
for (const { fn } of serverAudits({ url: process.argv[2] })) {
  const { id, name, status, reason } = await fn();
  outcomes.push({ id, name, status, reason });
}
console.log(JSON.stringify(outcomes));
