// Composes subgraphs as each composer does it: prints, as JSON, what each had to say. Usage: compose.mjs NAME=FILE...
import { readFileSync } from 'node:fs';
import apollo from '@apollo/composition';
import { composeServices } from '@theguild/federation-composition';
import { federateSubgraphs } from '@wundergraph/composition';
import { parse, print } from 'graphql';

const subgraphs = process.argv.slice(2).map((argument) => {
  const [name, file] = argument.split('=');
  return { name, url: `http://127.0.0.1/${name}`, typeDefs: parse(readFileSync(file, 'utf8')) };
});

function byApollo() {
  const { errors = [], hints = [], supergraphSdl } = apollo.composeServices(subgraphs);
  return { errors: errors.map(String), hints: hints.map(String), supergraph: supergraphSdl ?? null };
}

function byTheGuild() {
  const { errors = [], supergraphSdl } = composeServices(subgraphs);
  return { errors: errors.map(String), hints: [], supergraph: supergraphSdl ?? null };
}

function byCosmo() {
  const all = subgraphs.map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs }));
  const { errors = [], warnings, federatedGraphAST } = federateSubgraphs({ subgraphs: all, version: '1' });
  return { errors: errors.map(String), hints: warnings.map(String), supergraph: federatedGraphAST ? print(federatedGraphAST) : null };
}

console.log(JSON.stringify({ apollo: byApollo(), theGuild: byTheGuild(), cosmo: byCosmo() }));
