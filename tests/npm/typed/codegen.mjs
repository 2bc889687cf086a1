// GraphQL Code Generator's client preset over a schema and the example operations, and the same operations for gql.tada.
// Usage: codegen.mjs SCHEMA EXAMPLES FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildASTSchema, parse, print } from 'graphql';
import { scalars } from './scalars.mjs';

const [schemaFile, examplesFile, folder] = process.argv.slice(2);
const schema = parse(readFileSync(schemaFile, 'utf8'));
const examples = JSON.parse(readFileSync(examplesFile, 'utf8'));
const documents = examples.map(({ title, query }) => ({
  location: title,
  rawSDL: query,
  document: parse(query),
}));

const sections = await preset.buildGeneratesSection({
  baseOutputDir: `${folder}/gql/`,
  presetConfig: { fragmentMasking: false },
  config: { strictScalars: true, scalars, useTypeImports: true, documentMode: 'documentNode' },
  plugins: [],
  pluginMap: {},
  schema,
  // The directives of federation are not defined in the schema.
  schemaAst: buildASTSchema(schema, { assumeValidSDL: true }),
  documents,
});
mkdirSync(`${folder}/gql`, { recursive: true });
for (const section of sections) {
  writeFileSync(section.filename, await codegen({ ...section, skipDocumentsValidation: false }));
}

const types = Object.entries(scalars).map(([name, type]) => `  ${name}: ${type};`);
writeFileSync(`${folder}/scalars.ts`, ['export type Scalars = {', ...types, '};', ''].join('\n'));

const operations = documents.map(({ document }, n) => `export const example${n} = graphql(\`${print(document)}\`);`);
const results = examples.map((_, n) => `export type Result${n} = ResultOf<typeof example${n}>;`);
const imports = ["import type { ResultOf } from 'gql.tada';", "import { graphql } from './tada';"];
writeFileSync(`${folder}/examples.ts`, [...imports, ...operations, ...results, ''].join('\n'));
