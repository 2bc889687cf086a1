import examples from "./examples.json";

export interface Example {
  title: string;
  query: string;
  variables: string | null;
}

/** The example operations, variables as the text that the editor shows. */
export const EXAMPLES: Example[] = examples.map(({ title, query, variables }) => ({
  title,
  query,
  variables: variables && JSON.stringify(variables, null, 2),
}));
