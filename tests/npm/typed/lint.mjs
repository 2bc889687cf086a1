// What two linters of schemas have to say of a schema, as JSON. Usage: lint.mjs SCHEMA
// Each rule that is off has its reason beside it.
import graphqlPlugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import linter from 'graphql-schema-linter';
import { loadSchema } from 'graphql-schema-linter/lib/schema.js';

const FILES = [process.argv[2], 'federation.graphql'];
const OFF = [
  // Fields stand in the order in which people read them, values in that in which things happen.
  'TypeFieldsSortedAlphabetically',
  'InputObjectFieldsSortedAlphabetically',
  'EnumValuesSortedAlphabetically',
];

async function bySchemaLinter() {
  const schema = await loadSchema({ schemaPaths: FILES });
  const configuration = new linter.configuration.Configuration(schema, {});
  const rules = configuration.getRules().filter((rule) => !OFF.includes(rule.name));
  return {
    rules: rules.length,
    said: linter.validator.validateSchemaDefinition(schema, rules, configuration).map(String),
  };
}

async function byEslint() {
  const rules = {
    ...graphqlPlugin.configs['flat/schema-recommended'].rules,
    // Relay's PageInfo, edges and connections have no id, and neither have values or what became of a mutation.
    '@graphql-eslint/strict-id-in-types': 'off',
  };
  const languageOptions = { parser: graphqlPlugin.parser, parserOptions: { graphQLConfig: { schema: FILES } } };
  const overrideConfig = [{ files: ['**/*.graphql'], plugins: { '@graphql-eslint': graphqlPlugin }, languageOptions, rules }];
  const eslint = new ESLint({ overrideConfigFile: true, cwd: '/', overrideConfig });
  const [{ messages }] = await eslint.lintFiles(FILES[0]);
  return {
    rules: Object.values(rules).filter((rule) => rule !== 'off').length,
    said: messages.map(({ ruleId, message, line }) => `${line} ${ruleId} ${message}`),
  };
}

console.log(JSON.stringify({ schemaLinter: await bySchemaLinter(), eslint: await byEslint() }));
